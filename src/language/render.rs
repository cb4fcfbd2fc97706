//! Diagnostics for people (excerpt and arrows, by annotate-snippets) and for programs (JSON).
use super::diagnostic::{Diagnostic, Severity};
use super::source::{SourceFile, Span};
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde_json::{Value, json};

/// A mistake as a few lines of text: what, where with an excerpt, what to do. `colour` adds terminal colours.
pub fn text(diagnostic: &Diagnostic, files: &[SourceFile], colour: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR.with_name("mistake"),
        Severity::Warning => Level::WARNING,
    };
    let file = file(diagnostic.span, files);
    let mut snippet = Snippet::source(file.text.as_str()).path(file.name.as_str());
    snippet = snippet.annotation(AnnotationKind::Primary.span(range(diagnostic.span, file)));
    for (span, words) in diagnostic.related.iter().filter(|(s, _)| s.file == diagnostic.span.file) {
        snippet = snippet.annotation(AnnotationKind::Context.span(range(*span, file)).label(words.as_str()));
    }
    let title = level.primary_title(diagnostic.problem.as_str()).id(diagnostic.code);
    let mut groups = vec![title.element(snippet)];
    if !diagnostic.action.is_empty() {
        let help = Level::HELP.with_name("do").message(diagnostic.action.as_str());
        if let Some(group) = groups.pop() {
            groups.push(group.element(help));
        }
    }
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    renderer.decor_style(DecorStyle::Ascii).render(&groups)
}

/// A mistake as JSON: `file`, `line` and `column` from 1, `end_line`, `end_column`, `code`, `severity`, `problem`, `action`.
pub fn to_json(diagnostic: &Diagnostic, files: &[SourceFile]) -> Value {
    let file = file(diagnostic.span, files);
    let range = range(diagnostic.span, file);
    let place = |byte: usize| file.line_col(u32::try_from(byte).unwrap_or(u32::MAX));
    let ((line, column), (end_line, end_column)) = (place(range.start), place(range.end));
    let severity = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
    json!({
        "file": file.name, "line": line, "column": column, "end_line": end_line, "end_column": end_column,
        "code": diagnostic.code, "severity": severity, "problem": diagnostic.problem, "action": diagnostic.action,
    })
}

fn file(span: Span, files: &[SourceFile]) -> &SourceFile {
    static NONE: std::sync::OnceLock<SourceFile> = std::sync::OnceLock::new();
    let index = usize::try_from(span.file.0).unwrap_or(usize::MAX);
    files.get(index).unwrap_or_else(|| NONE.get_or_init(|| SourceFile::new("(no file)", "")))
}

/// The bytes of a place, on character boundaries and within the file.
fn range(span: Span, file: &SourceFile) -> std::ops::Range<usize> {
    let text = &file.text;
    let mut start = (span.start as usize).min(text.len());
    let mut end = (span.end as usize).clamp(start, text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}
