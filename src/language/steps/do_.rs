//! `do FLOW`: runs another flow and comes back.
use crate::language::ast::Name;
use crate::language::grammar::{Form, Rule};
use crate::language::layout::Node;
use crate::language::parse::Parser;
use crate::language::source::Span;
use crate::language::steps::Spec;

#[derive(Clone, Debug)]
pub struct Do {
    pub flow: Name,
    pub span: Span,
}

pub const SPEC: Spec =
    Spec { word: "do", summary: "Runs another flow and comes back.", form: "do flow_name", clauses: &[] };

pub fn read(p: &mut Parser, line: &Form, node: &Node<'_>) -> Option<Do> {
    p.nothing_under(node, "`do`");
    Some(Do { flow: p.name(line.part(Rule::name)?), span: line.span })
}
