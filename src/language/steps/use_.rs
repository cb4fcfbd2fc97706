//! `use`: asks another system.
use crate::language::ast::{Expr, Handler, Name, Words};
use crate::language::source::Span;

#[derive(Clone, Debug)]
pub struct Use {
    pub system: Name,
    pub action: Name,
    /// `with number = order_number, reason`: a bare name stands for `reason = reason`.
    pub with: Vec<(Name, Expr)>,
    pub save_as: Option<Name>,
    pub while_waiting: Option<Words>,
    /// `Named` (an outcome), `ItWorks`, `ItFails`, `TriesFailed`.
    pub handlers: Vec<Handler>,
    pub span: Span,
}
