//! Built-in flows that an author has replaced: none may leave a customer alone, or go round without end.
use super::bound::ends;
use super::proofs::Proof;
use crate::bot::house;
use crate::bot::op::{At, FlowCode, Op, Placed};
use crate::bot::paths::Goal;
use crate::language::diagnostic::Diagnostic;
use std::collections::BTreeSet;

/// Those that customers ask for in words.
const ASKED_FOR: [(&str, &str); 5] = [
    (house::GOODBYE, "no thanks"),
    (house::START_OVER, "start over"),
    (house::SAY_THAT_AGAIN, "can you say that again"),
    (house::WHAT_CAN_YOU_DO, "what can you do"),
    (house::THANKS, "thank you"),
];

pub fn check(proof: &Proof<'_>, flow: &FlowCode, found: &mut Vec<Diagnostic>) {
    let met = Met::of(proof, flow);
    match flow.name.as_str() {
        house::SOMETHING_BROKE => something_broke(proof, flow, &met, found),
        house::TALK_TO_A_PERSON if !met.person => {
            let problem = format!("`{}` brings in nobody", flow.name);
            let action = "Write an `escalate` into it: whoever asks for a person must be able to get one.";
            found.push(Diagnostic::error("F217", flow.span, problem, action));
        }
        house::NOBODY_AVAILABLE => nobody_available(flow, &met, found),
        house::GONE_QUIET => gone_quiet(proof, flow, &met, found),
        _ => {}
    }
    if let Some(detail) = flow.needs.first() {
        let problem = format!("`{}` needs `{detail}`, and nobody gives it: it is run by itself", flow.name);
        let action = "Take the `needs` line out, and ask with `{% if … %}` whether the detail is known.";
        found.push(Diagnostic::error("F217", flow.span, problem, action));
    }
    if let Some((_, words)) = ASKED_FOR.iter().find(|(name, _)| *name == flow.name && !flow.topic) {
        let problem = format!("Nobody is led to `{}` by words, not even by \"{words}\"", flow.name);
        let action = format!("Write `customers say` under it, with sentences such as \"{words}\".");
        found.push(Diagnostic::warning("F218", flow.span, problem, action));
    }
}

/// It runs where something failed; the step that failed is still there.
fn something_broke(proof: &Proof<'_>, flow: &FlowCode, met: &Met<'_>, found: &mut Vec<Diagnostic>) {
    if let Some(placed) = met.fails {
        let problem = format!("When this fails too, `{}` begins again, without end", flow.name);
        let action = "Write `when it fails` under it, with an `escalate`, or leave the call out.";
        found.push(Diagnostic::error("F217", placed.span, problem, action));
    } else if ends(proof, flow, 0) {
        let problem = format!("`{}` may end, and what failed is tried again without end", flow.name);
        let action = "End every way of it with an `escalate` or a `resolve`.";
        found.push(Diagnostic::error("F217", flow.span, problem, action));
    }
}

/// It runs while a customer waits for a person, who is waited for after it.
fn nobody_available(flow: &FlowCode, met: &Met<'_>, found: &mut Vec<Diagnostic>) {
    if let Some(placed) = met.escalates {
        let problem = format!("Where nobody is there for this either, `{}` begins again, without end", flow.name);
        let action =
            "Write `when nobody is available` under it, or take it out: the customer waits for a person already.";
        found.push(Diagnostic::error("F217", placed.span, problem, action));
    }
    if let Some(placed) = met.resolves {
        let action = "Leave the chat open: a colleague answers in it later. Or promise something before it.";
        let problem = "A customer who asked for a person is sent away here, and no colleague will see it";
        if !met.promises {
            found.push(Diagnostic::warning("F217", placed.span, problem, action));
        }
    } else if !met.speaks {
        let problem = format!("`{}` says nothing: the customer waits and is not told", flow.name);
        let action = "Say that nobody is there and what happens next, for example with `{{ hours.next_open }}`.";
        found.push(Diagnostic::error("F217", flow.span, problem, action));
    }
}

/// It runs again as long as the chat is open.
fn gone_quiet(proof: &Proof<'_>, flow: &FlowCode, met: &Met<'_>, found: &mut Vec<Diagnostic>) {
    let action = "End every way of it with a `resolve` or an `escalate`; whoever writes again is served again.";
    if let Some(placed) = met.asks {
        let problem = "A customer who writes nothing is asked this again and again, without end";
        let action = "Leave the question out and end with a `resolve`, or write `when silent for 1 day` under it.";
        found.push(Diagnostic::error("F217", placed.span, problem, action));
    } else if ends(proof, flow, 0) {
        let problem = format!("`{}` may end with the chat still open, and runs again and again", flow.name);
        found.push(Diagnostic::error("F217", flow.span, problem, action));
    }
}

/// What stands on the ways through a flow and the flows that it runs.
#[derive(Default)]
struct Met<'p> {
    person: bool,
    speaks: bool,
    promises: bool,
    resolves: Option<&'p Placed>,
    /// A question that nothing ends where the customer is silent.
    asks: Option<&'p Placed>,
    /// A person is asked for, and what happens where there is none is not said.
    escalates: Option<&'p Placed>,
    /// A call whose failure nobody handles.
    fails: Option<&'p Placed>,
}

impl<'p> Met<'p> {
    fn of(proof: &'p Proof<'p>, flow: &'p FlowCode) -> Self {
        let mut met = Met::default();
        let mut seen: BTreeSet<(&str, At)> = BTreeSet::new();
        let mut next = vec![(flow, 0)];
        while let Some((flow, at)) = next.pop() {
            let Some(placed) = usize::try_from(at).ok().and_then(|i| flow.ops.get(i)) else { continue };
            if !seen.insert((&flow.name, at)) {
                continue;
            }
            met.step(placed);
            for exit in proof.exits(flow, at) {
                match exit.goal {
                    Goal::Step(to) | Goal::Topic(_, to) | Goal::AnyTopic(to) => next.push((flow, to)),
                    Goal::Run(name) => {
                        next.push((flow, at + 1));
                        next.extend(proof.flows.get(name).map(|called| (called, 0)));
                    }
                    Goal::Flow(name) => next.extend(proof.flows.get(name).map(|called| (called, 0))),
                    Goal::Fails => met.fails = met.fails.or(Some(placed)),
                    Goal::Return | Goal::Person | Goal::Resolved => {}
                }
            }
        }
        met
    }

    fn step(&mut self, placed: &'p Placed) {
        match &placed.op {
            Op::Say { .. } | Op::Empathize { .. } | Op::Card(_) => self.speaks = true,
            Op::Promise(_) => (self.speaks, self.promises) = (true, true),
            Op::Ask(ask) => self.asked(placed, ask.silent.is_empty()),
            Op::Triage(triage) => self.asked(placed, triage.silent.is_empty()),
            Op::Feedback(_) => self.asked(placed, true),
            Op::Escalate(escalate) => {
                (self.person, self.speaks) = (true, self.speaks || escalate.words.is_some());
                if escalate.nobody.is_none() {
                    self.escalates = self.escalates.or(Some(placed));
                }
            }
            Op::Resolve { words } => {
                self.speaks |= words.is_some();
                self.resolves = self.resolves.or(Some(placed));
            }
            _ => {}
        }
    }

    fn asked(&mut self, placed: &'p Placed, without_end: bool) {
        self.speaks = true;
        if without_end {
            self.asks = self.asks.or(Some(placed));
        }
    }
}
