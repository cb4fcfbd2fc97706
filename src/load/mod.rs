//! Very many customers at once, over real connections: they play transcripts, are timed, and are held against the journal
//! afterwards. Only what docs/protocol.md says is used, as by any other program.
mod journal;
mod player;
mod script;
mod tally;
mod wire;

pub use journal::{Entry, Found, reconcile, shown};
pub use player::{Customer, Patience, Record, Sent};
pub use script::{Move, Script, Scripts, read};
pub use tally::{Counts, Tally, Times};
pub use wire::{Item, Lost, Target, Told, Wire};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::time::sleep_until;

/// Connections that are being opened at a time: what is measured is a busy server, not a full queue in front of it.
const OPENING: usize = 64;

/// What is to be played.
#[derive(Clone, Debug)]
pub struct Plan {
    pub target: Target,
    /// Chats that are open at a time.
    pub chats: usize,
    /// Messages a second over all chats; without it each customer writes as soon as the bot has answered.
    pub rate: Option<f64>,
    /// Chats that are over begin anew for this long; without it each customer plays one transcript.
    pub lasting: Option<Duration>,
    /// Played in turn; at least one.
    pub scripts: Vec<Script>,
    pub patience: Patience,
}

/// What came of it.
#[derive(Debug)]
pub struct Played {
    pub records: Vec<Record>,
    /// How long it took to open all chats, and to play.
    pub opening: Duration,
    pub playing: Duration,
    pub counts: Counts,
}

/// When messages are due.
struct Pace {
    begun: Instant,
    rate: Option<f64>,
    taken: AtomicU64,
}

impl Pace {
    fn new(rate: Option<f64>) -> Self {
        Self { begun: Instant::now(), rate: rate.filter(|r| *r > 0.0), taken: AtomicU64::new(0) }
    }

    /// Waits for a message's moment. It was due then also where nobody was free to send it: a server that hangs for a
    /// second is late with all that should have been sent in it.
    async fn next(&self) -> Instant {
        let Some(rate) = self.rate else { return Instant::now() };
        let n = self.taken.fetch_add(1, Ordering::Relaxed);
        let due = self.begun + Duration::from_secs_f64(n as f64 / rate);
        sleep_until(due.into()).await;
        due
    }
}

/// Plays all of it. The machine's part is spread over tokio's threads.
///
/// # Errors
/// Nothing to play, or a task that broke off.
pub async fn play(plan: Plan) -> Result<Played, String> {
    if plan.scripts.is_empty() {
        return Err("There is no transcript with a customer's line in it.".into());
    }
    let tally = Tally::new().map_err(|e| e.to_string())?;
    let shared = Arc::new((plan, tally));
    let (doors, begun) = (Arc::new(Semaphore::new(OPENING)), Instant::now());
    let (opened, mut all_open) = tokio::sync::mpsc::channel::<()>(1);
    let (start, started) = tokio::sync::watch::channel(None::<Arc<Pace>>);
    let mut customers: FuturesUnordered<_> = (0..shared.0.chats)
        .map(|n| {
            let (shared, doors, opened, started) = (shared.clone(), doors.clone(), opened.clone(), started.clone());
            tokio::spawn(async move { seat(n, &shared.0, &shared.1, &doors, opened, started).await })
        })
        .collect();
    drop(opened);
    // ends when every customer has let go of its end
    while all_open.recv().await.is_some() {}
    let opening = begun.elapsed();
    let playing = Instant::now();
    start.send_replace(Some(Arc::new(Pace::new(shared.0.rate))));
    let mut records = Vec::new();
    while let Some(seat) = customers.next().await {
        records.extend(seat.map_err(|e| e.to_string())?);
    }
    let (playing, counts) = (playing.elapsed(), shared.1.so_far());
    Ok(Played { records, opening, playing, counts })
}

/// One place at the counter: a customer, and after it the next one while the plan lasts.
async fn seat(
    n: usize,
    plan: &Plan,
    tally: &Tally,
    doors: &Semaphore,
    opened: tokio::sync::mpsc::Sender<()>,
    mut started: tokio::sync::watch::Receiver<Option<Arc<Pace>>>,
) -> Vec<Record> {
    let mut customer = enter(n, plan, tally, doors).await;
    drop(opened);
    let pace = started.wait_for(Option::is_some).await.ok().and_then(|pace| pace.clone());
    let Some(pace) = pace else { return vec![customer.leave().await] };
    let lasts = || plan.lasting.is_some_and(|lasting| pace.begun.elapsed() < lasting);
    let mut records = Vec::new();
    for round in 1.. {
        if customer.is_open() {
            let mut step = 0;
            while (plan.lasting.is_none() || lasts()) && customer.act(step, pace.next().await).await {
                step += 1;
            }
        }
        let gave_up = !customer.is_open();
        records.push(customer.leave().await);
        if gave_up || !lasts() {
            break;
        }
        customer = enter(n + round * plan.chats, plan, tally, doors).await;
    }
    records
}

async fn enter<'a>(n: usize, plan: &'a Plan, tally: &'a Tally, doors: &Semaphore) -> Customer<'a> {
    let script = plan.scripts.get(n % plan.scripts.len().max(1)).unwrap_or(&plan.scripts[0]);
    let mut customer = Customer::new(&plan.target, script, tally, plan.patience);
    let _door = doors.acquire().await;
    customer.open().await;
    customer
}
