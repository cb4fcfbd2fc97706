//! `greet`: one welcome per chat, the first that fits.
use crate::language::ast::Words;
use crate::language::grammar::{Form, Rule};
use crate::language::layout::Node;
use crate::language::parse::{Parser, Where};
use crate::language::source::Span;
use crate::language::steps::Spec;

#[derive(Clone, Debug)]
pub struct Greet {
    /// Also what `greet: words` fills.
    pub first_time: Option<Words>,
    pub returning: Option<Words>,
    pub out_of_hours: Option<Words>,
    pub span: Span,
}

pub const SPEC: Spec = Spec {
    word: "greet",
    summary: "One welcome per chat: the first of its lines that fits.",
    form: "greet: words",
    clauses: &[
        ("first time", "first time: words"),
        ("returning", "returning: words"),
        ("out of hours", "out of hours: words"),
    ],
};

pub fn read(p: &mut Parser, line: &Form, node: &Node<'_>) -> Greet {
    let (words, rest) = p.words_and_rest(line, node);
    let mut greet = Greet { first_time: words, returning: None, out_of_hours: None, span: line.span };
    for child in rest {
        let clause = p.line(child, Where::Under("greet"));
        match clause.rule {
            Rule::first_time => greet.first_time = Some(p.words(&clause, child)),
            Rule::returning => greet.returning = Some(p.words(&clause, child)),
            Rule::out_of_hours => greet.out_of_hours = Some(p.words(&clause, child)),
            _ => p.wrong_under(&clause, child, "greet"),
        }
    }
    if greet.first_time.is_none() && greet.returning.is_none() && greet.out_of_hours.is_none() {
        p.report("F015", line.span, "The words are missing after `greet`", "Write them after the colon.");
    }
    greet
}
