//! `ask`: waits for a valid answer.
use crate::language::ast::{Block, Expr, Handler, Name, Phrase, Words};
use crate::language::source::Span;

#[derive(Clone, Debug)]
pub struct Ask {
    pub slot: Name,
    pub question: Words,
    /// Any of these; the first that matches wins. Empty: the buttons only, or any text where there are none.
    pub accepts: Vec<Accept>,
    pub buttons: Vec<Button>,
    pub checks: Vec<Check>,
    /// Said in order after each answer that does not fit; the last one repeats.
    pub retries: Vec<Words>,
    /// `TriesFailed` only.
    pub handlers: Vec<Handler>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Accept {
    pub kind: AcceptKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AcceptKind {
    Text,
    Number,
    WholeNumber,
    Email,
    Phone,
    Date,
    YesOrNo,
    OneOf(Vec<Phrase>),
    /// A regular expression that the whole answer, or a word of it, must match.
    Pattern(Phrase),
    /// A kind of `bot.yaml`.
    Kind(Name),
}

#[derive(Clone, Debug)]
pub struct Button {
    pub name: Name,
    pub label: Phrase,
    /// With a block the button is no answer: the block runs, and the detail stays unknown unless it fills it.
    pub block: Option<Block>,
    pub span: Span,
}

/// `check EXPR: words if not`.
#[derive(Clone, Debug)]
pub struct Check {
    pub condition: Expr,
    pub otherwise: Words,
    pub span: Span,
}
