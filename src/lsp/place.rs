//! Places as editors count them: lines from 0, and in a line UTF-16 units, or bytes where the editor can.
use crate::language::{SourceFile, Span};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

pub fn position(source: &SourceFile, byte: u32, utf8: bool) -> Value {
    let (line, _) = source.line_col(byte);
    let (start, _) = source.line_span(line);
    let before = source.text.get(start..(byte as usize).min(source.text.len())).unwrap_or_default();
    let character = if utf8 { before.len() } else { before.encode_utf16().count() };
    json!({ "line": line - 1, "character": character })
}

pub fn range(source: &SourceFile, span: Span, utf8: bool) -> Value {
    json!({ "start": position(source, span.start, utf8), "end": position(source, span.end, utf8) })
}

/// The byte of a position; one past the end of a line is its end.
pub fn offset(source: &SourceFile, position: &Value, utf8: bool) -> usize {
    let number = |key: &str| position.get(key).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
    let (line, character) = (number("line").unwrap_or(0), number("character").unwrap_or(0));
    let (start, end) = source.line_span(line.saturating_add(1));
    let mut units = 0;
    for (at, c) in source.text.get(start..end).unwrap_or_default().char_indices() {
        if units >= character {
            return start + at;
        }
        units += if utf8 { c.len_utf8() } else { c.len_utf16() };
    }
    end
}

pub fn path(uri: &str) -> Option<PathBuf> {
    url::Url::parse(uri).ok()?.to_file_path().ok()
}

pub fn uri(path: &Path) -> String {
    url::Url::from_file_path(path).map_or_else(|()| String::new(), String::from)
}
