//! The chat over a WebSocket: one task a connection, which reads frames, hears of news and writes.
use super::{about, items};
use crate::bot::Bot;
use crate::engine::Speaker;
use crate::id::SessionId;
use crate::runtime::ports::Notice;
use crate::runtime::view::Status;
use crate::runtime::{Opening, Refusal, Said};
use crate::web::App;
use crate::web::errors::ApiError;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::broadcast::{self, error::RecvError};

/// Largest frame.
pub const FRAME: usize = 64 * 1024;
/// The first frame must come within this time.
pub const HELLO: Duration = Duration::from_secs(10);
/// A reader that takes nothing for so long is gone.
pub const SLOW: Duration = Duration::from_secs(10);
/// A client that sends this many bad frames is broken.
pub const MISTAKES: u32 = 10;
const TYPING: Duration = Duration::from_secs(3);

/// Policy violation and message too big, by RFC 6455.
pub const POLICY: u16 = 1008;
pub const TOO_BIG: u16 = 1009;
const GOING_AWAY: u16 = 1001;

#[derive(Debug, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
enum Frame {
    Hello {
        session: Option<String>,
        token: Option<String>,
        #[serde(default)]
        after: u64,
        page: Option<String>,
        language: Option<String>,
    },
    Say {
        cid: String,
        text: String,
    },
    Tap {
        cid: String,
        choice: String,
    },
    Person {
        cid: String,
    },
    Typing,
    Read {
        #[serde(rename = "seq")]
        _seq: u64,
    },
    Resume {
        after: u64,
    },
    Ping,
}

const FRAMES: [&str; 8] = ["hello", "say", "tap", "person", "typing", "read", "resume", "ping"];

pub async fn upgrade(State(app): State<App>, Path(bot): Path<String>, upgrade: WebSocketUpgrade) -> Response {
    let Some(bot) = app.runtime.bot(&bot) else { return ApiError::from(Refusal::UnknownBot).into_response() };
    // Small buffers: there are very many connections, and chats are short.
    let upgrade = upgrade.max_message_size(FRAME).max_frame_size(FRAME).read_buffer_size(4096).write_buffer_size(0);
    upgrade.on_upgrade(move |socket| async move {
        let mut connection = Connection { app, bot, socket, chat: None, mistakes: 0, typed: None };
        let code = connection.run().await;
        if let Some((code, reason)) = code {
            let close = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
            let _ = tokio::time::timeout(SLOW, connection.socket.send(close)).await;
        }
    })
}

struct Connection {
    app: App,
    bot: Arc<Bot>,
    socket: WebSocket,
    chat: Option<Chat>,
    mistakes: u32,
    typed: Option<Instant>,
}

struct Chat {
    session: SessionId,
    sent: u64,
    status: Option<Status>,
    notices: broadcast::Receiver<Notice>,
}

/// How a connection ends: with a code and a reason, or because the other side went away.
type End = Option<(u16, &'static str)>;
type Step = Result<(), End>;

enum Woken {
    Frame(Option<Result<Message, axum::Error>>),
    Notice(Result<Notice, RecvError>),
    Stop,
}

impl Connection {
    async fn run(&mut self) -> End {
        let first = tokio::time::timeout(HELLO, self.socket.recv()).await;
        let Ok(first) = first else { return Some((POLICY, "hello must come within 10 seconds")) };
        if let Err(end) = self.received(first).await {
            return end;
        }
        loop {
            let woken = self.wait().await;
            let step = match woken {
                Woken::Frame(frame) => self.received(frame).await,
                Woken::Notice(notice) => self.noticed(notice).await,
                Woken::Stop => Err(Some((GOING_AWAY, "the server restarts"))),
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    async fn wait(&mut self) -> Woken {
        let stopping = self.app.runtime.stopping().clone();
        match &mut self.chat {
            Some(chat) => tokio::select! {
                frame = self.socket.recv() => Woken::Frame(frame),
                notice = chat.notices.recv() => Woken::Notice(notice),
                () = stopping.cancelled() => Woken::Stop,
            },
            None => tokio::select! {
                frame = self.socket.recv() => Woken::Frame(frame),
                () = stopping.cancelled() => Woken::Stop,
            },
        }
    }

    async fn send(&mut self, frame: Value) -> Step {
        let message = Message::Text(frame.to_string().into());
        match tokio::time::timeout(SLOW, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(None),
        }
    }

    async fn error(&mut self, code: &str, message: &str, cid: Option<&str>) -> Step {
        let mut frame = json!({ "t": "error", "code": code, "message": message });
        if let (Some(cid), Some(map)) = (cid, frame.as_object_mut()) {
            map.insert("cid".into(), cid.into());
        }
        self.send(frame).await
    }

    async fn refused(&mut self, refusal: &Refusal, cid: &str) -> Step {
        let mut frame = json!({ "t": "error", "code": refusal.code(), "message": refusal.to_string(), "cid": cid });
        if let (Some(after), Some(map)) = (refusal.retry_after(), frame.as_object_mut()) {
            map.insert("retry_after_ms".into(), (after.as_millis() as u64).into());
        }
        self.send(frame).await
    }

    /// A frame that does not fit; after ten of them the client is broken.
    async fn mistake(&mut self, code: &str, message: &str) -> Step {
        self.error(code, message, None).await?;
        self.mistakes += 1;
        if self.mistakes >= MISTAKES { Err(Some((POLICY, "too many bad frames"))) } else { Ok(()) }
    }

    async fn received(&mut self, frame: Option<Result<Message, axum::Error>>) -> Step {
        let text = match frame {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => return Ok(()),
            Some(Ok(Message::Binary(_))) => return self.mistake("bad_frame", "Frames are JSON texts.").await,
            Some(Err(e)) if e.to_string().to_lowercase().contains("too long") || e.to_string().contains("too big") => {
                self.error("too_large", "A frame is at most 64 KB.", None).await?;
                return Err(Some((TOO_BIG, "too large")));
            }
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(None),
        };
        let value: Value = match serde_json::from_str(&text) {
            Ok(value) => value,
            Err(e) => return self.mistake("bad_frame", &format!("This is no JSON: {e}")).await,
        };
        let Some(kind) = value.get("t").and_then(Value::as_str).map(str::to_owned) else {
            return self.mistake("bad_frame", "The member `t` is missing.").await;
        };
        if !FRAMES.contains(&kind.as_str()) {
            return self.mistake("unknown_frame", "There is no frame of this type.").await;
        }
        match serde_json::from_value::<Frame>(value) {
            Ok(frame) => self.frame(frame).await,
            Err(e) => self.mistake("bad_frame", &format!("The frame `{kind}` does not fit: {e}")).await,
        }
    }

    async fn frame(&mut self, frame: Frame) -> Step {
        if let Frame::Ping = frame {
            return self.send(json!({ "t": "pong" })).await;
        }
        if let Frame::Hello { session, token, after, page, language } = frame {
            return match (session, token) {
                (Some(session), token) => self.resume(&session, &token.unwrap_or_default(), after).await,
                (None, _) => self.begin(page, language).await,
            };
        }
        let Some(session) = self.chat.as_ref().map(|c| c.session) else {
            self.error("hello_first", "The first frame must be `hello`.", None).await?;
            return Err(Some((POLICY, "hello first")));
        };
        match frame {
            Frame::Say { cid, text } => self.say(session, &cid, Said::Text(text)).await,
            Frame::Tap { cid, choice } => self.say(session, &cid, Said::Choice(choice)).await,
            Frame::Person { cid } => self.say(session, &cid, Said::Person).await,
            Frame::Typing => {
                self.typing(session);
                Ok(())
            }
            Frame::Resume { after } => {
                if let Some(chat) = &mut self.chat {
                    chat.sent = after;
                }
                self.news().await
            }
            Frame::Read { .. } | Frame::Hello { .. } | Frame::Ping => Ok(()),
        }
    }

    async fn begin(&mut self, page: Option<String>, language: Option<String>) -> Step {
        let opening = Opening { page, language, ..Opening::default() };
        match self.app.runtime.open(&self.bot.id, opening).await {
            Ok(opened) => self.welcome(opened.session, Some(opened.token), 0, opened.upto).await,
            Err(refusal) => self.error(refusal.code(), &refusal.to_string(), None).await,
        }
    }

    async fn resume(&mut self, session: &str, token: &str, after: u64) -> Step {
        let entered = match SessionId::parse(session) {
            Some(id) => self.app.runtime.enter(&self.bot.id, id, token).await.map(|upto| (id, upto)),
            None => Err(Refusal::UnknownSession),
        };
        match entered {
            Ok((id, upto)) if after <= upto => self.welcome(id, None, after, upto).await,
            Ok(_) => self.send(json!({ "t": "reset", "reason": "this chat is ahead of the server" })).await,
            Err(Refusal::UnknownSession) => {
                self.send(json!({ "t": "reset", "reason": "this chat is not known here" })).await
            }
            Err(refusal) => {
                self.error(refusal.code(), &refusal.to_string(), None).await?;
                if refusal == Refusal::WrongToken { Err(Some((POLICY, "wrong token"))) } else { Ok(()) }
            }
        }
    }

    async fn welcome(&mut self, session: SessionId, token: Option<String>, after: u64, upto: u64) -> Step {
        let notices = self.app.runtime.watch(session);
        let Ok(status) = self.app.runtime.status(session).await else { return Err(None) };
        let mut frame = json!({
            "t": "welcome", "session": session, "bot": about(&self.bot), "status": status, "upto": upto,
            "epoch": self.app.runtime.epoch(),
        });
        if let (Some(token), Some(map)) = (token, frame.as_object_mut()) {
            map.insert("token".into(), token.into());
        }
        self.chat = Some(Chat { session, sent: after, status: Some(status), notices });
        self.send(frame).await?;
        self.news().await
    }

    async fn say(&mut self, session: SessionId, cid: &str, said: Said) -> Step {
        match self.app.runtime.customer(session, cid, said).await {
            Ok(receipt) => {
                self.send(json!({ "t": "ack", "cid": cid, "seq": receipt.seq, "duplicate": receipt.duplicate })).await
            }
            Err(refusal) => self.refused(&refusal, cid).await,
        }
    }

    fn typing(&mut self, session: SessionId) {
        if self.typed.is_none_or(|at| at.elapsed() >= TYPING) {
            self.typed = Some(Instant::now());
            self.app.runtime.typing(session, Speaker::Customer, true);
        }
    }

    async fn noticed(&mut self, notice: Result<Notice, RecvError>) -> Step {
        match notice {
            Ok(Notice::Events { .. }) | Err(RecvError::Lagged(_)) => self.news().await,
            Ok(Notice::Typing { from: Speaker::Customer, .. }) => Ok(()),
            Ok(Notice::Typing { from, on }) => {
                let from = match from {
                    Speaker::Agent { name, .. } => json!({ "role": "agent", "name": name }),
                    Speaker::Bot { name } => json!({ "role": "bot", "name": name }),
                    Speaker::Customer => return Ok(()),
                };
                self.send(json!({ "t": "typing", "from": from, "on": on })).await
            }
            Err(RecvError::Closed) => Err(None),
        }
    }

    /// Sends everything that this connection has not seen.
    async fn news(&mut self) -> Step {
        loop {
            let Some(chat) = &self.chat else { return Ok(()) };
            let Ok(page) = self.app.runtime.page(chat.session, chat.sent).await else { break };
            if page.events.is_empty() {
                break;
            }
            let items = items::for_customer(&page);
            self.send(json!({ "t": "events", "after": page.after, "upto": page.upto, "items": items })).await?;
            if let Some(chat) = &mut self.chat {
                chat.sent = page.upto;
            }
        }
        let Some(session) = self.chat.as_ref().map(|c| c.session) else { return Ok(()) };
        let Ok(status) = self.app.runtime.status(session).await else { return Ok(()) };
        if self.chat.as_ref().is_some_and(|c| c.status.as_ref() != Some(&status)) {
            self.send(json!({ "t": "status", "status": status })).await?;
            if let Some(chat) = &mut self.chat {
                chat.status = Some(status);
            }
        }
        Ok(())
    }
}
