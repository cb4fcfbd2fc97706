//! The ways through a bot: for each operation where it may lead, in the author's words. It mirrors the engine's rules;
//! the proofs stand on it, and so may pictures and reports.
mod guards;

pub use guards::{known_when, read_unguarded, root};

use super::house;
use super::op::{Ask, At, FlowCode, Op, Triage, Use};
use crate::language::ast::Term;
use std::sync::Arc;

/// Tries of a question without a handler of the author's, as in the engine.
pub const TRIES: u32 = 3;
/// Messages of one turn, as in the engine: nobody reads more.
pub const MESSAGES: u32 = 50;
/// Operations of one turn, as in the engine. A flow that needs more is a flow that never ends.
pub const STEPS: u32 = 1_000;
/// How often a `when silent for` runs at most while one question is open.
pub const SILENCES: u32 = 3;

/// Where a way leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal<'a> {
    /// To an operation of the same flow.
    Step(At),
    /// Into another flow of the same topic, and back to the next operation.
    Run(&'a str),
    /// Into another flow of the same topic, not back.
    Flow(&'a str),
    /// Into a topic of its own; then on with this operation.
    Topic(&'a str, At),
    /// Into whatever topic the customer names; then on with this operation.
    AnyTopic(At),
    /// The end of the flow.
    Return,
    /// To whoever handles failures: a flow that called this one, else the house.
    Fails,
    Person,
    Resolved,
}

/// One way out of an operation.
#[derive(Clone, Debug)]
pub struct Exit<'a> {
    /// When it is taken, to follow "when …"; empty where it always is.
    pub when: String,
    pub goal: Goal<'a>,
    /// The detail that is filled on this way.
    pub fills: Option<&'a str>,
    /// Details that are known on this way because a condition says so.
    pub known: Vec<String>,
    /// Details that are forgotten on this way.
    pub forgets: &'a [String],
}

impl<'a> Exit<'a> {
    fn new(when: impl Into<String>, goal: Goal<'a>) -> Self {
        Self { when: when.into(), goal, fills: None, known: vec![], forgets: &[] }
    }

    fn fills(mut self, detail: Option<&'a str>) -> Self {
        self.fills = detail;
        self
    }
}

/// How an outcome of an action is known: whether its answer may carry fields.
pub trait Outcomes {
    /// Whether fields come with this outcome of the action.
    fn gives(&self, system: &str, action: &str, outcome: &str) -> bool;
    /// All outcomes that the settings name.
    fn all(&self, system: &str, action: &str) -> Vec<&str>;
}

/// Every way out of an operation.
pub fn exits<'a>(flow: &'a FlowCode, at: At, outcomes: &dyn Outcomes) -> Vec<Exit<'a>> {
    let Some(placed) = usize::try_from(at).ok().and_then(|i| flow.ops.get(i)) else { return vec![] };
    let next = Goal::Step(at + 1);
    match &placed.op {
        Op::Greet(_)
        | Op::Say { .. }
        | Op::Empathize { .. }
        | Op::Promise(_)
        | Op::Note { .. }
        | Op::Tag { .. }
        | Op::Card(_)
        | Op::Pause { .. }
        | Op::Notify { .. } => vec![Exit::new("", next)],
        Op::Forget { slots } => vec![Exit { forgets: slots, ..Exit::new("", next) }],
        Op::Enough(enough) => vec![
            Exit::new("enough is known", Goal::Step(enough.then)).fills(enough.save_as.as_deref()),
            Exit::new("not enough is known", next),
        ],
        Op::Each(each) => vec![
            Exit { forgets: &each.asks, ..Exit::new("there is a next item", next).fills(Some(&each.item)) },
            Exit::new("there are no more items", Goal::Step(each.end)),
        ],
        Op::Remember { slot, .. } => vec![Exit::new("", next).fills(Some(slot))],
        Op::Triage(triage) => of_triage(triage, at),
        Op::Ask(ask) => of_ask(ask, at),
        Op::Feedback(feedback) => vec![
            Exit::new("", Goal::Step(at + 1)).fills(Some(&feedback.slot)),
            Exit::new("the customer's words are no score", next),
        ],
        Op::Use(step) => of_use(flow, step, at, outcomes),
        Op::Branch { condition, otherwise } => {
            let mut yes = Exit::new(condition.source().to_owned(), next);
            yes.known = known_when(condition.jinja(), true);
            let mut no = Exit::new(negated(condition.source()), Goal::Step(*otherwise));
            no.known = known_when(condition.jinja(), false);
            vec![yes, no]
        }
        Op::Jump(to) => vec![Exit::new("", Goal::Step(*to))],
        Op::WaitAgain(to) => vec![Exit::new("", Goal::Step(*to))],
        Op::Do { flow: called } => {
            let mut ways = vec![Exit::new("", Goal::Run(called))];
            ways.extend(block_for_failures(flow, at).map(|b| Exit::new(format!("something fails in `{called}`"), b)));
            ways
        }
        Op::GoTo { flow: next } => vec![Exit::new("", Goal::Flow(next))],
        Op::Return => vec![Exit::new("", Goal::Return)],
        Op::AskAgain { slots, from, .. } => {
            vec![Exit { forgets: slots, ..Exit::new("", Goal::Step(*from)) }]
        }
        Op::Escalate(escalate) => {
            let mut ways = vec![Exit::new("", Goal::Person)];
            ways.extend(escalate.nobody.map(|b| Exit::new("nobody is available", Goal::Step(b))));
            ways.extend(escalate.waited.iter().map(|(_, b)| Exit::new("nobody has come yet", Goal::Step(*b))));
            ways.extend(escalate.handed_back.map(|b| Exit::new("the chat is handed back", Goal::Step(b))));
            ways
        }
        Op::AwaitPerson { .. } => vec![Exit::new("", Goal::Person)],
        Op::Resolve { .. } => vec![Exit::new("", Goal::Resolved)],
    }
}

/// `reason is damaged` to `reason is not damaged`.
fn negated(condition: &str) -> String {
    match condition.split_once(" is ") {
        Some((left, right)) if !right.contains(" is ") && !right.contains(" and ") && !right.contains(" or ") => {
            match right.strip_prefix("not ") {
                Some(rest) => format!("{left} is {rest}"),
                None => format!("{left} is not {right}"),
            }
        }
        _ => format!("it is not so that {condition}"),
    }
}

fn of_triage(triage: &Triage, at: At) -> Vec<Exit<'_>> {
    let own = |flow: &str| triage.topics.iter().any(|(name, _)| name == flow);
    let mut ways: Vec<Exit<'_>> =
        triage.topics.iter().map(|(f, b)| Exit::new(format!("the customer asks for `{f}`"), Goal::Step(*b))).collect();
    let offers = triage.offers.iter().filter(|f| !own(f));
    ways.extend(offers.map(|f| Exit::new(format!("the customer asks for `{f}`"), Goal::Topic(f, at + 1))));
    ways.push(Exit::new("the customer asks for a topic", Goal::AnyTopic(at + 1)));
    if let Some((_, block)) = &triage.anything_else {
        ways.push(Exit::new("no topic fits", Goal::Step(*block)));
    }
    ways.extend(silent(&triage.silent));
    ways.extend(tries(&triage.tries, at));
    ways
}

fn of_ask(ask: &Ask, at: At) -> Vec<Exit<'_>> {
    let mut ways = vec![Exit::new("", Goal::Step(at + 1)).fills(Some(&ask.slot))];
    for button in &ask.buttons {
        if let Some(block) = button.block {
            let when = format!("the customer taps \"{}\"", button.label.source);
            ways.push(Exit::new(when, Goal::Step(block)));
        }
    }
    ways.extend(silent(&ask.silent));
    ways.extend(tries(&ask.tries, at));
    ways
}

fn silent<'a>(blocks: &[(Term, At)]) -> impl Iterator<Item = Exit<'a>> {
    blocks.iter().map(|(_, block)| Exit::new("the customer does not answer", Goal::Step(*block)))
}

/// After too many tries: the author's blocks, else the house flow.
fn tries<'a>(handlers: &[(u32, At)], at: At) -> Vec<Exit<'a>> {
    if handlers.is_empty() {
        let when = format!("{TRIES} tries failed");
        return vec![Exit::new(when, Goal::Topic(house::NOT_UNDERSTOOD, at))];
    }
    handlers.iter().map(|(n, b)| Exit::new(format!("{n} tries failed"), Goal::Step(*b))).collect()
}

fn of_use<'a>(flow: &'a FlowCode, step: &'a Use, at: At, outcomes: &dyn Outcomes) -> Vec<Exit<'a>> {
    let name = format!("`{}.{}`", step.system, step.action);
    let saved = step.save_as.as_deref();
    let good = step.works.or_else(|| step.outcomes.iter().find(|(o, _)| *o == step.good).map(|(_, b)| *b));
    let mut ways = vec![Exit::new("", Goal::Step(good.unwrap_or(at + 1))).fills(saved)];
    for (outcome, block) in step.outcomes.iter().filter(|(o, _)| *o != step.good) {
        let given = saved.filter(|_| outcomes.gives(&step.system, &step.action, outcome));
        ways.push(Exit::new(format!("{name} answers {outcome}"), Goal::Step(*block)).fills(given));
    }
    ways.extend(step.tries.iter().map(|(n, b)| Exit::new(format!("{n} tries of {name} failed"), Goal::Step(*b))));
    let fails = step.fails.map(Goal::Step).or_else(|| block_for_failures(flow, at)).unwrap_or(Goal::Fails);
    let unhandled = outcomes.all(&step.system, &step.action).into_iter();
    let unhandled = unhandled.filter(|o| *o != step.good && step.outcomes.iter().all(|(name, _)| name != o));
    ways.extend(unhandled.map(|o| Exit::new(format!("{name} answers {o}"), fails)).collect::<Vec<_>>());
    ways.push(Exit::new(format!("{name} fails"), fails));
    ways.iter_mut().for_each(|way| way.forgets = &step.secrets);
    ways
}

/// The flow's own `when something fails`; a failure within it is the caller's.
fn block_for_failures<'a>(flow: &FlowCode, at: At) -> Option<Goal<'a>> {
    flow.when_something_fails.filter(|block| at < *block).map(Goal::Step)
}

/// At most how many times a customer writes until there is an answer, a resolution or a person, counted from the opening, from
/// what the customer last asked for, or from where a person handed back. Changes of the subject in the middle of a question
/// are counted on their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bound {
    pub turns: u32,
    /// What one change of the subject in the middle of a question may add; settings say how many there may be.
    pub aside: u32,
    /// The worst way.
    pub steps: Vec<WorstStep>,
}

/// One step of the worst way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorstStep {
    pub turns: u32,
    pub flow: String,
    pub words: String,
    pub file: Arc<str>,
    pub line: usize,
}
