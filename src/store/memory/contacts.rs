//! Contacts in memory.
use super::Memory;
use super::search::holds;
use super::state::State;
use crate::engine::Event;
use crate::id::{ContactId, SessionId};
use crate::runtime::contacts::{After, Changed, Contact, Contacts, Erasing, Fresh, Past, Remark, Told, told};
use crate::runtime::ports::Stored;
use crate::time::Millis;
use async_trait::async_trait;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Default)]
pub struct Known {
    last: i64,
    all: BTreeMap<ContactId, Contact>,
    pub chats: BTreeMap<SessionId, ContactId>,
    notes: BTreeMap<ContactId, Vec<Remark>>,
    erased: BTreeMap<ContactId, Millis>,
}

impl Known {
    fn known(&mut self, bot: &str, known_as: &str) -> Option<&mut Contact> {
        self.all.values_mut().find(|k| k.bot == bot && k.known_as == known_as)
    }

    fn one(&mut self, fresh: Fresh, now: Millis) -> (ContactId, bool) {
        let Fresh { bot, known_as, fields, tags } = fresh;
        if let Some(contact) = self.known(&bot, &known_as) {
            let more = !tags.is_subset(&contact.tags);
            contact.tags.extend(tags);
            if contact.learns(&fields) || more {
                contact.version += 1;
            }
            return (contact.id, false);
        }
        self.last += 1;
        let id = ContactId(self.last);
        let contact = Contact { id, bot, known_as, fields, tags, created: now, seen: now, version: 1 };
        self.all.insert(id, contact);
        (id, true)
    }

    pub fn learn(&mut self, session: SessionId, bot: &str, events: &[Event]) {
        for Told { known_as, fields, at } in events.iter().filter_map(told) {
            let (id, _) = self.one(Fresh { bot: bot.into(), known_as, fields, tags: BTreeSet::new() }, at);
            if let Some(contact) = self.all.get_mut(&id) {
                contact.seen = contact.seen.max(at);
            }
            self.chats.insert(session, id);
        }
    }

    fn chats_of(&self, id: ContactId) -> impl Iterator<Item = SessionId> + '_ {
        self.chats.iter().filter(move |(_, own)| **own == id).map(|(session, _)| *session)
    }
}

impl State {
    fn past(&self, id: ContactId) -> Vec<Past> {
        let rows = self.contacts.chats_of(id).filter_map(|s| self.chats.get(&s)).filter(|c| !c.is_new());
        let mut past: Vec<Past> =
            rows.map(|c| Past { row: c.row.clone(), ticket: self.tickets.get(&c.row.session).cloned() }).collect();
        past.sort_by_key(|p| Reverse((p.row.updated, p.row.session)));
        past
    }
}

#[async_trait]
impl Contacts for Memory {
    async fn contacts(&self, words: &str, after: Option<After>, limit: usize) -> Stored<Vec<Contact>> {
        let state = self.state();
        let later = |k: &&Contact| after.is_none_or(|a| (k.seen, k.id) < (a.seen, a.id));
        let mut all: Vec<&Contact> = state.contacts.all.values().filter(later).collect();
        all.retain(|k| holds(&k.words(), words));
        all.sort_by_key(|k| Reverse((k.seen, k.id)));
        Ok(all.into_iter().take(limit).cloned().collect())
    }

    async fn contact(&self, id: ContactId) -> Stored<Option<Contact>> {
        Ok(self.state().contacts.all.get(&id).cloned())
    }

    async fn contact_erased(&self, id: ContactId) -> Stored<Option<Millis>> {
        Ok(self.state().contacts.erased.get(&id).copied())
    }

    async fn contact_known_as(&self, bot: &str, known_as: &str) -> Stored<Option<Contact>> {
        Ok(self.state().contacts.known(bot, known_as).cloned())
    }

    async fn contact_of(&self, session: SessionId) -> Stored<Option<Contact>> {
        let state = self.state();
        Ok(state.contacts.chats.get(&session).and_then(|id| state.contacts.all.get(id)).cloned())
    }

    async fn take_over(&self, fresh: Vec<Fresh>, now: Millis) -> Stored<usize> {
        let contacts = &mut self.state().contacts;
        Ok(fresh.into_iter().filter(|f| contacts.one(f.clone(), now).1).count())
    }

    async fn change_contact(&self, contact: Contact) -> Stored<Changed> {
        let mut state = self.state();
        let Some(own) = state.contacts.all.get_mut(&contact.id) else { return Ok(Changed::Unknown) };
        if own.version != contact.version {
            return Ok(Changed::Stale);
        }
        (own.fields, own.tags, own.version) = (contact.fields, contact.tags, contact.version + 1);
        Ok(Changed::Done)
    }

    async fn remarks(&self, id: ContactId, limit: usize) -> Stored<Vec<Remark>> {
        let state = self.state();
        Ok(state.contacts.notes.get(&id).into_iter().flatten().rev().take(limit).cloned().collect())
    }

    async fn remark(&self, id: ContactId, remark: Remark) -> Stored<bool> {
        let contacts = &mut self.state().contacts;
        let there = contacts.all.contains_key(&id);
        if there {
            contacts.notes.entry(id).or_default().push(remark);
        }
        Ok(there)
    }

    async fn past(&self, id: ContactId, limit: usize) -> Stored<Vec<Past>> {
        let mut past = self.state().past(id);
        past.truncate(limit);
        Ok(past)
    }

    async fn erase_contact(&self, id: ContactId, now: Millis) -> Stored<Erasing> {
        let contacts = &mut self.state().contacts;
        if !contacts.all.contains_key(&id) {
            return Ok(Erasing::Unknown);
        }
        let chats: Vec<SessionId> = contacts.chats_of(id).collect();
        if !chats.is_empty() {
            return Ok(Erasing::Has(chats));
        }
        contacts.all.remove(&id);
        contacts.notes.remove(&id);
        contacts.erased.insert(id, now);
        Ok(Erasing::Done)
    }

    async fn old_chats(&self, bot: &str, before: Millis, limit: usize) -> Stored<Vec<SessionId>> {
        let state = self.state();
        let over = |state: &str| matches!(state, "resolved" | "bot");
        let rows = state.chats.values().map(|c| &c.row);
        let mut old: Vec<_> = rows.filter(|r| r.bot == bot && over(&r.state) && r.updated < before).collect();
        old.sort_by_key(|r| (r.updated, r.session));
        Ok(old.into_iter().take(limit).map(|r| r.session).collect())
    }

    async fn old_contacts(&self, bot: &str, before: Millis, limit: usize) -> Stored<Vec<ContactId>> {
        let state = self.state();
        let busy = |p: &Past| p.row.updated >= before || matches!(p.row.state.as_str(), "waiting" | "agent");
        let all = state.contacts.all.values().filter(|k| k.bot == bot && k.seen < before);
        let mut old: Vec<&Contact> = all.filter(|k| !state.past(k.id).iter().any(busy)).collect();
        old.sort_by_key(|k| (k.seen, k.id));
        Ok(old.into_iter().take(limit).map(|k| k.id).collect())
    }
}
