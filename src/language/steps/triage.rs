//! `triage`: an open question; the words are matched against every topic.
use crate::language::ast::{Handler, Name, Words};
use crate::language::source::Span;

#[derive(Clone, Debug)]
pub struct Triage {
    pub question: Words,
    /// Flows shown as buttons.
    pub offers: Vec<Name>,
    /// `Named` (a topic), `AnythingElse`, `TriesFailed`.
    pub handlers: Vec<Handler>,
    pub span: Span,
}
