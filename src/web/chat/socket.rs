//! The chat over a WebSocket: one task a connection, which reads frames, hears of news and writes.
use super::entry::{Entered, Hello, come_in};
use super::{about, items};
use crate::bot::Bot;
use crate::engine::Speaker;
use crate::fault;
use crate::id::SessionId;
use crate::runtime::meter::{Stage, timed};
use crate::runtime::ports::Notice;
use crate::runtime::view::Status;
use crate::runtime::{Refusal, Said};
use crate::web::App;
use crate::web::errors::ApiError;
use crate::web::wire::{End, Heard, Step, Wire, bounded, broken};
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::broadcast::{self, error::RecvError};

/// `typing` is passed on at most this often.
const TYPING: Duration = Duration::from_secs(3);

#[derive(Debug, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
enum Frame {
    Hello(Hello),
    Say {
        #[serde(default)]
        cid: String,
        text: String,
    },
    Tap {
        #[serde(default)]
        cid: String,
        choice: String,
    },
    Person {
        #[serde(default)]
        cid: String,
    },
    Event {
        name: String,
        #[serde(default)]
        with: Map<String, Value>,
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

const FRAMES: [&str; 9] = ["hello", "say", "tap", "person", "event", "typing", "read", "resume", "ping"];

pub async fn upgrade(State(app): State<App>, Path(bot): Path<String>, upgrade: WebSocketUpgrade) -> Response {
    let Some(bot) = app.runtime.bot(&bot) else { return ApiError::from(Refusal::UnknownBot).into_response() };
    bounded(upgrade).on_upgrade(move |socket| async move {
        let _open = (app.sockets.token(), app.runtime.meter().opened("customer"));
        let mut connection = Connection { app, bot, wire: Wire::new(socket), chat: None, typed: None };
        let end = connection.run().await;
        connection.wire.end(end).await;
    })
}

struct Connection {
    app: App,
    bot: Arc<Bot>,
    wire: Wire,
    chat: Option<Chat>,
    typed: Option<Instant>,
}

struct Chat {
    session: SessionId,
    sent: u64,
    status: Option<Status>,
    notices: broadcast::Receiver<Notice>,
}

enum Woken {
    Heard(Heard),
    Notice(Result<Notice, RecvError>),
    Stop,
}

impl Connection {
    async fn run(&mut self) -> End {
        loop {
            let step = match self.wait().await {
                Woken::Heard(heard) => self.received(heard).await,
                Woken::Notice(notice) => self.noticed(notice).await,
                Woken::Stop => Err(self.wire.bye(&self.app.leaving).await),
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    async fn wait(&mut self) -> Woken {
        let parting = self.app.leaving.parting();
        match &mut self.chat {
            Some(chat) => tokio::select! {
                heard = self.wire.hear() => Woken::Heard(heard),
                notice = chat.notices.recv() => Woken::Notice(notice),
                () = parting.cancelled() => Woken::Stop,
            },
            None => tokio::select! {
                heard = self.wire.hear() => Woken::Heard(heard),
                () = parting.cancelled() => Woken::Stop,
            },
        }
    }

    async fn refused(&mut self, refusal: &Refusal, cid: &str) -> Step {
        self.app.runtime.meter().refused(refusal.code());
        let mut frame = json!({ "t": "error", "code": refusal.code(), "message": refusal.to_string() });
        if let Some(map) = frame.as_object_mut() {
            if !cid.is_empty() {
                map.insert("cid".into(), cid.into());
            }
            if let Some(after) = refusal.retry_after() {
                map.insert("retry_after_ms".into(), (after.as_millis() as u64).into());
            }
        }
        self.wire.send(frame).await
    }

    async fn received(&mut self, heard: Heard) -> Step {
        let Some(text) = self.wire.take(heard).await? else { return Ok(()) };
        let value: Value = match serde_json::from_str(&text) {
            Ok(value) => value,
            Err(e) => return self.wire.mistake("bad_frame", &format!("This is no JSON: {e}")).await,
        };
        let Some(kind) = value.get("t").and_then(Value::as_str).map(str::to_owned) else {
            return self.wire.mistake("bad_frame", "The member `t` is missing.").await;
        };
        if !FRAMES.contains(&kind.as_str()) {
            return self.wire.mistake("unknown_frame", "There is no frame of this type.").await;
        }
        match serde_json::from_value::<Frame>(value) {
            Ok(frame) => self.frame(frame).await,
            Err(e) => self.wire.mistake("bad_frame", &format!("The frame `{kind}` does not fit: {e}")).await,
        }
    }

    async fn frame(&mut self, frame: Frame) -> Step {
        let open = self.chat.as_ref().map(|c| c.session);
        let (frame, session) = match (frame, open) {
            (Frame::Hello(hello), None) => return self.hello(hello).await,
            (Frame::Hello(_), Some(_)) => {
                return self.wire.mistake("bad_frame", "`hello` comes once. Connect anew for another chat.").await;
            }
            (_, None) => {
                self.wire.error("hello_first", "The first frame must be `hello`.").await?;
                return Err(broken("hello first"));
            }
            (frame, Some(session)) => (frame, session),
        };
        match frame {
            Frame::Say { cid, text } => self.say(session, &cid, Said::Text(text)).await,
            Frame::Tap { cid, choice } => self.say(session, &cid, Said::Choice(choice)).await,
            Frame::Person { cid } => self.say(session, &cid, Said::Person).await,
            Frame::Event { name, with } => match self.app.runtime.event(session, &name, with).await {
                Ok(_) => Ok(()),
                Err(refusal) => self.refused(&refusal, "").await,
            },
            Frame::Typing => {
                self.typing(session);
                Ok(())
            }
            Frame::Resume { after } => {
                if let Some(chat) = &mut self.chat {
                    // A place that was never sent would leave a gap.
                    chat.sent = after.min(chat.sent);
                }
                self.news().await
            }
            Frame::Ping => self.wire.send(json!({ "t": "pong" })).await,
            Frame::Read { .. } | Frame::Hello(_) => Ok(()),
        }
    }

    async fn hello(&mut self, hello: Hello) -> Step {
        let after = hello.after;
        match come_in(&self.app, &self.bot, hello).await {
            Ok(Entered { same: true, upto, .. }) if after > upto => {
                self.wire.send(json!({ "t": "reset", "reason": "this chat is ahead of the server" })).await
            }
            Ok(Entered { session, token, upto, same }) => {
                self.welcome(session, token, if same { after } else { 0 }, upto).await
            }
            Err(Refusal::UnknownSession) => {
                self.wire.send(json!({ "t": "reset", "reason": "this chat is not known here" })).await
            }
            Err(Refusal::Damaged) => {
                let reason = "what was kept of this chat cannot be read any more";
                self.wire.send(json!({ "t": "reset", "reason": reason })).await
            }
            Err(refusal) => {
                self.refused(&refusal, "").await?;
                if refusal == Refusal::WrongToken { Err(broken("wrong token")) } else { Ok(()) }
            }
        }
    }

    async fn welcome(&mut self, session: SessionId, token: Option<String>, after: u64, upto: u64) -> Step {
        let notices = self.app.runtime.watch(session);
        let Ok(status) = self.app.runtime.status(session).await else { return Err(None) };
        let about = about(&self.bot, self.app.runtime.largest_file());
        let mut frame = json!({
            "t": "welcome", "session": session, "bot": about, "status": status, "upto": upto,
            "epoch": self.app.runtime.epoch(),
        });
        if let (Some(token), Some(map)) = (token, frame.as_object_mut()) {
            map.insert("token".into(), token.into());
        }
        self.chat = Some(Chat { session, sent: after, status: Some(status), notices });
        self.wire.welcomed();
        self.wire.send(frame).await?;
        self.news().await
    }

    async fn say(&mut self, session: SessionId, cid: &str, said: Said) -> Step {
        fault::point("socket:heard");
        match self.app.runtime.customer(session, cid, said).await {
            Ok(receipt) => {
                let ack = json!({ "t": "ack", "cid": cid, "seq": receipt.seq, "duplicate": receipt.duplicate });
                self.wire.send(ack).await?;
                fault::point("socket:acked");
                Ok(())
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
            Ok(Notice::Events { .. }) | Err(RecvError::Lagged(_)) => {
                let app = self.app.clone();
                timed(app.runtime.meter(), Stage::Deliver, self.news()).await
            }
            Ok(Notice::Typing { from: Speaker::Customer, .. }) => Ok(()),
            Ok(Notice::Typing { from, on }) => {
                let from = match from {
                    Speaker::Agent { name, .. } => json!({ "role": "agent", "name": name }),
                    Speaker::Bot { name } => json!({ "role": "bot", "name": name }),
                    Speaker::Customer => return Ok(()),
                };
                self.wire.send(json!({ "t": "typing", "from": from, "on": on })).await
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
            self.wire.send(json!({ "t": "events", "after": page.after, "upto": page.upto, "items": items })).await?;
            if let Some(chat) = &mut self.chat {
                chat.sent = page.upto;
            }
        }
        let Some(session) = self.chat.as_ref().map(|c| c.session) else { return Ok(()) };
        let status = match self.app.runtime.status(session).await {
            Ok(status) => status,
            Err(Refusal::UnknownSession) => {
                self.chat = None;
                return self.wire.send(json!({ "t": "reset", "reason": "this chat was erased" })).await;
            }
            Err(_) => return Ok(()),
        };
        if self.chat.as_ref().is_some_and(|c| c.status.as_ref() != Some(&status)) {
            self.wire.send(json!({ "t": "status", "status": status })).await?;
            if let Some(chat) = &mut self.chat {
                chat.status = Some(status);
            }
        }
        Ok(())
    }
}
