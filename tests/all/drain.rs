//! The end of a process in good order, with the real program: not ready any more, everything in flight is finished, everybody is
//! told when to come back, states are written, and all of it in bounded time. With a browser: customers see nothing of it.
use super::kill::{bot, program::Program};
use super::served::{Socket, client};
use super::widget_stage::{FLOW, Stage};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tempfile::TempDir;
use thirtyfour::prelude::*;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

const SOCKET: &str = "/v1/chat/test/socket";

struct House {
    program: Program,
    _folder: TempDir,
}

impl House {
    async fn new(options: &[&str]) -> Self {
        let folder = TempDir::new().expect("a folder");
        bot(&folder.path().join("test"), 9);
        let mut house = Self { program: Program::new(folder.path()), _folder: folder };
        house.starts(options).await;
        house
    }

    async fn starts(&mut self, options: &[&str]) {
        let mut command = self.program.command();
        command.args(options);
        self.program.run(command);
        self.program.listens().await;
    }

    fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.program.port))
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address())
    }

    async fn begin(&self) -> (Socket, Value) {
        let mut socket = Socket::connect(self.address(), SOCKET, &[]).await.expect("the socket opens");
        socket.send(json!({ "t": "hello" })).await;
        let welcome = socket.until("welcome").await;
        (socket, welcome)
    }

    /// Back in a chat, with everything that was said.
    async fn again(&self, welcome: &Value) -> Socket {
        let mut socket = Socket::connect(self.address(), SOCKET, &[]).await.expect("the socket opens");
        let (session, token) = (&welcome["session"], &welcome["token"]);
        socket.send(json!({ "t": "hello", "session": session, "token": token, "after": 0 })).await;
        socket.until("welcome").await;
        socket
    }

    /// How many chats have a whole state that nothing came after.
    fn parked(&self) -> i64 {
        let direct = rusqlite::Connection::open(self.program.database()).expect("the database opens");
        let sql = "SELECT count(*) FROM sessions WHERE json_extract(snapshot, '$.seq') = seq AND seq > 0";
        direct.query_row(sql, [], |r| r.get(0)).expect("a count")
    }
}

fn number(cid: &str) -> Value {
    json!({ "t": "say", "cid": cid, "text": "tell me a number" })
}

/// What a customer hears of a message at the end: whether it was acknowledged, when to come back, and the code of the close.
async fn last_words(mut socket: Socket) -> (bool, u64, u16) {
    let mut acked = false;
    loop {
        let frame = socket.next().await;
        match frame["t"].as_str() {
            Some("ack") => acked = true,
            Some("bye") => {
                let wait = frame["retry_after_ms"].as_u64().expect("a time");
                return (acked, wait, socket.closed().await);
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn everybody_hears_of_the_end_and_nothing_is_lost() {
    let mut house = House::new(&["--drain-notice", "1"]).await;
    let mut chats = Vec::new();
    for _ in 0..12 {
        chats.push(house.begin().await);
    }
    let ready = client().get(house.url("/readyz"));
    let answer = async |r: &reqwest::RequestBuilder| {
        let answer = r.try_clone().expect("a request").send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("words"))
    };
    assert_eq!(answer(&ready).await.0, 200);
    house.program.terminate();
    // Unready comes first, and until the goodbye customers are served as ever.
    while answer(&ready).await.0 == 200 {}
    let (status, words) = answer(&ready).await;
    assert_eq!((status, words.as_str()), (503, "This server is about to end."));
    assert_eq!(answer(&client().get(house.url("/healthz"))).await.0, 200);
    let (mut late, welcome) = house.begin().await;
    assert_eq!(late.answer(number("late")).await["t"], "ack");
    chats.push((late, welcome));
    // Whoever writes in the last moment is answered, or has no acknowledgement.
    let mut hears = Vec::new();
    for (n, (mut socket, welcome)) in chats.into_iter().enumerate() {
        socket.send(number(&format!("m{n}"))).await;
        hears.push((tokio::spawn(last_words(socket)), welcome, n));
    }
    let (code, took) = house.program.ends().await;
    assert_eq!(code, Some(0), "{}", house.program.errors());
    assert!(took < Duration::from_secs(8), "{took:?}");
    assert_eq!(house.parked(), 13, "every state was written");
    house.starts(&[]).await;
    let mut waits = Vec::new();
    for (hears, welcome, n) in hears {
        let (acked, wait, code) = hears.await.expect("last words");
        assert_eq!(code, 1012);
        waits.push(wait);
        let same = house.again(&welcome).await.answer(number(&format!("m{n}"))).await;
        assert!(!acked || same["duplicate"] == true, "acknowledged and not there: {same}");
        let told = house.again(&welcome).await.items_until("Number ").await;
        assert!(told.iter().filter(|i| i["text"] == "Number 1.").count() == 1, "{told:?}");
    }
    waits.sort_unstable();
    waits.dedup();
    assert!(waits.len() > 6 && waits.iter().all(|w| (1_000..=4_100).contains(w)), "{waits:?}");
}

#[tokio::test]
async fn a_stream_of_events_hears_of_the_end_too() {
    let mut house = House::new(&[]).await;
    let open = client().post(house.url("/v1/chat/test/sessions")).send().await.expect("an answer");
    let chat: Value = open.json().await.expect("JSON");
    let path = format!("/v1/chat/test/sessions/{}/stream", chat["session"].as_str().expect("an id"));
    let stream = client().get(house.url(&path)).bearer_auth(chat["token"].as_str().expect("a token"));
    let mut stream = stream.send().await.expect("an answer");
    let first = stream.chunk().await.expect("it is read").expect("what was said");
    house.program.terminate();
    let mut text = String::from_utf8(first.to_vec()).expect("UTF-8");
    while let Some(chunk) = stream.chunk().await.expect("it ends in good order") {
        text.push_str(std::str::from_utf8(&chunk).expect("UTF-8"));
    }
    assert!(text.contains("event: bye\n") && text.contains("retry: ") && text.contains("retry_after_ms"), "{text}");
    assert_eq!(house.program.ends().await.0, Some(0));
}

#[tokio::test]
async fn who_does_not_go_is_not_waited_for_without_end() {
    let mut house = House::new(&["--drain-within", "3"]).await;
    // A request that never ends, and a customer who answers no goodbye.
    let mut half = TcpStream::connect(house.address()).await.expect("connected");
    half.write_all(b"POST /v1/chat/test/sessions HTTP/1.1\r\nhost: x\r\ncontent-length: 50\r\n\r\n{")
        .await
        .expect("sent");
    let (silent, _) = house.begin().await;
    house.program.terminate();
    let (code, took) = house.program.ends().await;
    assert_eq!(code, Some(0), "{}", house.program.errors());
    assert!(took < Duration::from_secs(6), "{took:?}");
    drop((half, silent));
    assert_eq!(house.parked(), 1);
}

#[tokio::test]
async fn asked_twice_it_ends_at_once() {
    let mut house = House::new(&["--drain-notice", "60"]).await;
    let (mut socket, _) = house.begin().await;
    assert_eq!(socket.answer(number("a")).await["t"], "ack");
    house.program.terminate();
    let ready = client().get(house.url("/readyz"));
    while ready.try_clone().expect("a request").send().await.expect("an answer").status() == 200 {}
    house.program.terminate();
    assert_eq!(house.program.ends().await.0, Some(1));
    house.starts(&[]).await;
    assert_eq!(house.program.sessions().len(), 1, "the journal needs no goodbye");
}

/// Writes down whether the page ever spoke of a failure.
const WATCH: &str = "window.alarmed = false; window.states = [];
    const banner = document.getElementById('banner');
    new MutationObserver(() => (window.alarmed ||= !banner.hidden)).observe(banner, { attributes: true });
    new MutationObserver(() => states.push(document.body.dataset.state)).observe(document.body, { attributes: true, attributeFilter: ['data-state'] });";

async fn a_restart_is_not_seen(beforehand: &str) -> WebDriverResult<()> {
    let mut stage = Stage::new("", FLOW).await;
    let window = stage.window(420, 700).await?;
    window.beforehand(beforehand).await?;
    window.driver.goto(stage.url("/chat/test")).await?;
    window.reads("log", "Which colour?").await?;
    window.soon("return document.body.dataset.state === 'open'", "an open line").await;
    window.run(WATCH).await;
    stage.stop().await;
    window.soon("return document.body.dataset.state === 'paused'", "the goodbye was understood").await;
    let composer = window.find("composer").await?;
    composer.send_keys("green").await?;
    composer.send_keys(Key::Enter).await?;
    window.reads("log", "Sending…").await?;
    window.shot("widget-restart").await?;
    stage.start().await;
    window.reads("log", "You chose green.").await?;
    assert_eq!(window.run("return window.alarmed").await, json!(false), "nobody is told of a failure");
    assert_eq!(window.run("return states.filter((s) => s === 'offline').length").await, json!(0));
    let once = "return document.getElementById('log').innerText.split('green').length - 1";
    assert_eq!(window.run(once).await, json!(2), "once written, once answered");
    window.driver.quit().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn customers_see_nothing_of_a_restart() -> WebDriverResult<()> {
    a_restart_is_not_seen("").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn customers_without_a_websocket_see_nothing_of_a_restart_either() -> WebDriverResult<()> {
    a_restart_is_not_seen("window.WebSocket = class { constructor() { throw new Error('blocked'); } };").await
}
