//! Slows down whoever guesses passwords: after a few failures each further one costs twice the time, and only few are checked
//! at a time, since checking is slow on purpose. An account is also slowed down as a whole, so that many addresses guess no
//! faster than one; whoever got in from an address before is not held up by that. Nothing here knows which accounts exist.
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Mistyped passwords that cost nothing, from one address and from all together.
const FREE: u32 = 5;
const FREE_TOGETHER: u32 = 20;
const LONGEST: Duration = Duration::from_secs(300);
/// After this long without a failure an entry is forgotten.
const FORGOTTEN: Duration = Duration::from_secs(900);
const MOST: usize = 10_000;
/// Each takes a processor and 19 MB for a moment.
const AT_A_TIME: usize = 2;
const QUEUE: Duration = Duration::from_secs(10);

/// Whoever tries: an account as typed, hashed so that all take the same room, from an address.
type Key = ([u8; 32], IpAddr);
/// Stands for all addresses.
const EVERYWHERE: IpAddr = IpAddr::V6(Ipv6Addr::UNSPECIFIED);

#[derive(Debug, Default)]
struct State {
    failures: BTreeMap<Key, (u32, Instant)>,
    /// Who got in from where.
    welcome: BTreeSet<Key>,
}

#[derive(Debug)]
pub struct Attempts {
    state: Mutex<State>,
    checking: Semaphore,
}

impl Default for Attempts {
    fn default() -> Self {
        Self { state: Mutex::default(), checking: Semaphore::new(AT_A_TIME) }
    }
}

impl Attempts {
    /// A place for one password to be hashed or checked; `None` where too many wait.
    pub async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        tokio::time::timeout(QUEUE, self.checking.acquire()).await.ok()?.ok()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long this pair of account and address has to wait, if at all.
    pub fn wait(&self, email: &str, from: IpAddr) -> Option<Duration> {
        let (own, all) = (key(email, from), key(email, EVERYWHERE));
        let state = self.state();
        let together = if state.welcome.contains(&own) { None } else { state.wait(&all, FREE_TOGETHER) };
        state.wait(&own, FREE).max(together)
    }

    pub fn failed(&self, email: &str, from: IpAddr) {
        let mut state = self.state();
        state.count(key(email, from));
        state.count(key(email, EVERYWHERE));
    }

    pub fn succeeded(&self, email: &str, from: IpAddr) {
        let own = key(email, from);
        let mut state = self.state();
        state.failures.remove(&own);
        if state.welcome.len() >= MOST {
            state.welcome.pop_first();
        }
        state.welcome.insert(own);
    }
}

impl State {
    fn wait(&self, key: &Key, free: u32) -> Option<Duration> {
        let (count, at) = self.failures.get(key)?;
        let over = count.checked_sub(free)?;
        let wait = Duration::from_secs(1_u64 << over.min(9)).min(LONGEST);
        wait.checked_sub(at.elapsed())
    }

    fn count(&mut self, key: Key) {
        if self.failures.len() >= MOST {
            self.failures.retain(|_, (_, at)| at.elapsed() < FORGOTTEN);
        }
        if self.failures.len() >= MOST
            && let Some(oldest) = self.failures.iter().min_by_key(|(_, (_, at))| *at).map(|(key, _)| *key)
        {
            self.failures.remove(&oldest);
        }
        let entry = self.failures.entry(key).or_insert((0, Instant::now()));
        if entry.1.elapsed() > FORGOTTEN {
            entry.0 = 0;
        }
        *entry = (entry.0 + 1, Instant::now());
    }
}

fn key(email: &str, from: IpAddr) -> Key {
    (Sha256::digest(email.trim().to_lowercase().as_bytes()).into(), from)
}
