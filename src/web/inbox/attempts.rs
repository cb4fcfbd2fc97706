//! Slows down whoever guesses passwords: after a few failures each further one costs twice the time.
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Mistyped passwords that cost nothing.
const FREE: u32 = 5;
const LONGEST: Duration = Duration::from_secs(300);
/// After this long without a failure an entry is forgotten.
const FORGOTTEN: Duration = Duration::from_secs(900);
const MOST: usize = 10_000;

#[derive(Debug, Default)]
pub struct Attempts {
    failures: Mutex<BTreeMap<(String, IpAddr), (u32, Instant)>>,
}

impl Attempts {
    /// How long this pair of account and address has to wait, if at all.
    pub fn wait(&self, email: &str, from: IpAddr) -> Option<Duration> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, at) = failures.get(&(email.to_lowercase(), from))?;
        let over = count.checked_sub(FREE)?;
        let wait = Duration::from_secs(1_u64 << over.min(9)).min(LONGEST);
        wait.checked_sub(at.elapsed())
    }

    pub fn failed(&self, email: &str, from: IpAddr) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= MOST {
            failures.retain(|_, (_, at)| at.elapsed() < FORGOTTEN);
        }
        let entry = failures.entry((email.to_lowercase(), from)).or_insert((0, Instant::now()));
        if entry.1.elapsed() > FORGOTTEN {
            entry.0 = 0;
        }
        *entry = (entry.0 + 1, Instant::now());
    }

    pub fn succeeded(&self, email: &str, from: IpAddr) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).remove(&(email.to_lowercase(), from));
    }
}
