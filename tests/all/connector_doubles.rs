//! Systems that misbehave, in a whole chat: the flow goes on by its handlers, and nothing is done twice.
use super::support::{Hand, bot};
use rapport::bus::local::LocalBus;
use rapport::connector::Http;
use rapport::engine::{Speaker, What};
use rapport::id::SessionId;
use rapport::runtime::{Limits, Opening, Parts, Runtime, Said};
use rapport::store::Sqlite;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const FLOW: &str = "flow main
  ask number: Which order?
    accept whole number
  use shop.refund with order = number save as paid
    when already_refunded
      say: It was refunded before.
      done
    when it fails
      say: I could not do it.
      escalate: A colleague will look.
  say: Refunded {{ paid.amount | money }}.
";

/// How a double answers.
#[derive(Clone, Copy, Debug, PartialEq)]
enum How {
    Well,
    Conflict,
    Broken,
    Limited,
    LimitedOnce,
    Slow,
    Endless,
    Half,
    Closed,
    Elsewhere,
    Page,
    WrongType,
    NoHttp,
}

/// A server of raw bytes that counts the requests it has read.
struct Double {
    address: SocketAddr,
    read: Arc<AtomicUsize>,
}

impl Double {
    async fn start(how: How) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let read = Arc::new(AtomicUsize::new(0));
        let counted = read.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, how, counted.clone()));
            }
        });
        Self { address, read }
    }

    fn requests(&self) -> usize {
        self.read.load(Ordering::SeqCst)
    }
}

/// One request, headers and body.
async fn whole(stream: &mut TcpStream) -> bool {
    let (mut seen, mut buffer) = (Vec::new(), [0_u8; 4096]);
    loop {
        let Ok(n @ 1..) = stream.read(&mut buffer).await else { return false };
        seen.extend_from_slice(&buffer[..n]);
        let text = String::from_utf8_lossy(&seen).to_lowercase();
        let Some(end) = text.find("\r\n\r\n") else { continue };
        let length = text.split("content-length: ").nth(1).and_then(|t| t.lines().next()?.trim().parse::<usize>().ok());
        if seen.len() >= end + 4 + length.unwrap_or(0) {
            return true;
        }
    }
}

async fn serve(mut stream: TcpStream, how: How, read: Arc<AtomicUsize>) {
    if !whole(&mut stream).await {
        return;
    }
    let before = read.fetch_add(1, Ordering::SeqCst);
    let plain = |status: &str, more: &str, body: &str| {
        format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{more}content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )
    };
    let good = plain("201 Created", "", "{\"amount\": 40}");
    let said = match how {
        How::Well => good,
        How::Conflict => plain("409 Conflict", "", "{}"),
        How::Broken => plain("500 Internal Server Error", "", "{}"),
        How::Limited => plain("429 Too Many Requests", "retry-after: 60\r\n", ""),
        How::LimitedOnce if before == 0 => plain("429 Too Many Requests", "retry-after: 1\r\n", ""),
        How::LimitedOnce => good,
        How::Half => "HTTP/1.1 201 Created\r\ncontent-length: 500\r\n\r\n{\"amount\": 4".into(),
        How::Closed => String::new(),
        How::Elsewhere => plain("307 Temporary Redirect", "location: http://127.0.0.1:9/\r\n", ""),
        How::Page => plain("201 Created", "", "<html>Welcome to the shop</html>"),
        How::WrongType => plain("201 Created", "", "{\"amount\": \"a lot\"}"),
        How::NoHttp => "SSH-2.0-OpenSSH_9.6\r\n".into(),
        How::Slow => return tokio::time::sleep(Duration::from_secs(60)).await,
        How::Endless => return endless(&mut stream).await,
    };
    let _ = stream.write_all(said.as_bytes()).await;
    let _ = stream.shutdown().await;
}

/// A gigabyte, as far as anybody reads it, in pieces whose number is not told beforehand.
async fn endless(stream: &mut TcpStream) {
    let _ = stream.write_all(b"HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\n").await;
    let piece = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    for _ in 0..(1 << 30) / 0x10000 {
        if stream.write_all(piece.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn runtime(folder: &Path, double: &Double, lines: &str) -> Runtime {
    let shop = format!(
        "shop:\n  base: http://{}\n  allow private addresses: yes\n{lines}  refund:\n    post: /refunds\n    body: {{ order: \"{{{{ order }}}}\" }}\n    \
         effect: money\n    timeout: 1s\n    outcomes: {{ 201: started, 409: already_refunded }}\n    gives: {{ amount: money }}\n",
        double.address
    );
    let parts = Parts {
        store: Arc::new(Sqlite::open(&folder.join("a.db")).expect("a store")),
        bus: Arc::new(LocalBus::default()),
        connector: Arc::new(Http::new(BTreeMap::new()).expect("TLS starts")),
        clock: Hand::new(),
        bots: vec![bot(&[("main.flow", FLOW), ("integrations.yaml", shop.as_str())])],
        limits: Limits::default(),
    };
    Runtime::start(parts).await.expect("it starts")
}

/// What the bot has said once these words are among it.
async fn until_said(runtime: &Runtime, chat: SessionId, words: &str) -> String {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        let page = runtime.page(chat, 0).await.expect("a page");
        let said: Vec<String> = page
            .events
            .iter()
            .filter_map(|e| match &e.what {
                What::Message { from: Speaker::Bot { .. }, text, .. } => Some(text.clone()),
                _ => None,
            })
            .collect();
        if said.iter().any(|text| text.contains(words)) {
            return said.join("\n");
        }
        assert!(Instant::now() < end, "`{words}` is missing in: {}", said.join("\n"));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// One chat that wants a refund, and how many requests reached the shop.
async fn refund(how: How, lines: &str, words: &str) -> (String, usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let double = Double::start(how).await;
    let runtime = runtime(folder.path(), &double, lines).await;
    let chat = runtime.open("test", Opening::default()).await.expect("a chat").session;
    runtime.customer(chat, "c1", Said::Text("204518".into())).await.expect("taken");
    let said = until_said(&runtime, chat, words).await;
    runtime.stop().await;
    (said, double.requests())
}

#[tokio::test]
async fn one_that_works() {
    assert_eq!(refund(How::Well, "", "Refunded €40.00").await.1, 1);
    assert_eq!(refund(How::Conflict, "", "refunded before").await.1, 1);
}

/// Money is at stake, and the shop knows no key of repetition: whatever may have been done is not asked for again.
#[tokio::test]
async fn whatever_goes_wrong_the_flow_goes_on_and_nothing_is_done_twice() {
    for how in [
        How::Broken,
        How::Slow,
        How::Endless,
        How::Half,
        How::Closed,
        How::Elsewhere,
        How::Page,
        How::WrongType,
        How::NoHttp,
    ] {
        let (said, requests) = refund(how, "", "A colleague will look").await;
        assert!(said.contains("I could not do it."), "{how:?}: {said}");
        assert_eq!(requests, 1, "{how:?}");
    }
}

/// "Too many" means that nothing was done: it is safe to wait and ask again, where that is not too long.
#[tokio::test]
async fn a_limit_is_waited_for_unless_that_takes_too_long() {
    assert_eq!(refund(How::LimitedOnce, "", "Refunded €40.00").await.1, 2);
    assert_eq!(refund(How::Limited, "", "A colleague will look").await.1, 1);
}

/// A system that knows the key does nothing twice, so it is asked as often as `retries` says.
#[tokio::test]
async fn with_a_key_it_is_asked_again() {
    for how in [How::Broken, How::Half, How::Closed] {
        assert_eq!(refund(how, "  repeat key: yes\n", "A colleague will look").await.1, 3, "{how:?}");
    }
}

/// Nothing is asked while a system rests, and the customers hear so at once.
#[tokio::test]
async fn a_resting_system_costs_no_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let double = Double::start(How::Broken).await;
    let runtime = runtime(folder.path(), &double, "  rest: { after: 2, for: 60s }\n").await;
    for n in 0..4 {
        let chat = runtime.open("test", Opening::default()).await.expect("a chat").session;
        runtime.customer(chat, "c1", Said::Text(format!("20451{n}"))).await.expect("taken");
        until_said(&runtime, chat, "A colleague will look").await;
    }
    assert_eq!(double.requests(), 2);
    runtime.stop().await;
}
