//! The inbox's socket: the list of chats and the open ones, live.
use super::auth;
use crate::engine::{Input, Speaker};
use crate::id::SessionId;
use crate::runtime::ports::{Login, Notice};
use crate::runtime::{Present, Refusal};
use crate::web::chat::items;
use crate::web::errors::ApiError;
use crate::web::wire::{End, Heard, RESTARTS, Step, Wire, bounded, broken};
use crate::web::{App, origin};
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::cookie::CookieJar;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::watch;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;
use tokio_stream::{StreamExt, StreamMap};

/// Chats that one inbox follows at a time.
const OPEN: usize = 8;
/// A login may end while its socket is open.
const CHECK: Duration = Duration::from_secs(30);

#[derive(Debug, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
enum Frame {
    Hello {
        csrf: String,
    },
    Open {
        session: SessionId,
        #[serde(default)]
        after: u64,
    },
    Close {
        session: SessionId,
    },
    Take {
        id: Value,
        session: SessionId,
    },
    Reply {
        id: Value,
        session: SessionId,
        cid: String,
        text: String,
    },
    Note {
        id: Value,
        session: SessionId,
        text: String,
    },
    HandBack {
        id: Value,
        session: SessionId,
    },
    Resolve {
        id: Value,
        session: SessionId,
    },
    Typing {
        session: SessionId,
    },
    List {
        view: String,
    },
    Ping,
}

pub async fn upgrade(
    State(app): State<App>,
    jar: CookieJar,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !origin::same(&app, &headers) {
        return ApiError::foreign_origin().into_response();
    }
    let Some(login) = auth::current(&app, &jar).await else {
        return ApiError::new(StatusCode::UNAUTHORIZED, "log_in", "Please log in again.").into_response();
    };
    bounded(upgrade).on_upgrade(move |socket| async move {
        let _open = app.sockets.token();
        let mut inbox = Inbox {
            rows: app.runtime.watch_rows(),
            logouts: app.logouts.subscribe(),
            app,
            jar,
            login,
            wire: Wire::new(socket),
            chats: StreamMap::new(),
            sent: BTreeMap::new(),
            order: VecDeque::new(),
            present: None,
        };
        let end = inbox.run().await;
        inbox.wire.end(end).await;
    })
}

struct Inbox {
    app: App,
    jar: CookieJar,
    login: Login,
    wire: Wire,
    rows: broadcast::Receiver<crate::runtime::view::Row>,
    /// Somebody logged out.
    logouts: watch::Receiver<()>,
    /// The open chats.
    chats: StreamMap<SessionId, BroadcastStream<Notice>>,
    /// What was sent of each.
    sent: BTreeMap<SessionId, u64>,
    /// The order in which they were opened.
    order: VecDeque<SessionId>,
    present: Option<Present>,
}

impl Inbox {
    async fn run(&mut self) -> End {
        let stopping = self.app.runtime.stopping().clone();
        let mut check = tokio::time::interval(CHECK);
        loop {
            let step = tokio::select! {
                heard = self.wire.hear() => self.received(heard).await,
                row = self.rows.recv() => self.row(row).await,
                Some((session, notice)) = self.chats.next(), if !self.chats.is_empty() => self.noticed(session, notice).await,
                Ok(()) = self.logouts.changed() => self.still_logged_in().await,
                _ = check.tick() => self.still_logged_in().await,
                () = stopping.cancelled() => Err(RESTARTS),
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    async fn still_logged_in(&mut self) -> Step {
        let login = auth::current(&self.app, &self.jar).await;
        if login.is_some() { Ok(()) } else { Err(broken("logged out")) }
    }

    async fn received(&mut self, heard: Heard) -> Step {
        let Some(text) = self.wire.take(heard).await? else { return Ok(()) };
        match serde_json::from_str::<Frame>(&text) {
            Ok(Frame::Hello { csrf }) => self.hello(&csrf).await,
            Ok(_) if self.present.is_none() => Err(broken("hello first")),
            Ok(frame) => self.frame(frame).await,
            Err(e) => self.wire.mistake("bad_frame", &format!("The frame does not fit: {e}")).await,
        }
    }

    async fn hello(&mut self, csrf: &str) -> Step {
        if !auth::same(&self.login.csrf, csrf) {
            return Err(broken("wrong csrf token"));
        }
        self.wire.welcomed();
        self.present = Some(self.app.runtime.present(self.login.agent));
        let rows = self.app.runtime.rows(&["waiting", "agent"], None).await.unwrap_or_default();
        let counts = json!({
            "waiting": rows.iter().filter(|r| r.state == "waiting").count(),
            "mine": rows.iter().filter(|r| r.agent.as_ref().is_some_and(|a| a.id == self.login.agent)).count(),
        });
        let me = json!({ "id": self.login.agent, "name": self.login.name });
        self.wire.send(json!({ "t": "welcome", "me": me, "rows": rows, "counts": counts })).await
    }

    async fn frame(&mut self, frame: Frame) -> Step {
        let (agent, name) = (self.login.agent, self.login.name.clone());
        match frame {
            Frame::Open { session, after } => self.open(session, after).await,
            Frame::Close { session } => {
                self.close(session);
                Ok(())
            }
            Frame::Take { id, session } => self.act(id, session, Input::AgentTook { agent, name }).await,
            Frame::Reply { id, session, cid, text } => {
                self.act(id, session, Input::AgentSaid { agent, name, cid, text }).await
            }
            Frame::Note { id, session, text } => self.act(id, session, Input::AgentNoted { agent, name, text }).await,
            Frame::HandBack { id, session } => self.act(id, session, Input::AgentHandedBack { agent, name }).await,
            Frame::Resolve { id, session } => self.act(id, session, Input::AgentResolved { agent, name }).await,
            Frame::Typing { session } => {
                self.app.runtime.typing(session, Speaker::Agent { id: agent, name }, true);
                Ok(())
            }
            Frame::List { view } => self.list(&view).await,
            Frame::Ping => self.wire.send(json!({ "t": "pong" })).await,
            Frame::Hello { .. } => Ok(()),
        }
    }

    async fn act(&mut self, id: Value, session: SessionId, input: Input) -> Step {
        let answer = match self.app.runtime.agent(session, input).await {
            Ok(receipt) => json!({ "t": "done", "id": id, "seq": receipt.seq }),
            Err(refusal) => json!({ "t": "refused", "id": id, "code": refusal.code(), "message": refusal.to_string() }),
        };
        self.wire.send(answer).await
    }

    async fn list(&mut self, view: &str) -> Step {
        let (states, agent): (&[&str], _) = match view {
            "waiting" => (&["waiting"], None),
            "mine" => (&["agent"], Some(self.login.agent)),
            "bot" => (&["bot"], None),
            "resolved" => (&["resolved"], None),
            _ => return self.wire.mistake("bad_frame", "A view is `waiting`, `mine`, `bot` or `resolved`.").await,
        };
        let rows = self.app.runtime.rows(states, agent).await.unwrap_or_default();
        self.wire.send(json!({ "t": "listed", "view": view, "rows": rows })).await
    }

    async fn open(&mut self, session: SessionId, after: u64) -> Step {
        let notices = BroadcastStream::new(self.app.runtime.watch(session));
        match self.app.runtime.view(session).await {
            Ok(view) => {
                self.close(session);
                if self.order.len() >= OPEN
                    && let Some(first) = self.order.front().copied()
                {
                    self.close(first);
                }
                self.chats.insert(session, notices);
                self.sent.insert(session, after);
                self.order.push_back(session);
                self.wire.send(json!({ "t": "opened", "session": session, "view": view })).await?;
                self.news(session, false).await
            }
            Err(refusal) => self.refused(&refusal).await,
        }
    }

    fn close(&mut self, session: SessionId) {
        self.chats.remove(&session);
        self.sent.remove(&session);
        self.order.retain(|s| *s != session);
    }

    async fn refused(&mut self, refusal: &Refusal) -> Step {
        self.wire.error(refusal.code(), &refusal.to_string()).await
    }

    async fn row(&mut self, row: Result<crate::runtime::view::Row, RecvError>) -> Step {
        match row {
            Ok(_) if self.present.is_none() => Ok(()),
            Ok(row) => self.wire.send(json!({ "t": "row", "row": row })).await,
            // Too far behind: the list is sent anew.
            Err(RecvError::Lagged(_)) => {
                let csrf = self.login.csrf.clone();
                self.hello(&csrf).await
            }
            Err(RecvError::Closed) => Err(None),
        }
    }

    async fn noticed(&mut self, session: SessionId, notice: Result<Notice, BroadcastStreamRecvError>) -> Step {
        match notice {
            Ok(Notice::Typing { from: Speaker::Agent { id, .. }, .. }) if id == self.login.agent => Ok(()),
            Ok(Notice::Typing { from, on }) => {
                self.wire.send(json!({ "t": "typing", "session": session, "from": from, "on": on })).await
            }
            Ok(Notice::Events { .. }) | Err(BroadcastStreamRecvError::Lagged(_)) => self.news(session, true).await,
        }
    }

    /// Sends what is new in an open chat, and its panel where it may have changed.
    async fn news(&mut self, session: SessionId, with_view: bool) -> Step {
        while let Some(after) = self.sent.get(&session).copied() {
            let Ok(page) = self.app.runtime.page(session, after).await else { return Ok(()) };
            if page.events.is_empty() {
                break;
            }
            let items = items::for_agent(&page);
            self.sent.insert(session, page.upto);
            self.wire.send(
                json!({ "t": "events", "session": session, "after": page.after, "upto": page.upto, "items": items }),
            )
            .await?;
        }
        if with_view && let Ok(view) = self.app.runtime.view(session).await {
            self.wire.send(json!({ "t": "view", "session": session, "view": view })).await?;
        }
        Ok(())
    }
}
