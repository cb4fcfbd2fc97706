//! `say`: one message.
use crate::language::ast::Words;
use crate::language::grammar::Form;
use crate::language::layout::Node;
use crate::language::parse::Parser;
use crate::language::source::Span;
use crate::language::steps::Spec;

#[derive(Clone, Debug)]
pub struct Say {
    pub words: Words,
    pub span: Span,
}

pub const SPEC: Spec = Spec {
    word: "say",
    summary: "One message. Lines that begin with `- ` under it are variations.",
    form: "say: words",
    clauses: &[],
};

pub fn read(p: &mut Parser, line: &Form, node: &Node<'_>) -> Say {
    Say { words: p.words(line, node), span: line.span }
}
