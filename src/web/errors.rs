//! Errors as JSON, with the codes of docs/protocol.md.
use crate::runtime::Refusal;
use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::time::Duration;

#[derive(Clone, Debug)]
pub struct ApiError {
    pub status: StatusCode,
    pub code: &'static str,
    pub message: String,
    pub retry_after: Option<Duration>,
}

impl ApiError {
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after: None }
    }

    pub fn bad_frame(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_frame", message)
    }

    pub fn foreign_origin() -> Self {
        let message = "This website may not embed the bot. Add its address under `websites` in bot.yaml.";
        Self::new(StatusCode::FORBIDDEN, "foreign_origin", message)
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let status = match &refusal {
            Refusal::UnknownBot
            | Refusal::UnknownSession
            | Refusal::UnknownFile
            | Refusal::UnknownEvent
            | Refusal::UnknownTeam
            | Refusal::UnknownTicket => StatusCode::NOT_FOUND,
            Refusal::Damaged => StatusCode::GONE,
            Refusal::WrongToken | Refusal::BadIdentity | Refusal::IdentifyFirst => StatusCode::UNAUTHORIZED,
            Refusal::ConsentNeeded => StatusCode::PRECONDITION_REQUIRED,
            Refusal::Empty | Refusal::EmptyFile | Refusal::BadCid | Refusal::EventLacks { .. } | Refusal::NotThen => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Refusal::FileType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Refusal::TooLarge | Refusal::FileTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Refusal::TooManyFiles
            | Refusal::CidReused
            | Refusal::NotOffered
            | Refusal::Taken
            | Refusal::Stale
            | Refusal::Over => StatusCode::CONFLICT,
            Refusal::NotYours => StatusCode::FORBIDDEN,
            Refusal::TooFast { .. } => StatusCode::TOO_MANY_REQUESTS,
            Refusal::Busy | Refusal::Crowded { .. } => StatusCode::SERVICE_UNAVAILABLE,
        };
        Self { status, code: refusal.code(), message: refusal.to_string(), retry_after: refusal.retry_after() }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut error = json!({ "code": self.code, "message": self.message });
        if let (Some(after), Some(map)) = (self.retry_after, error.as_object_mut()) {
            map.insert("retry_after_ms".into(), (after.as_millis() as u64).into());
        }
        let body = json!({ "error": error });
        let mut response = (self.status, Json(body)).into_response();
        if let Some(after) = self.retry_after {
            let seconds = after.as_secs_f64().ceil().max(1.0) as u64;
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Programs get every error in the same shape, also those that axum finds before a handler runs.
pub async fn same_shape(request: Request, next: Next) -> Response {
    let for_programs = request.uri().path().starts_with("/v1/");
    let response = next.run(request).await;
    let status = response.status();
    let json = |h: &HeaderValue| h.as_bytes().starts_with(b"application/json");
    let shaped = response.headers().get(header::CONTENT_TYPE).is_some_and(json);
    if !for_programs || shaped || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let (code, message) = match status {
        StatusCode::NOT_FOUND => ("not_found", "There is nothing at this address."),
        StatusCode::METHOD_NOT_ALLOWED => ("wrong_method", "This address takes another method."),
        StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "A request is at most 64 KB."),
        StatusCode::UPGRADE_REQUIRED => ("upgrade_required", "This address is for WebSockets."),
        s if s.is_server_error() => ("broken", "Something went wrong here. Try again in a moment."),
        _ => ("bad_frame", "The request does not fit."),
    };
    let mut answer = ApiError::new(status, code, message).into_response();
    for (name, value) in response.headers() {
        if !matches!(*name, header::CONTENT_TYPE | header::CONTENT_LENGTH) {
            answer.headers_mut().append(name, value.clone());
        }
    }
    answer
}
