//! Whatever stands in a bot's files: it is read, its mistakes are told, and that takes no longer than its length asks for.
//! The sizes below would not come to an end in a test if any part took the square of them.
use crate::support::{compiled, root};
use proptest::prelude::*;
use proptest::sample::Index;
use rapport::bot::Compiled;
use rapport::language::{render, sarif};
use std::fs;

const MAIN: (&str, &str) = ("main.flow", "flow main\n  triage: Well?\n");

/// Everything that may be made of what was told, is made.
fn told(compiled: &Compiled) {
    assert!(compiled.bot.is_some() || !compiled.diagnostics.is_empty(), "no bot, and no reason");
    for diagnostic in compiled.diagnostics.iter().take(50) {
        assert!(!diagnostic.problem.is_empty() && !diagnostic.action.is_empty(), "{diagnostic:?}");
        render::text(diagnostic, &compiled.sources, true);
        render::to_json(diagnostic, &compiled.sources);
    }
    let few = &compiled.diagnostics[..compiled.diagnostics.len().min(50)];
    sarif::run(few, &compiled.sources, "bot");
}

fn count(files: &[(&str, &str)], code: &str) -> usize {
    let compiled = compiled(files);
    told(&compiled);
    compiled.diagnostics.iter().filter(|d| d.code == code).count()
}

/// The same text as every kind of file.
fn everywhere(text: &str) -> Vec<(&str, &str)> {
    let names = ["a.flow", "bot.yaml", "integrations.yaml", "philosophy.yaml", "locales/de.yaml", "tests/a.flow"];
    std::iter::once(MAIN).chain(names.map(|name| (name, text))).collect()
}

/// The files of a bot that we ship.
fn shipped() -> Vec<(String, String)> {
    let folder = root().join("flows/bluebird");
    let mut files = Vec::new();
    for under in ["", "tests"] {
        for entry in fs::read_dir(folder.join(under)).expect("a folder").flatten() {
            let name = entry.path().strip_prefix(&folder).expect("below it").to_string_lossy().into_owned();
            if name.ends_with(".flow") || name.ends_with(".yaml") {
                files.push((name, fs::read_to_string(entry.path()).expect("a file")));
            }
        }
    }
    files.sort();
    files
}

#[derive(Clone, Debug)]
enum Change {
    Delete(Index),
    Repeat(Index),
    Swap(Index, Index),
    Indent(Index, usize),
    Insert(Index, String),
    Cut(Index),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>();
    let odd = prop::sample::select(vec![
        "\u{0}", "\u{feff}", "\r", "\u{a0}", "\u{200b}", "{{", "%}", ":", "\"", "[", "- ", "#", "\t", "😀", "&a", "*a",
        "|", "{", "'", "\u{2028}", "\u{85}",
    ]);
    prop_oneof![
        at.clone().prop_map(Change::Delete),
        at.clone().prop_map(Change::Repeat),
        (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Change::Swap(a, b)),
        (any::<Index>(), 0..9_usize).prop_map(|(a, n)| Change::Indent(a, n)),
        (any::<Index>(), odd).prop_map(|(a, s)| Change::Insert(a, s.to_owned())),
        at.prop_map(Change::Cut),
    ]
}

fn changed(text: &str, change: &Change) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let boundary = |at: &Index| (0..=at.index(text.len() + 1)).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
    match change {
        _ if lines.is_empty() => {}
        Change::Delete(at) => drop(lines.remove(at.index(lines.len()))),
        Change::Repeat(at) => {
            let at = at.index(lines.len());
            lines.insert(at, lines[at].clone());
        }
        Change::Swap(a, b) => {
            let (a, b) = (a.index(lines.len()), b.index(lines.len()));
            lines.swap(a, b);
        }
        Change::Indent(at, by) => {
            let at = at.index(lines.len());
            lines[at] = format!("{}{}", " ".repeat(*by), lines[at].trim_start());
        }
        Change::Insert(at, odd) => {
            let mut text = text.to_owned();
            text.insert_str(boundary(at), odd);
            return text;
        }
        Change::Cut(at) => return text[..boundary(at)].to_owned(),
    }
    lines.join("\n") + "\n"
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn what_we_ship_is_read_however_it_is_damaged(file in any::<Index>(), changes in prop::collection::vec(change(), 1..6)) {
        let mut files = shipped();
        let at = file.index(files.len());
        for change in &changes {
            files[at].1 = changed(&files[at].1, change);
        }
        let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
        told(&compiled(&files));
    }

    #[test]
    fn every_file_of_settings_is_read_or_refused(text in "[ \\n\\t\\PC]{0,120}", lines in prop::collection::vec("[a-z_ ]{1,9}: ?[a-z0-9:,\\[\\]{}\"'|>&*!%@-]{0,12}", 0..8)) {
        for text in [text, lines.join("\n")] {
            told(&compiled(&everywhere(&text)));
        }
    }
}

#[test]
fn odd_bytes_and_line_ends_are_read_in_every_file() {
    let texts = [
        "",
        "\u{feff}",
        "\u{0}",
        "\r",
        "\r\n\r\n",
        "\n\n\n",
        "\u{2028}",
        "a\u{0}: b",
        "\u{feff}\u{feff}name: x",
        "\u{85}",
        " ",
        "\t",
    ];
    for text in texts {
        told(&compiled(&everywhere(text)));
    }
    assert_eq!(count(&[("bot.yaml", "\u{feff}name: Robin\r\nlanguages: [en]\r\n"), MAIN], "Y001"), 0);
}

#[test]
fn blanks_that_are_no_spaces_are_told_and_read_as_spaces() {
    let text = "flow main\n\u{a0}\u{2003}say: Hello.\n\u{200b}  triage: Well?\n";
    let compiled = compiled(&[("main.flow", text)]);
    let codes: Vec<_> = compiled.diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, ["F005", "F005"]);
}

#[test]
fn fifty_thousand_mistakes_are_all_told() {
    let text = format!("flow main\n  triage: Well?\n{}", "  say:\n".repeat(50_000));
    assert_eq!(count(&[("main.flow", &text)], "F015"), 50_000);
    let text = format!("flow main\n  triage: Well?\n{}", "  sya: Hello {{ you\n".repeat(5_000));
    assert_eq!(count(&[("main.flow", &text)], "F018"), 5_000);
}

#[test]
fn thousands_of_unknown_names_among_thousands_of_known_ones_are_told() {
    let flow = |n: usize| {
        format!("flow topic_{n}\n  customers say\n    topic {n}\n  do unknown_{n}\n  say: {{{{ hidden_{n} }}}}\n")
    };
    let text: String = (0..3_000).map(flow).collect();
    assert_eq!(count(&[MAIN, ("a.flow", &text)], "F103"), 3_000);
}

#[test]
fn one_line_of_settings_with_thousands_of_mistakes_is_told() {
    let text = format!("{{ {} }}", (0..10_000).map(|n| format!("é{n}: {n}")).collect::<Vec<_>>().join(", "));
    assert_eq!(count(&[MAIN, ("bot.yaml", &text)], "Y004"), 10_000);
}

#[test]
fn names_and_words_without_end_are_told() {
    let long = "a".repeat(9_000);
    let line = format!("  {long}: x\n  do {long}\n  ask {long}: x\n  say: {{{{ {long}b }}}}\n");
    let text = format!("flow main\n  triage: Well?\n{}", line.repeat(10));
    let compiled = compiled(&[("main.flow", &text)]);
    told(&compiled);
    let longest = compiled.diagnostics.iter().map(|d| render::text(d, &compiled.sources, false).len()).max();
    assert!(longest.is_some_and(|l| l < 40_000), "{longest:?}");
}

#[test]
fn ten_megabytes_are_refused_in_every_file() {
    let text = "x".repeat(10 * 1024 * 1024);
    let compiled = compiled(&everywhere(&text));
    let codes: Vec<_> = compiled.diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, ["F006", "Y002", "Y002", "Y002", "Y002", "F006"]);
    told(&compiled);
}

#[test]
fn nesting_of_ten_thousand_is_told_in_every_file() {
    let deep: String = (0..1_900).map(|n| format!("{}if a is known\n", " ".repeat(n))).collect();
    assert_eq!(count(&[("a.flow", &format!("flow main\n{deep}"))], "F003"), 1);
    assert_eq!(count(&[MAIN, ("tests/a.flow", &format!("test a\n{deep}"))], "F003"), 1);
    let open = "[".repeat(10_000);
    assert_eq!(count(&[MAIN, ("bot.yaml", &format!("facts: {open}"))], "Y001"), 1);
    let tabs = "{\"a\": ".repeat(10_000);
    assert_eq!(count(&[MAIN, ("integrations.yaml", &tabs)], "Y001"), 1);
    let braces = format!("flow main\n  say: {}\n  if {}\n    say: x\n", "{{ (".repeat(2_000), "not ".repeat(2_000));
    told(&compiled(&[("a.flow", &braces)]));
    let filters = format!("flow main\n  say: {{{{ hours.open {} }}}}\n", "| upper ".repeat(1_000));
    told(&compiled(&[("a.flow", &filters)]));
    let ifs = format!("flow main\n  say: {}x\n", "{% if hours.open %}".repeat(500));
    told(&compiled(&[("a.flow", &ifs)]));
}
