//! `promise`: a commitment with an owner and a due time.
use crate::language::ast::{Name, Term, Words};
use crate::language::grammar::{Form, Rule};
use crate::language::layout::Node;
use crate::language::parse::Parser;
use crate::language::source::Span;
use crate::language::steps::Spec;

#[derive(Clone, Debug)]
pub struct Promise {
    pub name: Name,
    /// Owner; default the flow's team.
    pub by: Option<Name>,
    /// The detail that holds the contact; default the channel.
    pub to: Option<Name>,
    pub within: Term,
    pub words: Words,
    pub span: Span,
}

pub const SPEC: Spec = Spec {
    word: "promise",
    summary: "A commitment with an owner and a due time, which agents see until it is kept.",
    form: "promise name within 3 days: words",
    clauses: &[],
};

pub fn read(p: &mut Parser, line: &Form, node: &Node<'_>) -> Option<Promise> {
    let words = p.words(line, node);
    let by = line.part(Rule::by).map(|n| p.name(n));
    let to = line.part(Rule::to).map(|n| p.name(n));
    let within = p.term(line);
    Some(Promise { name: p.name(line.part(Rule::name)?), by, to, within, words, span: line.span })
}
