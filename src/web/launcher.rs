//! `/widget.js`: the launcher with what `bot.yaml` says of each bot. It is all that a visitor's browser loads before the first open,
//! so the pages and events for which flows begin come with it.
use super::{App, assets, words};
use crate::bot::Bot;
use crate::bot::settings::duration;
use crate::bot::settings::look::{hex, shades};
use crate::language::ast::Start;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use serde_json::{Map, Value, json};

/// The name that stands in the script for what the server puts in.
const PLACE: &str = "RAPPORT_BOTS";

pub async fn script(State(app): State<App>, headers: HeaderMap) -> Response {
    let built = app.launcher.get_or_init(|| {
        let bots: Map<String, Value> = app.runtime.bots().map(|bot| (bot.id.clone(), set(bot))).collect();
        let code = assets::text("widget/widget.js").replace(PLACE, &Value::Object(bots).to_string());
        assets::Built::new("text/javascript; charset=utf-8", code.into_bytes())
    });
    let mut response = built.respond(&headers, false);
    // Any website may load it; what it may do is decided when it connects.
    let everyone = HeaderValue::from_static("cross-origin");
    response.headers_mut().insert("cross-origin-resource-policy", everyone);
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

/// What the launcher needs to know of a bot. What is as usual is left out: every byte is paid by every visitor.
fn set(bot: &Bot) -> Value {
    let look = &bot.settings.look;
    let mut set = Map::new();
    if let Some([light, dark]) = look.accent.as_deref().and_then(shades) {
        set.insert("fill".into(), json!([hex(light.fill), hex(dark.fill)]));
        set.insert("ink".into(), json!([hex(light.ink), hex(dark.ink)]));
    }
    if look.at_the_start {
        set.insert("side".into(), "left".into());
    }
    if look.lift > 0 {
        set.insert("lift".into(), look.lift.into());
    }
    let words = words::words(bot.settings.languages.first().map_or("en", String::as_str));
    let said = |text: &str| words.get(text).cloned();
    if let Some(label) = look.label.clone().or_else(|| said("Chat with us")) {
        set.insert("label".into(), label.into());
    }
    if let (Some(close), Some(unread)) = (said("Close chat"), said("{} unread")) {
        set.insert("words".into(), json!([close, unread]));
    }
    let (mut pages, mut events) = (Vec::new(), Vec::new());
    for flow in bot.flows.values() {
        for start in &flow.starts {
            match start {
                Start::Page { pattern, after: Some(after) } => {
                    pages.push(json!([flow.name, pattern, duration(*after).as_secs()]));
                }
                Start::Event { name, .. } => events.push(Value::from(name.as_str())),
                Start::Page { after: None, .. } | Start::ChatOpens | Start::Feels(_) => {}
            }
        }
    }
    for (name, list) in [("pages", pages), ("events", events)] {
        if !list.is_empty() {
            set.insert(name.into(), list.into());
        }
    }
    Value::Object(set)
}
