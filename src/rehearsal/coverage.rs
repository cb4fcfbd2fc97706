//! Which steps, branches, buttons and retries no test walked.
use crate::bot::op::{Op, Words};
use crate::bot::{Bot, FlowCode};
use crate::engine::{Walked, Way};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Every way through the author's own flows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    pub places: Vec<Place>,
}

/// A step, or one way out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub flow: String,
    pub file: Arc<str>,
    pub line: usize,
    /// Index of the operation, for a picture of the flow.
    pub at: u32,
    /// `say`, `if, when it does not hold`, `ask reason, button too_small`.
    pub what: String,
    pub walked: bool,
}

impl Coverage {
    pub fn walked(&self) -> usize {
        self.places.iter().filter(|p| p.walked).count()
    }

    pub fn missing(&self) -> impl Iterator<Item = &Place> {
        self.places.iter().filter(|p| !p.walked)
    }
}

/// What the tests of a bot walked, all reports together.
pub fn coverage(bot: &Bot, walked: &BTreeSet<Walked>) -> Coverage {
    let said: BTreeSet<(&str, &str)> = walked
        .iter()
        .filter_map(|w| if let Way::Words(key) = &w.way { Some((w.flow.as_str(), key.as_str())) } else { None })
        .collect();
    let mut places = Vec::new();
    for flow in bot.flows.values().filter(|f| !f.house) {
        for (at, placed) in (0..).zip(&flow.ops) {
            for (what, way) in ways(&placed.op) {
                // The place of words moves while they are said; their key does not.
                let walked = match &way {
                    Way::Words(key) => said.contains(&(flow.name.as_str(), key.as_str())),
                    _ => walked.contains(&Walked { flow: flow.name.clone(), at, way }),
                };
                let (file, line) = (placed.file.clone(), placed.line);
                places.push(Place { flow: flow.name.clone(), file, line, at, what, walked });
            }
        }
    }
    Coverage { places }
}

fn ways(op: &Op) -> Vec<(String, Way)> {
    let word = op.word();
    if word.is_empty() {
        return vec![];
    }
    if matches!(op, Op::Branch { .. }) {
        return vec![("if, when it holds".into(), Way::Held), ("if, when it does not hold".into(), Way::HeldNot)];
    }
    let mut found = vec![(word.to_owned(), Way::Step)];
    let mut words = |what: &str, words: &Words| found.push((format!("{word}, {what}"), Way::Words(words.key.clone())));
    match op {
        Op::Greet(greet) => {
            greet.first_time.iter().for_each(|w| words("first time", w));
            greet.returning.iter().for_each(|w| words("returning", w));
            greet.out_of_hours.iter().for_each(|w| words("out of hours", w));
        }
        Op::Empathize { moods, words: otherwise } => {
            for (mood, said) in moods {
                words(&format!("when {}", format!("{mood:?}").to_lowercase()), said);
            }
            otherwise.iter().for_each(|w| words("otherwise", w));
        }
        Op::Ask(ask) => {
            for (n, retry) in (1..).zip(&ask.retries) {
                words(&format!("retry {n}"), retry);
            }
            ask.checks.iter().for_each(|(_, w)| words("check", w));
            let button = |b: &crate::bot::op::Button| (format!("ask, button {}", b.name), Way::Button(b.name.clone()));
            found.extend(ask.buttons.iter().map(button));
        }
        Op::Triage(triage) => {
            triage.anything_else.iter().filter_map(|(w, _)| w.as_ref()).for_each(|w| words("anything else", w));
            found.extend(triage.offers.iter().map(|o| (format!("triage, offer {o}"), Way::Button(o.clone()))));
        }
        _ => {}
    }
    found
}

/// Coverage as text: for each flow a percentage and what no test walked.
pub fn text(bot: &Bot, coverage: &Coverage) -> String {
    let mut out = String::new();
    for flow in bot.flows.values().filter(|f| !f.house) {
        out.push_str(&flow_text(flow, coverage));
    }
    out
}

fn flow_text(flow: &FlowCode, coverage: &Coverage) -> String {
    let own: Vec<&Place> = coverage.places.iter().filter(|p| p.flow == flow.name).collect();
    let walked = own.iter().filter(|p| p.walked).count();
    let percent = (walked * 100).checked_div(own.len()).unwrap_or(100);
    let mut out = format!("  {percent:>3} %  {}\n", flow.name);
    for place in own.iter().filter(|p| !p.walked) {
        out.push_str(&format!("         {}:{}  {}\n", place.file, place.line, place.what));
    }
    out
}
