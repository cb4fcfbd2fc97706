//! `resolve`: ends the chat as solved.
use crate::language::ast::Words;
use crate::language::grammar::{Form, Rule};
use crate::language::layout::Node;
use crate::language::parse::Parser;
use crate::language::source::Span;
use crate::language::steps::Spec;

#[derive(Clone, Debug)]
pub struct Resolve {
    pub words: Option<Words>,
    pub span: Span,
}

pub const SPEC: Spec =
    Spec { word: "resolve", summary: "Ends the chat as solved.", form: "resolve: words", clauses: &[] };

pub fn read(p: &mut Parser, line: &Form, node: &Node<'_>) -> Resolve {
    let has_words = line.part(Rule::text).is_some() || !node.under.is_empty();
    Resolve { words: has_words.then(|| p.words(line, node)), span: line.span }
}
