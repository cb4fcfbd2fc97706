//! Diagnostics for people (excerpt and arrows, by annotate-snippets) and for programs (JSON).
use super::diagnostic::{Diagnostic, Severity};
use super::source::{SourceFile, Span};
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use serde_json::{Value, json};
use std::ops::Range;

/// More lines of one place tell nothing more.
const LINES: usize = 12;
/// What explains a mistake from further away stands in an excerpt of its own.
const NEAR: usize = 40;
/// Of an excerpt that is longer than `LONG` bytes, `AROUND` bytes on both sides of the place are shown.
const LONG: usize = 6_000;
const AROUND: usize = 60;

/// A mistake as a few lines of text: what, where with an excerpt, what to do. `colour` adds terminal colours.
pub fn text(diagnostic: &Diagnostic, files: &[SourceFile], colour: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR.with_name("mistake"),
        Severity::Warning => Level::WARNING,
    };
    let file = file(diagnostic.span, files);
    let primary = range(diagnostic.span, file);
    let related = diagnostic.related.iter().filter(|(s, _)| s.file == diagnostic.span.file);
    let related = related.map(|(s, words)| (range(*s, file), words.as_str()));
    let line = |byte: usize| file.line_col(u32::try_from(byte).unwrap_or(u32::MAX)).0;
    let (near, far): (Vec<_>, Vec<_>) =
        related.partition(|(r, _)| line(r.start).abs_diff(line(primary.start)) <= NEAR && shown(&primary, r, file));
    let title = level.primary_title(diagnostic.problem.as_str()).id(diagnostic.code);
    let mut group = excerpt(Group::with_title(title), file, &primary, None, &near);
    for (place, words) in &far {
        group = excerpt(group, file, place, Some(words), &[]);
    }
    if !diagnostic.action.is_empty() {
        group = group.element(Level::HELP.with_name("do").message(diagnostic.action.as_str()));
    }
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    renderer.decor_style(DecorStyle::Ascii).render(&[group])
}

/// Whether both places fit into one excerpt.
fn shown(one: &Range<usize>, other: &Range<usize>, file: &SourceFile) -> bool {
    whole_lines(&(one.start.min(other.start)..one.end.max(other.end)), file).len() <= LONG
}

/// Adds the lines of a place. The printer reads all that it is given, so it is given only what it shows.
fn excerpt<'a>(
    group: Group<'a>,
    file: &'a SourceFile,
    place: &Range<usize>,
    words: Option<&'a str>,
    near: &[(Range<usize>, &'a str)],
) -> Group<'a> {
    let (first, column) = file.line_col(u32::try_from(place.start).unwrap_or(u32::MAX));
    let place = place.start..place.end.min(file.line_span(first + LINES - 1).1.max(place.start));
    let ranges = near.iter().map(|(r, _)| r);
    let cover = ranges.fold(place.clone(), |a, b| a.start.min(b.start)..a.end.max(b.end));
    let lines = whole_lines(&cover, file);
    let kind = if words.is_some() { AnnotationKind::Context } else { AnnotationKind::Primary };
    if lines.len() > LONG {
        // Cut out of its line, the place is no longer where it says: line and column are told beside.
        let place = place.start..place.end.min(place.start + AROUND);
        let cut = on_characters(place.start.saturating_sub(AROUND).max(lines.start)..place.end + AROUND, file);
        let cut = cut.start..cut.end.min(lines.end);
        let place = on_characters(place, file);
        let own = kind.span(place.start - cut.start..place.end.min(cut.end) - cut.start).label(words);
        let origin = Origin::path(file.name.as_str()).line(first).char_column(column);
        let snippet = Snippet::source(file.text.get(cut).unwrap_or_default()).line_start(first).annotation(own);
        return group.element(origin).element(snippet);
    }
    let start = file.line_col(u32::try_from(lines.start).unwrap_or(u32::MAX)).0;
    let within = |r: &Range<usize>| r.start - lines.start..r.end.min(lines.end).max(r.start) - lines.start;
    let mut snippet = Snippet::source(file.text.get(lines.clone()).unwrap_or_default());
    snippet = snippet.path(file.name.as_str()).line_start(start).annotation(kind.span(within(&place)).label(words));
    for (range, words) in near {
        snippet = snippet.annotation(AnnotationKind::Context.span(within(range)).label(*words));
    }
    group.element(snippet)
}

/// The bytes of all lines that a place touches, the last line break left out.
fn whole_lines(place: &Range<usize>, file: &SourceFile) -> Range<usize> {
    let line = |byte: usize| file.line_col(u32::try_from(byte).unwrap_or(u32::MAX)).0;
    file.line_span(line(place.start)).0..file.line_span(line(place.end)).1.max(place.end)
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

pub(super) fn file(span: Span, files: &[SourceFile]) -> &SourceFile {
    static NONE: std::sync::OnceLock<SourceFile> = std::sync::OnceLock::new();
    let index = usize::try_from(span.file.0).unwrap_or(usize::MAX);
    files.get(index).unwrap_or_else(|| NONE.get_or_init(|| SourceFile::new("(no file)", "")))
}

/// The bytes of a place, on character boundaries and within the file.
pub(super) fn range(span: Span, file: &SourceFile) -> Range<usize> {
    on_characters(span.start as usize..span.end as usize, file)
}

fn on_characters(place: Range<usize>, file: &SourceFile) -> Range<usize> {
    let text = &file.text;
    let mut start = place.start.min(text.len());
    let mut end = place.end.clamp(start, text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}
