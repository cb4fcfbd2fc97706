//! The chat over plain HTTP, for apps and programs, and for networks that let no WebSocket through.
use super::entry::{Hello, come_in};
use super::{about as about_bot, items};
use crate::id::SessionId;
use crate::runtime::{Refusal, Said};
use crate::web::App;
use crate::web::errors::ApiError;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

#[derive(Debug, Deserialize)]
pub struct Say {
    #[serde(default)]
    cid: String,
    text: Option<String>,
    choice: Option<String>,
    #[serde(default)]
    person: bool,
}

#[derive(Debug, Deserialize)]
pub struct Event {
    event: String,
    #[serde(default)]
    with: Map<String, Value>,
}

/// `after=N` of a query, 0 where it is not given.
pub fn after(query: Option<&str>) -> Result<u64, ApiError> {
    let pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    match pairs.filter(|(name, _)| name == "after").last() {
        None => Ok(0),
        Some((_, value)) => value.parse().map_err(|_| ApiError::bad_frame("`after` must be a whole number.")),
    }
}

/// Opens a chat with its token.
pub async fn authorised(
    app: &App,
    bot: &str,
    session: &str,
    headers: &HeaderMap,
) -> Result<(SessionId, u64), ApiError> {
    let id = SessionId::parse(session).ok_or(Refusal::UnknownSession)?;
    let given =
        headers.get(header::AUTHORIZATION).and_then(|h| h.to_str().ok()).and_then(|h| h.strip_prefix("Bearer "));
    let upto = app.runtime.enter(bot, id, given.unwrap_or_default().trim()).await?;
    Ok((id, upto))
}

fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, ApiError> {
    serde_json::from_slice(body).map_err(|e| ApiError::bad_frame(format!("The body does not fit: {e}")))
}

pub async fn about(State(app): State<App>, Path(bot): Path<String>) -> Result<Response, ApiError> {
    let bot = app.runtime.bot(&bot).ok_or(Refusal::UnknownBot)?;
    Ok(Json(about_bot(&bot, app.runtime.largest_file())).into_response())
}

pub async fn open(State(app): State<App>, Path(bot): Path<String>, body: Bytes) -> Result<Response, ApiError> {
    let hello: Hello = if body.is_empty() { Hello::default() } else { read(&body)? };
    let bot = app.runtime.bot(&bot).ok_or(Refusal::UnknownBot)?;
    let opened = come_in(&app, &bot, hello).await?;
    let status = app.runtime.status(opened.session).await?;
    let about = about_bot(&bot, app.runtime.largest_file());
    let mut answer = json!({
        "session": opened.session, "bot": about, "status": status, "upto": opened.upto, "epoch": app.runtime.epoch(),
    });
    if let (Some(token), Some(map)) = (opened.token, answer.as_object_mut()) {
        map.insert("token".into(), token.into());
    }
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

pub async fn say(
    State(app): State<App>,
    Path((bot, session)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let (id, _) = authorised(&app, &bot, &session, &headers).await?;
    let say: Say = read(&body)?;
    let said = match (say.text, say.choice, say.person) {
        (Some(text), None, false) => Said::Text(text),
        (None, Some(choice), false) => Said::Choice(choice),
        (None, None, true) => Said::Person,
        _ => return Err(ApiError::bad_frame("Give exactly one of `text`, `choice` and `person`.")),
    };
    let receipt = app.runtime.customer(id, &say.cid, said).await?;
    let status = if receipt.duplicate { StatusCode::OK } else { StatusCode::CREATED };
    let answer = json!({ "cid": say.cid, "seq": receipt.seq, "duplicate": receipt.duplicate });
    Ok((status, Json(answer)).into_response())
}

pub async fn event(
    State(app): State<App>,
    Path((bot, session)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let (id, _) = authorised(&app, &bot, &session, &headers).await?;
    let Event { event, with } = read(&body)?;
    let receipt = app.runtime.event(id, &event, with).await?;
    Ok((StatusCode::CREATED, Json(json!({ "seq": receipt.seq }))).into_response())
}

pub async fn events(
    State(app): State<App>,
    Path((bot, session)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (id, upto) = authorised(&app, &bot, &session, &headers).await?;
    // Who is ahead of the journal sees by `after` that it is another one.
    let page = app.runtime.page(id, after(query.as_deref())?.min(upto)).await?;
    let status = app.runtime.status(id).await?;
    let items = items::for_customer(&page);
    Ok(Json(json!({ "after": page.after, "upto": page.upto, "items": items, "status": status })).into_response())
}
