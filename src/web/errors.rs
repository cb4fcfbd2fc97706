//! Errors as JSON, with the codes of docs/protocol.md.
use crate::runtime::Refusal;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
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
            Refusal::UnknownBot | Refusal::UnknownSession => StatusCode::NOT_FOUND,
            Refusal::WrongToken => StatusCode::UNAUTHORIZED,
            Refusal::Empty | Refusal::BadCid => StatusCode::UNPROCESSABLE_ENTITY,
            Refusal::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Refusal::CidReused | Refusal::NotOffered | Refusal::Taken | Refusal::Over => StatusCode::CONFLICT,
            Refusal::NotYours => StatusCode::FORBIDDEN,
            Refusal::TooFast { .. } => StatusCode::TOO_MANY_REQUESTS,
            Refusal::Busy => StatusCode::SERVICE_UNAVAILABLE,
        };
        Self { status, code: refusal.code(), message: refusal.to_string(), retry_after: refusal.retry_after() }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = json!({ "error": { "code": self.code, "message": self.message } });
        let mut response = (self.status, Json(body)).into_response();
        if let Some(after) = self.retry_after {
            let seconds = after.as_secs_f64().ceil().max(1.0) as u64;
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
