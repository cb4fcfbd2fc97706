//! A store that forgets everything when the process ends: for tests and for trying things out. What it promises while it
//! lives is what every store promises; tests/all/store.rs holds it to that.
mod canned;
mod contacts;
mod deliveries;
mod insights;
mod mentions;
mod people;
mod search;
mod state;
mod tickets;

use crate::engine::session::Heard;
use crate::engine::{Event, Session, Timer};
use crate::id::{AgentId, SessionId, TurnId};
use crate::runtime::canned::Replies;
use crate::runtime::contacts::Contacts;
use crate::runtime::insights::Insights;
use crate::runtime::mentions::Mentions;
use crate::runtime::people::People;
use crate::runtime::ports::{Commit, Due, Filed, Hash, Loaded, Pending, Room, Store, Stored, StoredFile};
use crate::runtime::search::Search;
use crate::runtime::view::Row;
use crate::runtime::webhooks::Deliveries;
use crate::time::Millis;
use async_trait::async_trait;
use state::State;
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Debug, Default)]
pub struct Memory {
    state: Mutex<State>,
}

impl Memory {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for Memory {
    async fn epoch(&self) -> Stored<String> {
        Ok(self.state().epoch.get_or_insert_with(|| uuid::Uuid::new_v4().simple().to_string()).clone())
    }

    async fn create(&self, session: &Session, token: Hash) -> Stored<()> {
        self.state().create(session, token)
    }

    async fn known_as(&self, bot: &str, customer: &str) -> Stored<Option<SessionId>> {
        Ok(self.state().customers.get(&(bot.to_owned(), customer.to_owned())).copied())
    }

    async fn bind(&self, bot: &str, customer: &str, session: SessionId, replace: bool) -> Stored<SessionId> {
        let mut state = self.state();
        let own = state.customers.entry((bot.to_owned(), customer.to_owned())).or_insert(session);
        if replace {
            *own = session;
        }
        Ok(*own)
    }

    async fn load(&self, session: SessionId) -> Stored<Option<Loaded>> {
        Ok(self.state().load(session))
    }

    async fn commit(&self, commit: Commit) -> Stored<()> {
        self.state().commit(commit)
    }

    async fn events(&self, session: SessionId, after: u64, limit: usize) -> Stored<Vec<Event>> {
        let state = self.state();
        let Some(chat) = state.chats.get(&session) else { return Ok(vec![]) };
        Ok(chat.events.iter().filter(|e| e.seq > after).take(limit).cloned().collect())
    }

    async fn is_kept(&self, session: SessionId, after: u64, turn: TurnId) -> Stored<bool> {
        Ok(self.state().chats.get(&session).is_some_and(|c| c.turns.get(&after) == Some(&turn)))
    }

    async fn erase(&self, session: SessionId) -> Stored<bool> {
        Ok(self.state().erase(session))
    }

    async fn park(&self, session: &Session) -> Stored<()> {
        self.state().park(session);
        Ok(())
    }

    async fn heard(&self, session: SessionId, cid: &str) -> Stored<Option<Heard>> {
        Ok(self.state().chats.get(&session).and_then(|c| c.cids.get(cid).cloned()))
    }

    async fn keep_file(&self, file: StoredFile, room: Room) -> Stored<Filed> {
        self.state().keep_file(file, room)
    }

    async fn file(&self, session: SessionId, id: &str) -> Stored<Option<StoredFile>> {
        Ok(self.state().files.get(&(session, id.to_owned())).cloned())
    }

    async fn pending(&self) -> Stored<Vec<Pending>> {
        Ok(self.state().outbox.values().cloned().collect())
    }

    async fn finish(&self, pending: &Pending) -> Stored<()> {
        self.state().outbox.remove(&(pending.session, pending.seq, pending.n));
        Ok(())
    }

    async fn due(&self, now: Millis) -> Stored<Due> {
        Ok(self.state().due(now))
    }

    async fn claim(&self, now: Millis, until: Millis) -> Stored<Due> {
        Ok(self.state().claim(now, until))
    }

    async fn drop_timer(&self, session: SessionId, timer: Timer, now: Millis) -> Stored<()> {
        let mut state = self.state();
        let key = (session, timer.key());
        if state.timers.get(&key).is_some_and(|(_, due)| *due <= now) {
            state.timers.remove(&key);
        }
        Ok(())
    }

    async fn postpone(&self, session: SessionId, timer: Timer, now: Millis, until: Millis) -> Stored<()> {
        let mut state = self.state();
        let key = (session, timer.key());
        if let Some((_, due)) = state.timers.get_mut(&key).filter(|(_, due)| *due <= now) {
            *due = until;
            state.held.remove(&key);
        }
        Ok(())
    }

    async fn rows(&self, states: &[&str], agent: Option<AgentId>, limit: usize) -> Stored<Vec<Row>> {
        Ok(self.state().rows(states, agent, limit))
    }

    async fn queue(&self, team: &str, limit: usize) -> Stored<Vec<SessionId>> {
        Ok(self.state().queue(team).into_iter().take(limit).collect())
    }

    async fn position(&self, session: SessionId) -> Stored<Option<u64>> {
        Ok(self.state().position(session))
    }

    fn people(&self) -> &dyn People {
        self
    }

    fn replies(&self) -> &dyn Replies {
        self
    }

    fn deliveries(&self) -> &dyn Deliveries {
        self
    }

    fn contacts(&self) -> &dyn Contacts {
        self
    }

    fn insights(&self) -> &dyn Insights {
        self
    }

    fn mentions(&self) -> &dyn Mentions {
        self
    }

    fn search(&self) -> &dyn Search {
        self
    }
}
