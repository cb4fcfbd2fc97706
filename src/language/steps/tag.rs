//! `tag`: a mark on the chat, for agents and reports.
use crate::language::ast::Name;
use crate::language::grammar::Form;
use crate::language::layout::Node;
use crate::language::parse::Parser;
use crate::language::source::Span;
use crate::language::steps::Spec;

#[derive(Clone, Debug)]
pub struct Tag {
    pub tags: Vec<Name>,
    pub span: Span,
}

pub const SPEC: Spec =
    Spec { word: "tag", summary: "Marks the chat, for agents and reports.", form: "tag name, name", clauses: &[] };

pub fn read(p: &mut Parser, line: &Form, node: &Node<'_>) -> Tag {
    p.nothing_under(node, "`tag`");
    Tag { tags: p.names(line), span: line.span }
}
