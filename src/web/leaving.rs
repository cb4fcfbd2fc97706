//! Ending in good order: first the server says that it is not ready any more, then it says goodbye to every connection, with a
//! time at which to come back: not all at the same moment.
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// A new process needs about this long until it listens.
const SOONEST: Duration = Duration::from_secs(1);
/// Those who come back are spread over this time and the one below for every connection, up to a limit: each reads a chat.
const SPREAD: Duration = Duration::from_secs(3);
const SPREAD_EACH: Duration = Duration::from_millis(1);
const SPREAD_AT_MOST: Duration = Duration::from_secs(30);

/// How a server ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drain {
    /// How long it goes on serving after `/readyz` has said that it ends: as long as a load balancer takes to notice.
    pub notice: Duration,
    /// How long connections, requests and chats have from then on.
    pub within: Duration,
}

impl Default for Drain {
    fn default() -> Self {
        Self { notice: Duration::ZERO, within: Duration::from_secs(10) }
    }
}

/// Where the server is on its way out.
#[derive(Debug, Default)]
pub struct Leaving {
    begun: AtomicBool,
    parting: CancellationToken,
    spread: AtomicU64,
}

impl Leaving {
    /// From now on the server is not ready: whoever balances load sends nobody here any more.
    pub fn begins(&self) {
        self.begun.store(true, Ordering::SeqCst);
    }

    pub fn has_begun(&self) -> bool {
        self.begun.load(Ordering::SeqCst)
    }

    /// Every connection says goodbye now; there are so many.
    pub fn part(&self, connections: usize) {
        let each = SPREAD_EACH.saturating_mul(u32::try_from(connections).unwrap_or(u32::MAX));
        let spread = SPREAD.saturating_add(each).min(SPREAD_AT_MOST).as_millis();
        self.spread.store(u64::try_from(spread).unwrap_or(0), Ordering::SeqCst);
        self.begins();
        self.parting.cancel();
    }

    /// Ends when it is time to say goodbye.
    pub fn parting(&self) -> &CancellationToken {
        &self.parting
    }

    /// When the next one who asks shall come back; another time for each.
    pub fn retry_after(&self) -> Duration {
        let share = u64::from(getrandom::u32().unwrap_or(0));
        let more = self.spread.load(Ordering::SeqCst).saturating_mul(share) >> u32::BITS;
        SOONEST + Duration::from_millis(more)
    }

    /// The goodbye itself.
    pub fn bye(&self) -> Value {
        let wait = u64::try_from(self.retry_after().as_millis()).unwrap_or(0);
        json!({ "t": "bye", "retry_after_ms": wait })
    }
}

#[cfg(test)]
mod tests {
    use super::{Leaving, SOONEST, SPREAD, SPREAD_AT_MOST};
    use std::collections::BTreeSet;
    use std::time::Duration;

    fn times(connections: usize) -> BTreeSet<Duration> {
        let leaving = Leaving::default();
        leaving.part(connections);
        (0..200).map(|_| leaving.retry_after()).collect()
    }

    #[test]
    fn those_who_come_back_do_not_come_at_once() {
        let few = times(10);
        assert!(few.len() > 50, "{few:?}");
        assert!(few.iter().all(|t| (SOONEST..=SOONEST + SPREAD + Duration::from_millis(10)).contains(t)), "{few:?}");
        let many = times(1_000_000);
        assert!(many.iter().all(|t| *t <= SOONEST + SPREAD_AT_MOST), "{many:?}");
        assert!(many.last() > few.last(), "the more there are, the longer it takes");
    }
}
