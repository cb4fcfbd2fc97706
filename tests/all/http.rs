//! The chat over plain HTTP: docs/protocol.md, row by row.
use super::served::{Served, texts};
use serde_json::{Value, json};

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
async fn the_website_tells_of_events_and_pages() {
    let served = Served::new().await;
    let (session, token) = served.open().await;
    let url = |rest: &str| served.url(&format!("/v1/chat/test/sessions/{session}/{rest}"));
    let event = |body: Value| served.client.post(url("event")).bearer_auth(&token).json(&body);
    assert_eq!(served.ask(event(json!({ "event": "Parcel_Late", "with": { "days": 2 } }))).await.0, 201);
    let (_, page) = served.ask(served.client.get(url("events")).bearer_auth(&token)).await;
    let heard = texts(page["items"].as_array().expect("items"));
    assert_eq!(heard[2], "Your parcel is 2 days late.", "{heard:?}");
    assert_eq!(heard.last().copied(), Some("Which colour?"), "the question at hand comes back");
    let (status, lacks) = served.ask(event(json!({ "event": "parcel_late", "with": { "days": null } }))).await;
    assert_eq!((status, &lacks["error"]["code"]), (422, &json!("event_lacks")));
    let (status, unknown) = served.ask(event(json!({ "event": "parcel_lost" }))).await;
    assert_eq!((status, &unknown["error"]["code"]), (404, &json!("unknown_event")));
    let opening = json!({ "page": "https://shop.example/cart", "start": "cart" });
    let (_, opened) = served.ask(served.client.post(served.url("/v1/chat/test/sessions")).json(&opening)).await;
    let mut socket = served.chat().await;
    let hello = json!({ "t": "hello", "session": opened["session"], "token": opened["token"], "after": 0 });
    socket.send(hello).await;
    assert_eq!(texts(&socket.items_until("Which colour").await)[0], "Can I help with the cart?");
    socket.send(json!({ "t": "event", "name": "parcel_late", "with": { "days": 3 } })).await;
    socket.items_until("3 days late").await;
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
async fn health_is_for_machines() {
    let served = Served::new().await;
    for path in ["/healthz", "/readyz"] {
        let response = served.client.get(served.url(path)).send().await.expect("an answer");
        assert_eq!(response.status(), 200, "{path}");
    }
}
