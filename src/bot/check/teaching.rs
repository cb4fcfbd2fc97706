//! Topics whose examples teach too little: a single sentence, or sentences that all say the same.
use crate::bot::MAIN;
use crate::language::ast::{Flow, Phrase};
use crate::language::diagnostic::Diagnostic;
use crate::understand::topics::{Repeat, Topics};

/// With fewer different sentences a topic is hardly known in other words than its own.
const FEWEST: usize = 2;
/// Where there is less to tell apart, one sentence goes far.
const TOPICS: usize = 3;

/// What is told of the author's own topics, which stand first.
pub fn teaching(flows: &[Flow], own: usize, topics: &Topics) -> Vec<Diagnostic> {
    let own = flows.iter().take(own).filter(|f| f.name.text != MAIN && !f.customers_say.is_empty());
    if own.clone().count() < TOPICS {
        return Vec::new();
    }
    let repeats = topics.repeats();
    own.filter_map(|flow| few(flow).or_else(|| alike(flow, &repeats))).collect()
}

fn few(flow: &Flow) -> Option<Diagnostic> {
    let first = flow.customers_say.first().filter(|_| flow.customers_say.len() < FEWEST)?;
    let problem = format!("`{}` has a single example of what customers say", flow.name.text);
    let action = "Write eight to twenty, short and long, as customers say it; five are a beginning.";
    Some(Diagnostic::warning("F246", first.span, problem, action))
}

fn alike(flow: &Flow, repeats: &[Repeat]) -> Option<Diagnostic> {
    let said = |text: &str| flow.customers_say.iter().find(|p| p.text == text);
    let own = repeats.iter().filter(|r| r.topic == flow.name.text);
    let own: Vec<(&Phrase, &Phrase)> = own.filter_map(|r| Some((said(&r.example)?, said(&r.of)?))).collect();
    let (example, of) = own.first()?;
    if flow.customers_say.len() - own.len() >= FEWEST {
        return None;
    }
    let problem = format!("The examples of `{}` all say the same", flow.name.text);
    let action = "Write how else customers put it: in other words, as a question, as a complaint, in one word.";
    Some(Diagnostic::warning("F247", example.span, problem, action).related(of.span, "it says what this says"))
}
