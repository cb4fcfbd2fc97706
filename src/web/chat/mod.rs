//! Chats for customers: a WebSocket, and the same over plain HTTP. Contract: docs/protocol.md.
pub mod entry;
pub mod files;
pub mod http;
pub mod items;
pub mod socket;
pub mod sse;
pub mod tickets;

use crate::bot::Bot;
use crate::runtime::Opening;
use serde_json::{Value, json};

/// What a chat page needs to know of the bot.
pub fn about(bot: &Bot, largest: usize) -> Value {
    let s = &bot.settings;
    json!({
        "id": bot.id, "name": s.name, "title": s.title.as_ref().unwrap_or(&s.name), "accent": s.look.accent,
        "languages": s.languages, "person": true, "largest_file": largest,
    })
}

const LONGEST_ADDRESS: usize = 2_048;
const LONGEST_LANGUAGE: usize = 35;

/// A new chat. What a page tells of itself is a hint that agents get to see: anything but a website's address, or a
/// language's code, is left out.
pub fn opening(page: Option<String>, language: Option<String>, start: Option<String>) -> Opening {
    let website = |text: &String| {
        text.len() <= LONGEST_ADDRESS && url::Url::parse(text).is_ok_and(|u| matches!(u.scheme(), "http" | "https"))
    };
    let code = |text: &String| {
        text.len() <= LONGEST_LANGUAGE && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    Opening { page: page.filter(website), language: language.filter(code), start, ..Opening::default() }
}
