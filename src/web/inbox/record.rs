//! "Save as a test" in the inbox: shows a chat as a conversation test, and keeps it in the bot's folder.
use super::auth;
use crate::bot::Bot;
use crate::id::SessionId;
use crate::rehearsal::record::{self, Recorded};
use crate::runtime::Refusal;
use crate::runtime::people::Login;
use crate::web::errors::ApiError;
use crate::web::{App, origin};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// A longer name is no name.
const LONGEST: usize = 120;

/// Where tests are kept.
pub trait KeepTests: Send + Sync {
    /// Whether there is a place for tests of this bot.
    fn has(&self, bot: &str) -> bool;
    /// Writes a test into a new file, never over another one; where it is now.
    ///
    /// # Errors
    /// Why it could not be written, in words.
    fn keep(&self, bot: &str, name: &str, text: &str) -> Result<String, String>;
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    name: String,
    csrf: String,
}

/// The test as it would be written.
pub async fn show(
    State(app): State<App>,
    Path(session): Path<SessionId>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Json<Value>, ApiError> {
    own_page(&app, &headers)?;
    let (bot, recorded) = recorded(&app, session, wanted.name).await?;
    let saves = app.tests.as_ref().is_some_and(|t| t.has(&bot.id));
    let file = format!("{}.flow", record::file_name(&recorded.name));
    let Recorded { text, name, problem } = recorded;
    Ok(Json(json!({ "name": name, "file": file, "text": text, "problem": problem, "saves": saves })))
}

/// Writes it. It is made anew here: nothing that a browser sends gets into a bot but the name.
pub async fn save(
    State(app): State<App>,
    Path(session): Path<SessionId>,
    Extension(login): Extension<Login>,
    headers: HeaderMap,
    Json(wanted): Json<Wanted>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    own_page(&app, &headers)?;
    if !auth::same(&login.csrf, &wanted.csrf) {
        let words = "This page was open for too long. Please load it again.";
        return Err(ApiError::new(StatusCode::FORBIDDEN, "wrong_csrf", words));
    }
    let (bot, recorded) = recorded(&app, session, wanted.name).await?;
    let Some(tests) = app.tests.clone().filter(|t| t.has(&bot.id)) else {
        let words = "This server was started without the bot's folder. Download the test instead.";
        return Err(ApiError::new(StatusCode::CONFLICT, "no_folder", words));
    };
    let write = move || tests.keep(&bot.id, &record::file_name(&recorded.name), &recorded.text);
    let kept = tokio::task::spawn_blocking(write).await.map_err(|_| Refusal::Busy)?;
    match kept {
        Ok(file) => Ok((StatusCode::CREATED, Json(json!({ "file": file })))),
        Err(problem) => {
            Err(ApiError::new(StatusCode::CONFLICT, "not_written", format!("{problem}. Download the test instead.")))
        }
    }
}

fn own_page(app: &App, headers: &HeaderMap) -> Result<(), ApiError> {
    if origin::same(app, headers) { Ok(()) } else { Err(ApiError::foreign_origin()) }
}

/// Plays the test too, which takes a processor for a moment.
async fn recorded(app: &App, session: SessionId, name: String) -> Result<(Arc<Bot>, Recorded), ApiError> {
    let view = app.runtime.view(session).await?;
    let bot = app.runtime.bot(&view.row.bot).ok_or(Refusal::UnknownBot)?;
    let events = app.runtime.store().events(session, 0, usize::MAX).await.map_err(|_| Refusal::Busy)?;
    let name: String = name.chars().take(LONGEST).collect();
    let played = bot.clone();
    let work = move || record::record(&played, Some(name.as_str()), &events);
    let recorded = tokio::task::spawn_blocking(work).await.map_err(|_| Refusal::Busy)?;
    Ok((bot, recorded))
}
