//! A whole server over pipes in memory, for targets that talk to one.
use axum::serve::Listener;
use futures_util::{SinkExt, StreamExt};
use rapport::bot::{Files, compile};
use rapport::bus::local::LocalBus;
use rapport::engine::Answer;
use rapport::runtime::ports::{Connector, Request};
use rapport::runtime::{Limits, Parts, Runtime};
use rapport::store::Memory;
use rapport::time::SystemClock;
use rapport::web::{Options, Server};
use serde_json::Value;
use std::cell::RefCell;
use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{DuplexStream, duplex};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

const FLOW: &str = "flow main
  greet
    first time: Hello there.
  ask colour: Which colour?
    button red: Red
    button blue: Blue
    accept text
  say: You chose {{ colour }}.

flow late: A parcel is late
  starts when event parcel_late arrives with days
  say: Your parcel is {{ days }} days late.
";
/// Longer than anything takes that works.
const PATIENCE: Duration = Duration::from_secs(10);
/// Room for all that one input may cause: nobody reads while it is written.
const PIPE: usize = 4 * 1024 * 1024;
/// What is kept in memory grows: a new server after so many uses.
const USES: usize = 400;
const ADDRESS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);

struct Pipes(mpsc::Receiver<DuplexStream>);

impl Listener for Pipes {
    type Io = DuplexStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (DuplexStream, SocketAddr) {
        match self.0.recv().await {
            Some(pipe) => (pipe, ADDRESS),
            None => pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(ADDRESS)
    }
}

struct NoSystems;

#[async_trait::async_trait]
impl Connector for NoSystems {
    async fn call(&self, _: Request) -> Answer {
        Answer::Failed { problem: "there are no systems".into() }
    }
}

/// A server and the way to it.
#[derive(Clone)]
pub struct Served {
    pub runtime: Runtime,
    connect: mpsc::Sender<DuplexStream>,
    _server: Arc<Server>,
}

struct Kept {
    tokio: tokio::runtime::Runtime,
    served: Served,
    uses: usize,
}

thread_local!(static KEPT: RefCell<Option<Kept>> = const { RefCell::new(None) });

/// Does something with a server that runs meanwhile.
pub fn with<F: Future<Output = ()>>(work: impl FnOnce(Served) -> F) {
    KEPT.with_borrow_mut(|kept| {
        let mut used = kept.take().filter(|k| k.uses < USES).unwrap_or_else(start);
        used.uses += 1;
        let served = used.served.clone();
        used.tokio.block_on(async { tokio::time::timeout(PATIENCE, work(served)).await.expect("it comes to an end") });
        *kept = Some(used);
    });
}

fn start() -> Kept {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a tokio");
    let served = tokio.block_on(served());
    Kept { tokio, served, uses: 0 }
}

/// A server of its own, with a bot that asks for a colour and keeps everything in memory.
pub async fn served() -> Served {
    let compiled = compile(&Files { id: "test".into(), texts: vec![("main.flow".into(), FLOW.into())] });
    let bot = compiled.bot.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics));
    let parts = Parts {
        store: Arc::new(Memory::default()),
        bus: Arc::new(LocalBus::default()),
        connector: Arc::new(NoSystems),
        clock: Arc::new(SystemClock),
        bots: vec![Arc::new(bot)],
        limits: Limits { burst: 10_000, ..Limits::default() },
    };
    let runtime = Runtime::start(parts).await.expect("it starts");
    let (connect, pipes) = mpsc::channel(8);
    let options = Options { runtime: runtime.clone(), listen: ADDRESS, public_url: None, demo: None, tests: None };
    let server = Server::upon(Pipes(pipes), options).await.expect("it serves");
    Served { runtime, connect, _server: Arc::new(server) }
}

impl Served {
    pub async fn connect(&self) -> DuplexStream {
        self.connect_through(PIPE).await
    }

    /// Through a pipe that holds so many bytes in each direction.
    async fn connect_through(&self, room: usize) -> DuplexStream {
        let (own, theirs) = duplex(room);
        self.connect.send(theirs).await.expect("the server accepts");
        own
    }

    pub async fn socket(&self) -> Socket {
        self.socket_through(PIPE).await
    }

    pub async fn socket_through(&self, room: usize) -> Socket {
        let pipe = self.connect_through(room).await;
        let opened = client_async("ws://localhost/v1/chat/test/socket", pipe).await.expect("the socket opens");
        Socket(opened.0)
    }
}

/// The client's side of a chat.
pub struct Socket(pub WebSocketStream<DuplexStream>);

impl Socket {
    /// Whether the other side still takes it.
    pub async fn send(&mut self, text: String) -> bool {
        self.0.send(Message::text(text)).await.is_ok()
    }

    /// The next frame, which must be JSON with a type; `None` at the end.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => {
                    let frame: Value = serde_json::from_str(&text).expect("frames are JSON");
                    assert!(frame["t"].is_string(), "{frame}");
                    return Some(frame);
                }
                Some(Ok(Message::Close(frame))) => {
                    let code = frame.map(|f| u16::from(f.code));
                    assert!(matches!(code, Some(1001..=1011)), "a close without a reason: {code:?}");
                    return None;
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    }
}
