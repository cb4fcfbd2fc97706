//! Details that are read must be filled on every way that leads there, across flows.
use super::facts::{Facts, Names, meet};
use super::proofs::Proof;
use crate::bot::op::{At, FlowCode, Op, Words};
use crate::bot::paths::{Exit, Goal, read_unguarded, root};
use crate::bot::template::{BUILT_IN, Formula};
use crate::bot::{MAIN, house};
use crate::language::diagnostic::Diagnostic;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What is known before each operation; `None` where no way leads.
type Known = Vec<Option<Facts>>;

/// Flows to look at again; one that waits already is not added: a piece that all use would be looked at for each of them.
#[derive(Default)]
struct Queue<'a> {
    order: VecDeque<&'a str>,
    waiting: BTreeSet<&'a str>,
}

impl<'a> Queue<'a> {
    fn of(names: impl Iterator<Item = &'a str>) -> Self {
        let mut queue = Self::default();
        names.for_each(|name| queue.add(name));
        queue
    }

    fn add(&mut self, name: &'a str) {
        if self.waiting.insert(name) {
            self.order.push_back(name);
        }
    }

    fn next(&mut self) -> Option<&'a str> {
        let name = self.order.pop_front()?;
        self.waiting.remove(name);
        Some(name)
    }
}

struct Filled<'a> {
    proof: &'a Proof<'a>,
    names: Names,
    /// What is filled and forgotten on each way out of each operation, in the order of the proof's exits.
    ways: Vec<Vec<Vec<Way<'a>>>>,
    needs: BTreeMap<&'a str, Facts>,
    /// What each flow fills on every way to its end; `None` where it was not found out yet, or never ends.
    adds: BTreeMap<&'a str, Option<Facts>>,
    /// What each flow may forget.
    forgets: BTreeMap<&'a str, Facts>,
    /// What is known whenever a flow begins.
    entry: BTreeMap<&'a str, Facts>,
}

struct Way<'a> {
    goal: Goal<'a>,
    fills: Facts,
    forgets: Facts,
}

pub fn check(proof: &Proof<'_>, found: &mut Vec<Diagnostic>) {
    let mut filled = Filled::new(proof);
    filled.forgotten();
    filled.ends();
    filled.begins();
    for flow in proof.flows.values() {
        if let Some(entry) = filled.entry.get(flow.name.as_str()) {
            filled.report(flow, entry, found);
        }
    }
}

impl<'a> Filled<'a> {
    fn new(proof: &'a Proof<'a>) -> Self {
        let mut names = Names::default();
        let (mut ways, mut needs, mut forgets) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        for flow in proof.flows.values() {
            let name = flow.name.as_str();
            let of_ops = (0..).take(flow.ops.len()).map(|at| proof.exits(flow, at).iter());
            ways.push(of_ops.map(|exits| exits.map(|e| Way::new(e, &mut names)).collect()).collect());
            needs.insert(name, names.set(flow.needs.iter().map(String::as_str)));
            let own = flow.ops.iter().filter_map(|p| match &p.op {
                Op::AskAgain { slots, .. } | Op::Forget { slots } => Some(slots.iter().map(String::as_str)),
                Op::Use(step) => Some(step.secrets.iter().map(String::as_str)),
                // A round asks anew, perhaps only under a condition.
                Op::Each(each) => Some(each.asks.iter().map(String::as_str)),
                _ => None,
            });
            forgets.insert(name, names.set(own.flatten()));
        }
        let (adds, entry) = Default::default();
        Filled { proof, names, ways, needs, adds, forgets, entry }
    }

    fn forgotten(&mut self) {
        let mut dirty = Queue::of(self.proof.flows.keys().map(String::as_str));
        while let Some(name) = dirty.next() {
            let own = self.forgets.get(name).cloned().unwrap_or_default();
            for caller in self.proof.callers(name) {
                if self.forgets.entry(caller).or_default().add(&own) {
                    dirty.add(caller);
                }
            }
        }
    }

    /// What each flow has filled when it ends; begins with "everything" and takes away.
    fn ends(&mut self) {
        // What a flow adds is asked by those who call it alone.
        let called = |name: &&str| self.proof.callers(name).next().is_some();
        let mut dirty = Queue::of(self.proof.flows.keys().map(String::as_str).filter(called));
        while let Some(name) = dirty.next() {
            let Some(flow) = self.proof.flows.get(name) else { continue };
            let known = self.known(flow, &self.with_needs(flow, &Facts::default()));
            let ended = self.at_the_end(flow, &known);
            if self.adds.get(name) != Some(&ended) {
                self.adds.insert(name, ended);
                let callers = self.proof.callers(name).filter(called);
                callers.for_each(|caller| dirty.add(caller));
            }
        }
    }

    fn with_needs(&self, flow: &FlowCode, entry: &Facts) -> Facts {
        let mut facts = entry.clone();
        if let Some(needs) = self.needs.get(flow.name.as_str()) {
            facts.add(needs);
        }
        facts
    }

    fn ways(&self, flow: &FlowCode, at: At) -> &[Way<'a>] {
        let ways = self.ways.get(flow.number);
        ways.and_then(|ways| ways.get(usize::try_from(at).ok()?)).map_or(&[], Vec::as_slice)
    }

    fn at_the_end(&self, flow: &FlowCode, known: &Known) -> Option<Facts> {
        let mut ended: Option<Facts> = None;
        for (at, facts) in (0..).zip(known) {
            let Some(facts) = facts else { continue };
            for way in self.ways(flow, at) {
                match way.goal {
                    Goal::Return => {
                        meet(&mut ended, facts);
                    }
                    Goal::Flow(next) => {
                        if let Some(Some(adds)) = self.adds.get(next) {
                            let mut left = facts.clone();
                            left.add(adds);
                            meet(&mut ended, &left);
                        }
                    }
                    _ => {}
                }
            }
        }
        ended
    }

    /// What is known when each flow begins: what all who lead to it know.
    fn begins(&mut self) {
        let mut dirty = Queue::default();
        for flow in self.proof.flows.values() {
            if flow.begins()
                || flow.house
                || flow.name == MAIN
                || house::is(&flow.name)
                || self.proof.offered(&flow.name)
            {
                let given = if self.proof.offered(&flow.name) { BTreeSet::new() } else { flow.given() };
                let given = self.names.set(given.iter().map(String::as_str));
                self.entry.insert(&flow.name, given);
                dirty.add(&flow.name);
            }
        }
        while let Some(name) = dirty.next() {
            let Some(flow) = self.proof.flows.get(name).filter(|flow| self.leads_on(flow)) else { continue };
            let entry = self.entry.get(name).cloned().unwrap_or_default();
            let known = self.known(flow, &self.with_needs(flow, &entry));
            for (at, facts) in (0..).zip(&known) {
                let Some(facts) = facts else { continue };
                let into = |way: &Way<'a>| match way.goal {
                    Goal::Run(next) | Goal::Flow(next) => Some(next),
                    _ => None,
                };
                for next in self.ways(flow, at).iter().filter_map(into).collect::<Vec<_>>() {
                    // Where ways meet, what is known only becomes less.
                    let mut after = self.entry.remove(next);
                    if meet(&mut after, facts) {
                        dirty.add(next);
                    }
                    self.entry.insert(next, after.unwrap_or_default());
                }
            }
        }
    }

    /// Whether a way of it leads into another flow of the same topic.
    fn leads_on(&self, flow: &FlowCode) -> bool {
        let mut ways = self.ways.get(flow.number).into_iter().flatten().flatten();
        ways.any(|way| matches!(way.goal, Goal::Run(_) | Goal::Flow(_)))
    }

    /// What is known before each operation of a flow that begins with `entry` known.
    fn known(&self, flow: &FlowCode, entry: &Facts) -> Known {
        let mut known: Known = vec![None; flow.ops.len()];
        let mut dirty: BTreeSet<At> = BTreeSet::from([0]);
        if let Some(first) = known.first_mut() {
            *first = Some(entry.clone());
        }
        while let Some(at) = dirty.pop_first() {
            let Some(facts) = place(&known, at).cloned() else { continue };
            for way in self.ways(flow, at) {
                let Some((to, after)) = self.passes(flow, at, way, &facts) else { continue };
                let Some(slot) = usize::try_from(to).ok().and_then(|i| known.get_mut(i)) else { continue };
                if meet(slot, &after) {
                    dirty.insert(to);
                }
            }
        }
        known
    }

    /// Where a way goes on in the flow, and what is known there.
    fn passes(&self, flow: &FlowCode, at: At, way: &Way<'a>, facts: &Facts) -> Option<(At, Facts)> {
        let to = match way.goal {
            Goal::Step(to) | Goal::Topic(_, to) | Goal::AnyTopic(to) => to,
            Goal::Run(_) => at + 1,
            Goal::Flow(_) | Goal::Return | Goal::Fails | Goal::Person | Goal::Resolved => return None,
        };
        let mut after = facts.clone();
        after.remove(&way.forgets);
        after.add(&way.fills);
        if let Goal::Run(called) = way.goal {
            let adds = self.adds.get(called)?.as_ref()?;
            if let Some(lost) = self.forgets.get(called) {
                after.remove(lost);
            }
            after.add(adds);
        }
        let op = usize::try_from(at).ok().and_then(|i| flow.ops.get(i)).map(|p| &p.op);
        // A flow that fails may have forgotten something before.
        if let (Some(Op::Do { flow: called }), Goal::Step(_)) = (op, &way.goal)
            && let Some(lost) = self.forgets.get(called.as_str())
        {
            after.remove(lost);
        }
        Some((to, after))
    }

    fn report(&self, flow: &'a FlowCode, entry: &Facts, found: &mut Vec<Diagnostic>) {
        let entry = self.with_needs(flow, entry);
        let known = self.known(flow, &entry);
        for ((at, facts), placed) in (0..).zip(&known).zip(&flow.ops) {
            let Some(facts) = facts else { continue };
            let mut told = BTreeSet::new();
            for path in read(&placed.op) {
                if self.unknown(&path, facts) && told.insert(path.clone()) {
                    let problem = format!("`{path}` may be empty here{}", self.way(flow, &entry, at, root(&path)));
                    found.push(Diagnostic::error("F201", placed.span, problem, remedy(&path)));
                }
            }
            self.calls(flow, at, facts, &entry, found);
        }
        for detail in &flow.gives {
            if self.at_the_end(flow, &known).is_some_and(|end| !self.names.known(&end, detail)) {
                let problem = format!("`{}` says that it gives `{detail}`, but may end without it", flow.name);
                let action = format!(
                    "Fill `{detail}` on every way to the end of this flow, or take it out of the `gives` line."
                );
                found.push(Diagnostic::error("F203", flow.span, problem, action));
            }
        }
    }

    fn calls(&self, flow: &'a FlowCode, at: At, facts: &Facts, entry: &Facts, found: &mut Vec<Diagnostic>) {
        let Some(placed) = usize::try_from(at).ok().and_then(|i| flow.ops.get(i)) else { return };
        if let Op::Do { flow: next } | Op::GoTo { flow: next } = &placed.op
            && let Some(called) = self.proof.flows.get(next)
        {
            for detail in called.needs.iter().filter(|d| self.unknown(d, facts)) {
                let problem =
                    format!("`{next}` needs `{detail}`, which may be empty here{}", self.way(flow, entry, at, detail));
                let action = format!("Ask for `{detail}` before this line.");
                found.push(
                    Diagnostic::error("F202", placed.span, problem, action).related(called.span, "it says so here"),
                );
            }
        }
        if let Op::Promise(promise) = &placed.op
            && let Some(to) = promise.to.as_ref().filter(|to| self.unknown(to, facts))
        {
            let way = self.way(flow, entry, at, root(to));
            let problem = format!("This promise is to reach the customer at `{to}`, which may be missing{way}");
            let action = "Ask for it before this line, or leave `to` out: the promise is then kept in this chat.";
            found.push(Diagnostic::error("F204", placed.span, problem, action));
        }
    }

    fn unknown(&self, path: &str, facts: &Facts) -> bool {
        let first = root(path);
        let always = first != "customer" && BUILT_IN.contains(&first);
        let fact = self.proof.settings.facts.contains_key(first);
        // `customer.level` brings `customer.level.points`; `customer` alone brings nothing
        let prefixes = path.match_indices('.').filter_map(|(at, _)| path.get(..at)).chain([path]);
        let within =
            prefixes.skip(usize::from(first == "customer" && path.contains('.'))).any(|p| self.names.known(facts, p));
        !(always || fact || within)
    }

    /// A way to `at` on which nothing fills the detail, in the author's words.
    fn way(&self, flow: &'a FlowCode, entry: &Facts, at: At, detail: &str) -> String {
        let mut seen: BTreeMap<At, (At, String)> = BTreeMap::new();
        let mut next = VecDeque::from([0]);
        while let Some(here) = next.pop_front().filter(|h| *h != at) {
            for (exit, way) in self.proof.exits(flow, here).iter().zip(self.ways(flow, here)) {
                let Some((to, after)) = self.passes(flow, here, way, entry) else { continue };
                if !self.names.known(&after, detail) && to != 0 && !seen.contains_key(&to) {
                    seen.insert(to, (here, exit.when.clone()));
                    next.push_back(to);
                }
            }
        }
        let mut whens = Vec::new();
        let mut here = at;
        while let Some((from, when)) = seen.get(&here) {
            if !when.is_empty() {
                whens.push(when.clone());
            }
            here = *from;
        }
        whens.reverse();
        // The last turns tell it; all of a long way would hide it.
        let skip = whens.len().saturating_sub(3);
        let said: Vec<&str> = whens.iter().skip(skip).map(String::as_str).collect();
        if said.is_empty() { String::new() } else { format!(": when {}", said.join(" and then ")) }
    }
}

impl<'a> Way<'a> {
    fn new(exit: &Exit<'a>, names: &mut Names) -> Self {
        let mut fills = names.set(exit.fills);
        for path in &exit.known {
            fills.insert(names.number(path));
            if !matches!(root(path), "customer" | "hours") {
                fills.insert(names.number(root(path)));
            }
        }
        let forgets = names.set(exit.forgets.iter().map(String::as_str));
        Way { goal: exit.goal, fills, forgets }
    }
}

fn remedy(path: &str) -> String {
    format!(
        "Fill it before this line, or write `{{{{ {path} | default(\"…\") }}}}` or `{{% if {path} %}}…{{% endif %}}`."
    )
}

fn place(known: &Known, at: At) -> Option<&Facts> {
    known.get(usize::try_from(at).ok()?)?.as_ref()
}

/// Everything an operation reads that would look empty if it were unknown.
fn read(op: &Op) -> Vec<String> {
    let words = |all: &[&Words]| -> Vec<String> {
        all.iter().flat_map(|w| &w.variations).flat_map(|t| read_unguarded(&t.source)).collect()
    };
    let asked = |f: &Formula| -> Vec<String> {
        let guarded = |p: &str| f.jinja().contains(&format!("known({p})")) || f.jinja().contains("default");
        f.paths().iter().filter(|p| !guarded(p) && root(p) != "customer").cloned().collect()
    };
    match op {
        Op::Greet(greet) => words(&greet.words().collect::<Vec<_>>()),
        Op::Say { words: w } | Op::Note { words: w } => words(&[w]),
        Op::Empathize { moods, words: w } => words(&moods.iter().map(|(_, w)| w).chain(w).collect::<Vec<_>>()),
        Op::Triage(t) => words(
            &std::iter::once(&t.question)
                .chain(t.anything_else.iter().filter_map(|(w, _)| w.as_ref()))
                .collect::<Vec<_>>(),
        ),
        Op::Ask(ask) => {
            let mut all = words(&std::iter::once(&ask.question).chain(&ask.retries).collect::<Vec<_>>());
            all.extend(ask.buttons.iter().flat_map(|b| read_unguarded(&b.label.source)));
            all.extend(ask.choices.iter().flat_map(|(list, _)| asked(list)));
            let checked = ask.checks.iter().flat_map(|(f, w)| asked(f).into_iter().chain(words(&[w])));
            all.extend(checked.filter(|p| root(p) != ask.slot));
            all
        }
        Op::Feedback(f) => words(&std::iter::once(&f.question).chain(&f.comment).collect::<Vec<_>>()),
        Op::Use(step) => {
            let mut all = words(&step.while_waiting.iter().collect::<Vec<_>>());
            all.extend(step.with.iter().flat_map(|(_, f)| asked(f)));
            all
        }
        Op::Remember { value, .. } => asked(value),
        Op::Each(each) => asked(&each.list),
        Op::Notify { words: w, .. } => words(&[w]),
        Op::Card(card) => {
            let all = [&card.title].into_iter().chain(&card.text).chain(&card.picture);
            let all = all.chain(card.links.iter().flat_map(|(a, b)| [a, b])).chain(card.buttons.iter().map(|(_, l)| l));
            all.flat_map(|t| read_unguarded(&t.source)).collect()
        }
        Op::Escalate(e) => {
            let mut all = words(&e.words.iter().collect::<Vec<_>>());
            all.extend(e.summary.iter().flat_map(|s| read_unguarded(&s.source)));
            all
        }
        Op::Promise(p) => words(&[&p.words]),
        Op::Resolve { words: w } => words(&w.iter().collect::<Vec<_>>()),
        // Unknown details compare as unequal, which is what an author means by `if` after a question that may be skipped.
        Op::Branch { .. }
        | Op::Jump(_)
        | Op::WaitAgain(_)
        | Op::Do { .. }
        | Op::GoTo { .. }
        | Op::Return
        | Op::AskAgain { .. }
        | Op::AwaitPerson { .. }
        | Op::Forget { .. }
        | Op::Pause { .. }
        | Op::Enough(_)
        | Op::Tag { .. } => vec![],
    }
}
