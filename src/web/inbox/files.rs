//! What customers sent, for agents: with their login, from their own pages.
use crate::id::SessionId;
use crate::runtime::Refusal;
use crate::web::App;
use crate::web::errors::ApiError;
use crate::web::files::{hand_out, known};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

pub async fn file(
    State(app): State<App>,
    Path((session, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let session = SessionId::parse(&session).ok_or(Refusal::UnknownSession)?;
    let stored = app.runtime.file(session, &file).await?;
    Ok(known(&headers, &file).unwrap_or_else(|| hand_out(stored)))
}
