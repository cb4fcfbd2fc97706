//! `if` / `else if` / `else`.
use crate::language::ast::{Block, Expr};
use crate::language::grammar::{Form, Rule};
use crate::language::layout::Node;
use crate::language::parse::Parser;
use crate::language::source::Span;
use crate::language::steps::Spec;

#[derive(Clone, Debug)]
pub struct If {
    /// Tried in order; never empty.
    pub arms: Vec<(Expr, Block)>,
    pub otherwise: Option<Block>,
    pub span: Span,
}

pub const SPEC: Spec = Spec {
    word: "if",
    summary: "Goes on with the lines under it where a condition holds; `else if` and `else` may follow.",
    form: "if reason is damaged",
    clauses: &[],
};

pub fn read(p: &mut Parser, line: &Form, node: &Node<'_>) -> Option<If> {
    let condition = p.expr(line.part(Rule::expr)?);
    let block = arm(p, line, node);
    Some(If { arms: vec![(condition, block)], otherwise: None, span: line.span })
}

impl If {
    /// Takes in an `else if` or `else` that follows.
    pub fn go_on(&mut self, p: &mut Parser, line: &Form, node: &Node<'_>) {
        let condition = line.part(Rule::expr).map(|e| p.expr(e));
        let block = arm(p, line, node);
        match condition {
            Some(condition) => self.arms.push((condition, block)),
            None => self.otherwise = Some(block),
        }
    }
}

fn arm(p: &mut Parser, line: &Form, node: &Node<'_>) -> Block {
    if node.under.is_empty() {
        let action = "Write the steps under it, indented by two spaces.";
        let word = line.text.split(' ').next().unwrap_or("if");
        p.report("F019", line.span, format!("Nothing stands under this `{word}`"), action);
    }
    p.steps(&node.under)
}
