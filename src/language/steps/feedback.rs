//! `feedback`: asks how it went.
use crate::language::ast::{Name, Words};
use crate::language::source::Span;

#[derive(Clone, Debug)]
pub struct Feedback {
    pub slot: Name,
    pub question: Words,
    pub scale: Scale,
    /// `comment: words`: an open question after the score, which may be skipped.
    pub comment: Option<Words>,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// 1 to 5, 5 is best.
    #[default]
    OneToFive,
    /// Thumbs: 1 is down, 5 is up, so that both scales average alike.
    Thumbs,
}
