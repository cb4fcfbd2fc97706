//! Tickets: what stays of an escalation beyond its chat. A reference that the customer can quote anywhere, and where the matter
//! stands: open, waiting for the customer, put off, solved, open again. Pure, but for the trait that a store implements.
use crate::engine::{Event, Speaker, What};
use crate::id::SessionId;
use crate::runtime::ports::Stored;
use crate::time::Millis;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// Without letters and digits that are mistaken for each other when they are read out, and without the R before them.
const SIGNS: &[u8; 29] = b"23456789ABCDEFGHJKMNPQSTVWXYZ";
/// Enough that nobody guesses one of another customer.
const LENGTH: usize = 7;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Open,
    WaitingForCustomer,
    Snoozed,
    Solved,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    pub session: SessionId,
    pub bot: String,
    pub reference: String,
    pub standing: Standing,
    /// Until when it is put off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
    pub opened: Millis,
    pub changed: Millis,
    /// How often it was thought solved and was not.
    #[serde(default)]
    pub reopened: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_reply: Option<Millis>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub solved: Option<Millis>,
}

/// Something in a chat that moves its ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// A person was asked for: the only one that makes a ticket.
    Asked,
    CustomerWrote,
    AgentWrote,
    Solved,
}

impl Move {
    pub fn of(event: &Event) -> Option<Self> {
        match &event.what {
            What::Waiting { .. } => Some(Move::Asked),
            What::Message { from: Speaker::Customer, .. } => Some(Move::CustomerWrote),
            What::Message { from: Speaker::Agent { .. }, .. } => Some(Move::AgentWrote),
            What::Resolved { .. } => Some(Move::Solved),
            _ => None,
        }
    }
}

impl Ticket {
    pub fn new(session: SessionId, bot: &str, reference: String, now: Millis) -> Self {
        let (until, first_reply, solved) = (None, None, None);
        let (bot, standing) = (bot.to_owned(), Standing::Open);
        Self { session, bot, reference, standing, until, opened: now, changed: now, reopened: 0, first_reply, solved }
    }

    /// Where it stands after this.
    pub fn moves(&mut self, what: Move, at: Millis) {
        let before = self.standing;
        self.standing = match what {
            Move::Asked | Move::CustomerWrote => Standing::Open,
            Move::AgentWrote => Standing::WaitingForCustomer,
            Move::Solved => Standing::Solved,
        };
        match what {
            Move::AgentWrote => self.first_reply = self.first_reply.or(Some(at)),
            Move::Solved => self.solved = Some(at),
            Move::Asked | Move::CustomerWrote if before == Standing::Solved => {
                (self.reopened, self.solved) = (self.reopened + 1, None);
            }
            Move::Asked | Move::CustomerWrote => {}
        }
        (self.until, self.changed) = (None, at);
    }

    /// Puts it off; a solved one stays solved.
    pub fn snooze(&mut self, until: Millis, now: Millis) -> bool {
        if self.standing == Standing::Solved || until <= now {
            return false;
        }
        (self.standing, self.until, self.changed) = (Standing::Snoozed, Some(until), now);
        true
    }

    /// Its time has come: whether it is open again.
    pub fn wakes(&mut self, now: Millis) -> bool {
        if self.standing != Standing::Snoozed || self.until.is_some_and(|until| until > now) {
            return false;
        }
        (self.standing, self.until, self.changed) = (Standing::Open, None, now);
        true
    }
}

/// A reference made of random bytes: `R-K7M 2QX4` without the gap.
pub fn reference(random: [u8; LENGTH]) -> String {
    let sign = |byte: u8| char::from(SIGNS.get(usize::from(byte) % SIGNS.len()).copied().unwrap_or(b'2'));
    format!("R-{}", random.into_iter().map(sign).collect::<String>())
}

/// A reference as people write it: small letters, gaps, without the first sign.
pub fn read_reference(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|c| c.is_ascii_alphanumeric()).collect::<String>().to_ascii_uppercase();
    let signs = text.strip_prefix('R').filter(|rest| rest.len() == LENGTH).unwrap_or(&text);
    let fits = signs.len() == LENGTH && signs.bytes().all(|b| SIGNS.contains(&b));
    fits.then(|| format!("R-{signs}"))
}

/// Where tickets are kept.
#[async_trait]
pub trait Tickets: Send + Sync {
    /// Keeps a new ticket. Where the chat has one, that one stays; `None` where the reference is another chat's.
    async fn open_ticket(&self, ticket: Ticket) -> Stored<Option<Ticket>>;
    /// Keeps where a ticket stands now.
    async fn keep_ticket(&self, ticket: Ticket) -> Stored<()>;
    async fn ticket(&self, session: SessionId) -> Stored<Option<Ticket>>;
    async fn ticket_called(&self, reference: &str) -> Stored<Option<Ticket>>;
    /// All that are not solved.
    async fn open_tickets(&self) -> Stored<Vec<Ticket>>;
}
