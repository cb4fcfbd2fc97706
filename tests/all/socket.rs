//! The chat over a WebSocket: docs/protocol.md, row by row.
use super::served::{Served, texts};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio_tungstenite::tungstenite::Message;

fn say(cid: &str, text: &str) -> Value {
    json!({ "t": "say", "cid": cid, "text": text })
}

#[tokio::test]
async fn a_new_chat_is_welcomed() {
    let served = Served::new().await;
    let mut chat = served.chat().await;
    chat.send(json!({ "t": "hello", "page": "https://shop.example/lamps", "language": "en", "more": [1] })).await;
    let welcome = chat.next().await;
    assert_eq!(welcome["t"], "welcome");
    assert_eq!(welcome["token"].as_str().map(str::len), Some(64));
    assert_eq!(welcome["status"], json!({ "state": "bot" }));
    let bot = json!({ "id": "test", "name": "Robin", "title": "Nest", "accent": "#1f5f8b", "languages": ["en"], "person": true, "largest_file": 10_485_760 });
    assert_eq!(welcome["bot"], bot);
    assert!(welcome["epoch"].is_string() && welcome["session"].is_string());
    let items = chat.items_until("Which colour").await;
    assert_eq!(texts(&items), ["Hello there.", "Which colour?"]);
    let question = items.last().expect("a question");
    assert_eq!(question["from"], json!({ "role": "bot", "name": "Robin" }));
    assert_eq!(question["choices"], json!([{ "id": "red", "label": "Red" }, { "id": "blue", "label": "Blue" }]));
    assert!(question["at"].is_i64() && question["seq"].is_u64());
}

#[tokio::test]
async fn a_message_is_acknowledged_and_answered() {
    let served = Served::new().await;
    let (mut chat, ..) = served.begin().await;
    chat.items_until("Which colour").await;
    chat.send(say("a-1", "green")).await;
    let items = chat.items_until("You chose green").await;
    assert_eq!(items[0]["cid"], "a-1");
    assert_eq!(items[0]["from"], json!({ "role": "customer" }));
}

#[tokio::test]
async fn the_same_id_is_the_same_message() {
    let served = Served::new().await;
    let (mut chat, ..) = served.begin().await;
    let first = chat.answer(say("a-1", "green")).await;
    assert_eq!((&first["t"], &first["duplicate"]), (&json!("ack"), &json!(false)));
    let second = chat.answer(say("a-1", "green")).await;
    assert_eq!(second, json!({ "t": "ack", "cid": "a-1", "seq": first["seq"], "duplicate": true }));
    let third = chat.answer(say("a-1", "blue")).await;
    assert_eq!((&third["code"], &third["cid"]), (&json!("cid_reused"), &json!("a-1")));
    chat.send(json!({ "t": "resume", "after": 0 })).await;
    let all = chat.items_until("Which size").await;
    assert_eq!(all.iter().filter(|i| i["cid"] == "a-1").count(), 1);
}

#[tokio::test]
async fn a_button_can_be_tapped_while_it_is_offered() {
    let served = Served::new().await;
    let (mut chat, ..) = served.begin().await;
    let tap = |cid: &str, choice: &str| json!({ "t": "tap", "cid": cid, "choice": choice });
    assert_eq!(chat.answer(tap("a-1", "green")).await["code"], "not_offered");
    assert_eq!(chat.answer(tap("a-2", "red")).await["t"], "ack");
    assert_eq!(chat.answer(tap("a-3", "blue")).await["code"], "not_offered", "the question is answered");
    assert_eq!(chat.answer(tap("a-2", "red")).await["duplicate"], true, "sent again, it is no second tap");
}

#[tokio::test]
async fn a_person_can_be_asked_for() {
    let served = Served::new().await;
    let (mut chat, ..) = served.begin().await;
    assert_eq!(chat.answer(json!({ "t": "person", "cid": "p-1" })).await["t"], "ack");
    chat.send(json!({ "t": "resume", "after": 0 })).await;
    let mut seen = Vec::new();
    while !seen.iter().any(|i: &Value| i["kind"] == "waiting") {
        seen.extend(chat.until("events").await["items"].as_array().expect("items").clone());
    }
    let waiting = seen.iter().find(|i| i["kind"] == "waiting").expect("it waits");
    let mut members: Vec<_> = waiting.as_object().expect("an object").keys().collect();
    members.sort();
    assert_eq!(members, ["at", "kind", "seq", "team"], "reasons and summaries are for agents");
}

#[tokio::test]
async fn a_chat_goes_on_where_it_was() {
    let served = Served::new().await;
    let (mut chat, session, token) = served.begin().await;
    chat.items_until("Which colour").await;
    let seq = chat.answer(say("a-1", "green")).await["seq"].as_u64().expect("a place");
    drop(chat);
    let mut again = served.chat().await;
    again.send(json!({ "t": "hello", "session": session, "token": token, "after": seq })).await;
    let welcome = again.next().await;
    assert_eq!(welcome["t"], "welcome", "{welcome}");
    assert!(welcome.get("token").is_none(), "a token is given once");
    let items = again.items_until("Which size").await;
    assert_eq!(texts(&items), ["You chose green.", "Which size?"]);
    again.send(json!({ "t": "resume", "after": 9_999_999 })).await;
    again.send(say("a-2", "large")).await;
    let next = again.items_until("large").await;
    assert_eq!(texts(&next)[0], "large", "a place ahead of the chat leaves no gap");
}

#[tokio::test]
async fn a_chat_that_cannot_go_on_is_reset() {
    let served = Served::new().await;
    let (_, session, token) = served.begin().await;
    let unknown = "0190a5a0-0000-7000-8000-000000000000";
    for hello in [
        json!({ "t": "hello", "session": unknown, "token": token, "after": 0 }),
        json!({ "t": "hello", "session": "no id at all", "token": token, "after": 0 }),
        json!({ "t": "hello", "session": session, "token": token, "after": 9_999 }),
        json!({ "t": "hello", "session": session, "token": token, "after": u64::MAX }),
    ] {
        let mut chat = served.chat().await;
        let answer = chat.answer(hello).await;
        assert_eq!(answer["t"], "reset", "{answer}");
        assert!(answer["reason"].is_string());
        assert_eq!(chat.answer(json!({ "t": "hello" })).await["t"], "welcome", "and a new one can begin");
    }
}

#[tokio::test]
async fn a_chat_that_is_erased_is_gone_for_who_has_it_open() {
    let served = Served::new().await;
    let (mut chat, session, token) = served.begin().await;
    chat.items_until("Which colour").await;
    chat.send(say("a", "green")).await;
    chat.items_until("You chose green").await;
    let path = served.data.path().join("rapport.db");
    let id = rapport::id::SessionId::parse(&session).expect("an id");
    served.server.runtime().erase(id).await.expect("erased");
    assert_eq!(chat.until("reset").await["reason"], "this chat was erased");
    assert_eq!(chat.answer(json!({ "t": "hello" })).await["t"], "welcome", "and a new one can begin");
    let mut again = served.chat().await;
    let answer = again.answer(json!({ "t": "hello", "session": session, "token": token, "after": 0 })).await;
    assert_eq!(answer["t"], "reset", "{answer}");
    let direct = rusqlite::Connection::open(path).expect("the file");
    let sql = "SELECT count(*) FROM turns WHERE instr(body, 'green')";
    assert_eq!(direct.query_row(sql, [], |r| r.get::<_, i64>(0)).expect("read"), 0);
}

#[tokio::test]
async fn a_chat_that_is_damaged_is_reset() {
    let served = Served::new().await;
    let (chat, session, token) = served.begin().await;
    drop(chat);
    // It is in nobody's memory any more.
    let served = served.again().await;
    let direct = rusqlite::Connection::open(served.data.path().join("rapport.db")).expect("the file");
    let damaged = direct.execute("UPDATE turns SET body = substr(body, 1, 30)", []).expect("damaged");
    let states = direct.execute("UPDATE sessions SET snapshot = NULL", []).expect("damaged");
    assert!(damaged > 0 && states > 0);
    let mut chat = served.chat().await;
    let answer = chat.answer(json!({ "t": "hello", "session": session, "token": token, "after": 0 })).await;
    assert_eq!(answer["t"], "reset", "{answer}");
    assert!(answer["reason"].as_str().is_some_and(|r| r.contains("cannot be read")), "{answer}");
    assert_eq!(chat.answer(json!({ "t": "hello" })).await["t"], "welcome", "and a new one can begin");
}

#[tokio::test]
async fn every_mistake_has_its_code() {
    let served = Served::new().await;
    for (frame, code) in [
        ("", "bad_frame"),
        ("{", "bad_frame"),
        ("[]", "bad_frame"),
        ("null", "bad_frame"),
        (r#"{"t":7}"#, "bad_frame"),
        (r#"{"t":"say","cid":"a"}"#, "bad_frame"),
        (r#"{"t":"say","cid":7,"text":"x"}"#, "bad_frame"),
        (r#"{"t":"tap","cid":"a"}"#, "bad_frame"),
        (r#"{"t":"resume","after":-1}"#, "bad_frame"),
        (r#"{"t":"hello"}"#, "bad_frame"),
        (r#"{"t":"shout"}"#, "unknown_frame"),
        (r#"{"t":"say","text":"x"}"#, "bad_cid"),
        (r#"{"t":"say","cid":"","text":"x"}"#, "bad_cid"),
        (r#"{"t":"say","cid":"a b","text":"x"}"#, "bad_cid"),
        (r#"{"t":"say","cid":"é","text":"x"}"#, "bad_cid"),
        (r#"{"t":"person"}"#, "bad_cid"),
        (r#"{"t":"say","cid":"a","text":""}"#, "empty"),
        (r#"{"t":"say","cid":"a","text":" \n\u200b\ufeff\u0007"}"#, "empty"),
        (r#"{"t":"tap","cid":"a","choice":"nope"}"#, "not_offered"),
    ] {
        let (mut chat, ..) = served.begin().await;
        chat.put(Message::text(frame)).await;
        let error = chat.until("error").await;
        assert_eq!(error["code"], code, "{frame}: {error}");
        assert!(error["message"].as_str().is_some_and(|m| m.len() > 10), "{frame}: {error}");
        assert_eq!(chat.answer(json!({ "t": "ping" })).await["t"], "pong", "{frame}: the connection stays open");
    }
}

#[tokio::test]
async fn lengths_are_counted_in_characters() {
    let served = Served::new().await;
    let (mut chat, ..) = served.begin().await;
    assert_eq!(chat.answer(say("a", &"é".repeat(4_000))).await["t"], "ack");
    let error = chat.answer(say("b", &"é".repeat(4_001))).await;
    assert_eq!((&error["code"], &error["cid"]), (&json!("too_large"), &json!("b")));
    assert_eq!(chat.answer(say(&"c".repeat(64), "x")).await["t"], "ack");
    assert_eq!(chat.answer(say(&"c".repeat(65), "x")).await["code"], "bad_cid");
}

#[tokio::test]
async fn frames_over_64_kb_are_refused_in_words_and_close() {
    let served = Served::new().await;
    for size in [64 * 1024 + 1, 200 * 1024] {
        let (mut chat, ..) = served.begin().await;
        chat.put(Message::text("x".repeat(size))).await;
        assert_eq!(chat.until("error").await["code"], "too_large", "{size}");
        assert_eq!(chat.closed().await, 1009, "{size}");
    }
    let (mut chat, ..) = served.begin().await;
    chat.put(Message::text("x".repeat(64 * 1024))).await;
    assert_eq!(chat.until("error").await["code"], "bad_frame", "64 KB are read");
}

#[tokio::test]
async fn the_reason_for_a_close_arrives_even_when_more_is_on_its_way() {
    let served = Served::new().await;
    for _ in 0..8 {
        let (mut chat, ..) = served.begin().await;
        for size in [65 * 1024, 60 * 1024, 60 * 1024, 60 * 1024, 60 * 1024, 60 * 1024] {
            // The server may have closed before the last of them.
            let _ = chat.try_put(Message::text("x".repeat(size))).await;
        }
        assert_eq!(chat.until("error").await["code"], "too_large");
        assert_eq!(chat.closed().await, 1009);
    }
}

#[tokio::test]
async fn a_flood_ends_one_connection_and_no_other() {
    let served = Served::new().await;
    let (mut other, ..) = served.begin().await;
    let (mut chat, ..) = served.begin().await;
    // The connection may break while this is being sent.
    let _ = chat.try_put(Message::text("x".repeat(8 * 1024 * 1024))).await;
    chat.until_ended().await;
    assert_eq!(other.answer(say("a", "green")).await["t"], "ack");
}

#[tokio::test]
async fn ten_bad_frames_close() {
    let served = Served::new().await;
    let (mut chat, ..) = served.begin().await;
    for n in 0..10 {
        let message = if n % 2 == 0 { Message::text("{") } else { Message::binary(vec![0, 159, 146, 150]) };
        chat.put(message).await;
        assert_eq!(chat.until("error").await["code"], "bad_frame");
    }
    assert_eq!(chat.closed().await, 1008);
    served.begin().await;
}

#[tokio::test]
async fn hello_comes_first() {
    let served = Served::new().await;
    for frame in [say("a", "x"), json!({ "t": "ping" }), json!({ "t": "resume", "after": 0 })] {
        let mut chat = served.chat().await;
        assert_eq!(chat.answer(frame).await["code"], "hello_first");
        assert_eq!(chat.closed().await, 1008);
    }
}

#[tokio::test]
async fn hello_comes_within_ten_seconds_whatever_else_is_sent() {
    let served = Served::new().await;
    let (mut silent, mut chatty) = (served.chat().await, served.chat().await);
    chatty.put(Message::text("{")).await;
    chatty.put(Message::Ping("x".into())).await;
    let began = Instant::now();
    assert_eq!((silent.closed().await, chatty.closed().await), (1008, 1008));
    let took = began.elapsed();
    assert!(took > Duration::from_secs(8) && took < Duration::from_secs(15), "{took:?}");
}

#[tokio::test]
async fn a_wrong_token_closes() {
    let served = Served::new().await;
    let (_, session, _) = served.begin().await;
    for token in [json!("0".repeat(64)), json!(""), Value::Null] {
        let mut chat = served.chat().await;
        let error = chat.answer(json!({ "t": "hello", "session": session, "token": token })).await;
        assert_eq!(error["code"], "wrong_token");
        assert_eq!(chat.closed().await, 1008);
    }
}

#[tokio::test]
async fn too_many_messages_wait() {
    let served = Served::new().await;
    let (mut chat, session, token) = served.begin().await;
    for n in 0..10 {
        assert_eq!(chat.answer(say(&format!("m{n}"), "hi")).await["t"], "ack");
    }
    let error = chat.answer(say("m10", "hi")).await;
    assert_eq!((&error["code"], &error["cid"]), (&json!("too_fast"), &json!("m10")));
    let wait = error["retry_after_ms"].as_u64().expect("a time");
    assert!((1..=1_000).contains(&wait), "{wait}");
    let url = served.url(&format!("/v1/chat/test/sessions/{session}/messages"));
    let request = served.client.post(url).bearer_auth(token).json(&json!({ "cid": "m11", "text": "hi" }));
    let response = request.send().await.expect("an answer");
    assert_eq!(
        (response.status().as_u16(), &response.headers()["retry-after"]),
        (429, &"1".parse().expect("a header"))
    );
    tokio::time::sleep(Duration::from_millis(wait + 50)).await;
    assert_eq!(chat.answer(say("m10", "hi")).await["t"], "ack", "it was not kept, and is now");
}

#[tokio::test]
async fn a_restart_says_goodbye_and_loses_nothing() {
    let served = Served::new().await;
    let (mut chat, session, token) = served.begin().await;
    assert_eq!(chat.answer(say("a", "green")).await["t"], "ack");
    let first = tokio::spawn(async move { (chat.until("bye").await, chat.closed().await) });
    let served = served.again().await;
    let (bye, code) = first.await.expect("it closed");
    assert!(bye["retry_after_ms"].as_u64().is_some_and(|wait| (1_000..=4_001).contains(&wait)), "{bye}");
    assert_eq!(code, 1012);
    let mut again = served.chat().await;
    again.send(json!({ "t": "hello", "session": session, "token": token, "after": 0 })).await;
    let items = again.items_until("Which size").await;
    assert_eq!(texts(&items), ["Hello there.", "Which colour?", "green", "You chose green.", "Which size?"]);
    assert_eq!(again.answer(say("a", "green")).await["duplicate"], true, "what was acknowledged is known");
}
