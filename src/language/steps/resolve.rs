//! `resolve`: ends the chat as solved.
use crate::language::ast::Words;
use crate::language::source::Span;

#[derive(Clone, Debug)]
pub struct Resolve {
    pub words: Option<Words>,
    pub span: Span,
}
