//! One bot as the editor shows it: its texts, its mistakes, and, once something is asked, its names.
use super::index::Index;
use super::place;
use crate::bot::{Files, Inspected, inspect};
use crate::language::lines::{self, Line};
use crate::language::{FileId, Severity, SourceFile, Span};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

pub struct View {
    pub folder: PathBuf,
    pub seen: Inspected,
    /// How many of the sources are the author's.
    pub own: usize,
    /// The lines of every flow file; empty for settings.
    lines: Option<Vec<Vec<Line>>>,
    index: Option<Index>,
}

/// Whether a file is a part of the bot.
pub fn is_ours(name: &str) -> bool {
    name.ends_with(".flow") || matches!(name, "bot.yaml" | "integrations.yaml" | "philosophy.yaml")
}

impl View {
    pub fn new(folder: PathBuf, texts: Vec<(String, String)>) -> Self {
        let own = texts.len();
        let id = folder.file_name().map_or_else(|| "bot".into(), |n| n.to_string_lossy().into_owned());
        Self { folder, seen: inspect(&Files { id, texts }), own, lines: None, index: None }
    }

    pub fn file(&self, path: &Path) -> Option<usize> {
        let name = path.file_name()?.to_string_lossy();
        if path.parent() != Some(&self.folder) {
            return None;
        }
        self.seen.sources.iter().take(self.own).position(|s| s.name == name)
    }

    pub fn source(&self, file: usize) -> Option<&SourceFile> {
        self.seen.sources.get(file)
    }

    /// The author's file of a place; `None` for what is built in.
    pub fn own_source(&self, span: Span) -> Option<&SourceFile> {
        let file = span.file.0 as usize;
        self.source(file).filter(|_| file < self.own)
    }

    pub fn uri(&self, source: &SourceFile) -> String {
        place::uri(&self.folder.join(&source.name))
    }

    pub fn offset(&self, file: usize, position: Option<&Value>, utf8: bool) -> usize {
        let source = self.source(file);
        source.zip(position).map_or(0, |(source, position)| place::offset(source, position, utf8))
    }

    pub fn lines(&mut self) -> &[Vec<Line>] {
        let sources = &self.seen.sources;
        self.lines.get_or_insert_with(|| {
            let read = |(file, source): (usize, &SourceFile)| {
                let file = FileId(u32::try_from(file).unwrap_or(u32::MAX));
                if source.name.ends_with(".flow") { lines::lines(file, source) } else { vec![] }
            };
            sources.iter().enumerate().map(read).collect()
        })
    }

    pub fn index(&mut self) -> &Index {
        self.lines();
        let lines = self.lines.as_deref().unwrap_or_default();
        self.index.get_or_insert_with(|| Index::new(&self.seen, self.own, lines))
    }

    /// The mistakes of each of the author's files, also of those that have none any more.
    pub fn diagnostics(&self, utf8: bool) -> Vec<Value> {
        let files = self.seen.sources.iter().take(self.own).enumerate();
        files
            .map(|(file, source)| {
                let found = self.seen.diagnostics.iter().filter(|d| d.span.file.0 as usize == file);
                let found: Vec<Value> = found
                    .map(|d| {
                        let related: Vec<Value> = d
                            .related
                            .iter()
                            .filter_map(|(span, words)| {
                                let other = self.own_source(*span)?;
                                let range = place::range(other, *span, utf8);
                                Some(
                                    json!({ "location": { "uri": self.uri(other), "range": range }, "message": words }),
                                )
                            })
                            .collect();
                        json!({
                            "range": place::range(source, d.span, utf8), "code": d.code, "source": "rapport",
                            "severity": if d.severity == Severity::Error { 1 } else { 2 },
                            "message": format!("{}. {}", d.problem, d.action), "relatedInformation": related,
                        })
                    })
                    .collect();
                json!({ "uri": self.uri(source), "diagnostics": found })
            })
            .collect()
    }
}
