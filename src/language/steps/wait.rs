//! `wait`: goes on later, also after a restart.
use crate::language::ast::Term;
use crate::language::grammar::Form;
use crate::language::layout::Node;
use crate::language::parse::Parser;
use crate::language::source::Span;
use crate::language::steps::Spec;

#[derive(Clone, Debug)]
pub struct Wait {
    pub length: Term,
    pub span: Span,
}

pub const SPEC: Spec =
    Spec { word: "wait", summary: "Goes on later, also after a restart.", form: "wait 2 minutes", clauses: &[] };

pub fn read(p: &mut Parser, line: &Form, node: &Node<'_>) -> Wait {
    p.nothing_under(node, "`wait`");
    Wait { length: p.term(line), span: line.span }
}
