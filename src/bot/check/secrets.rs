//! A secret reaches the system that needs it, and nothing else.
use super::proofs::Proof;
use crate::bot::op::{Ask, FlowCode, Op, Placed, Words};
use crate::bot::template::{Formula, Text};
use crate::language::diagnostic::Diagnostic;
use crate::understand::answers::Kind;
use std::collections::BTreeSet;

/// `secrets`: the details of the bot that are asked as secrets.
pub fn check(proof: &Proof<'_>, flow: &FlowCode, secrets: &BTreeSet<&str>, found: &mut Vec<Diagnostic>) {
    if secrets.is_empty() {
        return;
    }
    for placed in &flow.ops {
        if let Op::Ask(ask) = &placed.op {
            question(proof, placed, ask, secrets, found);
        }
    }
    leaks(flow, secrets, found);
}

fn question(proof: &Proof<'_>, placed: &Placed, ask: &Ask, secrets: &BTreeSet<&str>, found: &mut Vec<Diagnostic>) {
    let name = &ask.slot;
    if !secrets.contains(name.as_str()) {
        return;
    }
    let mut report = |problem: String, action: &str| {
        found.push(Diagnostic::error("F205", placed.span, problem, action));
    };
    if !ask.secret {
        let problem = format!("`{name}` is secret in another question, and not in this one");
        report(problem, "Write `secret` under this question too, or give the two details different names.");
    }
    if ask.secret && proof.settings.keep.contains(name) {
        let problem = format!("`{name}` is secret, and bot.yaml keeps it for the chat");
        report(problem, "Take it out of `keep for the chat`.");
    }
    if ask.secret && ask.accepts.iter().any(|kind| matches!(kind, Kind::Photo | Kind::File)) {
        let problem = format!("`{name}` is secret, and photos and files are kept where colleagues see them");
        report(problem, "Take `secret` out, or ask for words instead.");
    }
    if ask.secret && ask.buttons.iter().any(|b| b.block.is_none()) {
        let problem = format!("A button answers the secret question for `{name}`, and anybody can read buttons");
        report(problem, "Take the button out, or indent steps under it that do something else than answering.");
    }
}

fn leaks(flow: &FlowCode, secrets: &BTreeSet<&str>, found: &mut Vec<Diagnostic>) {
    for placed in &flow.ops {
        let own = |name: &str| matches!(&placed.op, Op::Ask(ask) if ask.slot == name);
        let shown = texts(&placed.op).into_iter().flat_map(|t| t.roots().iter());
        let tried = formulas(&placed.op).into_iter();
        let tried = tried.flat_map(|f| f.roots().iter().filter(|name| !own(name) && !asks_only_whether_known(f, name)));
        let remembered = match &placed.op {
            Op::Promise(promise) => promise.to.iter().collect::<Vec<_>>(),
            _ => vec![],
        };
        let leaked: BTreeSet<&String> =
            shown.chain(tried).chain(remembered).filter(|name| secrets.contains(name.as_str())).collect();
        for name in leaked {
            let problem = format!("`{name}` is secret, and would be shown or kept here");
            let action = "Only `use … with` may have it; a condition may ask whether it is known.";
            found.push(Diagnostic::error("F205", placed.span, problem, action));
        }
    }
}

/// `pin is known`, and nothing more of it.
fn asks_only_whether_known(formula: &Formula, name: &str) -> bool {
    let all = formula.paths().iter().filter(|p| *p == name || p.starts_with(&format!("{name}."))).count();
    let guarded = format!("known({name})");
    all <= 1 && formula.jinja().matches(name).count() == formula.jinja().matches(&guarded).count()
}

/// The texts of an operation, whoever reads them.
fn texts(op: &Op) -> Vec<&Text> {
    fn of<'w>(words: impl IntoIterator<Item = &'w Words>) -> Vec<&'w Text> {
        words.into_iter().flat_map(|w| &w.variations).collect()
    }
    match op {
        Op::Greet(greet) => of(greet.words()),
        Op::Say { words } | Op::Note { words } | Op::Notify { words, .. } => of([words]),
        Op::Empathize { moods, words } => of(moods.iter().map(|(_, w)| w).chain(words)),
        Op::Triage(t) => of([&t.question].into_iter().chain(t.anything_else.iter().filter_map(|(w, _)| w.as_ref()))),
        Op::Ask(ask) => {
            let checks = ask.checks.iter().map(|(_, w)| w);
            let mut all = of([&ask.question].into_iter().chain(&ask.retries).chain(checks));
            all.extend(ask.buttons.iter().map(|b| &b.label));
            all
        }
        Op::Feedback(f) => of([&f.question].into_iter().chain(&f.comment)),
        Op::Use(step) => of(&step.while_waiting),
        Op::Card(card) => {
            let links = card.links.iter().flat_map(|(words, address)| [words, address]);
            let all = [&card.title].into_iter().chain(&card.text).chain(&card.picture).chain(links);
            all.chain(card.buttons.iter().map(|(_, label)| label)).collect()
        }
        Op::Escalate(e) => of(&e.words).into_iter().chain(&e.summary).collect(),
        Op::Promise(p) => of([&p.words]),
        Op::Resolve { words } => of(words),
        Op::Branch { .. } | Op::Jump(_) | Op::WaitAgain(_) | Op::Remember { .. } | Op::Do { .. } | Op::GoTo { .. } => {
            vec![]
        }
        Op::Return | Op::AskAgain { .. } | Op::AwaitPerson { .. } | Op::Tag { .. } | Op::Each(_) => vec![],
        Op::Enough(_) | Op::Forget { .. } | Op::Pause { .. } => vec![],
    }
}

/// The conditions and values of an operation, but for what a call hands over.
fn formulas(op: &Op) -> Vec<&Formula> {
    match op {
        Op::Branch { condition, .. } => vec![condition],
        Op::Remember { value, .. } => vec![value],
        Op::Each(each) => vec![&each.list],
        Op::Ask(ask) => ask.checks.iter().map(|(c, _)| c).chain(ask.choices.iter().map(|(list, _)| list)).collect(),
        _ => vec![],
    }
}
