//! What is proved of a bot's operations: every detail filled, every round counted, every step reached.
use super::{bound, cards, filled, house as built_in, kindness, manner, secrets, told};
use crate::bot::integrations::{Action, Outcome, Where};
use crate::bot::op::{At, FlowCode, Op};
use crate::bot::paths::{self, Bound, Exit, Goal, Outcomes};
use crate::bot::philosophy::Philosophy;
use crate::bot::{Integrations, MAIN, Settings, house};
use crate::language::diagnostic::Diagnostic;
use std::collections::{BTreeMap, BTreeSet};

pub struct Proof<'a> {
    pub flows: &'a BTreeMap<String, FlowCode>,
    pub settings: &'a Settings,
    callers: BTreeMap<&'a str, BTreeSet<&'a str>>,
    offered: BTreeSet<&'a str>,
    /// By the flow's number: the ways out of each of its operations. Every proof walks them.
    exits: Vec<Vec<Vec<Exit<'a>>>>,
}

/// Proves what can be proved; what cannot is a mistake. The bound is there where no round goes on without end.
pub fn prove(
    flows: &BTreeMap<String, FlowCode>,
    settings: &Settings,
    integrations: &Integrations,
    philosophy: &Philosophy,
    found: &mut Vec<Diagnostic>,
) -> Option<Bound> {
    let (callers, offered) = Default::default();
    let exits = Vec::with_capacity(flows.len());
    let mut proof = Proof { flows, settings, callers, offered, exits };
    let mut secrets = BTreeSet::new();
    for flow in flows.values() {
        let ways = (0..).take(flow.ops.len()).map(|at| paths::exits(flow, at, integrations));
        proof.exits.push(ways.collect());
        for placed in &flow.ops {
            match &placed.op {
                Op::Do { flow: next } | Op::GoTo { flow: next } => {
                    proof.callers.entry(next).or_default().insert(&flow.name);
                }
                Op::Triage(triage) => proof.offered.extend(triage.offers.iter().map(String::as_str)),
                Op::Ask(ask) if ask.secret => secrets.extend([ask.slot.as_str()]),
                _ => {}
            }
        }
    }
    filled::check(&proof, found);
    // All that is asked of one flow is asked together: a long bot is fetched from memory once, not once a question.
    for flow in flows.values() {
        secrets::check(&proof, flow, &secrets, found);
        if !flow.house {
            proof.reached(flow, found);
            told::check(&proof, flow, found);
            cards::check(&proof, flow, found);
            kindness::check(&proof, flow, philosophy, found);
        }
        if !flow.house && house::is(&flow.name) {
            built_in::check(&proof, flow, found);
        }
    }
    let bound = bound::check(&proof, found);
    if let Some(bound) = &bound {
        manner::effort(philosophy, bound, found);
    }
    bound
}

impl<'a> Proof<'a> {
    pub fn exits(&self, flow: &FlowCode, at: At) -> &[Exit<'a>] {
        let ways = self.exits.get(flow.number);
        ways.and_then(|ways| ways.get(usize::try_from(at).ok()?)).map_or(&[], Vec::as_slice)
    }

    /// Flows that `do` or `go to` this one.
    pub fn callers(&self, flow: &str) -> impl Iterator<Item = &'a str> + '_ {
        self.callers.get(flow).into_iter().flatten().copied()
    }

    /// Whether a triage shows a button for it.
    pub fn offered(&self, flow: &str) -> bool {
        self.offered.contains(flow)
    }

    /// Steps that no way reaches, a flow that nothing leads to, escalations without a word.
    fn reached(&self, flow: &'a FlowCode, found: &mut Vec<Diagnostic>) {
        let led = flow.begins() || flow.name == MAIN || house::is(&flow.name) || self.offered(&flow.name);
        if !led && !self.callers.contains_key(flow.name.as_str()) {
            let problem = format!("Nothing leads to the flow `{}`", flow.name);
            let action = format!("Write `do {}` where it belongs, or give it a `customers say` list.", flow.name);
            found.push(Diagnostic::warning("F215", flow.span, problem, action));
        }
        let mut dead = false;
        let reached = self.steps_reached(flow);
        for (at, placed) in (0..).zip(&flow.ops) {
            let plain = placed.op.word().is_empty();
            let now = !plain && !reached.contains(&at);
            if now && !dead {
                let action = "Remove it, or move it before the step that ends this way.";
                found.push(Diagnostic::warning("F214", placed.span, "No way leads to this step", action));
            }
            dead = if plain { dead } else { now };
            if let Op::Escalate(e) = &placed.op
                && e.words.is_none()
            {
                let action = "Write them after a colon, for example `escalate: Let me bring in a colleague.`";
                let problem = "A person is brought in here and the customer is not told";
                found.push(Diagnostic::error("F220", placed.span, problem, action));
            }
        }
    }

    fn steps_reached(&self, flow: &'a FlowCode) -> BTreeSet<At> {
        let mut seen = BTreeSet::new();
        let mut next: Vec<At> = flow.when_something_fails.into_iter().chain([0]).collect();
        while let Some(at) = next.pop() {
            if seen.insert(at) {
                next.extend(self.exits(flow, at).iter().filter_map(|e| match e.goal {
                    Goal::Step(to) | Goal::Topic(_, to) | Goal::AnyTopic(to) => Some(to),
                    Goal::Run(_) => Some(at + 1),
                    Goal::Flow(_) | Goal::Return | Goal::Fails | Goal::Person | Goal::Resolved => None,
                }));
            }
        }
        seen
    }
}

impl Outcomes for Integrations {
    /// "Not there" comes with nothing; any other answer may say more.
    fn gives(&self, system: &str, action: &str, outcome: &str) -> bool {
        let mut all = self.action(system, action).into_iter().flat_map(|a| &a.outcomes);
        let nothing = |o: &Outcome| matches!(o.status, 404 | 410) || matches!(o.only, Some(Where::Empty(_)));
        all.any(|o| o.name == outcome && !nothing(o))
    }

    fn all(&self, system: &str, action: &str) -> Vec<&str> {
        self.action(system, action).map(Action::outcome_names).unwrap_or_default()
    }
}
