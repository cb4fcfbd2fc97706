//! Server-sent events: the chat for clients that only read.
use super::http::{after, authorised};
use super::items;
use crate::id::SessionId;
use crate::runtime::meter::Open;
use crate::runtime::ports::Notice;
use crate::runtime::view::Status;
use crate::web::App;
use crate::web::errors::ApiError;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use serde_json::json;
use std::collections::VecDeque;
use std::convert::Infallible;
use tokio::sync::broadcast::{self, error::RecvError};

struct Reader {
    app: App,
    session: SessionId,
    sent: u64,
    status: Option<Status>,
    notices: broadcast::Receiver<Notice>,
    ready: VecDeque<Event>,
    /// The goodbye was said.
    parted: bool,
    _open: Open,
}

pub async fn stream(
    State(app): State<App>,
    Path((bot, session)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let (id, upto) = authorised(&app, &bot, &session, &headers).await?;
    let last = headers.get("last-event-id").and_then(|h| h.to_str().ok()).and_then(|h| h.parse().ok());
    let (notices, open) = (app.runtime.watch(id), app.runtime.meter().opened("customer"));
    let sent = last.unwrap_or(after(query.as_deref())?).min(upto);
    let mut reader =
        Reader { app, session: id, sent, status: None, notices, ready: VecDeque::new(), parted: false, _open: open };
    reader.read().await;
    let events = stream::unfold(reader, |mut reader| async move { Some((Ok(reader.next().await?), reader)) });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

impl Reader {
    async fn next(&mut self) -> Option<Event> {
        let parting = self.app.leaving.parting().clone();
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            if self.parted {
                return None;
            }
            let notice = tokio::select! {
                notice = self.notices.recv() => notice,
                () = parting.cancelled() => {
                    self.part().await;
                    continue;
                }
            };
            match notice {
                Ok(Notice::Events { .. }) | Err(RecvError::Lagged(_)) => self.read().await,
                Ok(Notice::Typing { .. }) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    }

    /// The server ends: what is new, and when to come back, in words that `EventSource` understands as well.
    async fn part(&mut self) {
        self.read().await;
        let wait = self.app.leaving.retry_after();
        let body = json!({ "retry_after_ms": u64::try_from(wait.as_millis()).unwrap_or(0) });
        self.ready.push_back(Event::default().event("bye").retry(wait).data(body.to_string()));
        self.parted = true;
    }

    /// Everything that is new.
    async fn read(&mut self) {
        while let Ok(page) = self.app.runtime.page(self.session, self.sent).await {
            if page.events.is_empty() {
                break;
            }
            let Ok(status) = self.app.runtime.status(self.session).await else { break };
            let items = items::for_customer(&page);
            let body = json!({ "after": page.after, "upto": page.upto, "items": items, "status": status });
            self.sent = page.upto;
            self.ready.push_back(Event::default().event("events").id(page.upto.to_string()).data(body.to_string()));
        }
        if let Ok(status) = self.app.runtime.status(self.session).await
            && self.status.as_ref() != Some(&status)
        {
            let body = json!({ "status": status });
            self.ready.push_back(Event::default().event("status").data(body.to_string()));
            self.status = Some(status);
        }
    }
}
