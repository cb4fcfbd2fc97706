//! The kept corpus of the fuzz targets, played through the same functions: what was found once is not found again.
#[path = "../../fuzz/src/lib.rs"]
pub mod targets;

use crate::support::root;
use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

fn inputs(target: &str) -> Vec<PathBuf> {
    let folder = root().join("fuzz/corpus").join(target);
    let mut found: Vec<_> = fs::read_dir(folder).expect("a corpus").flatten().map(|e| e.path()).collect();
    found.sort();
    found
}

/// Plays one target; whatever breaks is named by its file.
fn play(target: &str) {
    let run = targets::TARGETS.iter().find(|(name, _)| *name == target).expect("a target").1;
    let inputs = inputs(target);
    assert!(inputs.len() >= 5, "a corpus of {}", inputs.len());
    for path in inputs {
        let data = fs::read(&path).expect("a file");
        let ended = catch_unwind(AssertUnwindSafe(|| run(&data)));
        assert!(ended.is_ok(), "{} breaks it", path.display());
    }
}

#[test]
fn api() {
    play("api");
}

#[test]
fn flow() {
    play("flow");
}

#[test]
fn frame() {
    play("frame");
}

#[test]
fn resume() {
    play("resume");
}

#[test]
fn template() {
    play("template");
}

#[test]
fn yaml() {
    play("yaml");
}

#[test]
fn every_target_has_a_corpus_and_a_program() {
    let names = |folder: &str| -> BTreeSet<String> {
        let entries = fs::read_dir(root().join("fuzz").join(folder)).expect("a folder").flatten();
        entries.map(|e| e.path().file_stem().unwrap_or_default().to_string_lossy().into_owned()).collect()
    };
    let targets: BTreeSet<String> = targets::TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names("corpus"), targets);
    assert_eq!(names("fuzz_targets"), targets);
}
