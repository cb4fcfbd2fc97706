//! The state of one chat: its events, folded. Nothing else may change it.
pub use super::control::{Control, Frame, Rerun, TopicState, Trail, Unread, Wait};
use super::event::{Event, Speaker, What};
use super::input::Timer;
use crate::id::{AgentId, SessionId};
use crate::language::ast::Priority;
use crate::time::Millis;
use crate::understand::mood::Mood;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How many of the latest client ids a session remembers itself; the store's unique key covers the rest.
pub const CIDS_REMEMBERED: usize = 64;
/// Snapshots of another version are rebuilt from the journal.
pub const SNAPSHOT_VERSION: u16 = 1;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    pub version: u16,
    pub id: SessionId,
    pub bot: String,
    /// Place of the last event; 0 in a session without any.
    pub seq: u64,
    pub began: Millis,
    pub last_at: Millis,
    /// When the customer came or wrote last.
    #[serde(default)]
    pub heard_at: Millis,
    /// Who has the chat.
    pub holder: Holder,
    pub customer: Map<String, Value>,
    pub page: Option<String>,
    pub language: Option<String>,
    pub returning: bool,
    pub last_message: String,
    /// What the bot said last.
    #[serde(default)]
    pub last_said: String,
    pub mood: Mood,
    pub promises: Vec<Commitment>,
    pub tags: BTreeSet<String>,
    pub feedback: Option<u8>,
    /// The latest escalation, for agents.
    pub handoff: Option<Handoff>,
    /// Details known in any topic of this chat, for agents: the latest value of each.
    pub slots: BTreeMap<String, Value>,
    /// What the bot did, in short lines, for agents.
    pub tried: Vec<String>,
    pub topic: Option<String>,
    pub calls: u32,
    /// How often something went wrong inside the bot.
    #[serde(default)]
    pub faults: u32,
    pub cids: VecDeque<Heard>,
    pub control: Control,
    /// In memory alone, and no part of what a state is.
    #[serde(skip)]
    pub secrets: Secrets,
}

/// Answers to secret questions. Two states with different ones are the same state; shown to nobody, not even in logs.
#[derive(Clone, Default)]
pub struct Secrets(pub(super) BTreeMap<String, Value>);

impl PartialEq for Secrets {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// What is written down in the place of a secret.
pub const HIDDEN: &str = "•••••";

/// A client id, the entry that it became and a digest of what it said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    pub cid: String,
    pub seq: u64,
    pub digest: u64,
}

/// Who has the chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Holder {
    Bot,
    /// A person was asked for. The bot may still talk (where nobody is available).
    Waiting {
        team: String,
        priority: Priority,
        since: Millis,
    },
    /// The bot is silent.
    Agent {
        id: AgentId,
        name: String,
        since: Millis,
    },
    Resolved {
        since: Millis,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handoff {
    pub team: String,
    pub priority: Priority,
    pub why: String,
    pub summary: String,
    pub at: Millis,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commitment {
    pub name: String,
    pub words: String,
    pub owner: String,
    pub contact: String,
    pub due: Millis,
    pub late: bool,
    #[serde(default)]
    pub kept: bool,
}

impl Heard {
    /// Whether the same words came before. Of a secret it is only known that they came.
    pub fn is(&self, said: &str) -> bool {
        self.digest == digest(said) || self.digest == digest(HIDDEN)
    }
}

impl Session {
    /// A chat before its first event.
    pub fn new(id: SessionId, bot: &str, now: Millis) -> Self {
        Self {
            version: SNAPSHOT_VERSION,
            id,
            bot: bot.to_owned(),
            seq: 0,
            began: now,
            last_at: now,
            heard_at: now,
            holder: Holder::Bot,
            customer: Map::new(),
            page: None,
            language: None,
            returning: false,
            last_message: String::new(),
            last_said: String::new(),
            mood: Mood::default(),
            promises: Vec::new(),
            tags: BTreeSet::new(),
            feedback: None,
            handoff: None,
            slots: BTreeMap::new(),
            tried: Vec::new(),
            topic: None,
            calls: 0,
            faults: 0,
            cids: VecDeque::new(),
            control: Control::default(),
            secrets: Secrets::default(),
        }
    }

    /// Whether a button with this id is offered now.
    pub fn offers(&self, choice: &str) -> bool {
        self.control.choices.iter().any(|c| c.id == choice)
    }

    /// The entry that a client id became, where it is among the latest.
    pub fn heard(&self, cid: &str) -> Option<&Heard> {
        self.cids.iter().find(|h| h.cid == cid)
    }

    /// Takes in one event. Events must come in order; this is the only way a session changes.
    pub fn apply(&mut self, event: &Event) {
        debug_assert_eq!(event.seq, self.seq + 1, "events come in order");
        self.seq = event.seq;
        self.last_at = event.at;
        if matches!(&event.what, What::Opened { .. } | What::Message { from: Speaker::Customer, .. }) {
            self.heard_at = event.at;
        }
        if event.seq == 1 {
            self.began = event.at;
        }
        match &event.what {
            What::Opened { page, language, customer, returning } => {
                self.holder = Holder::Bot;
                self.page = page.clone().or(self.page.take());
                self.language = language.clone().or(self.language.take());
                self.returning = *returning;
                self.customer.extend(customer.clone());
            }
            What::Identified { customer } => self.customer.extend(customer.clone()),
            What::Message { from, text, .. } => self.heard_message(event.seq, from, text, event.what.said()),
            What::Understood { mood, .. } => self.mood = *mood,
            What::Filled { slot, value } => {
                self.slots.insert(slot.clone(), value.clone());
            }
            What::Forgotten { slot } => {
                self.slots.remove(slot);
            }
            What::TopicBegan { title, .. } => self.topic = Some(title.clone()),
            What::TryFailed { .. }
            | What::NobodyAvailable { .. }
            | What::Note { .. }
            | What::Notified { .. }
            | What::EventArrived { .. }
            | What::Erased { .. } => {}
            What::Faulted { .. } => self.faults = self.faults.saturating_add(1),
            What::Called { call, .. } => self.calls = *call,
            What::Answered { action, outcome, worked, .. } => {
                let how = if *worked { "worked".to_owned() } else { outcome.replace('_', " ") };
                self.tried(format!("{}: {how}", action.replace(['_', '.'], " ")));
            }
            What::Waiting { team, priority, why, summary } => {
                self.holder = Holder::Waiting { team: team.clone(), priority: *priority, since: event.at };
                let (why, summary) = (why.clone(), summary.clone());
                self.handoff = Some(Handoff { team: team.clone(), priority: *priority, why, summary, at: event.at });
            }
            What::Joined { agent, name } => {
                self.holder = Holder::Agent { id: *agent, name: name.clone(), since: event.at };
            }
            What::HandedBack { .. } => self.holder = Holder::Bot,
            What::Promised { name, words, owner, contact, due } => {
                self.promises.retain(|p| p.name != *name);
                let (name, words, owner, contact) = (name.clone(), words.clone(), owner.clone(), contact.clone());
                self.promises.push(Commitment { name, words, owner, contact, due: *due, late: false, kept: false });
            }
            What::PromiseLate { name } => {
                self.promises.iter_mut().filter(|p| p.name == *name).for_each(|p| p.late = true);
            }
            What::PromiseKept { name, .. } => {
                self.promises.iter_mut().filter(|p| p.name == *name).for_each(|p| p.kept = true);
            }
            What::Feedback { score, .. } => self.feedback = Some(*score),
            What::Tagged { tag } => {
                self.tags.insert(tag.clone());
            }
            What::Resolved { .. } => self.holder = Holder::Resolved { since: event.at },
            What::Moved { control } => self.control = (**control).clone(),
        }
    }

    fn heard_message(&mut self, seq: u64, from: &Speaker, text: &str, said: Option<(&str, &str)>) {
        if *from == Speaker::Customer {
            self.last_message = text.to_owned();
        }
        if matches!(from, Speaker::Bot { .. }) {
            self.last_said = text.to_owned();
        }
        let Some((cid, said)) = said else { return };
        self.cids.push_back(Heard { cid: cid.to_owned(), seq, digest: digest(said) });
        if self.cids.len() > CIDS_REMEMBERED {
            self.cids.pop_front();
        }
    }

    /// Lines for agents are few: the latest tell the story.
    fn tried(&mut self, line: String) {
        const LINES: usize = 12;
        self.tried.push(line);
        if self.tried.len() > LINES {
            self.tried.remove(0);
        }
    }

    /// When the next timer of this chat is due.
    pub fn timer(&self, timer: &Timer) -> Option<Millis> {
        self.control.timers.get(&timer.key()).copied()
    }
}

/// FNV-1a over the bytes: enough to tell "the same words again" from "other words under the same id".
pub fn digest(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}
