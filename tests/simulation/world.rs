//! One world: made from its seed, played, checked.
use super::bugs::Bug;
use super::bus::{Line, NodeBus, Parcel};
use super::check::Told;
use super::customer::{Customer, Plan};
use super::net::Net;
use super::shop::Shop;
use super::store::{Job, Remote, Truth};
use super::trace::{self, wrong};
use super::{check, desk};
use futures_util::FutureExt;
use rand::{SeedableRng, rngs::StdRng};
use rapport::bot::{Bot, Files, compile};
use rapport::runtime::{Limits, Parts, Runtime};
use rapport::time::{Clock, Millis};
use rapport::web::{Options, Server};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Mutex as Held;
use tokio::sync::mpsc::UnboundedReceiver;

pub const NODES: usize = 3;
/// Machines with customers, and customers on each.
const HOUSES: usize = 2;
const CUSTOMERS: usize = 4;
const TICK: Duration = Duration::from_millis(10);
/// Before the end there are no more faults, so that all that is open can come to its end.
const PEACE: Duration = Duration::from_secs(90);
/// Monday, 4 May 2026, 10:00 in London.
const MORNING: i64 = 1_777_885_200_000;

const FLOW: &str = "flow main
  triage: What now?

flow tell: Tell me a number
  customers say
    tell me a number
  if told is unknown
    remember told = 0
  remember told = told + 1
  say: Number {{ told }}.

flow order: My order
  customers say
    where is my order
  use shop.find save as order
  say: It is a {{ order.item }}.
  wait 5 seconds
  say: Still there.
";
const SHOP: &str = "shop:
  base: http://shop.example
  find: { get: \"/orders/7\", outcomes: { 200: found }, gives: { item: text } }
";

/// What all nodes share. It lives as long as the process.
struct Shared {
    bot: Arc<Bot>,
    truth: &'static Truth,
    jobs: &'static Held<UnboundedReceiver<Job>>,
    line: &'static Line,
    parcels: &'static Held<UnboundedReceiver<Parcel>>,
    cuts: &'static [AtomicBool; NODES],
    skews: &'static [AtomicI64; NODES],
    lossy: f64,
}

fn forever<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn bot() -> Arc<Bot> {
    let texts = [("bot.yaml", "keep for the chat: [told]\n"), ("main.flow", FLOW), ("integrations.yaml", SHOP)];
    let texts = texts.map(|(n, t)| (n.to_owned(), t.to_owned())).to_vec();
    let compiled = compile(&Files { id: "test".into(), texts });
    Arc::new(compiled.bot.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics)))
}

/// A node's clock: right, but for what is wrong with it.
struct NodeClock(&'static AtomicI64);

impl Clock for NodeClock {
    fn now(&self) -> Millis {
        let elapsed = turmoil::sim_elapsed().unwrap_or_default().as_millis();
        Millis(MORNING + i64::try_from(elapsed).unwrap_or(0) + self.0.load(Ordering::SeqCst))
    }
}

/// A node, from its start until it dies: a store that is away is waited for.
async fn node(shared: &'static Shared, number: usize) -> turmoil::Result {
    let limits = || Limits { idle: Duration::from_secs(20), burst: 100, ..Limits::default() };
    let parts = || Parts {
        store: Arc::new(Remote { truth: shared.truth, cut: &shared.cuts[number], lossy: shared.lossy }),
        bus: Arc::new(NodeBus { line: shared.line, node: number }),
        connector: Arc::new(shared.truth.shop),
        clock: Arc::new(NodeClock(&shared.skews[number])),
        bots: vec![shared.bot.clone()],
        limits: limits(),
    };
    loop {
        let Ok(runtime) = Runtime::start(parts()).await else { continue };
        let listen = SocketAddr::from((Ipv4Addr::UNSPECIFIED, super::net::PORT));
        let options = Options { runtime: runtime.clone(), listen, public_url: None, demo: None, tests: None };
        match Server::upon(Net::listen().await?, options).await {
            Ok(_server) => {
                trace::line(&format!("node{number} serves"));
                desk::works(runtime, number).await;
            }
            Err(_) => runtime.stop().await,
        }
    }
}

pub fn play(seed: u64, seconds: u64, bug: Option<Bug>) -> ExitCode {
    // Before anything asks for a random number.
    mad_turmoil::rand::set_rng(StdRng::seed_from_u64(seed));
    let _clocks = mad_turmoil::time::SimClocksGuard::init();
    std::panic::set_hook(Box::new(|panic| wrong(format!("a panic: {panic}"))));
    let shared = forever(shared(bug));
    let end = Duration::from_secs(seconds);
    let mut sim = turmoil::Builder::new()
        .rng_seed(seed)
        .tick_duration(TICK)
        .simulation_duration(end * 2)
        .min_message_latency(Duration::from_millis(1))
        .max_message_latency(Duration::from_millis(rand::random_range(20..200)))
        .build();
    sim.host("store", move || async move {
        tokio::spawn(Line::carry(shared.line, shared.parcels));
        Truth::work(shared.truth, shared.jobs).await;
        Ok(())
    });
    for number in 0..NODES {
        sim.host(format!("node{number}"), move || node(shared, number));
    }
    let gone: &'static Mutex<Vec<Customer>> = forever(Mutex::default());
    for house in 0..HOUSES {
        sim.client(format!("house{house}"), async move {
            let people = (0..CUSTOMERS).map(|n| async move {
                let number = house * CUSTOMERS + n;
                let mut customer = Customer::new(number, number % 4 == 3);
                let (late, over) = (|| turmoil::elapsed() > end - PEACE / 2, || turmoil::elapsed() > end);
                customer.talks(&Plan { nodes: NODES, pause: 300..6_000, late: &late, over: &over }).await;
                gone.lock().expect("not poisoned").push(customer);
            });
            futures_util::future::join_all(people).await;
            Ok(())
        });
    }
    let crashes = faults(&mut sim, shared, end - PEACE);
    drop(sim);
    let customers = std::mem::take(&mut *gone.lock().expect("not poisoned"));
    // What lies in memory never lets anybody wait.
    let (sessions, agents) = (&shared.truth.sessions, &desk::SAID);
    let (sessions, agents) = (sessions.lock().expect("not poisoned"), agents.lock().expect("not poisoned"));
    let told = Told { sessions: &sessions, customers: &customers, agents: &agents, asked: shared.truth.shop.asked() };
    let entries = check::all(&shared.truth.memory, &told).now_or_never().expect("no waiting");
    let acked = customers.iter().flat_map(|c| &c.sent).filter(|s| s.acked.is_some()).count();
    println!("seed {seed}: {acked} acknowledged, {entries} entries, {crashes} crashes, {}", trace::digest());
    let wrong = trace::all_wrong();
    wrong.iter().take(12).for_each(|w| println!("  {}", w.chars().take(1500).collect::<String>()));
    if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn shared(bug: Option<Bug>) -> Shared {
    let shop = forever(Shop::default());
    let (truth, jobs) = Truth::new(bug, shop);
    let truth = shop.truth.get_or_init(|| forever(truth));
    let (line, parcels) = Line::new(NODES);
    Shared {
        bot: bot(),
        truth,
        jobs: forever(Held::new(jobs)),
        line: forever(line),
        parcels: forever(Held::new(parcels)),
        cuts: forever(Default::default()),
        skews: forever(Default::default()),
        lossy: if rand::random_bool(0.6) { rand::random_range(0.0..0.03) } else { 0.0 },
    }
}

/// Something that goes wrong, and is mended after a while.
enum Fault {
    Crash(usize),
    Cut(usize),
    Apart(usize, usize),
    Held(usize, usize),
}

/// Plays to the end; how often a node died. Until `peace` one thing after the other goes wrong.
fn faults(sim: &mut turmoil::Sim<'_>, shared: &Shared, peace: Duration) -> usize {
    let mut open: Vec<(Duration, Fault)> = Vec::new();
    let (mut crashes, mut next) = (0, Duration::from_secs(5));
    loop {
        match sim.step() {
            Ok(true) => return crashes,
            Ok(false) => {}
            Err(problem) => {
                wrong(format!("the world ended: {problem}"));
                return crashes;
            }
        }
        let now = sim.elapsed();
        let (over, still) = open.into_iter().partition(|(until, _)| *until <= now);
        open = still;
        over.iter().for_each(|(_, fault): &(Duration, Fault)| mend(sim, shared, fault));
        if now >= next && now < peace {
            let fault = any_fault();
            crashes += usize::from(matches!(fault, Fault::Crash(_)));
            cause(sim, shared, &fault);
            open.push((now + Duration::from_millis(rand::random_range(200..12_000)), fault));
            next = now + Duration::from_millis(rand::random_range(1_000..16_000));
        }
    }
}

fn any_fault() -> Fault {
    let (node, house) = (rand::random_range(0..NODES), rand::random_range(0..HOUSES));
    match rand::random_range(0..8) {
        0..4 => Fault::Crash(node),
        4..6 => Fault::Cut(node),
        6 => Fault::Apart(node, house),
        _ => Fault::Held(node, house),
    }
}

fn cause(sim: &mut turmoil::Sim<'_>, shared: &Shared, fault: &Fault) {
    match fault {
        Fault::Crash(node) => sim.crash(format!("node{node}")),
        Fault::Cut(node) => shared.cuts[*node].store(true, Ordering::SeqCst),
        Fault::Apart(node, house) => sim.partition(format!("node{node}"), format!("house{house}")),
        Fault::Held(node, house) => sim.hold(format!("node{node}"), format!("house{house}")),
    }
}

fn mend(sim: &mut turmoil::Sim<'_>, shared: &Shared, fault: &Fault) {
    match fault {
        Fault::Crash(node) => {
            // The clock of a machine that starts again is not always right.
            let skew = rand::random_range(-1_500..1_500);
            shared.skews[*node].store(skew, Ordering::SeqCst);
            sim.bounce(format!("node{node}"));
        }
        Fault::Cut(node) => shared.cuts[*node].store(false, Ordering::SeqCst),
        Fault::Apart(node, house) => sim.repair(format!("node{node}"), format!("house{house}")),
        Fault::Held(node, house) => sim.release(format!("node{node}"), format!("house{house}")),
    }
}
