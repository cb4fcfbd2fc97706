//! `ask again A`: the only step that goes back.
use crate::language::ast::Name;
use crate::language::grammar::Form;
use crate::language::layout::Node;
use crate::language::parse::Parser;
use crate::language::source::Span;
use crate::language::steps::Spec;

#[derive(Clone, Debug)]
pub struct AskAgain {
    pub slots: Vec<Name>,
    pub span: Span,
}

pub const SPEC: Spec = Spec {
    word: "ask again",
    summary: "Asks earlier questions again and repeats what used the answers.",
    form: "ask again name, name",
    clauses: &[],
};

pub fn read(p: &mut Parser, line: &Form, node: &Node<'_>) -> AskAgain {
    p.nothing_under(node, "`ask again`");
    AskAgain { slots: p.names(line), span: line.span }
}
