//! Every route stands in the matrix below, with who may use it, and the matrix is walked: a route that is missing fails, and so
//! does one that lets others in.
use super::served::Served;
use super::support::root;
use super::visitor::{Browser, ann, invited};
use std::collections::{BTreeMap, BTreeSet};

const ALL: &[&str] = &["nobody", "viewer", "author", "agent", "lead", "owner"];
const STAFF: &[&str] = &["viewer", "author", "agent", "lead", "owner"];
const WRITERS: &[&str] = &["author", "agent", "lead", "owner"];
const AGENTS: &[&str] = &["agent", "lead", "owner"];
const LEADS: &[&str] = &["lead", "owner"];

/// Method, route, who may.
const MATRIX: &[(&str, &str, &[&str])] = &[
    ("get", "/", ALL),
    ("get", "/chat/{bot}", ALL),
    ("get", "/chat/{bot}/look.css", ALL),
    ("get", "/docs", ALL),
    ("get", "/docs/{*page}", ALL),
    ("get", "/widget.js", ALL),
    ("get", "/assets/{*path}", ALL),
    ("get", "/healthz", ALL),
    ("get", "/readyz", ALL),
    ("get", "/login", ALL),
    ("post", "/login", ALL),
    ("get", "/login/code", ALL),
    ("post", "/login/code", ALL),
    ("post", "/logout", ALL),
    ("get", "/welcome/{token}", ALL),
    ("post", "/welcome/{token}", ALL),
    ("get", "/v1/chat/{bot}", ALL),
    ("any", "/v1/chat/{bot}/socket", ALL),
    ("get", "/v1/chat/{bot}/tickets/{reference}", ALL),
    ("post", "/v1/chat/{bot}/sessions", ALL),
    ("post", "/v1/chat/{bot}/sessions/{session}/messages", ALL),
    ("post", "/v1/chat/{bot}/sessions/{session}/files", ALL),
    ("get", "/v1/chat/{bot}/sessions/{session}/files/{file}", ALL),
    ("post", "/v1/chat/{bot}/sessions/{session}/event", ALL),
    ("get", "/v1/chat/{bot}/sessions/{session}/events", ALL),
    ("get", "/v1/chat/{bot}/sessions/{session}/stream", ALL),
    ("get", "/inbox", STAFF),
    ("get", "/inbox/contacts", STAFF),
    ("get", "/inbox/contacts/{id}", STAFF),
    ("post", "/inbox/contacts/{id}", AGENTS),
    ("post", "/inbox/contacts/{id}/note", AGENTS),
    ("post", "/inbox/contacts/{id}/erase", LEADS),
    ("get", "/inbox/contacts/import", LEADS),
    ("post", "/inbox/contacts/import", LEADS),
    ("post", "/inbox/contacts/export", LEADS),
    ("get", "/v1/inbox/sessions/{session}/files/{file}", STAFF),
    ("any", "/v1/inbox/socket", STAFF),
    ("get", "/me", STAFF),
    ("post", "/me/password", STAFF),
    ("get", "/me/second", STAFF),
    ("post", "/me/second", STAFF),
    ("post", "/me/second/end", STAFF),
    ("post", "/people/{id}/logins/{login}/end", STAFF),
    ("get", "/v1/inbox/chats/{session}/test", WRITERS),
    ("post", "/v1/inbox/chats/{session}/test", WRITERS),
    ("get", "/people", LEADS),
    ("post", "/people/invite", LEADS),
    ("post", "/people/links/{id}/withdraw", LEADS),
    ("get", "/people/{id}", LEADS),
    ("post", "/people/{id}", LEADS),
    ("post", "/people/{id}/active", LEADS),
    ("post", "/people/{id}/new-password", LEADS),
    ("post", "/people/{id}/second/end", LEADS),
    ("post", "/people/second-factor", LEADS),
    ("get", "/replies", LEADS),
    ("post", "/replies", LEADS),
    ("post", "/replies/remove", LEADS),
    ("get", "/record", LEADS),
    ("get", "/webhooks", LEADS),
    ("post", "/webhooks/replay", LEADS),
    ("get", "/insights", LEADS),
];

/// What `router.rs` says, as pairs of method and route.
fn routes() -> BTreeSet<(String, String)> {
    let text = std::fs::read_to_string(root().join("src/web/router.rs")).expect("the router");
    let mut found = BTreeSet::new();
    for call in text.split(".route(\"").skip(1) {
        let (route, rest) = call.split_once('"').expect("a route ends");
        let end =
            [".route(", ".layer(", ".route_layer(", ".merge(", "\n    let "].iter().filter_map(|e| rest.find(e)).min();
        let handlers = &rest[..end.unwrap_or(rest.len())];
        for method in ["get", "post", "put", "patch", "delete", "any"] {
            if handlers.contains(&format!(" {method}(")) || handlers.contains(&format!(".{method}(")) {
                found.insert((method.to_owned(), route.to_owned()));
            }
        }
    }
    found
}

#[test]
fn every_route_stands_in_the_matrix() {
    let known: BTreeSet<_> = MATRIX.iter().map(|(m, r, _)| ((*m).to_owned(), (*r).to_owned())).collect();
    let routes = routes();
    assert!(routes.len() > 30, "the router is read: {routes:?}");
    let missing: Vec<_> = routes.difference(&known).collect();
    assert!(missing.is_empty(), "say in tests/all/roles.rs who may use {missing:?}");
    let gone: Vec<_> = known.difference(&routes).collect();
    assert!(gone.is_empty(), "the router has no {gone:?}");
}

fn path(route: &str) -> String {
    let session = "0192f0c1-2d7a-7b8c-9d0e-1f2a3b4c5d6e";
    let fill = [
        ("{bot}", "test"),
        ("{session}", session),
        ("{id}", "999"),
        ("{*page}", "flows"),
        ("{*path}", "shared/icon.svg"),
    ];
    let path = fill.iter().fold(route.to_owned(), |path, (name, value)| path.replace(name, value));
    ["{token}", "{login}", "{file}", "{reference}"].iter().fold(path, |path, name| path.replace(name, "0000"))
}

/// Whether somebody gets past the door. What is behind it may well refuse these requests, with other words.
async fn gets_in(browser: &mut Browser, method: &str, path: &str) -> bool {
    let page = if method == "post" { browser.post(path, &[]).await } else { browser.get(path).await };
    let to_the_login = page.status == 303 && page.header("location") == "/login" && path != "/login/code";
    let by_role = page.text.contains("Not for your role") || page.text.contains("\"not_allowed\"");
    !(to_the_login || by_role || page.status == 401 && page.text.contains("\"log_in\""))
}

#[tokio::test]
async fn the_matrix_holds_for_every_role() {
    let served = Served::new().await;
    let mut owner = ann(&served).await;
    let mut all: BTreeMap<&str, Browser> = BTreeMap::new();
    for role in ["viewer", "author", "agent", "lead"] {
        all.insert(role, invited(&served, &mut owner, role, role).await);
    }
    all.insert("owner", owner);
    all.insert("nobody", Browser::new(&served));
    let mut wrong = Vec::new();
    for (method, route, allowed) in MATRIX {
        for (role, browser) in &mut all {
            let mut browser = browser.clone();
            if gets_in(&mut browser, method, &path(route)).await != allowed.contains(role) {
                wrong.push(format!("{method} {route} as {role}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
