//! The literate corpus: docs/steps explains a step a page, tests/corpus the rest, and each of their examples is run. A section holds a
//! flow (```flow), perhaps settings (```bot.yaml, ```integrations.yaml, ```philosophy.yaml), and what comes of it: ```diagnostics or
//! ```transcript. `RAPPORT_UPDATE=1` writes what really comes of it into the pages; read the difference before you keep it.
use crate::play;
use crate::support::{MORNING, compiled, mistakes, root, shipped};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use rapport::rehearsal;
use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::Path;

/// The page whose examples run on the bot that we ship.
const SHIPPED: &str = "bluebird.md";

struct Block {
    kind: String,
    text: String,
    /// Bytes of the text in the page.
    place: Range<usize>,
}

fn blocks(page: &str) -> Vec<Vec<Block>> {
    let mut sections = vec![vec![]];
    let mut open: Option<Block> = None;
    for (event, place) in Parser::new(page).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { .. }) => sections.push(vec![]),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(kind))) => {
                open = Some(Block { kind: kind.to_string(), text: String::new(), place: 0..0 });
            }
            Event::Text(text) => {
                if let Some(block) = &mut open {
                    if block.text.is_empty() {
                        block.place.start = place.start;
                    }
                    block.text.push_str(&text);
                    block.place.end = place.end;
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                if let (Some(block), Some(section)) = (open.take(), sections.last_mut()) {
                    section.push(block);
                }
            }
            _ => {}
        }
    }
    sections
}

/// What really comes of a section: the text that its last block should hold.
fn really(section: &[Block], page: &str) -> Option<(Range<usize>, String, String)> {
    let expected = section.iter().find(|b| b.kind == "diagnostics" || b.kind == "transcript")?;
    assert!(!expected.place.is_empty(), "{page}: write an empty line into the empty {} block", expected.kind);
    let find = |kind: &str| section.iter().find(|b| b.kind == kind).map(|b| b.text.as_str());
    if page == SHIPPED && expected.kind == "transcript" {
        let bot = shipped().into_iter().find(|b| b.id == "bluebird").expect("bluebird is shipped");
        let actual = format!("{}\n", play::transcript(&bot, MORNING, &expected.text).trim_end());
        return Some((expected.place.clone(), expected.text.clone(), actual));
    }
    let flow = find("flow").unwrap_or_else(|| panic!("{page}: a section has a {} and no flow", expected.kind));
    let main = "flow main\n  triage: What can I do for you?\n";
    let mut files = vec![("example.flow", flow)];
    if !flow.contains("flow main") {
        files.push(("main.flow", main));
    }
    files.extend(find("bot.yaml").map(|t| ("bot.yaml", t)));
    files.extend(find("philosophy.yaml").map(|t| ("philosophy.yaml", t)));
    files.extend(find("integrations.yaml").map(|t| ("integrations.yaml", t)));
    let compiled = compiled(&files);
    let found = mistakes(&compiled);
    let actual = match (expected.kind.as_str(), &compiled.bot) {
        ("diagnostics", _) => found,
        (_, Some(bot)) => play::transcript(bot, MORNING, &expected.text),
        (_, None) => panic!("{page}: the flow of a transcript has mistakes\n{found}"),
    };
    Some((expected.place.clone(), expected.text.clone(), format!("{}\n", actual.trim_end())))
}

fn check(path: &Path) -> Result<usize, String> {
    let name = path.file_name().expect("a name").to_string_lossy().into_owned();
    let page = fs::read_to_string(path).expect("a page");
    let update = std::env::var_os("RAPPORT_UPDATE").is_some();
    let (mut fresh, mut wrong, mut count) = (page.clone(), Vec::new(), 0);
    let mut sections: Vec<_> = blocks(&page).iter().filter_map(|s| really(s, &name)).collect();
    sections.sort_by_key(|(place, ..)| std::cmp::Reverse(place.start));
    for (place, expected, actual) in sections {
        count += 1;
        if expected != actual {
            wrong.push(format!("{name}:\n--- the page says\n{expected}--- really\n{actual}"));
            fresh.replace_range(place, &actual);
        }
    }
    if update && fresh != page {
        fs::write(path, fresh).expect("the page can be written");
    }
    match wrong.is_empty() || update {
        true if count == 0 => Err(format!("{name} holds no example")),
        true => Ok(count),
        false => Err(wrong.join("\n")),
    }
}

/// In the page of the bot that we explain, or in a conversation test in the bot's own folder.
#[test]
fn every_flow_that_we_ship_has_a_transcript() {
    let page = fs::read_to_string(root().join("tests/corpus").join(SHIPPED)).expect("the page");
    for bot in shipped() {
        let tested: BTreeSet<String> =
            bot.tests.iter().flat_map(|t| rehearsal::rehearse(&bot, t).walked).map(|w| w.flow).collect();
        for flow in bot.flows.values().filter(|f| !f.house && f.name != "main" && !tested.contains(&f.name)) {
            let explained = bot.id == "bluebird"
                && (page.contains(&format!("## {}\n", flow.name)) || page.contains(&format!("`{}`", flow.name)));
            assert!(explained, "{} of {} has no transcript in {SHIPPED} and no test in tests/", flow.name, bot.id);
        }
    }
}

#[test]
fn every_example_of_every_page_is_true() {
    let mut problems = Vec::new();
    let mut pages = 0;
    let folders = ["docs/steps", "tests/corpus"].map(|f| fs::read_dir(root().join(f)).expect("the corpus").flatten());
    for entry in folders.into_iter().flatten() {
        if entry.path().extension().is_some_and(|e| e == "md") {
            pages += 1;
            problems.extend(check(&entry.path()).err());
        }
    }
    assert!(pages > 0, "the corpus is empty");
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}
