//! A turn whose commit was never answered: kept or not, nobody knows. The journal is asked before the chat goes on, so that what
//! the turn caused is carried out where it is kept, and nothing is done where it is not.
use super::actor::{Actor, Receipt, pending};
use super::view::Row;
use crate::engine::{Holder, Session, Turn, What};
use crate::fault;
use crate::id::TurnId;
use std::time::Duration;

/// The journal is asked again after this long, and longer each time.
const AGAIN: Duration = Duration::from_millis(250);
const AGAIN_AT_MOST: Duration = Duration::from_secs(15);

/// A turn on its way into the journal.
pub struct Made {
    pub id: TurnId,
    pub after: u64,
    pub before: Holder,
    pub session: Session,
    pub turn: Turn,
    pub row: Row,
    /// A whole state goes with it.
    pub whole: bool,
}

/// A turn whose fate is unknown, or was unknown when it was asked for last.
pub struct Doubt {
    made: Box<Made>,
    /// The journal was asked and has it not. It may come late all the same: whoever then loses the race for its place looks again.
    answered: bool,
    pause: Duration,
}

/// What the journal says.
pub enum Fate {
    Kept(Receipt),
    Lost,
    Unknown,
}

impl Actor {
    /// A turn is in the journal: now everybody may hear of it, and what it caused is carried out.
    pub(super) fn kept(&mut self, made: Made) -> Receipt {
        fault::point("actor:kept");
        self.inner.meter.turn(&made.session.bot);
        self.tell(&made);
        let outbox = pending(&made.session, &made.turn);
        self.inner.clone().carry_out(&made.turn.effects, outbox);
        let own = made.turn.events.iter().find(|e| matches!(&e.what, What::Message { cid: Some(_), .. }));
        let receipt = Receipt { seq: own.map_or(made.session.seq, |e| e.seq), duplicate: false };
        // Where the chat was read anew meanwhile it may be further.
        if self.session.seq == made.after {
            if made.whole {
                self.snapshot_at = made.session.seq;
            }
            self.session = made.session;
        }
        receipt
    }

    /// The answer to a commit never came.
    pub(super) async fn doubted(&mut self, made: Made) -> Fate {
        // Without entries it changes no state, and to do it again is the same; only its timers may be sooner than thought.
        if made.turn.events.is_empty() {
            self.inner.wake_timers();
            return Fate::Lost;
        }
        self.doubt = Some(Doubt { made: Box::new(made), answered: false, pause: AGAIN });
        self.settle().await
    }

    /// Whether something has to be found out before the chat goes on, and when to ask next.
    pub(super) fn doubts(&self) -> Option<Duration> {
        self.doubt.as_ref().filter(|d| !d.answered).map(|d| d.pause)
    }

    /// Asks the journal what became of the turn in doubt.
    pub(super) async fn settle(&mut self) -> Fate {
        let Some(doubt) = &mut self.doubt else { return Fate::Lost };
        match self.inner.store.is_kept(self.session.id, doubt.made.after, doubt.made.id).await {
            Ok(true) => {
                let Some(doubt) = self.doubt.take() else { return Fate::Lost };
                Fate::Kept(self.kept(*doubt.made))
            }
            Ok(false) => {
                doubt.answered = true;
                Fate::Lost
            }
            Err(problem) => {
                tracing::warn!(session = %self.session.id, %problem, "it is not known whether a turn is kept");
                doubt.pause = (doubt.pause * 2).min(AGAIN_AT_MOST);
                Fate::Unknown
            }
        }
    }
}
