//! Search: in both stores, and from the inbox.
use super::served::Served;
use super::support::{MORNING, before};
use super::visitor::{ann, inbox, invited};
use rapport::engine::{Event, Session, Speaker, What};
use rapport::id::{AgentId, SessionId, TurnId};
use rapport::runtime::ports::{Commit, Store};
use rapport::runtime::{hashed, search, view};
use rapport::store::{Memory, Sqlite};
use rapport::time::Millis;
use serde_json::{Value, json};
use std::sync::Arc;

pub fn agent() -> Speaker {
    Speaker::Agent { id: AgentId(1), name: "Ann".into() }
}

/// A chat with these entries, a second apart, each in a turn of its own.
pub async fn chat(store: &dyn Store, whats: Vec<What>) -> SessionId {
    chat_of_turns(store, whats, 1).await
}

/// A chat with these entries, so many to a turn.
pub async fn chat_of_turns(store: &dyn Store, whats: Vec<What>, many: usize) -> SessionId {
    let mut session = Session::new(SessionId::new(uuid::Uuid::now_v7()), "test", MORNING);
    store.create(&session, hashed("token")).await.expect("created");
    for whats in whats.chunks(many) {
        let after = session.seq;
        let mut events = Vec::new();
        for what in whats {
            let at = Millis(MORNING.0 + 1000 * i64::try_from(session.seq).expect("few"));
            let event = Event { seq: session.seq + 1, at, what: what.clone() };
            session.apply(&event);
            events.push(event);
        }
        let commit = Commit {
            session: session.id,
            turn: TurnId::new(uuid::Uuid::now_v7()),
            after,
            events,
            outbox: vec![],
            set_timers: vec![],
            cancelled: vec![],
            finished: None,
            letters: vec![],
            snapshot: None,
            row: view::row(&session),
        };
        store.commit(commit).await.expect("kept");
    }
    session.id
}

pub fn says(from: Speaker, text: &str) -> What {
    What::message(from, text.to_owned(), None)
}

fn hidden(text: &str) -> What {
    match says(Speaker::Customer, text) {
        What::Message { from, text, cid, choice, choices, scale, cards, files, takes, .. } => {
            What::Message { from, text, cid, choice, choices, scale, cards, secret: true, files, takes }
        }
        other => other,
    }
}

async fn what_was_said_is_found(store: Arc<dyn Store>) {
    let customer = json!({ "name": "Zoë Müller", "email": "zoe@example.com" });
    let session = chat(
        &*store,
        vec![
            What::Identified { customer: customer.as_object().expect("a map").clone() },
            says(Speaker::Bot { name: "Birdie".into() }, "Which parcel is late?"),
            says(Speaker::Customer, "My parcel with the blue TEAPOT is late, déjà vu!"),
            says(agent(), "I look for the teapot."),
            What::Note { from: agent(), text: "Third teapot this week".into() },
            hidden("teapot 4242"),
        ],
    )
    .await;
    let found = async |words: &str| {
        let hits = store.search().search(words, 10).await.expect("read");
        hits.into_iter().map(|h| (h.seq, h.by)).collect::<Vec<_>>()
    };
    let places = |all: &[(u64, &str)]| all.iter().map(|(s, b)| (*s, (*b).to_owned())).collect::<Vec<_>>();
    assert_eq!(found("teapot").await, places(&[(5, "note"), (4, "agent"), (3, "customer")]), "the latest first");
    assert_eq!(found("TEAP blue").await, places(&[(3, "customer")]), "all words, and beginnings of words");
    assert_eq!(found("deja").await, places(&[(3, "customer")]), "without accents");
    assert_eq!(found("muller").await, places(&[(1, "name")]));
    assert_eq!(found("zoe@example.com").await, places(&[(1, "name")]));
    assert_eq!(found("pot").await, [], "not the middle of a word");
    assert_eq!(found("which").await, [], "not what bots say");
    assert_eq!(found("4242").await, [], "not what is secret");
    for odd in [
        "",
        " ",
        "\"",
        "teapot\" OR \"blue",
        "NEAR(",
        "text:late",
        "-teapot",
        "*",
        "^",
        "teapot AND",
        "'; DROP TABLE said;",
    ] {
        let _ = found(odd).await;
    }
    assert_eq!(found("teapot OR nothing").await, [], "words are words");
    let hits = store.search().search("blue", 1).await.expect("read");
    assert_eq!((hits.len(), hits[0].session, hits[0].row.name.as_str()), (1, session, "Zoë Müller"));
    let marked = format!("{}blue{}", search::BEGIN, search::END);
    assert!(hits[0].text.contains(&marked), "{:?}", hits[0].text);
    assert_eq!(store.search().search("teapot", 2).await.expect("read").len(), 2);
}

#[tokio::test]
async fn in_memory() {
    what_was_said_is_found(Arc::new(Memory::default())).await;
}

#[tokio::test]
async fn in_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    what_was_said_is_found(Arc::new(Sqlite::open(&folder.path().join("a.db")).expect("a store"))).await;
}

#[tokio::test]
async fn what_was_said_before_there_was_a_search_is_found_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db");
    let store = Sqlite::open(&path).expect("a store");
    let whats = vec![
        says(Speaker::Customer, "An old teapot"),
        says(Speaker::Bot { name: "B".into() }, "A teapot?"),
        hidden("teapot"),
    ];
    let session = chat(&store, whats).await;
    drop(store);
    let direct = rusqlite::Connection::open(&path).expect("the file");
    before(&direct, "009_search");
    drop(direct);
    let store = Sqlite::open(&path).expect("carried over");
    let hits = Store::search(&store).search("teapot", 9).await.expect("read");
    let all: Vec<_> = hits.iter().map(|h| (h.session, h.seq, h.by.as_str(), h.at)).collect();
    assert_eq!(all, [(session, 1, "customer", MORNING)]);
}

#[tokio::test]
async fn whoever_may_read_finds_chats_from_the_inbox() {
    let served = Served::new().await;
    let mut owner = ann(&served).await;
    let viewer = invited(&served, &mut owner, "Vera", "viewer").await;
    let (mut chat, session, _) = served.begin().await;
    chat.send(json!({ "t": "say", "cid": "c-1", "text": "Something quite <b>vermilion</b>" })).await;
    chat.until("ack").await;
    for browser in [owner, viewer] {
        let csrf = browser.clone().get("/inbox").await.csrf();
        let mut socket = inbox(&served, &browser).await;
        socket.send(json!({ "t": "hello", "csrf": csrf })).await;
        socket.until("welcome").await;
        socket.send(json!({ "t": "search", "id": 7, "text": "vermil" })).await;
        let found = socket.until("found").await;
        let hits: Vec<&Value> = found["hits"].as_array().expect("hits").iter().collect();
        assert_eq!((&found["id"], hits.len()), (&json!(7), 1));
        assert_eq!((&hits[0]["session"], &hits[0]["by"]), (&json!(session), &json!("customer")));
        socket.send(json!({ "t": "search", "id": 8, "text": "heliotrope" })).await;
        assert_eq!(socket.until("found").await["hits"], json!([]));
    }
}
