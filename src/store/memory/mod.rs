//! A store that forgets everything when the process ends: for tests and for trying things out. What it promises while it
//! lives is what every store promises; tests/all/store.rs holds it to that.
mod state;
mod tickets;

use crate::engine::session::Heard;
use crate::engine::{Event, Session, Timer};
use crate::id::{AgentId, SessionId, TurnId};
use crate::runtime::ports::{
    Account, Commit, Due, Filed, Hash, Loaded, Login, Pending, Room, Store, StoreError, Stored, StoredFile,
};
use crate::runtime::view::Row;
use crate::time::Millis;
use async_trait::async_trait;
use state::{State, Stay};
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
        if let Some((_, due)) = state.timers.get_mut(&(session, timer.key())).filter(|(_, due)| *due <= now) {
            *due = until;
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

    async fn agents(&self) -> Stored<u64> {
        Ok(self.state().accounts.len() as u64)
    }

    async fn invite(&self, token: Hash, expires: Millis) -> Stored<()> {
        self.state().invite = Some((token, expires));
        Ok(())
    }

    async fn invited(&self, token: Hash, now: Millis) -> Stored<bool> {
        Ok(self.state().invited(token, now))
    }

    async fn join(
        &self,
        token: Hash,
        now: Millis,
        name: &str,
        email: &str,
        password_hash: &str,
    ) -> Stored<Option<AgentId>> {
        let mut state = self.state();
        if !state.invited(token, now) {
            return Ok(None);
        }
        let email = email.to_lowercase();
        if state.accounts.iter().any(|a| a.email == email) {
            return Err(StoreError::Broken("there is an account with this address".into()));
        }
        state.invite = None;
        let id = AgentId(state.accounts.last().map_or(1, |a| a.id.0 + 1));
        let (name, password_hash) = (name.to_owned(), password_hash.to_owned());
        state.accounts.push(Account { id, name, email, password_hash });
        Ok(Some(id))
    }

    async fn account(&self, email: &str) -> Stored<Option<Account>> {
        let email = email.to_lowercase();
        Ok(self.state().accounts.iter().find(|a| a.email == email).cloned())
    }

    async fn log_in(&self, token: Hash, agent: AgentId, csrf: &str, expires: Millis) -> Stored<()> {
        let mut state = self.state();
        if !state.accounts.iter().any(|a| a.id == agent) {
            return Err(StoreError::Broken("there is no such account".into()));
        }
        state.logins.insert(token, Stay { agent, csrf: csrf.to_owned(), expires });
        Ok(())
    }

    async fn login(&self, token: Hash, now: Millis) -> Stored<Option<Login>> {
        let state = self.state();
        let Some(stay) = state.logins.get(&token).filter(|s| s.expires > now) else { return Ok(None) };
        let account = state.accounts.iter().find(|a| a.id == stay.agent);
        Ok(account.map(|a| Login { agent: a.id, name: a.name.clone(), csrf: stay.csrf.clone() }))
    }

    async fn log_out(&self, token: Hash) -> Stored<()> {
        self.state().logins.remove(&token);
        Ok(())
    }
}
