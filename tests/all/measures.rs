//! What a server tells of itself at `/metrics`: a turn moves what it should, nothing of a customer is in it, and every name is
//! documented.
use super::served::{Served, client};
use super::support::root;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

/// A scrape: values by name and labels.
async fn scrape(address: SocketAddr) -> BTreeMap<String, f64> {
    let answer = client().get(format!("http://{address}/metrics")).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let kind = answer.headers()["content-type"].to_str().expect("a type").to_owned();
    assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
    let text = answer.text().await.expect("a text");
    assert!(text.ends_with("# EOF\n"), "{text}");
    let lines = text.lines().filter(|l| !l.starts_with('#'));
    lines
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').expect("a value");
            (name.to_owned(), value.parse().expect("a number"))
        })
        .collect()
}

fn at(all: &BTreeMap<String, f64>, name: &str) -> f64 {
    all.get(name).copied().unwrap_or(0.0)
}

#[tokio::test]
async fn a_turn_moves_what_it_should() {
    let mut served = Served::new().await;
    let address = served.server.measured_at(SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("it listens");
    let nothing = scrape(address).await;
    assert_eq!(at(&nothing, "rapport_turns_total{bot=\"test\"}"), 0.0);
    assert_eq!(at(&nothing, "rapport_chats_loaded"), 0.0);
    let (mut chat, ..) = served.begin().await;
    chat.items_until("Which colour").await;
    let before = scrape(address).await;
    assert_eq!(at(&before, "rapport_turns_total{bot=\"test\"}"), 1.0);
    assert_eq!(at(&before, "rapport_sockets{with=\"customer\"}"), 1.0);
    assert_eq!(at(&before, "rapport_chats_loaded"), 1.0);
    let green = json!({ "t": "say", "cid": "a", "text": "canarygreen mara@example.com" });
    assert_eq!(chat.answer(green).await["t"], "ack");
    chat.items_until("Which size").await;
    assert_eq!(chat.answer(json!({ "t": "tap", "cid": "b", "choice": "nothing" })).await["code"], "not_offered");
    assert_eq!(chat.answer(json!({ "t": "person", "cid": "c" })).await["t"], "ack");
    let after = scrape(address).await;
    let moved = |name: &str| at(&after, name) - at(&before, name);
    assert!(moved("rapport_turns_total{bot=\"test\"}") >= 2.0);
    for stage in ["wait", "engine", "commit", "deliver"] {
        let name = format!("rapport_stage_seconds_count{{stage=\"{stage}\"}}");
        assert!(moved(&name) >= 1.0, "{name} in {after:?}");
    }
    assert!(at(&after, "rapport_stage_seconds_sum{stage=\"commit\"}") > 0.0);
    assert!(at(&after, "rapport_stage_seconds_count{stage=\"wake\"}") >= 1.0);
    assert!(moved("rapport_commits_total{result=\"kept\"}") >= 2.0);
    assert!(moved("rapport_commit_writes_count") >= 2.0);
    assert_eq!(moved("rapport_refusals_total{code=\"not_offered\"}"), 1.0);
    let waiting: f64 =
        after.iter().filter(|(n, _)| n.starts_with("rapport_desk_waiting")).map(|(_, waiting)| waiting).sum();
    assert_eq!(waiting, 1.0, "{after:?}");
    let all = format!("{after:?}");
    for word in ["canarygreen", "mara", "example.com"] {
        assert!(!all.contains(word), "{word}");
    }
    drop(chat);
    // The measures are at no address that customers have.
    let response = served.client.get(served.url("/metrics")).send().await.expect("an answer");
    assert_eq!(response.status(), 404);
    let page = std::fs::read_to_string(root().join("docs/operations.md")).expect("the page");
    let stems = ["_total", "_count", "_sum", "_bucket"];
    let plain = |name: &String| {
        let name = name.split('{').next().unwrap_or(name);
        stems.iter().find_map(|stem| name.strip_suffix(stem)).unwrap_or(name).to_owned()
    };
    for name in after.keys().map(plain).collect::<BTreeSet<_>>() {
        assert!(page.contains(&format!("`{name}")), "docs/operations.md does not tell of {name}");
    }
}
