//! Names in conversation tests: actions, outcomes, fields, teams, flows, promises.
use super::Subject;
use crate::language::ast::{Flow, Phrase};
use crate::language::diagnostic::{Diagnostic, did_you_mean};
use crate::language::steps::Step;
use crate::language::test::{Act, Expect, Given};
use std::collections::BTreeSet;

/// All names in tests that mean nothing.
pub fn tests(subject: &Subject<'_>, details: &BTreeSet<String>, found: &mut Vec<Diagnostic>) {
    let promises = promises(subject.flows);
    for line in subject.tests.iter().flat_map(|t| &t.lines) {
        match &line.act {
            Act::Given(Given::Answers { action: name, answers }) => {
                let Some(action) = action(subject, name, found) else { continue };
                for answer in answers {
                    let outcomes = action.outcome_names().into_iter();
                    known(&answer.outcome, outcomes, "F411", "outcome", found);
                    for (field, _) in &answer.fields {
                        known(field, action.gives.keys().map(String::as_str), "F412", "value in this answer", found);
                    }
                }
            }
            Act::Given(Given::Fails { action: name }) => drop(action(subject, name, found)),
            Act::Given(Given::Contact(name, _)) => {
                let fields = subject.settings.customer.keys().map(String::as_str);
                known(name, fields, "F415", "field of a customer", found);
            }
            Act::Given(Given::Detail(name, _)) => {
                known(name, details.iter().map(String::as_str), "F417", "detail", found);
            }
            Act::Expect(all) => all.iter().for_each(|e| expect(subject, e, &promises, found)),
            _ => {}
        }
    }
}

fn expect(subject: &Subject<'_>, expect: &Expect, promises: &BTreeSet<String>, found: &mut Vec<Diagnostic>) {
    let teams = || subject.settings.teams.keys().map(String::as_str);
    match expect {
        Expect::Asked { action: name, .. } | Expect::NotAsked { action: name } => drop(action(subject, name, found)),
        Expect::Escalated { to, .. } => known(to, teams(), "F413", "team", found),
        Expect::Promise { name, by } => {
            known(name, promises.iter().map(String::as_str), "F416", "promise", found);
            by.iter().for_each(|by| known(by, teams(), "F413", "team", found));
        }
        Expect::Topic(name) => {
            known(name, subject.flows.iter().map(|f| f.name.text.as_str()), "F414", "flow", found);
        }
        _ => {}
    }
}

fn action<'s>(
    subject: &'s Subject<'_>,
    name: &Phrase,
    found: &mut Vec<Diagnostic>,
) -> Option<&'s crate::bot::integrations::Action> {
    let systems = &subject.integrations.systems;
    let (system, action) = name.text.split_once('.')?;
    let all: Vec<String> =
        systems.iter().flat_map(|(s, of)| of.actions.keys().map(move |a| format!("{s}.{a}"))).collect();
    known(name, all.iter().map(String::as_str), "F410", "action", found);
    systems.get(system)?.actions.get(action)
}

fn known<'n>(
    name: &Phrase,
    all: impl Iterator<Item = &'n str>,
    code: &'static str,
    what: &str,
    found: &mut Vec<Diagnostic>,
) {
    let all: Vec<&str> = all.collect();
    if all.contains(&name.text.as_str()) {
        return;
    }
    let action = match did_you_mean(&name.text, all.iter().copied()) {
        Some(meant) => format!("Did you mean `{meant}`?"),
        None if all.is_empty() => format!("This bot has no {what} of any name; take the line out."),
        None => format!("Use one of: {}.", all.join(", ")),
    };
    found.push(Diagnostic::error(code, name.span, format!("There is no {what} `{}`", name.text), action));
}

fn promises(flows: &[Flow]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for flow in flows {
        super::visit::steps(flow, &mut |step| {
            if let Step::Promise(promise) = step {
                names.insert(promise.name.text.clone());
            }
        });
    }
    names
}
