//! Failure cases that no other room of the tests plays, and the table of all of them (docs/failure-cases.md). Time is tokio's own:
//! it stands still until everybody waits for it.
use super::fuzzed::targets::pipes::{Served, Socket, served};
use super::support::root;
use rapport::runtime::{Opening, PAGE, Said};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::time::{Instant, timeout};

async fn say(served: &Served, session: rapport::id::SessionId, cid: &str, text: &str) -> u64 {
    served.runtime.customer(session, cid, Said::Text(text.into())).await.expect("kept").seq
}

#[tokio::test(start_paused = true)]
async fn a_connection_without_a_sign_of_life_is_ended() {
    let served = served().await;
    let mut socket = served.socket().await;
    assert!(socket.send(r#"{"t":"hello"}"#.into()).await);
    assert!(socket.next().await.is_some());
    // Nobody answers the server's pings any more: the network on the way is gone.
    let (mut pipe, began, mut rest) = (socket.0.into_inner(), Instant::now(), Vec::new());
    timeout(Duration::from_secs(300), pipe.read_to_end(&mut rest)).await.expect("it ends").expect("read");
    let after = began.elapsed().as_secs();
    assert!((30..=130).contains(&after), "after {after} seconds");
}

/// Every batch until the server has answered a ping; they follow each other.
async fn batches(socket: &mut Socket, from: u64) -> Vec<Value> {
    assert!(socket.send(r#"{"t":"ping"}"#.into()).await);
    let (mut at, mut all) = (from, Vec::new());
    loop {
        let frame = socket.next().await.expect("a frame");
        match frame["t"].as_str() {
            Some("pong") => return all,
            Some("events") => {
                assert_eq!(frame["after"], at, "no gap");
                at = frame["upto"].as_u64().expect("a place");
                all.push(frame);
            }
            _ => {}
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_does_not_read_is_let_go_and_comes_back() {
    let served = served().await;
    let opened = served.runtime.open("test", Opening::default()).await.expect("a chat");
    let hello = |after: u64| {
        json!({ "t": "hello", "session": opened.session, "token": opened.token, "after": after }).to_string()
    };
    // There is room for a few answers on the way, and then none.
    let mut slow = served.socket_through(4 * 1024).await;
    assert!(slow.send(hello(0)).await);
    let other = served.runtime.open("test", Opening::default()).await.expect("another chat");
    let mut last = 0;
    for n in 0..60 {
        last = say(&served, opened.session, &format!("a{n}"), &"a colour ".repeat(20)).await;
        let began = Instant::now();
        say(&served, other.session, &format!("b{n}"), "blue").await;
        assert!(began.elapsed() < Duration::from_secs(1), "nobody else waits");
    }
    tokio::time::sleep(Duration::from_secs(15)).await;
    let mut rest = Vec::new();
    let mut pipe = slow.0.into_inner();
    timeout(Duration::from_secs(5), pipe.read_to_end(&mut rest)).await.expect("it was let go").expect("read");
    assert!(rest.len() <= 4 * 1024, "no more was kept for it than was on the way: {}", rest.len());
    let mut again = served.socket().await;
    assert!(again.send(hello(0)).await);
    let all = batches(&mut again, 0).await;
    assert!(all.last().is_some_and(|b| b["upto"].as_u64() >= Some(last)), "everything is there");
}

#[tokio::test(start_paused = true)]
async fn who_is_far_behind_gets_it_page_by_page() {
    let served = served().await;
    let opened = served.runtime.open("test", Opening::default()).await.expect("a chat");
    let mut last = 0;
    for n in 0..600 {
        last = say(&served, opened.session, &format!("a{n}"), "a colour").await;
    }
    let mut socket = served.socket().await;
    let hello = json!({ "t": "hello", "session": opened.session, "token": opened.token, "after": 0 });
    assert!(socket.send(hello.to_string()).await);
    let all = batches(&mut socket, 0).await;
    assert!(all.len() > 2, "{} pages", all.len());
    assert!(all.iter().all(|b| b["items"].as_array().is_some_and(|i| i.len() <= PAGE)));
    assert!(all.last().is_some_and(|b| b["upto"].as_u64() >= Some(last)));
}

/// The item that a message became.
async fn item(socket: &mut Socket, cid: &str) -> Value {
    loop {
        let frame = socket.next().await.expect("a frame");
        let items = frame["items"].as_array().cloned().unwrap_or_default();
        if let Some(own) = items.into_iter().find(|i| i["cid"] == cid) {
            return own;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn strange_signs_are_kept_as_they_are() {
    let served = served().await;
    let mut socket = served.socket().await;
    assert!(socket.send(r#"{"t":"hello"}"#.into()).await);
    let marks = format!("e{}", "\u{301}".repeat(3_900));
    let strange =
        ["a\0b", "a\u{202e}b\u{2066}c", "👩\u{200d}👩\u{200d}👧", "\u{feff}x", "a\u{85}\u{2028}b", marks.as_str()];
    for (n, text) in strange.iter().enumerate() {
        let cid = format!("c{n}");
        assert!(socket.send(json!({ "t": "say", "cid": cid, "text": text }).to_string()).await);
        assert_eq!(item(&mut socket, &cid).await["text"], *text, "{text:?}");
    }
    for (frame, code) in [
        (r#"{"t":"say","cid":"s","text":"\ud800"}"#.to_owned(), "bad_frame"),
        (json!({ "t": "say", "cid": "s", "text": "\0\u{200b} " }).to_string(), "empty"),
        (json!({ "t": "say", "cid": "s", "text": "\u{301}".repeat(4_001) }).to_string(), "too_large"),
    ] {
        assert!(socket.send(frame).await);
        let refused = loop {
            let frame = socket.next().await.expect("an answer");
            if frame["t"] == "error" {
                break frame;
            }
        };
        assert_eq!(refused["code"], code, "{refused}");
    }
}

/// The sources of a module of the tests: a file, or a folder; in the library where the tests have none.
fn sources(module: &str) -> String {
    fn all(path: &Path, found: &mut String) {
        if path.is_dir() {
            fs::read_dir(path).expect("a folder").flatten().for_each(|entry| all(&entry.path(), found));
        } else {
            found.push_str(&fs::read_to_string(path).unwrap_or_default());
        }
    }
    let mut found = String::new();
    for path in fs::read_dir(root().join("tests/all")).expect("the tests").flatten().map(|e| e.path()) {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if name == module || name.starts_with(&format!("{module}_")) {
            all(&path, &mut found);
        }
    }
    if found.is_empty() {
        all(&root().join("src"), &mut found);
    }
    found
}

#[test]
fn every_case_stands_in_the_table_and_every_test_that_it_names_exists() {
    let page = fs::read_to_string(root().join("docs/failure-cases.md")).expect("the table");
    for number in 1..=67 {
        assert!(page.contains(&format!("\n| {number} |")), "case {number} is missing");
    }
    let named = named_in(&page);
    assert!(named > 60, "{named} tests are named");
    let page = fs::read_to_string(root().join("docs/widget-cases.md")).expect("the table");
    for number in 1..=20 {
        assert!(page.contains(&format!("\n| {number} |")), "complaint {number} is missing");
    }
    let named = named_in(&page);
    assert!(named > 30, "{named} tests are named");
}

/// How many tests a page names; each is there.
fn named_in(page: &str) -> usize {
    let names = page.split('`').skip(1).step_by(2).filter(|name| name.contains("::"));
    let found = names.inspect(|name| {
        let (module, test) = (name.split("::").next().unwrap_or(name), name.rsplit("::").next().unwrap_or(name));
        assert!(sources(module).contains(&format!("fn {test}(")), "there is no test `{name}`");
    });
    found.count()
}
