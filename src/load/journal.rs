//! Afterwards: what customers know of their chats against what the journal says.
use super::player::{Patience, Record, Sent};
use super::wire::{Item, Lost, Target, Told, Wire, hello_again};
use std::collections::BTreeMap;

/// An entry of the journal that a customer may see.
pub type Entry = Item;

/// What the comparison found; all but the first two must be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Acknowledged messages that are there, once, with their words and in their place.
    pub kept: u64,
    /// Messages that were never acknowledged: they may be there or not, but not twice.
    pub open: u64,
    /// Acknowledged and not there.
    pub lost: Vec<String>,
    /// There more than once.
    pub doubled: Vec<String>,
    /// With other words than were sent, or other than were shown.
    pub torn: Vec<String>,
    /// Not in the order of sending, or not where the acknowledgement said.
    pub misplaced: Vec<String>,
    /// Chats whose journal could not be read.
    pub unread: Vec<String>,
}

impl Found {
    /// Whether the server kept its word.
    pub fn is_well(&self) -> bool {
        [&self.lost, &self.doubled, &self.torn, &self.misplaced, &self.unread].iter().all(|l| l.is_empty())
    }

    pub fn add(&mut self, other: Found) {
        self.kept += other.kept;
        self.open += other.open;
        self.lost.extend(other.lost);
        self.doubled.extend(other.doubled);
        self.torn.extend(other.torn);
        self.misplaced.extend(other.misplaced);
        self.unread.extend(other.unread);
    }
}

/// The whole journal of a chat, as the server shows it to its customer.
///
/// # Errors
/// The connection was lost, or the server no longer knows the chat.
pub async fn shown(target: &Target, record: &Record, patience: Patience) -> Result<Vec<Entry>, Lost> {
    let mut wire = Wire::connect(target, patience.answer).await?;
    wire.send(&hello_again(&record.session, &record.token, 0)).await?;
    let (mut entries, mut read, mut all) = (Vec::new(), 0, None);
    while all.is_none_or(|all| read < all) {
        match wire.next(patience.answer).await? {
            Told::Welcome { upto, .. } => all = Some(upto),
            Told::Events { after, upto, items } if after == read => {
                entries.extend(items);
                read = upto;
            }
            Told::Events { after, .. } => return Err(Lost::Strange(format!("after {read} came {after}"))),
            Told::Reset { reason } => return Err(Lost::Strange(reason)),
            Told::Error { message, .. } => return Err(Lost::Strange(message)),
            Told::Ack { .. } | Told::Other => {}
        }
    }
    wire.close().await;
    Ok(entries)
}

/// Holds a chat against its journal.
pub fn reconcile(record: &Record, journal: &[Entry]) -> Found {
    let mut found = Found::default();
    let chat = &record.session;
    if let Some(broken) = &record.broken {
        found.lost.push(format!("{chat}: {broken}"));
    }
    let mut by_cid: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in journal {
        if let Some(cid) = &entry.cid {
            by_cid.entry(cid).or_default().push(entry);
        }
    }
    let mut last = 0;
    for sent in &record.sent {
        let there = by_cid.get(sent.cid.as_str()).map(Vec::as_slice).unwrap_or_default();
        message(chat, sent, there, &mut last, &mut found);
    }
    if journal.windows(2).any(|pair| matches!(pair, [a, b] if a.seq >= b.seq)) {
        found.misplaced.push(format!("{chat}: its entries are not in order"));
    }
    seen(record, journal, &mut found);
    found
}

fn message(chat: &str, sent: &Sent, there: &[&Entry], last: &mut u64, found: &mut Found) {
    let about = |what: &str| format!("{chat}: message {} {what}", sent.cid);
    let Some(entry) = there.first() else {
        match sent.acked {
            Some(seq) => found.lost.push(about(&format!("was acknowledged as entry {seq}, and is not there"))),
            None => found.open += 1,
        }
        return;
    };
    if there.len() > 1 {
        found.doubled.push(about(&format!("is there {} times", there.len())));
    }
    let same = sent.text.as_ref().is_none_or(|text| entry.secret || entry.text == text.trim());
    if !same {
        found.torn.push(about(&format!("is there as `{}`", entry.text)));
    }
    if entry.seq <= *last || sent.acked.is_some_and(|seq| seq != entry.seq) {
        found.misplaced.push(about(&format!("is entry {}, acknowledged was {:?}", entry.seq, sent.acked)));
    }
    *last = (*last).max(entry.seq);
    match sent.acked {
        Some(_) => found.kept += 1,
        None => found.open += 1,
    }
}

/// What was shown once is shown again, the same.
fn seen(record: &Record, journal: &[Entry], found: &mut Found) {
    let places: BTreeMap<u64, &Entry> = journal.iter().map(|e| (e.seq, e)).collect();
    for item in &record.seen {
        match places.get(&item.seq) {
            Some(entry) if *entry == item => {}
            Some(_) => found.torn.push(format!("{}: entry {} was shown otherwise before", record.session, item.seq)),
            None => found.lost.push(format!("{}: entry {} was shown, and is not there", record.session, item.seq)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, Found, Record, Sent, reconcile};

    fn entry(seq: u64, cid: Option<&str>, text: &str) -> Entry {
        let (kind, cid) = ("message".to_owned(), cid.map(str::to_owned));
        Entry { seq, kind, text: text.into(), cid, choices: vec![], secret: false }
    }

    fn sent(cid: &str, text: &str, acked: Option<u64>) -> Sent {
        Sent { cid: cid.into(), text: Some(text.into()), acked, refused: false }
    }

    fn record(sent: Vec<Sent>) -> Record {
        Record { session: "s".into(), sent, seen: vec![entry(1, None, "Hi")], ..Record::default() }
    }

    fn found(sent: Vec<Sent>, journal: &[Entry]) -> Found {
        reconcile(&record(sent), journal)
    }

    #[test]
    fn a_journal_that_holds_everything_is_well() {
        let journal = [entry(1, None, "Hi"), entry(2, Some("a"), "one"), entry(4, Some("b"), "two")];
        let all = found(vec![sent("a", " one ", Some(2)), sent("b", "two", None), sent("c", "three", None)], &journal);
        assert!(all.is_well(), "{all:?}");
        assert_eq!((all.kept, all.open), (1, 2));
    }

    #[test]
    fn each_kind_of_broken_word_is_found() {
        let greeting = entry(1, None, "Hi");
        let lost = found(vec![sent("a", "one", Some(2))], std::slice::from_ref(&greeting));
        assert_eq!(lost.lost.len(), 1);
        let twice = [greeting.clone(), entry(2, Some("a"), "one"), entry(3, Some("a"), "one")];
        assert_eq!(found(vec![sent("a", "one", Some(2))], &twice).doubled.len(), 1);
        let other = [greeting.clone(), entry(2, Some("a"), "on")];
        assert_eq!(found(vec![sent("a", "one", Some(2))], &other).torn.len(), 1);
        let moved = [greeting, entry(2, Some("b"), "two"), entry(3, Some("a"), "one")];
        let swapped = found(vec![sent("a", "one", Some(3)), sent("b", "two", Some(2))], &moved);
        assert_eq!(swapped.misplaced.len(), 1);
        let gone = found(vec![], &[entry(1, None, "Ho")]);
        assert_eq!(gone.torn.len(), 1, "what was shown is another thing now");
        assert_eq!(found(vec![], &[]).lost.len(), 1);
    }
}
