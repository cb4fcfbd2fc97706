//! What agents have seen of a chat, and how long customers waited lately: told to customers, kept nowhere. After a restart marks
//! come back as agents look, and waits as they happen.
use super::view::Marks;
use crate::id::SessionId;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Waits that are remembered, and how many tell something.
const REMEMBERED: usize = 20;
const ENOUGH: usize = 3;

#[derive(Debug, Default)]
pub struct Seen {
    /// Of the chats in memory.
    marks: Mutex<BTreeMap<SessionId, Marks>>,
    /// In seconds, by team.
    waits: Mutex<BTreeMap<String, VecDeque<u64>>>,
}

impl Seen {
    fn marks(&self) -> MutexGuard<'_, BTreeMap<SessionId, Marks>> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn waits(&self) -> MutexGuard<'_, BTreeMap<String, VecDeque<u64>>> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody of a team came to a chat that had waited.
    pub fn came(&self, team: &str, waited: Duration) {
        let mut waits = self.waits();
        let lately = waits.entry(team.to_owned()).or_default();
        lately.push_back(waited.as_secs());
        if lately.len() > REMEMBERED {
            lately.pop_front();
        }
    }

    /// How long one waits for a team, in whole minutes; `None` where too few have waited to tell.
    pub fn wait(&self, team: &str) -> Option<u64> {
        let mut lately: Vec<u64> = self.waits().get(team)?.iter().copied().collect();
        lately.sort_unstable();
        let median = *lately.get(lately.len() / 2).filter(|_| lately.len() >= ENOUGH)?;
        Some(median.div_ceil(60).max(1))
    }

    pub fn of(&self, session: SessionId) -> Marks {
        self.marks().get(&session).copied().unwrap_or_default()
    }

    /// Whether that is news. Marks only ever go forward.
    pub fn mark(&self, session: SessionId, upto: u64, read: bool) -> bool {
        let mut all = self.marks();
        let marks = all.entry(session).or_default();
        let before = *marks;
        marks.delivered = marks.delivered.max(upto);
        if read {
            marks.read = marks.read.max(upto);
        }
        *marks != before
    }

    /// The chat sleeps; who wakes it reads it anew.
    pub fn forget(&self, session: SessionId) {
        self.marks().remove(&session);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_told_once_three_have_waited() {
        let seen = Seen::default();
        for seconds in [30, 600, 150] {
            assert_eq!(seen.wait("refunds"), None);
            seen.came("refunds", Duration::from_secs(seconds));
        }
        assert_eq!((seen.wait("refunds"), seen.wait("orders")), (Some(3), None));
    }
}
