//! Webhooks over real sockets, to receivers that misbehave: nothing is lost, of each chat everything comes in order under the
//! same id, and no chat waits for any of it.
use super::served::Served;
use super::support::{Hand, bot, compiled, mistakes};
use super::visitor::ann;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use rapport::bot::Bot;
use rapport::bus::local::LocalBus;
use rapport::connector::Http;
use rapport::id::{AgentId, SessionId};
use rapport::runtime::ports::Store;
use rapport::runtime::webhooks::Delivery;
use rapport::runtime::{Limits, Opening, Parts, Runtime, Said};
use rapport::store::Sqlite;
use serde_json::{Value, json};
use sha2::Sha256;
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

const SECRET: &str = "a secret of twenty-four bytes or more";
/// Longer than anything takes that works.
const PATIENCE: Duration = Duration::from_secs(20);
const FLOW: &str = "flow main
  ask number: Which order?
    accept whole number
  promise answer within 1 hour: You will hear from us {{ within }}.
  feedback helpful: How was that?
  resolve: Bye.
";

/// How a receiver answers.
#[derive(Clone, Copy, Debug)]
enum How {
    Status(&'static str),
    /// Takes the news and breaks off before it says so.
    Closed,
    /// Says so, and breaks off in the middle.
    Half,
    Never,
}

/// What a receiver got.
#[derive(Debug)]
struct Got {
    headers: BTreeMap<String, String>,
    body: String,
}

impl Got {
    fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// The place in its chat.
    fn seq(&self) -> u64 {
        self.json()["data"]["seq"].as_u64().expect("a place")
    }
}

struct Receiver {
    address: SocketAddr,
    got: UnboundedReceiver<Got>,
}

impl Receiver {
    /// Answers so, one after the other, and well after that.
    async fn start(script: &[How]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let script = Arc::new(Mutex::new(script.iter().copied().collect::<VecDeque<_>>()));
        let (tell, got) = unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, script.clone(), tell.clone()));
            }
        });
        Self { address, got }
    }

    async fn next(&mut self) -> Got {
        tokio::time::timeout(PATIENCE, self.got.recv()).await.expect("something is told").expect("it listens")
    }
}

async fn serve(mut stream: TcpStream, script: Arc<Mutex<VecDeque<How>>>, tell: UnboundedSender<Got>) {
    let Some(got) = read(&mut stream).await else { return };
    let how = script.lock().expect("not poisoned").pop_front().unwrap_or(How::Status("204 No Content"));
    let answer = match how {
        How::Status(status) => format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"),
        How::Half => "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\nhalf".into(),
        How::Closed | How::Never => String::new(),
    };
    let _ = tell.send(got);
    if matches!(how, How::Never) {
        return std::future::pending().await;
    }
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}

async fn read(stream: &mut TcpStream) -> Option<Got> {
    let (mut seen, mut buffer) = (Vec::new(), [0_u8; 4096]);
    loop {
        let n = stream.read(&mut buffer).await.ok().filter(|n| *n > 0)?;
        seen.extend_from_slice(&buffer[..n]);
        let text = String::from_utf8_lossy(&seen);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let pair = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
        let headers: BTreeMap<String, String> = head.lines().skip(1).filter_map(pair).collect();
        let length: usize = headers.get("content-length")?.parse().ok()?;
        if body.len() >= length {
            return Some(Got { headers, body: body.to_owned() });
        }
    }
}

fn teller(receivers: &[(&str, SocketAddr, &str)]) -> Arc<Bot> {
    let mut settings = "webhooks:\n".to_owned();
    for (name, address, more) in receivers {
        settings += &format!(
            "  {name}: {{ to: \"http://{address}/hook\", secret: \"${{HOOK_SECRET}}\", timeout: 2s{more} }}\n"
        );
    }
    bot(&[("bot.yaml", settings.as_str()), ("main.flow", FLOW)])
}

const INSIDE: &str = ", allow private addresses: yes";

fn connector() -> Arc<Http> {
    let secrets = BTreeMap::from([("HOOK_SECRET".to_owned(), SECRET.to_owned())]);
    Arc::new(Http::new(secrets).expect("TLS starts"))
}

struct Desk {
    runtime: Runtime,
    store: Arc<Sqlite>,
    clock: Arc<Hand>,
    data: TempDir,
}

impl Desk {
    async fn opens(bot: Arc<Bot>) -> Self {
        let data = TempDir::new().expect("a folder");
        let store = Arc::new(Sqlite::open(&data.path().join("rapport.db")).expect("a store"));
        let clock = Hand::new();
        let parts = Parts {
            store: store.clone(),
            bus: Arc::new(LocalBus::default()),
            connector: connector(),
            clock: clock.clone(),
            bots: vec![bot],
            limits: Limits::default(),
        };
        Self { runtime: Runtime::start(parts).await.expect("it starts"), store, clock, data }
    }

    async fn chat(&self) -> SessionId {
        self.runtime.open("test", Opening::default()).await.expect("a chat").session
    }

    async fn says(&self, chat: SessionId, cid: &str, text: &str) {
        self.runtime.customer(chat, cid, Said::Text(text.into())).await.expect("taken");
    }

    /// What is not delivered, once this is true of it.
    async fn until(&self, fits: impl Fn(&[Delivery]) -> bool) -> Vec<Delivery> {
        let looks = async {
            loop {
                let left = self.store.deliveries().undelivered(100).await.expect("read");
                if fits(&left) {
                    return left;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, looks).await.expect("it comes to that")
    }

    /// As time goes by.
    fn later(&self, by: Duration) {
        self.clock.forward(by);
        self.runtime.wake_webhooks();
    }
}

/// As docs/webhooks.md says how to verify it.
fn signed(got: &Got) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("a key");
    mac.update(format!("{}.{}.{}", got.id(), got.headers["webhook-timestamp"], got.body).as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[tokio::test]
async fn what_happens_is_told_in_order_and_signed() {
    let mut receiver = Receiver::start(&[]).await;
    let desk = Desk::opens(teller(&[("crm", receiver.address, INSIDE)])).await;
    let chat = desk.chat().await;
    desk.says(chat, "a", "204518").await;
    desk.runtime.customer(chat, "b", Said::Person).await.expect("taken");
    let mut told = Vec::new();
    while told.iter().all(|got: &Got| got.json()["type"] != "chat.escalated") {
        told.push(receiver.next().await);
    }
    let kinds: Vec<String> = told.iter().map(|g| g.json()["type"].as_str().expect("a type").to_owned()).collect();
    assert_eq!(kinds[..3], ["chat.started", "chat.message", "chat.message"], "{kinds:?}");
    assert!(kinds.contains(&"promise.made".to_owned()), "{kinds:?}");
    assert!(told.is_sorted_by_key(Got::seq), "in the order of the chat");
    for got in &told {
        assert_eq!(got.headers["webhook-signature"], signed(got));
        assert_eq!(got.headers["webhook-timestamp"], "1777885200");
        assert_eq!(got.id(), format!("{chat}-{}", got.seq()));
        let json = got.json();
        assert_eq!((&json["data"]["bot"], &json["data"]["chat"]), (&json!("test"), &json!(chat.to_string())));
        assert_eq!(json["timestamp"], "2026-05-04T09:00:00Z");
    }
    let said = told.iter().map(Got::json).find(|j| j["data"]["from"]["role"] == "customer").expect("a message");
    assert_eq!(said["data"]["text"], "204518");
    desk.until(<[_]>::is_empty).await;
    desk.runtime.stop().await;
}

#[tokio::test]
async fn only_what_a_receiver_wants_is_told_to_it() {
    let mut receiver = Receiver::start(&[]).await;
    let desk =
        Desk::opens(teller(&[("crm", receiver.address, ", allow private addresses: yes, send: [promise late]")])).await;
    let chat = desk.chat().await;
    desk.says(chat, "a", "204518").await;
    desk.clock.forward(Duration::from_secs(2 * 3600));
    // the next turn lets the timers look
    desk.chat().await;
    desk.says(chat, "b", "hello?").await;
    assert_eq!(receiver.next().await.json()["data"]["promise"], "answer");
    assert!(receiver.got.try_recv().is_err(), "nothing else");
    desk.runtime.stop().await;
}

/// Whatever a receiver does, it is told again under the same id, and what follows in the chat waits for it.
#[tokio::test]
async fn what_does_not_arrive_is_sent_again_before_what_follows() {
    let bad = [
        How::Status("500 Internal Server Error"),
        How::Status("302 Found\r\nlocation: http://127.0.0.1:9/"),
        How::Closed,
        How::Never,
        How::Status("404 Not Found"),
    ];
    let mut receiver = Receiver::start(&bad).await;
    let desk = Desk::opens(teller(&[("crm", receiver.address, INSIDE)])).await;
    let chat = desk.chat().await;
    for attempt in 1..=5 {
        assert_eq!(receiver.next().await.seq(), 1, "attempt {attempt}");
        let left = desk.until(|left| left.first().is_some_and(|d| d.tries == attempt)).await;
        assert!(!left[0].dead && !left[0].problem.is_empty(), "{left:?}");
        assert!(left.iter().all(|d| d.due >= left[0].due), "what follows waits: {left:?}");
        desk.later(Duration::from_secs(24 * 3600));
    }
    let last = receiver.next().await;
    assert_eq!((last.seq(), last.id()), (1, format!("{chat}-1").as_str()), "the same id to the end");
    assert_eq!(receiver.next().await.seq(), 2);
    desk.until(<[_]>::is_empty).await;
    desk.runtime.stop().await;
}

/// It has the news: that it could not finish its answer is its own affair.
#[tokio::test]
async fn half_an_answer_is_an_answer() {
    let mut receiver = Receiver::start(&[How::Half]).await;
    let desk = Desk::opens(teller(&[("crm", receiver.address, INSIDE)])).await;
    desk.chat().await;
    assert_eq!((receiver.next().await.seq(), receiver.next().await.seq()), (1, 2));
    desk.until(<[_]>::is_empty).await;
    desk.runtime.stop().await;
}

#[tokio::test]
async fn a_receiver_that_asks_for_a_rest_gets_it_from_all_chats() {
    let mut receiver = Receiver::start(&[How::Status("429 Too Many Requests\r\nretry-after: 600")]).await;
    let desk = Desk::opens(teller(&[("crm", receiver.address, INSIDE)])).await;
    desk.chat().await;
    receiver.next().await;
    desk.until(|left| left.first().is_some_and(|d| d.tries == 1)).await;
    let other = desk.chat().await;
    desk.later(Duration::from_secs(590));
    desk.says(other, "a", "7").await;
    assert!(receiver.got.try_recv().is_err(), "it rests");
    desk.later(Duration::from_secs(60));
    receiver.next().await;
    desk.until(<[_]>::is_empty).await;
    desk.runtime.stop().await;
}

#[tokio::test]
async fn a_receiver_that_never_answers_holds_up_neither_chats_nor_others() {
    let stuck = Receiver::start(&[How::Never; 64]).await;
    let mut quick = Receiver::start(&[]).await;
    let desk = Desk::opens(teller(&[("stuck", stuck.address, INSIDE), ("quick", quick.address, INSIDE)])).await;
    for _ in 0..12 {
        let chat = desk.chat().await;
        desk.says(chat, "a", "7").await;
        while quick.next().await.json()["data"]["from"]["role"] != "customer" {}
    }
    desk.runtime.stop().await;
}

#[tokio::test]
async fn what_is_given_up_is_seen_and_sent_again_by_a_lead() {
    let mut receiver = Receiver::start(&[How::Status("410 Gone")]).await;
    let crm = teller(&[("crm", receiver.address, INSIDE)]);
    let served = Served::with(|parts| (parts.bots, parts.connector) = (vec![crm], connector())).await;
    let mut lead = ann(&served).await;
    assert!(lead.get("/webhooks").await.text.contains("Everything is delivered."));
    served.open().await;
    assert_eq!(receiver.next().await.seq(), 1);
    assert_eq!(receiver.next().await.seq(), 2, "what follows goes on");
    let page = loop {
        let page = lead.get("/webhooks").await;
        if page.text.contains("0 waiting, 1 given up") {
            break page;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    assert!(page.text.contains("it answered 410 Gone"), "{}", page.text);
    let form = [("csrf", page.csrf()), ("bot", "test".to_owned()), ("hook", "crm".to_owned())];
    let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (*n, v.as_str())).collect();
    assert_eq!(lead.post("/webhooks/replay", &form[1..]).await.status, 403, "without the token of the login");
    assert_eq!(lead.post("/webhooks/replay", &form).await.status, 303);
    assert_eq!(receiver.next().await.seq(), 1);
    assert!(lead.get("/record").await.text.contains("sent webhooks again"));
    served.server.stop().await;
}

fn rapport(data: &TempDir, args: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rapport"));
    let done = command.arg("webhooks").args(args).arg("--data").arg(data.path()).output().expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (done.status.success(), format!("{}{}", text(&done.stdout), text(&done.stderr)))
}

#[tokio::test]
async fn after_the_last_attempt_the_command_line_sends_again() {
    let mut receiver = Receiver::start(&[How::Status("500 Internal Server Error"); 10]).await;
    let desk =
        Desk::opens(teller(&[("crm", receiver.address, ", allow private addresses: yes, send: chat started")])).await;
    let chat = desk.chat().await;
    for attempt in 1..=10 {
        receiver.next().await;
        desk.until(|left| left[0].tries == attempt).await;
        desk.later(Duration::from_secs(2 * 86_400));
    }
    let left = desk.until(|left| left[0].dead).await;
    assert!(left[0].problem.contains("500"), "{left:?}");
    let (done, list) = rapport(&desk.data, &["list"]);
    assert!(done && list.contains("given up") && list.contains(&format!("{chat}-1:crm")), "{list}");
    let (done, said) = rapport(&desk.data, &["replay", "nonsense"]);
    assert!(!done && said.contains("looks like CHAT-NUMBER:WEBHOOK"), "{said}");
    assert!(!rapport(&desk.data, &["replay", "test/other"]).0);
    let (done, said) = rapport(&desk.data, &["replay", &format!("{chat}-1:crm")]);
    assert!(done, "{said}");
    // the command line goes by the machine's clock
    desk.later(Duration::from_secs(100 * 365 * 86_400));
    receiver.next().await;
    desk.until(<[_]>::is_empty).await;
    assert!(rapport(&desk.data, &["list"]).1.contains("Everything is delivered."));
    desk.runtime.stop().await;
}

#[tokio::test]
async fn what_is_erased_is_told_to_nobody() {
    let mut receiver = Receiver::start(&[How::Status("500 Internal Server Error")]).await;
    let desk = Desk::opens(teller(&[("crm", receiver.address, INSIDE)])).await;
    let chat = desk.chat().await;
    receiver.next().await;
    desk.until(|left| left.first().is_some_and(|d| d.tries == 1)).await;
    desk.runtime.erase(chat).await.expect("erased");
    desk.until(<[_]>::is_empty).await;
    desk.later(Duration::from_secs(3600));
    let other = desk.chat().await;
    assert_eq!(receiver.next().await.json()["data"]["chat"], json!(other.to_string()));
    desk.runtime.stop().await;
}

/// A webhook reaches no further into the own network than an integration does, and needs a secret that nobody guesses.
#[tokio::test]
async fn where_it_may_not_go_it_does_not_go() {
    let mut receiver = Receiver::start(&[]).await;
    let desk = Desk::opens(teller(&[("crm", receiver.address, "")])).await;
    desk.chat().await;
    let left = desk.until(|left| left.first().is_some_and(|d| d.tries == 1)).await;
    assert!(left[0].problem.contains("private address"), "{left:?}");
    assert!(receiver.got.try_recv().is_err());
    desk.runtime.stop().await;
}

#[test]
fn mistakes_in_bot_yaml_are_told() {
    let settings = "webhooks:\n  crm:\n    to: crm.example\n    secret: open\n    send: [escalatd, all]\n    timeout: 5m\n  other: { to: \"https://a.example\" }\n";
    let told = mistakes(&compiled(&[("bot.yaml", settings), ("main.flow", "flow main\n  say: Hello.\n")]));
    for words in [
        "`crm.example` is not a web address",
        "A secret must not stand in this file",
        "Did you mean `escalated`?",
        "Nothing is told by the name `all`",
        "no time that a webhook is waited for",
        "The webhook `other` does not say its `secret`",
    ] {
        assert!(told.contains(words), "{words} is missing in {told}");
    }
}

/// Agents' names come along; what is internal does not.
#[tokio::test]
async fn what_agents_do_is_told_and_their_notes_are_not() {
    use rapport::engine::Input;
    let mut receiver = Receiver::start(&[]).await;
    let desk = Desk::opens(teller(&[("crm", receiver.address, INSIDE)])).await;
    let chat = desk.chat().await;
    let (agent, name) = (AgentId(1), "Ann".to_owned());
    desk.says(chat, "a", "7").await;
    let kept = || Input::AgentKeptPromise { agent, name: name.clone(), promise: "answer".into() };
    let inputs = [
        Input::AgentTook { agent, name: name.clone() },
        Input::AgentNoted { agent, name: name.clone(), text: "a secret note".into() },
        Input::AgentSaid { agent, name: name.clone(), cid: "x".into(), text: "I am Ann.".into() },
        kept(),
        kept(),
        Input::AgentResolved { agent, name: name.clone() },
    ];
    for input in inputs {
        desk.runtime.agent(chat, input).await.expect("taken");
    }
    let mut told = Vec::new();
    while told.iter().all(|got: &Got| got.json()["type"] != "chat.resolved") {
        told.push(receiver.next().await);
    }
    assert!(told.iter().any(|g| g.json()["data"]["from"] == json!({ "role": "agent", "id": 1, "name": "Ann" })));
    assert!(told.iter().all(|g| !g.body.contains("a secret note")));
    let kept = told.iter().filter(|g| g.json()["type"] == "promise.kept").count();
    assert_eq!(kept, 1, "a promise is kept once");
    desk.runtime.stop().await;
}
