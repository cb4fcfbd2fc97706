//! How watchers hear that a chat changed.
pub mod local;
