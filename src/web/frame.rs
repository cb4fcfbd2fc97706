//! The chat's page: what the widget shows in its frame, and a page of its own at `/chat/BOT`.
use super::{App, assets, words};
use crate::bot::Bot;
use crate::bot::settings::look::{hex, shades};
use crate::runtime::version;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use minijinja::value::Rest;
use minijinja::{Value, context};

pub async fn page(
    State(app): State<App>,
    Path(bot): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let Some(bot) = app.runtime.bot(&bot) else {
        return app.pages.message(StatusCode::NOT_FOUND, "No such bot", "There is no bot of that name here.");
    };
    let alone = !query.as_deref().unwrap_or_default().contains("page=");
    let mut asked = url::form_urlencoded::parse(query.as_deref().unwrap_or_default().as_bytes());
    let asked = asked.find(|(name, _)| name == "lang").map(|(_, value)| value.into_owned());
    let values = values(&bot, asked.as_deref(), alone, &headers);
    let Some(html) = app.pages.text("widget/frame.html", values) else { return super::pages::broken() };
    let mut response = assets::Built::new("text/html; charset=utf-8", html.into_bytes()).respond(&headers, false);
    let to = response.headers_mut();
    to.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    to.remove(header::ETAG);
    if let Ok(policy) = HeaderValue::from_str(&policy(&bot)) {
        to.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    to.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    to.append(header::VARY, HeaderValue::from_static("Accept-Language"));
    response
}

fn values(bot: &Bot, asked: Option<&str>, alone: bool, headers: &HeaderMap) -> Value {
    let s = &bot.settings;
    let lang = words::chosen(&s.languages, asked, headers);
    let all = words::words(&lang);
    let said = all.clone();
    let t = move |text: String, parts: Rest<String>| {
        let text = said.get(&text).unwrap_or(&text);
        parts.iter().fold(text.clone(), |text, part| text.replacen("{}", part, 1))
    };
    context! {
        bot => context! {
            id => &bot.id, name => &s.name, title => &s.title, accent => &s.look.accent, picture => &s.look.picture,
        },
        dir => words::direction(&lang), lang, t => Value::from_function(t),
        words => (!all.is_empty()).then(|| serde_json::to_string(&all).unwrap_or_default()),
        alone, consent => &s.consent, version => s.consent.as_deref().map(version),
        style => assets::version("widget/frame.css"), script => assets::version("widget/frame.js"),
    }
}

fn policy(bot: &Bot) -> String {
    let mut ancestors = vec!["'self'"];
    ancestors.extend(bot.settings.websites.iter().map(String::as_str));
    // Pictures of cards may lie with the shop; a customer's own photos are read with the chat's token, into the page.
    let policy = super::headers::POLICY.replace("img-src 'self' data:", "img-src 'self' data: blob: https:");
    let policy = policy.replace("frame-ancestors 'none'", &format!("frame-ancestors {}", ancestors.join(" ")));
    format!("{policy}; require-trusted-types-for 'script'; trusted-types 'none'")
}

/// The brand's colour, for the chat's page.
pub async fn look(State(app): State<App>, Path(bot): Path<String>, headers: HeaderMap) -> Response {
    let bot = app.runtime.bot(&bot);
    let shades = bot.as_ref().and_then(|b| shades(b.settings.look.accent.as_deref()?));
    let Some([light, dark]) = shades else { return StatusCode::NOT_FOUND.into_response() };
    let pair = |name: &str, l, d| format!("--{name}:light-dark({},{})", hex(l), hex(d));
    let all = [
        pair("accent", light.text, dark.text),
        pair("accent-soft", light.soft, dark.soft),
        pair("brand", light.fill, dark.fill),
        pair("brand-ink", light.ink, dark.ink),
    ];
    assets::Built::new("text/css; charset=utf-8", format!(":root{{{}}}", all.join(";")).into_bytes())
        .respond(&headers, false)
}
