//! Keeps tickets up with their chats: what happened in a turn is taken in after it, in order; what a broken store refused is
//! tried again.
use super::tickets::{Move, Standing, Ticket, reference};
use super::{Desk, News};
use crate::engine::{Event, Holder};
use crate::id::{AgentId, SessionId};
use crate::runtime::ports::{StoreError, Stored};
use crate::runtime::{Inner, Refusal, Runtime, actor};
use crate::time::Millis;
use std::collections::{BTreeMap, VecDeque};

/// References that may be another chat's before something is wrong.
const ATTEMPTS: usize = 8;
/// Nobody puts a chat off for longer.
const LONGEST: std::time::Duration = std::time::Duration::from_secs(92 * 86_400);

#[derive(Debug, Default)]
pub(super) struct Cases {
    /// Those that are not solved.
    open: BTreeMap<SessionId, Ticket>,
    moves: VecDeque<Moved>,
}

/// What a turn means for a ticket.
#[derive(Clone, Debug)]
struct Moved {
    session: SessionId,
    bot: String,
    moves: Vec<(Move, Millis)>,
}

impl Cases {
    /// Takes down what a turn means for tickets. A chat of the bot alone has none.
    pub fn saw(&mut self, session: SessionId, bot: &str, events: &[Event]) {
        let moves: Vec<_> = events.iter().filter_map(|e| Some((Move::of(e)?, e.at))).collect();
        let begins = moves.iter().any(|(m, _)| *m == Move::Asked);
        let came_back = events.iter().any(|e| e.seq > 1 && matches!(e.what, crate::engine::What::Opened { .. }));
        let awaited = || self.moves.iter().any(|m| m.session == session);
        if !moves.is_empty() && (begins || came_back || self.open.contains_key(&session) || awaited()) {
            self.moves.push_back(Moved { session, bot: bot.to_owned(), moves });
        }
    }

    pub fn next(&self) -> Option<Millis> {
        self.open.values().filter_map(|t| t.until).min()
    }
}

impl Desk {
    /// The ticket of a chat, where there is one that is not solved.
    pub fn ticket(&self, session: SessionId) -> Option<Ticket> {
        self.lock().cases.open.get(&session).cloned()
    }

    /// Whether the customer of this chat waits for an answer.
    pub(super) fn is_urgent(&self, session: SessionId) -> bool {
        self.ticket(session).is_none_or(|t| t.standing == Standing::Open)
    }

    fn took(&self, ticket: Ticket) {
        let session = ticket.session;
        {
            let open = &mut self.lock().cases.open;
            if ticket.standing == Standing::Solved {
                open.remove(&session);
            } else {
                open.insert(session, ticket);
            }
        }
        self.tell(News::Ticket { session });
    }
}

impl Inner {
    pub(super) async fn learn_tickets(&self) -> Stored<()> {
        let open = self.store.open_tickets().await?;
        self.desk.lock().cases.open.extend(open.into_iter().map(|t| (t.session, t)));
        Ok(())
    }

    /// Brings all tickets up to date; whether some have to wait for the store.
    pub(super) async fn keep_cases(&self, now: Millis) -> bool {
        loop {
            let Some(moved) = self.desk.lock().cases.moves.pop_front() else { break };
            if let Err(problem) = self.moved(&moved).await {
                tracing::error!(%problem, session = %moved.session, "a ticket waits for the store");
                self.desk.lock().cases.moves.push_front(moved);
                return true;
            }
        }
        let mut due: Vec<Ticket> = self.desk.lock().cases.open.values().cloned().collect();
        due.retain_mut(|t| t.wakes(now));
        for ticket in due {
            if let Err(problem) = self.store.keep_ticket(ticket.clone()).await {
                tracing::error!(%problem, "a ticket that was put off waits for the store");
                return true;
            }
            self.desk.tell(News::Woke { session: ticket.session });
            self.desk.took(ticket);
        }
        false
    }

    async fn moved(&self, moved: &Moved) -> Stored<()> {
        let Moved { session, bot, moves } = moved;
        let session = *session;
        let mut ticket = match self.desk.ticket(session) {
            Some(ticket) => Some(ticket),
            None => self.store.ticket(session).await?,
        };
        for (what, at) in moves {
            if ticket.is_none() && *what == Move::Asked {
                ticket = Some(self.opened(session, bot, *at).await?);
            }
            if let Some(ticket) = &mut ticket {
                ticket.moves(*what, *at);
            }
        }
        let Some(ticket) = ticket else { return Ok(()) };
        self.store.keep_ticket(ticket.clone()).await?;
        self.desk.took(ticket);
        // The customer's page shows the reference.
        self.bus.publish(session, super::Notice::Events { upto: 0 });
        Ok(())
    }

    async fn opened(&self, session: SessionId, bot: &str, at: Millis) -> Stored<Ticket> {
        for _ in 0..ATTEMPTS {
            let mut random = [0_u8; 7];
            getrandom::fill(&mut random).map_err(|e| StoreError::Broken(e.to_string()))?;
            let fresh = Ticket::new(session, bot, reference(random), at);
            if let Some(kept) = self.store.open_ticket(fresh).await? {
                return Ok(kept);
            }
        }
        Err(StoreError::Broken("no reference is free".into()))
    }
}

impl Runtime {
    /// The ticket with this reference, of this bot.
    ///
    /// # Errors
    /// `UnknownTicket`, `Busy`.
    pub async fn ticket_called(&self, bot: &str, words: &str) -> Result<Ticket, Refusal> {
        let reference = super::tickets::read_reference(words).ok_or(Refusal::UnknownTicket)?;
        let found = self.0.store.ticket_called(&reference).await.map_err(actor::busy)?;
        found.filter(|t| t.bot == bot).ok_or(Refusal::UnknownTicket)
    }

    /// Puts a chat off: it comes back by itself, or when the customer writes.
    ///
    /// # Errors
    /// `NotYours`, `UnknownTicket`, `NotThen` for a time that is past or too far off, `Busy`.
    pub async fn snooze(&self, session: SessionId, agent: AgentId, until: Millis) -> Result<(), Refusal> {
        let mine = move |s: &crate::engine::Session| matches!(&s.holder, Holder::Agent { id, .. } if *id == agent);
        if !self.look(session, move |s, _| mine(s)).await? {
            return Err(Refusal::NotYours);
        }
        let now = self.now();
        if until > now + LONGEST {
            return Err(Refusal::NotThen);
        }
        let mut ticket = match self.0.desk.ticket(session) {
            Some(ticket) => ticket,
            // Taken from the bot before anybody was asked for.
            None => self
                .0
                .opened(session, &self.look(session, |s, _| s.bot.clone()).await?, now)
                .await
                .map_err(actor::busy)?,
        };
        if !ticket.snooze(until, now) {
            return Err(Refusal::NotThen);
        }
        self.0.store.keep_ticket(ticket.clone()).await.map_err(actor::busy)?;
        self.0.desk.took(ticket);
        self.0.desk.wake.notify_one();
        Ok(())
    }
}
