//! What goes wrong is told: words follow a failed call and "nobody is available", on every way.
use super::proofs::Proof;
use crate::bot::house;
use crate::bot::op::{At, FlowCode, Op, Words};
use crate::bot::paths::Goal;
use crate::language::diagnostic::Diagnostic;
use crate::language::source::Span;
use std::collections::BTreeSet;

/// Flows within flows that are looked into; deeper ones are refused elsewhere.
const DEEPEST: usize = 32;

/// What may come of a place without a word before it.
#[derive(Default)]
struct Quiet {
    /// The end of the flow.
    returns: bool,
    /// A stop: the chat waits for a person or for time to pass, or is over.
    stops: bool,
}

pub fn check(proof: &Proof<'_>, flow: &FlowCode, found: &mut Vec<Diagnostic>) {
    for placed in &flow.ops {
        match &placed.op {
            Op::Escalate(e) => {
                let block = e.nobody.filter(|b| quiet(proof, flow, *b, 0).stops);
                found.extend(block.and_then(|b| span(flow, b)).map(nobody));
            }
            Op::Use(step) => found.extend(step.fails.and_then(|b| failing(proof, flow, b))),
            _ => {}
        }
    }
    found.extend(flow.when_something_fails.and_then(|b| failing(proof, flow, b)));
    match flow.name.as_str() {
        house::NOBODY_AVAILABLE => {
            let silent = quiet(proof, flow, 0, 0);
            found.extend((silent.stops || silent.returns).then(|| nobody(flow.span)));
        }
        house::SOMETHING_BROKE => found.extend(quiet(proof, flow, 0, 0).stops.then(|| failed(flow.span))),
        _ => {}
    }
}

fn nobody(span: Span) -> Diagnostic {
    let problem = "Nobody is available here, and the customer may be told nothing";
    Diagnostic::error("F220", span, problem, "Begin with a `say:` that tells what happens now.")
}

fn failed(span: Span) -> Diagnostic {
    let problem = "Another system has failed here, and the customer may be told nothing";
    let action = "Begin with a `say:` that tells what happens now, or with an `escalate:`.";
    Diagnostic::error("F220", span, problem, action)
}

fn span(flow: &FlowCode, at: At) -> Option<Span> {
    Some(flow.ops.get(usize::try_from(at).ok()?)?.span)
}

fn failing(proof: &Proof<'_>, flow: &FlowCode, block: At) -> Option<Diagnostic> {
    let silent = quiet(proof, flow, block, 0);
    let stops = silent.stops || (silent.returns && ends_quietly(proof, flow, &mut BTreeSet::new()));
    span(flow, block).filter(|_| stops).map(failed)
}

/// Whether the chat may stop without a word after this flow has ended.
fn ends_quietly<'a>(proof: &Proof<'a>, flow: &FlowCode, seen: &mut BTreeSet<String>) -> bool {
    if !seen.insert(flow.name.clone()) {
        return false;
    }
    proof.flows.values().any(|caller| {
        (0..).zip(&caller.ops).any(|(at, placed): (At, _)| {
            let silent = match &placed.op {
                Op::Do { flow: called } if *called == flow.name => quiet(proof, caller, at + 1, 0),
                Op::GoTo { flow: next } if *next == flow.name => Quiet { returns: true, stops: false },
                // A topic ends where it was asked for: behind an open question, or while a time passes.
                Op::Triage(_) if asked_for(proof, flow) => quiet(proof, caller, at + 1, 0),
                Op::Pause { .. } if asked_for(proof, flow) => Quiet { returns: false, stops: true },
                _ => return false,
            };
            silent.stops || (silent.returns && ends_quietly(proof, caller, seen))
        })
    }) || after_all(proof, &flow.name)
}

/// A flow that customers come to by their own words.
fn asked_for(proof: &Proof<'_>, flow: &FlowCode) -> bool {
    flow.begins() || proof.offered(&flow.name)
}

/// Whether what follows by itself when a topic has ended may end without a word.
fn after_all(proof: &Proof<'_>, ended: &str) -> bool {
    let at_the_end = |name: &str| proof.flows.get(name).map(|f| quiet(proof, f, 0, 0)).unwrap_or_default();
    let bye = || at_the_end(house::GOODBYE);
    match ended {
        house::GOODBYE => true,
        house::ANYTHING_ELSE => bye().stops || bye().returns,
        _ => {
            let more = at_the_end(house::ANYTHING_ELSE);
            more.stops || (more.returns && (bye().stops || bye().returns))
        }
    }
}

/// What may come of the operation at `start` without a word before it.
fn quiet(proof: &Proof<'_>, flow: &FlowCode, start: At, depth: usize) -> Quiet {
    let (mut silent, mut seen, mut next) = (Quiet::default(), BTreeSet::new(), vec![start]);
    let Some(flow) = proof.flows.get(&flow.name).filter(|_| depth < DEEPEST) else { return silent };
    while let Some(at) = next.pop() {
        let Some(placed) = usize::try_from(at).ok().and_then(|i| flow.ops.get(i)) else { continue };
        if !seen.insert(at) || speaks(&placed.op) {
            continue;
        }
        match &placed.op {
            // What is known already is not asked.
            Op::Ask(_) | Op::Feedback(_) => {
                next.push(at + 1);
                continue;
            }
            Op::Pause { .. } | Op::WaitAgain(_) => silent.stops = true,
            _ => {}
        }
        for exit in proof.exits(flow, at) {
            match exit.goal {
                Goal::Step(to) | Goal::Topic(_, to) | Goal::AnyTopic(to) => next.push(to),
                Goal::Run(called) | Goal::Flow(called) => {
                    let Some(other) = proof.flows.get(called) else { continue };
                    let inner = quiet(proof, other, 0, depth + 1);
                    silent.stops |= inner.stops;
                    match exit.goal {
                        Goal::Run(_) if inner.returns => next.push(at + 1),
                        _ => silent.returns |= inner.returns && matches!(exit.goal, Goal::Flow(_)),
                    }
                }
                Goal::Return => silent.returns = true,
                Goal::Person | Goal::Resolved => silent.stops = true,
                // Another failure: whoever handles it is looked at as well.
                Goal::Fails => {}
            }
        }
    }
    silent
}

/// Whether an operation surely says something.
fn speaks(op: &Op) -> bool {
    let sure = |w: &Words| w.variations.iter().all(|t| !t.source.split("{%").next().unwrap_or("").trim().is_empty());
    match op {
        Op::Say { words } => sure(words),
        Op::Promise(promise) => sure(&promise.words),
        Op::Resolve { words } => words.as_ref().is_some_and(sure),
        Op::Use(step) => step.while_waiting.as_ref().is_some_and(sure),
        // A person without a word is a mistake of its own; what is asked again was forgotten before.
        Op::Card(_) | Op::Triage(_) | Op::Escalate(_) | Op::AskAgain { .. } => true,
        _ => false,
    }
}
