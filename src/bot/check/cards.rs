//! The buttons of cards: they are answers to the question that follows, and without one nobody sees them.
use super::proofs::Proof;
use crate::bot::op::{At, FlowCode, Op};
use crate::bot::paths::Goal;
use crate::language::diagnostic::Diagnostic;
use std::collections::BTreeSet;

pub fn check(proof: &Proof<'_>, flow: &FlowCode, found: &mut Vec<Diagnostic>) {
    for (at, placed) in (0..).zip(&flow.ops) {
        let Op::Card(card) = &placed.op else { continue };
        let Some((_, label)) = card.buttons.first() else { continue };
        if !offered(proof, flow, at + 1) {
            let problem = format!("The button \"{}\" is never shown: no question follows this card", label.source);
            let action = "Put an `ask` right after the card, or make the button a `link`.";
            found.push(Diagnostic::error("F216", placed.span, problem, action));
        }
    }
}

/// Whether on some way a question follows before the bot waits for anything else.
fn offered<'p>(proof: &'p Proof<'p>, flow: &'p FlowCode, at: At) -> bool {
    let mut seen: BTreeSet<(&str, At, bool)> = BTreeSet::new();
    // The last tells whether something was said since: the buttons then hang on those words, and a question with buttons of
    // its own takes them away.
    let mut next = vec![(flow, at, false)];
    while let Some((flow, at, said)) = next.pop() {
        let Some(placed) = usize::try_from(at).ok().and_then(|i| flow.ops.get(i)) else { continue };
        if !seen.insert((&flow.name, at, said)) {
            continue;
        }
        let said = match &placed.op {
            Op::Ask(ask) if said && !ask.buttons.is_empty() => continue,
            Op::Ask(_) => return true,
            Op::Say { .. } | Op::Empathize { .. } | Op::Promise(_) | Op::Greet { .. } => true,
            Op::Triage(_) | Op::Feedback(_) | Op::Use(_) | Op::Pause { .. } => continue,
            Op::Escalate(_) | Op::AwaitPerson { .. } | Op::Resolve { .. } => continue,
            // Whoever called this flow may go on with a question.
            Op::Return if proof.callers(&flow.name).next().is_some() => return true,
            _ => said,
        };
        for exit in proof.exits(flow, at) {
            match exit.goal {
                Goal::Step(to) | Goal::Topic(_, to) | Goal::AnyTopic(to) => next.push((flow, to, said)),
                Goal::Run(name) | Goal::Flow(name) => {
                    next.extend(proof.flows.get(name).map(|called| (called, 0, said)));
                }
                Goal::Return | Goal::Fails | Goal::Person | Goal::Resolved => {}
            }
        }
    }
    false
}
