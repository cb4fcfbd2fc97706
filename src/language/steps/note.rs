//! `note`: words for agents, not for the customer.
use crate::language::ast::Words;
use crate::language::grammar::Form;
use crate::language::layout::Node;
use crate::language::parse::Parser;
use crate::language::source::Span;
use crate::language::steps::Spec;

#[derive(Clone, Debug)]
pub struct Note {
    pub words: Words,
    pub span: Span,
}

pub const SPEC: Spec =
    Spec { word: "note", summary: "Words for agents, never for the customer.", form: "note: words", clauses: &[] };

pub fn read(p: &mut Parser, line: &Form, node: &Node<'_>) -> Note {
    Note { words: p.words(line, node), span: line.span }
}
