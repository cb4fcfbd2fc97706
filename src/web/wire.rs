//! What both sockets have in common: how much and how long they may take, and an end that the other side can read.
use super::leaving::Leaving;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until, timeout};

/// Largest frame.
const FRAME: usize = 64 * 1024;
/// Larger ones are read up to here, so that the sender gets to read why they are refused; beyond it, the connection is cut.
const READ: usize = 4 * FRAME;
/// The first frame must come within this time.
const HELLO: Duration = Duration::from_secs(10);
/// A reader that takes nothing for so long is gone; it comes back and resumes.
const SLOW: Duration = Duration::from_secs(10);
/// How often the other side is asked whether it is still there, and when it counts as gone.
const BEAT: Duration = Duration::from_secs(30);
const GONE: Duration = Duration::from_secs(90);
/// Time for the other side to answer a close.
const FAREWELL: Duration = Duration::from_secs(2);
/// A client that sends this many bad frames is broken.
const MISTAKES: u32 = 10;

/// Policy violation and message too big, by RFC 6455; "service restart" is a later one of the same register.
const POLICY: u16 = 1008;
const TOO_BIG: u16 = 1009;
const RESTART: u16 = 1012;

/// How a connection ends: with a code and a reason, or because the other side went away.
pub type End = Option<(u16, &'static str)>;
pub type Step = Result<(), End>;

pub fn broken(reason: &'static str) -> End {
    Some((POLICY, reason))
}

/// Small buffers: there are very many connections, and chats are short.
pub fn bounded(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade.max_message_size(READ).max_frame_size(READ).read_buffer_size(4096).write_buffer_size(0)
}

pub struct Wire {
    socket: WebSocket,
    hello_until: Option<Instant>,
    heard: Instant,
    beat: Interval,
    mistakes: u32,
}

/// What `hear` came back with; `take` acts on it. Apart, since hearing may be given up half-way and sending may not.
pub enum Heard {
    Message(Option<Result<Message, axum::Error>>),
    Beat,
    NoHello,
}

impl Wire {
    pub fn new(socket: WebSocket) -> Self {
        let now = Instant::now();
        let mut beat = interval_at(now + BEAT, BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { socket, hello_until: Some(now + HELLO), heard: now, beat, mistakes: 0 }
    }

    /// `hello` was accepted: there is no hurry any more.
    pub fn welcomed(&mut self) {
        self.hello_until = None;
    }

    /// May be dropped at any await without losing anything.
    pub async fn hear(&mut self) -> Heard {
        let until = self.hello_until;
        tokio::select! {
            message = self.socket.recv() => Heard::Message(message),
            _ = self.beat.tick() => Heard::Beat,
            () = sleep_until(until.unwrap_or(self.heard)), if until.is_some() => Heard::NoHello,
        }
    }

    /// The text of a frame, where one came.
    pub async fn take(&mut self, heard: Heard) -> Result<Option<Utf8Bytes>, End> {
        let message = match heard {
            Heard::Message(message) => message,
            Heard::NoHello => return Err(broken("hello must come within 10 seconds")),
            Heard::Beat if self.heard.elapsed() > GONE => return Err(None),
            Heard::Beat => {
                self.put(Message::Ping(axum::body::Bytes::new())).await?;
                return Ok(None);
            }
        };
        self.heard = Instant::now();
        match message {
            Some(Ok(Message::Text(text))) if text.len() <= FRAME => Ok(Some(text)),
            Some(Ok(Message::Text(_))) => Err(self.too_large().await),
            Some(Ok(Message::Binary(_))) => {
                self.mistake("bad_frame", "Frames are JSON texts.").await?;
                Ok(None)
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
            Some(Err(e)) if e.to_string().to_lowercase().contains("too long") => Err(self.too_large().await),
            Some(Ok(Message::Close(_)) | Err(_)) | None => Err(None),
        }
    }

    async fn too_large(&mut self) -> End {
        match self.error("too_large", "A frame is at most 64 KB.").await {
            Ok(()) => Some((TOO_BIG, "too large")),
            Err(end) => end,
        }
    }

    async fn put(&mut self, message: Message) -> Step {
        match timeout(SLOW, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(None),
        }
    }

    pub async fn send(&mut self, frame: Value) -> Step {
        self.put(Message::Text(frame.to_string().into())).await
    }

    pub async fn error(&mut self, code: &str, message: &str) -> Step {
        self.send(json!({ "t": "error", "code": code, "message": message })).await
    }

    /// A frame that does not fit; after ten of them the client is broken.
    pub async fn mistake(&mut self, code: &str, message: &str) -> Step {
        self.error(code, message).await?;
        self.mistakes += 1;
        if self.mistakes >= MISTAKES { Err(broken("too many bad frames")) } else { Ok(()) }
    }

    /// The server ends: when to come back, and the end of this connection. Everything before it was answered.
    pub async fn bye(&mut self, leaving: &Leaving) -> End {
        self.send(leaving.bye()).await.map_or_else(|end| end, |()| Some((RESTART, "the server restarts")))
    }

    /// Says why, and waits for the other side: a connection that is cut with bytes unread takes the reason with it.
    pub async fn end(mut self, end: End) {
        let Some((code, reason)) = end else { return };
        let close = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
        if self.put(close).await.is_ok() {
            let _ = timeout(FAREWELL, async { while let Some(Ok(_)) = self.socket.recv().await {} }).await;
        }
    }
}
