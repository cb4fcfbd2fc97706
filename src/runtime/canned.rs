//! Replies that are written once and used often, by bot. Names in braces, like `{name}`, are filled in where they are used.
use super::ports::Stored;
use async_trait::async_trait;
use serde::Serialize;

/// Longest name and text, and how many a bot has at most: all of them are sent to every inbox.
pub const NAME: usize = 40;
pub const TEXT: usize = 2_000;
pub const MOST: usize = 200;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Canned {
    /// What is typed after the slash.
    pub name: String,
    pub text: String,
}

/// What became of one that was to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    Done,
    /// There are `MOST` already.
    Full,
}

#[async_trait]
pub trait Replies: Send + Sync {
    /// Those of a bot, by name.
    async fn canned(&self, bot: &str) -> Stored<Vec<Canned>>;
    /// Keeps one, in place of the one of that name.
    async fn keep_canned(&self, bot: &str, canned: Canned) -> Stored<Keeping>;
    async fn drop_canned(&self, bot: &str, name: &str) -> Stored<()>;
}
