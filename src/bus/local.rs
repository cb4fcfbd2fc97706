//! Within one process: a broadcast channel for each chat that is watched, and one for the list of chats.
use crate::id::SessionId;
use crate::runtime::ports::{Bus, Notice};
use crate::runtime::view::Row;
use dashmap::DashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::broadcast;

/// Notices that a slow watcher may be behind; after that it reads the chat anew.
const BEHIND: usize = 64;
const ROWS_BEHIND: usize = 1024;
/// Chats that nobody watches any more are looked for after this many new watchers.
const SWEEP: usize = 256;

#[derive(Debug)]
pub struct LocalBus {
    chats: DashMap<SessionId, broadcast::Sender<Notice>>,
    rows: broadcast::Sender<Row>,
    watches: AtomicUsize,
}

impl LocalBus {
    /// How many chats have a channel.
    pub fn channels(&self) -> usize {
        self.chats.len()
    }

    /// A chat that is never written to again would keep its channel for ever. The more channels there are, the rarer the
    /// look at all of them.
    fn sweep(&self) {
        let watches = self.watches.fetch_add(1, Ordering::Relaxed) + 1;
        if watches >= SWEEP.max(self.chats.len() / 2) {
            self.watches.store(0, Ordering::Relaxed);
            self.chats.retain(|_, chat| chat.receiver_count() > 0);
        }
    }
}

impl Default for LocalBus {
    fn default() -> Self {
        Self { chats: DashMap::new(), rows: broadcast::channel(ROWS_BEHIND).0, watches: AtomicUsize::new(0) }
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
        self.sweep();
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
