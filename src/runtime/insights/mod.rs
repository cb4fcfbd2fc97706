//! What is measured of chats: how long customers waited, for whom, what became of it, how they felt. A visit goes from where a chat
//! was opened to where it was opened again; all of it is folded from the journal, so it can be made anew at any time. Pure, but for
//! the trait that a store implements.
mod report;

pub use report::{Day, Report, Spread, report};

use super::ports::Stored;
use crate::engine::{Event, Speaker, What};
use crate::id::SessionId;
use crate::time::Millis;
use crate::understand::mood::Feeling;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    pub session: SessionId,
    /// Place of the entry with which it began.
    pub first: u64,
    pub bot: String,
    pub began: Millis,
    /// The team that was asked for first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// When a person was asked for first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Millis>,
    /// When somebody came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<Millis>,
    /// When a person said the first words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replied: Option<Millis>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub solved: Option<Solved>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback: Option<u8>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub promises: Vec<Promised>,
    /// `None` where the customer said nothing that could be felt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub felt: Option<Felt>,
}

/// How a customer felt at first and at last; `None` is calm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Felt {
    pub first: Option<Feeling>,
    pub last: Option<Feeling>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Solved {
    pub at: Millis,
    pub by: By,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    Bot,
    Agent,
    Customer,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promised {
    pub name: String,
    pub due: Millis,
    pub state: Promise,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Promise {
    Open,
    /// The chat was solved before the promise was due.
    Kept,
    Late,
}

impl Visit {
    /// How long the customer waited for somebody to come, in milliseconds.
    pub fn waited(&self) -> Option<i64> {
        Some((self.joined?.0 - self.asked?.0).max(0))
    }

    /// How long for the first words of a person.
    pub fn first_reply(&self) -> Option<i64> {
        Some((self.replied?.0 - self.asked?.0).max(0))
    }

    /// How long until it was solved.
    pub fn resolution(&self) -> Option<i64> {
        Some((self.solved.as_ref()?.at.0 - self.began.0).max(0))
    }

    /// Solved, and nobody was asked for.
    pub fn without_a_person(&self) -> bool {
        self.solved.is_some() && self.asked.is_none() && self.joined.is_none()
    }

    /// Whether an entry that tells something is news to this visit.
    pub fn cares(&self, event: &Event) -> bool {
        match &event.what {
            What::Message { .. } => tells(event) && self.replied.is_none() && self.joined.is_some(),
            What::Waiting { .. } => self.asked.is_none(),
            What::Joined { .. } => self.joined.is_none(),
            _ => tells(event),
        }
    }

    fn takes(&mut self, event: &Event) {
        let at = event.at;
        match &event.what {
            What::Understood { mood, .. } => {
                let last = mood.strongest();
                self.felt = Some(Felt { first: self.felt.map_or(last, |felt| felt.first), last });
            }
            What::Waiting { team, .. } => {
                self.team = self.team.take().or_else(|| Some(team.clone()));
                self.asked = self.asked.or(Some(at));
            }
            What::Joined { .. } => self.joined = self.joined.or(Some(at)),
            What::Message { from: Speaker::Agent { .. }, .. } => self.replied = self.replied.or(Some(at)),
            What::Promised { name, due, .. } => {
                self.promises.push(Promised { name: name.clone(), due: *due, state: Promise::Open });
            }
            What::PromiseLate { name } => self.settle(|p| p.name == *name, Promise::Late),
            What::Feedback { score, .. } => self.feedback = Some(*score),
            What::Resolved { by } => {
                self.settle(|p| p.due >= at, Promise::Kept);
                let by = match by {
                    Speaker::Agent { .. } => By::Agent,
                    Speaker::Customer => By::Customer,
                    Speaker::Bot { .. } => By::Bot,
                };
                self.solved = Some(Solved { at, by });
            }
            _ => {}
        }
    }

    fn settle(&mut self, which: impl Fn(&Promised) -> bool, state: Promise) {
        let open = self.promises.iter_mut().filter(|p| p.state == Promise::Open && which(p));
        open.for_each(|p| p.state = state);
    }
}

/// Whether an entry tells anything that is measured at once. Most do not, and cost nothing.
pub fn tells(event: &Event) -> bool {
    matches!(
        event.what,
        What::Message { from: Speaker::Agent { .. }, .. }
            | What::Waiting { .. }
            | What::Joined { .. }
            | What::Promised { .. }
            | What::PromiseLate { .. }
            | What::Feedback { .. }
            | What::Resolved { .. }
    )
}

/// The visit that an entry begins.
pub fn begun(session: SessionId, bot: &str, event: &Event) -> Option<Visit> {
    matches!(event.what, What::Opened { .. }).then(|| Visit {
        session,
        first: event.seq,
        bot: bot.to_owned(),
        began: event.at,
        team: None,
        asked: None,
        joined: None,
        replied: None,
        solved: None,
        feedback: None,
        promises: vec![],
        felt: None,
    })
}

/// All visits of a chat, from its journal.
pub fn visits(session: SessionId, bot: &str, events: &[Event]) -> Vec<Visit> {
    let mut all: Vec<Visit> = Vec::new();
    for event in events {
        all.extend(begun(session, bot, event));
        if let Some(visit) = all.last_mut() {
            visit.takes(event);
        }
    }
    all
}

/// Which visits are looked at: those that began in `[from, to)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    pub from: Millis,
    pub to: Millis,
    pub bot: Option<String>,
    pub team: Option<String>,
}

impl Range {
    pub fn holds(&self, visit: &Visit) -> bool {
        visit.began >= self.from
            && visit.began < self.to
            && self.bot.as_ref().is_none_or(|b| *b == visit.bot)
            && self.team.as_ref().is_none_or(|t| visit.team.as_ref() == Some(t))
    }
}

/// What a store keeps of visits. It measures them with the turn that tells of them.
#[async_trait]
pub trait Insights: Send + Sync {
    /// The first `limit` visits of a range, by the time they began.
    async fn visits(&self, range: Range, limit: usize) -> Stored<Vec<Visit>>;
    /// The latest visit of a chat.
    async fn visit(&self, session: SessionId) -> Stored<Option<Visit>>;
}
