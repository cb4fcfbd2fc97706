//! Where the bot stands in a chat: topics, the flows within them, what is waited for. Its shape is the journal's.
use super::event::Choice;
use crate::language::steps::Scale;
use crate::time::Millis;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Where the bot stands: which steps of which flows, what it waits for, which variations it used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Control {
    /// Hash of the bot that this was made by.
    pub bot_hash: String,
    /// The topic at work last; the others wait for it to end.
    pub topics: Vec<TopicState>,
    pub wait: Wait,
    /// Details that outlive their topic.
    pub kept: BTreeMap<String, Value>,
    /// For each text with variations, the ones used since all were used.
    pub used: BTreeMap<String, Vec<u16>>,
    /// Digests of the lines of empathy that were said: none is said twice in a chat.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub comforted: BTreeSet<u64>,
    pub greeted: bool,
    /// Buttons offered now.
    pub choices: Vec<Choice>,
    pub scale: Option<Scale>,
    /// Timers that are set.
    pub timers: BTreeMap<String, Millis>,
    /// Times that the customer changed the subject in the middle of a question.
    #[serde(default)]
    pub digressions: u32,
    /// Topics that the customer wants after this one; the next last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub later: Vec<String>,
    /// The topic that ended last: what was said in it may still be corrected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Box<TopicState>>,
    /// Details that were known when something lasting was done: they are not corrected any more.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub settled: BTreeSet<String>,
    /// Times that the customer took an earlier answer back.
    #[serde(default)]
    pub corrections: u32,
    /// Flows that a feeling has begun: each once in a chat.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub begun: BTreeSet<String>,
    /// Events that no flow has begun for yet, because something else is under way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arrived: Vec<(String, Map<String, Value>)>,
    /// Messages that wait for the rest of a thought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<Unread>,
    /// The question whose silence is watched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silence: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unread {
    /// When the first of them came.
    pub since: Millis,
    pub texts: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TopicState {
    pub flow: String,
    pub slots: BTreeMap<String, Value>,
    /// The flow at work last.
    pub frames: Vec<Frame>,
    /// The customer's words that began it: details in them are not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard: Option<String>,
    /// It interrupted a question, to which the bot comes back.
    #[serde(default)]
    pub aside: bool,
    /// Details that the customer gave, the latest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answered: Vec<String>,
    /// The trails of flows that came to their end.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub walked: BTreeMap<String, Trail>,
    /// Flows left by `go to`, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<String>,
}

/// For each operation that ran, the one that ran after it. Written as pairs: numbers are no keys in JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<(u32, u32)>", into = "Vec<(u32, u32)>")]
pub struct Trail(pub BTreeMap<u32, u32>);

impl From<Vec<(u32, u32)>> for Trail {
    fn from(pairs: Vec<(u32, u32)>) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl From<Trail> for Vec<(u32, u32)> {
    fn from(trail: Trail) -> Self {
        trail.0.into_iter().collect()
    }
}

impl Trail {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    pub flow: String,
    /// Index of the operation to run next, or that waits.
    pub at: u32,
    /// Its name, by which it is found again in a changed bot.
    pub anchor: String,
    /// Failed tries by the operation's name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tries: BTreeMap<String, u32>,
    /// Rounds begun of the loops that are at work, by the operation's name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rounds: BTreeMap<String, u32>,
    /// Until when `wait` waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
    /// Where it went so far.
    #[serde(default, skip_serializing_if = "Trail::is_empty")]
    pub trail: Trail,
    /// The operation that ran last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<u32>,
    /// Another version of the bot ran its first steps: where it went is not known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub moved: bool,
    /// Set while steps are run again after `ask again` or a correction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rerun: Option<Rerun>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rerun {
    /// Operations before this one were run before.
    pub until: u32,
    /// Details that changed since.
    pub changed: BTreeSet<String>,
}

/// What the bot waits for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "snake_case")]
pub enum Wait {
    /// The chat to be opened.
    #[default]
    Opening,
    /// An answer to the question at the top frame.
    Answer,
    /// "Did you mean A or B?", asked by the triage at the top frame.
    Meaning {
        flows: Vec<String>,
    },
    /// "Finish this first, or switch?", asked over the question at the top frame.
    Switch {
        flow: String,
    },
    /// The words that go with a score.
    Comment {
        slot: String,
        score: u8,
    },
    Call {
        call: u32,
    },
    /// The end of a `wait`.
    Pause,
    /// A person; customers' words are kept for them.
    Person,
    /// Nothing: the chat is resolved.
    Nothing,
}

impl Wait {
    /// Whether the customer has the next word.
    pub fn is_question(&self) -> bool {
        matches!(self, Wait::Answer | Wait::Meaning { .. } | Wait::Switch { .. } | Wait::Comment { .. })
    }
}
