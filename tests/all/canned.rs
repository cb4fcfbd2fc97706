//! Replies for all: kept by leads, in both stores, and used with a slash in a real Chromium.
use super::served::Served;
use super::visitor::{ann, at_work, invited};
use super::widget_stage::Stage;
use rapport::runtime::canned::{Canned, Keeping, MOST};
use rapport::runtime::ports::Store;
use rapport::store::{Memory, Sqlite};
use serde_json::json;
use std::sync::Arc;
use thirtyfour::prelude::*;

fn canned(name: &str, text: &str) -> Canned {
    Canned { name: name.into(), text: text.into() }
}

async fn kept_by_bot(store: Arc<dyn Store>) {
    let replies = store.replies();
    for (bot, name, text) in [("a", "late", "Old"), ("a", "hello", "Hi"), ("b", "late", "B"), ("a", "late", "New")] {
        assert_eq!(replies.keep_canned(bot, canned(name, text)).await.expect("asked"), Keeping::Done);
    }
    assert_eq!(replies.canned("a").await.expect("read"), [canned("hello", "Hi"), canned("late", "New")]);
    replies.drop_canned("a", "hello").await.expect("asked");
    assert_eq!(replies.canned("a").await.expect("read"), [canned("late", "New")]);
    assert_eq!(replies.canned("b").await.expect("read"), [canned("late", "B")]);
    for n in 1..MOST {
        replies.keep_canned("a", canned(&format!("n{n}"), "x")).await.expect("asked");
    }
    assert_eq!(replies.keep_canned("a", canned("more", "x")).await.expect("asked"), Keeping::Full);
    assert_eq!(replies.keep_canned("a", canned("late", "y")).await.expect("asked"), Keeping::Done, "in its place");
}

#[tokio::test]
async fn in_memory() {
    kept_by_bot(Arc::new(Memory::default())).await;
}

#[tokio::test]
async fn in_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    kept_by_bot(Arc::new(Sqlite::open(&folder.path().join("a.db")).expect("a store"))).await;
}

#[tokio::test]
async fn leads_write_them_and_open_inboxes_hear_of_it() {
    let served = Served::new().await;
    let mut owner = ann(&served).await;
    let mut agent = invited(&served, &mut owner, "Bob", "agent").await;
    let mut socket = at_work(&served, &mut owner).await;
    assert_eq!(socket.until("canned").await["replies"], json!({ "test": [] }));
    let csrf = owner.get("/replies").await.csrf();
    let evil = "<script>alert(1)</script> {name}";
    for (bot, name, text, status) in [
        ("test", "late-parcel", evil, 303),
        ("test", "two words", "x", 422),
        ("test", "", "x", 422),
        ("test", "empty", " ", 422),
        ("nobody", "late", "x", 422),
    ] {
        let form = [("csrf", csrf.as_str()), ("bot", bot), ("name", name), ("text", text)];
        assert_eq!(owner.post("/replies", &form).await.status, status, "{bot} {name}");
    }
    let all = json!({ "test": [{ "name": "late-parcel", "text": evil }] });
    assert_eq!(socket.until("canned").await["replies"], all);
    assert!(!owner.get("/replies").await.text.contains("<script>alert"));
    let own = agent.get("/me").await.csrf();
    let form = [("csrf", own.as_str()), ("bot", "test"), ("name", "late-parcel")];
    assert_eq!(agent.post("/replies/remove", &form).await.status, 403);
    let form = [("csrf", csrf.as_str()), ("bot", "test"), ("name", "late-parcel")];
    assert_eq!(owner.post("/replies/remove", &form).await.status, 303);
    assert_eq!(socket.until("canned").await["replies"], json!({ "test": [] }));
    assert!(owner.get("/record").await.text.contains("wrote a reply for all"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slash_finds_one_and_fills_it_in() -> WebDriverResult<()> {
    let flow = "flow main\n  greet\n    first time: Hello there.\n  ask name: Your name?\n    accept text\n  ask rest: And the rest?\n    accept text\n";
    let stage = Stage::new("", flow).await;
    let store = stage.runtime.as_ref().expect("a runtime").store().clone();
    let text = "Hello {name}, {agent} here. About {order_number}:";
    store.replies().keep_canned("test", canned("hello", text)).await.expect("kept");
    let customer = stage.window(420, 760).await?;
    customer.driver.goto(stage.url("/chat/test")).await?;
    customer.reads("log", "Your name").await?;
    customer.find("composer").await?.send_keys("Zoe" + Key::Enter).await?;
    customer.reads("log", "And the rest").await?;
    let window = stage.window(1440, 900).await?;
    let welcome = stage.server.as_ref().and_then(|s| s.welcome.clone()).expect("a link");
    window.driver.goto(welcome).await?;
    window.joins().await?;
    window.press("view-bot").await?;
    window.press("row").await?;
    window.press("take").await?;
    window.find("reply").await?.send_keys("/he").await?;
    window.find("canned").await?;
    window.shot("inbox-canned").await?;
    window.find("reply").await?.send_keys("" + Key::Enter).await?;
    let written =
        "return document.querySelector('[data-test=reply]').value === 'Hello Zoe, Ann here. About {order_number}:'";
    window.soon(written, "the filled reply").await;
    window.reads("hints", "{order_number} is not filled in").await?;
    window.shot("inbox-canned-filled").await
}
