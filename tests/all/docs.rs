//! What the docs say is true.
use crate::support::{compiled, mistakes, root};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use std::fs;

const BOT: &str = "teams: { refunds: {}, general: {} }\n";
const SHOP: &str = "shop:
  base: https://shop.example/api
  find_order: { get: \"/orders/{{ number }}\", outcomes: { 200: found, 404: not_found }, gives: { number: text, total: money } }
";

/// Code blocks: their language and text.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open: Option<(String, String)> = None;
    for event in Parser::new(page) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(kind))) => open = Some((kind.to_string(), String::new())),
            Event::Text(text) => {
                if let Some((_, all)) = &mut open {
                    all.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) => found.extend(open.take()),
            _ => {}
        }
    }
    found
}

fn page(name: &str) -> String {
    fs::read_to_string(root().join(name)).expect("a page")
}

#[test]
fn flows_in_the_docs_have_no_mistakes() {
    for name in ["README.md", "docs/flows.md"] {
        let flows: Vec<_> = blocks(&page(name)).into_iter().filter(|(_, t)| t.starts_with("flow main")).collect();
        assert!(!flows.is_empty(), "{name} shows no flow");
        for (_, flow) in flows {
            let compiled = compiled(&[("main.flow", &flow), ("bot.yaml", BOT), ("integrations.yaml", SHOP)]);
            assert!(compiled.bot.is_some(), "{name}:\n{}", mistakes(&compiled));
        }
    }
}

#[test]
fn the_readmes_mistake_is_a_real_one() {
    let all = blocks(&page("README.md"));
    let flow = all
        .iter()
        .find(|(_, t)| t.starts_with("flow main"))
        .map(|(_, t)| t.replace("escalate:", "esclate:"))
        .expect("a flow");
    let shown =
        all.iter().find(|(_, t)| t.starts_with("mistake[")).map(|(_, t)| t.trim().to_owned()).expect("a mistake");
    let compiled = compiled(&[("main.flow", &flow), ("bot.yaml", BOT)]);
    assert_eq!(mistakes(&compiled).trim(), shown);
}

#[test]
fn settings_in_the_docs_are_settings() {
    for (kind, text) in blocks(&page("docs/flows.md")).into_iter().filter(|(k, _)| k == "yaml") {
        let file = if text.contains("base:") { "integrations.yaml" } else { "bot.yaml" };
        let compiled = compiled(&[("main.flow", "flow main\n  triage: Well?\n"), (file, &text)]);
        assert!(compiled.bot.is_some(), "{kind}:\n{}", mistakes(&compiled));
    }
}

#[test]
fn links_in_the_docs_lead_somewhere() {
    for name in ["README.md", "docs/flows.md", "docs/decisions.md", "docs/protocol.md"] {
        let text = page(name);
        let folder = root().join(name).parent().expect("a folder").to_owned();
        for event in Parser::new(&text) {
            if let Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) = event
                && !dest_url.contains("://")
                && !dest_url.starts_with('#')
            {
                assert!(folder.join(dest_url.as_ref()).exists(), "{name}: {dest_url} leads nowhere");
            }
        }
    }
}
