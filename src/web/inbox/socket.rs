//! The inbox's socket: the list of chats and the open ones, live.
use super::auth;
use crate::engine::{Input, Speaker};
use crate::id::{AgentId, SessionId};
use crate::runtime::people::{Login, Right};
use crate::runtime::ports::Notice;
use crate::runtime::view::Row;
use crate::runtime::{Looks, News, Present, Receipt, Refusal};
use crate::time::Millis;
use crate::web::chat::items;
use crate::web::errors::ApiError;
use crate::web::wire::{End, Heard, Step, Wire, bounded, broken};
use crate::web::{App, origin};
use axum::Extension;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::HeaderMap;
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
    /// A lead takes it from whoever has it.
    TakeOver {
        id: Value,
        session: SessionId,
    },
    Reply {
        id: Value,
        session: SessionId,
        cid: String,
        text: String,
        /// How far the page has shown the chat.
        #[serde(default)]
        seen: Option<u64>,
    },
    Note {
        id: Value,
        session: SessionId,
        text: String,
    },
    HandBack {
        id: Value,
        session: SessionId,
        flow: Option<String>,
    },
    Transfer {
        id: Value,
        session: SessionId,
        team: Option<String>,
        to: Option<AgentId>,
        note: Option<String>,
    },
    Snooze {
        id: Value,
        session: SessionId,
        until: Millis,
    },
    Tag {
        id: Value,
        session: SessionId,
        tag: String,
    },
    /// A promise is kept.
    Kept {
        id: Value,
        session: SessionId,
        promise: String,
    },
    Pass {
        session: SessionId,
    },
    Away {
        on: bool,
    },
    Resolve {
        id: Value,
        session: SessionId,
    },
    Typing {
        session: SessionId,
    },
    /// The agent looks at the chat.
    Read {
        session: SessionId,
    },
    List {
        view: String,
    },
    /// Chats by what was said in them.
    Search {
        id: Value,
        text: String,
    },
    Ping,
}

impl Frame {
    /// What one must be allowed to do for this.
    fn right(&self) -> Right {
        match self {
            Self::Hello { .. }
            | Self::Open { .. }
            | Self::Close { .. }
            | Self::List { .. }
            | Self::Search { .. }
            | Self::Ping => Right::Read,
            Self::TakeOver { .. } => Right::Lead,
            Self::Take { .. }
            | Self::Reply { .. }
            | Self::Note { .. }
            | Self::HandBack { .. }
            | Self::Transfer { .. }
            | Self::Snooze { .. }
            | Self::Tag { .. }
            | Self::Kept { .. }
            | Self::Pass { .. }
            | Self::Away { .. }
            | Self::Resolve { .. }
            | Self::Typing { .. }
            | Self::Read { .. } => Right::Answer,
        }
    }

    /// The number by which its answer is known.
    fn id(self) -> Option<Value> {
        match self {
            Self::Take { id, .. }
            | Self::TakeOver { id, .. }
            | Self::Reply { id, .. }
            | Self::Note { id, .. }
            | Self::HandBack { id, .. }
            | Self::Transfer { id, .. }
            | Self::Snooze { id, .. }
            | Self::Tag { id, .. }
            | Self::Kept { id, .. }
            | Self::Resolve { id, .. } => Some(id),
            _ => None,
        }
    }
}

pub async fn upgrade(
    State(app): State<App>,
    Extension(login): Extension<Login>,
    jar: CookieJar,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !origin::same(&app, &headers) {
        return ApiError::foreign_origin().into_response();
    }
    bounded(upgrade).on_upgrade(move |socket| async move {
        let _open = (app.sockets.token(), app.runtime.meter().opened("agent"));
        let mut inbox = Inbox {
            rows: app.runtime.watch_rows(),
            news: app.runtime.desk().watch(),
            logouts: app.logouts.subscribe(),
            replies: app.replies.subscribe(),
            app,
            jar,
            login,
            wire: Wire::new(socket),
            chats: StreamMap::new(),
            sent: BTreeMap::new(),
            order: VecDeque::new(),
            looks: BTreeMap::new(),
            present: None,
            greeted: false,
        };
        let end = inbox.run().await;
        inbox.wire.end(end).await;
    })
}

pub(super) struct Inbox {
    pub(super) app: App,
    jar: CookieJar,
    pub(super) login: Login,
    pub(super) wire: Wire,
    rows: broadcast::Receiver<Row>,
    news: broadcast::Receiver<News>,
    /// Somebody logged out.
    logouts: watch::Receiver<()>,
    /// Replies for all have changed.
    replies: watch::Receiver<()>,
    /// The open chats.
    chats: StreamMap<SessionId, BroadcastStream<Notice>>,
    /// What was sent of each.
    sent: BTreeMap<SessionId, u64>,
    /// The order in which they were opened.
    order: VecDeque<SessionId>,
    /// Colleagues see who has a chat open.
    pub(super) looks: BTreeMap<SessionId, Looks>,
    /// At the desk, where the role may answer.
    present: Option<Present>,
    /// `hello` was taken.
    pub(super) greeted: bool,
}

impl Inbox {
    async fn run(&mut self) -> End {
        let parting = self.app.leaving.parting().clone();
        let mut check = tokio::time::interval(CHECK);
        loop {
            let step = tokio::select! {
                heard = self.wire.hear() => self.received(heard).await,
                row = self.rows.recv() => self.row(row).await,
                news = self.news.recv() => self.desk_news(news).await,
                Some((session, notice)) = self.chats.next(), if !self.chats.is_empty() => self.noticed(session, notice).await,
                Ok(()) = self.logouts.changed() => self.still_logged_in().await,
                Ok(()) = self.replies.changed(), if self.greeted => self.canned().await,
                _ = check.tick() => self.still_logged_in().await,
                () = parting.cancelled() => Err(self.wire.bye(&self.app.leaving).await),
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    async fn still_logged_in(&mut self) -> Step {
        let Some(login) = auth::current(&self.app, &self.jar).await else { return Err(broken("logged out")) };
        if login.lacks_second {
            return Err(broken("second factor first"));
        }
        let moved = login != self.login;
        self.login = login;
        // Another role or other teams: all that depends on them is sent anew.
        if moved && self.greeted {
            let csrf = self.login.csrf.clone();
            return self.hello(&csrf).await;
        }
        Ok(())
    }

    async fn received(&mut self, heard: Heard) -> Step {
        let Some(text) = self.wire.take(heard).await? else { return Ok(()) };
        match serde_json::from_str::<Frame>(&text) {
            Ok(Frame::Hello { csrf }) => self.hello(&csrf).await,
            Ok(_) if !self.greeted => Err(broken("hello first")),
            Ok(frame) if !self.login.may(frame.right()) => self.not_allowed(frame).await,
            Ok(frame) => self.frame(frame).await,
            Err(e) => self.wire.mistake("bad_frame", &format!("The frame does not fit: {e}")).await,
        }
    }

    pub(super) async fn hello(&mut self, csrf: &str) -> Step {
        if !auth::same(&self.login.csrf, csrf) {
            return Err(broken("wrong csrf token"));
        }
        self.wire.welcomed();
        let (agent, name) = (self.login.agent, self.login.name.clone());
        let seat = self.login.seat.clone();
        // Whoever may not answer is not at the desk.
        self.present = self.login.may(Right::Answer).then(|| self.app.runtime.present(agent, &name, seat));
        self.greeted = true;
        let rows = self.app.runtime.rows(&["waiting", "agent"], None).await.unwrap_or_default();
        let counts = json!({
            "waiting": rows.iter().filter(|r| r.state == "waiting").count(),
            "mine": rows.iter().filter(|r| r.agent.as_ref().is_some_and(|a| a.id == self.login.agent)).count(),
        });
        let (role, answers) = (self.login.role, self.login.may(Right::Answer));
        let me = json!({ "id": agent, "name": name, "role": role, "answers": answers });
        let rows: Vec<Value> = rows.iter().map(|r| self.row_frame(r)).collect();
        let (bots, people, staff) = (self.bots(), self.people(), self.staff().await);
        let welcome = json!({
            "t": "welcome", "me": me, "rows": rows, "counts": counts, "bots": bots, "people": people, "staff": staff,
        });
        self.wire.send(welcome).await?;
        self.canned().await?;
        self.mentions(None).await
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
            Frame::Reply { id, session, cid, text, seen } => {
                let input = Input::AgentSaid { agent, name, cid, text };
                let done = self.app.runtime.reply(session, input, seen).await;
                self.answer(id, done).await
            }
            Frame::TakeOver { id, session } => self.take_over(id, session).await,
            Frame::Note { id, session, text } => {
                let done = self.app.runtime.note(session, (agent, name), text).await;
                self.answer(id, done).await
            }
            Frame::HandBack { id, session, flow } => {
                self.act(id, session, Input::AgentHandedBack { agent, name, flow }).await
            }
            Frame::Transfer { id, session, team, to, note } => {
                let done = self.app.runtime.transfer(session, (agent, name), team, to, note).await;
                self.answer(id, done).await
            }
            Frame::Snooze { id, session, until } => {
                let done = self.app.runtime.snooze(session, agent, until).await;
                self.answer(id, done.map(|()| Receipt { seq: 0, duplicate: false })).await
            }
            Frame::Tag { id, session, tag } => {
                let tag = tag.trim().to_owned();
                self.act(id, session, Input::AgentTagged { agent, name, tag }).await
            }
            Frame::Kept { id, session, promise } => {
                self.act(id, session, Input::AgentKeptPromise { agent, name, promise }).await
            }
            Frame::Pass { session } => {
                self.app.runtime.desk().passes(session, agent, self.app.runtime.now());
                Ok(())
            }
            Frame::Away { on } => {
                self.app.runtime.desk().away(agent, on);
                Ok(())
            }
            Frame::Resolve { id, session } => self.act(id, session, Input::AgentResolved { agent, name }).await,
            Frame::Typing { session } => {
                self.app.runtime.typing(session, Speaker::Agent { id: agent, name }, true);
                Ok(())
            }
            Frame::Read { session } => {
                if let Some(upto) = self.sent.get(&session) {
                    self.app.runtime.seen_by_agent(session, *upto, true);
                }
                Ok(())
            }
            Frame::List { view } => self.list(&view).await,
            Frame::Search { id, text } => self.search(id, &text).await,
            Frame::Ping => self.wire.send(json!({ "t": "pong" })).await,
            Frame::Hello { .. } => Ok(()),
        }
    }

    async fn not_allowed(&mut self, frame: Frame) -> Step {
        let problem = auth::not_allowed();
        match frame.id() {
            Some(id) => {
                self.wire
                    .send(json!({ "t": "refused", "id": id, "code": problem.code, "message": problem.message }))
                    .await
            }
            None => self.wire.error(problem.code, &problem.message).await,
        }
    }

    async fn act(&mut self, id: Value, session: SessionId, input: Input) -> Step {
        let done = self.app.runtime.agent(session, input).await;
        self.answer(id, done).await
    }

    pub(super) async fn answer(&mut self, id: Value, done: Result<Receipt, Refusal>) -> Step {
        let answer = match done {
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
        let rows: Vec<Value> = rows.iter().map(|r| self.row_frame(r)).collect();
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
                if self.present.is_some() {
                    self.looks.insert(session, self.app.runtime.desk().looks(session, self.login.agent));
                }
                let contact = self.contact(session).await;
                let visit = self.visit(session).await;
                let opened =
                    json!({ "t": "opened", "session": session, "view": view, "contact": contact, "visit": visit });
                self.wire.send(opened).await?;
                self.mention_read(session).await?;
                self.news(session, false).await
            }
            Err(refusal) => self.refused(&refusal).await,
        }
    }

    fn close(&mut self, session: SessionId) {
        self.chats.remove(&session);
        self.sent.remove(&session);
        self.looks.remove(&session);
        self.order.retain(|s| *s != session);
    }

    async fn refused(&mut self, refusal: &Refusal) -> Step {
        self.wire.error(refusal.code(), &refusal.to_string()).await
    }

    async fn row(&mut self, row: Result<Row, RecvError>) -> Step {
        match row {
            Ok(_) if !self.greeted => Ok(()),
            Ok(row) => {
                let row = self.row_frame(&row);
                self.wire.send(json!({ "t": "row", "row": row })).await
            }
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
            if self.present.is_some() {
                self.app.runtime.seen_by_agent(session, page.upto, false);
            }
            self.wire.send(
                json!({ "t": "events", "session": session, "after": page.after, "upto": page.upto, "items": items }),
            )
            .await?;
        }
        if with_view && let Ok(view) = self.app.runtime.view(session).await {
            let contact = self.contact(session).await;
            let visit = self.visit(session).await;
            let frame = json!({ "t": "view", "session": session, "view": view, "contact": contact, "visit": visit });
            self.wire.send(frame).await?;
        }
        Ok(())
    }
}
