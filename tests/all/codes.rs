//! The catalogue of mistakes: every code has a page, and every example of every page is true.
use crate::support::{mistakes, root, thoroughly};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use rapport::language::codes::{self, PAGES, Page};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const MAIN: &str = "flow main\n  triage: What can I do for you?\n";

/// Files of an example by name.
type Example = Vec<(String, String)>;

/// The examples under `## Wrong` and `## Right`.
fn examples(page: &Page) -> [Example; 2] {
    let mut examples = [vec![], vec![]];
    let (mut under, mut heading): (Option<usize>, bool) = (None, false);
    let mut open: Option<(String, String)> = None;
    for event in Parser::new(page.text) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = true,
            Event::End(TagEnd::Heading(_)) => heading = false,
            Event::Text(t) if heading => {
                under = match &*t {
                    "Wrong" => Some(0),
                    "Right" => Some(1),
                    _ => None,
                }
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(kind))) => open = Some((kind.to_string(), String::new())),
            Event::Text(t) => {
                if let Some((_, text)) = &mut open {
                    text.push_str(&t);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                if let (Some((kind, text)), Some(at)) = (open.take(), under) {
                    examples[at].push((kind, written_out(&text)));
                }
            }
            _ => {}
        }
    }
    examples.map(files)
}

fn files(blocks: Example) -> Example {
    let alone = blocks.iter().any(|(kind, text)| kind == "flow alone" || text.contains("flow main"));
    let name = |kind: String| if kind.starts_with("flow") { "example.flow".to_owned() } else { kind };
    let mut files: Example = blocks.into_iter().map(|(kind, text)| (name(kind), text)).collect();
    if !alone {
        files.push(("main.flow".into(), MAIN.into()));
    }
    files
}

/// What stands in brackets because it is too long to be shown.
fn written_out(text: &str) -> String {
    let number = |words: &str| words.replace(',', "").parse::<usize>().expect("a number of times");
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        if let Some(times) = line.strip_prefix("[the last line ").and_then(|l| l.strip_suffix(" times]")) {
            let last = lines.last().expect("a line to repeat").clone();
            lines.extend(std::iter::repeat_n(last, number(times)));
        } else if let Some((before, rest)) = line.split_once(" [the last ") {
            let (letters, times) = rest.split_once(" letters ").expect("letters");
            let from = before.len() - number(letters);
            let again = before[from..].repeat(number(times.trim_end_matches(" times]")));
            lines.push(format!("{before}{again}"));
        } else {
            lines.push(line.replace("[an invisible character]", "\u{7}"));
        }
    }
    lines.join("\n") + "\n"
}

fn told(files: &Example) -> (BTreeSet<&'static str>, String) {
    let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
    let compiled = thoroughly(&files);
    let codes = compiled.diagnostics.iter().map(|d| d.code).collect();
    let short = compiled.diagnostics.len() < 10;
    (codes, if short { mistakes(&compiled) } else { String::new() })
}

#[test]
fn every_example_of_every_page_is_true() {
    let mut problems = Vec::new();
    for page in PAGES {
        let code = page.code;
        let [wrong, right] = examples(page);
        if wrong.is_empty() || right.is_empty() {
            problems.push(format!("docs/codes/{code}.md needs an example under `## Wrong` and one under `## Right`"));
        }
        let expected: BTreeSet<&str> = std::iter::once(code).chain(page.also()).collect();
        let (codes, words) = told(&wrong);
        if codes != expected {
            problems.push(format!("docs/codes/{code}.md, Wrong: {expected:?} expected, {codes:?} told\n{words}"));
        }
        let (codes, words) = told(&right);
        if !codes.is_empty() {
            problems.push(format!("docs/codes/{code}.md, Right: {codes:?} told\n{words}"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

/// Codes that stand as literals in the sources.
fn reported(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder of sources").flatten() {
        let path = entry.path();
        if path.is_dir() {
            reported(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&path).expect("a source file");
            // Every second piece stands in quotes.
            let literals = text.split('"').filter(|l| l.len() == 4 && l.starts_with(['F', 'Y']));
            found.extend(literals.filter(|l| l[1..].bytes().all(|b| b.is_ascii_digit())).map(str::to_owned));
        }
    }
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let mut used = BTreeSet::new();
    reported(&root().join("src"), &mut used);
    assert!(used.len() > 50, "the sources were searched in a wrong way: {used:?}");
    let listed: BTreeSet<String> = PAGES.iter().map(|p| p.code.to_owned()).collect();
    let files: BTreeSet<String> = fs::read_dir(root().join("docs/codes"))
        .expect("the pages")
        .flatten()
        .filter_map(|e| e.file_name().to_string_lossy().strip_suffix(".md").map(str::to_owned))
        .filter(|n| n != "README")
        .collect();
    let without: Vec<_> = used.difference(&files).collect();
    assert!(without.is_empty(), "write docs/codes/CODE.md for {without:?}; docs/codes/README.md says how");
    let idle: Vec<_> = files.difference(&used).collect();
    assert!(idle.is_empty(), "nothing in src reports {idle:?}; delete their pages");
    assert_eq!(listed, files, "the list in src/language/codes.rs is not the pages in docs/codes");
}

#[test]
fn pages_are_in_order_and_say_why_in_few_sentences() {
    assert!(PAGES.is_sorted_by(|a, b| a.code < b.code), "the list in src/language/codes.rs is not sorted");
    let index = fs::read_to_string(root().join("docs/codes/README.md")).expect("the list");
    let summary = fs::read_to_string(root().join("docs/SUMMARY.md")).expect("the contents");
    for page in PAGES {
        let code = page.code;
        assert!(page.text.starts_with(&format!("# {code}: ")), "{code} does not begin with its code and a title");
        assert!(!page.title().ends_with('.') && page.title().len() < 70, "{code}: {}", page.title());
        let why = page.why();
        assert!((60..700).contains(&why.len()) && why.ends_with('.'), "{code} says too little or too much: {why}");
        let line = format!("* [{code}]({code}.md): {}\n", page.title());
        assert!(index.contains(&line), "docs/codes/README.md lacks the line {line}");
        assert!(summary.contains(&format!("[{code}](codes/{code}.md)")), "docs/SUMMARY.md lacks {code}");
        assert_eq!(codes::find(&code.to_lowercase()).map(|p| p.code), Some(code));
    }
}

fn rapport(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_rapport"));
    let out = command.args(args).current_dir(folder).env_remove("NO_COLOR").output().expect("rapport runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (out.status.code().expect("a code"), text(&out.stdout), text(&out.stderr))
}

#[test]
fn a_mistake_is_explained_without_signs_of_markdown() {
    let (code, page, _) = rapport(&root(), &["explain", "f010"]);
    assert_eq!(code, 0);
    insta::assert_snapshot!(page);
    for page in PAGES {
        let (code, text, _) = rapport(&root(), &["explain", page.code]);
        assert!(code == 0 && text.contains(page.code) && !text.contains("```") && !text.contains("## "), "{text}");
    }
    let (_, list, _) = rapport(&root(), &["explain"]);
    assert!(PAGES.iter().all(|p| list.contains(&format!("{}  {}\n", p.code, p.title()))), "{list}");
    let (code, out, problem) = rapport(&root(), &["explain", "E12"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(problem.contains("Did you mean `F012`?") && problem.contains("lists them all"), "{problem}");
}

/// A bot in a folder, with a mistake behind wide characters and one that points to another place.
fn faulty() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let flow = "flow main\n  say: 😀é {{ nobody }}\n  triage: Well?\nflow main\n  triage: Well?\n";
    std::fs::write(folder.path().join("my flow.flow"), flow).expect("written");
    folder
}

#[test]
fn sarif_holds_what_its_schema_asks_for() {
    let folder = faulty();
    let (code, out, _) = rapport(folder.path(), &["check", ".", "--sarif"]);
    assert_eq!(code, 1);
    let log: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "rapport");
    let rules = driver["rules"].as_array().expect("rules");
    let ids: BTreeSet<&str> = rules.iter().filter_map(|r| r["id"].as_str()).collect();
    assert_eq!(ids.len(), PAGES.len());
    for rule in rules {
        for part in ["shortDescription", "fullDescription", "help"] {
            assert!(rule[part]["text"].as_str().is_some_and(|t| !t.is_empty()), "{rule}");
        }
    }
    let results = run["results"].as_array().expect("results");
    let (field, twice) = (&results[0], &results[1]);
    assert_eq!((&field["ruleId"], &field["level"]), (&"F109".into(), &"error".into()));
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("a small one");
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(result["message"]["text"].as_str().is_some_and(|t| !t.is_empty()));
    }
    let place = &field["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "my%20flow.flow");
    let base = place["artifactLocation"]["uriBaseId"].as_str().expect("a base");
    assert!(run["originalUriBaseIds"][base].is_object());
    // Two spaces, `say: `, one character of two units, one of one, a space, two braces, a space.
    let region = serde_json::json!({ "startLine": 2, "startColumn": 15, "endLine": 2, "endColumn": 21 });
    assert_eq!(place["region"], region);
    let related = &twice["relatedLocations"][0];
    assert_eq!((&twice["ruleId"], &related["physicalLocation"]["region"]["startLine"]), (&"F102".into(), &1.into()));
    assert_eq!(related["message"]["text"], "the other one");
}

#[test]
fn colours_come_when_asked_for_and_the_codes_of_the_end_are_kept() {
    let folder = faulty();
    let (code, plain, _) = rapport(folder.path(), &["check", "."]);
    assert!(code == 1 && !plain.contains('\u{1b}'), "{plain}");
    assert_eq!(plain.matches("`rapport explain F109` tells more.").count(), 1, "{plain}");
    let (_, coloured, _) = rapport(folder.path(), &["check", ".", "--color", "always"]);
    assert!(coloured.contains('\u{1b}'), "{coloured}");
    let (code, _, problem) = rapport(folder.path(), &["check", "nowhere"]);
    assert!(code == 2 && problem.contains("There is no folder"), "{problem}");
    let (_, help, _) = rapport(folder.path(), &["check", "--help"]);
    assert!(help.contains("Ends with 0"), "{help}");
    let (code, fine, _) = rapport(&root(), &["check", "flows/bluebird"]);
    assert!(code == 0 && !fine.contains("tells more"), "{fine}");
}
