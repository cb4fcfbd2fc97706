//! `rapport fmt`: one spelling, the same meaning.
use crate::support::root;
use proptest::prelude::*;
use rapport::language::{FileId, SourceFile, format, parse};
use std::fs;
use std::process::Command;

fn tidy(text: &str) -> String {
    format(&SourceFile::new("a.flow", text))
}

/// What a file means: its tree without places, and the codes of its mistakes.
fn meaning(text: &str) -> (String, Vec<&'static str>) {
    let (tree, found) = parse(FileId(0), &SourceFile::new("a.flow", text));
    let shown = format!("{tree:?}");
    let mut plain = String::new();
    let mut rest = shown.as_str();
    while let Some((before, after)) = rest.split_once("Span { file: FileId(0), start: ") {
        plain.push_str(before);
        rest = after.split_once('}').map_or("", |(_, r)| r);
    }
    plain.push_str(rest);
    let mut codes: Vec<_> = found.iter().map(|d| d.code).collect();
    codes.sort_unstable();
    (plain, codes)
}

fn comments(text: &str) -> Vec<String> {
    let comment = |l: &&str| *l == "#" || l.starts_with("# ");
    text.lines().map(str::trim).filter(comment).map(str::to_owned).collect()
}

fn shipped() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for folder in ["flows/acme", "flows/bluebird", "flows/house"] {
        for entry in fs::read_dir(root().join(folder)).expect("a folder").flatten() {
            if entry.path().extension().is_some_and(|e| e == "flow") {
                let text = fs::read_to_string(entry.path()).expect("a text");
                found.push((entry.path().display().to_string(), text));
            }
        }
    }
    found
}

#[test]
fn a_file_is_put_in_order() {
    let rough = "\n\nflow   main :   Hello\n      greet:Hi   there.\n      # About the name.\n      Ask  name :What is   it?\n            accept   text\n            Retry :Again?\n      use shop.find with a=1 ,b  save as   order   \n      remember x=1\n# The second.\nflow two\n      say:\n            One line.\n\n\n            If this then   that.\n      done\n\n";
    let want = "flow main: Hello\n  greet: Hi   there.\n  # About the name.\n  ask name: What is   it?\n    accept text\n    retry: Again?\n  use shop.find with a = 1, b save as order\n  remember x = 1\n\n# The second.\nflow two\n  say:\n    One line.\n\n    If this then   that.\n  done\n";
    assert_eq!(tidy(rough), want);
    assert_eq!(meaning(rough), meaning(want));
}

#[test]
fn lines_that_cannot_be_read_keep_their_words() {
    assert_eq!(tidy("flow main\n    esclate   now :x\n    say:Hi\n"), "flow main\n  esclate   now :x\n  say: Hi\n");
}

#[test]
fn unclear_indentation_is_left_to_the_author() {
    let text = "flow main\n    if a is known\n        say: x\n      say: y\n";
    assert_eq!(tidy(text), text);
}

#[test]
fn a_comment_under_a_flow_without_steps_stays_with_it() {
    let text = "flow one\n  # To be written.\n\nflow two\n  say: Hi\n";
    assert_eq!(tidy(text), text);
    assert_eq!(tidy("  # About this file.\n\nflow one\n"), "# About this file.\n\nflow one\n");
}

#[test]
fn a_flow_is_set_apart_whatever_blanks_follow_its_word() {
    assert_eq!(tidy("# One.\nx\nflow\tone\n  say: Hi\n"), "# One.\nx\n\nflow one\n  say: Hi\n");
}

#[test]
fn a_list_keeps_its_words() {
    let text = "flow main\n  for each item in s\telf.products, at most 6\n    say: Hi\n";
    assert_eq!(meaning(&tidy(text)), meaning(text));
}

#[test]
fn a_line_behind_a_blank_that_is_none_keeps_its_place() {
    let text = "flow main\n    if a is known\n\u{a0}\u{a0}\u{a0}\u{a0}    say: x\n";
    assert_eq!(tidy(text), text);
}

#[test]
fn tests_are_put_in_order_by_their_indentation() {
    let text = "test One\n\tcustomer: hi\n\tbot: ...hello...\ntest Two\n\tcustomer: hi\n";
    assert_eq!(tidy(text), "test One\n  customer: hi\n  bot: ...hello...\n\ntest Two\n  customer: hi\n");
}

#[test]
fn shipped_flows_are_in_order() {
    for (name, text) in shipped() {
        assert_eq!(tidy(&text), text, "{name}");
    }
}

#[test]
fn the_command_changes_files_and_checks_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("main.flow");
    fs::write(&path, "flow main\n    say:Hi\n").expect("written");
    let run = |args: &[&str]| {
        let out = Command::new(env!("CARGO_BIN_EXE_rapport")).arg("fmt").args(args).arg(folder.path()).output();
        let out = out.expect("it runs");
        (out.status.code(), String::from_utf8_lossy(&out.stdout).into_owned())
    };
    let (code, said) = run(&["--check"]);
    assert!(code == Some(1) && said.contains("would change"), "{said}");
    assert_eq!(fs::read_to_string(&path).expect("a text"), "flow main\n    say:Hi\n");
    let (code, said) = run(&[]);
    assert!(code == Some(0) && said.contains("changed"), "{said}");
    assert_eq!(fs::read_to_string(&path).expect("a text"), "flow main\n  say: Hi\n");
    assert_eq!(run(&["--check"]).0, Some(0));
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing is left beside it");
}

fn holds(text: &str) -> Result<(), TestCaseError> {
    let once = tidy(text);
    prop_assert_eq!(&tidy(&once), &once, "a second time changes nothing");
    prop_assert_eq!(meaning(&once), meaning(text), "it means the same:\n{}\n---\n{}", text, once);
    prop_assert_eq!(comments(&once), comments(text));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn any_file_keeps_its_meaning(lines in prop::collection::vec(crate::language::line(), 0..25)) {
        holds(&lines.join("\n"))?;
    }

    #[test]
    fn mutated_flows_keep_their_meaning(
        which in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), "[ \t\n,:=#a-]{0,3}"), 1..8),
    ) {
        let files = shipped();
        let mut chars: Vec<char> = files[which.index(files.len())].1.chars().collect();
        for (at, put) in edits {
            let at = at.index(chars.len());
            chars.splice(at..(at + 1).min(chars.len()), put.chars());
            if chars.is_empty() { chars.push('x'); }
        }
        holds(&chars.into_iter().collect::<String>())?;
    }
}
