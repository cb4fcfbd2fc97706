//! Walks over the syntax tree: every step, its texts, its conditions, the details it fills.
use crate::language::ast::{Block, Expr, Flow, Name, Phrase, Words};
use crate::language::steps::Step;

/// Every step of a flow, nested ones too.
pub fn steps<'t>(flow: &'t Flow, f: &mut dyn FnMut(&'t Step)) {
    block(&flow.body, f);
    if let Some(inner) = &flow.when_something_fails {
        block(inner, f);
    }
}

fn block<'t>(b: &'t Block, f: &mut dyn FnMut(&'t Step)) {
    for step in &b.steps {
        f(step);
        inner(step).into_iter().for_each(|b| block(b, f));
    }
}

/// The blocks right under a step.
fn inner(step: &Step) -> Vec<&Block> {
    match step {
        Step::Triage(s) => s.handlers.iter().map(|h| &h.block).collect(),
        Step::Ask(s) => {
            s.buttons.iter().filter_map(|b| b.block.as_ref()).chain(s.handlers.iter().map(|h| &h.block)).collect()
        }
        Step::Use(s) => s.handlers.iter().map(|h| &h.block).collect(),
        Step::Escalate(s) => s.handlers.iter().map(|h| &h.block).collect(),
        Step::If(s) => s.arms.iter().map(|(_, b)| b).chain(&s.otherwise).collect(),
        Step::ForEach(s) => vec![&s.body],
        Step::AskSome(s) => std::iter::once(&s.body).chain(s.handlers.iter().map(|h| &h.block)).collect(),
        _ => vec![],
    }
}

/// The texts of a step that people read, those of its blocks not included.
pub fn texts(step: &Step) -> Vec<&Phrase> {
    let mut words: Vec<&Words> = Vec::new();
    let mut single: Vec<&Phrase> = Vec::new();
    match step {
        Step::Greet(s) => words.extend(s.first_time.iter().chain(&s.returning).chain(&s.out_of_hours)),
        Step::Triage(s) => {
            words.push(&s.question);
            words.extend(s.handlers.iter().filter_map(|h| h.words.as_ref()));
        }
        Step::Ask(s) => {
            words.push(&s.question);
            words.extend(s.retries.iter().chain(s.checks.iter().map(|c| &c.otherwise)));
            words.extend(s.handlers.iter().filter_map(|h| h.words.as_ref()));
            single.extend(s.buttons.iter().map(|b| &b.label));
        }
        Step::Say(s) => words.push(&s.words),
        Step::Note(s) => words.push(&s.words),
        Step::Empathize(s) => words.extend(s.words.iter().chain(s.moods.iter().map(|(_, w)| w))),
        Step::Use(s) => words.extend(&s.while_waiting),
        Step::Notify(s) => words.push(&s.words),
        Step::AskSome(s) => words.extend(s.words.iter().chain(s.handlers.iter().filter_map(|h| h.words.as_ref()))),
        Step::Card(s) => {
            single.extend(std::iter::once(&s.title).chain(&s.text).chain(&s.picture));
            single.extend(s.links.iter().flat_map(|(words, address)| [words, address]));
            single.extend(s.buttons.iter().map(|(_, label)| label));
        }
        Step::Escalate(s) => {
            words.extend(s.handlers.iter().filter_map(|h| h.words.as_ref()));
            words.extend(&s.words);
            single.extend(&s.summary);
        }
        Step::Promise(s) => words.push(&s.words),
        Step::Feedback(s) => words.extend(std::iter::once(&s.question).chain(&s.comment)),
        Step::Resolve(s) => words.extend(&s.words),
        Step::AskAgain(_)
        | Step::If(_)
        | Step::Remember(_)
        | Step::Do(_)
        | Step::GoTo(_)
        | Step::Done(_)
        | Step::ForEach(_)
        | Step::Wait(_)
        | Step::Forget(_)
        | Step::Tag(_) => {}
    }
    words.into_iter().flat_map(|w| &w.variations).chain(single).collect()
}

/// The conditions and values of a step.
pub fn exprs(step: &Step) -> Vec<&Expr> {
    match step {
        Step::If(s) => s.arms.iter().map(|(e, _)| e).collect(),
        Step::Remember(s) => vec![&s.value],
        Step::ForEach(s) => vec![&s.list],
        Step::Use(s) => s.with.iter().map(|(_, e)| e).collect(),
        Step::Ask(s) => s.checks.iter().map(|c| &c.condition).chain(s.choices.iter().map(|c| &c.list)).collect(),
        _ => vec![],
    }
}

/// The detail that a step fills.
pub fn fills(step: &Step) -> Option<&Name> {
    match step {
        Step::Ask(s) => Some(&s.slot),
        Step::Remember(s) => Some(&s.slot),
        Step::ForEach(s) => Some(&s.item),
        Step::Feedback(s) => Some(&s.slot),
        Step::Use(s) => s.save_as.as_ref(),
        Step::AskSome(s) => s.save_as.as_ref(),
        _ => None,
    }
}
