//! A whole server for tests: real store, real sockets, a port of its own, and clients that speak the protocol.
use super::support::{Hand, NoSystems, bot};
use futures_util::{SinkExt, StreamExt};
use rapport::bot::Bot;
use rapport::bus::local::LocalBus;
use rapport::cli::save::Folders;
use rapport::runtime::{Limits, Parts, Runtime};
use rapport::store::Sqlite;
use rapport::web::{Options, Server};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Longer than anything takes that works.
const PATIENCE: Duration = Duration::from_secs(20);

const SETTINGS: &str =
    "name: Robin\ntitle: Nest\nlook: { accent: \"#1f5f8b\" }\nwebsites: [\"https://shop.example\"]\n";
const FLOW: &str = "\
flow main
  greet
    first time: Hello there.
  ask colour: Which colour?
    button red: Red
    button blue: Blue
    accept text
  say: You chose {{ colour }}.
  ask size: Which size?
    accept text
  ask photo: A photo, please.
    accept photo
    retry: {{ answer }} is no picture.
  say: {{ photo.name }} is lovely.

flow late: A parcel is late
  starts when event parcel_late arrives with days
  say: Your parcel is {{ days }} days late.

flow cart: Help with the cart
  starts when a page matches /cart for 1 minute
  say: Can I help with the cart?
";

/// A bot that asks for a colour, by buttons or words.
fn robin() -> Arc<Bot> {
    bot(&[("bot.yaml", SETTINGS), ("main.flow", FLOW)])
}

pub struct Served {
    pub server: Server,
    pub clock: Arc<Hand>,
    pub data: TempDir,
    pub client: reqwest::Client,
}

impl Served {
    pub async fn new() -> Self {
        Self::known_as(None).await
    }

    /// With a public address of its own.
    pub async fn known_as(public_url: Option<&str>) -> Self {
        let data = TempDir::new().expect("a folder");
        let clock = Hand::new();
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let server = start(&data, clock.clone(), listen, public_url).await;
        Self { server, clock, data, client: client() }
    }

    /// Made of other parts.
    pub async fn with(change: impl FnOnce(&mut Parts)) -> Self {
        let data = TempDir::new().expect("a folder");
        let clock = Hand::new();
        let mut parts = parts(&data, clock.clone());
        change(&mut parts);
        let runtime = Runtime::start(parts).await.expect("the runtime starts");
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let options = Options { runtime, listen, public_url: None, demo: None, tests: Folders::at(data.path()) };
        let server = Server::start(options).await.expect("the server starts");
        Self { server, clock, data, client: client() }
    }

    /// Ends and starts again, with the same data at the same port.
    pub async fn again(self) -> Self {
        let Self { server, clock, data, client } = self;
        let listen = server.address;
        server.stop().await;
        let server = start(&data, clock.clone(), listen, None).await;
        Self { server, clock, data, client }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address)
    }

    /// A request with a JSON answer.
    pub async fn ask(&self, request: reqwest::RequestBuilder) -> (u16, Value) {
        let response = request.send().await.expect("the server answers");
        let status = response.status().as_u16();
        let kind = response.headers().get("content-type").map(|h| h.to_str().unwrap_or_default().to_owned());
        let text = response.text().await.expect("a whole answer");
        let body = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{status} {kind:?}: {e} in {text:?}"));
        (status, body)
    }

    pub async fn socket(&self, path: &str, headers: &[(&'static str, &str)]) -> Result<Socket, Error> {
        Socket::connect(self.server.address, path, headers).await
    }

    pub async fn chat(&self) -> Socket {
        self.socket("/v1/chat/test/socket", &[]).await.expect("the socket opens")
    }

    /// A new chat over a socket.
    pub async fn begin(&self) -> (Socket, String, String) {
        let mut socket = self.chat().await;
        socket.send(json!({ "t": "hello" })).await;
        let welcome = socket.until("welcome").await;
        let text = |name: &str| welcome[name].as_str().expect("a text").to_owned();
        (socket, text("session"), text("token"))
    }

    /// A new chat over HTTP: session and token.
    pub async fn open(&self) -> (String, String) {
        let (status, chat) = self.ask(self.client.post(self.url("/v1/chat/test/sessions"))).await;
        assert_eq!(status, 201);
        let text = |name: &str| chat[name].as_str().expect("a text").to_owned();
        (text("session"), text("token"))
    }
}

pub fn client() -> reqwest::Client {
    // A second provider cannot be installed; the first one serves.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    builder.timeout(PATIENCE).build().expect("TLS starts")
}

/// What a runtime with the test's bot is made of.
pub fn parts(data: &TempDir, clock: Arc<Hand>) -> Parts {
    Parts {
        store: Arc::new(Sqlite::open(&data.path().join("rapport.db")).expect("the store opens")),
        bus: Arc::new(LocalBus::default()),
        connector: Arc::new(NoSystems),
        clock,
        bots: vec![robin()],
        limits: Limits::default(),
    }
}

async fn start(data: &TempDir, clock: Arc<Hand>, listen: SocketAddr, public_url: Option<&str>) -> Server {
    let runtime = Runtime::start(parts(data, clock)).await.expect("the runtime starts");
    let (public_url, tests) = (public_url.map(str::to_owned), Folders::at(data.path()));
    let options = Options { runtime, listen, public_url, demo: None, tests };
    Server::start(options).await.expect("the server starts")
}

/// One side of a WebSocket.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    pub async fn connect(server: SocketAddr, path: &str, headers: &[(&'static str, &str)]) -> Result<Self, Error> {
        let mut request = format!("ws://{server}{path}").into_client_request()?;
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().expect("a header"));
        }
        Ok(Self(connect_async(request).await?.0))
    }

    pub async fn send(&mut self, frame: Value) {
        self.put(Message::text(frame.to_string())).await;
    }

    pub async fn put(&mut self, message: Message) {
        self.0.send(message).await.expect("the server listens");
    }

    /// Sends what the server may cut off.
    pub async fn try_put(&mut self, message: Message) -> Result<(), Error> {
        self.0.send(message).await
    }

    /// Waits until the connection comes to its end, in whatever way.
    pub async fn until_ended(&mut self) {
        while let Some(message) = self.read().await {
            if matches!(message, Message::Close(_)) {
                return;
            }
        }
    }

    async fn read(&mut self) -> Option<Message> {
        match tokio::time::timeout(PATIENCE, self.0.next()).await.expect("the server says something") {
            Some(Ok(message)) => Some(message),
            Some(Err(_)) | None => None,
        }
    }

    /// The next frame.
    pub async fn next(&mut self) -> Value {
        loop {
            match self.read().await {
                Some(Message::Text(text)) => return serde_json::from_str(&text).expect("frames are JSON"),
                Some(Message::Close(frame)) => panic!("the server closed: {frame:?}"),
                Some(_) => {}
                None => panic!("the connection broke"),
            }
        }
    }

    /// The next frame of a kind.
    pub async fn until(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.next().await;
            if frame["t"] == kind {
                return frame;
            }
        }
    }

    /// What comes back for a frame: its `ack`, `error` or `pong`.
    pub async fn answer(&mut self, frame: Value) -> Value {
        self.send(frame).await;
        loop {
            let frame = self.next().await;
            if matches!(frame["t"].as_str(), Some("ack" | "error" | "pong" | "reset" | "welcome")) {
                return frame;
            }
        }
    }

    /// The code with which the server closes; whatever comes before is passed over.
    pub async fn closed(&mut self) -> u16 {
        loop {
            match self.read().await {
                Some(Message::Close(Some(frame))) => return frame.code.into(),
                Some(Message::Close(None)) => panic!("a close without a code"),
                Some(_) => {}
                None => panic!("the connection broke without a close"),
            }
        }
    }

    /// Items up to the first that holds these words, in order, without a gap.
    pub async fn items_until(&mut self, words: &str) -> Vec<Value> {
        let mut all = Vec::new();
        let mut upto: Option<u64> = None;
        loop {
            let batch = self.until("events").await;
            let after = batch["after"].as_u64().expect("a place");
            assert!(upto.is_none_or(|upto| upto == after), "a gap: {batch}");
            upto = batch["upto"].as_u64();
            all.extend(batch["items"].as_array().expect("items").iter().cloned());
            if all.iter().any(|i| i["text"].as_str().is_some_and(|t| t.contains(words))) {
                return all;
            }
        }
    }
}

/// The status and the body with which a socket was refused.
#[track_caller]
pub fn refused(opened: Result<Socket, Error>) -> (u16, Value) {
    match opened {
        Err(Error::Http(response)) => {
            let body = response.body().as_deref().unwrap_or_default();
            (response.status().as_u16(), serde_json::from_slice(body).unwrap_or_default())
        }
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("the socket opened"),
    }
}

/// What was said in these items.
pub fn texts(items: &[Value]) -> Vec<&str> {
    items.iter().filter_map(|i| i["text"].as_str()).collect()
}
