//! Any bytes as a request to the HTTP API: a line `METHOD PATH` in which `{s}` is a chat, then the body.
use super::pipes::{Served, with};
use rapport::runtime::Opening;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

pub fn run(data: &[u8]) {
    let data = data.to_vec();
    with(|served| request(served, data));
}

async fn request(served: Served, data: Vec<u8>) {
    let line = data.split(|b| *b == b'\n').next().unwrap_or_default();
    let body = data.get(line.len() + 1..).unwrap_or_default();
    let opened = served.runtime.open("test", Opening::default()).await.expect("a chat");
    let line: String = String::from_utf8_lossy(line).chars().filter(|c| !c.is_control()).collect();
    let (method, path) = line.split_once(' ').unwrap_or(("POST", &line));
    let path = path.replace("{s}", &opened.session.to_string()).replace(' ', "%20");
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost:8080\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        opened.token,
        body.len()
    );
    let mut pipe = served.connect().await;
    let (mut from, mut to) = tokio::io::split(&mut pipe);
    let send = async {
        let _ = to.write_all(head.as_bytes()).await;
        let _ = to.write_all(body).await;
    };
    let (answer, ()) = tokio::join!(answer(&mut from), send);
    checked(&line, &answer);
    let status = served.runtime.status(opened.session).await;
    assert!(status.is_ok(), "the chat is there as before: {status:?}");
}

async fn answer(from: &mut (impl AsyncReadExt + Unpin)) -> Vec<u8> {
    let mut answer = Vec::new();
    let mut piece = [0_u8; 4096];
    while let Ok(n) = from.read(&mut piece).await {
        answer.extend_from_slice(&piece[..n]);
        // A stream of events has no end of its own.
        if n == 0 || answer.windows(17).any(|w| w == b"text/event-stream") {
            break;
        }
    }
    answer
}

/// Never the server's fault, and JSON where it says so.
fn checked(line: &str, answer: &[u8]) {
    let text = String::from_utf8_lossy(answer);
    // What is no HTTP is cut off without a word.
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return };
    let status = head.split(' ').nth(1).unwrap_or_default();
    assert!(!status.starts_with('5') || status == "503" || status == "505", "{line}: {head}");
    let lower = head.to_lowercase();
    let whole = !lower.contains("transfer-encoding") && !line.starts_with("HEAD");
    if lower.contains("content-type: application/json") && whole {
        let body: Value = serde_json::from_str(body).unwrap_or_else(|e| panic!("{line}: {e} in {body}"));
        let wrong =
            status.starts_with('4') && !(body["error"]["code"].is_string() && body["error"]["message"].is_string());
        assert!(!wrong, "{line}: an error without a reason: {body}");
    }
}
