//! `remember X = EXPR`.
use crate::language::ast::{Expr, Name};
use crate::language::grammar::{Form, Rule};
use crate::language::layout::Node;
use crate::language::parse::Parser;
use crate::language::source::Span;
use crate::language::steps::Spec;

#[derive(Clone, Debug)]
pub struct Remember {
    pub slot: Name,
    pub value: Expr,
    pub span: Span,
}

pub const SPEC: Spec =
    Spec { word: "remember", summary: "Keeps a value under a name.", form: "remember name = value", clauses: &[] };

pub fn read(p: &mut Parser, line: &Form, node: &Node<'_>) -> Option<Remember> {
    p.nothing_under(node, "`remember`");
    let value = p.expr(line.part(Rule::expr)?);
    Some(Remember { slot: p.name(line.part(Rule::name)?), value, span: line.span })
}
