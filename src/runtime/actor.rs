//! One task per live chat: takes its inputs one by one, and keeps each turn before anybody hears of it.
use super::doubt::{Doubt, Fate, Made};
use super::limits::Bucket;
use super::meter::{Stage, timed};
use super::ports::{Commit, Hash, Notice, Pending, StoreError};
use super::refusal::Refusal;
use super::webhooks::{Letter, news};
use super::{Inner, guard, view};
use crate::bot::Bot;
use crate::engine::session::CIDS_REMEMBERED;
use crate::engine::{Effect, Holder, Input, Session, Speaker, Timer, Turn};
use crate::id::{AgentId, SessionId, TurnId};
use crate::language::ast::Priority;
use crate::time::Millis;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::oneshot;

/// A whole state is written after this many events; until then waking folds the journal.
const SNAPSHOT_EVERY: u64 = 24;
/// Attempts when somebody else wrote the same session.
const ATTEMPTS: usize = 4;

/// Reads a state and the hash of its token.
type Look = Box<dyn FnOnce(&Session, &Hash) + Send>;

/// Something for one chat.
pub enum Work {
    Input {
        input: Input,
        /// The effect that this answers.
        finished: Option<(u64, u32)>,
    },
    /// An agent's reply, on the chat as it was up to a place.
    Reply { input: Input, seen: u64 },
    /// A lead takes a chat, whoever has it.
    TakeOver { agent: AgentId, name: String },
    /// Reads the state between two turns.
    Look(Look),
    /// Reads the chat anew: another process went on with it.
    Anew,
}

pub struct Mail {
    pub work: Work,
    pub reply: oneshot::Sender<Result<Receipt, Refusal>>,
    /// When it was put into the mailbox.
    pub since: Instant,
}

/// What became of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The entry that it became, or the last entry where it became none.
    pub seq: u64,
    /// It had come before.
    pub duplicate: bool,
}

pub struct Actor {
    pub(super) inner: Arc<Inner>,
    bot: Arc<Bot>,
    pub(super) session: Session,
    token: Hash,
    pub(super) snapshot_at: u64,
    bucket: Bucket,
    pub(super) doubt: Option<Doubt>,
    /// There is no such chat any more.
    pub(super) erased: bool,
    /// A lead is at it: what a colleague has may be taken.
    overrules: bool,
}

impl Actor {
    /// Wakes a chat from the store: recorded events are folded, no turn is run again.
    pub async fn wake(inner: Arc<Inner>, id: SessionId) -> Result<Self, Refusal> {
        let loaded = inner.store.load(id).await.map_err(busy)?.ok_or(Refusal::UnknownSession)?;
        let bot = inner.bots.get(&loaded.session.bot).cloned().ok_or(Refusal::UnknownBot)?;
        let bucket = Bucket::new(&inner.limits);
        let (session, token, snapshot_at) = (loaded.session, loaded.token, loaded.snapshot_at);
        Ok(Self { inner, bot, session, token, snapshot_at, bucket, doubt: None, erased: false, overrules: false })
    }

    /// Does one piece of work.
    pub async fn one(&mut self, mail: Mail) {
        if self.erased {
            let _ = mail.reply.send(Err(Refusal::UnknownSession));
            return;
        }
        self.inner.meter.stage(Stage::Wait, mail.since);
        match mail.work {
            Work::Look(look) => {
                look(&self.session, &self.token);
                let _ = mail.reply.send(Ok(Receipt { seq: self.session.seq, duplicate: false }));
            }
            Work::Anew => {
                let result = self.reload().await.map(|()| Receipt { seq: self.session.seq, duplicate: false });
                let _ = mail.reply.send(result);
            }
            Work::Reply { input, seen } => {
                let result = self.reply(input, seen).await;
                let _ = mail.reply.send(result);
            }
            Work::TakeOver { agent, name } => {
                self.overrules = true;
                let result = self.input(Input::AgentTook { agent, name }, None).await;
                self.overrules = false;
                let _ = mail.reply.send(result);
            }
            Work::Input { input, finished } => {
                let result = self.input(input, finished).await;
                let _ = mail.reply.send(result);
            }
        }
    }

    /// Goes to sleep: a whole state makes waking short.
    pub async fn park(&mut self) {
        if self.session.seq > self.snapshot_at
            && let Err(problem) = self.inner.store.park(&self.session).await
        {
            tracing::warn!(session = %self.session.id, %problem, "a state was not kept; waking folds the journal");
        }
    }

    pub(super) async fn input(&mut self, input: Input, finished: Option<(u64, u32)>) -> Result<Receipt, Refusal> {
        if self.doubts().is_some() && matches!(self.settle().await, Fate::Unknown) {
            return Err(Refusal::Busy);
        }
        for attempt in 0..ATTEMPTS {
            if let Some(receipt) = self.heard(&input).await? {
                return Ok(receipt);
            }
            self.allowed(&input)?;
            if attempt == 0 {
                self.paced(&input)?;
            }
            match self.turn(&input, finished).await {
                Ok(receipt) => return Ok(receipt),
                Err(StoreError::Answered) => return Ok(Receipt { seq: self.session.seq, duplicate: true }),
                Err(StoreError::Conflict) => {
                    // Perhaps it was this chat's own turn that took the place, later than anybody thought.
                    self.settle().await;
                    self.reload().await?;
                }
                Err(problem) => {
                    tracing::error!(session = %self.session.id, %problem, "a turn could not be kept");
                    return Err(Refusal::Busy);
                }
            }
        }
        Err(Refusal::Busy)
    }

    async fn reload(&mut self) -> Result<(), Refusal> {
        let loaded = self.inner.store.load(self.session.id).await.map_err(busy)?;
        self.erased = loaded.is_none();
        let loaded = loaded.ok_or(Refusal::UnknownSession)?;
        (self.session, self.snapshot_at) = (loaded.session, loaded.snapshot_at);
        Ok(())
    }

    /// The same client id is the same message.
    pub(super) async fn heard(&self, input: &Input) -> Result<Option<Receipt>, Refusal> {
        let (cid, said) = match input {
            Input::CustomerSaid { cid, text } | Input::AgentSaid { cid, text, .. } => (cid, text.as_str()),
            Input::CustomerTapped { cid, choice } => (cid, choice.as_str()),
            Input::CustomerWantsPerson { cid } => (cid, "person"),
            Input::CustomerSent { cid, file } => (cid, file.id.as_str()),
            _ => return Ok(None),
        };
        let mut found = self.session.heard(cid).cloned();
        if found.is_none() && self.session.cids.len() >= CIDS_REMEMBERED {
            found = self.inner.store.heard(self.session.id, cid).await.map_err(busy)?;
        }
        match found {
            Some(h) if h.is(said) => Ok(Some(Receipt { seq: h.seq, duplicate: true })),
            Some(_) => Err(Refusal::CidReused),
            None => Ok(None),
        }
    }

    /// What the state of the chat forbids.
    fn allowed(&self, input: &Input) -> Result<(), Refusal> {
        let holds = |agent: &AgentId| matches!(&self.session.holder, Holder::Agent { id, .. } if id == agent);
        match input {
            Input::CustomerTapped { choice, .. } if !self.session.offers(choice) => return Err(Refusal::NotOffered),
            Input::AgentTook { agent, .. } => match &self.session.holder {
                Holder::Agent { id, .. } if id != agent && !self.overrules => return Err(Refusal::Taken),
                Holder::Resolved { .. } => return Err(Refusal::Over),
                _ => {}
            },
            Input::AgentSaid { agent, .. }
            | Input::AgentHandedBack { agent, .. }
            | Input::AgentTransferred { agent, .. }
            | Input::AgentLeft { agent, .. }
            | Input::AgentResolved { agent, .. }
                if !holds(agent) =>
            {
                return Err(Refusal::NotYours);
            }
            _ => {}
        }
        Ok(())
    }

    /// Customers' messages are limited; what came before and what is not allowed do not count.
    fn paced(&mut self, input: &Input) -> Result<(), Refusal> {
        if input.is_from_customer() {
            self.bucket.take(&self.inner.limits).map_err(|retry_after| Refusal::TooFast { retry_after })?;
        }
        Ok(())
    }

    /// Taking a chat that one has already is done.
    fn is_done(&self, input: &Input) -> bool {
        matches!((input, &self.session.holder), (Input::AgentTook { agent, .. }, Holder::Agent { id, .. }) if id == agent)
    }

    /// A timer that has nothing left to say is forgotten; one that was set to a later time since, or whose time is still
    /// to come because the clock went back, stays.
    fn is_spent(&self, input: &Input, now: Millis) -> bool {
        matches!(input, Input::TimerFired { timer } if self.session.timer(timer).is_none_or(|due| due <= now))
    }

    /// A timer that came too early is free again for whoever claims it in time.
    async fn give_back(&self, input: &Input) -> Result<(), StoreError> {
        let Input::TimerFired { timer } = input else { return Ok(()) };
        let Some(due) = self.session.timer(timer) else { return Ok(()) };
        self.inner.store.postpone(self.session.id, timer.clone(), due, due).await
    }

    async fn turn(&mut self, input: &Input, finished: Option<(u64, u32)>) -> Result<Receipt, StoreError> {
        if self.is_done(input) {
            return Ok(Receipt { seq: self.session.seq, duplicate: true });
        }
        let now = self.inner.clock.now();
        let after = self.session.seq;
        let begun = Instant::now();
        let (session, turn) = guard::turn(&self.bot, &self.session, input, now);
        self.inner.meter.stage(Stage::Engine, begun);
        if turn.events.is_empty() && turn.effects.is_empty() && finished.is_none() && !self.is_spent(input, now) {
            self.give_back(input).await?;
            return Ok(Receipt { seq: after, duplicate: false });
        }
        let id = TurnId::new(uuid::Uuid::now_v7());
        let commit = self.commit(id, &session, &turn, input, finished);
        let (row, whole, before) = (commit.row.clone(), commit.snapshot.is_some(), self.session.holder.clone());
        let made = Made { id, after, before, session, turn, row, whole };
        match timed(&self.inner.meter, Stage::Commit, self.inner.store.commit(commit)).await {
            Ok(()) => {
                self.doubt = None;
                Ok(self.kept(made))
            }
            Err(StoreError::Broken(problem)) => match self.doubted(made).await {
                Fate::Kept(receipt) => Ok(receipt),
                Fate::Lost | Fate::Unknown => Err(StoreError::Broken(problem)),
            },
            Err(refused) => Err(refused),
        }
    }

    fn commit(
        &self,
        id: TurnId,
        session: &Session,
        turn: &Turn,
        input: &Input,
        finished: Option<(u64, u32)>,
    ) -> Commit {
        let mut commit = Commit {
            session: session.id,
            turn: id,
            after: self.session.seq,
            events: turn.events.clone(),
            outbox: pending(session, turn).into_iter().filter(|p| !p.is_secret()).collect(),
            set_timers: vec![],
            cancelled: vec![],
            finished,
            letters: self.letters(turn),
            snapshot: (session.seq - self.snapshot_at.min(session.seq) >= SNAPSHOT_EVERY)
                .then(|| Box::new(session.clone())),
            row: view::row(session),
        };
        if let Input::TimerFired { timer } = input {
            commit.cancelled.push(timer.clone());
        }
        for effect in &turn.effects {
            match effect {
                Effect::Call { .. } | Effect::Queue { .. } => {}
                Effect::SetTimer { timer, due } => commit.set_timers.push((timer.clone(), *due)),
                Effect::CancelTimer { timer } => commit.cancelled.push(timer.clone()),
            }
        }
        commit
    }

    /// What the bot's webhooks are told of a turn.
    fn letters(&self, turn: &Turn) -> Vec<Letter> {
        let mut letters = Vec::new();
        for (hook, webhook) in &self.bot.settings.webhooks {
            let told = turn.events.iter().filter(|e| news(&e.what).is_some_and(|n| webhook.news.contains(&n)));
            letters.extend(told.map(|e| Letter { hook: hook.clone(), seq: e.seq, at: e.at }));
        }
        letters
    }

    pub(super) fn tell(&self, made: &Made) {
        let (id, holder) = (made.session.id, &made.session.holder);
        if !made.turn.events.is_empty() {
            self.inner.bus.publish(id, Notice::Events { upto: made.session.seq });
            self.inner.desk.saw(&self.bot, &made.row, &made.turn.events, self.inner.clock.now());
            self.inner.bus.row(made.row.clone());
            self.inner.wake_webhooks(&self.bot);
        }
        // What was said is read in a moment: the customer sees that somebody is at it.
        if made.turn.effects.iter().any(|e| matches!(e, Effect::SetTimer { timer: Timer::More, .. })) {
            let from = Speaker::Bot { name: self.bot.settings.name.clone() };
            self.inner.bus.publish(id, Notice::Typing { from, on: true });
        }
        if let (Holder::Waiting { team, since, .. }, Holder::Agent { since: now, .. }) = (&made.before, holder) {
            let waited = u64::try_from(now.0 - since.0).unwrap_or(0);
            self.inner.seen.came(team, std::time::Duration::from_millis(waited));
        }
        let (left, joined) = (queue(&made.before), queue(holder));
        if left != joined {
            left.into_iter().chain(joined).for_each(|(team, _)| self.inner.desk.moved(team));
        }
    }
}

/// What others have to carry out of a turn.
pub(super) fn pending(session: &Session, turn: &Turn) -> Vec<Pending> {
    let effects = (0_u32..).zip(&turn.effects).filter(|(_, e)| matches!(e, Effect::Call { .. } | Effect::Queue { .. }));
    let made =
        |(n, effect): (u32, &Effect)| Pending { session: session.id, seq: session.seq, n, effect: effect.clone() };
    effects.map(made).collect()
}

/// In whose queue a chat stands, and how urgently.
fn queue(holder: &Holder) -> Option<(&str, Priority)> {
    match holder {
        Holder::Waiting { team, priority, .. } => Some((team, *priority)),
        _ => None,
    }
}

/// A store that does not work is told to nobody but the log: the other side is asked to try again, unless that is in vain.
pub fn busy(e: StoreError) -> Refusal {
    tracing::error!(problem = %e, "the store");
    if matches!(e, StoreError::Damaged(_)) { Refusal::Damaged } else { Refusal::Busy }
}
