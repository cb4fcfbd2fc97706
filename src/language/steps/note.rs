//! `note`: words for agents, not for the customer.
use crate::language::ast::Words;
use crate::language::source::Span;

#[derive(Clone, Debug)]
pub struct Note {
    pub words: Words,
    pub span: Span,
}
