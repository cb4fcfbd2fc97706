//! The static half of `philosophy.yaml` that follows the ways through a flow: empathy after failures, nothing asked twice.
use super::manner::Rules;
use super::proofs::Proof;
use crate::bot::op::{Ask, At, FlowCode, Op, Placed, Words};
use crate::bot::paths::{Goal, TRIES};
use crate::bot::philosophy::Philosophy;
use crate::language::diagnostic::Diagnostic;
use crate::understand::answers::Kind;
use std::collections::BTreeSet;

/// Words that acknowledge, in the languages that we have them in.
const ACKNOWLEDGING: [&str; 24] = [
    "sorry",
    "apolog",
    "understand",
    "annoying",
    "frustrat",
    "oh no",
    "oh dear",
    "that's a shame",
    "a pity",
    "must be",
    "thank you for your patience",
    "bear with",
    "tut mir leid",
    "entschuldig",
    "verstehe",
    "schade",
    "désolé",
    "je comprends",
    "dommage",
    "lo siento",
    "entiendo",
    "mi dispiace",
    "capisco",
    "excus",
];
/// Pieces within pieces that are followed; nobody writes more.
const DEEPEST: usize = 32;

pub fn check(proof: &Proof<'_>, flow: &FlowCode, philosophy: &Philosophy, found: &mut Vec<Diagnostic>) {
    let mut rules = Rules { philosophy, flow: &flow.name, found };
    for placed in &flow.ops {
        for (when, block) in failures(flow, placed, philosophy) {
            let mut walk = Walk { proof, philosophy, seen: BTreeSet::new(), cold: None };
            walk.from(flow, block, 0);
            if let Some(cold) = walk.cold {
                let problem = format!("When {when}, this comes without a word of empathy");
                let action = "Write an `empathize` step before it, or words such as \"I'm sorry\" into it.";
                rules.broken("empathy", "F222", cold.span, problem, action, Some(placed.span));
            }
        }
        if let Op::Ask(ask) = &placed.op {
            retries(&mut rules, placed, ask);
        }
    }
    if philosophy.ask_twice_never {
        asked_twice(&mut rules, flow);
    }
}

/// The blocks of a step that follow a failure which the philosophy names, each with when it runs.
fn failures(flow: &FlowCode, placed: &Placed, philosophy: &Philosophy) -> Vec<(String, At)> {
    let empathy = &philosophy.empathy;
    let many = |n: u32| empathy.tries.is_some_and(|least| n >= least);
    // `ask 2 of` goes on with its next question by itself: another detail will do.
    let op = |at: At| usize::try_from(at).ok().and_then(|i| flow.ops.get(i)).map(|p| &p.op);
    let passes_on = |block: At| matches!(op(block), Some(Op::Enough(_)));
    let tries = |all: &[(u32, At)]| -> Vec<(String, At)> {
        all.iter().filter(|(n, b)| many(*n) && !passes_on(*b)).map(|(n, b)| (format!("{n} tries failed"), *b)).collect()
    };
    match &placed.op {
        Op::Ask(ask) => tries(&ask.tries),
        Op::Triage(triage) => tries(&triage.tries),
        Op::Use(step) => {
            let named = |o: &String| empathy.outcomes.iter().any(|(n, _)| n == o);
            let mut all: Vec<_> = step.outcomes.iter().filter(|(o, _)| named(o)).cloned().collect();
            for (outcome, _) in &mut all {
                *outcome = format!("`{}.{}` answers {outcome}", step.system, step.action);
            }
            let fails = step.fails.filter(|_| empathy.it_fails);
            all.extend(fails.map(|b| (format!("`{}.{}` fails", step.system, step.action), b)));
            all.extend(tries(&step.tries));
            all
        }
        _ => vec![],
    }
}

struct Walk<'p> {
    proof: &'p Proof<'p>,
    philosophy: &'p Philosophy,
    seen: BTreeSet<(&'p str, At)>,
    /// The first step that comes without empathy.
    cold: Option<&'p Placed>,
}

impl<'p> Walk<'p> {
    /// Follows every way on from here. Whether one of them comes to the end of the flow without empathy.
    fn from(&mut self, flow: &'p FlowCode, start: At, depth: usize) -> bool {
        let mut returns = false;
        let mut next = vec![start];
        while let Some(at) = next.pop() {
            let Some(placed) = usize::try_from(at).ok().and_then(|i| flow.ops.get(i)) else { continue };
            if !self.seen.insert((&flow.name, at)) || self.ends(placed) {
                continue;
            }
            for exit in self.proof.exits(flow, at) {
                match exit.goal {
                    Goal::Step(to) => next.push(to),
                    Goal::Return => returns = true,
                    Goal::Run(called) if depth < DEEPEST => {
                        let called = self.proof.flows.get(called);
                        if called.is_some_and(|f| self.from(f, 0, depth + 1)) {
                            next.push(at + 1);
                        }
                    }
                    Goal::Flow(called) if depth < DEEPEST => {
                        let called = self.proof.flows.get(called).filter(|f| !f.house);
                        returns |= called.is_some_and(|f| self.from(f, 0, depth + 1));
                    }
                    _ => {}
                }
            }
        }
        returns
    }

    /// Whether the way need not be followed further: there is empathy, or it is clear that there is none.
    fn ends(&mut self, placed: &'p Placed) -> bool {
        let empathy = &self.philosophy.empathy;
        let (words, demanded) = match &placed.op {
            Op::Empathize { .. } => return true,
            Op::Say { words } | Op::Resolve { words: Some(words) } => return warm(words),
            Op::Promise(promise) => return warm(&promise.words),
            Op::Ask(ask) => (Some(&ask.question), empathy.before_question),
            Op::Triage(triage) => (Some(&triage.question), empathy.before_question),
            Op::Feedback(_) => return true,
            // Without words there is another mistake, which is told.
            Op::Escalate(e) => (e.words.as_ref(), empathy.before_escalate && e.words.is_some()),
            _ => return false,
        };
        if demanded && !words.is_some_and(warm) && self.cold.is_none() {
            self.cold = Some(placed);
        }
        true
    }
}

/// Whether each of the variations acknowledges.
fn warm(words: &Words) -> bool {
    words.variations.iter().all(|v| {
        let text = v.source.to_lowercase().replace('’', "'");
        ACKNOWLEDGING.iter().any(|w| text.contains(w))
    })
}

/// What is said after the failed try that the philosophy names.
fn retries(rules: &mut Rules<'_, '_>, placed: &Placed, ask: &Ask) {
    let empathy = &rules.philosophy.empathy;
    let Some(least) = empathy.tries.filter(|_| empathy.before_question) else { return };
    let last = ask.tries.iter().map(|(n, _)| *n).min().unwrap_or(TRIES);
    let index = usize::try_from(least).unwrap_or(usize::MAX).saturating_sub(1);
    let Some(said) = ask.retries.get(index).or(ask.retries.last()).filter(|_| least < last) else { return };
    if !warm(said) {
        let problem = format!("After {least} failed tries at `{}` the `retry` has no word of empathy", ask.slot);
        let action = "Write words such as \"Sorry to ask again\" into that `retry`.";
        rules.broken("empathy", "F222", placed.span, problem, action, None);
    }
}

/// The same question, or another question for the same kind of answer, under another name. That a detail is asked for when
/// it is known cannot happen: the engine passes over such a question.
fn asked_twice(rules: &mut Rules<'_, '_>, flow: &FlowCode) {
    let asks: Vec<(&Placed, &Ask)> =
        flow.ops.iter().filter_map(|p| if let Op::Ask(ask) = &p.op { Some((p, &**ask)) } else { None }).collect();
    for (i, (placed, ask)) in asks.iter().enumerate() {
        let before = asks.get(..i).unwrap_or_default();
        let Some((first, other)) = before.iter().find(|(_, o)| o.slot != ask.slot && same(o, ask)) else { continue };
        let problem = format!("`{}` asks again what `{}` has asked", ask.slot, other.slot);
        let action = "Use the first answer, or name both alike: what is known is not asked again.";
        rules.broken("ask_twice", "F238", placed.span, problem, action, Some(first.span));
    }
}

fn same(a: &Ask, b: &Ask) -> bool {
    let contact = |k: &Kind| matches!(k, Kind::Email | Kind::Phone);
    let kind = |x: &Ask| x.accepts.iter().find(|k| contact(k)).map(std::mem::discriminant);
    let words = |x: &Ask| x.question.variations.first().map(|t| t.source.trim().to_lowercase());
    (kind(a).is_some() && kind(a) == kind(b)) || words(a) == words(b)
}
