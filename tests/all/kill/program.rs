//! The real program as a process, and a shop that it asks.
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::{get, post};
use rapport::id::SessionId;
use rapport::runtime::ports::Store;
use rapport::runtime::webhooks::Deliveries;
use rapport::store::Sqlite;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::time::sleep;

/// Longer than any start or end that works.
const PATIENCE: Duration = Duration::from_secs(40);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    ByItself,
    ByUs,
}

pub struct Program {
    folder: PathBuf,
    pub port: u16,
    child: Option<Child>,
}

impl Program {
    /// For the bot in `test` of this folder.
    pub fn new(folder: &Path) -> Self {
        let free = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        Self { folder: folder.to_owned(), port: free.local_addr().expect("an address").port(), child: None }
    }

    pub fn database(&self) -> PathBuf {
        self.folder.join("data/rapport.db")
    }

    pub fn id(&self) -> u32 {
        self.child.as_ref().map_or(0, Child::id)
    }

    pub fn has_ended(&mut self) -> bool {
        self.child.as_mut().is_none_or(|c| c.try_wait().is_ok_and(|ended| ended.is_some()))
    }

    /// How it is started. A long campaign may name another build, with the feature `failpoints`, in `RAPPORT_PROGRAM`.
    pub fn command(&self) -> Command {
        let own = env!("CARGO_BIN_EXE_rapport").into();
        let mut command = Command::new(std::env::var_os("RAPPORT_PROGRAM").unwrap_or(own));
        let errors = File::options().create(true).append(true).open(self.folder.join("errors")).expect("a file");
        command.arg("serve").arg(self.folder.join("test")).arg("--data").arg(self.folder.join("data"));
        command.args(["--listen", &format!("127.0.0.1:{}", self.port)]).stdin(Stdio::null());
        command.env(super::SECRET, "of no more use than a test's secret");
        command.stdout(Stdio::null()).stderr(errors);
        command
    }

    /// Starts it, with these places to end at.
    pub fn begin(&mut self, points: Option<&str>) {
        let mut command = self.command();
        if let Some(points) = points {
            command.env("FAILPOINTS", points);
        }
        self.run(command);
    }

    pub fn run(&mut self, mut command: Command) {
        self.child = Some(command.spawn().expect("it starts"));
    }

    /// Starts it and waits until it listens, or has ended already.
    pub async fn start(&mut self, points: Option<&str>) {
        self.begin(points);
        self.listens().await;
    }

    pub async fn listens(&mut self) {
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            if self.child.as_mut().is_some_and(|c| c.try_wait().is_ok_and(|s| s.is_some())) {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "it never listens: {}", self.errors());
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until it ends; after this long it is ended.
    pub async fn ended_within(&mut self, life: Duration) -> Ended {
        let Some(mut child) = self.child.take() else { return Ended::ByUs };
        let begun = Instant::now();
        while begun.elapsed() < life {
            if child.try_wait().expect("a child").is_some() {
                return Ended::ByItself;
            }
            sleep(Duration::from_millis(5)).await;
        }
        child.kill().expect("killed");
        child.wait().expect("a child");
        Ended::ByUs
    }

    /// Asks it to end, as a service manager does.
    pub fn terminate(&self) {
        let id = self.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status();
        assert!(sent.is_ok_and(|s| s.success()), "asked to end");
    }

    /// Waits for its end: with which code, and after how long.
    pub async fn ends(&mut self) -> (Option<i32>, Duration) {
        let (mut child, begun) = (self.child.take().expect("it runs"), Instant::now());
        loop {
            if let Some(status) = child.try_wait().expect("a child") {
                return (status.code(), begun.elapsed());
            }
            if begun.elapsed() > PATIENCE {
                let _ = child.kill();
                panic!("it never ends: {}", self.errors());
            }
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// It ends in good order when it is asked to.
    pub async fn asked_to_end(&mut self) {
        self.terminate();
        assert_eq!(self.ended_within(PATIENCE).await, Ended::ByItself, "it ends when it is asked to");
    }

    pub fn errors(&self) -> String {
        let text = fs::read_to_string(self.folder.join("errors")).unwrap_or_default();
        text.lines().rev().take(30).collect::<Vec<_>>().join("\n")
    }

    /// All chats of the database.
    pub fn sessions(&self) -> Vec<SessionId> {
        let direct = rusqlite::Connection::open(self.database()).expect("the database opens");
        let mut all = direct.prepare("SELECT id FROM sessions WHERE seq > 0").expect("a table of chats");
        let ids = all.query_map([], |r| r.get::<_, Vec<u8>>(0)).expect("rows");
        ids.map(|id| SessionId::new(uuid::Uuid::from_slice(&id.expect("a row")).expect("an id"))).collect()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[derive(Clone, Default)]
struct Heard {
    asked: Arc<Mutex<BTreeMap<String, u32>>>,
    told: Arc<Mutex<BTreeSet<String>>>,
}

/// The shop's system: knows every key that it was asked with, and every webhook that it was told.
pub struct Shop {
    pub port: u16,
    heard: Heard,
}

impl Shop {
    pub async fn opens() -> Self {
        let heard = Heard::default();
        let router = Router::new().route("/orders/7", get(order)).route("/told", post(told));
        let router = router.with_state(heard.clone());
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { port, heard }
    }

    pub fn asked(&self) -> BTreeMap<String, u32> {
        self.heard.asked.lock().expect("not poisoned").clone()
    }

    pub fn told(&self) -> BTreeSet<String> {
        self.heard.told.lock().expect("not poisoned").clone()
    }

    /// Waits until no effect and no webhook is left.
    pub async fn settled(&self, store: &Sqlite) {
        let begun = Instant::now();
        let mail = || store.undelivered(8);
        while !store.pending().await.expect("read").is_empty() || !mail().await.expect("read").is_empty() {
            let left = (store.pending().await, mail().await);
            assert!(begun.elapsed() < PATIENCE, "effects or webhooks are left: {left:?}");
            sleep(Duration::from_millis(50)).await;
        }
    }
}

async fn told(State(heard): State<Heard>, headers: HeaderMap) {
    let id = headers.get("webhook-id").and_then(|k| k.to_str().ok()).unwrap_or_default();
    heard.told.lock().expect("not poisoned").insert(id.to_owned());
}

async fn order(State(heard): State<Heard>, headers: HeaderMap) -> &'static str {
    let key = headers.get("idempotency-key").and_then(|k| k.to_str().ok()).unwrap_or_default();
    *heard.asked.lock().expect("not poisoned").entry(key.to_owned()).or_default() += 1;
    sleep(Duration::from_millis(30)).await;
    "{\"item\":\"lamp\"}"
}
