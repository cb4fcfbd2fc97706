//! Logins that wait for their second factor: the password was right, the code is still to come. Kept in memory only.
use crate::id::AgentId;
use crate::runtime::ports::Hash;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Time for finding the phone.
const LASTS: Duration = Duration::from_secs(300);
const MOST: usize = 1_000;

#[derive(Debug, Default)]
pub struct Halves(Mutex<BTreeMap<Hash, (AgentId, String, Instant)>>);

impl Halves {
    pub fn begin(&self, token: Hash, agent: AgentId, name: &str) {
        let mut halves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        halves.retain(|_, (_, _, at)| at.elapsed() < LASTS);
        if halves.len() >= MOST
            && let Some(oldest) = halves.iter().min_by_key(|(_, (_, _, at))| *at).map(|(token, _)| *token)
        {
            halves.remove(&oldest);
        }
        halves.insert(token, (agent, name.to_owned(), Instant::now()));
    }

    /// Whose it is.
    pub fn whose(&self, token: &Hash) -> Option<(AgentId, String)> {
        let halves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        halves.get(token).filter(|(_, _, at)| at.elapsed() < LASTS).map(|(agent, name, _)| (*agent, name.clone()))
    }

    pub fn end(&self, token: &Hash) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(token);
    }
}
