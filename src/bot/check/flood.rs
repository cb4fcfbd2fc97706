//! How much the bot may say, and do, before it waits for something: nobody reads fifty messages at once, and the engine stops there.
use super::proofs::Proof;
use crate::bot::op::{At, Each, FlowCode, Op, Placed};
use crate::bot::paths::{MESSAGES, STEPS};
use crate::bot::{MAIN, house};
use crate::language::ast::Start;
use crate::language::diagnostic::Diagnostic;
use std::collections::{BTreeMap, BTreeSet};

/// Topics that are open at once, as in the engine.
const DEEPEST: usize = 32;

/// The most from an operation on, by how it comes to an end; `None` where no way does.
#[derive(Clone, Copy, Debug, Default)]
struct Most {
    /// The bot waits for something.
    stop: Option<u32>,
    /// The flow ends.
    end: Option<u32>,
    /// The next round of the loop around it begins.
    back: Option<u32>,
}

impl Most {
    fn stops(most: u32) -> Self {
        Self { stop: Some(most), ..Self::default() }
    }

    fn ends(most: u32) -> Self {
        Self { end: Some(most), ..Self::default() }
    }

    fn plus(self, more: u32) -> Self {
        let add = |n: Option<u32>| n.map(|n| n.saturating_add(more));
        Self { stop: add(self.stop), end: add(self.end), back: add(self.back) }
    }

    fn or(self, other: Self) -> Self {
        Self { stop: self.stop.max(other.stop), end: self.end.max(other.end), back: self.back.max(other.back) }
    }

    /// Where this ends, the other follows.
    fn then(self, next: Self) -> Self {
        let followed = self.end.map_or_else(Self::default, |end| next.plus(end));
        Self { end: None, ..self }.or(followed)
    }

    /// The most until the bot waits or the flow ends.
    fn whole(self) -> u32 {
        self.stop.max(self.end).unwrap_or(0)
    }
}

/// The most from each operation of a flow.
#[derive(Default)]
struct Table {
    /// With the loops around it.
    usual: Vec<Most>,
    /// Within a round of a loop, which has forgotten what it asks.
    fresh: Vec<Most>,
}

impl Table {
    fn all(&mut self, fresh: bool) -> &mut Vec<Most> {
        if fresh { &mut self.fresh } else { &mut self.usual }
    }
}

/// What is counted: what one operation adds.
type Cost = fn(&FlowCode, At) -> u32;

struct Floods<'a, 'p> {
    proof: &'p Proof<'a>,
    cost: Cost,
    all: BTreeMap<&'a str, Table>,
    /// Details that only one question fills: what forgets them has them asked.
    unasked: &'p BTreeSet<&'a str>,
    /// What may follow in the same turn when a flow has ended.
    after: BTreeMap<&'a str, u32>,
}

/// Turns that say or do too much. `order` has each flow after those that it leads to.
pub fn check(proof: &Proof<'_>, order: &[&FlowCode], found: &mut Vec<Diagnostic>) {
    let told = |n| format!("From here the bot may say {n} things at once, without waiting for an answer");
    let many = |n| format!("From here the bot may go through {n} steps without waiting for anything");
    let unasked = filled_once(proof, order);
    if !Floods::told(proof, order, &unasked, messages, MESSAGES, &told, found) {
        Floods::told(proof, order, &unasked, |_, _| 1, STEPS, &many, found);
    }
}

/// Messages that one operation says at the most. Cards in a row are one.
fn messages(flow: &FlowCode, at: At) -> u32 {
    match op(flow, at) {
        Some(Op::Card(_)) => u32::from(!matches!(op(flow, at + 1), Some(Op::Card(_)))),
        Some(Op::Greet(_) | Op::Say { .. } | Op::Empathize { .. } | Op::Promise(_)) => 1,
        Some(Op::Triage(_) | Op::Ask(_) | Op::Feedback(_)) => 1,
        Some(Op::Use(step)) => u32::from(step.while_waiting.is_some()),
        Some(Op::Escalate(escalate)) => u32::from(escalate.words.is_some()),
        Some(Op::Resolve { words }) => u32::from(words.is_some()),
        // The question that is asked again.
        Some(Op::AskAgain { .. }) => 1,
        _ => 0,
    }
}

fn op(flow: &FlowCode, at: At) -> Option<&Op> {
    placed(flow, at).map(|p| &p.op)
}

fn placed(flow: &FlowCode, at: At) -> Option<&Placed> {
    flow.ops.get(usize::try_from(at).ok()?)
}

fn filled_once<'a>(proof: &Proof<'_>, order: &[&'a FlowCode]) -> BTreeSet<&'a str> {
    let (mut once, mut more) = (BTreeSet::new(), BTreeSet::new());
    for op in order.iter().flat_map(|f| &f.ops).map(|p| &p.op) {
        let Some(slot) = op.fills() else { continue };
        let kept = proof.settings.keep.iter().any(|k| k == slot);
        if !matches!(op, Op::Ask(_)) || kept || !once.insert(slot) {
            more.insert(slot);
        }
    }
    once.difference(&more).copied().collect()
}

impl<'a, 'p> Floods<'a, 'p> {
    /// Tells of turns that are too long; whether there are any.
    fn told(
        proof: &'p Proof<'a>,
        order: &[&'a FlowCode],
        unasked: &'p BTreeSet<&'a str>,
        cost: Cost,
        limit: u32,
        problem: &dyn Fn(u32) -> String,
        found: &mut Vec<Diagnostic>,
    ) -> bool {
        let (all, after) = Default::default();
        let mut floods = Floods { proof, cost, all, unasked, after };
        let before = found.len();
        for flow in order {
            let table = floods.of_flow(flow);
            floods.all.insert(&flow.name, table);
            // A flow that runs it is as long; once is enough.
            if found.len() == before {
                found.extend(floods.worst(flow, limit, 0).map(|(p, most)| mistake(p, problem(most))));
            }
        }
        if found.len() == before {
            floods.follow(order, limit);
            // Before a corrected answer is put right there are words, too.
            let limit = limit.saturating_sub(floods.of(house::CORRECTION, false).whole());
            let worst = order.iter().filter_map(|flow| {
                let after = floods.after.get(flow.name.as_str()).copied().unwrap_or(0);
                floods.worst(flow, limit, after)
            });
            found.extend(worst.max_by_key(|(_, most)| *most).map(|(p, most)| mistake(p, problem(most))));
        }
        found.len() > before
    }

    /// The most from each operation on, from the last to the first: only loops lead back, and they know how often.
    fn of_flow(&self, flow: &FlowCode) -> Table {
        let empty = || vec![Most::default(); flow.ops.len()];
        let mut table = Table { usual: empty(), fresh: empty() };
        for (i, placed) in flow.ops.iter().enumerate().rev() {
            let Ok(at) = At::try_from(i) else { continue };
            for fresh in [true, false] {
                let most = self.of_op(flow, at, placed, &table, fresh);
                if let Some(slot) = table.all(fresh).get_mut(i) {
                    *slot = most;
                }
            }
        }
        // What is left of the loops around an operation, the outer ones being known first.
        for (at, placed) in (0..).zip(&flow.ops) {
            let (Op::Each(each), Some(head)) = (&placed.op, place(&table.usual, at)) else { continue };
            for i in (at + 1..each.end).filter_map(|at| usize::try_from(at).ok()) {
                let Some(within) = table.fresh.get(i).copied() else { continue };
                let on = within.back.map_or_else(Most::default, |back| head.plus(back));
                if let Some(slot) = table.usual.get_mut(i) {
                    *slot = Most { back: None, ..within }.or(on);
                }
            }
        }
        table
    }

    fn of_op(&self, flow: &FlowCode, at: At, placed: &Placed, table: &Table, fresh: bool) -> Most {
        let own = (self.cost)(flow, at);
        let on = |to: At| place(if fresh { &table.fresh } else { &table.usual }, to).unwrap_or_default();
        let next = || on(at + 1);
        match &placed.op {
            Op::Jump(to) if *to <= at => Most { back: Some(own), ..Most::default() },
            Op::Jump(to) => on(*to).plus(own),
            Op::Branch { otherwise, .. } => next().or(on(*otherwise)).plus(own),
            Op::Enough(enough) => next().or(on(enough.then)).plus(own),
            Op::Each(each) => self.of_loop(flow, at, each, place(&table.fresh, at + 1), on(each.end)),
            Op::Ask(ask) if fresh && self.unasked.contains(ask.slot.as_str()) => Most::stops(own),
            // What is known already is not asked.
            Op::Ask(_) | Op::Feedback(_) => Most::stops(own).or(next()),
            Op::Triage(_) | Op::Use(_) | Op::AskAgain { .. } | Op::Escalate(_) | Op::Resolve { .. } => Most::stops(own),
            Op::WaitAgain(_) | Op::Pause { .. } => Most::stops(own),
            Op::AwaitPerson { .. } => Most::stops(own).or(Most::ends(own)),
            Op::Return => Most::ends(own),
            Op::Do { flow } => self.of(flow, fresh).then(next()).plus(own),
            Op::GoTo { flow } => self.of(flow, fresh).plus(own),
            Op::Greet(_) | Op::Say { .. } | Op::Empathize { .. } | Op::Promise(_) | Op::Card(_) => next().plus(own),
            Op::Remember { .. } | Op::Note { .. } | Op::Tag { .. } | Op::Forget { .. } | Op::Notify { .. } => {
                next().plus(own)
            }
        }
    }

    /// All rounds of a loop, and what follows it. Each round asks anew.
    fn of_loop(&self, flow: &FlowCode, at: At, each: &Each, body: Option<Most>, behind: Most) -> Most {
        let head = (self.cost)(flow, at);
        let body = body.unwrap_or_default().plus(head);
        // Cards are one message where nothing is said between them.
        let said = |i: At| !matches!(op(flow, i), Some(Op::Card(_))) && self.says(flow, i);
        let once = body.back == Some(1) && head == 0 && !(at + 1..each.end).any(said);
        let rounds = |times: u32| body.back.map_or(0, |b| if once { b } else { b.saturating_mul(times) });
        let last = Most { back: None, ..body }.plus(rounds(each.most.saturating_sub(1)));
        last.or(behind.plus(rounds(each.most)).plus(head))
    }

    fn says(&self, flow: &FlowCode, at: At) -> bool {
        match op(flow, at) {
            Some(Op::Do { flow } | Op::GoTo { flow }) => self.of(flow, false).whole() > 0,
            _ => (self.cost)(flow, at) > 0,
        }
    }

    /// The most from the beginning of a flow.
    fn of(&self, flow: &str, fresh: bool) -> Most {
        let table = self.all.get(flow).map(|t| if fresh { &t.fresh } else { &t.usual });
        table.and_then(|all| all.first().copied()).unwrap_or_default()
    }

    // ------------------------------------------------------------ what follows a flow

    /// What follows the end of each flow in the same turn: the flow that ran it, or other topics and the house.
    fn follow(&mut self, order: &[&'a FlowCode], limit: u32) {
        let (end, main) = (self.end_of_topic(order), self.of(MAIN, false).whole());
        let opening = order.iter().filter(|f| f.starts.iter().any(|s| !matches!(s, Start::Event { .. })));
        let opening = opening.filter_map(|f| self.of(&f.name, false).end).fold(main, u32::saturating_add);
        for flow in order {
            let event = flow.starts.iter().any(|s| matches!(s, Start::Event { .. }));
            let mut after = if self.is_begun(flow) { end } else { 0 };
            after = if flow.starts.is_empty() { after } else { after.max(opening) };
            // The words that begin a chat anew begin a topic behind `main`; a turn that has done half of all begins no event.
            after = after.saturating_add(if flow.topic && !flow.house { main } else { 0 });
            after = after.saturating_add(if event { limit / 2 } else { 0 });
            self.after.insert(&flow.name, after);
        }
        for flow in order.iter().rev() {
            let own = self.after.get(flow.name.as_str()).copied().unwrap_or(0);
            for (at, placed) in (0..).zip(&flow.ops) {
                let (called, then) = match &placed.op {
                    Op::Do { flow: called } => (called, self.with(flow, at + 1, own)),
                    Op::GoTo { flow: called } => (called, own),
                    _ => continue,
                };
                if let Some(after) = self.after.get_mut(called.as_str()) {
                    *after = then.max(*after);
                }
            }
        }
    }

    /// Whether it may be a topic's first flow.
    fn is_begun(&self, flow: &FlowCode) -> bool {
        flow.begins() || flow.name == MAIN || house::is(&flow.name) || self.proof.offered(&flow.name)
    }

    /// Back to a question, or on with topics that were left at an open question, those that were put off, and the house.
    fn end_of_topic(&self, order: &[&FlowCode]) -> u32 {
        let back = self.of(house::BACK_TO, false).whole().saturating_add(1);
        let resumed = |flow: &&FlowCode| {
            let open = (0..).zip(&flow.ops).filter(|(_, p)| matches!(p.op, Op::Triage(_) | Op::Pause { .. }));
            let rest = open.map(|(at, _): (At, _)| self.at(flow, at + 1));
            rest.fold(Most::default(), Most::or)
        };
        let own = || order.iter().filter(|flow| !flow.house).map(resumed);
        let mut through: Vec<u32> = own().filter_map(|rest| rest.end).collect();
        through.sort_unstable_by(|a, b| b.cmp(a));
        let through = through.iter().take(DEEPEST).fold(0_u32, |sum, n| sum.saturating_add(*n));
        let put_off = order.iter().filter(|f| !f.house && f.topic && !f.talks);
        let put_off = put_off.filter_map(|f| self.of(&f.name, false).end).max().unwrap_or(0);
        let put_off = put_off.saturating_mul(self.proof.settings.digressions);
        let house = self.of(house::ANYTHING_ELSE, false).then(self.of(house::GOODBYE, false)).whole();
        let last = own().filter_map(|rest| rest.stop).max().unwrap_or(0).max(house);
        back.max(through.saturating_add(put_off).saturating_add(last))
    }

    fn at(&self, flow: &FlowCode, at: At) -> Most {
        self.all.get(flow.name.as_str()).and_then(|table| place(&table.usual, at)).unwrap_or_default()
    }

    /// The most from an operation on, with what follows the end of its flow.
    fn with(&self, flow: &FlowCode, at: At, after: u32) -> u32 {
        let most = self.at(flow, at);
        most.stop.max(most.end.map(|end| end.saturating_add(after))).unwrap_or(0)
    }

    /// The operation from which on most is said, where that is too much: a loop where most of it is said there.
    fn worst<'f>(&self, flow: &'f FlowCode, limit: u32, after: u32) -> Option<(&'f Placed, u32)> {
        let all = (0..).zip(&flow.ops).map(|(at, p)| (p, self.with(flow, at, after)));
        let too_much: Vec<(&Placed, u32)> = all.filter(|(_, most)| *most > limit).collect();
        let within = |placed: &Placed, most: u32| match &placed.op {
            Op::Each(each) => most.saturating_sub(self.with(flow, each.end, after)),
            _ => 0,
        };
        let each = too_much.iter().max_by_key(|(p, most)| within(p, *most));
        let each = each.filter(|(p, most)| within(p, *most) > limit / 2);
        let (placed, most) = each.or_else(|| too_much.iter().max_by_key(|(_, most)| *most))?;
        Some((*placed, *most))
    }
}

fn place(all: &[Most], at: At) -> Option<Most> {
    all.get(usize::try_from(at).ok()?).copied()
}

fn mistake(placed: &Placed, problem: String) -> Diagnostic {
    let action = match &placed.op {
        Op::Each(_) => "Lower `at most`, say less in each round, or ask something in it.",
        _ => "Ask something in between, or say it in fewer and longer messages.",
    };
    Diagnostic::error("F219", placed.span, problem, action)
}
