//! The browser files of `web/`, inside the binary (from the disk while developing). Those of a customer's chat are put together
//! by `build.rs`.
use axum::extract::{Path, RawQuery};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{LazyLock, OnceLock};

#[derive(RustEmbed)]
#[folder = "web/"]
struct Files;

/// What `build.rs` made.
static MADE: &[(&str, &[u8], &[u8])] = include!(concat!(env!("OUT_DIR"), "/built.rs"));
static BUILT: LazyLock<BTreeMap<&str, Built>> = LazyLock::new(|| {
    let kind =
        |path: &str| if path.ends_with(".css") { "text/css; charset=utf-8" } else { "text/javascript; charset=utf-8" };
    let ready = |path: &str, bytes: &[u8], zipped: &[u8]| Built {
        zipped: zipped.to_vec().into(),
        ..Built::new(kind(path), bytes.to_vec())
    };
    MADE.iter().map(|(path, bytes, zipped)| (*path, ready(path, bytes, zipped))).collect()
});

/// A file's text; empty where there is none.
pub fn text(path: &str) -> String {
    if let Some((_, bytes, _)) = MADE.iter().find(|(p, ..)| *p == path) {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    Files::get(path).map(|f| String::from_utf8_lossy(&f.data).into_owned()).unwrap_or_default()
}

/// What changes when a built file does: for addresses that may be kept for ever.
pub fn version(path: &str) -> String {
    BUILT.get(path).map(|b| b.tag.trim_matches('"').to_owned()).unwrap_or_default()
}

pub async fn asset(Path(path): Path<String>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    // Templates are no pages of their own.
    if path.ends_with(".html") {
        return StatusCode::NOT_FOUND.into_response();
    }
    if let Some(built) = BUILT.get(path.as_str()) {
        let of_this_version = query.is_some_and(|q| q.strip_prefix("v=") == Some(built.tag.trim_matches('"')));
        let mut response = built.respond(&headers, of_this_version);
        // Others may build on the protocol's module, from their own pages.
        let everyone = header::HeaderValue::from_static("cross-origin");
        response.headers_mut().insert("cross-origin-resource-policy", everyone);
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, header::HeaderValue::from_static("*"));
        return response;
    }
    let Some(file) = Files::get(&path) else { return StatusCode::NOT_FOUND.into_response() };
    let kind = file.metadata.mimetype().to_owned();
    let kind = if kind.starts_with("text/") { format!("{kind}; charset=utf-8") } else { kind };
    Built::new(&kind, file.data.into_owned()).respond(&headers, false)
}

/// A file that is ready to be sent.
#[derive(Debug)]
pub struct Built {
    kind: String,
    tag: String,
    bytes: Vec<u8>,
    /// Made when it is first asked for.
    zipped: OnceLock<Vec<u8>>,
}

impl Built {
    pub fn new(kind: &str, bytes: Vec<u8>) -> Self {
        let hash = Sha256::digest(&bytes);
        let short: String = hash.iter().take(12).map(|b| format!("{b:02x}")).collect();
        Self { kind: kind.to_owned(), tag: format!("\"{short}\""), bytes, zipped: OnceLock::new() }
    }

    /// `forever` where the address names the version.
    pub fn respond(&self, headers: &HeaderMap, forever: bool) -> Response {
        if headers
            .get(header::IF_NONE_MATCH)
            .and_then(|h| h.to_str().ok())
            .is_some_and(|known| known.contains(&self.tag))
        {
            return (StatusCode::NOT_MODIFIED, [(header::ETAG, self.tag.clone())]).into_response();
        }
        let keep = if forever { "public, max-age=31536000, immutable" } else { "no-cache" };
        let common = [
            (header::CONTENT_TYPE, self.kind.clone()),
            (header::ETAG, self.tag.clone()),
            (header::CACHE_CONTROL, keep.to_owned()),
            (header::VARY, "Accept-Encoding".to_owned()),
        ];
        let takes = |h: &header::HeaderValue| h.to_str().is_ok_and(|h| h.contains("gzip"));
        let wanted = headers.get(header::ACCEPT_ENCODING).is_some_and(takes);
        let text = self.kind.starts_with("text/") || self.kind.contains("javascript") || self.kind.contains("svg");
        if wanted
            && text
            && let Some(zipped) = self.zipped()
        {
            return (common, [(header::CONTENT_ENCODING, "gzip")], zipped.to_vec()).into_response();
        }
        (common, self.bytes.clone()).into_response()
    }

    fn zipped(&self) -> Option<&[u8]> {
        let made = self.zipped.get_or_init(|| {
            let mut zip = GzEncoder::new(Vec::new(), Compression::best());
            let written = zip.write_all(&self.bytes);
            written.and_then(|()| zip.finish()).unwrap_or_default()
        });
        (!made.is_empty()).then_some(made)
    }
}
