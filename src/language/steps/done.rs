//! `done`: ends this flow early.
use crate::language::grammar::Form;
use crate::language::layout::Node;
use crate::language::parse::Parser;
use crate::language::source::Span;
use crate::language::steps::Spec;

#[derive(Clone, Debug)]
pub struct Done {
    pub span: Span,
}

pub const SPEC: Spec = Spec { word: "done", summary: "Ends this flow early.", form: "done", clauses: &[] };

pub fn read(p: &mut Parser, line: &Form, node: &Node<'_>) -> Done {
    p.nothing_under(node, "`done`");
    Done { span: line.span }
}
