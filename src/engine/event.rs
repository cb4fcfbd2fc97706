//! One journal entry. Events are all that changes a session: the state of a chat is its events, folded.
use super::file::{File, Takes};
use crate::id::AgentId;
use crate::language::ast::Priority;
use crate::language::steps::Scale;
use crate::time::Millis;
use crate::understand::mood::Mood;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An entry with its place. `seq` starts at 1 and has no gaps within a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub seq: u64,
    pub at: Millis,
    #[serde(flatten)]
    pub what: What,
}

/// Who spoke or acted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum Speaker {
    Customer,
    Bot { name: String },
    Agent { id: AgentId, name: String },
}

/// A button under a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub id: String,
    pub label: String,
}

/// A card as customers see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The address of a picture: `https:`, `http:`, or a path on the bot's own server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
}

/// A link of a card: `https:`, `http:`, `mailto:`, `tel:`, or a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub label: String,
    pub url: String,
}

impl Card {
    /// The same without a picture, for channels that show none.
    pub fn words(&self) -> String {
        let links = self.links.iter().map(|l| format!("{}: {}", l.label, l.url));
        let lines = [format!("**{}**", self.title)].into_iter().chain(self.text.clone()).chain(links);
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    /// The chat began, or began again after it was resolved.
    Opened {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        page: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<String>,
        /// What is known of the customer from a verified source.
        #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
        customer: serde_json::Map<String, Value>,
        returning: bool,
    },
    /// Who the customer is, from a verified source.
    Identified {
        customer: serde_json::Map<String, Value>,
    },
    /// Words that the customer sees.
    Message {
        from: Speaker,
        text: String,
        /// The sender's id for it; on customers' and agents' messages.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cid: Option<String>,
        /// The choice that was tapped; `text` then holds its label.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        choice: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        choices: Vec<Choice>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scale: Option<Scale>,
        /// Cards side by side; `text` then says the same in words.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        cards: Vec<Card>,
        /// A question whose answer is not shown; as a customer's message one whose words are not kept.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        secret: bool,
        /// What the customer sent; `text` then holds the name.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        files: Vec<File>,
        /// The question takes a photo or a file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        takes: Option<Takes>,
    },
    /// What the understander made of the customer's last words.
    Understood {
        /// Flow of the topic, where one was sure enough.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        topic: Option<String>,
        /// The best scores, best first.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        scores: Vec<(String, f32)>,
        mood: Mood,
    },
    /// A detail became known or changed.
    Filled {
        slot: String,
        value: Value,
    },
    Forgotten {
        slot: String,
    },
    /// The bot moved to a topic.
    TopicBegan {
        flow: String,
        title: String,
    },
    /// A question was not answered in a way that fits.
    TryFailed {
        step: String,
        tries: u32,
    },
    /// Another system was asked. `call` names the request within the session and is its idempotency key.
    Called {
        call: u32,
        action: String,
        args: serde_json::Map<String, Value>,
    },
    /// It answered. `detail` is for agents and authors when `worked` is false.
    Answered {
        call: u32,
        action: String,
        outcome: String,
        worked: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<String>,
    },
    /// Something happened in the shop or on the website.
    EventArrived {
        name: String,
        #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
        details: serde_json::Map<String, Value>,
    },
    /// A person was asked for.
    Waiting {
        team: String,
        priority: Priority,
        why: String,
        summary: String,
    },
    NobodyAvailable {
        team: String,
    },
    Joined {
        agent: AgentId,
        name: String,
    },
    HandedBack {
        agent: AgentId,
        name: String,
    },
    Promised {
        name: String,
        words: String,
        owner: String,
        contact: String,
        due: Millis,
    },
    PromiseLate {
        name: String,
    },
    PromiseKept {
        name: String,
        by: Speaker,
    },
    Feedback {
        slot: String,
        score: u8,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
    },
    /// For agents, never for the customer.
    Note {
        from: Speaker,
        text: String,
    },
    Tagged {
        tag: String,
    },
    /// Words for a team, which the customer does not see.
    Notified {
        team: String,
        text: String,
    },
    Resolved {
        by: Speaker,
    },
    /// Something went wrong inside the bot; the customer was told honestly.
    Faulted {
        problem: String,
    },
    /// What stood here is not kept any more; its place is.
    Erased {
        /// Who had said it, where it was a message.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Speaker>,
    },
    /// Where the bot stands after a turn. Internal: shown to nobody, folded into the session.
    Moved {
        control: Box<super::session::Control>,
    },
}

impl What {
    /// A message of nothing but words.
    pub fn message(from: Speaker, text: String, cid: Option<String>) -> Self {
        What::Message {
            from,
            text,
            cid,
            choice: None,
            choices: vec![],
            scale: None,
            cards: vec![],
            secret: false,
            files: vec![],
            takes: None,
        }
    }

    /// What came under a client id: the words, the button, or the file. The same once more is the same message.
    pub fn said(&self) -> Option<(&str, &str)> {
        let What::Message { cid: Some(cid), text, choice, files, .. } = self else { return None };
        let file = files.first().map(|f| f.id.as_str());
        Some((cid, file.or(choice.as_deref()).unwrap_or(text)))
    }

    /// What is left of it where what was said must not be kept: that somebody said something.
    pub fn erased(&self) -> What {
        match self {
            What::Message { from, .. } | What::Erased { from: Some(from) } => What::Erased { from: Some(from.clone()) },
            _ => What::Erased { from: None },
        }
    }

    /// Whether the customer is shown this entry.
    pub fn for_customer(&self) -> bool {
        matches!(
            self,
            What::Message { .. }
                | What::Waiting { .. }
                | What::Joined { .. }
                | What::HandedBack { .. }
                | What::Resolved { .. }
                | What::Erased { from: Some(_) }
        )
    }

    /// Whether agents are shown this entry.
    pub fn for_agent(&self) -> bool {
        !matches!(self, What::Moved { .. })
    }
}
