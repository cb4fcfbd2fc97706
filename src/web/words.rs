//! The words of the chat page and its launcher in other languages, and which one a visitor gets. The key of a translation is the
//! English text, as everywhere.
use super::assets;
use axum::http::{HeaderMap, header};
use std::collections::BTreeMap;

/// Languages that are written from right to left.
const RIGHT_TO_LEFT: [&str; 8] = ["ar", "dv", "fa", "he", "ks", "ps", "ur", "yi"];

pub type Words = BTreeMap<String, String>;

/// `de` of `de-AT`.
fn primary(language: &str) -> String {
    language.split(['-', '_']).next().unwrap_or(language).to_lowercase()
}

/// Those of a language; empty for English and for languages that have none yet.
pub fn words(language: &str) -> Words {
    let text = assets::text(&format!("widget/words/{}.json", primary(language)));
    serde_json::from_str(&text).unwrap_or_default()
}

pub fn direction(language: &str) -> &'static str {
    if RIGHT_TO_LEFT.contains(&primary(language).as_str()) { "rtl" } else { "ltr" }
}

/// The language of the bot's that a visitor reads best: what the website says, then what the browser says, then the bot's first.
pub fn chosen(spoken: &[String], asked: Option<&str>, headers: &HeaderMap) -> String {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|h| h.to_str().ok()).unwrap_or_default();
    let wished = asked.into_iter().chain(accepted.split(',').map(|part| part.split(';').next().unwrap_or(part).trim()));
    let fits = |wish: &str| spoken.iter().find(|s| primary(s) == primary(wish)).cloned();
    wished.filter_map(fits).next().or_else(|| spoken.first().cloned()).unwrap_or_else(|| "en".to_owned())
}
