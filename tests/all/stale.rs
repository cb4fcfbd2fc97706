//! Replies that were written on an older state of the chat.
use super::served::{Served, Socket};
use super::visitor::{ann, at_work};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// An agent's answer to a frame.
async fn asks(agent: &mut Socket, frame: Value) -> Value {
    agent.send(frame.clone()).await;
    loop {
        let answer = agent.next().await;
        if answer["id"] == frame["id"] && matches!(answer["t"].as_str(), Some("done" | "refused")) {
            return answer;
        }
    }
}

#[tokio::test]
async fn whoever_answers_past_the_customer_is_told() {
    let served = Served::new().await;
    let mut browser = ann(&served).await;
    let mut agent = at_work(&served, &mut browser).await;
    let (mut chat, session, _) = served.begin().await;
    chat.send(json!({ "t": "person", "cid": "p-1" })).await;
    chat.until("ack").await;
    let took = asks(&mut agent, json!({ "t": "take", "id": 1, "session": session })).await;
    let seen = took["seq"].as_u64().expect("a place");
    let reply = |id: u64, cid: &str, seen: Option<u64>| json!({ "t": "reply", "id": id, "session": session, "cid": cid, "text": "It is on its way.", "seen": seen });
    assert_eq!(asks(&mut agent, reply(2, "r-1", Some(seen))).await["t"], "done");
    assert_eq!(asks(&mut agent, reply(3, "r-2", Some(seen))).await["t"], "done", "one's own words are no news");
    chat.send(json!({ "t": "say", "cid": "c-1", "text": "I have found it, thank you!" })).await;
    let said = chat.until("ack").await["seq"].as_u64().expect("a place");
    let refused = asks(&mut agent, reply(4, "r-3", Some(seen))).await;
    assert_eq!((&refused["t"], &refused["code"]), (&json!("refused"), &json!("stale")), "{refused}");
    assert_eq!(
        asks(&mut agent, reply(5, "r-1", Some(seen))).await["t"],
        "done",
        "what arrived before is not judged anew"
    );
    assert_eq!(asks(&mut agent, reply(6, "r-3", Some(said))).await["t"], "done", "once it was read");
    assert_eq!(asks(&mut agent, reply(7, "r-4", None)).await["t"], "done", "where nobody asks");
    chat.send(json!({ "t": "resume", "after": 0 })).await;
    // What came live comes again: each is counted once, by its place.
    let mut places = BTreeSet::new();
    while places.len() < 4 {
        let items = chat.until("events").await["items"].as_array().expect("items").clone();
        places.extend(items.iter().filter(|i| i["from"]["role"] == "agent").filter_map(|i| i["seq"].as_u64()));
    }
    assert_eq!(places.len(), 4, "the refused one was not sent: {places:?}");
}
