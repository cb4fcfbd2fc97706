//! Any bytes on a chat's WebSocket: as frames, a line each, or as they are, past the WebSocket's own framing.
use super::pipes::{Served, with};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

pub fn run(data: &[u8]) {
    let Some((how, data)) = data.split_first() else { return };
    let data = data.to_vec();
    match how % 4 {
        0 => with(|served| raw(served, data)),
        1 => with(|served| lines(served, data, false)),
        _ => with(|served| lines(served, data, true)),
    }
}

/// The connection is closed; that the server lives shows with the next one.
async fn raw(served: Served, data: Vec<u8>) {
    let mut pipe = served.socket().await.0.into_inner();
    let _ = pipe.write_all(&data).await;
    let _ = pipe.shutdown().await;
    let mut rest = Vec::new();
    let _ = pipe.read_to_end(&mut rest).await;
}

/// A frame that comes last and is refused by name: when its answer is there, all others were.
const LAST: &str = r#"{"t":"tap","cid":"the-end-of-it","choice":"none"}"#;

/// Whatever came before, the last frame has its answer, or the socket was closed with a reason.
async fn lines(served: Served, data: Vec<u8>, hello: bool) {
    let mut socket = served.socket().await;
    if hello {
        assert!(socket.send(r#"{"t":"hello"}"#.into()).await);
    }
    for line in data.split(|b| *b == b'\n').take(40) {
        if !socket.send(String::from_utf8_lossy(line).into_owned()).await {
            break;
        }
    }
    let _ = socket.send(LAST.into()).await;
    while let Some(frame) = socket.next().await {
        if frame["cid"] == "the-end-of-it" {
            break;
        }
    }
}
