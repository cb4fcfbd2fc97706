//! Deliveries of webhooks in memory.
use super::Memory;
use crate::id::SessionId;
use crate::runtime::ports::{Commit, Stored};
use crate::runtime::webhooks::{Count, Deliveries, Delivery, Name, Receiver, Taken};
use crate::time::Millis;
use async_trait::async_trait;
use std::collections::BTreeMap;

/// By chat, webhook and place, so that of each chat the earliest comes first.
#[derive(Debug, Default)]
pub struct Post(BTreeMap<(SessionId, String, u64), Kept>);

#[derive(Debug)]
struct Kept {
    delivery: Delivery,
    held: Millis,
}

fn key(name: &Name) -> (SessionId, String, u64) {
    (name.session, name.hook.clone(), name.seq)
}

fn is_of(delivery: &Delivery, of: &Receiver) -> bool {
    delivery.bot == of.bot && delivery.name.hook == of.hook
}

impl Post {
    pub fn add(&mut self, commit: &Commit) {
        for letter in &commit.letters {
            let name = Name { session: commit.session, seq: letter.seq, hook: letter.hook.clone() };
            let before = self.0.values().map(|k| &k.delivery).filter(|d| !d.dead);
            let before = before.filter(|d| d.name.session == name.session && d.name.hook == name.hook);
            let due = before.map(|d| d.due).max().map_or(letter.at, |due| due.max(letter.at));
            let (bot, at) = (commit.row.bot.clone(), letter.at);
            let delivery = Delivery { name, bot, at, due, tries: 0, dead: false, problem: String::new() };
            self.0.insert(key(&delivery.name), Kept { delivery, held: Millis::default() });
        }
    }

    pub fn forget(&mut self, id: SessionId) {
        self.0.retain(|(session, ..), _| *session != id);
    }

    fn take(&mut self, of: &Receiver, now: Millis, until: Millis, limit: usize) -> Taken {
        let mut heads: Vec<&mut Kept> = Vec::new();
        let mut next: Option<Millis> = None;
        let mut last = None;
        for kept in self.0.values_mut().filter(|k| is_of(&k.delivery, of) && !k.delivery.dead) {
            let free = kept.delivery.due.max(kept.held);
            if free > now {
                next = Some(next.map_or(free, |next| next.min(free)));
            }
            if last.replace(kept.delivery.name.session) != Some(kept.delivery.name.session) && free <= now {
                heads.push(kept);
            }
        }
        heads.sort_by_key(|k| (k.delivery.due, k.delivery.name.session));
        heads.truncate(limit);
        heads.iter_mut().for_each(|k| k.held = until);
        let now_ = heads.into_iter().map(|k| k.delivery.clone()).collect::<Vec<_>>();
        let next = if now_.len() == limit { Some(now) } else { next };
        Taken { now: now_, next }
    }

    fn put_off(&mut self, name: &Name, until: Millis, problem: &str) {
        for kept in self.0.values_mut().filter(|k| !k.delivery.dead) {
            let own = &kept.delivery.name;
            if own.session == name.session && own.hook == name.hook && own.seq >= name.seq {
                kept.delivery.due = kept.delivery.due.max(until);
            }
        }
        if let Some(kept) = self.0.get_mut(&key(name)) {
            kept.held = Millis::default();
            kept.delivery.tries += 1;
            kept.delivery.problem = problem.to_owned();
        }
    }

    fn replay(&mut self, now: Millis, meant: impl Fn(&Delivery) -> bool) -> u64 {
        let mut count = 0;
        for kept in self.0.values_mut().filter(|k| meant(&k.delivery)) {
            (kept.delivery.dead, kept.delivery.tries, kept.delivery.due) = (false, 0, now);
            count += 1;
        }
        count
    }
}

#[async_trait]
impl Deliveries for Memory {
    async fn take_deliveries(&self, of: &Receiver, now: Millis, until: Millis, limit: usize) -> Stored<Taken> {
        Ok(self.state().deliveries.take(of, now, until, limit))
    }

    async fn delivered(&self, name: &Name) -> Stored<()> {
        self.state().deliveries.0.remove(&key(name));
        Ok(())
    }

    async fn put_off_delivery(&self, name: &Name, until: Millis, problem: &str) -> Stored<()> {
        self.state().deliveries.put_off(name, until, problem);
        Ok(())
    }

    async fn give_up_delivery(&self, name: &Name, problem: &str) -> Stored<()> {
        if let Some(kept) = self.state().deliveries.0.get_mut(&key(name)) {
            kept.held = Millis::default();
            kept.delivery.tries += 1;
            kept.delivery.dead = true;
            kept.delivery.problem = problem.to_owned();
        }
        Ok(())
    }

    async fn undelivered(&self, limit: usize) -> Stored<Vec<Delivery>> {
        let mut all: Vec<Delivery> = self.state().deliveries.0.values().map(|k| k.delivery.clone()).collect();
        all.sort_by(|a, b| (!a.dead, a.at, &a.name).cmp(&(!b.dead, b.at, &b.name)));
        all.truncate(limit);
        Ok(all)
    }

    async fn delivery_counts(&self) -> Stored<Vec<Count>> {
        let mut counts: BTreeMap<Receiver, (u64, u64)> = BTreeMap::new();
        for Kept { delivery, .. } in self.state().deliveries.0.values() {
            let of = Receiver { bot: delivery.bot.clone(), hook: delivery.name.hook.clone() };
            let (waiting, dead) = counts.entry(of).or_default();
            *if delivery.dead { dead } else { waiting } += 1;
        }
        Ok(counts.into_iter().map(|(receiver, (waiting, dead))| Count { receiver, waiting, dead }).collect())
    }

    async fn replay_deliveries(&self, of: &Receiver, now: Millis) -> Stored<u64> {
        Ok(self.state().deliveries.replay(now, |d| is_of(d, of)))
    }

    async fn replay_delivery(&self, name: &Name, now: Millis) -> Stored<bool> {
        Ok(self.state().deliveries.replay(now, |d| d.name == *name) > 0)
    }
}
