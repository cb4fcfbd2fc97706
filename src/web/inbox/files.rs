//! What customers sent, for agents: with their login, from their own pages.
use super::auth;
use crate::id::SessionId;
use crate::runtime::Refusal;
use crate::web::App;
use crate::web::errors::ApiError;
use crate::web::files::{hand_out, known};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum_extra::extract::cookie::CookieJar;

pub async fn file(
    State(app): State<App>,
    Path((session, file)): Path<(String, String)>,
    jar: CookieJar,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    if auth::current(&app, &jar).await.is_none() {
        return Err(ApiError::new(StatusCode::UNAUTHORIZED, "not_logged_in", "Log in to the inbox to see this file."));
    }
    let session = SessionId::parse(&session).ok_or(Refusal::UnknownSession)?;
    let stored = app.runtime.file(session, &file).await?;
    Ok(known(&headers, &file).unwrap_or_else(|| hand_out(stored)))
}
