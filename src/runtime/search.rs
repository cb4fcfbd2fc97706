//! Finding chats by the words that were said in them. What bots say is not looked through: it is the same in very many chats.
use super::ports::Stored;
use super::view::Row;
use crate::engine::{Event, Speaker, What};
use crate::id::SessionId;
use crate::time::Millis;
use async_trait::async_trait;
use serde::Serialize;

/// Around what was found, in texts that are shown.
pub const BEGIN: char = '\u{1}';
pub const END: char = '\u{2}';
/// Longer searches are cut off.
pub const WORDS: usize = 12;

/// Something that was said, as the search keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub seq: u64,
    pub at: Millis,
    /// `customer`, `agent`, `note`, or `name` for what a customer is called.
    pub by: &'static str,
    pub text: String,
}

/// A place where the words stand.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hit {
    pub session: SessionId,
    pub seq: u64,
    pub at: Millis,
    pub by: String,
    /// The words around, with `BEGIN` and `END` around what was looked for.
    pub text: String,
    pub row: Row,
}

/// What a store finds.
#[async_trait]
pub trait Search: Send + Sync {
    /// Places where all of these words, or words that begin like them, stand; the latest first.
    async fn search(&self, words: &str, limit: usize) -> Stored<Vec<Hit>>;
}

/// What of a journal's entry can be found.
pub fn said(event: &Event) -> Option<Said> {
    let (by, text) = match &event.what {
        What::Message { secret: true, .. } => return None,
        What::Message { from: Speaker::Customer, text, .. } => ("customer", text.clone()),
        What::Message { from: Speaker::Agent { .. }, text, .. } => ("agent", text.clone()),
        What::Note { text, .. } => ("note", text.clone()),
        What::Opened { customer, .. } | What::Identified { customer } => ("name", names(customer)),
        What::Filled { slot, value } if slot == "name" => ("name", value.as_str()?.to_owned()),
        _ => return None,
    };
    (!text.trim().is_empty()).then_some(Said { seq: event.seq, at: event.at, by, text })
}

/// What a customer is called, and the address.
fn names(customer: &serde_json::Map<String, serde_json::Value>) -> String {
    let known = ["name", "first_name", "last_name", "email"].iter().filter_map(|k| customer.get(*k)?.as_str());
    known.collect::<Vec<_>>().join(" ")
}

/// The words that are looked for.
pub fn words(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    parts.take(WORDS).map(str::to_lowercase).collect()
}
