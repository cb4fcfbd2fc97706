//! The chat protocol over real sockets: docs/protocol.md, row by row.
use super::served::Served;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio_tungstenite::tungstenite::Message;

fn texts(items: &[Value]) -> Vec<&str> {
    items.iter().filter_map(|i| i["text"].as_str()).collect()
}

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
    let bot = json!({ "id": "test", "name": "Robin", "title": "Nest", "accent": "#1f5f8b", "languages": ["en"], "person": true });
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
async fn the_same_chat_over_http() {
    let served = Served::new().await;
    let (session, token) = served.open().await;
    let url = |rest: &str| served.url(&format!("/v1/chat/test/sessions/{session}/{rest}"));
    let post = |body: Value| served.client.post(url("messages")).bearer_auth(&token).json(&body);
    let (status, said) = served.ask(post(json!({ "cid": "a", "choice": "red" }))).await;
    assert_eq!((status, &said["duplicate"]), (201, &json!(false)));
    let (status, again) = served.ask(post(json!({ "cid": "a", "choice": "red" }))).await;
    assert_eq!((status, again), (200, json!({ "cid": "a", "seq": said["seq"], "duplicate": true })));
    let (status, page) = served.ask(served.client.get(url("events")).bearer_auth(&token)).await;
    assert_eq!((status, &page["after"], &page["status"]), (200, &json!(0), &json!({ "state": "bot" })));
    let items = page["items"].as_array().expect("items");
    assert_eq!(texts(items), ["Hello there.", "Which colour?", "Red", "You chose red.", "Which size?"]);
    let (_, rest) =
        served.ask(served.client.get(url(&format!("events?after={}", said["seq"]))).bearer_auth(&token)).await;
    assert_eq!(texts(rest["items"].as_array().expect("items")), ["You chose red.", "Which size?"]);
    let (_, ahead) =
        served.ask(served.client.get(url(&format!("events?after={}", u64::MAX))).bearer_auth(&token)).await;
    assert_eq!((&ahead["after"], &ahead["upto"]), (&page["upto"], &page["upto"]), "who is ahead is told so");
    assert_eq!(served.ask(post(json!({ "cid": "p", "person": true }))).await.0, 201);
    let mut socket = served.chat().await;
    socket.send(json!({ "t": "hello", "session": session, "token": token, "after": 0 })).await;
    let over_socket = socket.items_until("Which size").await;
    assert_eq!(over_socket[..items.len()], items[..]);
}

#[tokio::test]
async fn mistakes_over_http_have_a_status_and_one_shape() {
    let served = Served::new().await;
    let (session, token) = served.open().await;
    let messages = format!("/v1/chat/test/sessions/{session}/messages");
    let events = format!("/v1/chat/test/sessions/{session}/events");
    let stream = format!("/v1/chat/test/sessions/{session}/stream");
    let unknown = "/v1/chat/test/sessions/0190a5a0-0000-7000-8000-000000000000/events";
    let long = json!({ "cid": "a", "text": "x".repeat(4_001) }).to_string();
    let huge = json!({ "cid": "a", "text": "x".repeat(70_000) }).to_string();
    let cases: &[(&str, &str, &str, u16, &str)] = &[
        ("POST", &messages, "", 422, "bad_frame"),
        ("POST", &messages, "{", 422, "bad_frame"),
        ("POST", &messages, r#"{"cid":"a"}"#, 422, "bad_frame"),
        ("POST", &messages, r#"{"cid":"a","text":"x","person":true}"#, 422, "bad_frame"),
        ("POST", &messages, r#"{"text":"x"}"#, 422, "bad_cid"),
        ("POST", &messages, r#"{"cid":"a b","text":"x"}"#, 422, "bad_cid"),
        ("POST", &messages, r#"{"cid":"a","text":"  "}"#, 422, "empty"),
        ("POST", &messages, r#"{"cid":"a","choice":"green"}"#, 409, "not_offered"),
        ("POST", &messages, &long, 413, "too_large"),
        ("POST", &messages, &huge, 413, "too_large"),
        ("GET", &messages, "", 405, "wrong_method"),
        ("GET", &format!("{events}?after=x"), "", 422, "bad_frame"),
        ("GET", &format!("{events}?after=-1"), "", 422, "bad_frame"),
        ("GET", &format!("{stream}?after=x"), "", 422, "bad_frame"),
        ("GET", unknown, "", 404, "unknown_session"),
        ("GET", "/v1/chat/test/sessions/x/events", "", 404, "unknown_session"),
        ("GET", "/v1/chat/nobody", "", 404, "unknown_bot"),
        ("POST", "/v1/chat/nobody/sessions", "", 404, "unknown_bot"),
        ("POST", "/v1/chat/test/sessions", "[]", 422, "bad_frame"),
        ("GET", "/v1/chat/%ff", "", 400, "bad_frame"),
        ("GET", "/v1/nothing/here", "", 404, "not_found"),
        ("GET", "/v1/chat/test/socket", "", 400, "bad_frame"),
    ];
    for (method, path, body, status, code) in cases {
        let method = method.parse().expect("a method");
        let request = served.client.request(method, served.url(path)).bearer_auth(&token).body((*body).to_owned());
        let (got, answer) = served.ask(request).await;
        let words = &body[..body.len().min(60)];
        assert_eq!((got, answer["error"]["code"].as_str()), (*status, Some(*code)), "{path} {words}: {answer}");
        assert!(answer["error"]["message"].as_str().is_some_and(|m| m.len() > 10), "{path}: {answer}");
    }
    let reused = |text: &str| {
        let body = json!({ "cid": "z", "text": text });
        served.client.post(served.url(&messages)).bearer_auth(&token).json(&body)
    };
    assert_eq!(served.ask(reused("one")).await.0, 201);
    let (status, answer) = served.ask(reused("two")).await;
    assert_eq!((status, &answer["error"]["code"]), (409, &json!("cid_reused")));
}

/// Reads a stream of events until one holds these words.
async fn read_until(response: &mut reqwest::Response, words: &str) -> String {
    let mut text = String::new();
    while !text.contains(words) || !text.ends_with("\n\n") {
        let chunk = response.chunk().await.expect("the stream goes on").expect("it has not ended");
        text.push_str(std::str::from_utf8(&chunk).expect("UTF-8"));
    }
    text
}

#[tokio::test]
async fn a_stream_of_events_is_live_and_goes_on_where_it_was() {
    let served = Served::new().await;
    let (session, token) = served.open().await;
    let url = |rest: &str| served.url(&format!("/v1/chat/test/sessions/{session}/{rest}"));
    let stream = || served.client.get(url("stream")).bearer_auth(&token).header("accept", "text/event-stream");
    let mut response = stream().send().await.expect("an answer");
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let before = read_until(&mut response, "event: status").await;
    assert!(before.contains("event: events") && before.contains("Which colour?"), "{before}");
    let say = served.client.post(url("messages")).bearer_auth(&token).json(&json!({ "cid": "a", "text": "green" }));
    let seq = served.ask(say).await.1["seq"].as_u64().expect("a place");
    let live = read_until(&mut response, "Which size?").await;
    assert!(!live.contains("Hello there"), "{live}");
    drop(response);
    let mut again = stream().header("last-event-id", seq.to_string()).send().await.expect("an answer");
    let rest = read_until(&mut again, "Which size?").await;
    assert!(rest.contains("You chose green") && !rest.contains("\"text\":\"green\""), "{rest}");
    assert!(rest.contains("\nid: ") || rest.starts_with("id: "), "{rest}");
}

#[tokio::test]
async fn a_restart_says_goodbye_and_loses_nothing() {
    let served = Served::new().await;
    let (mut chat, session, token) = served.begin().await;
    assert_eq!(chat.answer(say("a", "green")).await["t"], "ack");
    let first = tokio::spawn(async move { chat.closed().await });
    let served = served.again().await;
    assert_eq!(first.await.expect("it closed"), 1001);
    let mut again = served.chat().await;
    again.send(json!({ "t": "hello", "session": session, "token": token, "after": 0 })).await;
    let items = again.items_until("Which size").await;
    assert_eq!(texts(&items), ["Hello there.", "Which colour?", "green", "You chose green.", "Which size?"]);
    assert_eq!(again.answer(say("a", "green")).await["duplicate"], true, "what was acknowledged is known");
}

#[tokio::test]
async fn health_is_for_machines() {
    let served = Served::new().await;
    for path in ["/healthz", "/readyz"] {
        let response = served.client.get(served.url(path)).send().await.expect("an answer");
        assert_eq!(response.status(), 200, "{path}");
    }
}
