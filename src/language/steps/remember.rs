//! `remember X = EXPR`.
use crate::language::ast::{Expr, Name};
use crate::language::source::Span;

#[derive(Clone, Debug)]
pub struct Remember {
    pub slot: Name,
    pub value: Expr,
    pub span: Span,
}
