//! `tag`: a mark on the chat, for agents and reports.
use crate::language::ast::Name;
use crate::language::source::Span;

#[derive(Clone, Debug)]
pub struct Tag {
    pub tags: Vec<Name>,
    pub span: Span,
}
