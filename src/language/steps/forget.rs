//! `forget`: details become unknown again.
use crate::language::ast::Name;
use crate::language::grammar::Form;
use crate::language::layout::Node;
use crate::language::parse::Parser;
use crate::language::source::Span;
use crate::language::steps::Spec;

#[derive(Clone, Debug)]
pub struct Forget {
    pub slots: Vec<Name>,
    pub span: Span,
}

pub const SPEC: Spec =
    Spec { word: "forget", summary: "Makes details unknown again.", form: "forget order_number", clauses: &[] };

pub fn read(p: &mut Parser, line: &Form, node: &Node<'_>) -> Forget {
    p.nothing_under(node, "`forget`");
    Forget { slots: p.names(line), span: line.span }
}
