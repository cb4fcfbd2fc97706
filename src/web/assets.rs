//! The browser files of `web/`, inside the binary (from the disk while developing).
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "web/"]
struct Files;

/// A file's text; empty where there is none.
pub fn text(path: &str) -> String {
    Files::get(path).map(|f| String::from_utf8_lossy(&f.data).into_owned()).unwrap_or_default()
}

/// The one line that a website carries.
pub async fn widget(headers: HeaderMap) -> Response {
    let mut response = respond("widget/widget.js", &headers);
    // Any website may load it; what it may do is decided when it connects.
    response.headers_mut().insert("cross-origin-resource-policy", header::HeaderValue::from_static("cross-origin"));
    response
}

pub async fn asset(Path(path): Path<String>, headers: HeaderMap) -> Response {
    // Templates are no pages of their own.
    if path.ends_with(".html") {
        return StatusCode::NOT_FOUND.into_response();
    }
    respond(&path, &headers)
}

fn respond(path: &str, headers: &HeaderMap) -> Response {
    let Some(file) = Files::get(path) else { return StatusCode::NOT_FOUND.into_response() };
    let tag = tag(&file);
    if headers.get(header::IF_NONE_MATCH).and_then(|h| h.to_str().ok()).is_some_and(|known| known.contains(&tag)) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    let kind = file.metadata.mimetype().to_owned();
    let kind = if kind.starts_with("text/") { format!("{kind}; charset=utf-8") } else { kind };
    let headers = [(header::CONTENT_TYPE, kind), (header::ETAG, tag), (header::CACHE_CONTROL, "no-cache".to_owned())];
    (headers, file.data.into_owned()).into_response()
}

fn tag(file: &EmbeddedFile) -> String {
    let hash = file.metadata.sha256_hash();
    let short: String = hash.iter().take(12).map(|b| format!("{b:02x}")).collect();
    format!("\"{short}\"")
}
