//! Syntax tree and settings to a checked, immutable [`Bot`]. Pure.
#![deny(clippy::disallowed_methods, clippy::disallowed_types, clippy::unwrap_used, clippy::expect_used)]

pub mod catalog;
mod check;
pub mod compile;
pub mod graph;
pub mod house;
pub mod integrations;
pub mod knowledge;
pub mod locales;
mod lower;
pub mod op;
pub mod paths;
pub mod philosophy;
pub mod phrases;
pub mod settings;
pub mod shelf;
pub mod template;
pub mod yaml;

pub use compile::{Compiled, Files, Inspected, compile, inspect, thorough};
pub use integrations::Integrations;
pub use lower::title;
pub use op::FlowCode;
pub use settings::Settings;

use crate::language::test::Test;
use crate::understand::articles::Articles;
use crate::understand::catalog::Catalog;
use crate::understand::topics::Topics;
use locales::Locales;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use template::Templates;

/// The flow that a chat begins with.
pub const MAIN: &str = "main";

/// A bot that may run: compiled, checked, never changed.
#[derive(Debug)]
pub struct Bot {
    /// The name of its folder; what stands in URLs.
    pub id: String,
    /// Hash of everything it was made from.
    pub hash: String,
    pub settings: Settings,
    pub integrations: Integrations,
    /// Its help articles.
    pub knowledge: Articles,
    /// Its products.
    pub catalog: Catalog,
    /// By name, house flows included.
    pub flows: BTreeMap<String, FlowCode>,
    pub templates: Templates,
    /// Topics by their flows' names.
    pub topics: Topics,
    /// The same in other languages, by tag.
    pub topics_in: BTreeMap<String, Topics>,
    pub locales: Locales,
    /// Every text that customers may read, as written: what translations are made of.
    pub texts: Vec<String>,
    /// How long the longest way to an answer or a person is; `None` where nothing bounds it.
    pub bound: Option<paths::Bound>,
    pub philosophy: philosophy::Philosophy,
    /// Its conversation tests, as written.
    pub tests: Vec<Test>,
}

impl Bot {
    /// The fields of a system's answer in the shapes that `gives` names.
    pub fn shape(&self, system: &str, action: &str, fields: Map<String, Value>) -> Map<String, Value> {
        self.integrations.shape(&self.settings.kinds, system, action, fields)
    }

    /// Whether a detail holds answers of a system that are to have this field.
    pub fn is_given(&self, detail: &str, field: &str) -> bool {
        self.flows.values().flat_map(|f| &f.ops).any(|placed| match &placed.op {
            op::Op::Use(step) if step.save_as.as_deref() == Some(detail) => {
                self.integrations.action(&step.system, &step.action).is_some_and(|a| a.gives.contains_key(field))
            }
            _ => false,
        })
    }

    /// What is known of a customer in the shapes that `customer` names.
    pub fn customer(&self, known: &Map<String, Value>) -> Value {
        let kind = |name: &str| self.settings.customer.get(name).map_or("text", |field| field.kind.as_str());
        let shaped = |(name, value): (&String, &Value)| {
            (name.clone(), settings::kinds::shaped(&self.settings.kinds, kind(name), value.clone()))
        };
        Value::Object(known.iter().map(shaped).collect())
    }

    /// Names of the environment variables that hold its secrets.
    pub fn secrets(&self) -> BTreeSet<String> {
        let identity = self.settings.identity.iter().map(|identity| identity.secret.clone());
        self.integrations.secrets().map(str::to_owned).chain(identity).collect()
    }

    /// How people call a flow.
    pub fn title<'a>(&'a self, flow: &'a str) -> &'a str {
        self.flows.get(flow).map_or(flow, |f| f.title.as_str())
    }

    /// A fixed text in a language of [`Locales::fitting`], as written where there is no translation.
    pub fn said<'a>(&'a self, text: &'a str, language: Option<&str>) -> &'a str {
        language.and_then(|tag| self.locales.text(tag, text)).unwrap_or(text)
    }

    /// Learns the topics of all languages and the articles now, so that no customer waits for it.
    pub fn learn(&self) {
        self.topics.learn();
        self.knowledge.learn();
        self.topics_in.values().for_each(Topics::learn);
    }

    /// Whether it has words in a customer's language: its own, or translations.
    pub fn speaks(&self, language: &str) -> bool {
        let primary = locales::primary(language);
        let own = self.settings.languages.iter().any(|l| locales::primary(l).eq_ignore_ascii_case(primary));
        own || self.locales.fitting(language).is_some()
    }

    /// The topics in a language of [`Locales::fitting`].
    pub fn topics(&self, language: Option<&str>) -> &Topics {
        language.and_then(|tag| self.topics_in.get(tag)).unwrap_or(&self.topics)
    }
}
