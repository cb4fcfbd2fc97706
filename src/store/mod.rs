//! Where chats are kept.
pub mod sqlite;

pub use sqlite::Sqlite;
