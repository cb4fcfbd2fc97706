//! `greet`: one welcome per chat, the first that fits.
use crate::language::ast::Words;
use crate::language::source::Span;

#[derive(Clone, Debug)]
pub struct Greet {
    /// Also what `greet: words` fills.
    pub first_time: Option<Words>,
    pub returning: Option<Words>,
    pub out_of_hours: Option<Words>,
    pub span: Span,
}
