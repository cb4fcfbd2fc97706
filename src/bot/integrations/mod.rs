//! `integrations.yaml`: systems that `use` may reach, what they answer, and how a request to them is made.
mod answer;
pub mod openapi;
pub mod own;
mod path;
mod read;
mod request;

pub use answer::{Misfit, Outcome, Take, Where, join};
pub use path::Path;
pub use read::{EFFECTS, address, reach, read, secret};

use super::settings::{Field, Kinds, kinds};
use ipnet::IpNet;
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
    pub reach: Reach,
    pub headers: Vec<(String, Given)>,
    /// When the system is left alone for a while.
    pub rest: Option<Rest>,
    pub actions: BTreeMap<String, Action>,
    /// Whether rapport answers it itself.
    pub own: bool,
}

/// Which addresses within the own network a system may have.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    #[default]
    Public,
    /// All but those at which clouds tell secrets to whoever asks.
    Private,
    Named(Vec<IpNet>),
}

/// After so many failures in a row nothing is asked for so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest {
    pub after: u32,
    pub length: Duration,
}

/// What stands in the file, or the name of the environment variable that holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    Text(String),
    Secret(String),
}

/// How rapport proves itself to the system. The secret is the *name* of an environment variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Auth {
    None,
    Bearer { secret: String },
    Header { name: String, secret: String },
    Basic { user: String, secret: String },
    OAuth(OAuth),
}

/// OAuth 2: a token for a while, in exchange for the client's secret, or for a refresh token where there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuth {
    /// Where tokens are given out.
    pub token: String,
    pub client: Given,
    pub secret: String,
    pub refresh: Option<String>,
    pub scope: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Action {
    pub method: Method,
    /// Template of the path, values percent-encoded.
    pub path: String,
    /// What stands behind the `?`: names, and templates whose values are encoded.
    pub query: Vec<(String, String)>,
    pub headers: Vec<(String, Given)>,
    pub body: Option<Body>,
    pub timeout: Duration,
    /// More attempts where the first cannot have done anything, or may do it twice.
    pub retries: u32,
    /// The header by which the system knows a request that it has carried out before.
    pub repeat_key: Option<String>,
    /// In the order written; the first is "it works".
    pub outcomes: Vec<Outcome>,
    /// Fields of the answer that flows may use.
    pub gives: BTreeMap<String, Field>,
    /// Where each of them stands in the answer.
    pub takes: BTreeMap<String, Take>,
    /// One of [`EFFECTS`]: something that cannot be taken back.
    pub effect: Option<String>,
    pub pages: Option<Pages>,
    /// How long an answer is used again.
    pub cache: Option<Duration>,
    /// Bytes of an answer that are read at most.
    pub largest: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// JSON; its texts are templates.
    Json(Value),
    /// Fields as of a web form; their values are templates.
    Form(Vec<(String, String)>),
}

/// How an answer in several pages goes on.
#[derive(Clone, Debug, PartialEq)]
pub struct Pages {
    pub next: Next,
    pub at_most: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// The header `Link` with `rel="next"`.
    Link,
    /// The next page's address stands here.
    Address(Path),
    /// A mark stands here, which is sent as this part of the query.
    Mark(Path, String),
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
    pub headers: Vec<(String, Given)>,
    pub body: Option<Body>,
    pub timeout: Duration,
    pub retries: u32,
    pub repeat_key: Option<String>,
    pub reach: Reach,
    pub rest: Option<Rest>,
    pub outcomes: Vec<Outcome>,
    /// Fields to take from the answer, their kinds and places.
    pub gives: Vec<(String, String, Take)>,
    pub pages: Option<Pages>,
    pub cache: Option<Duration>,
    pub largest: usize,
}

impl Request {
    /// Whether sending it a second time does no more than sending it once.
    pub fn is_repeatable(&self) -> bool {
        matches!(self.method, Method::Get | Method::Put) || self.repeat_key.is_some()
    }
}

impl Method {
    /// As HTTP calls it.
    pub fn word(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }
}

/// Why a request could not be made from the given values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadRequest(pub String);

impl Action {
    /// The names of all outcomes, each once, in the order written.
    pub fn outcome_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for outcome in &self.outcomes {
            if !names.contains(&outcome.name.as_str()) {
                names.push(&outcome.name);
            }
        }
        names
    }

    /// As long as all pages of all attempts may take together, with so much beside each.
    pub fn patience(&self, slack: Duration) -> Duration {
        let pages = self.pages.as_ref().map_or(1, |pages| pages.at_most);
        (self.timeout + slack).saturating_mul(self.retries.saturating_add(1)).saturating_mul(pages)
    }

    /// Names of the values that a request needs.
    pub fn needs(&self) -> std::collections::BTreeSet<String> {
        request::needs(self)
    }

    /// The outcome that means "it works".
    pub fn good(&self) -> &str {
        self.outcomes.first().map_or("ok", |outcome| &outcome.name)
    }
}

impl Auth {
    /// Names of the environment variables that it needs.
    fn secrets(&self) -> Vec<&str> {
        match self {
            Auth::None => vec![],
            Auth::Bearer { secret } | Auth::Header { secret, .. } | Auth::Basic { secret, .. } => vec![secret],
            Auth::OAuth(OAuth { client, secret, refresh, .. }) => {
                let more = client.secret().into_iter().chain(refresh.as_deref());
                std::iter::once(secret.as_str()).chain(more).collect()
            }
        }
    }
}

impl Given {
    fn secret(&self) -> Option<&str> {
        match self {
            Given::Text(_) => None,
            Given::Secret(name) => Some(name),
        }
    }
}

impl Integrations {
    /// Names of the environment variables that its systems need.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        self.systems.values().flat_map(|system| {
            let headers = system.headers.iter().chain(system.actions.values().flat_map(|action| &action.headers));
            system.auth.secrets().into_iter().chain(headers.filter_map(|(_, given)| given.secret()))
        })
    }

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
