//! `empathize`: acknowledges how the customer feels.
use crate::language::ast::{Feeling, Words};
use crate::language::source::Span;

#[derive(Clone, Debug)]
pub struct Empathize {
    /// `empathize disappointed: …`: what the author expects them to feel.
    pub feeling: Option<Feeling>,
    /// Words right after the colon, or `otherwise:`.
    pub words: Option<Words>,
    /// `when angry: …`, in the order written.
    pub moods: Vec<(Feeling, Words)>,
    pub span: Span,
}
