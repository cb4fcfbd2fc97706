//! What to do once a turn is durable, as data. The runtime carries effects out at least once, keyed (session, seq, n).
use super::input::Timer;
use crate::language::ast::Priority;
use crate::time::Millis;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// Ask another system; the answer comes back as `Input::CallAnswered` with the same `call`.
    Call {
        call: u32,
        system: String,
        action: String,
        args: Map<String, Value>,
        /// The arguments hold a secret: nothing of it is stored, and it is sent once at most.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        secret: bool,
    },
    SetTimer {
        timer: Timer,
        due: Millis,
    },
    CancelTimer {
        timer: Timer,
    },
    /// Put the chat into a team's queue; `Input::NobodyAvailable` comes back where nobody of the team is present.
    Queue {
        team: String,
        priority: Priority,
    },
}
