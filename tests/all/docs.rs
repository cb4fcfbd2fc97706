//! What the docs say is true. Every link leads somewhere; every example is read, checked and played.
//!
//! A **section**, from heading to heading, is one bot:
//! * A ```flow block that begins with `flow` is a file of the bot. Any other ```flow block is a **piece**: it is put into
//!   the flow it could stand in, indented under `flow main`. Where no file has `flow main`, one that asks what to do is added.
//! * ```bot.yaml, ```integrations.yaml and ```philosophy.yaml are the bot's settings. Those that a section does not show are
//!   those of docs/flows.md, the shop that all pages speak of.
//! * ```locales/de.yaml is a translation, ```knowledge/care.md a help article, ```catalog.csv the products.
//! * A ```test block is played on the bot, and must pass. A section with a test and no flow goes on with the last bot above it.
//!
//! None of it may have a mistake or a warning. (docs/steps is checked by corpus.rs and docs/codes by
//! codes.rs, with their own rules.)
use crate::support::{compiled, mistakes, root};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use rapport::rehearsal::{rehearse, tell};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const SETTINGS: [&str; 3] = ["bot.yaml", "integrations.yaml", "philosophy.yaml"];
const ASKS: &str = "flow main\n  triage: What can I do for you?\n";

fn page(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|_| panic!("{name} is missing"))
}

/// Every page of docs/ and below, and the README.
fn pages() -> Vec<String> {
    let mut found = vec!["README.md".to_owned()];
    for folder in ["docs", "docs/steps", "docs/codes"] {
        let files = fs::read_dir(root().join(folder)).expect("a folder").flatten();
        let names = files.map(|f| f.file_name().to_string_lossy().into_owned()).filter(|n| n.ends_with(".md"));
        found.extend(names.map(|n| format!("{folder}/{n}")));
    }
    found.sort();
    found
}

/// Sections of a page: title, and code blocks by language.
fn sections(page: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut found = vec![(String::new(), vec![])];
    let (mut open, mut heading) = (None::<(String, String)>, false);
    for event in Parser::new(page) {
        match event {
            Event::Start(Tag::Heading { .. }) => {
                found.push((String::new(), vec![]));
                heading = true;
            }
            Event::End(TagEnd::Heading(_)) => heading = false,
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(kind))) => open = Some((kind.to_string(), String::new())),
            Event::Text(text) | Event::Code(text) => match (&mut open, found.last_mut()) {
                (Some((_, all)), _) => all.push_str(&text),
                (None, Some((title, _))) if heading => title.push_str(&text),
                _ => {}
            },
            Event::End(TagEnd::CodeBlock) => {
                if let (Some(block), Some((_, blocks))) = (open.take(), found.last_mut()) {
                    blocks.push(block);
                }
            }
            _ => {}
        }
    }
    found
}

/// The settings that the pages speak of: those of docs/flows.md.
fn common() -> BTreeMap<String, String> {
    let all = sections(&page("docs/flows.md")).into_iter().flat_map(|(_, blocks)| blocks);
    all.filter(|(kind, _)| SETTINGS.contains(&kind.as_str())).collect()
}

/// The bot that a section shows, as files.
fn files(blocks: &[(String, String)], common: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let of = |kind: &str| blocks.iter().filter(move |(k, _)| k == kind).map(|(_, t)| t.clone()).collect::<Vec<_>>();
    let flows = of("flow");
    let mut all: Vec<(String, String)> = Vec::new();
    for (i, flow) in flows.iter().enumerate() {
        let first = flow.lines().find(|l| !l.starts_with('#') && !l.trim().is_empty()).unwrap_or_default();
        let whole = first.starts_with("flow ");
        let text = if whole { flow.clone() } else { wrapped(flow) };
        all.push((format!("example{i}.flow"), text));
    }
    if !all.iter().any(|(_, t)| t.lines().any(|l| l == "flow main")) {
        all.push(("main.flow".into(), ASKS.into()));
    }
    all.extend(of("test").into_iter().enumerate().map(|(i, t)| (format!("tests/example{i}.flow"), t)));
    all.extend(
        blocks
            .iter()
            .filter(|(k, _)| k.starts_with("locales/") || k.starts_with("knowledge/") || k == "catalog.csv")
            .cloned(),
    );
    for kind in SETTINGS {
        let text = of(kind).first().cloned().or_else(|| common.get(kind).cloned());
        all.extend(text.map(|t| (kind.to_owned(), t)));
    }
    all
}

fn wrapped(piece: &str) -> String {
    let lines = piece.lines().map(|l| if l.trim().is_empty() { "\n".into() } else { format!("  {l}\n") });
    std::iter::once("flow main\n".to_owned()).chain(lines).collect()
}

#[test]
fn every_example_of_the_docs_is_checked_and_played() {
    let common = common();
    assert!(common.len() >= 2, "docs/flows.md shows bot.yaml and integrations.yaml");
    let (mut wrong, mut bots, mut played) = (Vec::new(), 0, 0);
    for name in pages().iter().filter(|n| !n.starts_with("docs/steps/") && !n.starts_with("docs/codes/")) {
        let mut above = Vec::new();
        for (title, mut blocks) in sections(&page(name)) {
            let shows = |kind: &str| blocks.iter().any(|(k, _)| k == kind);
            if !shows("flow") && shows("test") {
                blocks.extend(above.iter().cloned());
            } else if shows("flow") {
                above = blocks.iter().filter(|(k, _)| k != "test").cloned().collect();
            } else if !SETTINGS.iter().any(|kind| shows(kind)) {
                continue;
            }
            let files = files(&blocks, &common);
            bots += 1;
            let list: Vec<_> = files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
            let compiled = compiled(&list);
            let found = mistakes(&compiled);
            let Some(bot) = compiled.bot.as_ref().filter(|_| found.is_empty()) else {
                wrong.push(format!("{name}, {title}:\n{found}"));
                continue;
            };
            for report in bot.tests.iter().map(|t| rehearse(bot, t)) {
                played += 1;
                if report.failure.is_some() {
                    wrong.push(format!("{name}, {title}:\n{}", tell(&report)));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(bots > 20 && played > 20, "{bots} bots, {played} tests: are the examples still found?");
}

#[test]
fn the_readmes_mistake_is_a_real_one() {
    let all: Vec<_> = sections(&page("README.md")).into_iter().flat_map(|(_, blocks)| blocks).collect();
    let flow = all
        .iter()
        .find(|(_, t)| t.starts_with("flow main"))
        .map(|(_, t)| t.replace("escalate:", "esclate:"))
        .expect("a flow");
    let shown =
        all.iter().find(|(_, t)| t.starts_with("mistake[")).map(|(_, t)| t.trim().to_owned()).expect("a mistake");
    let bot = "teams: { refunds: {}, general: {} }\n";
    let compiled = compiled(&[("main.flow", &flow), ("bot.yaml", bot)]);
    assert_eq!(mistakes(&compiled).trim(), shown);
}

/// What headings are called in links, as code hosts and mdBook do.
fn anchors(page: &str) -> BTreeSet<String> {
    let kept = |c: char| match c {
        c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
        c => c.is_whitespace().then_some('-'),
    };
    let name = |title: String| title.chars().filter_map(kept).flat_map(char::to_lowercase).collect();
    sections(page).into_iter().map(|(title, _)| name(title)).collect()
}

/// Links of a page that stay within the project, as file and anchor.
fn links(name: &str) -> Vec<(PathBuf, Option<String>, String)> {
    let text = page(name);
    let folder = root().join(name).parent().expect("a folder").to_owned();
    let mut found = Vec::new();
    for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
        let Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) = event else { continue };
        if dest_url.contains("://") || dest_url.starts_with("mailto:") {
            continue;
        }
        let (file, anchor) = dest_url.split_once('#').map_or((&*dest_url, None), |(f, a)| (f, Some(a.to_owned())));
        let path = if file.is_empty() { root().join(name) } else { folder.join(file) };
        found.push((path, anchor, dest_url.to_string()));
    }
    found
}

#[test]
fn links_lead_somewhere() {
    let docs = fs::canonicalize(root().join("docs")).expect("docs");
    for name in pages() {
        for (path, anchor, url) in links(&name) {
            let Ok(path) = fs::canonicalize(&path) else { panic!("{name}: {url} leads nowhere") };
            let inside = path.starts_with(&docs);
            assert!(
                inside || name == "README.md",
                "{name}: {url} leaves docs/, so it leads nowhere on a server or in the book"
            );
            // mdBook renames a folder's README.md and forgets the links to it.
            let readme = name.starts_with("docs/") && name != "docs/SUMMARY.md" && path.ends_with("README.md");
            assert!(!readme, "{name}: {url} would be broken in the book; name another page");
            if let Some(anchor) = anchor {
                let text = fs::read_to_string(&path).expect("a page");
                assert!(anchors(&text).contains(&anchor), "{name}: {url}: that page has no such heading");
            }
        }
    }
}

#[test]
fn the_table_of_contents_names_every_page_once() {
    let named: Vec<_> = links("docs/SUMMARY.md").into_iter().map(|(path, ..)| path).collect();
    let unique: BTreeSet<_> = named.iter().collect();
    assert_eq!(named.len(), unique.len(), "docs/SUMMARY.md names a page twice");
    for name in pages().iter().filter(|n| n.starts_with("docs/") && *n != "docs/SUMMARY.md") {
        assert!(unique.contains(&root().join(name)), "docs/SUMMARY.md does not name {name}");
    }
}

#[test]
fn the_list_of_steps_names_every_step() {
    let text = page("docs/steps.md");
    for spec in rapport::language::steps::STEPS {
        let link = format!("(steps/{}.md)", spec.word.replace(' ', "_"));
        assert!(text.contains(&link), "docs/steps.md does not name {}", spec.word);
    }
}

#[test]
fn every_built_in_flow_and_filter_is_told() {
    let text = page("docs/flows.md");
    let files = fs::read_dir(root().join("flows/house")).expect("the built-in flows").flatten();
    for file in files.map(|f| f.path()).filter(|f| f.extension().is_some_and(|e| e == "flow")) {
        let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
        assert!(text.contains(&format!("`{name}`")), "docs/flows.md does not name the flow {name}");
    }
    let words = rapport::bot::template::BUILT_IN.iter().chain(rapport::bot::template::FILTERS);
    for word in words {
        assert!(text.contains(&format!("`{word}")), "docs/flows.md does not name `{word}`");
    }
}

#[test]
fn every_setting_has_its_place_in_the_docs() {
    for (file, page_name) in
        [("src/bot/settings/read.rs", "docs/bot-yaml.md"), ("src/bot/integrations/read/mod.rs", "docs/integrations.md")]
    {
        let (source, text) = (page(file), page(page_name));
        for key in known_keys(&source) {
            assert!(text.contains(&key), "{page_name} does not speak of `{key}`");
        }
    }
}

/// The words in the lists of known keys that a reader of settings begins with.
fn known_keys(source: &str) -> Vec<String> {
    let lists = source.split("const ").filter(|c| c.contains(": &[&str] ="));
    let bodies = lists.filter_map(|c| c.split_once('=')?.1.split_once(';').map(|(body, _)| body));
    let keys: Vec<_> = bodies.flat_map(|b| b.split('"').skip(1).step_by(2)).map(str::to_owned).collect();
    assert!(Path::new(&keys.join("/")).components().count() > 2, "the list of known keys is no longer found");
    keys
}

/// The blocks of one language of the tutorial, in their order.
fn tutorial(kind: &str) -> Vec<String> {
    let all = sections(&page("docs/tutorial.md")).into_iter().flat_map(|(_, blocks)| blocks);
    all.filter(|(k, _)| k == kind).map(|(_, text)| text).collect()
}

/// Every command of the tutorial that prints something, in a folder of its own.
#[test]
fn the_tutorial_says_what_is_really_printed() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let run = |args: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_rapport"));
        let out = command.args(args).current_dir(&folder).output().expect("rapport runs");
        format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr)).trim().to_owned()
    };
    let put = |file: &str, text: &str| fs::write(folder.path().join("my-shop").join(file), text).expect("written");
    let (settings, flow, test) = (tutorial("bot.yaml"), tutorial("flow"), tutorial("test"));
    let made = run(&["new", "my-shop"]);
    put("bot.yaml", &settings[0]);
    put("main.flow", &flow[0]);
    let fine = run(&["check", "my-shop"]);
    put("main.flow", &flow[0].replace("escalate:", "esclate:"));
    let mistake = run(&["check", "my-shop"]);
    put("main.flow", &flow[0]);
    put("tests/first.flow", &test[0]);
    let tested = run(&["test", "my-shop"]);
    put("bot.yaml", &format!("{}{}", settings[0], settings[1]));
    let embedded = run(&["check", "my-shop"]);
    let said: Vec<_> = tutorial("text").iter().map(|t| t.trim().to_owned()).collect();
    assert_eq!(said, [made, fine.clone(), mistake, tested]);
    assert_eq!(embedded, fine);
}

#[tokio::test]
async fn every_link_of_the_served_pages_leads_somewhere() {
    let served = crate::served::Served::new().await;
    let (mut todo, mut bodies) = (vec!["/docs".to_owned()], BTreeMap::<String, String>::new());
    let mut anchors = Vec::new();
    while let Some(path) = todo.pop() {
        if bodies.contains_key(&path) {
            continue;
        }
        let response = served.client.get(served.url(&path)).send().await.expect("an answer");
        assert_eq!(response.status(), 200, "{path}");
        let body = response.text().await.expect("a page").replace("&#x2f;", "/");
        for href in body.split("href=\"").skip(1).filter_map(|p| p.split('"').next()) {
            if let Some((file, anchor)) = href.split_once('#').filter(|(f, _)| f.is_empty() || f.starts_with("/docs")) {
                let file = if file.is_empty() { path.clone() } else { file.to_owned() };
                anchors.push((file.clone(), anchor.to_owned()));
                todo.push(file);
            } else if href.starts_with("/docs") {
                todo.push(href.to_owned());
            } else {
                assert!(href.contains("://") || href.starts_with('/'), "{path} leads to {href}");
            }
        }
        bodies.insert(path, body);
    }
    assert!(bodies.len() > 30, "only {} pages are reached", bodies.len());
    for (file, anchor) in anchors {
        assert!(bodies[&file].contains(&format!("id=\"{anchor}\"")), "{file} has no #{anchor}");
    }
}
