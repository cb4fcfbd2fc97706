//! Slows down whoever guesses passwords: after a few failures each further one costs twice the time, and only few are checked
//! at a time, since checking is slow on purpose.
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Mistyped passwords that cost nothing.
const FREE: u32 = 5;
const LONGEST: Duration = Duration::from_secs(300);
/// After this long without a failure an entry is forgotten.
const FORGOTTEN: Duration = Duration::from_secs(900);
const MOST: usize = 10_000;
/// Each takes a processor and 19 MB for a moment.
const AT_A_TIME: usize = 2;
const QUEUE: Duration = Duration::from_secs(10);

/// Whoever tries: an account as typed, hashed so that all take the same room, from an address.
type Key = ([u8; 32], IpAddr);

#[derive(Debug)]
pub struct Attempts {
    failures: Mutex<BTreeMap<Key, (u32, Instant)>>,
    checking: Semaphore,
}

impl Default for Attempts {
    fn default() -> Self {
        Self { failures: Mutex::default(), checking: Semaphore::new(AT_A_TIME) }
    }
}

impl Attempts {
    /// A place for one password to be hashed or checked; `None` where too many wait.
    pub async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        tokio::time::timeout(QUEUE, self.checking.acquire()).await.ok()?.ok()
    }

    /// How long this pair of account and address has to wait, if at all.
    pub fn wait(&self, email: &str, from: IpAddr) -> Option<Duration> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, at) = failures.get(&key(email, from))?;
        let over = count.checked_sub(FREE)?;
        let wait = Duration::from_secs(1_u64 << over.min(9)).min(LONGEST);
        wait.checked_sub(at.elapsed())
    }

    pub fn failed(&self, email: &str, from: IpAddr) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= MOST {
            failures.retain(|_, (_, at)| at.elapsed() < FORGOTTEN);
        }
        if failures.len() >= MOST
            && let Some(oldest) = failures.iter().min_by_key(|(_, (_, at))| *at).map(|(key, _)| *key)
        {
            failures.remove(&oldest);
        }
        let entry = failures.entry(key(email, from)).or_insert((0, Instant::now()));
        if entry.1.elapsed() > FORGOTTEN {
            entry.0 = 0;
        }
        *entry = (entry.0 + 1, Instant::now());
    }

    pub fn succeeded(&self, email: &str, from: IpAddr) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).remove(&key(email, from));
    }
}

fn key(email: &str, from: IpAddr) -> Key {
    (Sha256::digest(email.trim().to_lowercase().as_bytes()).into(), from)
}
