//! How long the inbox waits for its store with 100,000 past chats: `cargo bench --bench inbox`. Fills a store of its own in a temporary
//! folder first; `-- 20000` fills another number of chats.
use futures_util::future::try_join_all;
use rapport::engine::{Event, Session, Speaker, What};
use rapport::id::{AgentId, SessionId, TurnId};
use rapport::language::ast::Priority;
use rapport::runtime::insights::{Range, report};
use rapport::runtime::ports::{Commit, Store, StoreError};
use rapport::runtime::search::Hit;
use rapport::runtime::{hashed, view};
use rapport::store::Sqlite;
use rapport::time::Millis;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const CHATS: usize = 100_000;
/// Chats that are written at the same time: the store groups them.
const TOGETHER: usize = 250;
/// Of so many chats one is open still, the others are solved.
const OPEN: usize = 500;
const ROUNDS: usize = 60;
/// Lines of one view, as the inbox asks for them.
const VIEW: usize = 200;
const FOUND: usize = 40;
const YEAR: i64 = 365 * 86_400_000;
/// 1 May 2026.
const NOW: i64 = 1_777_593_600_000;

const WORDS: &[&str] = &[
    "lamp", "parcel", "late", "broken", "refund", "order", "address", "invoice", "colour", "delivery", "return",
    "size", "card", "paid", "twice", "email", "password", "account", "discount", "voucher", "shop", "evening",
    "monday", "table", "chair", "rug",
];
const NAMES: &[&str] = &["Zoe", "Max", "Nora", "Ann", "Bob", "Cleo", "Dan", "Eve", "Finn", "Gus", "Hana", "Ida"];

/// The same words for the same chat, in every run.
fn words(chat: usize, from: usize) -> String {
    let pick = |n: usize| WORDS[(chat * 7 + n * 13 + chat / 11 * n) % WORDS.len()];
    (from..from + 9).map(pick).collect::<Vec<_>>().join(" ")
}

fn whats(n: usize) -> Vec<What> {
    let agent = || Speaker::Agent { id: AgentId(1 + i64::try_from(n % 20).unwrap_or(0)), name: "Ann".into() };
    let customer: Value = json!({ "id": format!("c-{}", n % (CHATS / 2)), "name": format!("{} {}", NAMES[n % NAMES.len()], words(n, 40)) });
    let opened = What::Opened {
        page: None,
        language: None,
        customer: customer.as_object().cloned().unwrap_or_default(),
        returning: false,
    };
    let said = |from: Speaker, text: String, cid: &str| {
        let cid = matches!(from, Speaker::Customer).then(|| cid.to_owned());
        What::message(from, text, cid)
    };
    let (why, summary) = ("A person was asked for".to_owned(), words(n, 3));
    let mut all = vec![
        opened,
        said(Speaker::Bot { name: "Robin".into() }, "What can I do for you?".into(), ""),
        said(Speaker::Customer, format!("My {} number{n}", words(n, 0)), "a"),
        What::Waiting { team: "orders".into(), priority: Priority::Normal, why, summary },
        What::Joined { agent: AgentId(1), name: "Ann".into() },
        said(agent(), format!("I look at the {}", words(n, 9)), ""),
        said(Speaker::Customer, format!("Thank you, {}", words(n, 18)), "b"),
    ];
    if !n.is_multiple_of(OPEN) {
        all.push(What::Resolved { by: agent() });
    }
    all
}

async fn fill_one(store: &Sqlite, n: usize, of: usize) -> Result<(), StoreError> {
    let back = YEAR - YEAR / i64::try_from(of).unwrap_or(1) * i64::try_from(n).unwrap_or(0);
    let began = Millis(NOW - back);
    let mut session = Session::new(SessionId::new(uuid::Uuid::now_v7()), "shop", began);
    store.create(&session, hashed("token")).await?;
    let mut events = Vec::new();
    for (seq, what) in (1..).zip(whats(n)) {
        let event = Event { seq, at: Millis(began.0 + 20_000 * i64::try_from(seq).unwrap_or(0)), what };
        session.apply(&event);
        events.push(event);
    }
    let row = view::row(&session);
    let commit = Commit {
        session: session.id,
        turn: TurnId::new(uuid::Uuid::now_v7()),
        after: 0,
        events,
        outbox: vec![],
        set_timers: vec![],
        cancelled: vec![],
        finished: None,
        snapshot: None,
        letters: vec![],
        row,
    };
    store.commit(commit).await
}

async fn fill(store: &Sqlite, chats: usize) -> Result<(), StoreError> {
    let begun = Instant::now();
    for first in (0..chats).step_by(TOGETHER) {
        try_join_all((first..chats.min(first + TOGETHER)).map(|n| fill_one(store, n, chats))).await?;
    }
    println!("{chats} chats of 8 entries written in {:.0?}", begun.elapsed());
    Ok(())
}

async fn measure<T>(
    name: &str,
    mut ask: impl AsyncFnMut(usize) -> Result<Vec<T>, StoreError>,
) -> Result<(), StoreError> {
    let mut times = Vec::new();
    let mut found = 0;
    for round in 0..ROUNDS {
        let begun = Instant::now();
        found = ask(round).await?.len().max(found);
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    let at = |part: usize| times.get((times.len() * part / 100).min(times.len() - 1)).copied().unwrap_or_default();
    let shown = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1000.0);
    println!("{name:<42} p50 {:>9}   p95 {:>9}   at most {found} found", shown(at(50)), shown(at(95)));
    Ok(())
}

async fn searched(store: &Sqlite, text: String) -> Result<Vec<Hit>, StoreError> {
    Store::search(store).search(&text, FOUND).await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let chats = std::env::args().skip(1).find_map(|a| a.parse().ok()).unwrap_or(CHATS);
    let folder = tempfile::tempdir()?;
    let store = Sqlite::open(&folder.path().join("rapport.db"))?;
    fill(&store, chats).await?;
    measure("views at the start (waiting, agents)", async |_| store.rows(&["waiting", "agent"], None, VIEW).await)
        .await?;
    measure("view: mine", async |n| store.rows(&["agent"], Some(AgentId(1 + n as i64 % 20)), VIEW).await).await?;
    measure("view: bot", async |_| store.rows(&["bot"], None, VIEW).await).await?;
    measure("view: solved", async |_| store.rows(&["resolved"], None, VIEW).await).await?;
    measure("search: a common word", async |n| searched(&store, WORDS[n % WORDS.len()].to_owned()).await).await?;
    measure("search: two letters", async |n| searched(&store, WORDS[n % WORDS.len()][..2].to_owned()).await).await?;
    measure("search: three common words", async |n| {
        searched(&store, words(n * 31, 0).split(' ').take(3).collect::<Vec<_>>().join(" ")).await
    })
    .await?;
    measure("search: one chat", async |n| searched(&store, format!("number{}", n * 1601 % chats)).await).await?;
    measure("search: nothing", async |_| searched(&store, "heliotrope".into()).await).await?;
    let contacts = Store::contacts(&store);
    measure("customers: the first page", async |_| contacts.contacts("", None, 50).await).await?;
    measure("customers: a name", async |n| contacts.contacts(NAMES[n % NAMES.len()], None, 50).await).await?;
    for days in [30, 365] {
        let range = Range { from: Millis(NOW - days * 86_400_000), to: Millis(NOW + 1), bot: None, team: None };
        let insights = Store::insights(&store);
        let zone = jiff::tz::TimeZone::UTC;
        let made = async |_: usize| {
            let visits = insights.visits(range.clone(), CHATS).await?;
            let report = report(&visits, &zone);
            Ok(report.days.into_keys().collect())
        };
        measure(&format!("insights: {days} days"), made).await?;
    }
    Ok(())
}
