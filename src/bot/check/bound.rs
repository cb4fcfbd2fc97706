//! How many times a customer may have to write until there is an answer or a person, at the worst.
use super::flood;
use super::proofs::Proof;
use super::rounds::{blocks_that_wait_again, last, limit, rounds};
use crate::bot::op::{At, FlowCode, Op};
use crate::bot::paths::{Bound, Goal, WorstStep};
use crate::bot::{MAIN, house};
use crate::language::ast::Start;
use crate::language::diagnostic::Diagnostic;
use std::collections::{BTreeMap, BTreeSet};

/// The worst way from each operation on: turns, and the operations that follow.
struct Worst<'a> {
    turns: Vec<u32>,
    /// What stands next on the way: a step of this flow, or first a whole other flow. Several where the way comes back
    /// to take another one.
    next: Vec<Vec<Hop<'a>>>,
    own: Vec<u32>,
    /// The earliest operation to which a way from here may come back.
    back: Vec<Option<At>>,
}

/// A whole other flow, then a step of this one.
type Hop<'a> = (Option<&'a str>, Option<At>);

pub fn check(proof: &Proof<'_>, found: &mut Vec<Diagnostic>) -> Option<Bound> {
    let before = found.len();
    for flow in proof.flows.values() {
        uncounted(flow, found);
    }
    let replaced = |name: &str| proof.flows.get(name).filter(|f| !f.house && ends(proof, f, 0));
    if let Some(flow) = replaced(house::NOT_UNDERSTOOD) {
        let problem = format!("`{}` may end, and the question is asked again without end", flow.name);
        let action = "End every way of it with an `escalate` or a `resolve`.";
        found.push(Diagnostic::error("F211", flow.span, problem, action));
    }
    // This has been told as F217.
    if replaced(house::SOMETHING_BROKE).is_some() {
        return None;
    }
    let order = order(proof, found);
    if found.iter().skip(before).any(|d| d.code == "F211") {
        return None;
    }
    flood::check(proof, &order, found);
    let mut all: BTreeMap<&str, Worst> = BTreeMap::new();
    for flow in order {
        let worst = worst(proof, flow, &all);
        all.insert(&flow.name, worst);
    }
    Some(whole(proof, &all))
}

/// The longest of all ways: what was begun before, a topic, a person who is asked for, and the end.
fn whole(proof: &Proof<'_>, all: &BTreeMap<&str, Worst<'_>>) -> Bound {
    let total = |name: &str| all.get(name).and_then(|w| w.turns.first().copied()).unwrap_or(0);
    let own =
        |f: &&FlowCode| f.name != MAIN && !(f.house && house::is(&f.name)) && (f.begins() || proof.offered(&f.name));
    let topics = || proof.flows.values().filter(own);
    let topic = topics().map(|f| f.name.as_str()).max_by_key(|n| total(n)).unwrap_or("");
    let asked = [MAIN, topic, house::TALK_TO_A_PERSON, house::ANYTHING_ELSE];
    let others = [house::AFTER_THE_AGENT, house::GONE_QUIET];
    let mut ways: Vec<Vec<&str>> =
        others.iter().map(|first| vec![*first, house::TALK_TO_A_PERSON, house::ANYTHING_ELSE]).collect();
    ways.push(asked.to_vec());
    let length = |way: &Vec<&str>| way.iter().fold(0_u32, |sum, n| sum.saturating_add(total(n)));
    // Topics that the customer left at an open question go on when the one that he asked for there has ended.
    let felt = topics().filter(|f| f.starts.iter().any(|s| matches!(s, Start::Feels(_)))).filter_map(|f| {
        let (turns, first) = (total(&f.name), f.ops.first()?);
        let words = "what begins when a feeling is measured".to_owned();
        let step = WorstStep { turns, flow: f.name.clone(), words, file: first.file.clone(), line: first.line };
        (turns > 0).then_some(step)
    });
    let left: Vec<WorstStep> = topics().filter_map(|f| left_open(proof, all, f)).chain(felt).collect();
    let mut bound = Bound { aside: total(house::BACK_TO).saturating_add(2), ..Bound::default() };
    let Some(way) = ways.into_iter().max_by_key(length) else { return bound };
    bound.turns = left.iter().fold(length(&way), |sum, step| sum.saturating_add(step.turns));
    for name in way {
        tell(proof, all, name, 0, 1, &mut bound.steps);
    }
    bound.steps.extend(left);
    bound
}

/// What is left of a flow when the topic has ended that the customer named at its open question.
fn left_open(proof: &Proof<'_>, all: &BTreeMap<&str, Worst<'_>>, flow: &FlowCode) -> Option<WorstStep> {
    let turns = rest(proof, all, flow, 0).filter(|turns| *turns > 0)?;
    let first = flow.ops.first()?;
    let words = "what follows an open question".to_owned();
    Some(WorstStep { turns, flow: flow.name.clone(), words, file: first.file.clone(), line: first.line })
}

/// The most that follows an open question of a flow, or a wait; `None` where it has none.
fn rest(proof: &Proof<'_>, all: &BTreeMap<&str, Worst<'_>>, flow: &FlowCode, depth: usize) -> Option<u32> {
    let worst = all.get(flow.name.as_str()).filter(|_| depth < 8)?;
    let inner = |name: &str| proof.flows.get(name).and_then(|f| rest(proof, all, f, depth + 1));
    let after = |mut at: At| {
        // Within a loop all of the loop may be left.
        while let Some(head) = place(&worst.back, at).copied().flatten().filter(|head| *head < at) {
            at = head;
        }
        place(&worst.turns, at).copied().unwrap_or(0)
    };
    let left = (0..).zip(&flow.ops).filter_map(|(at, placed)| match &placed.op {
        Op::Triage(_) | Op::Pause { .. } => Some(after(at + 1)),
        Op::Do { flow: called } => Some(inner(called)?.saturating_add(after(at + 1))),
        Op::GoTo { flow: next } => inner(next),
        _ => None,
    });
    left.max()
}

fn place<T>(all: &[T], at: At) -> Option<&T> {
    all.get(usize::try_from(at).ok()?)
}

/// Whether a way leads to the end of a flow, and so back to where it came from.
pub fn ends<'a>(proof: &Proof<'a>, flow: &'a FlowCode, depth: usize) -> bool {
    let (mut seen, mut next) = (BTreeSet::new(), vec![0]);
    while let Some(at) = next.pop() {
        if !seen.insert(at) {
            continue;
        }
        let op = usize::try_from(at).ok().and_then(|i| flow.ops.get(i)).map(|p| &p.op);
        for exit in proof.exits(flow, at) {
            // Between the rounds that lead over a person who hands back there was a person.
            if matches!((op, &exit.goal), (Some(Op::Escalate(e)), Goal::Step(to)) if e.handed_back == Some(*to)) {
                continue;
            }
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
    let round = stuck.iter().filter_map(|n| proof.flows.get(*n)).find_map(|flow| {
        let leads_back = |at: &At| {
            let mut next = led_to(proof, flow, *at).into_iter().filter(|n| stuck.contains(n));
            next.any(|n| comes_back(&left, n, &flow.name))
        };
        let at = (0..).take(flow.ops.len()).find(leads_back)?;
        Some((flow, flow.ops.get(usize::try_from(at).ok()?)?))
    });
    if let Some((flow, placed)) = round {
        let problem =
            format!("From here the chat may come back to `{}` again and again: nothing counts the rounds", flow.name);
        let action = match &placed.op {
            Op::Ask(_) | Op::Triage(_) => "Write `when 3 tries failed` under it, with an `escalate`.",
            Op::Escalate(_) => "Write `when nobody is available` under it, and what happens then.",
            Op::Use(_) => "Write `when it fails` under it, with words and another way on.",
            _ => {
                "Ask with `ask again` under a `use` that has a `when 3 tries failed` block, or end this way with an `escalate`."
            }
        };
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
    (0..).take(flow.ops.len()).flat_map(|at| led_to(proof, flow, at)).collect()
}

/// The flows to which one operation leads.
fn led_to<'a>(proof: &Proof<'a>, flow: &'a FlowCode, at: At) -> Vec<&'a str> {
    let exits = proof.exits(flow, at);
    let mut found: Vec<&str> = exits.iter().filter_map(|exit| other(flow, &exit.goal)).collect();
    // Where nobody comes the house is asked; a person whom it asks for may not come either.
    let op = usize::try_from(at).ok().and_then(|i| flow.ops.get(i)).map(|p| &p.op);
    if matches!(op, Some(Op::Escalate(e)) if e.nobody.is_none()) {
        found.push(house::NOBODY_AVAILABLE);
    }
    found.retain(|f| proof.flows.contains_key(*f));
    found
}

/// Another flow that a way runs through. A topic that a triage begins is a new request; only the house's own offers belong here.
fn other<'a>(flow: &FlowCode, goal: &Goal<'a>) -> Option<&'a str> {
    match goal {
        Goal::Run(f) | Goal::Flow(f) => Some(f),
        Goal::Topic(f, _) if *f == house::NOT_UNDERSTOOD || (house::is(&flow.name) && house::is(f)) => Some(f),
        Goal::Fails => Some(house::SOMETHING_BROKE),
        Goal::Return if flow.name == house::ANYTHING_ELSE => Some(house::GOODBYE),
        Goal::Topic(..) | Goal::AnyTopic(_) | Goal::Step(_) | Goal::Return | Goal::Person | Goal::Resolved => None,
    }
}

/// Blocks stand behind the step they belong to, so that the way from the end to the beginning meets each step after all that
/// follow it. What goes back is counted in `rounds`; after it another way is taken, so the two add up.
fn worst<'a>(proof: &Proof<'a>, flow: &FlowCode, all: &BTreeMap<&str, Worst<'a>>) -> Worst<'a> {
    let count = flow.ops.len();
    let rounds = rounds(flow);
    let mut w =
        Worst { turns: vec![0; count], next: vec![vec![]; count], own: vec![0; count], back: vec![None; count] };
    for (i, placed) in flow.ops.iter().enumerate().rev() {
        let Ok(at) = At::try_from(i) else { continue };
        let times = rounds.get(i).copied().unwrap_or(1);
        let mut sum = turns(&placed.op).saturating_mul(times);
        let own = sum;
        let again: Vec<At> = blocks_that_wait_again(&placed.op).into_iter().map(|(start, _)| start).collect();
        let (mut back, mut earliest) = ((0, None), None::<At>);
        let (mut on, mut hops) = ((0, None), Vec::new());
        for exit in proof.exits(flow, at) {
            let (turns, hop) = one_way(flow, at, &exit.goal, times, &w, all);
            let returns = match exit.goal {
                Goal::Step(to) if to <= at => Some(to),
                _ => hop.1.and_then(|to| place(&w.back, to).copied().flatten()),
            };
            earliest = earliest.into_iter().chain(returns).min();
            let best = if returns.is_some_and(|to| to <= at) { &mut back } else { &mut on };
            if matches!(exit.goal, Goal::Step(to) if again.contains(&to)) {
                sum = sum.saturating_add(turns);
                hops.push(hop);
            } else if turns > best.0 {
                *best = (turns, Some(hop));
            }
        }
        sum = sum.saturating_add(back.0).saturating_add(on.0);
        hops.extend(back.1.into_iter().chain(on.1));
        if let (Some(t), Some(n), Some(o), Some(b)) =
            (w.turns.get_mut(i), w.next.get_mut(i), w.own.get_mut(i), w.back.get_mut(i))
        {
            (*t, *n, *o, *b) = (sum, hops, own, earliest);
        }
    }
    w
}

/// The turns of one way on, and where it leads first.
fn one_way<'a>(
    flow: &FlowCode,
    at: At,
    goal: &Goal<'a>,
    times: u32,
    w: &Worst<'a>,
    all: &BTreeMap<&str, Worst<'a>>,
) -> (u32, Hop<'a>) {
    let through = other(flow, goal);
    let to = match goal {
        // The end of a goodbye is the end of the chat.
        Goal::Topic(house::GOODBYE, _) if through.is_some() => None,
        Goal::Step(to) | Goal::AnyTopic(to) | Goal::Topic(_, to) if *to > at => Some(*to),
        Goal::Run(_) => Some(at + 1),
        _ => None,
    };
    let there = through.and_then(|f| all.get(f)).and_then(|o| o.turns.first().copied()).unwrap_or(0);
    let after = to.and_then(|t| place(&w.turns, t).copied()).unwrap_or(0);
    (there.saturating_mul(times).saturating_add(after), (through.filter(|_| there > 0), to))
}

/// How often the customer may have to write at one step.
fn turns(op: &Op) -> u32 {
    match op {
        Op::Ask(ask) => last(&ask.tries),
        // Asking "did you mean" costs no try the first time.
        Op::Triage(triage) => 1 + last(&triage.tries),
        // The score, and words that go with it.
        Op::Feedback(f) => 1 + u32::from(f.comment.is_some()),
        Op::Greet(_)
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
fn tell(
    proof: &Proof<'_>,
    all: &BTreeMap<&str, Worst<'_>>,
    name: &str,
    from: At,
    depth: usize,
    steps: &mut Vec<WorstStep>,
) {
    let (Some(flow), Some(worst)) = (proof.flows.get(name), all.get(name)) else { return };
    let mut at = from;
    while let Some((placed, turns)) = place(&flow.ops, at).zip(place(&worst.own, at)) {
        if *turns > 0 {
            let words = match &placed.op {
                Op::Ask(ask) => format!("ask {}", ask.slot),
                op => op.word().to_owned(),
            };
            let (file, line) = (placed.file.clone(), placed.line);
            steps.push(WorstStep { turns: *turns, flow: name.to_owned(), words, file, line });
        }
        let Some((last, before)) = place(&worst.next, at).and_then(|hops| hops.split_last()) else { return };
        for (through, next) in before.iter().filter(|_| depth < 32) {
            through.iter().for_each(|f| tell(proof, all, f, 0, depth + 1, steps));
            next.iter().for_each(|to| tell(proof, all, name, *to, depth + 1, steps));
        }
        if let Some(through) = last.0.filter(|_| depth < 32) {
            tell(proof, all, through, 0, depth + 1, steps);
        }
        match last.1 {
            Some(next) => at = next,
            None => return,
        }
    }
}
