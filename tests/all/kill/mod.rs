//! The program itself, ended without warning again and again while customers talk: at random moments, and at every named place
//! (`src/fault.rs`); now and then it is asked to end, as a new version does. Afterwards all customers are held against the journal: nothing that was acknowledged is lost, nothing is
//! doubled, no turn is torn. `RAPPORT_KILLS=2000 cargo test --test all kill::` is the long campaign.
#[path = "../../simulation/check.rs"]
mod check;
#[path = "../../simulation/customer.rs"]
mod customer;
pub mod program;

use customer::{Customer, Plan};
use program::{Ended, Program, Shop};
use rapport::engine::What;
use rapport::fault::PLACES;
use rapport::id::SessionId;
use rapport::runtime::ports::Store;
use rapport::store::Sqlite;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// Times that the program is ended in an ordinary test run.
const KILLS: usize = 64;
const CUSTOMERS: usize = 16;
/// In which everything that is open must come to its end, after the last kill.
const PEACE: Duration = Duration::from_secs(90);

/// The way to the program, as customers see it.
mod net {
    pub use tokio::net::TcpStream as Stream;

    pub async fn connect(_: usize) -> std::io::Result<Stream> {
        Stream::connect(("127.0.0.1", super::PORT.load(std::sync::atomic::Ordering::SeqCst))).await
    }
}

/// What was seen that must not be.
mod trace {
    pub fn line(_: &str) {}

    pub fn wrong(text: String) {
        super::WRONG.lock().expect("not poisoned").push(text);
    }
}

static PORT: AtomicU16 = AtomicU16::new(0);
static WRONG: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Of the webhook.
pub const SECRET: &str = "RAPPORT_TEST_WEBHOOK";

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
  wait 1 second
  say: Still there.
";

/// A bot that counts, asks the shop, and tells it what was said.
pub fn bot(folder: &Path, shop: u16) {
    let systems = format!(
        "shop:\n  base: http://127.0.0.1:{shop}\n  allow private addresses: yes\n  \
         find: {{ get: \"/orders/7\", outcomes: {{ 200: found }}, gives: {{ item: text }} }}\n"
    );
    fs::create_dir(folder).expect("a folder");
    let settings = format!(
        "keep for the chat: [told]\nwebhooks:\n  shop: {{ to: \"http://127.0.0.1:{shop}/told\", secret: \"${{{SECRET}}}\", \
         send: message, allow private addresses: yes, timeout: 1s }}\n"
    );
    let files = [("bot.yaml", settings.as_str()), ("main.flow", FLOW), ("integrations.yaml", &systems)];
    for (name, text) in files {
        fs::write(folder.join(name), text).expect("written");
    }
}

/// Where the next life ends: at one of the places in turn, or anywhere.
fn plan(kill: usize) -> Option<&'static str> {
    // The place in the migrations lies before all chats; a test of its own goes there.
    let places: Vec<_> = PLACES.iter().filter(|p| **p != "store:in-a-migration").collect();
    kill.is_multiple_of(2).then(|| *places[(kill / 2) % places.len()])
}

/// Ends the program as often as asked for; how often at which place.
async fn killer(program: &mut Program, kills: usize) -> BTreeMap<&'static str, usize> {
    let mut ends = BTreeMap::new();
    for kill in 0..kills {
        let place = plan(kill);
        let points = place.map(|p| format!("{p}={}*off->return", rand::random_range(0..6)));
        program.start(points.as_deref()).await;
        let life = match place {
            Some(_) => Duration::from_secs(6),
            None => Duration::from_millis(rand::random_range(20..500)),
        };
        if place.is_none() && kill % 8 == 5 {
            sleep(life).await;
            program.asked_to_end().await;
            *ends.entry("asked").or_insert(0) += 1;
            continue;
        }
        let ended = program.ended_within(life).await;
        *ends.entry(if ended == Ended::ByItself { place.unwrap_or("by itself") } else { "anywhere" }).or_insert(0) += 1;
    }
    ends
}

async fn campaign(kills: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let shop = Shop::opens().await;
    bot(&folder.path().join("test"), shop.port);
    let mut program = Program::new(folder.path());
    PORT.store(program.port, Ordering::SeqCst);
    let (late, begun) = (AtomicBool::new(false), Mutex::new(Instant::now()));
    let mut customers: Vec<Customer> = (0..CUSTOMERS).map(|n| Customer::new(n, false)).collect();
    let is_late = || late.load(Ordering::SeqCst);
    let is_over = || is_late() && begun.lock().expect("not poisoned").elapsed() > PEACE;
    let plan = Plan { nodes: 1, pause: 20..700, late: &is_late, over: &is_over };
    let talking = futures_util::future::join_all(customers.iter_mut().map(|c| c.talks(&plan)));
    let ending = async {
        let ends = killer(&mut program, kills).await;
        program.start(None).await;
        *begun.lock().expect("not poisoned") = Instant::now();
        late.store(true, Ordering::SeqCst);
        ends
    };
    let (_, ends) = tokio::join!(talking, ending);
    // What the last answers caused is ticked off a moment later.
    let store = Sqlite::open(&program.database()).expect("the database opens");
    shop.settled(&store).await;
    program.ended_within(Duration::ZERO).await;
    reconciled(&program, &store, &customers, &shop, &ends).await;
}

/// Every message of the journal was told to the webhook, at least once.
async fn untold(store: &Sqlite, sessions: &[SessionId], shop: &Shop) {
    let told = shop.told();
    for session in sessions {
        for event in store.events(*session, 0, usize::MAX).await.expect("read") {
            let id = format!("{session}-{}", event.seq);
            if matches!(event.what, What::Message { .. }) && !told.contains(&id) {
                trace::wrong(format!("the webhook was never told of {id}"));
            }
        }
    }
}

async fn reconciled(
    program: &Program,
    store: &Sqlite,
    customers: &[Customer],
    shop: &Shop,
    ends: &BTreeMap<&'static str, usize>,
) {
    let sessions: Vec<SessionId> = program.sessions();
    let told = check::Told { sessions: &sessions, customers, agents: &[], asked: shop.asked() };
    let entries = check::all(store, &told).await;
    let acked = customers.iter().flat_map(|c| &c.sent).filter(|s| s.acked.is_some()).count();
    println!("{acked} messages acknowledged, {entries} entries in {} chats; ended {ends:?}", sessions.len());
    untold(store, &sessions, shop).await;
    let wrong = WRONG.lock().expect("not poisoned").clone();
    assert!(wrong.is_empty(), "{} things are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(acked >= customers.len(), "there was no load: {acked}");
    for place in PLACES.iter().filter(|p| **p != "store:in-a-migration") {
        assert!(ends.contains_key(place), "nothing ended at {place}: {ends:?}");
    }
    assert!(!ends.contains_key("by itself"), "it ended where nobody ended it: {ends:?}\n{}", program.errors());
}

#[test]
fn nothing_acknowledged_is_lost_doubled_or_torn() {
    let kills = std::env::var("RAPPORT_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(KILLS);
    let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("tokio");
    tokio.block_on(campaign(kills));
}

#[tokio::test]
async fn a_database_that_is_half_made_is_finished_by_the_next_start() {
    let folder = tempfile::tempdir().expect("a folder");
    bot(&folder.path().join("test"), 9);
    let mut program = Program::new(folder.path());
    for migration in 0..2 {
        program.begin(Some(&format!("store:in-a-migration={migration}*off->return")));
        assert_eq!(program.ended_within(Duration::from_secs(20)).await, Ended::ByItself, "migration {migration}");
    }
    program.start(None).await;
    assert!(!program.has_ended(), "{}", program.errors());
}

#[test]
fn every_place_is_in_the_sources_once() {
    fn walk(folder: &Path, all: &mut String) {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            match entry.path() {
                path if path.is_dir() => walk(&path, all),
                path if path.ends_with("fault.rs") => {}
                path => all.push_str(&fs::read_to_string(path).unwrap_or_default()),
            }
        }
    }
    let mut all = String::new();
    walk(&crate::support::root().join("src"), &mut all);
    for place in PLACES {
        assert_eq!(all.matches(&format!("fault::point(\"{place}\")")).count(), 1, "{place}");
    }
    assert_eq!(all.matches("fault::point(\"").count(), PLACES.len(), "a place is missing in the list");
}
