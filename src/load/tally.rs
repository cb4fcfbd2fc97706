//! What is counted and timed while customers play.
use super::wire::Lost;
use hdrhistogram::Histogram;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Times are kept to three digits.
const DIGITS: u8 = 3;

/// Shared by all customers.
#[derive(Debug)]
pub struct Tally(Mutex<Counts>);

#[derive(Clone, Debug)]
pub struct Counts {
    /// From the connection to the greeting.
    pub opening: Times,
    /// From when a message was to be sent until it was acknowledged.
    pub kept: Times,
    /// … and until the bot's words were there.
    pub answered: Times,
    pub resumed: u64,
    /// Messages that had come before: their acknowledgement had got lost.
    pub duplicates: u64,
    /// By the code of the server's error.
    pub refused: BTreeMap<String, u64>,
    /// By what happened to a connection.
    pub lost: BTreeMap<String, u64>,
}

#[derive(Clone, Debug)]
pub struct Times(Histogram<u64>);

impl Times {
    fn new() -> Result<Self, hdrhistogram::CreationError> {
        Histogram::new(DIGITS).map(Self)
    }

    fn add(&mut self, time: Duration) {
        // It grows by itself; what is beyond any measure is left as it is.
        let _ = self.0.record(u64::try_from(time.as_micros()).unwrap_or(u64::MAX).max(1));
    }

    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// Milliseconds within which this part of all came.
    pub fn within(&self, part: f64) -> f64 {
        self.0.value_at_quantile(part) as f64 / 1e3
    }

    pub fn slowest(&self) -> f64 {
        self.0.max() as f64 / 1e3
    }

    pub fn json(&self) -> Value {
        json!({
            "count": self.count(), "mean_ms": self.0.mean() / 1e3, "p50_ms": self.within(0.5), "p90_ms": self.within(0.9),
            "p99_ms": self.within(0.99), "p999_ms": self.within(0.999), "max_ms": self.slowest(),
        })
    }
}

impl Tally {
    /// # Errors
    /// None that is known: the histogram's size is fixed.
    pub fn new() -> Result<Self, hdrhistogram::CreationError> {
        let (opening, kept, answered) = (Times::new()?, Times::new()?, Times::new()?);
        let (refused, lost) = (BTreeMap::new(), BTreeMap::new());
        Ok(Self(Mutex::new(Counts { opening, kept, answered, resumed: 0, duplicates: 0, refused, lost })))
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What there is by now.
    pub fn so_far(&self) -> Counts {
        self.counts().clone()
    }

    pub(super) fn opened(&self, time: Duration) {
        self.counts().opening.add(time);
    }

    pub(super) fn acked(&self, time: Duration, duplicate: bool) {
        let mut counts = self.counts();
        counts.kept.add(time);
        counts.duplicates += u64::from(duplicate);
    }

    pub(super) fn answered(&self, time: Duration) {
        self.counts().answered.add(time);
    }

    pub(super) fn resumed(&self) {
        self.counts().resumed += 1;
    }

    pub(super) fn refused(&self, code: &str) {
        *self.counts().refused.entry(code.to_owned()).or_default() += 1;
    }

    pub(super) fn lost(&self, lost: &Lost) {
        *self.counts().lost.entry(lost.to_string()).or_default() += 1;
    }
}
