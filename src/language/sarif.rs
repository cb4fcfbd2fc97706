//! Mistakes as SARIF 2.1.0 (OASIS), which code hosts and editors show beside the lines.
use super::codes::PAGES;
use super::diagnostic::{Diagnostic, Severity};
use super::render;
use super::source::{SourceFile, Span};
use serde_json::{Value, json};

/// The name under which the runs know the bot's folder.
const FOLDER: &str = "BOT";

/// The whole log: one run a bot.
pub fn log(runs: Vec<Value>) -> Value {
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": runs,
    })
}

/// The mistakes of one bot; `folder` is told in words, since all places are relative to it.
pub fn run(found: &[Diagnostic], files: &[SourceFile], folder: &str) -> Value {
    let results: Vec<Value> = found.iter().map(|d| result(d, files)).collect();
    json!({
        "tool": { "driver": {
            "name": "rapport",
            "version": env!("CARGO_PKG_VERSION"),
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "rules": rules(),
        } },
        "columnKind": "utf16CodeUnits",
        "originalUriBaseIds": { FOLDER: { "description": { "text": format!("The bot's folder, {folder}") } } },
        "results": results,
    })
}

fn rules() -> Vec<Value> {
    let rule = |page: &super::codes::Page| {
        json!({
            "id": page.code,
            "shortDescription": { "text": page.title() },
            "fullDescription": { "text": page.why() },
            "help": { "text": page.text, "markdown": page.text },
        })
    };
    PAGES.iter().map(rule).collect()
}

fn result(diagnostic: &Diagnostic, files: &[SourceFile]) -> Value {
    let level = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
    let mut result = json!({
        "ruleId": diagnostic.code,
        "level": level,
        "message": { "text": format!("{}. {}", diagnostic.problem, diagnostic.action).trim_end() },
        "locations": [{ "physicalLocation": place(diagnostic.span, files) }],
    });
    if let Ok(index) = PAGES.binary_search_by_key(&diagnostic.code, |p| p.code) {
        result["ruleIndex"] = json!(index);
    }
    if !diagnostic.related.is_empty() {
        let related = diagnostic.related.iter().enumerate().map(|(id, (span, words))| {
            json!({ "id": id, "physicalLocation": place(*span, files), "message": { "text": words } })
        });
        result["relatedLocations"] = related.collect();
    }
    result
}

fn place(span: Span, files: &[SourceFile]) -> Value {
    let file = render::file(span, files);
    let range = render::range(span, file);
    let at = |byte: usize| file.line_utf16(u32::try_from(byte).unwrap_or(u32::MAX));
    let ((line, column), (end_line, end_column)) = (at(range.start), at(range.end));
    json!({
        "artifactLocation": { "uri": uri(&file.name), "uriBaseId": FOLDER },
        "region": { "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column },
    })
}

/// A path as a part of an address.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        match byte {
            b'\\' => uri.push('/'),
            b if b.is_ascii_alphanumeric() || b"-._~/".contains(&b) => uri.push(char::from(b)),
            b => uri.push_str(&format!("%{b:02X}")),
        }
    }
    uri
}
