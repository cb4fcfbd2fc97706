//! Many chats over time: nothing lost, nothing twice, through restarts and races.
#[path = "runtime_faults.rs"]
mod faults;

use crate::support::{Hand, NoSystems, bot};
use rapport::bot::Bot;
use rapport::bus::local::LocalBus;
use rapport::engine::{Answer, Event, Input, Speaker, What};
use rapport::id::{AgentId, SessionId};
use rapport::runtime::ports::{Connector, Notice, Request};
use rapport::runtime::{Limits, Opening, Parts, Receipt, Refusal, Runtime, Said, Seat};
use rapport::store::Sqlite;
use serde_json::{Map, json};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const FLOW: &str = "flow main
  triage: What can I do for you?
    offer order

flow order: My order
  customers say
    where is my order
  ask number: Which order?
    accept whole number
  use shop.find with number = number save as order
  promise call within 2 hours: We call you.
  escalate: A colleague will help.
";
const SHOP: &str = "shop:
  base: https://shop.example
  find: { get: \"/orders/{{ number }}\", outcomes: { 200: found, 404: not_found }, gives: { item: text } }
";

fn shop_bot() -> Arc<Bot> {
    bot(&[("main.flow", FLOW), ("integrations.yaml", SHOP)])
}

/// A shop that answers, or never does, and remembers what it was asked.
struct Shop {
    answers: bool,
    keys: Mutex<Vec<String>>,
}

#[async_trait::async_trait]
impl Connector for Shop {
    async fn call(&self, request: Request) -> Answer {
        self.keys.lock().expect("not poisoned").push(request.key);
        if !self.answers {
            std::future::pending::<()>().await;
        }
        let fields = json!({ "item": "lamp" }).as_object().cloned().unwrap_or_default();
        Answer::Outcome { outcome: "found".into(), fields }
    }
}

fn shop(answers: bool) -> Arc<Shop> {
    Arc::new(Shop { answers, keys: Mutex::default() })
}

async fn start(folder: &Path, clock: &Arc<Hand>, connector: Arc<dyn Connector>, limits: Limits) -> Runtime {
    let parts = Parts {
        store: Arc::new(Sqlite::open(&folder.join("a.db")).expect("a store")),
        bus: Arc::new(LocalBus::default()),
        connector,
        clock: clock.clone(),
        bots: vec![shop_bot()],
        limits,
    };
    Runtime::start(parts).await.expect("it starts")
}

async fn plain(folder: &Path) -> Runtime {
    start(folder, &Hand::new(), Arc::new(NoSystems), Limits::default()).await
}

async fn open(runtime: &Runtime) -> SessionId {
    runtime.open("test", Opening::default()).await.expect("a chat").session
}

async fn say(runtime: &Runtime, session: SessionId, cid: &str, text: &str) -> Result<Receipt, Refusal> {
    runtime.customer(session, cid, Said::Text(text.to_owned())).await
}

async fn journal(runtime: &Runtime, session: SessionId) -> Vec<Event> {
    runtime.page(session, 0).await.expect("a page").events
}

async fn said(runtime: &Runtime, session: SessionId) -> Vec<String> {
    let events = journal(runtime, session).await;
    let words = |e: Event| match e.what {
        What::Message { text, .. } => Some(text),
        _ => None,
    };
    events.into_iter().filter_map(words).collect()
}

/// Waits until the journal holds something.
async fn until(runtime: &Runtime, session: SessionId, fits: impl Fn(&What) -> bool) {
    let mut notices = runtime.watch(session);
    let start = Instant::now();
    while !journal(runtime, session).await.iter().any(|e| fits(&e.what)) {
        assert!(start.elapsed() < Duration::from_secs(20), "it never comes: {:?}", said(runtime, session).await);
        let _ = tokio::time::timeout(Duration::from_millis(200), notices.recv()).await;
    }
}

#[tokio::test]
async fn the_same_client_id_is_the_same_message() {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = plain(folder.path()).await;
    let session = open(&runtime).await;
    let first = say(&runtime, session, "a", "where is my order").await.expect("kept");
    let again = say(&runtime, session, "a", "where is my order").await.expect("kept");
    assert_eq!((again.seq, again.duplicate), (first.seq, true));
    assert_eq!(say(&runtime, session, "a", "something else").await, Err(Refusal::CidReused));
    assert_eq!(said(&runtime, session).await.iter().filter(|t| *t == "where is my order").count(), 1);
    // Also when it comes long after, and when it comes at the same time.
    let limits = Limits { burst: 1000, ..Limits::default() };
    runtime.stop().await;
    let runtime = start(folder.path(), &Hand::new(), Arc::new(NoSystems), limits).await;
    for n in 0..70 {
        say(&runtime, session, &format!("n{n}"), "hm").await.expect("kept");
    }
    let late = say(&runtime, session, "a", "where is my order").await.expect("kept");
    assert_eq!((late.seq, late.duplicate), (first.seq, true));
    let (one, two) = tokio::join!(say(&runtime, session, "twin", "x"), say(&runtime, session, "twin", "x"));
    let (one, two) = (one.expect("kept"), two.expect("kept"));
    assert_eq!(one.seq, two.seq);
    assert!(one.duplicate != two.duplicate);
}

#[tokio::test]
async fn what_cannot_be_kept_is_refused_in_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = plain(folder.path()).await;
    let opened = runtime.open("test", Opening::default()).await.expect("a chat");
    let session = opened.session;
    assert_eq!(runtime.open("nobody", Opening::default()).await.err(), Some(Refusal::UnknownBot));
    assert_eq!(runtime.enter("test", session, "wrong").await, Err(Refusal::WrongToken));
    assert_eq!(runtime.enter("other", session, &opened.token).await, Err(Refusal::UnknownSession));
    assert!(runtime.enter("test", session, &opened.token).await.is_ok());
    let stranger = SessionId::new(uuid::Uuid::now_v7());
    assert_eq!(runtime.enter("test", stranger, &opened.token).await, Err(Refusal::UnknownSession));
    assert_eq!(say(&runtime, session, "a", " \u{200b} ").await, Err(Refusal::Empty));
    assert_eq!(say(&runtime, session, "a", &"x".repeat(4_001)).await, Err(Refusal::TooLarge));
    assert_eq!(say(&runtime, session, "a b", "x").await, Err(Refusal::BadCid));
    assert_eq!(runtime.customer(session, "a", Said::Choice("nothing".into())).await, Err(Refusal::NotOffered));
    for n in 0..10 {
        say(&runtime, session, &format!("c{n}"), "hm").await.expect("kept");
    }
    assert!(matches!(say(&runtime, session, "more", "hm").await, Err(Refusal::TooFast { .. })));
}

#[tokio::test]
async fn a_chat_goes_on_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = Hand::new();
    let runtime = start(folder.path(), &clock, shop(true), Limits::default()).await;
    let opened = runtime.open("test", Opening::default()).await.expect("a chat");
    let session = opened.session;
    runtime.customer(session, "a", Said::Choice("order".into())).await.expect("kept");
    let before = journal(&runtime, session).await;
    let epoch = runtime.epoch().to_owned();
    runtime.stop().await;
    let runtime = start(folder.path(), &clock, shop(true), Limits::default()).await;
    assert_eq!(runtime.epoch(), epoch);
    assert!(runtime.enter("test", session, &opened.token).await.is_ok());
    assert_eq!(journal(&runtime, session).await, before);
    say(&runtime, session, "b", "12").await.expect("kept");
    until(&runtime, session, |w| matches!(w, What::Waiting { .. })).await;
    let lines = said(&runtime, session).await;
    assert!(lines.iter().any(|l| l == "We call you."), "{lines:?}");
}

#[tokio::test]
async fn a_request_under_way_is_sent_again_under_the_same_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = Hand::new();
    let (silent, awake) = (shop(false), shop(true));
    let runtime = start(folder.path(), &clock, silent.clone(), Limits::default()).await;
    let session = open(&runtime).await;
    say(&runtime, session, "a", "where is my order").await.expect("kept");
    say(&runtime, session, "b", "12").await.expect("kept");
    while silent.keys.lock().expect("not poisoned").is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    runtime.stop().await;
    let runtime = start(folder.path(), &clock, awake.clone(), Limits::default()).await;
    until(&runtime, session, |w| matches!(w, What::Answered { worked: true, .. })).await;
    assert_eq!(*silent.keys.lock().expect("not poisoned"), *awake.keys.lock().expect("not poisoned"));
    runtime.stop().await;
    let third = shop(true);
    let runtime = start(folder.path(), &clock, third.clone(), Limits::default()).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(third.keys.lock().expect("not poisoned").is_empty(), "an answered request is not sent again");
    runtime.stop().await;
}

#[tokio::test]
async fn timers_survive_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = Hand::new();
    let runtime = start(folder.path(), &clock, shop(true), Limits::default()).await;
    let session = open(&runtime).await;
    say(&runtime, session, "a", "where is my order").await.expect("kept");
    say(&runtime, session, "b", "12").await.expect("kept");
    until(&runtime, session, |w| matches!(w, What::Promised { .. })).await;
    runtime.stop().await;
    clock.forward(Duration::from_secs(3 * 3600));
    let runtime = start(folder.path(), &clock, shop(true), Limits::default()).await;
    until(&runtime, session, |w| matches!(w, What::PromiseLate { .. })).await;
    let late = journal(&runtime, session).await.iter().filter(|e| matches!(e.what, What::PromiseLate { .. })).count();
    assert_eq!(late, 1);
}

#[tokio::test]
async fn two_agents_cannot_both_take_a_chat() {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = plain(folder.path()).await;
    for _ in 0..10 {
        let session = open(&runtime).await;
        runtime.customer(session, "p", Said::Person).await.expect("kept");
        let take = |n: i64| runtime.agent(session, Input::AgentTook { agent: AgentId(n), name: format!("Agent {n}") });
        let (one, two, three) = tokio::join!(take(1), take(2), take(3));
        let won = [&one, &two, &three].iter().filter(|r| r.is_ok()).count();
        assert_eq!(won, 1, "{one:?} {two:?} {three:?}");
        assert!([one, two, three].iter().filter(|r| r.is_err()).all(|r| *r == Err(Refusal::Taken)));
        let joined = journal(&runtime, session).await.iter().filter(|e| matches!(e.what, What::Joined { .. })).count();
        assert_eq!(joined, 1);
    }
}

#[tokio::test]
async fn only_who_has_the_chat_may_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = plain(folder.path()).await;
    let session = open(&runtime).await;
    runtime.customer(session, "p", Said::Person).await.expect("kept");
    let reply = |n: i64, cid: &str| {
        let (agent, name, cid, text) = (AgentId(n), "Ann".to_owned(), cid.to_owned(), "Hello".to_owned());
        runtime.agent(session, Input::AgentSaid { agent, name, cid, text })
    };
    assert_eq!(reply(1, "r1").await, Err(Refusal::NotYours));
    runtime.agent(session, Input::AgentTook { agent: AgentId(1), name: "Ann".into() }).await.expect("taken");
    let first = reply(1, "r1").await.expect("said");
    assert!(reply(1, "r1").await.expect("said").duplicate, "an answer sent twice is one answer");
    assert_eq!(reply(2, "r2").await, Err(Refusal::NotYours));
    say(&runtime, session, "c", "where is my order").await.expect("kept");
    let after: Vec<_> = journal(&runtime, session).await.into_iter().filter(|e| e.seq > first.seq).collect();
    let bot = after.iter().any(|e| matches!(&e.what, What::Message { from: Speaker::Bot { .. }, .. }));
    assert!(!bot, "the bot is silent while an agent has the chat");
    let view = runtime.view(session).await.expect("a view");
    assert_eq!(view.row.state, "agent");
    assert_eq!(view.row.agent.map(|a| a.name), Some("Ann".to_owned()));
}

#[tokio::test]
async fn nobody_is_there_until_somebody_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = Hand::new();
    let runtime = start(folder.path(), &clock, Arc::new(NoSystems), Limits::default()).await;
    let session = open(&runtime).await;
    runtime.customer(session, "p", Said::Person).await.expect("kept");
    until(&runtime, session, |w| matches!(w, What::NobodyAvailable { .. })).await;
    clock.forward(Duration::from_secs(1));
    let _present = runtime.present(AgentId(1), "Ann", Seat::default());
    let session = open(&runtime).await;
    runtime.customer(session, "p", Said::Person).await.expect("kept");
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!journal(&runtime, session).await.iter().any(|e| matches!(e.what, What::NobodyAvailable { .. })));
    assert_eq!(runtime.status(session).await.expect("a status").position, Some(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_chats_at_once_each_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = plain(folder.path()).await;
    let chats = (0..40).map(|_| {
        let runtime = runtime.clone();
        tokio::spawn(async move {
            let session = open(&runtime).await;
            let sends = (0..8).map(|n| {
                let runtime = runtime.clone();
                async move { say(&runtime, session, &format!("c{n}"), "hm").await.expect("kept").seq }
            });
            let mut seqs = futures_util::future::join_all(sends).await;
            let events = journal(&runtime, session).await;
            assert!(events.iter().zip(1_u64..).all(|(e, n)| e.seq == n), "no gap, no double");
            seqs.sort_unstable();
            seqs.dedup();
            assert_eq!(seqs.len(), 8);
        })
    });
    for chat in futures_util::future::join_all(chats).await {
        chat.expect("no panic");
    }
}

#[tokio::test]
async fn an_idle_chat_sleeps_and_wakes() {
    let folder = tempfile::tempdir().expect("a folder");
    let limits = Limits { idle: Duration::from_millis(30), ..Limits::default() };
    let runtime = start(folder.path(), &Hand::new(), Arc::new(NoSystems), limits).await;
    let session = open(&runtime).await;
    let start = Instant::now();
    while runtime.live() > 0 {
        assert!(start.elapsed() < Duration::from_secs(10), "it never sleeps");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let mut notices = runtime.watch(session);
    say(&runtime, session, "a", "where is my order").await.expect("kept");
    assert!(matches!(notices.recv().await, Ok(Notice::Events { .. })), "watchers hear it");
    assert_eq!(said(&runtime, session).await.last().map(String::as_str), Some("Which order?"));
}

#[tokio::test]
async fn a_customer_is_known_by_what_was_verified() {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = plain(folder.path()).await;
    let customer: Map<_, _> = json!({ "name": "Maya" }).as_object().cloned().unwrap_or_default();
    let opened = runtime.open("test", Opening { customer, ..Opening::default() }).await.expect("a chat");
    assert_eq!(runtime.view(opened.session).await.expect("a view").row.name, "Maya");
}

/// A connector with a bug in it.
struct Panics;

#[async_trait::async_trait]
impl Connector for Panics {
    async fn call(&self, _: Request) -> Answer {
        panic!("a bug")
    }
}

#[tokio::test]
async fn a_panic_stays_where_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = start(folder.path(), &Hand::new(), Arc::new(Panics), Limits::default()).await;
    let session = open(&runtime).await;
    say(&runtime, session, "a", "where is my order").await.expect("kept");
    say(&runtime, session, "b", "12").await.expect("kept");
    until(&runtime, session, |w| matches!(w, What::Waiting { .. })).await;
    let lines = said(&runtime, session).await;
    assert!(lines.iter().any(|l| l.contains("something on our side is not working")), "{lines:?}");
    say(&runtime, open(&runtime).await, "a", "hello").await.expect("other chats go on");
}
