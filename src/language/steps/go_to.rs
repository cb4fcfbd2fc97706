//! `go to FLOW`: continues there and does not come back.
use crate::language::ast::Name;
use crate::language::source::Span;

#[derive(Clone, Debug)]
pub struct GoTo {
    pub flow: Name,
    pub span: Span,
}
