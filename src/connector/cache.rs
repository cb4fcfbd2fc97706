//! Answers that may be used again for a while, as `cache` says.
use crate::engine::Answer;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Answers are small; the oldest leave first.
const MOST: usize = 1000;

#[derive(Debug, Default)]
pub struct Cache(Mutex<BTreeMap<String, (Instant, Answer)>>);

impl Cache {
    pub fn get(&self, key: &str) -> Option<Answer> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(key).filter(|(until, _)| *until > Instant::now()).map(|(_, answer)| answer.clone())
    }

    pub fn keep(&self, key: String, answer: Answer, length: Duration) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if all.len() >= MOST {
            all.retain(|_, (until, _)| *until > now);
        }
        while all.len() >= MOST {
            let first = all.iter().min_by_key(|(_, (until, _))| *until).map(|(key, _)| key.clone());
            first.and_then(|key| all.remove(&key));
        }
        all.insert(key, (now + length, answer));
    }
}
