//! `promise`: a commitment with an owner and a due time.
use crate::language::ast::{Name, Term, Words};
use crate::language::source::Span;

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
