//! A customer's words to topic, answers and mood. Pure; knows nothing of bots.
pub mod mood;
