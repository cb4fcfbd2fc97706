//! What must hold in the end: customers and agents against the journal, and the journal against itself.
use super::customer::{Customer, Wish};
use super::trace::wrong;
use rapport::engine::{Event, Holder, Session, Speaker, What};
use rapport::id::SessionId;
use rapport::runtime::ports::Store;
use std::collections::{BTreeMap, BTreeSet};

/// What others say of the chats.
pub struct Told<'a> {
    pub sessions: &'a [SessionId],
    pub customers: &'a [Customer],
    /// What was acknowledged to agents: session, client id and place.
    pub agents: &'a [(String, String, u64)],
    /// The keys with which the shop was asked, and how often.
    pub asked: BTreeMap<String, u32>,
}

/// Everything that there is to check; how many entries there are.
pub async fn all(store: &dyn Store, told: &Told<'_>) -> usize {
    let mut entries = 0;
    for id in told.sessions {
        let Ok(events) = store.events(*id, 0, usize::MAX).await else { continue };
        entries += events.len();
        journal(store, *id, &events, told).await;
        for (session, cid, seq) in told.agents {
            if *session == id.to_string() {
                acknowledged(&events, "an agent", cid, *seq);
            }
        }
        for customer in told.customers.iter().filter(|c| c.session.as_deref() == Some(id.to_string().as_str())) {
            customer_and_journal(customer, &events);
        }
    }
    let pending = store.pending().await.unwrap_or_default();
    if !pending.is_empty() {
        wrong(format!("{} effects are left: {:?}", pending.len(), pending.first()));
    }
    entries
}

/// No gap, one winner a version, calls answered once, and the state is the journal, folded.
async fn journal(store: &dyn Store, id: SessionId, events: &[Event], told: &Told<'_>) {
    let (mut cids, mut called, mut answered) = (BTreeSet::new(), BTreeMap::new(), BTreeMap::new());
    let mut turns = Turns::default();
    let Ok(Some(loaded)) = store.load(id).await else { return wrong(format!("{id} is gone")) };
    let mut state = Session::new(id, &loaded.session.bot, loaded.session.began);
    for (event, seq) in events.iter().zip(1..) {
        if event.seq != seq {
            return wrong(format!("{id}: {} stands at place {seq}", event.seq));
        }
        match &event.what {
            What::Message { cid: Some(cid), .. } if !cids.insert(cid.clone()) => wrong(format!("{id}: {cid} twice")),
            What::Called { call, .. } => *called.entry(*call).or_insert(0) += 1,
            What::Answered { call, .. } => *answered.entry(*call).or_insert(0) += 1,
            What::Joined { name, .. } => {
                if matches!(&state.holder, Holder::Agent { name: other, .. } if other != name) {
                    wrong(format!("{id}: {name} took over a chat that somebody has"));
                }
            }
            _ => {}
        }
        turns.takes(id, event);
        state.apply(event);
    }
    turns.ends(id);
    if called != answered || called.values().any(|n| *n != 1) {
        wrong(format!("{id}: called {called:?}, answered {answered:?}"));
    }
    if state != loaded.session {
        wrong(format!("{id}: the state is not the journal, folded"));
    }
    let keys = told.asked.keys().filter(|key| key.starts_with(&id.to_string())).count();
    if keys != called.len() {
        wrong(format!("{id}: the shop was asked with {keys} keys for {} calls", called.len()));
    }
}

/// What the bot must have said to what the customer said.
#[derive(Default)]
struct Turns {
    numbers: u64,
    told: u64,
    orders: u64,
    items: u64,
    ends: u64,
}

impl Turns {
    fn takes(&mut self, id: SessionId, event: &Event) {
        let What::Message { from, text, .. } = &event.what else { return };
        match (from, text.as_str()) {
            (Speaker::Customer, "tell me a number") => self.numbers += 1,
            (Speaker::Customer, "where is my order") => self.orders += 1,
            (Speaker::Bot { .. }, "It is a lamp.") => self.items += 1,
            (Speaker::Bot { .. }, "Still there.") => self.ends += 1,
            (Speaker::Bot { .. }, text) if text.starts_with("Number ") => {
                self.told += 1;
                if text != format!("Number {}.", self.told) {
                    wrong(format!("{id}: \"{text}\" as the {}th number", self.told));
                }
            }
            _ => {}
        }
    }

    fn ends(&self, id: SessionId) {
        let Self { numbers, told, orders, items, ends } = *self;
        if numbers != told || orders != items || orders != ends {
            wrong(format!("{id}: {numbers} numbers, {told} told; {orders} orders, {items} found, {ends} ended"));
        }
    }
}

fn acknowledged(events: &[Event], whose: &str, own: &str, seq: u64) {
    let there = usize::try_from(seq).ok().and_then(|n| events.get(n.checked_sub(1)?));
    let kept = there.is_some_and(|e| matches!(&e.what, What::Message { cid: Some(cid), .. } if cid == own));
    if !kept {
        wrong(format!("{whose}: {own} was acknowledged as {seq}, where there is {there:?}"));
    }
}

fn customer_and_journal(customer: &Customer, events: &[Event]) {
    let name = &customer.name;
    for sent in &customer.sent {
        match sent.acked {
            Some(seq) => acknowledged(events, name, &sent.cid, seq),
            None => wrong(format!("{name}: {} was never acknowledged", sent.cid)),
        }
        if !sent.answered {
            wrong(format!("{name}: {} was never answered", sent.cid));
        }
    }
    let wished = customer.sent.iter().filter(|s| s.wish == Wish::Number).count();
    let kept = events.iter().filter(
        |e| matches!(&e.what, What::Message { from: Speaker::Customer, text, .. } if text == "tell me a number"),
    );
    if kept.count() != wished {
        wrong(format!("{name} asked {wished} times for a number, and the journal says otherwise"));
    }
    let may_see = events.iter().filter(|e| e.what.for_customer());
    let journal: BTreeMap<u64, Option<&str>> = may_see.map(|e| (e.seq, text(e))).collect();
    let seen: BTreeMap<u64, Option<&str>> = customer.items.iter().map(|(seq, i)| (*seq, i["text"].as_str())).collect();
    let upto = seen.keys().last().copied().unwrap_or(0);
    if journal.range(..=upto).ne(seen.iter()) {
        wrong(format!("{name} saw something else than the journal: {seen:?} but {journal:?}"));
    }
}

fn text(event: &Event) -> Option<&str> {
    match &event.what {
        What::Message { text, .. } => Some(text),
        _ => None,
    }
}
