//! One file a step kind: its struct, how it is read, and what editors and docs say of it.
pub mod ask;
pub mod ask_again;
pub mod ask_some;
pub mod card;
pub mod do_;
pub mod done;
pub mod empathize;
pub mod escalate;
pub mod feedback;
pub mod for_each;
pub mod forget;
pub mod go_to;
pub mod greet;
pub mod if_;
pub mod note;
pub mod notify;
pub mod promise;
pub mod remember;
pub mod resolve;
pub mod say;
pub mod tag;
pub mod triage;
pub mod use_;
pub mod wait;

pub use ask::{Accept, AcceptKind, Ask, Button, Check, kind_word, kind_words};
pub use ask_again::AskAgain;
pub use ask_some::AskSome;
pub use card::Card;
pub use do_::Do;
pub use done::Done;
pub use empathize::Empathize;
pub use escalate::Escalate;
pub use feedback::{Feedback, Scale};
pub use for_each::ForEach;
pub use forget::Forget;
pub use go_to::GoTo;
pub use greet::Greet;
pub use if_::If;
pub use note::Note;
pub use notify::Notify;
pub use promise::Promise;
pub use remember::Remember;
pub use resolve::Resolve;
pub use say::Say;
pub use tag::Tag;
pub use triage::Triage;
pub use use_::Use;
pub use wait::Wait;

/// One step as written.
#[derive(Clone, Debug)]
pub enum Step {
    Greet(Box<Greet>),
    Triage(Triage),
    Ask(Box<Ask>),
    AskAgain(AskAgain),
    AskSome(Box<AskSome>),
    Say(Say),
    Empathize(Empathize),
    Use(Box<Use>),
    If(If),
    Remember(Box<Remember>),
    Do(Do),
    GoTo(GoTo),
    Done(Done),
    Escalate(Box<Escalate>),
    Promise(Box<Promise>),
    Feedback(Box<Feedback>),
    Note(Note),
    Tag(Tag),
    Resolve(Resolve),
    Card(Box<Card>),
    ForEach(Box<ForEach>),
    Wait(Wait),
    Forget(Forget),
    Notify(Notify),
}

use super::grammar::{Form, Rule};
use super::layout::Node;
use super::parse::Parser;

/// What editors, docs and messages say of a step.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    pub word: &'static str,
    /// One or two sentences.
    pub summary: &'static str,
    /// One line as an example.
    pub form: &'static str,
    /// Lines that may stand under it: their first words and an example.
    pub clauses: &'static [(&'static str, &'static str)],
}

/// Every step of the language.
pub const STEPS: &[Spec] = &[
    greet::SPEC,
    triage::SPEC,
    ask::SPEC,
    ask_again::SPEC,
    ask_some::SPEC,
    say::SPEC,
    empathize::SPEC,
    use_::SPEC,
    if_::SPEC,
    remember::SPEC,
    do_::SPEC,
    go_to::SPEC,
    done::SPEC,
    escalate::SPEC,
    promise::SPEC,
    feedback::SPEC,
    note::SPEC,
    tag::SPEC,
    resolve::SPEC,
    card::SPEC,
    for_each::SPEC,
    wait::SPEC,
    forget::SPEC,
    notify::SPEC,
];

/// First words of the lines that describe a flow.
pub const HEADER_WORDS: &[&str] = &["team", "customers say", "needs", "gives", "for customers where", "starts when"];

/// Every word that a line can begin with.
const WORDS: &[&str] = &[
    "flow",
    "team",
    "customers say",
    "needs",
    "gives",
    "for customers where",
    "starts when",
    "greet",
    "triage",
    "ask again",
    "ask",
    "say",
    "empathize",
    "use",
    "if",
    "else if",
    "else",
    "remember",
    "do",
    "go to",
    "done",
    "escalate",
    "promise",
    "feedback",
    "note",
    "tag",
    "resolve",
    "card",
    "for each",
    "wait",
    "forget",
    "notify",
    "offer",
    "accept",
    "button",
    "check",
    "retry",
    "when",
    "first time",
    "returning",
    "out of hours",
    "while waiting",
    "summary",
    "otherwise",
    "comment",
    "thumbs",
    "choices from",
    "stay on topic",
    "secret",
    "text",
    "picture",
    "link",
];

pub fn all_words() -> &'static [&'static str] {
    WORDS
}

/// Reads a step; `None` where the line is none, or lacks what it needs.
pub fn read(p: &mut Parser, line: &Form, node: &Node<'_>) -> Option<Step> {
    Some(match line.rule {
        Rule::greet => Step::Greet(Box::new(greet::read(p, line, node))),
        Rule::triage => Step::Triage(triage::read(p, line, node)),
        Rule::ask => Step::Ask(Box::new(ask::read(p, line, node)?)),
        Rule::ask_some => Step::AskSome(Box::new(ask_some::read(p, line, node))),
        Rule::ask_again => Step::AskAgain(ask_again::read(p, line, node)),
        Rule::say => Step::Say(say::read(p, line, node)),
        Rule::empathize => Step::Empathize(empathize::read(p, line, node)),
        Rule::use_ => Step::Use(Box::new(use_::read(p, line, node)?)),
        Rule::if_ => Step::If(if_::read(p, line, node)?),
        Rule::remember => Step::Remember(Box::new(remember::read(p, line, node)?)),
        Rule::do_ => Step::Do(do_::read(p, line, node)?),
        Rule::go_to => Step::GoTo(go_to::read(p, line, node)?),
        Rule::done => Step::Done(done::read(p, line, node)),
        Rule::escalate => Step::Escalate(Box::new(escalate::read(p, line, node))),
        Rule::promise => Step::Promise(Box::new(promise::read(p, line, node)?)),
        Rule::feedback => Step::Feedback(Box::new(feedback::read(p, line, node)?)),
        Rule::note => Step::Note(note::read(p, line, node)),
        Rule::tag => Step::Tag(tag::read(p, line, node)),
        Rule::resolve => Step::Resolve(resolve::read(p, line, node)),
        Rule::card => Step::Card(Box::new(card::read(p, line, node))),
        Rule::for_each => Step::ForEach(Box::new(for_each::read(p, line, node)?)),
        Rule::wait => Step::Wait(wait::read(p, line, node)),
        Rule::forget => Step::Forget(forget::read(p, line, node)),
        Rule::notify => Step::Notify(notify::read(p, line, node)?),
        _ => return None,
    })
}

/// Whether a line of this form is a step of its own.
pub fn is_step(rule: Rule) -> bool {
    use Rule as R;
    let flow_of_control = matches!(rule, R::if_ | R::else_if | R::else_ | R::do_ | R::go_to | R::done | R::ask_again);
    let words = matches!(rule, R::greet | R::say | R::empathize | R::note | R::resolve | R::escalate | R::promise);
    let more = matches!(rule, R::card | R::ask_some | R::for_each | R::wait | R::forget | R::notify);
    flow_of_control
        || words
        || more
        || matches!(rule, R::triage | R::ask | R::feedback | R::use_ | R::remember | R::tag)
}

/// The longest word or words of the language that a line begins with, in whatever case.
pub fn first_words(line: &str) -> Option<&'static str> {
    let fits = |w: &&&str| {
        let (head, rest) = (line.get(..w.len()), line.get(w.len()..).unwrap_or_default());
        head.is_some_and(|h| h.eq_ignore_ascii_case(w)) && (rest.is_empty() || rest.starts_with([' ', '\t', ':', ',']))
    };
    WORDS.iter().filter(fits).max_by_key(|w| w.len()).copied()
}

/// The word that a line begins with, for messages.
pub fn word(line: &str) -> &str {
    first_words(line).unwrap_or_else(|| line.split([' ', ':']).next().unwrap_or(line))
}

/// First words of the lines that may stand under a step.
pub fn clauses(step: &str) -> Vec<&'static str> {
    let spec = STEPS.iter().find(|s| s.word == step);
    spec.map_or_else(Vec::new, |s| s.clauses.iter().map(|(w, _)| *w).collect())
}

/// An example of a line under a step.
pub fn clause_form(step: &str, clause: &str) -> Option<&'static str> {
    let spec = STEPS.iter().find(|s| s.word == step)?;
    spec.clauses.iter().find(|(w, _)| *w == clause).map(|(_, f)| *f)
}

/// An example of a line.
pub fn form(word: &str) -> &'static str {
    let own = STEPS.iter().find(|s| s.word == word).map(|s| s.form);
    let clause = || STEPS.iter().flat_map(|s| s.clauses).find(|(w, _)| *w == word).map(|(_, f)| *f);
    own.or_else(clause).unwrap_or(match word {
        "flow" => "flow refund: Return or refund",
        "team" => "team refunds",
        "customers say" => "customers say",
        "needs" => "needs order",
        "gives" => "gives order",
        "for customers where" => "for customers where customer.vip",
        "starts when" => "starts when a chat opens",
        "else if" => "else if reason is damaged",
        _ => "else",
    })
}

/// Where a line belongs, in words: "`ask` or `triage`".
pub fn homes(word: &str) -> String {
    let fits = |s: &&Spec| s.clauses.iter().any(|(w, _)| *w == word);
    let homes: Vec<_> = STEPS.iter().filter(fits).map(|s| format!("`{}`", s.word)).collect();
    if homes.is_empty() { "the step it belongs to".into() } else { homes.join(" or ") }
}
