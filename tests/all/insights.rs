//! What is measured of chats: by both stores alike, made anew from the journal, and shown to leads.
use super::search::{agent, chat, chat_of_turns, says};
use super::served::Served;
use super::support::{MORNING, before};
use super::visitor::{ann, at_work, invited};
use rapport::engine::{Speaker, What};
use rapport::id::{AgentId, SessionId};
use rapport::language::ast::Priority;
use rapport::runtime::insights::{By, Felt, Promise, Range, Visit, report};
use rapport::runtime::ports::Store;
use rapport::store::{Memory, Sqlite};
use rapport::time::Millis;
use rapport::understand::mood::{Feeling, Mood};
use serde_json::json;
use std::sync::Arc;

fn opened(returning: bool) -> What {
    What::Opened { page: None, language: None, customer: serde_json::Map::new(), returning }
}

fn felt(mood: Mood) -> What {
    What::Understood { topic: None, scores: vec![], mood }
}

fn asked(team: &str) -> What {
    let (why, summary) = ("A lamp".to_owned(), "Broken".to_owned());
    What::Waiting { team: team.into(), priority: Priority::Normal, why, summary }
}

fn promised(name: &str, after: i64) -> What {
    let (words, owner, contact) = ("Money back".to_owned(), "refunds".to_owned(), String::new());
    What::Promised { name: name.into(), words, owner, contact, due: Millis(MORNING.0 + after) }
}

fn joined() -> What {
    What::Joined { agent: AgentId(1), name: "Ann".into() }
}

/// A visit with a person and one with the bot alone; each entry is a second after the one before.
fn two_visits() -> Vec<What> {
    let angry = Mood { anger: 0.8, ..Mood::default() };
    vec![
        opened(false),
        says(Speaker::Customer, "My lamp is broken!!"),
        felt(angry),
        asked("refunds"),
        asked("orders"),
        joined(),
        says(agent(), "Hello"),
        says(agent(), "I look."),
        promised("refund", 60_000),
        promised("call", 1_000),
        What::PromiseLate { name: "call".into() },
        felt(Mood::default()),
        What::Feedback { slot: "score".into(), score: 4, comment: None },
        What::Resolved { by: agent() },
        opened(true),
        says(Speaker::Customer, "Thanks"),
        What::Resolved { by: Speaker::Bot { name: "Robin".into() } },
    ]
}

fn all_time() -> Range {
    Range { from: Millis(0), to: Millis(i64::MAX), bot: None, team: None }
}

fn hold(visits: &[Visit], session: SessionId) {
    let [first, second] = visits else { panic!("{visits:?}") };
    assert_eq!((first.session, first.first, first.team.as_deref()), (session, 1, Some("refunds")));
    assert_eq!((first.waited(), first.first_reply(), first.resolution()), (Some(2_000), Some(3_000), Some(13_000)));
    assert_eq!(first.solved.as_ref().map(|s| s.by), Some(By::Agent));
    assert_eq!((first.feedback, first.felt), (Some(4), Some(Felt { first: Some(Feeling::Angry), last: None })));
    let promises: Vec<_> = first.promises.iter().map(|p| (p.name.as_str(), p.state)).collect();
    assert_eq!(promises, [("refund", Promise::Kept), ("call", Promise::Late)]);
    assert!(!first.without_a_person() && second.without_a_person());
    assert_eq!((second.first, second.resolution(), second.felt), (15, Some(2_000), None));
}

#[tokio::test]
async fn both_stores_measure_the_same_turn_by_turn() {
    let folder = tempfile::tempdir().expect("a folder");
    let sqlite: Arc<dyn Store> = Arc::new(Sqlite::open(&folder.path().join("a.db")).expect("a store"));
    for store in [sqlite, Arc::new(Memory::default())] {
        let session = chat(&*store, two_visits()).await;
        hold(&store.insights().visits(all_time(), 9).await.expect("read"), session);
        let turns = chat_of_turns(&*store, two_visits(), 5).await;
        let latest = store.insights().visit(turns).await.expect("read").expect("there");
        assert_eq!((latest.first, latest.without_a_person()), (15, true));
        let some = async |range: Range| store.insights().visits(range, 9).await.expect("read").len();
        let start = Millis(MORNING.0 + 14_000);
        assert_eq!(some(Range { from: start, ..all_time() }).await, 2, "by the time they began");
        assert_eq!(some(Range { to: start, ..all_time() }).await, 2);
        assert_eq!(some(Range { team: Some("refunds".into()), ..all_time() }).await, 2);
        assert_eq!(some(Range { bot: Some("other".into()), ..all_time() }).await, 0);
        assert!(store.erase(session).await.expect("erased"));
        assert_eq!(some(all_time()).await, 2, "what is erased is not measured any more");
    }
}

#[tokio::test]
async fn chats_of_before_are_measured_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db");
    let store = Sqlite::open(&path).expect("a store");
    let session = chat(&store, two_visits()).await;
    drop(store);
    let direct = rusqlite::Connection::open(&path).expect("the file");
    before(&direct, "016_visits");
    drop(direct);
    let store = Sqlite::open(&path).expect("carried over");
    hold(&Store::insights(&store).visits(all_time(), 9).await.expect("read"), session);
}

#[tokio::test]
async fn many_visits_become_few_numbers() {
    let store = Memory::default();
    for _ in 0..3 {
        chat(&store, two_visits()).await;
    }
    let visits = Store::insights(&store).visits(all_time(), 99).await.expect("read");
    let found = report(&visits, &jiff::tz::TimeZone::UTC);
    assert_eq!((found.all.visits, found.all.solved, found.all.alone, found.all.asked), (6, 6, 3, 3));
    assert_eq!((found.all.first_reply.median, found.all.first_reply.count), (Some(3_000), 3));
    assert_eq!((found.all.kept, found.all.late, found.all.feedback()), (3, 3, Some(4.0)));
    assert_eq!((found.days.len(), found.teams.len()), (1, 1));
    assert_eq!(found.teams["refunds"].visits, 3);
    assert_eq!(found.moods[&Felt { first: Some(Feeling::Angry), last: None }], 3);
    assert_eq!(report(&[], &jiff::tz::TimeZone::UTC).all.feedback(), None);
}

#[tokio::test]
async fn leads_see_it_and_agents_see_their_chats() {
    let served = Served::new().await;
    let mut owner = ann(&served).await;
    let mut agent = at_work(&served, &mut owner).await;
    let empty = owner.get("/insights").await;
    assert!(empty.status == 200 && empty.text.contains("No chats in that time"));
    let (mut customer, session, _) = served.begin().await;
    customer.send(json!({ "t": "person", "cid": "p-1" })).await;
    customer.until("ack").await;
    served.clock.forward(std::time::Duration::from_secs(120));
    let mut act = async |frame: serde_json::Value| {
        agent.send(frame).await;
        assert!(agent.until("done").await["id"].is_number());
    };
    act(json!({ "t": "take", "id": 1, "session": session })).await;
    served.clock.forward(std::time::Duration::from_secs(60));
    act(json!({ "t": "reply", "id": 2, "session": session, "cid": "r-1", "text": "Hello." })).await;
    act(json!({ "t": "resolve", "id": 3, "session": session })).await;
    agent.send(json!({ "t": "open", "session": session })).await;
    let visit = agent.until("opened").await["visit"].clone();
    assert_eq!((&visit["waited"], &visit["first_reply"]), (&json!(120_000), &json!(180_000)), "{visit}");
    let page = owner.get("/insights?days=7&bot=test").await.text;
    for words in ["<strong>3 min</strong>", "<strong>2 min</strong>", "data-value=\"3.00\"", "0 of 1 that were solved"]
    {
        assert!(page.contains(words), "{words} in {page}");
    }
    assert!(owner.get("/insights?team=nobody").await.text.contains("No chats in that time"));
    assert_eq!(owner.get("/insights?days=all&bot=%27").await.status, 200, "odd wishes are the usual page");
    let mut bob = invited(&served, &mut owner, "Bob", "agent").await;
    assert_eq!(bob.get("/insights").await.status, 403);
}
