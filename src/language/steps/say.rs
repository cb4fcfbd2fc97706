//! `say`: one message.
use crate::language::ast::Words;
use crate::language::source::Span;

#[derive(Clone, Debug)]
pub struct Say {
    pub words: Words,
    pub span: Span,
}
