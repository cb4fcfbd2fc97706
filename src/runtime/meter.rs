//! What a running server is measured by. Labels are names that authors gave (bots, systems, teams) or that stand in this program;
//! nothing of a customer is ever one.
use super::Runtime;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use std::sync::PoisonError;
use std::sync::{Arc, Mutex};
use std::time::Instant;

type Labels<const N: usize> = [(&'static str, String); N];
type Timed = Family<Labels<1>, Histogram, fn() -> Histogram>;

/// Where the time between a customer's words and the answer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// In the mailbox of its chat.
    Wait,
    /// A chat that slept is read from the store.
    Wake,
    /// The turn itself: understanding, and the steps of the flow.
    Engine,
    /// On the way into the journal.
    Commit,
    /// From the news of it until it is written to a customer's connection.
    Deliver,
}

impl Stage {
    fn word(self) -> String {
        let word = match self {
            Stage::Wait => "wait",
            Stage::Wake => "wake",
            Stage::Engine => "engine",
            Stage::Commit => "commit",
            Stage::Deliver => "deliver",
        };
        word.to_owned()
    }
}

/// Counts while it lives.
#[derive(Debug)]
pub struct Open(Gauge);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[derive(Debug)]
pub struct Meter {
    registry: Registry,
    turns: Family<Labels<1>, Counter>,
    stages: Timed,
    refusals: Family<Labels<1>, Counter>,
    calls: Family<Labels<3>, Counter>,
    call_times: Timed,
    commits: Family<Labels<1>, Counter>,
    writes: Histogram,
    sockets: Family<Labels<1>, Gauge>,
    chats: Gauge,
    under_way: Family<Labels<1>, Gauge>,
    waiting: Family<Labels<2>, Gauge>,
    /// One scrape at a time sets what is only known when it is asked for.
    scrape: Mutex<()>,
}

/// From a tenth of a millisecond to half a minute.
fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.000_1, 2.0, 18))
}

impl Default for Meter {
    fn default() -> Self {
        let meter = Self {
            registry: Registry::with_prefix("rapport"),
            turns: Family::default(),
            stages: Family::new_with_constructor(seconds),
            refusals: Family::default(),
            calls: Family::default(),
            call_times: Family::new_with_constructor(seconds),
            commits: Family::default(),
            writes: Histogram::new(exponential_buckets(1.0, 2.0, 9)),
            sockets: Family::default(),
            chats: Gauge::default(),
            under_way: Family::default(),
            waiting: Family::default(),
            scrape: Mutex::default(),
        };
        meter.registered()
    }
}

impl Meter {
    fn registered(mut self) -> Self {
        let r = &mut self.registry;
        r.register("turns", "Turns that are in the journal, by bot", self.turns.clone());
        r.register("stage_seconds", "Time of a turn, by stage", self.stages.clone());
        r.register("refusals", "What was not done, by the code that was answered", self.refusals.clone());
        r.register("calls", "Requests to other systems, by system, action and outcome", self.calls.clone());
        r.register(
            "call_seconds",
            "Time of a request to another system, with its repetitions",
            self.call_times.clone(),
        );
        r.register("commits", "Transactions of the store, by whether they are on disk", self.commits.clone());
        r.register("commit_writes", "Writes of one transaction", self.writes.clone());
        r.register(
            "sockets",
            "Open WebSockets and streams of events, by who is at the other end",
            self.sockets.clone(),
        );
        r.register("chats_loaded", "Chats in memory", self.chats.clone());
        r.register(
            "under_way",
            "Inputs of customers and requests to other systems at this moment",
            self.under_way.clone(),
        );
        r.register("desk_waiting", "Chats that wait for a person, by bot and team", self.waiting.clone());
        self
    }

    pub fn turn(&self, bot: &str) {
        self.turns.get_or_create(&[("bot", bot.to_owned())]).inc();
    }

    pub fn stage(&self, stage: Stage, since: Instant) {
        self.stages.get_or_create(&[("stage", stage.word())]).observe(since.elapsed().as_secs_f64());
    }

    pub fn refused(&self, code: &str) {
        self.refusals.get_or_create(&[("code", code.to_owned())]).inc();
    }

    /// `outcome` as `integrations.yaml` names it, or `failed`.
    pub fn called(&self, system: &str, action: &str, outcome: &str, since: Instant) {
        let labels = [("system", system.to_owned()), ("action", action.to_owned()), ("outcome", outcome.to_owned())];
        self.calls.get_or_create(&labels).inc();
        self.call_times.get_or_create(&[("system", system.to_owned())]).observe(since.elapsed().as_secs_f64());
    }

    pub fn committed(&self, writes: usize, worked: bool) {
        let result = if worked { "kept" } else { "failed" };
        self.commits.get_or_create(&[("result", result.to_owned())]).inc();
        self.writes.observe(u32::try_from(writes).map_or(f64::MAX, f64::from));
    }

    /// A connection with somebody; `with` is `customer` or `agent`.
    pub fn opened(&self, with: &'static str) -> Open {
        let gauge = self.sockets.get_or_create_owned(&[("with", with.to_owned())]);
        gauge.inc();
        Open(gauge)
    }
}

impl Runtime {
    pub fn meter(&self) -> &Arc<Meter> {
        &self.0.meter
    }

    /// Everything that is measured, in the text format of OpenMetrics.
    pub fn measures(&self) -> String {
        let (inner, meter) = (&self.0, &self.0.meter);
        let _one = meter.scrape.lock().unwrap_or_else(PoisonError::into_inner);
        let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        meter.chats.set(number(inner.registry.len()));
        for (what, places, free) in [
            ("inputs", inner.limits.inputs, inner.inputs.available_permits()),
            ("calls", inner.limits.calls, inner.calls.available_permits()),
        ] {
            meter.under_way.get_or_create(&[("what", what.to_owned())]).set(number(places.saturating_sub(free)));
        }
        meter.waiting.clear();
        for ((bot, team), chats) in inner.desk.waiting() {
            meter.waiting.get_or_create(&[("bot", bot), ("team", team)]).set(number(chats));
        }
        let mut text = String::new();
        // Writing into a text never fails.
        let _ = encode(&mut text, &meter.registry);
        text
    }
}

/// How long something took that may be given up half-way.
pub async fn timed<T>(meter: &Meter, stage: Stage, work: impl Future<Output = T>) -> T {
    let since = Instant::now();
    let done = work.await;
    meter.stage(stage, since);
    done
}

#[cfg(test)]
mod tests {
    use super::{Meter, Stage};
    use std::time::Instant;

    #[test]
    fn connections_count_while_they_live() {
        let meter = Meter::default();
        let open = meter.opened("customer");
        let count = || meter.sockets.get_or_create(&[("with", "customer".to_owned())]).get();
        assert_eq!(count(), 1);
        drop(open);
        assert_eq!(count(), 0);
        meter.stage(Stage::Wait, Instant::now());
    }
}
