//! Systems that rapport is itself: they stand in no file, and nothing is sent anywhere. `bot/shelf.rs` answers them.
use super::{Action, Auth, Method, Outcome, Reach, System};
use crate::bot::settings::Field;
use std::collections::BTreeMap;
use std::time::Duration;

/// Searching takes milliseconds; a search that takes longer than this is broken.
const TIMEOUT: Duration = Duration::from_secs(10);

/// One built-in action.
pub struct Own {
    pub system: &'static str,
    pub action: &'static str,
    /// The value that it needs.
    pub needs: &'static str,
    /// The first is "it works".
    pub outcomes: &'static [&'static str],
    /// Fields and their kinds.
    pub gives: &'static [(&'static str, &'static str)],
}

/// What the folder `knowledge/` answers.
pub const KNOWLEDGE: Own = Own {
    system: "knowledge",
    action: "search",
    needs: "question",
    outcomes: &["found", "not_found"],
    gives: &[("title", "text"), ("passage", "text"), ("source", "text"), ("articles", "list")],
};

/// What `catalog.csv` answers.
pub const CATALOG: Own = Own {
    system: "catalog",
    action: "search",
    needs: "words",
    outcomes: &["found", "too_many", "not_found"],
    gives: &[
        ("products", "list"),
        ("count", "whole number"),
        ("understood", "text"),
        ("ask", "text"),
        ("choices", "list"),
    ],
};

impl Own {
    /// Described as any other system is, so that flows, checks and editors know it.
    pub fn described(&self) -> System {
        let field = |(name, kind): &(&str, &str)| ((*name).to_owned(), Field { kind: (*kind).to_owned(), span: None });
        let outcome = |name: &&str| Outcome { status: 200, only: None, name: (*name).to_owned() };
        let action = Action {
            method: Method::Get,
            // names what is needed, and is asked of nobody
            path: format!("/{{{{ {} }}}}", self.needs),
            query: vec![],
            headers: vec![],
            body: None,
            timeout: TIMEOUT,
            retries: 0,
            repeat_key: None,
            outcomes: self.outcomes.iter().map(outcome).collect(),
            gives: self.gives.iter().map(field).collect(),
            takes: BTreeMap::new(),
            effect: None,
            pages: None,
            cache: None,
            largest: 0,
        };
        System {
            base: String::new(),
            auth: Auth::None,
            reach: Reach::Public,
            headers: vec![],
            rest: None,
            actions: BTreeMap::from([(self.action.to_owned(), action)]),
            own: true,
        }
    }
}
