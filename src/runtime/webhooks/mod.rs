//! Webhooks: other programs are told what happens in chats. What is to be told is kept with the turn that caused it, and one
//! task for each receiver carries it out: a receiver that is slow or gone holds up nobody else.
mod letter;
mod post;

pub use letter::news;
pub use post::Bells;

use super::ports::Stored;
use crate::bot::settings::Webhook;
use crate::id::SessionId;
use crate::time::Millis;
use async_trait::async_trait;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// News that a turn caused, as it is kept with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub hook: String,
    /// Its entry in the journal.
    pub seq: u64,
    pub at: Millis,
}

/// A receiver: one webhook of one bot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Receiver {
    pub bot: String,
    pub hook: String,
}

/// The name of one delivery.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    pub session: SessionId,
    pub seq: u64,
    pub hook: String,
}

impl Name {
    /// What receivers know it by: the same for every attempt, and for every receiver of the same news.
    pub fn id(&self) -> String {
        format!("{}-{}", self.session, self.seq)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.id(), self.hook)
    }
}

impl FromStr for Name {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str =
            "The name of a delivery looks like CHAT-NUMBER:WEBHOOK, as `rapport webhooks list` shows it.";
        let (id, hook) = text.split_once(':').ok_or(FORM)?;
        let (session, seq) = id.rsplit_once('-').ok_or(FORM)?;
        let session = SessionId::parse(session).ok_or(FORM)?;
        Ok(Self { session, seq: seq.parse().map_err(|_| FORM)?, hook: hook.to_owned() })
    }
}

/// News that is not delivered yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub name: Name,
    pub bot: String,
    pub at: Millis,
    pub due: Millis,
    pub tries: u32,
    /// Given up; it is sent again only where somebody asks for that.
    pub dead: bool,
    /// Why the last attempt failed.
    pub problem: String,
}

/// What may be sent now, and when there may be something else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    pub now: Vec<Delivery>,
    pub next: Option<Millis>,
}

/// How much waits for a receiver, and how much was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    pub receiver: Receiver,
    pub waiting: u64,
    pub dead: u64,
}

/// What a store keeps of deliveries. They are made by `Store::commit`, and go with the chat that they are of.
#[async_trait]
pub trait Deliveries: Send + Sync {
    /// Takes what is due for a receiver, at most `limit`: of each chat the earliest only, so that its order is kept. Nobody else
    /// gets them before `until`.
    async fn take_deliveries(&self, receiver: &Receiver, now: Millis, until: Millis, limit: usize) -> Stored<Taken>;
    /// It is delivered, or there is nothing left to deliver.
    async fn delivered(&self, name: &Name) -> Stored<()>;
    /// An attempt failed: it is due again later, and what follows it in its chat waits as long.
    async fn put_off_delivery(&self, name: &Name, until: Millis, problem: &str) -> Stored<()>;
    /// No more attempts.
    async fn give_up_delivery(&self, name: &Name, problem: &str) -> Stored<()>;
    /// What is not delivered, dead letters first, then the oldest first.
    async fn undelivered(&self, limit: usize) -> Stored<Vec<Delivery>>;
    async fn delivery_counts(&self) -> Stored<Vec<Count>>;
    /// Everything that waits for a receiver or was given up is due now, from the first attempt on; how much that is.
    async fn replay_deliveries(&self, receiver: &Receiver, now: Millis) -> Stored<u64>;
    /// The same for one; whether there is such a delivery.
    async fn replay_delivery(&self, name: &Name, now: Millis) -> Stored<bool>;
}

/// Something to send, ready but for its signature.
#[derive(Clone, Debug)]
pub struct Parcel {
    pub webhook: Webhook,
    pub id: String,
    /// Of this attempt.
    pub at: Millis,
    pub body: String,
}

/// Why a parcel did not arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undelivered {
    pub problem: String,
    /// How long the receiver wants to be left alone.
    pub pause: Option<Duration>,
    /// It will take nothing any more.
    pub gone: bool,
}
