//! Which websites may talk to a bot. Programs that are no browser send no `Origin` and are let through: a token is what
//! opens a chat, the origin only keeps other people's pages from using the bot.
use super::App;
use super::errors::ApiError;
use crate::bot::Bot;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::collections::BTreeMap;

/// Whether a request comes from a page of this server, under the name it was called by or the one it is known by.
pub fn same(app: &App, headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or_default();
    let called =
        origin.split_once("://").is_some_and(|(scheme, rest)| matches!(scheme, "http" | "https") && rest == host);
    called || origin == app.public_url
}

/// Whether a page may talk to this bot.
pub fn allowed(app: &App, bot: &Bot, headers: &HeaderMap) -> bool {
    let origin = headers.get(header::ORIGIN).and_then(|o| o.to_str().ok());
    same(app, headers) || origin.is_some_and(|o| bot.settings.websites.iter().any(|w| w == o))
}

/// Refuses foreign pages, and lets allowed ones read the answers.
pub async fn cross_origin(
    State(app): State<App>,
    Path(path): Path<BTreeMap<String, String>>,
    request: Request,
    next: Next,
) -> Response {
    let bot = path.get("bot").and_then(|id| app.runtime.bot(id));
    let Some(bot) = bot else { return ApiError::from(crate::runtime::Refusal::UnknownBot).into_response() };
    if !allowed(&app, &bot, request.headers()) {
        return ApiError::foreign_origin().into_response();
    }
    let origin = request.headers().get(header::ORIGIN).cloned();
    let mut response = match *request.method() {
        Method::OPTIONS => StatusCode::NO_CONTENT.into_response(),
        _ => next.run(request).await,
    };
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("authorization, content-type, last-event-id"),
        );
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("retry-after"));
        headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    }
    response
}
