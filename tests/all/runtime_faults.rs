//! What goes wrong on the way, and what must hold all the same. Time is tokio's own, standing still until all wait for it.
#[path = "runtime_faulty.rs"]
mod faulty;

use super::{journal, say, shop_bot};
use crate::support::{Hand, NoSystems};
use faulty::{Fault, Faulty};
use rapport::bus::local::LocalBus;
use rapport::engine::{Answer, Input, Speaker, Timer, What};
use rapport::id::{AgentId, SessionId};
use rapport::runtime::ports::{Bus, Connector, Notice, Request, Store};
use rapport::runtime::{Limits, Opening, Parts, Refusal, Runtime, Said, Seat};
use rapport::store::{Memory, Sqlite};
use rapport::time::{Clock, Millis};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

const TWO_HOURS: Duration = Duration::from_secs(2 * 3600);

fn parts(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Parts {
    Parts {
        store,
        bus: Arc::new(LocalBus::default()),
        connector: Arc::new(NoSystems),
        clock,
        bots: vec![shop_bot()],
        limits: Limits { burst: 1000, ..Limits::default() },
    }
}

async fn faulty() -> (Arc<Faulty>, Arc<Hand>, Runtime) {
    let (store, clock) = (Arc::new(Faulty::default()), Hand::new());
    let runtime = Runtime::start(parts(store.clone(), clock.clone())).await.expect("it starts");
    (store, clock, runtime)
}

async fn open(runtime: &Runtime) -> SessionId {
    runtime.open("test", Opening::default()).await.expect("a chat").session
}

async fn count(runtime: &Runtime, session: SessionId, fits: impl Fn(&What) -> bool) -> usize {
    journal(runtime, session).await.iter().filter(|e| fits(&e.what)).count()
}

fn by_customer(what: &What) -> bool {
    matches!(what, What::Message { from: Speaker::Customer, .. })
}

/// Lets tokio's time pass until a chat's journal holds something.
async fn until(runtime: &Runtime, session: SessionId, fits: impl Fn(&What) -> bool) {
    for _ in 0..6_000 {
        if count(runtime, session, &fits).await > 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it never comes: {:?}", journal(runtime, session).await);
}

#[tokio::test(start_paused = true)]
async fn a_message_whose_fate_is_unknown_is_kept_once() {
    for fault in [Fault::Before, Fault::After] {
        let (store, _, runtime) = faulty().await;
        let session = open(&runtime).await;
        store.break_next(&[fault]);
        let first = say(&runtime, session, "a", "where is my order").await;
        // What is kept is acknowledged, since the journal says so; what is not is refused.
        assert_eq!(first.map(|r| r.duplicate), if fault == Fault::After { Ok(false) } else { Err(Refusal::Busy) });
        let again = say(&runtime, session, "a", "where is my order").await.expect("kept");
        assert_eq!(again.duplicate, fault == Fault::After);
        assert_eq!(count(&runtime, session, by_customer).await, 1, "{fault:?}");
        assert_eq!(count(&runtime, session, |w| matches!(w, What::TopicBegan { .. })).await, 1, "one turn");
    }
}

#[tokio::test(start_paused = true)]
async fn a_photo_whose_fate_is_unknown_is_kept_once() {
    for fault in [Fault::Before, Fault::After] {
        let (store, _, runtime) = faulty().await;
        let session = open(&runtime).await;
        store.break_next(&[fault]);
        let send = || runtime.customer_file(session, "a", "lamp.png", crate::files::PNG.to_vec());
        let first = send().await.map(|r| r.duplicate);
        assert_eq!(first, if fault == Fault::After { Ok(false) } else { Err(Refusal::Busy) });
        assert_eq!(send().await.expect("kept").duplicate, fault == Fault::After);
        let sent = journal(&runtime, session).await.into_iter().filter_map(|e| match e.what {
            What::Message { files, .. } => files.into_iter().next(),
            _ => None,
        });
        let sent: Vec<_> = sent.collect();
        assert_eq!(sent.len(), 1, "{fault:?}");
        let bytes = runtime.file(session, &sent[0].id).await.expect("the bytes were first").bytes;
        assert_eq!(bytes, crate::files::PNG);
    }
}

/// A call whose turn was kept without anybody hearing of it is made, though the customer never writes again.
#[tokio::test(start_paused = true)]
async fn what_a_turn_in_doubt_caused_is_done_once_it_is_known_to_be_kept() {
    let (store, clock) = (Arc::new(Faulty::default()), Hand::new());
    let connector = super::shop(true);
    let runtime = Runtime::start(Parts { connector: connector.clone(), ..parts(store.clone(), clock) }).await;
    let runtime = runtime.expect("it starts");
    let session = open(&runtime).await;
    say(&runtime, session, "0", "where is my order").await.expect("kept");
    store.break_next(&[Fault::After]);
    store.unasked.store(3, Ordering::SeqCst);
    assert_eq!(say(&runtime, session, "a", "7").await, Err(Refusal::Busy));
    assert_eq!(say(&runtime, session, "b", "hello?").await, Err(Refusal::Busy), "nothing is done upon a guess");
    until(&runtime, session, |w| matches!(w, What::Answered { .. })).await;
    assert!(say(&runtime, session, "a", "7").await.expect("kept").duplicate);
    assert_eq!(connector.keys.lock().expect("not poisoned").len(), 1);
    assert!(store.pending().await.expect("read").is_empty());
}

/// A turn that was said to be lost, and came late.
#[tokio::test(start_paused = true)]
async fn a_turn_that_comes_late_is_recognised_by_who_loses_its_place() {
    let (store, _, runtime) = faulty().await;
    let session = open(&runtime).await;
    store.break_next(&[Fault::Late]);
    assert_eq!(say(&runtime, session, "a", "talk to a person").await, Err(Refusal::Busy));
    store.arrive().await;
    assert!(!say(&runtime, session, "b", "hello?").await.expect("kept").duplicate);
    assert!(say(&runtime, session, "a", "talk to a person").await.expect("kept").duplicate);
    until(&runtime, session, |w| matches!(w, What::NobodyAvailable { .. })).await;
    assert_eq!(count(&runtime, session, by_customer).await, 2);
}

#[tokio::test(start_paused = true)]
async fn an_answer_whose_fate_is_unknown_is_taken_in_once() {
    let (store, _, runtime) = faulty().await;
    let session = open(&runtime).await;
    runtime.customer(session, "p", Said::Person).await.expect("kept");
    // Nobody is there: the turn that says so is kept, then kept in vain, then not kept, then kept.
    store.break_next(&[Fault::After, Fault::Before]);
    until(&runtime, session, |w| matches!(w, What::NobodyAvailable { .. })).await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(count(&runtime, session, |w| matches!(w, What::NobodyAvailable { .. })).await, 1);
    assert!(store.pending().await.expect("read").is_empty(), "and it is ticked off");
}

/// Found by the simulation: it waited for the next start.
#[tokio::test(start_paused = true)]
async fn an_effect_that_could_not_be_ticked_off_is_ticked_off_later() {
    let (store, _, runtime) = faulty().await;
    let session = open(&runtime).await;
    let _ann = runtime.present(AgentId(1), "Ann", Seat::default());
    store.unfinished.store(3, Ordering::SeqCst);
    runtime.customer(session, "p", Said::Person).await.expect("kept");
    for _ in 0..600 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        if store.pending().await.expect("read").is_empty() {
            assert_eq!(store.unfinished.load(Ordering::SeqCst), 0, "it was tried again");
            return;
        }
    }
    panic!("it is left: {:?}", store.pending().await);
}

/// A shop that takes its time.
struct Slow;

#[async_trait::async_trait]
impl Connector for Slow {
    async fn call(&self, request: Request) -> Answer {
        tokio::time::sleep(Duration::from_secs(1)).await;
        NoSystems.call(request).await
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_waits_for_a_store_that_is_away() {
    let store = Arc::new(Faulty::default());
    let parts = Parts { connector: Arc::new(Slow), ..parts(store.clone(), Hand::new()) };
    let runtime = Runtime::start(parts).await.expect("it starts");
    let session = open(&runtime).await;
    say(&runtime, session, "a", "where is my order").await.expect("kept");
    say(&runtime, session, "b", "12").await.expect("kept");
    let before = store.commits.load(Ordering::SeqCst);
    store.break_next(&[Fault::Before; 12]);
    until(&runtime, session, |w| matches!(w, What::Answered { .. })).await;
    assert!(store.commits.load(Ordering::SeqCst) > before + 12, "it was tried again and again");
    assert_eq!(count(&runtime, session, |w| matches!(w, What::Answered { .. })).await, 1);
}

/// Two processes that write the same chats: the version check leaves one order, and nothing that was acknowledged is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_runtimes_upon_one_store_lose_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = || Arc::new(Sqlite::open(&folder.path().join("a.db")).expect("a store"));
    let one = Runtime::start(parts(store(), Hand::new())).await.expect("it starts");
    let two = Runtime::start(parts(store(), Hand::new())).await.expect("it starts");
    let session = open(&one).await;
    let send = |runtime: Runtime, name: &'static str| async move {
        let mut kept = vec![];
        for n in 0..25 {
            let cid = format!("{name}{n}");
            while let Err(refusal) = say(&runtime, session, &cid, "hm").await {
                assert_eq!(refusal, Refusal::Busy);
            }
            kept.push(cid);
        }
        kept
    };
    let (mut acked, more) = tokio::join!(send(one.clone(), "one"), send(two.clone(), "two"));
    acked.extend(more);
    let events = journal(&one, session).await;
    let mut after = events.last().map_or(0, |e| e.seq);
    let mut all = events;
    while let Ok(page) = one.page(session, after).await
        && !page.events.is_empty()
    {
        after = page.upto;
        all.extend(page.events);
    }
    assert!(all.iter().zip(1_u64..).all(|(e, n)| e.seq == n), "no gap, no double");
    let mut found: Vec<String> = all
        .into_iter()
        .filter_map(|e| match e.what {
            What::Message { from: Speaker::Customer, cid, .. } => cid,
            _ => None,
        })
        .collect();
    found.sort();
    acked.sort();
    assert_eq!(found, acked);
}

/// Found by the simulation: the second process still had the chat as it was, and told its customer to begin a new one.
#[tokio::test]
async fn who_saw_more_at_another_process_is_not_sent_away() {
    let store = Arc::new(Memory::default());
    let one = Runtime::start(parts(store.clone(), Hand::new())).await.expect("it starts");
    let two = Runtime::start(parts(store.clone(), Hand::new())).await.expect("it starts");
    let opened = one.open("test", Opening::default()).await.expect("a chat");
    let (session, token) = (opened.session, opened.token);
    let before = two.enter("test", session, &token).await.expect("it is in the memory of both");
    let seen = say(&one, session, "a", "hm").await.expect("kept").seq;
    assert!(seen > before);
    assert!(two.come_back("test", session, &token, seen).await.expect("there") >= seen);
    let ahead = two.come_back("test", session, &token, seen + 1_000).await.expect("there");
    assert!(ahead < seen + 1_000, "what nobody ever saw is not there");
}

#[tokio::test]
async fn a_turn_that_panics_keeps_the_words_and_brings_a_person() {
    let (store, _, runtime) = faulty().await;
    let session = open(&runtime).await;
    say(&runtime, session, "a", "where is my order").await.expect("kept");
    // The number of the next request does not fit any more: the step that asks the shop panics.
    let args = serde_json::Map::new();
    let called = What::Called { call: u32::MAX, action: "shop.find".into(), args };
    write(&store, session, called).await;
    let first = say(&runtime, session, "b", "12").await.expect("kept in spite of the panic");
    assert_eq!(count(&runtime, session, |w| matches!(w, What::Faulted { .. })).await, 1);
    assert_eq!(count(&runtime, session, |w| matches!(w, What::Waiting { .. })).await, 1);
    let again = say(&runtime, session, "b", "12").await.expect("a duplicate");
    assert_eq!((again.seq, again.duplicate), (first.seq, true));
    assert_eq!(count(&runtime, session, by_customer).await, 2);
    say(&runtime, open(&runtime).await, "a", "hello").await.expect("other chats go on");
}

/// The bot fails at every answer; the third time it is kept out of the chat.
#[tokio::test]
async fn a_bot_that_fails_again_and_again_is_kept_out_of_the_chat() {
    let (store, _, runtime) = faulty().await;
    let session = open(&runtime).await;
    let faults = async || count(&runtime, session, |w| matches!(w, What::Faulted { .. })).await;
    let (agent, name) = (AgentId(1), "Ann".to_owned());
    let hands_back = async || {
        runtime.agent(session, Input::AgentTook { agent, name: name.clone() }).await.expect("taken");
        let back = Input::AgentHandedBack { agent, name: name.clone(), flow: None };
        runtime.agent(session, back).await.expect("handed back");
    };
    for n in 1..=3 {
        say(&runtime, session, &format!("o{n}"), "where is my order").await.expect("kept");
        let args = serde_json::Map::new();
        write(&store, session, What::Called { call: u32::MAX, action: "shop.find".into(), args }).await;
        say(&runtime, session, &format!("n{n}"), "12").await.expect("kept in spite of the panic");
        assert_eq!(faults().await, n);
        hands_back().await;
    }
    // The bot would fail once more; it is not asked, and a person is.
    let waits = count(&runtime, session, |w| matches!(w, What::Waiting { .. })).await;
    assert_eq!(waits, 4, "handed back to a bot that may not go on");
    hands_back().await;
    let sent = say(&runtime, session, "last", "where is my order").await.expect("kept");
    assert!(!sent.duplicate && say(&runtime, session, "last", "where is my order").await.expect("kept").duplicate);
    assert_eq!(faults().await, 3);
    let texts = super::said(&runtime, session).await;
    assert!(texts.iter().any(|t| t.contains("A colleague will go on from here")), "{texts:?}");
    assert_eq!(runtime.status(session).await.expect("a status").state, "waiting");
    let other = open(&runtime).await;
    say(&runtime, other, "a", "where is my order").await.expect("other chats go on");
    assert_eq!(count(&runtime, other, |w| matches!(w, What::Faulted { .. })).await, 0);
}

/// More customers at once than there are places: some are told so at once, nobody's message is lost or doubled.
#[tokio::test(start_paused = true)]
async fn too_many_at_once_are_told_so_and_try_again() {
    let (store, clock) = (Arc::new(Faulty::default()), Hand::new());
    let limits = Limits { inputs: 4, ..Limits::default() };
    let runtime = Runtime::start(Parts { limits, ..parts(store.clone(), clock) }).await.expect("it starts");
    let mut chats = vec![];
    for _ in 0..12 {
        chats.push(open(&runtime).await);
    }
    store.gated.store(true, Ordering::SeqCst);
    let all = chats.iter().map(|chat| say(&runtime, *chat, "a", "hm"));
    let opens = async {
        tokio::task::yield_now().await;
        store.gated.store(false, Ordering::SeqCst);
        store.gate.add_permits(99);
    };
    let (told, ()) = tokio::join!(futures_util::future::join_all(all), opens);
    let refused: Vec<_> = told.iter().filter_map(|r| r.as_ref().err()).collect();
    assert_eq!(refused.len(), 8, "{told:?}");
    for refusal in refused {
        let wait = refusal.retry_after().expect("when to come back");
        assert_eq!(refusal.code(), "crowded");
        assert!((2..7).contains(&wait.as_secs()), "{wait:?}");
    }
    for chat in chats {
        say(&runtime, chat, "a", "hm").await.expect("kept now");
        assert_eq!(count(&runtime, chat, by_customer).await, 1);
    }
}

/// Writes an entry past the runtime, as a colleague's process would.
async fn write(store: &Arc<Faulty>, id: SessionId, what: What) {
    let mut session = store.load(id).await.expect("read").expect("there").session;
    let event = rapport::engine::Event { seq: session.seq + 1, at: session.last_at, what };
    store.commit(crate::store::commit(&mut session, event)).await.expect("kept");
}

/// A shop that takes the request and never answers.
struct Hangs;

#[async_trait::async_trait]
impl Connector for Hangs {
    async fn call(&self, _: Request) -> Answer {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn a_connector_that_hangs_fails_its_call() {
    let parts = Parts { connector: Arc::new(Hangs), ..parts(Arc::new(Memory::default()), Hand::new()) };
    let runtime = Runtime::start(parts).await.expect("it starts");
    let session = open(&runtime).await;
    say(&runtime, session, "a", "where is my order").await.expect("kept");
    say(&runtime, session, "b", "12").await.expect("kept");
    until(&runtime, session, |w| matches!(w, What::Answered { worked: false, .. })).await;
    until(&runtime, session, |w| matches!(w, What::Waiting { .. })).await;
}

/// A chat in which a promise runs.
async fn promised(runtime: &Runtime, store: &Arc<Faulty>) -> SessionId {
    let session = open(runtime).await;
    let due = runtime.now() + TWO_HOURS;
    let timer = Timer::Promise { name: "call".into() };
    let mut state = store.load(session).await.expect("read").expect("there").session;
    let mut control = state.control.clone();
    control.timers.insert(timer.key(), due);
    let event = rapport::engine::Event {
        seq: state.seq + 1,
        at: state.last_at,
        what: What::Moved { control: Box::new(control) },
    };
    let mut commit = crate::store::commit(&mut state, event);
    commit.set_timers.push((timer, due));
    store.commit(commit).await.expect("kept");
    session
}

fn late(what: &What) -> bool {
    matches!(what, What::PromiseLate { .. })
}

#[tokio::test(start_paused = true)]
async fn a_chat_that_cannot_be_read_holds_up_nobodys_timers() {
    let (store, clock) = (Arc::new(Faulty::default()), Hand::new());
    let first = Runtime::start(parts(store.clone(), clock.clone())).await.expect("it starts");
    let bad = promised(&first, &store).await;
    clock.forward(Duration::from_secs(1));
    let good = promised(&first, &store).await;
    first.stop().await;
    store.unreadable(Some(bad));
    clock.forward(TWO_HOURS);
    let runtime = Runtime::start(parts(store.clone(), clock.clone())).await.expect("it starts");
    until(&runtime, good, late).await;
    assert_eq!(count(&runtime, bad, late).await, 0);
    store.unreadable(None);
    clock.forward(Duration::from_secs(60));
    until(&runtime, bad, late).await;
    assert_eq!((count(&runtime, good, late).await, count(&runtime, bad, late).await), (1, 1));
}

/// A clock that says another time once.
struct Jumps {
    now: AtomicI64,
    once: AtomicI64,
}

impl Clock for Jumps {
    fn now(&self) -> Millis {
        let once = self.once.swap(0, Ordering::SeqCst);
        Millis(self.now.load(Ordering::SeqCst) + once)
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_goes_back_loses_no_timer() {
    let store = Arc::new(Faulty::default());
    let clock = Arc::new(Jumps { now: AtomicI64::new(crate::support::MORNING.0), once: AtomicI64::new(0) });
    let runtime = Runtime::start(parts(store.clone(), clock.clone())).await.expect("it starts");
    let session = promised(&runtime, &store).await;
    // The timers are looked at three hours ahead; by the time that the chat hears of it the clock is right again.
    clock.once.store(3 * 3_600_000, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_secs(40)).await;
    assert_eq!(clock.once.load(Ordering::SeqCst), 0, "somebody looked");
    assert_eq!(count(&runtime, session, late).await, 0, "it is not due");
    clock.now.fetch_add(3 * 3_600_000, Ordering::SeqCst);
    until(&runtime, session, late).await;
}

#[tokio::test(start_paused = true)]
async fn very_many_timers_at_once_are_all_fired_soon() {
    let (store, clock) = (Arc::new(Faulty::default()), Hand::new());
    let first = Runtime::start(parts(store.clone(), clock.clone())).await.expect("it starts");
    let mut chats = vec![];
    for _ in 0..rapport::runtime::ports::DUE + 20 {
        chats.push(promised(&first, &store).await);
    }
    first.stop().await;
    clock.forward(TWO_HOURS);
    let runtime = Runtime::start(parts(store.clone(), clock)).await.expect("it starts");
    tokio::time::sleep(Duration::from_secs(5)).await;
    for chat in chats {
        assert_eq!(count(&runtime, chat, late).await, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_full_house_refuses_honestly_and_keeps_whom_it_has() {
    let limits = Limits { live: 2, idle: Duration::from_secs(5), ..Limits::default() };
    let parts = Parts { limits, ..parts(Arc::new(Memory::default()), Hand::new()) };
    let runtime = Runtime::start(parts).await.expect("it starts");
    let (one, _two) = (open(&runtime).await, open(&runtime).await);
    assert_eq!(runtime.open("test", Opening::default()).await.err(), Some(Refusal::Busy));
    say(&runtime, one, "a", "hello").await.expect("who is in goes on");
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(runtime.live(), 0);
    say(&runtime, open(&runtime).await, "a", "hello").await.expect("there is room again");
    assert_eq!(runtime.rows(&["bot"], None).await.expect("rows").len(), 3, "the refused one is no chat");
}

#[tokio::test]
async fn a_full_mailbox_refuses_and_what_was_accepted_is_kept() {
    let store = Arc::new(Faulty::default());
    let limits = Limits { mailbox: 2, burst: 1000, ..Limits::default() };
    let parts = Parts { limits, ..parts(store.clone(), Hand::new()) };
    let runtime = Runtime::start(parts).await.expect("it starts");
    let session = open(&runtime).await;
    store.gated.store(true, Ordering::SeqCst);
    let send = |n: u32| {
        let runtime = runtime.clone();
        tokio::spawn(async move { (n, say(&runtime, session, &format!("c{n}"), "hm").await) })
    };
    let sent: Vec<_> = (0..20).map(send).collect();
    while sent.iter().filter(|s| s.is_finished()).count() < 10 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    store.gated.store(false, Ordering::SeqCst);
    store.gate.add_permits(100);
    let mut acked = 0;
    for result in futures_util::future::join_all(sent).await {
        match result.expect("no panic") {
            (_, Ok(_)) => acked += 1,
            (n, Err(refusal)) => assert_eq!(refusal, Refusal::Busy, "{n}"),
        }
    }
    assert!(acked >= 2, "the mailbox holds two");
    assert_eq!(count(&runtime, session, by_customer).await, acked, "acknowledged means kept, refused means not kept");
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_hear_when_they_move_up() {
    let (_, clock, runtime) = faulty().await;
    let _ann = runtime.present(AgentId(1), "Ann", Seat::default());
    let mut waiting = vec![];
    for _ in 0..2 {
        let session = open(&runtime).await;
        runtime.customer(session, "p", Said::Person).await.expect("kept");
        waiting.push(session);
        clock.forward(Duration::from_secs(1));
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let place = async |n: usize| runtime.status(waiting[n]).await.expect("a status").position;
    assert_eq!((place(0).await, place(1).await), (Some(1), Some(2)));
    let mut notices = runtime.watch(waiting[1]);
    runtime.agent(waiting[0], Input::AgentTook { agent: AgentId(1), name: "Ann".into() }).await.expect("taken");
    let told = tokio::time::timeout(Duration::from_secs(5), notices.recv()).await.expect("soon");
    assert!(matches!(told, Ok(Notice::Events { .. })), "{told:?}");
    assert_eq!((place(0).await, place(1).await), (None, Some(1)));
}

/// The process dies, without a word, while the shop is being asked: a new one over the same file asks again.
#[test]
fn a_process_that_dies_between_commit_and_effect_loses_neither() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db");
    let tokio = || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("tokio");
    let begun = |connector: Arc<dyn Connector>| async {
        let store = Arc::new(Sqlite::open(&path).expect("a store"));
        let parts = Parts { connector, ..parts(store, Hand::new()) };
        Runtime::start(parts).await.expect("it starts")
    };
    let first = tokio();
    let session = first.block_on(async {
        let runtime = begun(Arc::new(Hangs)).await;
        let session = open(&runtime).await;
        say(&runtime, session, "a", "where is my order").await.expect("kept");
        say(&runtime, session, "b", "12").await.expect("kept");
        session
    });
    first.shutdown_background();
    tokio().block_on(async {
        let runtime = begun(super::shop(true)).await;
        until(&runtime, session, |w| matches!(w, What::Answered { worked: true, .. })).await;
        assert!(say(&runtime, session, "b", "12").await.expect("kept").duplicate);
        assert_eq!(count(&runtime, session, |w| matches!(w, What::Answered { .. })).await, 1);
    });
}

#[test]
fn channels_of_chats_that_nobody_watches_go_away() {
    let bus = LocalBus::default();
    let session = || SessionId::new(uuid::Uuid::now_v7());
    let watched = session();
    let mut kept = bus.watch(watched);
    for _ in 0..5_000 {
        drop(bus.watch(session()));
    }
    assert!(bus.channels() < 1_000, "{}", bus.channels());
    bus.publish(watched, Notice::Events { upto: 7 });
    assert_eq!(kept.try_recv(), Ok(Notice::Events { upto: 7 }), "who watches is not swept away");
}
