//! `go to FLOW`: continues there and does not come back.
use crate::language::ast::Name;
use crate::language::grammar::{Form, Rule};
use crate::language::layout::Node;
use crate::language::parse::Parser;
use crate::language::source::Span;
use crate::language::steps::Spec;

#[derive(Clone, Debug)]
pub struct GoTo {
    pub flow: Name,
    pub span: Span,
}

pub const SPEC: Spec = Spec {
    word: "go to",
    summary: "Goes on in another flow and does not come back.",
    form: "go to flow_name",
    clauses: &[],
};

pub fn read(p: &mut Parser, line: &Form, node: &Node<'_>) -> Option<GoTo> {
    p.nothing_under(node, "`go to`");
    Some(GoTo { flow: p.name(line.part(Rule::name)?), span: line.span })
}
