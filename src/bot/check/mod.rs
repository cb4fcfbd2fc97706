//! What must hold between the parts of a bot: every name means something, and what is said may be said.
mod bound;
mod cards;
mod confusion;
mod facts;
mod filled;
mod flood;
mod house;
mod kindness;
mod kinds;
mod manner;
mod names;
mod near;
mod personas;
mod proofs;
mod prose;
mod rounds;
mod secrets;
mod starts;
mod teaching;
mod tests;
mod texts;
mod told;
mod visit;

pub use confusion::confusions;
pub use proofs::prove;
pub use teaching::teaching;
pub use texts::filters;

use super::philosophy::Philosophy;
use super::settings::kinds as of_bot;
use super::template::Templates;
use super::{Integrations, Settings};
use crate::language::ast::Flow;
use crate::language::diagnostic::Diagnostic;
use crate::language::steps::Step;
use crate::language::test::Test;
use std::collections::BTreeSet;

/// Everything that a check may look at.
pub struct Subject<'a> {
    /// The author's flows and the house flows that are not replaced.
    pub flows: &'a [Flow],
    /// How many of them are the author's; they stand first.
    pub own: usize,
    pub settings: &'a Settings,
    pub integrations: &'a Integrations,
    pub philosophy: &'a Philosophy,
    pub tests: &'a [Test],
}

/// The texts that customers may read, as written, each once: those of all flows, what the rows of tables are called, and the
/// engine's own words.
pub fn texts_of(flows: &[Flow], kinds: &of_bot::Kinds) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let phrases = crate::bot::phrases::all().map(|phrase| -> &str { phrase });
    let all = own_texts(flows, kinds).into_iter().chain(phrases);
    let once = all.filter(|text| text.chars().any(char::is_alphabetic) && seen.insert(*text));
    once.map(str::to_owned).collect()
}

/// The same without the engine's words, and as often as they stand there.
pub fn own_texts<'t>(flows: &'t [Flow], kinds: &'t of_bot::Kinds) -> Vec<&'t str> {
    let mut found: Vec<&str> = Vec::new();
    for flow in flows {
        found.extend(flow.title.as_ref().map(|title| title.text.as_str()));
        visit::steps(flow, &mut |step| {
            // Notes and summaries are for the team, in its own language.
            let summary = if let Step::Escalate(s) = step { s.summary.as_ref() } else { None };
            if !matches!(step, Step::Note(_) | Step::Notify(_)) {
                let read = visit::texts(step).into_iter().filter(|p| Some(*p) != summary);
                found.extend(read.map(|p| p.text.as_str()));
            }
        });
    }
    let labels = kinds.values().filter_map(of_bot::Kind::table).flat_map(|table| &table.rows);
    found.extend(labels.map(|row| row.label.as_str()));
    found
}

/// All mistakes between the parts.
pub fn check(subject: &Subject<'_>, templates: &mut Templates) -> Vec<Diagnostic> {
    let known = names::Known::collect(subject);
    let mut found = Vec::new();
    names::flows(subject, &mut found);
    kinds::fields(subject, &mut found);
    let mut manner = manner::Manner::new(subject);
    for (index, flow) in subject.flows.iter().enumerate() {
        if let Some(team) = &flow.team {
            known.team(team, &mut found);
        }
        visit::steps(flow, &mut |step| {
            known.step(step, &mut found);
            texts::step(subject, &known, templates, flow, step, &mut found);
            if index < subject.own {
                manner.step(subject, flow, step, &mut found);
            }
        });
    }
    manner::check(subject, &mut found);
    personas::check(subject, &known, &mut found);
    starts::check(subject, &known, &mut found);
    tests::tests(subject, &known.details, &mut found);
    found
}
