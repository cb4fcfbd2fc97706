//! `done`: ends this flow early.
use crate::language::source::Span;

#[derive(Clone, Debug)]
pub struct Done {
    pub span: Span,
}
