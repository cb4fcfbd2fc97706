//! `philosophy.yaml`: the service philosophy. Of its promises this version checks `respect: never_say`; the other known
//! parts are accepted and wait for the prover.
use super::yaml::{self, Reader, field};
use crate::language::diagnostic::Diagnostic;
use crate::language::source::{FileId, SourceFile};

const PARTS: &[&str] = &[
    "respect",
    "empathy",
    "responsiveness",
    "clarity",
    "consistency",
    "accountability",
    "effort",
    "personas",
    "goals",
];

#[derive(Clone, Debug, Default)]
pub struct Philosophy {
    /// Words that no text may hold, in small letters.
    pub never_say: Vec<String>,
}

/// Reads `philosophy.yaml`.
pub fn read(file: FileId, source: &SourceFile) -> (Philosophy, Vec<Diagnostic>) {
    let mut philosophy = Philosophy::default();
    let root = match yaml::parse(file, source) {
        Ok(root) => root,
        Err(d) => return (philosophy, vec![d]),
    };
    let mut reader = Reader::default();
    let entries = reader.map(&root, "This file");
    reader.only(entries, PARTS, "`philosophy.yaml`");
    if let Some(node) = field(entries, "respect") {
        let fields = reader.map(node, "`respect`");
        reader.only(fields, &["never_say", "reading_grade_max"], "`respect`");
        if let Some(node) = field(fields, "never_say") {
            philosophy.never_say = reader.texts(node).into_iter().map(|(t, _)| t.to_lowercase()).collect();
        }
    }
    (philosophy, reader.found)
}
