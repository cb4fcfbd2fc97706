//! Chats for customers: a WebSocket, and the same over plain HTTP. Contract: docs/protocol.md.
pub mod http;
pub mod items;
pub mod socket;
pub mod sse;

use crate::bot::Bot;
use serde_json::{Value, json};

/// What a chat page needs to know of the bot.
pub fn about(bot: &Bot) -> Value {
    let s = &bot.settings;
    json!({
        "id": bot.id, "name": s.name, "title": s.title.as_ref().unwrap_or(&s.name), "accent": s.accent,
        "languages": s.languages, "person": true,
    })
}
