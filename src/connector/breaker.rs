//! Systems that fail again and again are left alone for a while: customers hear at once, and the system can recover.
use crate::bot::integrations::Rest;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// A system may ask for a rest itself, for no longer than this.
const LONGEST: Duration = Duration::from_secs(300);
/// After the rest one request tries whether the system works again, and the others wait for it. Where it never says how it
/// ended, the next one tries.
const TRIAL: Duration = Duration::from_secs(30);

#[derive(Debug, Default)]
struct State {
    /// Failures since the last answer.
    failures: u32,
    until: Option<Instant>,
}

/// One state for each system of each bot.
#[derive(Debug, Default)]
pub struct Breakers(Mutex<BTreeMap<String, State>>);

impl Breakers {
    fn with<T>(&self, system: &str, change: impl FnOnce(&mut State) -> T) -> T {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(all.entry(system.to_owned()).or_default())
    }

    /// Whether the system may be asked now; else how long it rests.
    pub fn ask(&self, system: &str) -> Result<(), Duration> {
        self.with(system, |state| {
            let Some(until) = state.until else { return Ok(()) };
            let (now, left) = (Instant::now(), until.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                state.until = Some(now + TRIAL);
                return Ok(());
            }
            Err(left.max(Duration::from_secs(1)))
        })
    }

    /// It answered.
    pub fn answered(&self, system: &str) {
        self.with(system, |state| *state = State::default());
    }

    /// It failed, and perhaps asked to be left alone.
    pub fn failed(&self, system: &str, rest: Rest, asked: Option<Duration>) {
        self.with(system, |state| {
            state.failures = state.failures.saturating_add(1);
            let enough = (state.failures >= rest.after).then_some(rest.length);
            if let Some(length) = asked.map(|asked| asked.min(LONGEST)).max(enough) {
                state.until = Some(Instant::now() + length);
            }
        });
    }
}
