//! `if` / `else if` / `else`.
use crate::language::ast::{Block, Expr};
use crate::language::source::Span;

#[derive(Clone, Debug)]
pub struct If {
    /// Tried in order; never empty.
    pub arms: Vec<(Expr, Block)>,
    pub otherwise: Option<Block>,
    pub span: Span,
}
