//! What can reach a chat.
use super::file::File;
use crate::id::AgentId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "input", rename_all = "snake_case")]
pub enum Input {
    /// The customer opened the chat.
    Opened {
        page: Option<String>,
        language: Option<String>,
        #[serde(default)]
        customer: Map<String, Value>,
        returning: bool,
        /// The flow because of which the website opened the chat: one that starts when a page matches.
        #[serde(default)]
        start: Option<String>,
    },
    /// The website's server has said who the customer is.
    Identified {
        customer: Map<String, Value>,
    },
    /// Something happened in the shop or on the website; flows may start when it does.
    EventArrived {
        name: String,
        #[serde(default)]
        details: Map<String, Value>,
    },
    CustomerSaid {
        cid: String,
        text: String,
    },
    /// `choice` is the id of a button; the runtime has checked that it is offered (`Session::offers`).
    CustomerTapped {
        cid: String,
        choice: String,
    },
    /// A photo or a file; the runtime has kept its bytes.
    CustomerSent {
        cid: String,
        file: File,
    },
    /// The "talk to a person" button.
    CustomerWantsPerson {
        cid: String,
    },
    CallAnswered {
        call: u32,
        answer: Answer,
    },
    /// A timer set by [`super::Effect::SetTimer`] is due.
    TimerFired {
        timer: Timer,
    },
    /// The desk found nobody for the team that the chat waits for.
    NobodyAvailable,
    AgentTook {
        agent: AgentId,
        name: String,
    },
    AgentSaid {
        agent: AgentId,
        name: String,
        cid: String,
        text: String,
    },
    AgentNoted {
        agent: AgentId,
        name: String,
        text: String,
    },
    /// A word by which the chat is found again.
    AgentTagged {
        agent: AgentId,
        name: String,
        tag: String,
    },
    /// What was promised is done.
    AgentKeptPromise {
        agent: AgentId,
        name: String,
        promise: String,
    },
    AgentHandedBack {
        agent: AgentId,
        name: String,
        /// Where the bot goes on; without one, where it stood.
        #[serde(default)]
        flow: Option<String>,
    },
    /// The agent passes the chat on to a team, with a word for whoever takes it.
    AgentTransferred {
        agent: AgentId,
        name: String,
        team: String,
        note: Option<String>,
    },
    /// The agent who had the chat is gone.
    AgentLeft {
        agent: AgentId,
        name: String,
    },
    AgentResolved {
        agent: AgentId,
        name: String,
    },
    /// The runtime could not run a turn (it panicked): apologise and bring in a person.
    Broke {
        problem: String,
    },
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// One of the outcomes of `integrations.yaml`, with the fields of its `gives`.
    Outcome { outcome: String, fields: Map<String, Value> },
    /// No usable answer: unreachable, timed out, refused, malformed. `problem` is for agents and authors.
    Failed { problem: String },
}

/// What a timer is for; also its name, so that setting it again replaces it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "timer", rename_all = "snake_case")]
pub enum Timer {
    /// A promise is due.
    Promise { name: String },
    /// The customer went quiet.
    Quiet,
    /// The end of a `wait`.
    Pause,
    /// The customer may have more to say.
    More,
    /// The customer stays on a page for which a flow starts.
    Page { flow: String },
    /// A call that is stored nowhere has no answer yet.
    Call { call: u32 },
    /// The `n`-th `when silent for …` of the open question.
    Silent { n: u16 },
    /// The `n`-th `when waited …` of the escalation.
    Waited { n: u16 },
}

impl Input {
    /// Something that a customer did, or the website for them; not the opening of the chat.
    pub fn is_from_customer(&self) -> bool {
        matches!(
            self,
            Input::CustomerSaid { .. }
                | Input::CustomerTapped { .. }
                | Input::CustomerSent { .. }
                | Input::CustomerWantsPerson { .. }
                | Input::EventArrived { .. }
        )
    }
}

impl Timer {
    /// A stable name within the session.
    pub fn key(&self) -> String {
        match self {
            Timer::Promise { name } => format!("promise:{name}"),
            Timer::Quiet => "quiet".to_owned(),
            Timer::Pause => "pause".to_owned(),
            Timer::More => "more".to_owned(),
            Timer::Page { flow } => format!("page:{flow}"),
            Timer::Call { call } => format!("call:{call}"),
            Timer::Silent { n } => format!("silent:{n}"),
            Timer::Waited { n } => format!("waited:{n}"),
        }
    }
}
