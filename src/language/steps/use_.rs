//! `use`: asks another system.
use crate::language::ast::{Expr, Handler, Name, Words};
use crate::language::grammar::{Form, Rule};
use crate::language::layout::Node;
use crate::language::parse::{Parser, Where};
use crate::language::source::Span;
use crate::language::steps::Spec;

#[derive(Clone, Debug)]
pub struct Use {
    pub system: Name,
    pub action: Name,
    /// `with number = order_number, reason`: a bare name stands for `reason = reason`.
    pub with: Vec<(Name, Expr)>,
    pub save_as: Option<Name>,
    pub while_waiting: Option<Words>,
    /// `Named` (an outcome), `ItWorks`, `ItFails`, `TriesFailed`.
    pub handlers: Vec<Handler>,
    pub span: Span,
}

pub const SPEC: Spec = Spec {
    word: "use",
    summary: "Asks another system, as `integrations.yaml` describes it.",
    form: "use shop.find_order with number = order_number save as order",
    clauses: &[("when", "when not_found"), ("while waiting", "while waiting: words")],
};

pub fn read(p: &mut Parser, line: &Form, node: &Node<'_>) -> Option<Use> {
    let system = p.name(line.part(Rule::system)?);
    let action = p.name(line.part(Rule::action)?);
    let with = line.part(Rule::args).map(|a| a.all(Rule::arg).filter_map(|arg| one(p, arg)).collect());
    let save_as = line.part(Rule::name).map(|n| p.name(n));
    let with = with.unwrap_or_default();
    let mut step = Use { system, action, with, save_as, while_waiting: None, handlers: vec![], span: line.span };
    for child in &node.under {
        let clause = p.line(child, Where::Under("use"));
        match clause.rule {
            Rule::while_waiting => step.while_waiting = Some(p.words(&clause, child)),
            Rule::when => step.handlers.extend(p.handler(&clause, child)),
            _ => p.wrong_under(&clause, child, "use"),
        }
    }
    Some(step)
}

/// `number = order_number`, or `reason` for `reason = reason`.
fn one(p: &mut Parser, arg: &Form) -> Option<(Name, Expr)> {
    let name = arg.part(Rule::name)?;
    let value = p.expr(arg.part(Rule::value).unwrap_or(name));
    Some((p.name(name), value))
}
