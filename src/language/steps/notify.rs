//! `notify`: words for a team; the chat stays with the bot.
use crate::language::ast::{Name, Words};
use crate::language::grammar::{Form, Rule};
use crate::language::layout::Node;
use crate::language::parse::Parser;
use crate::language::source::Span;
use crate::language::steps::Spec;

#[derive(Clone, Debug)]
pub struct Notify {
    pub team: Name,
    pub words: Words,
    pub span: Span,
}

pub const SPEC: Spec = Spec {
    word: "notify",
    summary: "Tells a team something; the customer does not see it, and the chat stays with the bot.",
    form: "notify refunds: words for the team",
    clauses: &[],
};

pub fn read(p: &mut Parser, line: &Form, node: &Node<'_>) -> Option<Notify> {
    let words = p.words(line, node);
    Some(Notify { team: p.name(line.part(Rule::name)?), words, span: line.span })
}
