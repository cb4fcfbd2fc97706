//! How many times a customer may have to write until there is an answer or a person, at the worst.
use super::proofs::Proof;
use crate::bot::op::{At, FlowCode, Op};
use crate::bot::paths::{Bound, Goal, TRIES, WorstStep};
use crate::bot::{MAIN, house};
use crate::language::diagnostic::Diagnostic;
use std::collections::{BTreeMap, BTreeSet};

/// The worst way from each operation on: turns, and the operation that follows.
struct Worst {
    turns: Vec<u32>,
    /// What stands next on the way: a step of this flow, or first a whole other flow.
    next: Vec<(Option<String>, Option<At>)>,
    own: Vec<u32>,
}

pub fn check(proof: &Proof<'_>, found: &mut Vec<Diagnostic>) -> Option<Bound> {
    let before = found.len();
    for flow in proof.flows.values() {
        uncounted(flow, found);
    }
    let own = proof.flows.get(house::NOT_UNDERSTOOD).filter(|f| !f.house && ends(proof, f, 0));
    if let Some(flow) = own {
        let problem =
            format!("`{}` may end, and the question that was not understood is asked again without end", flow.name);
        let action = "End every way of it with an `escalate` or a `resolve`.";
        found.push(Diagnostic::error("F211", flow.span, problem, action));
    }
    let order = order(proof, found);
    if found.iter().skip(before).any(|d| d.code == "F211") {
        return None;
    }
    let mut all: BTreeMap<&str, Worst> = BTreeMap::new();
    for flow in order {
        let worst = worst(proof, flow, &all);
        all.insert(&flow.name, worst);
    }
    let total = |name: &str| all.get(name).and_then(|w| w.turns.first().copied()).unwrap_or(0);
    let topics = proof.flows.values().filter(|f| f.name != MAIN && !house::is(&f.name));
    let topics = topics.filter(|f| f.topic || proof.offered(&f.name)).map(|f| f.name.as_str());
    let topic = topics.max_by_key(|n| total(n));
    let way: Vec<&str> = [Some(MAIN), topic, Some(house::ANYTHING_ELSE)].into_iter().flatten().collect();
    let mut bound = Bound::default();
    for name in way {
        bound.turns = bound.turns.saturating_add(total(name));
        tell(proof, &all, name, 1, &mut bound.steps);
    }
    Some(bound)
}

/// Whether a way leads to the end of a flow, and so back to where it came from.
pub fn ends<'a>(proof: &Proof<'a>, flow: &'a FlowCode, depth: usize) -> bool {
    let (mut seen, mut next) = (BTreeSet::new(), vec![0]);
    while let Some(at) = next.pop() {
        if !seen.insert(at) {
            continue;
        }
        for exit in proof.exits(flow, at) {
            let inner = |name: &str| depth < 8 && proof.flows.get(name).is_some_and(|f| ends(proof, f, depth + 1));
            match exit.goal {
                Goal::Step(to) | Goal::Topic(_, to) | Goal::AnyTopic(to) => next.push(to),
                Goal::Return => return true,
                Goal::Flow(name) if inner(name) => return true,
                Goal::Run(name) if inner(name) => next.push(at + 1),
                Goal::Flow(_) | Goal::Run(_) | Goal::Fails | Goal::Person | Goal::Resolved => {}
            }
        }
    }
    false
}

/// `ask again` where nothing counts how often.
fn uncounted(flow: &FlowCode, found: &mut Vec<Diagnostic>) {
    for placed in &flow.ops {
        let Op::AskAgain { slots, counted, .. } = &placed.op else { continue };
        if counted.is_none_or(|at| limit(flow, at).is_none()) {
            let problem =
                format!("`ask again {}` may go round without end: nothing counts the rounds", slots.join(", "));
            let action = "Put it under a `use` that also has a `when 3 tries failed` block.";
            found.push(Diagnostic::error("F211", placed.span, problem, action));
        }
    }
}

/// After how many tries a `use` stops.
fn limit(flow: &FlowCode, at: At) -> Option<u32> {
    match &flow.ops.get(usize::try_from(at).ok()?)?.op {
        Op::Use(step) => step.tries.iter().map(|(n, _)| *n).max(),
        _ => None,
    }
}

/// Flows in an order in which each stands after those that it leads to.
fn order<'a>(proof: &Proof<'a>, found: &mut Vec<Diagnostic>) -> Vec<&'a FlowCode> {
    let mut left: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for flow in proof.flows.values() {
        left.insert(&flow.name, leads_to(proof, flow));
    }
    let mut users: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, next) in &left {
        next.iter().for_each(|n| users.entry(n).or_default().push(name));
    }
    let mut ready: Vec<&str> = left.iter().filter(|(_, n)| n.is_empty()).map(|(f, _)| *f).collect();
    let mut order = Vec::new();
    while let Some(name) = ready.pop() {
        left.remove(name);
        order.extend(proof.flows.get(name));
        for user in users.get(name).into_iter().flatten() {
            if let Some(next) = left.get_mut(user)
                && next.remove(name)
                && next.is_empty()
            {
                ready.push(user);
            }
        }
    }
    let stuck: BTreeSet<&str> = left.keys().copied().collect();
    if let Some((flow, placed)) = stuck.iter().find_map(|n| {
        let flow = proof.flows.get(*n)?;
        let placed = flow.ops.iter().find(|p| match &p.op {
            Op::Do { flow: next } | Op::GoTo { flow: next } => {
                stuck.contains(next.as_str()) && comes_back(&left, next, n)
            }
            _ => false,
        })?;
        Some((flow, placed))
    }) {
        let problem =
            format!("From here the chat may come back to `{}` again and again: nothing counts the rounds", flow.name);
        let action = "Ask with `ask again` under a `use` that has a `when 3 tries failed` block, or end this way with an `escalate`.";
        found.push(Diagnostic::error("F211", placed.span, problem, action));
    }
    order
}

fn comes_back(left: &BTreeMap<&str, BTreeSet<&str>>, from: &str, to: &str) -> bool {
    let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
    while let Some(name) = next.pop() {
        if name == to {
            return true;
        }
        if seen.insert(name) {
            next.extend(left.get(name).into_iter().flatten());
        }
    }
    false
}

/// The flows whose turns count as turns of this one.
fn leads_to<'a>(proof: &Proof<'a>, flow: &'a FlowCode) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    for at in (0..).take(flow.ops.len()) {
        for exit in proof.exits(flow, at) {
            found.extend(other(flow, &exit.goal).filter(|f| proof.flows.contains_key(*f)));
        }
    }
    found
}

/// Another flow that a way runs through. A topic that a triage begins is a new request; only the house's own offers belong here.
fn other<'a>(flow: &FlowCode, goal: &Goal<'a>) -> Option<&'a str> {
    match goal {
        Goal::Run(f) | Goal::Flow(f) => Some(f),
        Goal::Topic(f, _) if *f == house::NOT_UNDERSTOOD || (house::is(&flow.name) && house::is(f)) => Some(f),
        Goal::Fails => Some(house::SOMETHING_BROKE),
        Goal::Topic(..) | Goal::AnyTopic(_) | Goal::Step(_) | Goal::Return | Goal::Person | Goal::Resolved => None,
    }
}

/// Blocks stand behind the step they belong to, so that the way from the end to the beginning meets each step after all that
/// follow it. Only `ask again` and waiting again go back: the first is counted in `rounds`, the second is within the tries.
fn worst(proof: &Proof<'_>, flow: &FlowCode, all: &BTreeMap<&str, Worst>) -> Worst {
    let count = flow.ops.len();
    let rounds = rounds(flow);
    let mut w = Worst { turns: vec![0; count], next: vec![(None, None); count], own: vec![0; count] };
    for i in (0..count).rev() {
        let Ok(at) = At::try_from(i) else { continue };
        let times = rounds.get(i).copied().unwrap_or(1);
        let own = flow.ops.get(i).map_or(0, |p| turns(&p.op)).saturating_mul(times);
        let mut most = (0, (None, None));
        for exit in proof.exits(flow, at) {
            let to = match exit.goal {
                Goal::Step(to) | Goal::AnyTopic(to) | Goal::Topic(_, to) if to > at => Some(to),
                Goal::Run(_) => Some(at + 1),
                _ => None,
            };
            let through = other(flow, &exit.goal);
            let there = through.and_then(|f| all.get(f)).and_then(|o| o.turns.first().copied()).unwrap_or(0);
            let after = to.and_then(|t| w.turns.get(usize::try_from(t).ok()?).copied()).unwrap_or(0);
            let sum = there.saturating_mul(times).saturating_add(after);
            if sum > most.0 {
                most = (sum, (through.map(str::to_owned).filter(|_| there > 0), to));
            }
        }
        if let (Some(t), Some(n), Some(o)) = (w.turns.get_mut(i), w.next.get_mut(i), w.own.get_mut(i)) {
            (*t, *n, *o) = (own.saturating_add(most.0), most.1, own);
        }
    }
    w
}

/// How often each step may run because of `ask again`.
fn rounds(flow: &FlowCode) -> Vec<u32> {
    let mut rounds = vec![1_u32; flow.ops.len()];
    let mut counted_by: BTreeMap<At, (At, At)> = BTreeMap::new();
    for (at, placed) in (0..).zip(&flow.ops) {
        if let Op::AskAgain { from, counted: Some(counted), .. } = &placed.op {
            let range = counted_by.entry(*counted).or_insert((*from, at));
            *range = (range.0.min(*from), range.1.max(at));
        }
    }
    // A loop runs each of its steps once for each item.
    for (at, placed) in (0..).zip(&flow.ops) {
        let Op::Each(each) = &placed.op else { continue };
        for (_, times) in (0..).zip(rounds.iter_mut()).filter(|(i, _)| at < *i && *i < each.end) {
            *times = times.saturating_mul(each.most);
        }
    }
    for (counted, (from, to)) in counted_by {
        let more = limit(flow, counted).unwrap_or(1).saturating_sub(1);
        for (at, times) in (0..).zip(rounds.iter_mut()) {
            if from <= at && at <= to {
                *times = times.saturating_add(more);
            }
        }
    }
    rounds
}

/// How often the customer may have to write at one step.
fn turns(op: &Op) -> u32 {
    let last = |tries: &[(u32, At)]| tries.iter().map(|(n, _)| *n).max().unwrap_or(TRIES);
    match op {
        Op::Ask(ask) => last(&ask.tries),
        // Asking "did you mean" costs no try the first time.
        Op::Triage(triage) => 1 + last(&triage.tries),
        // The score, and words that go with it.
        Op::Feedback(f) => 1 + u32::from(f.comment.is_some()),
        Op::Greet { .. }
        | Op::Say { .. }
        | Op::Empathize { .. }
        | Op::Use(_)
        | Op::Branch { .. }
        | Op::Jump(_)
        | Op::WaitAgain(_)
        | Op::Remember { .. }
        | Op::Do { .. }
        | Op::GoTo { .. }
        | Op::Return
        | Op::AskAgain { .. }
        | Op::Escalate(_)
        | Op::AwaitPerson { .. }
        | Op::Card(_)
        | Op::Each(_)
        | Op::Enough(_)
        | Op::Forget { .. }
        | Op::Pause { .. }
        | Op::Notify { .. }
        | Op::Promise(_)
        | Op::Note { .. }
        | Op::Tag { .. }
        | Op::Resolve { .. } => 0,
    }
}

/// The worst way step by step, as deep as flows lie within flows.
fn tell(proof: &Proof<'_>, all: &BTreeMap<&str, Worst>, name: &str, depth: usize, steps: &mut Vec<WorstStep>) {
    let (Some(flow), Some(worst)) = (proof.flows.get(name), all.get(name)) else { return };
    let mut at = 0;
    while let Some((placed, turns)) = flow.ops.get(at).zip(worst.own.get(at)) {
        if *turns > 0 {
            let words = match &placed.op {
                Op::Ask(ask) => format!("ask {}", ask.slot),
                op => op.word().to_owned(),
            };
            steps.push(WorstStep {
                turns: *turns,
                flow: name.to_owned(),
                words,
                file: placed.file.clone(),
                line: placed.line,
            });
        }
        let Some((through, next)) = worst.next.get(at) else { return };
        if let Some(through) = through.as_ref().filter(|_| depth < 32) {
            tell(proof, all, through, depth + 1, steps);
        }
        match next.and_then(|n| usize::try_from(n).ok()) {
            Some(next) => at = next,
            None => return,
        }
    }
}
