//! `for each`: the same steps for each item of a list, a bounded number of times.
use crate::language::ast::{Block, Expr, Name};
use crate::language::grammar::{Form, Rule};
use crate::language::layout::Node;
use crate::language::parse::Parser;
use crate::language::source::Span;
use crate::language::steps::Spec;

/// More rounds than this nobody reads.
const MOST: u32 = 50;

#[derive(Clone, Debug)]
pub struct ForEach {
    pub item: Name,
    pub list: Expr,
    /// Rounds, from 1 to 50.
    pub most: u32,
    pub body: Block,
    pub span: Span,
}

pub const SPEC: Spec = Spec {
    word: "for each",
    summary: "Runs the steps under it once for each item of a list.",
    form: "for each item in order.items, at most 5",
    clauses: &[],
};

pub fn read(p: &mut Parser, line: &Form, node: &Node<'_>) -> Option<ForEach> {
    let list = p.expr(line.part(Rule::list)?);
    let written = line.part(Rule::number).and_then(|n| n.text.parse().ok());
    let most = written.filter(|n| (1..=MOST).contains(n));
    if most.is_none() {
        let action = "End the line with `, at most 5`, or another number from 1 to 50.";
        p.report("F038", line.span, "It is not said how often this may go round", action);
    }
    let body = p.steps(&node.under);
    if body.steps.is_empty() && node.under.is_empty() {
        p.report(
            "F019",
            line.span,
            "Nothing stands under this `for each`",
            "Write the steps under it, indented by two spaces.",
        );
    }
    let item = p.name(line.part(Rule::name)?);
    Some(ForEach { item, list, most: most.unwrap_or(MOST), body, span: line.span })
}
