//! The VS Code extension: its files can be read, and its colours know every word of the language.
use crate::support::root;
use rapport::language::steps::all_words;
use regex::Regex;
use serde_json::Value;
use std::fs;

fn json(name: &str) -> Value {
    let path = root().join("editors/vscode").join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"))
}

#[test]
fn every_file_can_be_read_and_those_it_names_exist() {
    let package = json("package.json");
    let named = ["/main", "/contributes/languages/0/configuration", "/contributes/grammars/0/path"];
    for place in named {
        let file = package.pointer(place).and_then(Value::as_str).expect("a file");
        assert!(root().join("editors/vscode").join(file).exists(), "{file} is missing");
    }
    let scope = package.pointer("/contributes/grammars/0/scopeName");
    assert_eq!(scope, json("syntaxes/flow.tmLanguage.json").get("scopeName"));
    json("language-configuration.json");
}

#[test]
fn the_colours_know_every_word() {
    let grammar = json("syntaxes/flow.tmLanguage.json");
    let pattern = grammar.pointer("/repository/line/match").and_then(Value::as_str).expect("a pattern");
    // The lookahead of the editor's engine says where a word ends; ours has none.
    let words = pattern.split_once("(?i:(").and_then(|(_, r)| r.split_once("))")).expect("a list of words").0;
    let words: Vec<&str> = words.split('|').collect();
    for word in all_words() {
        assert!(words.contains(word), "`{word}` has no colour: add it to `line` in flow.tmLanguage.json");
    }
    // The first that fits wins: `ask` before `ask again` would colour half of it.
    let lengths: Vec<usize> = words.iter().map(|w| w.len()).collect();
    assert!(lengths.is_sorted_by(|a, b| a >= b), "the longest words stand first");
}

#[test]
fn every_pattern_is_closed() {
    fn walk(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                for (key, inner) in map {
                    match inner.as_str().filter(|_| matches!(key.as_str(), "match" | "begin" | "end")) {
                        Some(pattern) => found.push(pattern.to_owned()),
                        None => walk(inner, found),
                    }
                }
            }
            Value::Array(all) => all.iter().for_each(|v| walk(v, found)),
            _ => {}
        }
    }
    let mut patterns = Vec::new();
    walk(&json("syntaxes/flow.tmLanguage.json"), &mut patterns);
    assert!(patterns.len() > 10);
    for pattern in patterns {
        let plain = pattern.replace("(?=[\\s:,]|$)", "");
        assert!(Regex::new(&plain).is_ok(), "{pattern}");
    }
}

#[test]
fn lines_that_begin_flows_and_tests_have_colours() {
    let grammar = json("syntaxes/flow.tmLanguage.json");
    let pattern = grammar.pointer("/repository/line/match").and_then(Value::as_str).expect("a pattern");
    let line = Regex::new(&pattern.replace("(?=[\\s:,]|$)", "\\b")).expect("a pattern");
    let words = grammar.pointer("/repository/expression/patterns/0/match").and_then(Value::as_str).expect("words");
    let words = Regex::new(words).expect("a pattern");
    for (text, keyword, within) in [
        ("    secret", "secret", ""),
        ("  for customers where customer.vip", "for customers where", ""),
        ("  starts when a chat opens", "starts when", "a chat opens"),
        ("  starts when a page matches /cart for 45 seconds", "starts when", "a page matches"),
        ("  starts when event late arrives with days", "starts when", "arrives with"),
        ("  event late arrives with days = 2", "event", "arrives with"),
        ("  after 5 minutes", "after", ""),
        ("  mood is angry", "mood", "is"),
    ] {
        let found = line.captures(text).unwrap_or_else(|| panic!("{text} has no colour"));
        assert_eq!(&found[1], keyword, "{text}");
        assert!(within.is_empty() || words.find_iter(&found[2]).any(|m| m.as_str() == within), "{text}");
    }
}
