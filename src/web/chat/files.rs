//! Photos and files of a customer: sent in one request that is a message too, and read back with the chat's token.
use super::http::authorised;
use crate::web::App;
use crate::web::errors::ApiError;
use crate::web::files::{hand_out, known, receive};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// `POST …/files?cid=C&name=N`: the body is the file as it is.
pub async fn send(
    State(app): State<App>,
    Path((bot, session)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let (id, _) = authorised(&app, &bot, &session, &headers).await?;
    let (mut cid, mut name) = (String::new(), String::new());
    for (key, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        match key.as_ref() {
            "cid" => cid = value.into_owned(),
            "name" => name = value.into_owned(),
            _ => {}
        }
    }
    let receipt = receive(&app, id, &cid, &name, &headers, body).await?;
    let status = if receipt.duplicate { StatusCode::OK } else { StatusCode::CREATED };
    let answer = json!({ "cid": cid, "seq": receipt.seq, "duplicate": receipt.duplicate });
    Ok((status, Json(answer)).into_response())
}

pub async fn file(
    State(app): State<App>,
    Path((bot, session, file)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (id, _) = authorised(&app, &bot, &session, &headers).await?;
    let stored = app.runtime.file(id, &file).await?;
    Ok(known(&headers, &file).unwrap_or_else(|| hand_out(stored)))
}
