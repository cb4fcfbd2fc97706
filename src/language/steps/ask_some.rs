//! `ask 2 of`: a list of questions, of which some must be answered.
use crate::language::ast::{Block, Handler, Name, Words};
use crate::language::grammar::{Form, Rule};
use crate::language::layout::Node;
use crate::language::parse::{Parser, Where};
use crate::language::source::Span;
use crate::language::steps::{Ask, Spec, Step};

#[derive(Clone, Debug)]
pub struct AskSome {
    /// How many must be answered; at least 1 and no more than there are questions.
    pub need: u32,
    /// Becomes the list of the names of what was answered.
    pub save_as: Option<Name>,
    pub words: Option<Words>,
    /// `Ask` steps only.
    pub body: Block,
    /// `NotEnough` only.
    pub handlers: Vec<Handler>,
    pub span: Span,
}

pub const SPEC: Spec = Spec {
    word: "ask 2 of",
    summary: "A list of questions; goes on when that many are answered. Each has a button \"I don't have it\".",
    form: "ask 2 of: To be safe I need two of these.",
    clauses: &[("ask", "ask email: What is your e-mail address?"), ("when", "when not enough")],
};

pub fn read(p: &mut Parser, line: &Form, node: &Node<'_>) -> AskSome {
    let (words, rest) = p.words_and_rest(line, node);
    let save_as = line.part(Rule::name).map(|n| p.name(n));
    let written = line.part(Rule::number).and_then(|n| n.text.parse().ok()).unwrap_or(0);
    let mut some = AskSome { need: written, save_as, words, body: Block::default(), handlers: vec![], span: line.span };
    for child in rest {
        let clause = p.line(child, Where::Under("ask 2 of"));
        match clause.rule {
            Rule::ask => some.body.steps.extend(p.steps(std::slice::from_ref(child)).steps),
            Rule::when if clause.part(Rule::not_enough).is_some() => some.handlers.extend(p.handler(&clause, child)),
            _ => p.wrong_under(&clause, child, "ask 2 of"),
        }
    }
    let there = u32::try_from(some.body.steps.len()).unwrap_or(u32::MAX);
    if written == 0 || written > there {
        let problem = format!("{written} answers are needed, and {there} questions stand under this line");
        p.report("F040", line.span, problem, "Write at least as many `ask` lines under it as must be answered.");
    }
    some
}

impl AskSome {
    pub fn questions(&self) -> impl Iterator<Item = &Ask> {
        self.body.steps.iter().filter_map(|s| if let Step::Ask(ask) = s { Some(&**ask) } else { None })
    }
}
