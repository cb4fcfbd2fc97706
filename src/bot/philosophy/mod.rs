//! `philosophy.yaml`: the service philosophy. Its static half is checked (`check/manner.rs` and its neighbours); the other
//! half is kept for whoever measures chats.
mod read;

pub use read::read;

use crate::language::ast::{Expr, Feeling, Term};
use crate::language::diagnostic::Severity;
use crate::language::source::Span;
use std::collections::BTreeMap;

/// Rules that `exceptions` may soften: those that `check` enforces.
pub const RULES: &[&str] = &[
    "never_say",
    "reading_grade_max",
    "empathy",
    "sentences_per_message_max",
    "say",
    "same_promise_everywhere",
    "promise_needs",
    "turns_to_answer_or_person",
    "ask_twice",
];

#[derive(Clone, Debug, Default)]
pub struct Philosophy {
    /// Words that no text may hold, in small letters.
    pub never_say: Vec<String>,
    pub reading_grade_max: Option<u32>,
    pub empathy: Empathy,
    pub sentences_per_message_max: Option<u32>,
    /// The word to use, and the words that it stands for.
    pub say: BTreeMap<String, Vec<String>>,
    pub same_promise_everywhere: bool,
    pub promise_needs: Vec<String>,
    pub remind_before: Option<Term>,
    pub turns_to_answer_or_person: Option<(u32, Span)>,
    pub ask_twice_never: bool,
    pub digressions: Option<u32>,
    pub bot_reply: Option<Term>,
    pub person_joins: Option<Term>,
    pub tell_if_slower: bool,
    /// Figures to reach; shares between 0 and 1.
    pub goals: BTreeMap<String, Goal>,
    /// By name.
    pub personas: BTreeMap<String, Persona>,
    pub exceptions: Vec<Exception>,
}

/// Failures after which empathy is shown, and what it comes before.
#[derive(Clone, Debug, Default)]
pub struct Empathy {
    /// Outcomes by name.
    pub outcomes: Vec<(String, Span)>,
    pub it_fails: bool,
    /// From this many failed tries on.
    pub tries: Option<u32>,
    pub before_question: bool,
    pub before_escalate: bool,
}

/// Customers who are spoken to in a manner of their own.
#[derive(Clone, Debug)]
pub struct Persona {
    /// Who they are.
    pub condition: Option<Expr>,
    pub empathize: Manner,
    /// A person is offered after this many failed tries.
    pub offer_person_after: Option<u32>,
}

/// How a persona is met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Manner {
    #[default]
    Usual,
    Reassuring,
    Brief,
    /// As if the customer had this feeling.
    Feeling(Feeling),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Goal {
    Number(f64),
    Share(f64),
    Within(Term),
}

/// A rule that counts less, or not at all, and why.
#[derive(Clone, Debug)]
pub struct Exception {
    pub rule: String,
    /// `None` turns the rule off.
    pub severity: Option<Severity>,
    pub because: String,
    /// Where it stands in the file.
    pub span: Span,
    /// Everywhere where it is not given.
    pub flow: Option<String>,
}

impl Philosophy {
    /// How much a rule counts in a flow, and why where that was changed.
    pub fn level(&self, rule: &str, flow: &str) -> (Option<Severity>, Option<&str>) {
        let fits = |e: &&Exception| e.rule == rule && e.flow.as_deref().is_none_or(|f| f == flow);
        match self.exceptions.iter().find(fits) {
            Some(e) => (e.severity, Some(&e.because)),
            None => (Some(Severity::Error), None),
        }
    }

    /// The exceptions, a line each, for whoever reads the report.
    pub fn told(&self) -> Vec<String> {
        let line = |e: &Exception| {
            let level = if e.severity.is_some() { "only warns" } else { "is off" };
            let place = e.flow.as_ref().map_or_else(String::new, |f| format!(" in {f}"));
            format!("{} {level}{place}, because: {}", e.rule, e.because)
        };
        self.exceptions.iter().map(line).collect()
    }
}
