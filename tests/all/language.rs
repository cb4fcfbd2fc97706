//! The language reads everything: it never fails, never hangs, and says what is wrong.
use crate::support::{compiled, mistakes};
use proptest::prelude::*;
use rapport::language::{FileId, SourceFile, parse};
use std::collections::BTreeSet;

fn codes(text: &str) -> Vec<&'static str> {
    let source = SourceFile::new("a.flow", text);
    parse(FileId(0), &source).1.into_iter().map(|d| d.code).collect()
}

/// The file of seeded mistakes, as an author might hand it in.
const SEEDED: &str = "flow refund
  customers say
    money back
  empathise: I'm sorry about that.
  ask order number: What is your order number?
    accept patern [0-9]{6}
      retry: Hmm.
   say: this line is at an indentation nobody used
  if order.days_since_delivery <= 
    say: x {{ order.total
  use shop.find_order with number order_number
  esclate to refunds
    summary: broken
  say Hello without a colon
\tsay: I am indented with a tab
  wait two minutes
  go to nowhere
flwo other
  say: hi
";

#[test]
fn every_seeded_mistake_is_told_in_one_run() {
    let compiled = compiled(&[("refund.flow", SEEDED)]);
    let lines: BTreeSet<usize> = compiled
        .diagnostics
        .iter()
        .filter_map(|d| compiled.sources.get(d.span.file.0 as usize).map(|s| s.line_col(d.span.start).0))
        .collect();
    // `wait two minutes` on line 16 is right.
    let seeded = [4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 17, 18];
    let missed: Vec<_> = seeded.iter().filter(|l| !lines.contains(l)).collect();
    assert!(missed.is_empty(), "no mistake was told on lines {missed:?}");
    assert!(!lines.contains(&13), "`summary` under a misspelt step is no mistake of its own");
    insta::assert_snapshot!(mistakes(&compiled));
}

#[test]
fn a_misspelt_step_is_one_mistake() {
    let text = "flow main\n  esclate to general: Hello\n    summary: x\n    when nobody is available\n      say: y\n  triage: Well?\n";
    assert_eq!(codes(text), ["F010"]);
}

#[test]
fn line_ends_byte_order_marks_and_comments_are_no_mistakes() {
    let text = "\u{feff}# A comment.\r\nflow main\r\n  # Another.\r\n  say: One.\r\n\r\n  say: Two, with a # and a: colon.\r\n";
    let source = SourceFile::new("a.flow", text);
    let (file, found) = parse(FileId(0), &source);
    assert!(found.is_empty(), "{found:?}");
    assert_eq!(file.flows[0].body.steps.len(), 2);
}

#[test]
fn tabs_alone_are_fine() {
    assert!(codes("flow main\n\task name: Name?\n\t\taccept text\n\tsay: Hello.\n").is_empty());
}

#[test]
fn deep_nesting_is_told_once_and_ends() {
    let mut text = String::from("flow main\n");
    for depth in 1..1_800_usize {
        text.push_str(&" ".repeat(depth));
        text.push_str("if a is known\n");
    }
    let found = codes(&text);
    assert_eq!(found.iter().filter(|c| **c == "F003").count(), 1);
}

#[test]
fn parentheses_without_end_are_told() {
    let text = format!("flow main\n  if {}a\n    say: x\n", "(".repeat(5_000));
    assert!(codes(&text).contains(&"F032"));
}

#[test]
fn huge_lines_and_files_are_refused_in_words() {
    assert_eq!(codes(&format!("flow main\n  say: {}\n", "x".repeat(20_000))), ["F004"]);
    assert_eq!(codes(&"x".repeat(10 * 1024 * 1024)), ["F006"]);
}

#[test]
fn control_characters_are_told() {
    assert_eq!(codes("flow main\n  say: a\u{0}b\n"), ["F005"]);
}

/// Lines that look like the language, so that random files reach deep into it.
pub fn line() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "flow",
        "say",
        "ask",
        "name",
        ":",
        "when",
        "if",
        "else",
        "is",
        "known",
        "accept",
        "pattern",
        "[0-9",
        "use",
        "shop.find",
        "with",
        "=",
        "save as",
        "{{",
        "}}",
        "- x",
        "triage:",
        "offer",
        "escalate to",
        ", priority",
        "promise",
        "within 3 days",
        "(",
        ")",
        "\"",
        "'",
        "anything else",
        "2 tries failed",
        "é",
        "\u{0}",
        "one of a, b",
        "remember",
        "ask again",
        "#",
        "wait",
        "customers say",
        "😀",
    ]);
    (0..8_usize, prop::bool::ANY, prop::collection::vec(words, 0..7)).prop_map(|(indent, tab, words)| {
        let indent = if tab { "\t".repeat(indent) } else { " ".repeat(indent) };
        format!("{indent}{}", words.join(" "))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_file_is_read(lines in prop::collection::vec(line(), 0..30)) {
        let text = lines.join("\n");
        let source = SourceFile::new("a.flow", text.as_str());
        let (_, found) = parse(FileId(0), &source);
        for diagnostic in &found {
            prop_assert!(!diagnostic.problem.is_empty() && !diagnostic.action.is_empty());
            rapport::language::render::text(diagnostic, std::slice::from_ref(&source), false);
        }
    }

    #[test]
    fn any_text_at_all_is_compiled_or_refused(text in "\\PC{0,300}") {
        let compiled = compiled(&[("a.flow", &text)]);
        prop_assert!(compiled.bot.is_some() || !compiled.diagnostics.is_empty());
        mistakes(&compiled);
    }

    #[test]
    fn any_file_that_compiles_runs(lines in prop::collection::vec(line(), 1..12), words in prop::collection::vec("\\PC{1,20}", 0..6)) {
        let text = format!("flow main\n  triage: Hello?\n{}", lines.join("\n"));
        if let Some(bot) = compiled(&[("a.flow", &text)]).bot {
            let mut play = crate::play::Play::new(&bot, crate::support::MORNING);
            play.open();
            for word in &words {
                play.say(word);
            }
        }
    }
}

#[test]
fn a_filter_after_a_sum_wants_brackets() {
    use rapport::bot::template::loose_filters;
    let told = |text: &str| -> Vec<String> {
        loose_filters(text, false).into_iter().map(|l| format!("({}) | {} / {}", l.sum, l.filter, l.last)).collect()
    };
    assert_eq!(told("It is {{ n * n | money }}."), ["(n * n) | money / n"]);
    assert_eq!(told("{{- a + b|default(\"a | b\") | upper }}"), ["(a + b) | default(\"a | b\") / b"]);
    assert_eq!(told("{% if a and b - 1 | abs > 2 %}x{% endif %}{{ a ~ b | upper }}").len(), 2);
    assert_eq!(told("{{ (a + (b * c | money)) | upper }}"), ["(b * c) | money / c"]);
    for fine in [
        "{{ (n * n) | money }}",
        "{{ n | money }} * {{ m | money }}",
        "{{ price | round + 1 }}",
        "{{- n | money -}}",
        "{{ -5 | abs }}",
        "{{ (a - b) | default(a + b) | money }}",
        "{{ 'a - b' | upper }}",
        "{% if a is b - 1 and c | length > 2 %}",
        "a * b | c",
        "{{ a if b + c else d | money }}",
        "{{ never * closed",
    ] {
        assert_eq!(told(fine), Vec::<String>::new(), "{fine}");
    }
}
