//! `ask`: waits for a valid answer.
use crate::language::ast::{Block, Expr, Handler, Name, Phrase, Words};
use crate::language::diagnostic::did_you_mean;
use crate::language::grammar::{Form, Rule};
use crate::language::layout::Node;
use crate::language::parse::{Parser, Where};
use crate::language::source::Span;
use crate::language::steps::Spec;

#[derive(Clone, Debug)]
pub struct Ask {
    pub slot: Name,
    pub question: Words,
    /// Any of these; the first that matches wins. Empty: the buttons only, or any text where there are none.
    pub accepts: Vec<Accept>,
    pub buttons: Vec<Button>,
    pub checks: Vec<Check>,
    /// Said in order after each answer that does not fit; the last one repeats.
    pub retries: Vec<Words>,
    /// `TriesFailed`, `SilentFor`.
    pub handlers: Vec<Handler>,
    /// No other topic may interrupt the question.
    pub stay: bool,
    /// The answer is written down nowhere.
    pub secret: bool,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Accept {
    pub kind: AcceptKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AcceptKind {
    Text,
    Number,
    WholeNumber,
    Money,
    Email,
    Phone,
    Date,
    Time,
    Duration,
    Name,
    Address,
    Photo,
    File,
    YesOrNo,
    OneOf(Vec<Phrase>),
    /// A regular expression that the whole answer, or a word of it, must match.
    Pattern(Phrase),
    /// A kind of `bot.yaml`.
    Kind(Name),
}

#[derive(Clone, Debug)]
pub struct Button {
    pub name: Name,
    pub label: Phrase,
    /// With a block the button is no answer: the block runs, and the detail stays unknown unless it fills it.
    pub block: Option<Block>,
    pub span: Span,
}

/// `check EXPR: words if not`.
#[derive(Clone, Debug)]
pub struct Check {
    pub condition: Expr,
    pub otherwise: Words,
    pub span: Span,
}

pub const SPEC: Spec = Spec {
    word: "ask",
    summary: "A question; waits for a valid answer and keeps it under a name.",
    form: "ask name: What is your name?",
    clauses: &[
        ("accept", "accept email"),
        ("button", "button name: label"),
        ("check", "check condition: words if not"),
        ("retry", "retry: words"),
        ("when", "when 3 tries failed"),
        ("stay on topic", "stay on topic"),
        ("secret", "secret"),
    ],
};

pub fn read(p: &mut Parser, line: &Form, node: &Node<'_>) -> Option<Ask> {
    let (words, rest) = p.words_and_rest(line, node);
    let question = p.question(words, line);
    let slot = p.name(line.part(Rule::name)?);
    let (accepts, buttons, checks, retries, handlers, stay, secret) = Default::default();
    let span = line.span;
    let mut ask = Ask { slot, question, accepts, buttons, checks, retries, handlers, stay, secret, span };
    for child in rest {
        ask.clause(p, child);
    }
    Some(ask)
}

impl Ask {
    fn clause(&mut self, p: &mut Parser, child: &Node<'_>) {
        let clause = p.line(child, Where::Under("ask"));
        match clause.rule {
            Rule::accept => {
                self.accepts.extend(accept(p, &clause));
                self.misplaced_under_accept(p, child);
            }
            Rule::button => self.buttons.extend(button(p, &clause, child)),
            Rule::check => self.checks.extend(check(p, &clause, child)),
            Rule::retry => self.retries.push(p.words(&clause, child)),
            Rule::stay => {
                p.nothing_under(child, "`stay on topic`");
                self.stay = true;
            }
            Rule::when if clause.part(Rule::tries_failed).or(clause.part(Rule::silent)).is_some() => {
                self.handlers.extend(p.handler(&clause, child));
            }
            Rule::secret => {
                p.nothing_under(child, "`secret`");
                self.secret = true;
            }
            _ => p.wrong_under(&clause, child, "ask"),
        }
    }

    /// Lines under `accept` belong to the question: told, then read as if they stood there.
    fn misplaced_under_accept(&mut self, p: &mut Parser, accept: &Node<'_>) {
        if let Some(first) = accept.under.first() {
            let action = "Indent it less, so that it is as deep as `accept`.";
            p.report("F014", p.span(first), "Nothing can stand under `accept`", action);
            accept.under.iter().for_each(|child| self.clause(p, child));
        }
    }
}

fn accept(p: &mut Parser, clause: &Form) -> Option<Accept> {
    let form = clause.parts.first()?;
    let kind = match form.rule {
        Rule::pattern => AcceptKind::Pattern(p.inline(form)?),
        Rule::one_of => {
            let options = form.all(Rule::option).filter(|o| !o.text.is_empty());
            let options = options.inspect(|o| p.can_be_asked_for(&o.text, o.span));
            AcceptKind::OneOf(options.map(|o| Phrase { text: o.text.clone(), span: o.span }).collect())
        }
        _ => kind(p, form)?,
    };
    Some(Accept { kind, span: clause.span })
}

/// Kinds of answer that come with the language; the ones of `bot.yaml` are checked later.
const KINDS: [(&str, AcceptKind); 14] = [
    ("text", AcceptKind::Text),
    ("number", AcceptKind::Number),
    ("whole number", AcceptKind::WholeNumber),
    ("money", AcceptKind::Money),
    ("email", AcceptKind::Email),
    ("phone", AcceptKind::Phone),
    ("date", AcceptKind::Date),
    ("time", AcceptKind::Time),
    ("duration", AcceptKind::Duration),
    ("name", AcceptKind::Name),
    ("address", AcceptKind::Address),
    ("photo", AcceptKind::Photo),
    ("file", AcceptKind::File),
    ("yes or no", AcceptKind::YesOrNo),
];

/// The words of the language's own kinds of answer.
pub fn kind_words() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|(word, _)| *word)
}

/// The word of one of them; empty for kinds that are described in the flow or in `bot.yaml`.
pub fn kind_word(kind: &AcceptKind) -> &'static str {
    KINDS.iter().find(|(_, known)| known == kind).map_or("", |(word, _)| *word)
}

fn kind(p: &mut Parser, form: &Form) -> Option<AcceptKind> {
    let written = form.text.to_lowercase();
    if let Some((_, kind)) = KINDS.iter().find(|(word, _)| *word == written) {
        return Some(kind.clone());
    }
    if !written.contains(' ') {
        return Some(AcceptKind::Kind(p.name(form)));
    }
    let (first, rest) = written.split_once(' ').unwrap_or((&written, ""));
    let kinds = kind_words;
    let pattern = || did_you_mean(first, ["pattern"]).map(|_| "pattern …");
    // `phone number`, `a number`: a kind with a word too many.
    let first_is = || kinds().find(|k| *k == first);
    let within = || kinds().find(|k| written.split(' ').any(|w| w == *k));
    let near = || did_you_mean(&written, kinds());
    let meant = pattern().or_else(first_is).or_else(near).or_else(within);
    let meant = meant.or_else(|| did_you_mean(first, ["one"]).map(|_| "one of …"));
    let action = match meant {
        Some(m) => format!("Did you mean `accept {m}`?"),
        None => "Write a kind of answer such as `text`, `number`, `email`, `yes or no`, `one of a, b` or `pattern …`."
            .into(),
    };
    let shown = if meant == Some("pattern …") { first } else { &written };
    p.report("F030", form.span, format!("`{shown}` is no kind of answer"), action);
    let pattern = meant == Some("pattern …");
    pattern.then(|| AcceptKind::Pattern(Phrase { text: rest.trim().to_owned(), span: form.span }))
}

fn button(p: &mut Parser, clause: &Form, child: &Node<'_>) -> Option<Button> {
    let label = p.inline(clause);
    if label.is_none() {
        p.report("F015", clause.span, "The button has no label", "Write what stands on it after the colon.");
    }
    let block = (!child.under.is_empty()).then(|| p.steps(&child.under));
    let written = clause.part(Rule::name)?;
    // With a block it is no answer.
    let name = if block.is_some() { p.name(written) } else { p.value_name(written) };
    Some(Button { name, label: label?, block, span: clause.span })
}

fn check(p: &mut Parser, clause: &Form, child: &Node<'_>) -> Option<Check> {
    let condition = p.expr(clause.part(Rule::condition)?);
    Some(Check { condition, otherwise: p.words(clause, child), span: clause.span })
}
