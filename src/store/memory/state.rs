//! What the store in memory holds. Every change is checked wholly before any of it is made.
use super::contacts::Known;
use super::people::Staff;
use crate::engine::session::{Heard, digest};
use crate::engine::{Event, Session, Timer};
use crate::id::{AgentId, SessionId, TurnId};
use crate::runtime::desk::tickets::Ticket;
use crate::runtime::mentions::Mention;
use crate::runtime::ports::{Commit, DUE, Due, Filed, Hash, Loaded, Pending, Room, StoreError, Stored, StoredFile};
use crate::runtime::view::{self, Row};
use crate::time::Millis;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Default)]
pub struct State {
    pub epoch: Option<String>,
    pub chats: BTreeMap<SessionId, Chat>,
    /// By session, place of the turn and number of the effect.
    pub outbox: BTreeMap<(SessionId, u64, u32), Pending>,
    /// By session and name.
    pub timers: BTreeMap<(SessionId, String), (Timer, Millis)>,
    /// Until when somebody is at work on a timer.
    pub held: BTreeMap<(SessionId, String), Millis>,
    /// By session and id.
    pub files: BTreeMap<(SessionId, String), StoredFile>,
    pub tickets: BTreeMap<SessionId, Ticket>,
    /// Chats by bot and customer.
    pub customers: BTreeMap<(String, String), SessionId>,
    pub contacts: Known,
    /// By whom is named, chat and place.
    pub mentions: BTreeMap<(AgentId, SessionId, u64), Mention>,
    pub staff: Staff,
    /// By bot and name.
    pub canned: BTreeMap<(String, String), String>,
    pub deliveries: super::deliveries::Post,
}

#[derive(Debug)]
pub struct Chat {
    /// Before its first event.
    new: Session,
    token: Hash,
    seq: u64,
    pub row: Row,
    snapshot: Option<Box<Session>>,
    pub events: Vec<Event>,
    pub cids: BTreeMap<String, Heard>,
    erased: bool,
    /// By the place after which they came.
    pub turns: BTreeMap<u64, TurnId>,
}

impl Chat {
    pub fn is_erased(&self) -> bool {
        self.erased
    }

    /// It never got its first turn.
    pub fn is_new(&self) -> bool {
        self.seq == 0
    }
}

fn broken<T>(problem: &str) -> Stored<T> {
    Err(StoreError::Broken(problem.into()))
}

impl State {
    pub fn create(&mut self, session: &Session, token: Hash) -> Stored<()> {
        if self.chats.contains_key(&session.id) {
            return broken("there is a chat with this id");
        }
        let (new, row) = (session.clone(), view::row(session));
        let (snapshot, events, cids, turns) = (None, vec![], BTreeMap::new(), BTreeMap::new());
        self.chats.insert(session.id, Chat { new, token, seq: 0, row, snapshot, events, cids, turns, erased: false });
        Ok(())
    }

    pub fn load(&self, id: SessionId) -> Option<Loaded> {
        let chat = self.chats.get(&id).filter(|c| !c.erased)?;
        let mut session = chat.snapshot.as_deref().unwrap_or(&chat.new).clone();
        let snapshot_at = session.seq;
        chat.events.iter().filter(|e| e.seq > snapshot_at).for_each(|e| session.apply(e));
        Some(Loaded { session, token: chat.token, snapshot_at })
    }

    pub fn commit(&mut self, commit: Commit) -> Stored<()> {
        let id = commit.session;
        let Some(chat) = self.chats.get_mut(&id).filter(|c| c.seq == commit.after && !c.erased) else {
            return Err(StoreError::Conflict);
        };
        let heard: Vec<Heard> = commit.events.iter().filter_map(heard).collect();
        let names: BTreeSet<&String> = heard.iter().map(|h| &h.cid).collect();
        if names.len() < heard.len() || heard.iter().any(|h| chat.cids.contains_key(&h.cid)) {
            return broken("this client id was heard before");
        }
        let in_order = (commit.after + 1..).zip(&commit.events).all(|(seq, e)| e.seq == seq);
        if !in_order {
            return broken("the events are not in order");
        }
        if commit.finished.is_some_and(|(seq, n)| !self.outbox.contains_key(&(id, seq, n))) {
            return Err(StoreError::Answered);
        }
        let keys: BTreeSet<_> = commit.outbox.iter().map(|p| (id, p.seq, p.n)).collect();
        if keys.len() < commit.outbox.len() || keys.iter().any(|key| self.outbox.contains_key(key)) {
            return broken("this effect is kept already");
        }
        self.deliveries.add(&commit);
        if !commit.events.is_empty() {
            chat.turns.insert(commit.after, commit.turn);
        }
        self.contacts.learn(id, &commit.row.bot, &commit.events);
        chat.seq += commit.events.len() as u64;
        chat.events.extend(commit.events);
        chat.cids.extend(heard.into_iter().map(|h| (h.cid.clone(), h)));
        chat.row = commit.row;
        chat.snapshot = commit.snapshot.or(chat.snapshot.take());
        if let Some((seq, n)) = commit.finished {
            self.outbox.remove(&(id, seq, n));
        }
        self.outbox.extend(commit.outbox.into_iter().map(|p| ((id, p.seq, p.n), p)));
        let set = commit.set_timers.iter().map(|(timer, _)| timer);
        for timer in commit.cancelled.iter().chain(set) {
            self.held.remove(&(id, timer.key()));
        }
        for timer in commit.cancelled {
            self.timers.remove(&(id, timer.key()));
        }
        self.timers.extend(commit.set_timers.into_iter().map(|(timer, due)| ((id, timer.key()), (timer, due))));
        Ok(())
    }

    /// A state is kept only where it is the latest.
    pub fn park(&mut self, session: &Session) {
        if let Some(chat) = self.chats.get_mut(&session.id).filter(|c| c.seq == session.seq && !c.erased) {
            chat.snapshot = Some(Box::new(session.clone()));
        }
    }

    pub fn keep_file(&mut self, file: StoredFile, room: Room) -> Stored<Filed> {
        if self.chats.get(&file.session).is_none_or(|c| c.erased) {
            return broken("there is no such chat");
        }
        let key = (file.session, file.file.id.clone());
        if self.files.contains_key(&key) {
            return Ok(Filed::Known);
        }
        let sizes = self.files.values().filter(|f| f.session == file.session).map(|f| f.file.size);
        if !room.takes(sizes.clone().count() as u64, sizes.sum(), file.file.size) {
            return Ok(Filed::Full);
        }
        self.files.insert(key, file);
        Ok(Filed::Kept)
    }

    pub fn due(&self, now: Millis) -> Due {
        let mut all: Vec<_> = self.timers.iter().map(|((id, key), (timer, due))| (*due, *id, key, timer)).collect();
        all.sort();
        let mut found = Due::default();
        for (due, session, _, timer) in all {
            if due > now || found.now.len() == DUE {
                found.next = Some(due);
                return found;
            }
            found.now.push((session, timer.clone()));
        }
        found
    }

    pub fn claim(&mut self, now: Millis, until: Millis) -> Due {
        let free = |held: &BTreeMap<_, Millis>, key: &(SessionId, String)| held.get(key).is_none_or(|h| *h <= now);
        let waiting = self.timers.iter().filter(|(key, (_, due))| *due <= now && free(&self.held, key));
        let mut all: Vec<_> = waiting.map(|(key, (timer, due))| (*due, key.clone(), timer.clone())).collect();
        all.sort();
        all.truncate(DUE);
        self.held.extend(all.iter().map(|(_, key, _)| (key.clone(), until)));
        let later = self.timers.values().map(|(_, due)| *due).filter(|due| *due > now);
        let held = self.timers.keys().filter_map(|key| self.held.get(key)).copied().filter(|h| *h > now);
        let next = if all.len() == DUE { Some(now) } else { later.chain(held).min() };
        Due { now: all.into_iter().map(|(_, (session, _), timer)| (session, timer)).collect(), next }
    }

    pub fn erase(&mut self, id: SessionId) -> bool {
        let Some(chat) = self.chats.get_mut(&id) else { return false };
        chat.erased = true;
        chat.events.iter_mut().for_each(|e| e.what = e.what.erased());
        (chat.snapshot, chat.row.state) = (None, "erased".into());
        chat.cids.clear();
        self.outbox.retain(|(session, ..), _| *session != id);
        self.timers.retain(|(session, _), _| *session != id);
        self.files.retain(|(session, _), _| *session != id);
        self.tickets.remove(&id);
        self.customers.retain(|_, session| *session != id);
        self.deliveries.forget(id);
        self.contacts.chats.remove(&id);
        self.mentions.retain(|(_, session, _), _| *session != id);
        true
    }

    pub fn rows(&self, states: &[&str], agent: Option<AgentId>, limit: usize) -> Vec<Row> {
        let mut found = Vec::new();
        for state in states {
            let fits =
                |r: &&Row| r.state == *state && agent.is_none_or(|a| r.agent.as_ref().is_some_and(|w| w.id == a));
            let begun = self.chats.values().filter(|c| c.seq > 0).map(|c| &c.row);
            let mut rows: Vec<&Row> = begun.filter(fits).collect();
            rows.sort_by_key(|r| (r.since, r.session));
            if !matches!(*state, "waiting" | "agent") {
                rows.drain(..rows.len().saturating_sub(limit));
            }
            found.extend(rows.into_iter().take(limit).cloned());
        }
        found.sort_by_key(|r| (r.since, r.session));
        found
    }

    pub fn queue(&self, team: &str) -> Vec<SessionId> {
        let waits = |r: &&Row| r.state == "waiting" && r.team.as_deref() == Some(team);
        let mut rows: Vec<&Row> = self.chats.values().map(|c| &c.row).filter(waits).collect();
        rows.sort_by_key(|r| (Reverse(r.priority), r.since, r.session));
        rows.into_iter().map(|r| r.session).collect()
    }

    pub fn position(&self, session: SessionId) -> Option<u64> {
        let team = self.chats.get(&session)?.row.team.as_deref()?;
        let place = self.queue(team).into_iter().position(|s| s == session)?;
        Some(place as u64 + 1)
    }
}

fn heard(event: &Event) -> Option<Heard> {
    let (cid, said) = event.what.said()?;
    Some(Heard { cid: cid.to_owned(), seq: event.seq, digest: digest(said) })
}
