//! A customer with a widget that does as it should: sends again under the same client id until it is acknowledged, resumes from
//! what it has, and now and then has the chat open twice.
use super::net::{self, Stream};
use super::trace;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

/// How long it waits for an answer on one connection.
const PATIENCE: Duration = Duration::from_secs(6);

/// Where a customer may go, and for how long.
pub struct Plan<'a> {
    pub nodes: usize,
    /// Milliseconds between an answer and the next question.
    pub pause: Range<u64>,
    /// No more questions from now on.
    pub late: &'a dyn Fn() -> bool,
    /// Whatever is not answered by now never was.
    pub over: &'a dyn Fn() -> bool,
}

/// What a customer asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// "Tell me a number": the bot counts.
    Number,
    /// "Where is my order": the shop is asked, and after a wait the bot says one thing more.
    Order,
    /// A person.
    Person,
}

impl Wish {
    fn frame(self, cid: &str) -> Value {
        match self {
            Wish::Number => json!({ "t": "say", "cid": cid, "text": "tell me a number" }),
            Wish::Order => json!({ "t": "say", "cid": cid, "text": "where is my order" }),
            Wish::Person => json!({ "t": "person", "cid": cid }),
        }
    }
}

/// A message and what became of it.
#[derive(Clone, Debug)]
pub struct Sent {
    pub cid: String,
    pub wish: Wish,
    pub acked: Option<u64>,
    pub answered: bool,
}

/// What a customer knows.
#[derive(Debug, Default)]
pub struct Customer {
    pub name: String,
    /// Asks for people rather than numbers.
    pub for_people: bool,
    pub session: Option<String>,
    token: String,
    upto: u64,
    pub items: BTreeMap<u64, Value>,
    pub sent: Vec<Sent>,
}

struct Connection {
    socket: WebSocketStream<Stream>,
    /// Up to where this connection was told everything.
    at: u64,
}

impl Customer {
    pub fn new(number: usize, for_people: bool) -> Self {
        Self { name: format!("customer{number}"), for_people, ..Self::default() }
    }

    /// Talks until there is nothing more to say.
    pub async fn talks(&mut self, plan: &Plan<'_>) {
        while !((plan.over)() || (plan.late)() && self.is_content()) {
            let node = rand::random_range(0..plan.nodes);
            match timeout(PATIENCE, self.connect(node)).await {
                Ok(Some(connection)) => self.chats(connection, plan).await,
                _ => sleep(Duration::from_millis(rand::random_range(50..1500))).await,
            }
        }
        trace::line(&format!("{} leaves", self.name));
    }

    fn is_content(&self) -> bool {
        self.sent.iter().all(|s| s.answered)
    }

    async fn connect(&mut self, node: usize) -> Option<Connection> {
        let stream = net::connect(node).await.ok()?;
        let (mut socket, _) = client_async("ws://localhost/v1/chat/test/socket", stream).await.ok()?;
        let hello = match &self.session {
            Some(session) => json!({ "t": "hello", "session": session, "token": self.token, "after": self.upto }),
            None => json!({ "t": "hello" }),
        };
        socket.send(Message::text(hello.to_string())).await.ok()?;
        let at = self.upto;
        let frame = next(&mut socket).await?;
        match frame["t"].as_str() {
            Some("welcome") => {
                trace::line(&format!("{} is at node{node} from {at}", self.name));
                if let Some(token) = frame["token"].as_str() {
                    self.token = token.to_owned();
                    self.session = frame["session"].as_str().map(str::to_owned);
                }
                return Some(Connection { socket, at });
            }
            Some("reset") => trace::wrong(format!("{}: reset at {at}: {frame}", self.name)),
            // The server is busy: later, perhaps elsewhere.
            _ => {}
        }
        None
    }

    /// One connection, for a while.
    async fn chats(&mut self, mut connection: Connection, plan: &Plan<'_>) {
        let until = Instant::now() + Duration::from_millis(rand::random_range(2_000..60_000));
        while Instant::now() < until {
            let late = (plan.late)();
            let open = self.sent.last().is_some_and(|s| !s.answered);
            if !open && late {
                return;
            }
            if !open {
                let wish = self.wish();
                let cid = format!("c{}", self.sent.len());
                self.sent.push(Sent { cid, wish, acked: None, answered: false });
            }
            let acked = self.sent.last().is_none_or(|s| s.acked.is_some());
            if !acked && rand::random_bool(0.1) {
                self.elsewhere(plan.nodes).await;
            }
            if !acked && !self.say(&mut connection).await {
                return;
            }
            if !self.listens(&mut connection).await {
                return;
            }
            if self.sent.last().is_some_and(|s| s.answered) {
                sleep(Duration::from_millis(rand::random_range(plan.pause.clone()))).await;
            }
        }
    }

    fn wish(&self) -> Wish {
        match rand::random_range(0..10) {
            _ if self.for_people => Wish::Person,
            0..7 => Wish::Number,
            _ => Wish::Order,
        }
    }

    /// The same message from a second tab, which does not stay to hear what became of it.
    async fn elsewhere(&mut self, nodes: usize) {
        let node = rand::random_range(0..nodes);
        let Ok(Some(mut other)) = timeout(PATIENCE, self.connect(node)).await else { return };
        let Some(last) = self.sent.last() else { return };
        let _ = timeout(PATIENCE, other.socket.send(Message::text(last.wish.frame(&last.cid).to_string()))).await;
    }

    async fn say(&mut self, connection: &mut Connection) -> bool {
        let Some(last) = self.sent.last() else { return true };
        let (frame, cid) = (last.wish.frame(&last.cid).to_string(), last.cid.clone());
        if !matches!(timeout(PATIENCE, connection.socket.send(Message::text(frame))).await, Ok(Ok(()))) {
            return false;
        }
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            let Some(frame) = self.hears(connection).await else { return false };
            if frame["cid"] != cid.as_str() {
                continue;
            }
            match (frame["t"].as_str(), frame["code"].as_str()) {
                (Some("ack"), _) => {
                    self.acked(&frame);
                    return true;
                }
                (Some("error"), Some("busy" | "too_fast")) => {
                    sleep(Duration::from_millis(frame["retry_after_ms"].as_u64().unwrap_or(500))).await;
                    return true;
                }
                _ => {
                    trace::wrong(format!("{}: {frame}", self.name));
                    return true;
                }
            }
        }
        false
    }

    fn acked(&mut self, frame: &Value) {
        let seq = frame["seq"].as_u64().unwrap_or_default();
        for sent in self.sent.iter_mut().filter(|s| s.cid == frame["cid"]) {
            if sent.acked.is_some_and(|before| before != seq) {
                trace::wrong(format!("{}: {} was acknowledged as {:?} and as {seq}", self.name, sent.cid, sent.acked));
            }
            sent.acked = Some(seq);
        }
    }

    /// Waits for what was asked for; asks anew for what may have been missed.
    async fn listens(&mut self, connection: &mut Connection) -> bool {
        let until = Instant::now() + PATIENCE;
        while !self.has_answer() && Instant::now() < until {
            match timeout(Duration::from_secs(1), self.hears(connection)).await {
                Ok(Some(_)) => {}
                Ok(None) => return false,
                Err(_) => {
                    let resume = json!({ "t": "resume", "after": self.upto }).to_string();
                    connection.at = self.upto;
                    if connection.socket.send(Message::text(resume)).await.is_err() {
                        return false;
                    }
                }
            }
        }
        let answered = self.has_answer();
        if let Some(last) = self.sent.last_mut() {
            last.answered = last.acked.is_some() && answered;
        }
        true
    }

    /// Whether everything that was asked for came.
    fn has_answer(&self) -> bool {
        let wished = |wish: Wish| self.sent.iter().filter(|s| s.wish == wish).count();
        let said = |words: &str| {
            self.items.values().filter(|i| i["text"].as_str().is_some_and(|t| t.starts_with(words))).count()
        };
        let over = self.items.values().filter(|i| i["kind"] == "resolved").count();
        said("Number ") >= wished(Wish::Number)
            && said("Still there") >= wished(Wish::Order)
            && (!self.for_people || over >= wished(Wish::Person))
    }

    /// The next frame, taken in.
    async fn hears(&mut self, connection: &mut Connection) -> Option<Value> {
        let frame = timeout(PATIENCE * 2, next(&mut connection.socket)).await.ok()??;
        trace::line(&format!("{} hears {frame}", self.name));
        if frame["t"] == "events" {
            let (after, upto) = (frame["after"].as_u64()?, frame["upto"].as_u64()?);
            if after > connection.at {
                trace::wrong(format!("{}: a gap between {} and {after}", self.name, connection.at));
            }
            connection.at = connection.at.max(upto);
            self.upto = self.upto.max(upto);
            let mut before = after;
            for item in frame["items"].as_array()? {
                let seq = item["seq"].as_u64()?;
                if seq <= before || seq > upto {
                    trace::wrong(format!("{}: {seq} is out of order in {frame}", self.name));
                }
                before = seq;
                if self.items.insert(seq, item.clone()).is_some_and(|known| known != *item) {
                    trace::wrong(format!("{}: entry {seq} changed: {item}", self.name));
                }
            }
        }
        Some(frame)
    }
}

/// The next frame; `None` at the end of the connection.
async fn next(socket: &mut WebSocketStream<Stream>) -> Option<Value> {
    loop {
        match socket.next().await? {
            Ok(Message::Text(text)) => return serde_json::from_str(&text).ok(),
            Ok(Message::Close(_)) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}
