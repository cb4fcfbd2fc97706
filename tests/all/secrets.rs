//! Secret answers: they reach the system that needs them, and nothing else ever holds them.
use crate::support::{Hand, bot, compiled};
use rapport::bot::Bot;
use rapport::bus::local::LocalBus;
use rapport::engine::{Answer, What};
use rapport::id::SessionId;
use rapport::runtime::ports::{Connector, Request};
use rapport::runtime::{Limits, Opening, Parts, Refusal, Runtime, Said};
use rapport::store::Sqlite;
use serde_json::Map;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const PIN: &str = "83641902";
const FLOW: &str = "flow main
  ask account: Which account?
    accept pattern [A-Z]{3}
  ask pin: Your PIN, please.
    accept pattern [0-9]{8}
    secret
  use bank.check with account, pin
    when it fails
      escalate: A colleague will check it.
  ask more: Right. What else?
";
const BANK: &str = "bank:
  base: https://bank.example
  check: { post: /pin, body: { account: \"{{ account }}\", pin: \"{{ pin }}\" }, retries: 3, outcomes: { 200: right } }
";

fn bank_bot() -> Arc<Bot> {
    bot(&[("main.flow", FLOW), ("integrations.yaml", BANK)])
}

/// A bank that writes down what it was asked, and answers or not.
struct Bank {
    answers: bool,
    asked: Mutex<Vec<String>>,
}

#[async_trait::async_trait]
impl Connector for Bank {
    async fn call(&self, request: Request) -> Answer {
        assert!(request.secret, "a connector is told what it must not repeat");
        self.asked.lock().expect("not poisoned").push(request.args["pin"].as_str().unwrap_or("").to_owned());
        if !self.answers {
            std::future::pending::<()>().await;
        }
        Answer::Outcome { outcome: "right".into(), fields: Map::new() }
    }
}

fn bank(answers: bool) -> Arc<Bank> {
    Arc::new(Bank { answers, asked: Mutex::default() })
}

async fn start(folder: &Path, clock: &Arc<Hand>, bank: &Arc<Bank>) -> Runtime {
    let parts = Parts {
        store: Arc::new(Sqlite::open(&folder.join("a.db")).expect("a store")),
        bus: Arc::new(LocalBus::default()),
        connector: bank.clone(),
        clock: clock.clone(),
        bots: vec![bank_bot()],
        limits: Limits::default(),
    };
    Runtime::start(parts).await.expect("it starts")
}

async fn say(runtime: &Runtime, session: SessionId, cid: &str, text: &str) -> Result<bool, Refusal> {
    runtime.customer(session, cid, Said::Text(text.to_owned())).await.map(|receipt| receipt.duplicate)
}

async fn said(runtime: &Runtime, session: SessionId) -> Vec<String> {
    let events = runtime.page(session, 0).await.expect("a page").events;
    events.into_iter().filter_map(|e| if let What::Message { text, .. } = e.what { Some(text) } else { None }).collect()
}

async fn until_said(runtime: &Runtime, session: SessionId, words: &str) {
    let start = Instant::now();
    while !said(runtime, session).await.iter().any(|t| t == words) {
        assert!(start.elapsed() < Duration::from_secs(20), "never said: {:?}", said(runtime, session).await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Every byte that was written, in whichever file.
fn on_disk(folder: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(folder).expect("a folder").filter_map(Result::ok);
    files.flat_map(|f| std::fs::read(f.path()).unwrap_or_default()).collect()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|w| w == text.as_bytes())
}

#[tokio::test]
async fn a_secret_reaches_the_system_and_no_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    let bank = bank(true);
    let runtime = start(folder.path(), &Hand::new(), &bank).await;
    let session = runtime.open("test", Opening::default()).await.expect("a chat").session;
    say(&runtime, session, "c1", "ABC").await.expect("kept");
    // One that does not fit is as secret as one that does.
    say(&runtime, session, "c2", "836419").await.expect("kept");
    say(&runtime, session, "c3", PIN).await.expect("kept");
    assert_eq!(say(&runtime, session, "c3", PIN).await, Ok(true), "the same message again is the same message");
    until_said(&runtime, session, "Right. What else?").await;
    assert_eq!(*bank.asked.lock().expect("not poisoned"), [PIN]);
    let view = serde_json::to_string(&runtime.view(session).await.expect("a view")).expect("JSON");
    assert!(!view.contains("8364"), "{view}");
    let journal = serde_json::to_string(&runtime.page(session, 0).await.expect("a page").events).expect("JSON");
    assert!(!journal.contains("8364") && journal.contains("•••••"), "{journal}");
    runtime.stop().await;
    let bytes = on_disk(folder.path());
    assert!(holds(&bytes, "ABC") && !holds(&bytes, "836419"), "a disk never sees it");
}

#[tokio::test]
async fn a_call_with_a_secret_is_made_once_even_through_a_crash() {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = Hand::new();
    let silent = bank(false);
    let runtime = start(folder.path(), &clock, &silent).await;
    let session = runtime.open("test", Opening::default()).await.expect("a chat").session;
    say(&runtime, session, "c1", "ABC").await.expect("kept");
    say(&runtime, session, "c2", PIN).await.expect("kept");
    let start_of_wait = Instant::now();
    while silent.asked.lock().expect("not poisoned").is_empty() {
        assert!(start_of_wait.elapsed() < Duration::from_secs(20), "the bank is never asked");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    drop(runtime);
    let again = bank(true);
    clock.forward(Duration::from_secs(120));
    let runtime = start(folder.path(), &clock, &again).await;
    until_said(&runtime, session, "A colleague will check it.").await;
    assert!(again.asked.lock().expect("not poisoned").is_empty(), "it is not sent again");
    assert!(!holds(&on_disk(folder.path()), PIN));
    runtime.stop().await;
}

#[tokio::test]
async fn a_secret_that_a_restart_took_is_asked_for_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let flow = FLOW.replace("  use bank", "  ask sure: Shall I go on?\n    accept yes or no\n  use bank");
    let parts = |bank: &Arc<Bank>| Parts {
        store: Arc::new(Sqlite::open(&folder.path().join("a.db")).expect("a store")),
        bus: Arc::new(LocalBus::default()),
        connector: bank.clone(),
        clock: Hand::new(),
        bots: vec![bot(&[("main.flow", &flow), ("integrations.yaml", BANK)])],
        limits: Limits::default(),
    };
    let bank = bank(true);
    let runtime = Runtime::start(parts(&bank)).await.expect("it starts");
    let session = runtime.open("test", Opening::default()).await.expect("a chat").session;
    say(&runtime, session, "c1", "ABC").await.expect("kept");
    say(&runtime, session, "c2", PIN).await.expect("kept");
    runtime.stop().await;
    let runtime = Runtime::start(parts(&bank)).await.expect("it starts");
    say(&runtime, session, "c3", "yes").await.expect("kept");
    let asked = said(&runtime, session).await.iter().filter(|t| *t == "Your PIN, please.").count();
    assert_eq!(asked, 2, "{:?}", said(&runtime, session).await);
    say(&runtime, session, "c4", PIN).await.expect("kept");
    until_said(&runtime, session, "Right. What else?").await;
    assert_eq!(*bank.asked.lock().expect("not poisoned"), [PIN]);
    runtime.stop().await;
}

#[test]
fn a_photo_cannot_be_secret() {
    let flow = "flow main\n  ask card: A photo of your card, please.\n    accept photo\n    secret\n  use bank.check with account = 1, pin = card\n";
    let compiled = compiled(&[("main.flow", flow), ("integrations.yaml", BANK)]);
    let found: Vec<_> = compiled.diagnostics.iter().filter(|d| d.code == "F205").collect();
    assert!(found.iter().any(|d| d.problem.contains("photos and files are kept")), "{found:?}");
}
