//! A customer's words to topic, answers and mood. Pure; knows nothing of bots.
//!
//! * [`normal`]: words as they are compared: folded, stemmed, with their places in the text.
//! * [`topics`]: which of the author's topics the words are about.
//! * [`answers`]: a value of the wanted kind inside a sentence; a button by its words; "I want a person".
//! * [`articles`]: which passage of the help articles answers a question.
//! * [`catalog`]: which products fit what a customer wishes for.
//! * [`mood`]: how the customer feels.
//! * [`feelings`]: the model that [`mood`] asks.
//! * [`measure`]: how well all that goes, on messages whose topic is known.
//! * [`gold`]: how well answers are found, on messages in which they are marked.
//!
//! Every function takes any text at all, reads its first [`normal::MAX_CHARS`] characters, and gives the same result
//! for the same words on every machine.
#![deny(clippy::disallowed_methods, clippy::disallowed_types, clippy::unwrap_used, clippy::expect_used)]

pub mod answers;
pub mod articles;
pub mod catalog;
pub mod feelings;
pub mod gold;
mod lists;
pub mod measure;
pub mod mood;
pub mod normal;
mod person;
pub mod stem;
mod table;
pub mod topics;
mod vectors;
