//! Within one process: a broadcast channel for each chat that is watched, and one for the list of chats.
use crate::id::SessionId;
use crate::runtime::ports::{Bus, Notice};
use crate::runtime::view::Row;
use dashmap::DashMap;
use tokio::sync::broadcast;

/// Notices that a slow watcher may be behind; after that it reads the chat anew.
const BEHIND: usize = 64;
const ROWS_BEHIND: usize = 1024;

#[derive(Debug)]
pub struct LocalBus {
    chats: DashMap<SessionId, broadcast::Sender<Notice>>,
    rows: broadcast::Sender<Row>,
}

impl Default for LocalBus {
    fn default() -> Self {
        Self { chats: DashMap::new(), rows: broadcast::channel(ROWS_BEHIND).0 }
    }
}

impl Bus for LocalBus {
    fn publish(&self, session: SessionId, notice: Notice) {
        let heard = self.chats.get(&session).map(|chat| chat.send(notice).is_ok());
        if heard == Some(false) {
            self.chats.remove_if(&session, |_, chat| chat.receiver_count() == 0);
        }
    }

    fn watch(&self, session: SessionId) -> broadcast::Receiver<Notice> {
        self.chats.entry(session).or_insert_with(|| broadcast::channel(BEHIND).0).subscribe()
    }

    fn row(&self, row: Row) {
        // Nobody may be listening; that is no mistake.
        let _ = self.rows.send(row);
    }

    fn watch_rows(&self) -> broadcast::Receiver<Row> {
        self.rows.subscribe()
    }
}
