//! `do FLOW`: runs another flow and comes back.
use crate::language::ast::Name;
use crate::language::source::Span;

#[derive(Clone, Debug)]
pub struct Do {
    pub flow: Name,
    pub span: Span,
}
