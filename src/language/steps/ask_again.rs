//! `ask again A`: the only step that goes back.
use crate::language::ast::Name;
use crate::language::source::Span;

#[derive(Clone, Debug)]
pub struct AskAgain {
    pub slots: Vec<Name>,
    pub span: Span,
}
