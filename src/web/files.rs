//! Photos and files over HTTP: taken in from customers, handed out to who has the chat. What is handed out is never run: it is
//! saved, or shown as a picture, and its type is looked up in the bytes once more.
use super::App;
use super::errors::ApiError;
use crate::id::SessionId;
use crate::runtime::files::sniff;
use crate::runtime::ports::StoredFile;
use crate::runtime::{Receipt, Refusal};
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use std::time::Duration;
use tokio::time::timeout;

/// How long a file may be on its way.
const SLOWEST: Duration = Duration::from_secs(120);
/// What is too large is read up to here, so that the sender gets to read why it is refused.
const READ: usize = 2;
/// Pictures that every browser shows.
const SHOWN: [&str; 4] = ["image/jpeg", "image/png", "image/gif", "image/webp"];
/// Nothing in it runs, nothing in it loads.
const POLICY: &str = "sandbox; default-src 'none'";

/// Takes in a file.
pub async fn receive(
    app: &App,
    session: SessionId,
    cid: &str,
    name: &str,
    headers: &HeaderMap,
    body: Body,
) -> Result<Receipt, ApiError> {
    let largest = app.runtime.largest_file();
    let length = headers.get(header::CONTENT_LENGTH).and_then(|h| h.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|n| n > READ * largest) {
        return Err(Refusal::FileTooLarge.into());
    }
    let _place = app.runtime.upload()?;
    let bytes = timeout(SLOWEST, read(body, largest)).await.map_err(|_| too_slow())??;
    Ok(app.runtime.customer_file(session, cid, name, bytes).await?)
}

fn too_slow() -> ApiError {
    ApiError::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "The file took longer than two minutes. Send it again.")
}

async fn read(body: Body, largest: usize) -> Result<Vec<u8>, ApiError> {
    let (mut bytes, mut stream, mut seen) = (Vec::new(), body.into_data_stream(), 0_usize);
    while let Some(piece) = stream.next().await {
        let piece: Bytes = piece.map_err(|_| ApiError::bad_frame("The file did not come whole. Send it again."))?;
        seen = seen.saturating_add(piece.len());
        if seen > READ * largest {
            break;
        }
        if seen <= largest {
            bytes.extend_from_slice(&piece);
        }
    }
    if seen > largest { Err(Refusal::FileTooLarge.into()) } else { Ok(bytes) }
}

/// Whether the reader has it already: a file never changes.
pub fn known(headers: &HeaderMap, id: &str) -> Option<Response> {
    let tag = format!("\"{id}\"");
    let given = headers.get(header::IF_NONE_MATCH)?.to_str().ok()?;
    given.contains(&tag).then(|| (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response())
}

/// A file as an answer.
pub fn hand_out(stored: StoredFile) -> Response {
    let StoredFile { file, bytes, .. } = stored;
    let kind = sniff(&bytes, &file.name).filter(|kind| *kind == file.kind);
    let shown = kind.is_some_and(|kind| SHOWN.contains(&kind));
    let kind = match kind {
        Some(text) if text.starts_with("text/") => format!("{text}; charset=utf-8"),
        Some(kind) => kind.to_owned(),
        None => "application/octet-stream".to_owned(),
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, disposition(if shown { "inline" } else { "attachment" }, &file.name)),
        (header::CONTENT_SECURITY_POLICY, POLICY.to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        // Kept by the reader alone, who asks each time whether it may still be seen.
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
        (header::ETAG, format!("\"{}\"", file.id)),
    ];
    let mut response = bytes.into_response();
    for (name, value) in headers {
        set(&mut response, name, &value);
    }
    response
}

fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// The name twice, as RFC 6266 has it: plain for old readers, and whole.
fn disposition(how: &str, name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "._- ".contains(c) { c } else { '_' }).collect();
    let whole: String = name
        .bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"._-".contains(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect();
    format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{whole}")
}
