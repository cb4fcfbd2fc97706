//! Requests to shops' systems, over real sockets: what is sent, what is repeated, what is refused, what agents are told.
use super::support::bot;
use rapport::bot::Bot;
use rapport::connector::Http;
use rapport::engine::Answer;
use rapport::runtime::ports::{Connector, Request};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use wiremock::matchers::{body_json, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const FLOW: &str = "flow main\n  say: Hello.\n";

/// A system with the actions `find` and `pay`, and these further lines.
fn shop(base: &str, lines: &str) -> Arc<Bot> {
    let integrations = format!(
        "shop:\n  base: {base}\n  {}\n  find:\n    get: /orders/{{{{ number }}}}\n    timeout: 1s\n    outcomes: {{ 200: found, 404: \
         not_found }}\n    gives: {{ item: text, total: money }}\n  pay:\n    post: /refunds\n    body: {{ order: \"{{{{ order }}}}\", why: \
         \"because {{{{ why }}}}\" }}\n    retries: 1\n    outcomes: {{ 201: started, 409: already }}\n    gives: {{ amount: money }}\n",
        lines.replace('\n', "\n  ")
    );
    bot(&[("integrations.yaml", integrations.as_str()), ("main.flow", FLOW)])
}

const INSIDE: &str = "allow private addresses: yes";

async fn call(bot: Arc<Bot>, action: &str, args: Value) -> Answer {
    let secrets = BTreeMap::from([("RAPPORT_TEST_TOKEN".to_owned(), "s3cret".to_owned())]);
    let Value::Object(args) = args else { panic!("arguments are an object") };
    let request =
        Request { bot, system: "shop".into(), action: action.into(), args, key: "chat-7-0".into(), secret: false };
    Http::new(secrets).expect("TLS starts").call(request).await
}

async fn find(bot: Arc<Bot>) -> Answer {
    call(bot, "find", json!({ "number": "204518" })).await
}

fn outcome(name: &str, fields: Value) -> Answer {
    let fields = fields.as_object().cloned().unwrap_or_else(Map::new);
    Answer::Outcome { outcome: name.into(), fields }
}

#[track_caller]
fn problem(answer: Answer) -> String {
    match answer {
        Answer::Failed { problem } => problem,
        Answer::Outcome { outcome, .. } => panic!("it should have failed, and was `{outcome}`"),
    }
}

/// A system that always answers so.
async fn answering(response: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(wiremock::matchers::any()).respond_with(response).mount(&server).await;
    server
}

async fn requests(server: &MockServer) -> usize {
    server.received_requests().await.expect("requests are recorded").len()
}

#[tokio::test]
async fn fields_that_are_asked_for_come_back_and_no_others() {
    let body = json!({ "item": "Lamp", "total": 48.0, "margin": 0.4 });
    let server = answering(ResponseTemplate::new(200).set_body_json(body)).await;
    let answer = find(shop(&server.uri(), INSIDE)).await;
    assert_eq!(answer, outcome("found", json!({ "item": "Lamp", "total": 48.0 })));
}

#[tokio::test]
async fn an_unknown_field_is_left_out() {
    let server = answering(ResponseTemplate::new(200).set_body_json(json!({ "item": null, "total": 1 }))).await;
    assert_eq!(find(shop(&server.uri(), INSIDE)).await, outcome("found", json!({ "total": 1 })));
}

#[tokio::test]
async fn a_body_a_token_and_a_stable_key_are_sent() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/refunds"))
        .and(header("authorization", "Bearer s3cret"))
        .and(header("idempotency-key", "chat-7-0"))
        .and(body_json(json!({ "order": 204518, "why": "because it broke" })))
        .respond_with(ResponseTemplate::new(201).set_body_json(json!({ "amount": 48 })))
        .expect(1)
        .mount(&server)
        .await;
    let bot = shop(&server.uri(), &format!("{INSIDE}\nauth: {{ bearer: \"${{RAPPORT_TEST_TOKEN}}\" }}"));
    let answer = call(bot, "pay", json!({ "order": 204518, "why": "it broke" })).await;
    assert_eq!(answer, outcome("started", json!({ "amount": 48 })));
}

#[tokio::test]
async fn other_ways_to_prove_oneself() {
    for (auth, name, value) in [
        ("{ header: { X-Key: \"${RAPPORT_TEST_TOKEN}\" } }", "x-key", "s3cret"),
        ("{ basic: { ann: \"${RAPPORT_TEST_TOKEN}\" } }", "authorization", "Basic YW5uOnMzY3JldA=="),
    ] {
        let server = MockServer::start().await;
        let yes = ResponseTemplate::new(200).set_body_json(json!({}));
        Mock::given(header(name, value)).respond_with(yes).mount(&server).await;
        let answer = find(shop(&server.uri(), &format!("{INSIDE}\nauth: {auth}"))).await;
        assert_eq!(answer, outcome("found", json!({})), "{auth}");
    }
}

#[tokio::test]
async fn a_missing_secret_is_named_and_nothing_is_sent() {
    let server = answering(ResponseTemplate::new(200)).await;
    let bot = shop(&server.uri(), &format!("{INSIDE}\nauth: {{ bearer: \"${{RAPPORT_TEST_NOT_SET}}\" }}"));
    let problem = problem(find(bot).await);
    assert!(
        problem.contains("shop.find") && problem.contains("environment variable RAPPORT_TEST_NOT_SET"),
        "{problem}"
    );
    assert_eq!(requests(&server).await, 0);
}

#[tokio::test]
async fn a_status_says_enough_where_the_body_is_for_people() {
    for body in ["<h1>Not found</h1>", "[1, 2]", ""] {
        let server = answering(ResponseTemplate::new(404).set_body_string(body)).await;
        assert_eq!(find(shop(&server.uri(), INSIDE)).await, outcome("not_found", json!({})), "{body:?}");
    }
}

#[tokio::test]
async fn fields_of_another_outcome_are_read_too() {
    let server = answering(ResponseTemplate::new(409).set_body_json(json!({ "amount": 12 }))).await;
    let answer = call(shop(&server.uri(), INSIDE), "pay", json!({ "order": "1", "why": "x" })).await;
    assert_eq!(answer, outcome("already", json!({ "amount": 12 })));
}

#[tokio::test]
async fn malformed_answers_are_failures_at_once() {
    for (body, words) in [("<h1>Hello</h1>", "no JSON"), ("[1, 2]", "no JSON object")] {
        let server = answering(ResponseTemplate::new(200).set_body_string(body)).await;
        let problem = problem(find(shop(&server.uri(), INSIDE)).await);
        assert!(problem.contains(words), "{problem}");
        assert_eq!(requests(&server).await, 1);
    }
}

#[tokio::test]
async fn a_status_that_nobody_named_is_a_failure_with_the_ones_that_are() {
    let server = answering(ResponseTemplate::new(418)).await;
    let problem = problem(find(shop(&server.uri(), INSIDE)).await);
    assert!(problem.contains("418") && problem.contains("200, 404"), "{problem}");
    assert_eq!(requests(&server).await, 1);
}

#[tokio::test]
async fn what_passes_is_tried_again() {
    for status in [429, 502, 503, 504] {
        let server = MockServer::start().await;
        let no = ResponseTemplate::new(status);
        Mock::given(method("GET")).respond_with(no).up_to_n_times(2).mount(&server).await;
        let yes = ResponseTemplate::new(200).set_body_json(json!({ "item": "Lamp" }));
        Mock::given(method("GET")).respond_with(yes).mount(&server).await;
        assert_eq!(find(shop(&server.uri(), INSIDE)).await, outcome("found", json!({ "item": "Lamp" })), "{status}");
        assert_eq!(requests(&server).await, 3);
    }
}

#[tokio::test]
async fn every_repetition_carries_the_same_key() {
    let server = answering(ResponseTemplate::new(503)).await;
    let problem = problem(
        call(shop(&server.uri(), &format!("{INSIDE}\nrepeat key: yes")), "pay", json!({ "order": "1", "why": "x" }))
            .await,
    );
    assert!(problem.contains("503"), "{problem}");
    let sent = server.received_requests().await.expect("requests are recorded");
    let keys: Vec<_> = sent.iter().map(|r| r.headers.get("idempotency-key").expect("a key").clone()).collect();
    assert_eq!(keys, ["chat-7-0", "chat-7-0"], "`retries: 1` means two attempts");
}

#[tokio::test]
async fn a_pause_that_is_asked_for_is_kept() {
    let server = MockServer::start().await;
    let no = ResponseTemplate::new(429).insert_header("retry-after", "1");
    Mock::given(method("GET")).respond_with(no).up_to_n_times(1).mount(&server).await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(404)).mount(&server).await;
    let began = Instant::now();
    assert_eq!(find(shop(&server.uri(), INSIDE)).await, outcome("not_found", json!({})));
    assert!(began.elapsed() >= Duration::from_secs(1), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_system_that_sleeps_is_given_up() {
    let server = answering(ResponseTemplate::new(200).set_delay(Duration::from_secs(30))).await;
    let began = Instant::now();
    let problem = problem(find(shop(&server.uri(), INSIDE)).await);
    assert!(problem.contains("too long to answer"), "{problem}");
    assert!(began.elapsed() < Duration::from_secs(10), "three attempts of a second: {:?}", began.elapsed());
}

#[tokio::test]
async fn a_system_that_is_away_is_a_failure_in_words() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let problem = problem(find(shop(&format!("http://{address}"), INSIDE)).await);
    assert!(problem.starts_with("shop.find: it could not be reached"), "{problem}");
}

#[tokio::test]
async fn a_flood_is_cut_off() {
    let flood = format!("{{\"item\":\"{}\"}}", "x".repeat(300 * 1024));
    let server = answering(ResponseTemplate::new(200).set_body_string(flood)).await;
    let problem = problem(find(shop(&server.uri(), INSIDE)).await);
    assert!(problem.contains("longer than 256 KB"), "{problem}");
}

#[tokio::test]
async fn redirects_lead_nowhere() {
    let target = answering(ResponseTemplate::new(200).set_body_json(json!({ "item": "secret" }))).await;
    let server = answering(ResponseTemplate::new(302).insert_header("location", target.uri())).await;
    let problem = problem(find(shop(&server.uri(), INSIDE)).await);
    assert!(problem.contains("302"), "{problem}");
    assert_eq!(requests(&target).await, 0);
}

#[tokio::test]
async fn a_customers_words_stay_one_part_of_the_path() {
    let server = answering(ResponseTemplate::new(404)).await;
    let bot = shop(&server.uri(), INSIDE);
    for words in ["../admin", "1?all=yes", "1/../../x", "1#x", "a b"] {
        let answer = call(bot.clone(), "find", json!({ "number": words })).await;
        assert_eq!(answer, outcome("not_found", json!({})));
    }
    for request in server.received_requests().await.expect("requests are recorded") {
        let path = request.url.path();
        assert_eq!(path.matches('/').count(), 2, "{path}");
        assert!(path.starts_with("/orders/") && request.url.query().is_none(), "{path}");
    }
    let climbing = problem(call(bot, "find", json!({ "number": ".." })).await);
    assert!(climbing.contains("dotted part of a path"), "{climbing}");
}

#[tokio::test]
async fn the_own_network_stays_closed() {
    let server = answering(ResponseTemplate::new(200).set_body_json(json!({ "item": "secret" }))).await;
    let port = server.address().port();
    let hosts = [
        "127.0.0.1",
        "127.9.9.9",
        "2130706433",
        "0x7f.1",
        "localhost",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "168.63.129.16",
        "100.64.0.1",
        "100.100.100.200",
        "192.0.0.192",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[100::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:10.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::a9fe:a9fe]",
        "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]",
        "[2001:0:7f00:1::]",
        "[2001:db8::1]",
        "[::ffff:0:7f00:1]",
    ];
    for host in hosts {
        let began = Instant::now();
        let problem = problem(find(shop(&format!("http://{host}:{port}"), "")).await);
        assert!(problem.contains("private address"), "{host}: {problem}");
        assert!(problem.contains("allow private addresses: yes"), "{host}: {problem}");
        assert!(began.elapsed() < Duration::from_secs(1), "{host}: it was tried again");
    }
    assert_eq!(requests(&server).await, 0);
}

#[tokio::test]
async fn a_header_that_cannot_be_sent_is_not_tried_again() {
    let server = answering(ResponseTemplate::new(200)).await;
    let bot =
        shop(&server.uri(), &format!("{INSIDE}\nauth: {{ header: {{ \"X Key\": \"${{RAPPORT_TEST_TOKEN}}\" }} }}"));
    let problem = problem(find(bot).await);
    assert!(problem.contains("cannot be sent") && !problem.contains("s3cret"), "{problem}");
    assert_eq!(requests(&server).await, 0);
}

#[tokio::test]
async fn an_action_that_is_gone_is_a_failure() {
    let problem = problem(call(shop("https://shop.example", ""), "cancel", json!({})).await);
    assert!(problem.contains("`integrations.yaml` has no `shop.cancel`"), "{problem}");
}
