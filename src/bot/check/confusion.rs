//! Two topics that confuse each other, by the sentences that are taken for the other one's.
use crate::bot::lower::title;
use crate::language::ast::{Flow, Phrase};
use crate::language::diagnostic::Diagnostic;
use crate::language::source::Span;
use crate::understand::topics::{Confusion, Topics};
use std::collections::BTreeMap;

/// One sentence alone is a matter of taste; from here on the topics are too near to each other.
const TELLING: usize = 2;

/// What is told of the author's own flows, which stand first.
pub fn confusions(flows: &[Flow], own: usize, topics: &Topics) -> Vec<Diagnostic> {
    let own: BTreeMap<&str, &Flow> = flows.iter().take(own).map(|f| (f.name.text.as_str(), f)).collect();
    let all: BTreeMap<&str, &Flow> = flows.iter().map(|f| (f.name.text.as_str(), f)).collect();
    let found = topics.confusions();
    let mut pairs: BTreeMap<[&str; 2], Vec<&Confusion>> = BTreeMap::new();
    for one in found.iter().filter(|c| own.contains_key(c.topic.as_str())) {
        let mut pair = [one.topic.as_str(), one.taken_for.as_str()];
        pair.sort_unstable();
        pairs.entry(pair).or_default().push(one);
    }
    let telling = pairs.into_values().filter(|all| all.len() >= TELLING);
    telling.filter_map(|sentences| told(&sentences, &own, &all)).collect()
}

fn told(sentences: &[&Confusion], own: &BTreeMap<&str, &Flow>, all: &BTreeMap<&str, &Flow>) -> Option<Diagnostic> {
    let first = sentences.first()?;
    let (topic, other) = (&first.topic, &first.taken_for);
    let listed: Vec<String> = sentences.iter().take(3).map(|c| format!("\"{}\"", c.example)).collect();
    let more = if sentences.len() > listed.len() { ", …" } else { "" };
    let problem =
        format!("`{topic}` and `{other}` are hard to tell apart, by what customers say: {}{more}", listed.join(", "));
    let action = "Write examples into each that only its customers would say, or make one topic of both.";
    let warning = Diagnostic::warning("F245", place(own.get(topic.as_str())?, &first.example)?, problem, action);
    Some(match all.get(other.as_str()).and_then(|flow| place(flow, &first.nearest)) {
        Some(nearest) if own.contains_key(other.as_str()) => warning.related(nearest, "it reads like this"),
        _ => warning,
    })
}

/// Where an example stands; a title is one too, or the name in its place.
fn place(flow: &Flow, example: &str) -> Option<Span> {
    let said: Option<&Phrase> = flow.customers_say.iter().chain(&flow.title).find(|p| p.text == example);
    said.map(|p| p.span).or_else(|| (title(&flow.name.text) == example).then_some(flow.name.span))
}
