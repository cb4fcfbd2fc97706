//! No request of a flow gets into the own network: however the address is written, whatever a name turns out to be.
use super::support::bot;
use rapport::bot::Bot;
use rapport::connector::{Http, Names};
use rapport::engine::Answer;
use rapport::runtime::ports::{Connector, Request};
use serde_json::Map;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// Says the first answer, then the second, and so on; the last again and again.
struct Changing {
    answers: Vec<Vec<&'static str>>,
    asked: AtomicUsize,
}

#[async_trait::async_trait]
impl Names for Changing {
    async fn look_up(&self, _: &str) -> std::io::Result<Vec<IpAddr>> {
        let at = self.asked.fetch_add(1, Ordering::SeqCst).min(self.answers.len() - 1);
        Ok(self.answers[at].iter().map(|a| a.parse().expect("an address")).collect())
    }
}

fn names(answers: &[&[&'static str]]) -> Arc<Changing> {
    Arc::new(Changing { answers: answers.iter().map(|a| a.to_vec()).collect(), asked: AtomicUsize::new(0) })
}

fn shop(base: &str, allowed: &str) -> Arc<Bot> {
    let text = format!(
        "shop:\n  base: {base}\n  allow private addresses: {allowed}\n  rest: no\n  find:\n    get: /\n    retries: 1\n    timeout: 2s\n    gives: {{ item: text }}\n"
    );
    bot(&[("integrations.yaml", text.as_str()), ("main.flow", "flow main\n  say: Hello.\n")])
}

async fn find(http: &Http, bot: &Arc<Bot>) -> Answer {
    let request = Request {
        bot: bot.clone(),
        system: "shop".into(),
        action: "find".into(),
        args: Map::new(),
        key: "k".into(),
        secret: false,
    };
    http.call(request).await
}

#[track_caller]
fn refused(answer: Answer, what: &str) {
    match answer {
        Answer::Failed { problem } => assert!(
            problem.contains("is a private address") && problem.contains("allow private addresses"),
            "{what}: {problem}"
        ),
        Answer::Outcome { .. } => panic!("{what} was reached"),
    }
}

async fn inside() -> (MockServer, u16) {
    let server = MockServer::start().await;
    let secret = ResponseTemplate::new(200).set_body_json(serde_json::json!({ "item": "secret" }));
    Mock::given(wiremock::matchers::any()).respond_with(secret).mount(&server).await;
    let port = server.address().port();
    (server, port)
}

async fn nothing_came(server: &MockServer) {
    assert_eq!(server.received_requests().await.expect("requests are recorded").len(), 0);
}

/// One row a trick: literal, decimal, hexadecimal, octal, short, mapped into IPv6 and its relatives, metadata services.
#[tokio::test]
async fn however_it_is_written() {
    let (server, port) = inside().await;
    let http = Http::new(BTreeMap::new()).expect("TLS starts");
    for (trick, host) in [
        ("literal", "127.0.0.1"),
        ("decimal", "2130706433"),
        ("hexadecimal", "0x7f000001"),
        ("octal", "0177.0.0.1"),
        ("short", "127.1"),
        ("full-width digits", "１２７.0.0.1"),
        ("loopback in IPv6", "[::1]"),
        ("mapped into IPv6", "[::ffff:127.0.0.1]"),
        ("mapped, in hexadecimal", "[::ffff:7f00:1]"),
        ("translated (NAT64)", "[64:ff9b::7f00:1]"),
        ("6to4", "[2002:7f00:1::]"),
        ("metadata service", "169.254.169.254"),
        ("metadata service, decimal", "2852039166"),
        ("metadata service, mapped", "[::ffff:169.254.169.254]"),
        ("metadata service of AWS, IPv6", "[fd00:ec2::254]"),
        ("metadata service of Alibaba", "100.100.100.200"),
        ("host service of Azure", "168.63.129.16"),
        ("a name of this machine", "localhost"),
        ("private", "10.0.0.1"),
    ] {
        refused(find(&http, &shop(&format!("http://{host}:{port}"), "no")).await, trick);
    }
    nothing_came(&server).await;
}

#[tokio::test]
async fn a_name_that_points_inside() {
    let (server, port) = inside().await;
    for address in ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fd00::1"] {
        let http = Http::with_names(BTreeMap::new(), names(&[&[address]])).expect("TLS starts");
        refused(find(&http, &shop(&format!("http://shop.example:{port}"), "no")).await, address);
    }
    nothing_came(&server).await;
}

/// The name is looked up once for a connection, and the connection goes to what was judged: there is no second answer to give.
#[tokio::test]
async fn a_name_that_changes_between_the_check_and_the_connection() {
    let (server, port) = inside().await;
    let bot = shop(&format!("http://shop.example:{port}"), "[127.0.0.1]");
    let names = names(&[&["127.0.0.1"], &["127.0.0.2"]]);
    let http = Http::with_names(BTreeMap::new(), names.clone()).expect("TLS starts");
    assert!(matches!(find(&http, &bot).await, Answer::Outcome { .. }), "127.0.0.1 is named");
    assert_eq!(names.asked.load(Ordering::SeqCst), 1, "one look-up for a connection");
    // Another client has no connection left from before, and so asks again.
    let later = Http::with_names(BTreeMap::new(), names.clone()).expect("TLS starts");
    refused(find(&later, &bot).await, "the second answer");
    assert_eq!(names.asked.load(Ordering::SeqCst), 2, "a refusal is not asked about again");
    drop(server);
}

/// Of several addresses only those are used that it may have.
#[tokio::test]
async fn a_name_with_a_good_and_a_bad_address() {
    let (server, port) = inside().await;
    let both = names(&[&["10.9.9.9", "127.0.0.1"]]);
    let http = Http::with_names(BTreeMap::new(), both).expect("TLS starts");
    let answer = find(&http, &shop(&format!("http://shop.example:{port}"), "[127.0.0.0/8]")).await;
    assert!(matches!(answer, Answer::Outcome { .. }), "{answer:?}");
    drop(server);
}

#[tokio::test]
async fn a_redirect_leads_nowhere() {
    let (inner, port) = inside().await;
    for status in [301, 302, 303, 307, 308] {
        let server = MockServer::start().await;
        let away =
            ResponseTemplate::new(status).insert_header("location", format!("http://127.0.0.1:{port}/").as_str());
        Mock::given(wiremock::matchers::any()).respond_with(away).mount(&server).await;
        let http = Http::new(BTreeMap::new()).expect("TLS starts");
        let Answer::Failed { problem } = find(&http, &shop(&server.uri(), "yes")).await else { panic!("{status}") };
        assert!(problem.contains(&status.to_string()) && problem.contains("leads elsewhere"), "{problem}");
    }
    nothing_came(&inner).await;
}

/// `yes` opens the own network, and yet not the places where clouds tell secrets; these must be named.
#[tokio::test]
async fn metadata_services_are_not_opened_by_yes() {
    for host in ["169.254.169.254", "[fd00:ec2::254]", "100.100.100.200", "[fe80::1]"] {
        let http = Http::new(BTreeMap::new()).expect("TLS starts");
        refused(find(&http, &shop(&format!("http://{host}:9"), "yes")).await, host);
    }
}
