//! `integrations.yaml`: systems that `use` may reach, what they answer, and how a request to them is made.
mod read;
mod request;

pub use read::read;

use super::settings::{Field, Kinds, kinds};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::time::Duration;

#[derive(Clone, Debug, Default)]
pub struct Integrations {
    pub systems: BTreeMap<String, System>,
}

#[derive(Clone, Debug)]
pub struct System {
    /// `https://shop.example/api`, without a slash at the end.
    pub base: String,
    pub auth: Auth,
    /// This system may be reached at a private or loopback address.
    pub private: bool,
    pub actions: BTreeMap<String, Action>,
}

/// How rapport proves itself to the system. The secret is the *name* of an environment variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Auth {
    None,
    Bearer { secret: String },
    Header { name: String, secret: String },
    Basic { user: String, secret: String },
}

#[derive(Clone, Debug)]
pub struct Action {
    pub method: Method,
    /// Template of the path, values percent-encoded.
    pub path: String,
    /// Template of the JSON body; text leaves are templates.
    pub body: Option<Value>,
    pub timeout: Duration,
    /// More attempts after one that got no answer or a 5xx.
    pub retries: u32,
    /// Status codes and their outcomes in the order written; the first is "it works".
    pub outcomes: Vec<(u16, String)>,
    /// Fields of the answer that flows may use.
    pub gives: BTreeMap<String, Field>,
    /// `money`, `message`, …: something that cannot be taken back.
    pub effect: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// A request ready to be sent: nothing in it is a template any more.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub method: Method,
    pub url: String,
    pub auth: Auth,
    pub body: Option<Value>,
    pub timeout: Duration,
    pub retries: u32,
    pub private: bool,
    /// Status codes and their outcomes.
    pub outcomes: Vec<(u16, String)>,
    /// Fields to take from the answer.
    pub gives: Vec<String>,
}

/// Why a request could not be made from the given values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadRequest(pub String);

impl Action {
    /// Names of the values that a request needs.
    pub fn needs(&self) -> std::collections::BTreeSet<String> {
        request::needs(self)
    }

    /// The outcome that means "it works".
    pub fn good(&self) -> &str {
        self.outcomes.first().map_or("ok", |(_, name)| name)
    }
}

impl Integrations {
    /// One action of one system.
    pub fn action(&self, system: &str, action: &str) -> Option<&Action> {
        self.systems.get(system)?.actions.get(action)
    }

    /// The fields of an answer in the shapes that `gives` names: a word of a table becomes its row.
    pub fn shape(&self, kinds: &Kinds, system: &str, action: &str, fields: Map<String, Value>) -> Map<String, Value> {
        let Some(action) = self.action(system, action) else { return fields };
        let shaped = |(name, value): (String, Value)| match action.gives.get(&name.to_lowercase()) {
            Some(field) => (name, kinds::shaped(kinds, &field.kind, value)),
            None => (name, value),
        };
        fields.into_iter().map(shaped).collect()
    }

    /// The request of one action with its arguments filled in.
    ///
    /// # Errors
    /// A system or action that does not exist, or a value that a template needs and `args` lacks.
    pub fn request(&self, system: &str, action: &str, args: &Map<String, Value>) -> Result<Request, BadRequest> {
        request::build(self, system, action, args)
    }
}
