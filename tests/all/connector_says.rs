//! What `integrations.yaml` can say of a system: tokens, headers, places in answers, pages, answers used again, rests.
use super::support::bot;
use rapport::bot::Bot;
use rapport::connector::Http;
use rapport::engine::Answer;
use rapport::runtime::ports::{Connector, Request};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use wiremock::matchers::{
    body_string, body_string_contains, header, method, path, query_param, query_param_is_missing,
};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// A system whose only action `find` has these lines.
fn shop(system: &str, action: &str) -> Arc<Bot> {
    let indented = |text: &str, by: usize| text.replace('\n', &format!("\n{}", " ".repeat(by)));
    let text = format!(
        "shop:\n  allow private addresses: yes\n  {}\n  find:\n    {}\n",
        indented(system, 2),
        indented(action, 4)
    );
    bot(&[("integrations.yaml", text.as_str()), ("main.flow", "flow main\n  say: Hello.\n")])
}

fn http() -> Http {
    let secrets = [("T_ID", "app"), ("T_SECRET", "s3cret&"), ("T_REFRESH", "again"), ("T_HEADER", "h1")];
    Http::new(secrets.map(|(n, v)| (n.to_owned(), v.to_owned())).into()).expect("TLS starts")
}

async fn ask(http: &Http, bot: &Arc<Bot>, args: Value) -> Answer {
    let args = args.as_object().cloned().unwrap_or_default();
    let request = Request {
        bot: bot.clone(),
        system: "shop".into(),
        action: "find".into(),
        args,
        key: "k-1".into(),
        secret: false,
    };
    http.call(request).await
}

async fn find(bot: &Arc<Bot>, args: Value) -> Answer {
    ask(&http(), bot, args).await
}

fn outcome(name: &str, fields: Value) -> Answer {
    Answer::Outcome { outcome: name.into(), fields: fields.as_object().cloned().unwrap_or_else(Map::new) }
}

#[track_caller]
fn problem(answer: Answer) -> String {
    match answer {
        Answer::Failed { problem } => problem,
        Answer::Outcome { outcome, .. } => panic!("it should have failed, and was `{outcome}`"),
    }
}

async fn answering(body: Value) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(wiremock::matchers::any())
        .respond_with(ResponseTemplate::new(200).set_body_json(body))
        .mount(&server)
        .await;
    server
}

async fn requests(server: &MockServer, place: &str) -> usize {
    let all = server.received_requests().await.expect("requests are recorded");
    all.iter().filter(|r| r.url.path() == place).count()
}

#[tokio::test]
async fn values_are_written_as_their_place_needs() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/a%2Fb/find"))
        .and(query_param("who", "Ann & Bob=?"))
        .and(header("x-shop", "a/b"))
        .and(header("x-own", "h1"))
        .and(header("x-all", "plain"))
        .and(body_string("line=%22yes%22+%26+no&who=Ann+%26+Bob%3D%3F"))
        .respond_with(ResponseTemplate::new(200))
        .expect(1)
        .mount(&server)
        .await;
    let bot = shop(
        &format!("base: {}\nheaders: {{ X-All: plain, X-Own: \"${{T_HEADER}}\" }}", server.uri()),
        "post: /{{ shop }}/find\nquery: { who: \"{{ who }}\" }\nheaders: { X-Shop: \"{{ shop }}\" }\nform: { line: '\"yes\" & no', who: \"{{ who }}\" }",
    );
    assert_eq!(find(&bot, json!({ "shop": "a/b", "who": "Ann & Bob=?" })).await, outcome("ok", json!({})));
    let odd = problem(find(&bot, json!({ "shop": "a\r\nX-Admin: yes", "who": "x" })).await);
    assert!(odd.contains("cannot be sent"), "{odd}");
    let missing = problem(find(&bot, json!({ "shop": "a" })).await);
    assert!(missing.contains("could not be filled in"), "{missing}");
}

#[tokio::test]
async fn fields_come_from_their_places_in_the_shape_of_their_kind() {
    let answer = json!({ "order": { "id": 7, "total_price": "40.50", "fee": 1250, "paid": "true", "at": "2026-04-22T23:30:00Z",
        "made": 1_776_900_600, "lines": [{ "name": "Lamp" }, { "name": "Rug" }], "note": null } });
    let server = answering(answer).await;
    let gives = "gives:\n  id: text from order.id\n  total: money from order.total_price\n  fee: money in cents from $.order.fee\n  \
                 paid: yes or no from order.paid\n  day: date from order.at\n  made: date from order.made\n  names: list from order.lines[*].name\n  \
                 first: text from order.lines[0].name\n  note: text from order.note\n  lines: list from order.lines";
    let bot = shop(&format!("base: {}", server.uri()), &format!("get: /\n{gives}"));
    let wanted = json!({ "id": "7", "total": 40.5, "fee": 12.5, "paid": true, "day": "2026-04-22", "made": "2026-04-22",
        "names": ["Lamp", "Rug"], "first": "Lamp", "lines": [{ "name": "Lamp" }, { "name": "Rug" }] });
    assert_eq!(find(&bot, json!({})).await, outcome("ok", wanted));
}

#[tokio::test]
async fn a_value_of_another_kind_is_a_failure_that_names_it() {
    for (kind, value) in
        [("money", json!("a lot")), ("date", json!("soon")), ("list", json!("x")), ("yes or no", json!(3))]
    {
        let server = answering(json!({ "total": value })).await;
        let bot = shop(&format!("base: {}", server.uri()), &format!("get: /\ngives: {{ total: {kind} }}"));
        let problem = problem(find(&bot, json!({})).await);
        assert!(problem.contains(&format!("`total` in its answer is no {kind}")), "{problem}");
    }
}

#[tokio::test]
async fn what_an_answer_holds_can_decide_the_outcome() {
    let lines = "get: /\noutcomes: { 200: found, 200 where total = 0: none, 200 where ok = false: refused, 200 where items is empty: none }";
    for (answer, name) in [
        (json!({ "total": 3, "items": [1] }), "found"),
        (json!({ "total": "0", "items": [1] }), "none"),
        (json!({ "ok": false, "items": [1] }), "refused"),
        (json!({ "items": [] }), "none"),
        (json!({ "other": 1 }), "none"),
    ] {
        let server = answering(answer.clone()).await;
        let bot = shop(&format!("base: {}", server.uri()), lines);
        assert_eq!(find(&bot, json!({})).await, outcome(name, json!({})), "{answer}");
    }
}

#[tokio::test]
async fn a_token_is_fetched_once_and_again_where_it_is_taken_back() {
    let server = MockServer::start().await;
    let token =
        |name: &str| ResponseTemplate::new(200).set_body_json(json!({ "access_token": name, "expires_in": 3600 }));
    let fetch = || {
        Mock::given(method("POST"))
            .and(path("/token"))
            .and(body_string("grant_type=client_credentials&client_id=app&client_secret=s3cret%26&scope=read"))
    };
    fetch().respond_with(token("one")).up_to_n_times(1).mount(&server).await;
    fetch().respond_with(token("two")).mount(&server).await;
    let by = |name: &str| Mock::given(path("/orders")).and(header("authorization", format!("Bearer {name}").as_str()));
    by("one").respond_with(ResponseTemplate::new(200)).up_to_n_times(2).mount(&server).await;
    by("one").respond_with(ResponseTemplate::new(401)).mount(&server).await;
    by("two").respond_with(ResponseTemplate::new(200)).mount(&server).await;
    let uri = server.uri();
    let auth =
        format!("oauth2: {{ token: \"{uri}/token\", client: \"${{T_ID}}\", secret: \"${{T_SECRET}}\", scope: read }}");
    let bot = shop(&format!("base: {uri}\nauth: {{ {auth} }}"), "get: /orders");
    let http = http();
    for _ in 0..3 {
        assert_eq!(ask(&http, &bot, json!({})).await, outcome("ok", json!({})));
    }
    assert_eq!((requests(&server, "/token").await, requests(&server, "/orders").await), (2, 4));
}

#[tokio::test]
async fn a_log_in_that_does_not_work_says_so_and_asks_nothing() {
    let server = MockServer::start().await;
    Mock::given(path("/token")).respond_with(ResponseTemplate::new(400)).mount(&server).await;
    let uri = server.uri();
    let auth = format!(
        "oauth2: {{ token: \"{uri}/token\", client: app, secret: \"${{T_SECRET}}\", refresh: \"${{T_REFRESH}}\" }}"
    );
    let bot = shop(&format!("base: {uri}\nauth: {{ {auth} }}"), "post: /orders");
    let problem = problem(find(&bot, json!({})).await);
    assert!(problem.contains("/token answered 400") && problem.contains("${T_SECRET}"), "{problem}");
    assert!(!problem.contains("s3cret"), "{problem}");
    assert_eq!(requests(&server, "/orders").await, 0);
    let sent = server.received_requests().await.expect("requests are recorded");
    let body = String::from_utf8_lossy(&sent[0].body).into_owned();
    assert!(body.contains("grant_type=refresh_token&refresh_token=again"), "{body}");
}

#[tokio::test]
async fn pages_are_joined_up_to_a_bound() {
    let server = MockServer::start().await;
    let page = |items: Value, next: Value| {
        ResponseTemplate::new(200).set_body_json(json!({ "items": items, "next": next, "name": "x" }))
    };
    Mock::given(query_param_is_missing("after")).respond_with(page(json!([1, 2]), json!("b"))).mount(&server).await;
    Mock::given(query_param("after", "b")).respond_with(page(json!([3]), json!("c"))).mount(&server).await;
    Mock::given(query_param("after", "c")).respond_with(page(json!([4]), json!("d"))).mount(&server).await;
    for (most, items) in [(2, json!([1, 2, 3])), (3, json!([1, 2, 3, 4]))] {
        let lines = format!(
            "get: /?size=2\ngives: {{ items: list, name: text }}\npages: {{ next: next, as: after, at most: {most} }}"
        );
        let bot = shop(&format!("base: {}", server.uri()), &lines);
        assert_eq!(find(&bot, json!({})).await, outcome("ok", json!({ "items": items, "name": "x" })));
    }
    let sent = server.received_requests().await.expect("requests are recorded");
    assert!(
        sent.iter().all(|r| r.url.query_pairs().any(|(n, v)| n == "size" && v == "2")),
        "the rest of the query stays"
    );
}

#[tokio::test]
async fn a_next_page_elsewhere_is_not_asked_for() {
    let elsewhere = answering(json!({ "items": [9] })).await;
    for there in ["link", "next"] {
        let server = MockServer::start().await;
        let target = format!("{}/x", elsewhere.uri());
        let response = ResponseTemplate::new(200)
            .insert_header("link", format!("<{target}>; rel=\"next\"").as_str())
            .set_body_json(json!({ "items": [1], "next": target }));
        Mock::given(method("GET")).respond_with(response).mount(&server).await;
        let lines = format!("get: /\ngives: {{ items: list }}\npages: {{ next: {there} }}");
        let problem = problem(find(&shop(&format!("base: {}", server.uri()), &lines), json!({})).await);
        assert!(problem.contains("another server"), "{problem}");
    }
    assert_eq!(requests(&elsewhere, "/x").await, 0);
}

#[tokio::test]
async fn an_answer_is_used_again_only_as_long_as_it_may_and_only_for_the_same() {
    let server = answering(json!({ "item": "Lamp" })).await;
    let bot = shop(
        &format!("base: {}", server.uri()),
        "get: /orders\nquery: { n: \"{{ n }}\" }\ngives: { item: text }\ncache: 1 minute",
    );
    let http = http();
    for n in ["1", "1", "2"] {
        assert_eq!(ask(&http, &bot, json!({ "n": n })).await, outcome("ok", json!({ "item": "Lamp" })));
    }
    assert_eq!(requests(&server, "/orders").await, 2);
}

#[tokio::test]
async fn a_failure_is_never_used_again() {
    let server = MockServer::start().await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(404)).up_to_n_times(1).mount(&server).await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    let bot =
        shop(&format!("base: {}", server.uri()), "get: /orders\noutcomes: { 200: found, 404: none }\ncache: 1 minute");
    let http = http();
    assert_eq!(ask(&http, &bot, json!({})).await, outcome("none", json!({})));
    assert_eq!(ask(&http, &bot, json!({})).await, outcome("found", json!({})));
}

#[tokio::test]
async fn a_system_that_fails_again_and_again_is_left_alone_and_then_tried_once() {
    let server = MockServer::start().await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(500)).up_to_n_times(3).mount(&server).await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    let bot = shop(&format!("base: {}\nrest: {{ after: 3, for: 1s }}", server.uri()), "get: /orders\nretries: 0");
    let http = http();
    for _ in 0..3 {
        let problem = problem(ask(&http, &bot, json!({})).await);
        assert!(problem.contains("500"), "{problem}");
    }
    let resting = problem(ask(&http, &bot, json!({})).await);
    assert!(resting.contains("failed too often in a row"), "{resting}");
    assert_eq!(requests(&server, "/orders").await, 3, "nothing is asked meanwhile");
    let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while ask(&http, &bot, json!({})).await != outcome("ok", json!({})) {
        assert!(std::time::Instant::now() < until, "it is asked again after its rest");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(requests(&server, "/orders").await, 4);
}

#[tokio::test]
async fn the_key_goes_by_the_name_that_the_system_knows() {
    let server = answering(json!({})).await;
    let bot = shop(&format!("base: {}\nrepeat key: X-Request-Id", server.uri()), "post: /orders");
    find(&bot, json!({})).await;
    let sent = server.received_requests().await.expect("requests are recorded");
    assert_eq!(sent[0].headers.get("x-request-id").map(|v| v.to_str().expect("text")), Some("k-1"));
}

/// Every mistake at once, in words that say what to write.
#[test]
fn mistakes_are_told() {
    let text = "shop:
  base: https://shop.example
  auth: { oauth2: { token: here, client: app } }
  headers: { X: \"{{ y }}\" }
  rest: { after: 0 }
  allow private addresses: [10.0.0.0/8, home]
  find:
    post: /orders
    body: { a: 1 }
    form: { a: 1 }
    cache: 5m
    effect: mony
    largest: 9 GB
    outcomes: { 200 where: a, 700: b }
    gives: { total: \"money from [,\" }
    pages: { at most: 3 }
";
    let found = super::support::compiled(&[("integrations.yaml", text), ("main.flow", "flow main\n  say: Hello.\n")]);
    insta::assert_snapshot!(super::support::mistakes(&found));
}

#[tokio::test]
async fn secrets_are_never_shown() {
    let secrets = BTreeMap::from([("T".to_owned(), "verysecret".to_owned())]);
    let http = Http::new(secrets).expect("TLS starts");
    assert!(!format!("{http:?}").contains("verysecret"));
    let server = MockServer::start().await;
    Mock::given(body_string_contains("x")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    let bot = shop(&format!("base: {}\nauth: {{ bearer: \"${{T}}\" }}", server.uri()), "get: /");
    let problem = problem(ask(&http, &bot, json!({})).await);
    assert!(!problem.contains("verysecret"), "{problem}");
}
