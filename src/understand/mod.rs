//! A customer's words to topic, answers and mood; trained from examples. Pure; knows nothing of bots.
#![deny(clippy::disallowed_methods, clippy::disallowed_types, clippy::unwrap_used, clippy::expect_used)]

pub mod answers;
mod date;
pub mod mood;
pub mod normal;
mod number;
pub mod person;
pub mod topics;

/// Longer messages are read up to here; nobody explains a wish in more words.
pub const LONGEST: usize = 4_000;
