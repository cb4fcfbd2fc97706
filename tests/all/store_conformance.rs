//! What every store must do. Each check runs over each store; the last one runs both side by side.
use super::{TOKEN, commit, said, session};
use crate::support::MORNING;
use proptest::prelude::*;
use rapport::engine::{Effect, Event, File, Session, Timer, What};
use rapport::id::{AgentId, SessionId};
use rapport::language::ast::Priority;
use rapport::runtime::ports::{Commit, DUE, Filed, Pending, Room, Store, StoreError, StoredFile};
use rapport::runtime::view;
use rapport::store::{Memory, Sqlite};
use rapport::time::Millis;
use std::sync::Arc;
use std::time::Duration;

type Any = Arc<dyn Store>;

/// Runs each check over each store.
macro_rules! every_store {
    ($($check:ident)*) => {
        mod memory {
            use super::*;
            $(#[tokio::test] async fn $check() { super::$check(Arc::new(Memory::default())).await; })*
        }
        mod sqlite {
            use super::*;
            $(#[tokio::test] async fn $check() {
                let folder = tempfile::tempdir().expect("a folder");
                super::$check(Arc::new(Sqlite::open(&folder.path().join("a.db")).expect("a store"))).await;
            })*
        }
    };
}

every_store! {
    a_chat_is_its_events_folded
    one_version_has_one_winner
    a_refused_turn_leaves_nothing_behind
    one_bad_turn_harms_no_other
    a_turn_is_found_by_its_name
    a_state_is_parked_where_it_is_the_latest
    pages_begin_and_end_within_turns
    an_effect_is_answered_once
    a_timer_is_kept_until_it_is_done_with
    very_many_timers_come_in_portions
    a_timer_is_claimed_by_one
    what_is_erased_keeps_its_places_and_takes_nothing_in
    lists_keep_those_that_waited_longest
    a_queue_goes_by_priority_and_then_by_time
    a_file_belongs_to_one_chat_and_takes_its_room
}

async fn a_file_belongs_to_one_chat_and_takes_its_room(store: Any) {
    let (own, other) = (begun(&store).await, begun(&store).await);
    let room = Room { files: 3, bytes: 10 };
    let file = |session: SessionId, id: &str, size: u8| {
        let (name, kind) = (format!("{id}.png"), "image/png".to_owned());
        let file = File { id: id.to_owned(), name, kind, size: size.into() };
        StoredFile { session, file, at: MORNING, bytes: vec![size; size.into()] }
    };
    let keep = async |stored: StoredFile| store.keep_file(stored, room).await.expect("an answer");
    assert_eq!(keep(file(own.id, "a", 4)).await, Filed::Kept);
    assert_eq!(keep(file(own.id, "a", 4)).await, Filed::Known, "the same id takes no more room");
    assert_eq!(keep(file(own.id, "b", 7)).await, Filed::Full, "bytes");
    assert_eq!(keep(file(own.id, "b", 6)).await, Filed::Kept, "to the last byte");
    assert_eq!(keep(file(own.id, "a", 4)).await, Filed::Known, "also where nothing else fits");
    assert_eq!(keep(file(other.id, "c", 10)).await, Filed::Kept, "each chat has its own room");
    let third = begun(&store).await;
    for (n, id) in (0..).zip(["a", "b", "c", "d"]) {
        assert_eq!(keep(file(third.id, id, 1)).await == Filed::Kept, n < 3, "{id}");
    }
    let found = async |session: SessionId, id: &str| store.file(session, id).await.expect("read");
    assert_eq!(found(own.id, "a").await, Some(file(own.id, "a", 4)));
    assert_eq!(found(other.id, "a").await, None, "another chat's");
    assert_eq!(found(own.id, "c").await, None);
    assert_eq!(found(SessionId::new(uuid::Uuid::now_v7()), "a").await, None);
    let nobody = SessionId::new(uuid::Uuid::now_v7());
    assert!(store.keep_file(file(nobody, "a", 1), room).await.is_err(), "there is no such chat");
}

async fn begun(store: &Any) -> Session {
    let session = session();
    store.create(&session, TOKEN).await.expect("created");
    session
}

/// A turn in which the customer said something.
fn turn(session: &mut Session, cid: &str) -> Commit {
    let event = said(session, cid, "hello");
    commit(session, event)
}

async fn state(store: &Any, id: SessionId) -> Session {
    store.load(id).await.expect("read").expect("there").session
}

async fn a_chat_is_its_events_folded(store: Any) {
    let mut session = begun(&store).await;
    assert!(store.create(&session, TOKEN).await.is_err(), "an id is given once");
    for n in 1..=7 {
        let mut turn = turn(&mut session, &format!("c{n}"));
        turn.snapshot = (n == 4).then(|| Box::new(session.clone()));
        store.commit(turn).await.expect("kept");
    }
    let loaded = store.load(session.id).await.expect("read").expect("there");
    assert_eq!((&loaded.session, loaded.token, loaded.snapshot_at), (&session, TOKEN, 4));
    let seqs = async |after, limit| -> Vec<u64> {
        store.events(session.id, after, limit).await.expect("read").iter().map(|e| e.seq).collect()
    };
    assert_eq!(seqs(2, 3).await, [3, 4, 5]);
    assert_eq!(seqs(7, 3).await, [0_u64; 0]);
    assert_eq!(store.heard(session.id, "c3").await.expect("read").map(|h| h.seq), Some(3));
    assert_eq!(store.heard(session.id, "other").await.expect("read"), None);
    let nobody = SessionId::new(uuid::Uuid::now_v7());
    assert!(store.load(nobody).await.expect("read").is_none());
    assert_eq!(store.heard(nobody, "c3").await.expect("read"), None, "client ids belong to one chat");
    assert_eq!(store.epoch().await.expect("read"), store.epoch().await.expect("read"));
}

async fn one_version_has_one_winner(store: Any) {
    let session = begun(&store).await;
    let turns = (0..8).map(|n| store.commit(turn(&mut session.clone(), &format!("c{n}"))));
    let results = futures_util::future::join_all(turns).await;
    assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 1, "{results:?}");
    assert_eq!(results.iter().filter(|r| matches!(r, Err(StoreError::Conflict))).count(), 7, "{results:?}");
    assert_eq!(state(&store, session.id).await.seq, 1);
    let unknown = store.commit(turn(&mut super::session(), "a")).await;
    assert!(matches!(unknown, Err(StoreError::Conflict)), "{unknown:?}");
}

/// Turns that must not be kept; each also holds things that could be.
fn refused(before: &Session) -> Vec<Commit> {
    let of = |change: &dyn Fn(&mut Commit)| {
        let mut turn = turn(&mut before.clone(), "new");
        turn.set_timers.push((Timer::Quiet, MORNING));
        turn.outbox.push(queued(before.id, 2));
        turn.snapshot = Some(Box::new(Session { last_message: "wrong".into(), ..before.clone() }));
        change(&mut turn);
        turn
    };
    let twice = |t: &mut Commit| {
        let next = Event { seq: t.after + 2, ..said(before, "new", "again") };
        t.events.push(next);
    };
    vec![
        of(&|t| t.events = vec![said(before, "old", "a client id that is taken")]),
        of(&twice),
        of(&|t| t.events.iter_mut().for_each(|e| e.seq += 1)),
        of(&|t| t.finished = Some((77, 0))),
        of(&|t| t.outbox.push(queued(before.id, 2))),
    ]
}

async fn a_turn_is_found_by_its_name(store: Any) {
    let mut session = begun(&store).await;
    let (first, other) = (turn(&mut session.clone(), "a"), turn(&mut session.clone(), "b"));
    let kept = async |t: &Commit| store.is_kept(t.session, t.after, t.turn).await.expect("read");
    assert!(!kept(&first).await, "before");
    store.commit(first.clone()).await.expect("kept");
    store.commit(other.clone()).await.expect_err("too late");
    assert!(kept(&first).await && !kept(&other).await, "the same place, another turn");
    session.apply(&first.events[0]);
    let next = turn(&mut session, "c");
    store.commit(next.clone()).await.expect("kept");
    assert!(kept(&first).await && kept(&next).await, "also later");
    let elsewhere = Commit { session: super::session().id, ..first };
    assert!(!kept(&elsewhere).await, "another chat");
}

async fn a_state_is_parked_where_it_is_the_latest(store: Any) {
    let mut session = begun(&store).await;
    for cid in ["a", "b"] {
        store.commit(turn(&mut session, cid)).await.expect("kept");
    }
    let old = session.clone();
    store.commit(turn(&mut session, "c")).await.expect("kept");
    let at = async || store.load(session.id).await.expect("read").expect("there").snapshot_at;
    store.park(&old).await.expect("asked");
    assert_eq!(at().await, 0, "the chat went on since");
    store.park(&session).await.expect("kept");
    assert_eq!(at().await, 3);
    assert_eq!(state(&store, session.id).await, session);
    store.park(&super::session()).await.expect("nobody's");
}

async fn pages_begin_and_end_within_turns(store: Any) {
    let mut session = begun(&store).await;
    for n in 0..4 {
        let mut long = turn(&mut session, &format!("c{n}"));
        for text in ["one", "two"] {
            let event = said(&session, &format!("{text}{n}"), text);
            session.apply(&event);
            long.events.push(event);
        }
        long.row = view::row(&session);
        store.commit(long).await.expect("kept");
    }
    for after in 0..13_u64 {
        for limit in 0..7_usize {
            let page = store.events(session.id, after, limit).await.expect("a page");
            let seqs: Vec<u64> = page.iter().map(|e| e.seq).collect();
            let expected: Vec<u64> = (after + 1..=12).take(limit).collect();
            assert_eq!(seqs, expected, "after {after}, at most {limit}");
        }
    }
    assert_eq!(state(&store, session.id).await, session);
}

fn queued(session: SessionId, seq: u64) -> Pending {
    let effect = Effect::Queue { team: "general".into(), priority: Priority::Normal };
    Pending { session, seq, n: 0, effect }
}

async fn a_refused_turn_leaves_nothing_behind(store: Any) {
    let mut session = begun(&store).await;
    store.commit(turn(&mut session, "old")).await.expect("kept");
    for (n, turn) in refused(&session).into_iter().enumerate() {
        assert!(store.commit(turn).await.is_err(), "turn {n}");
        assert_eq!(state(&store, session.id).await, session, "turn {n}");
        assert!(store.pending().await.expect("read").is_empty(), "turn {n}");
        assert!(store.due(MORNING).await.expect("read").now.is_empty(), "turn {n}");
        assert_eq!(store.heard(session.id, "new").await.expect("read"), None, "turn {n}");
    }
    store.commit(turn(&mut session, "new")).await.expect("the next one is kept");
}

async fn one_bad_turn_harms_no_other(store: Any) {
    let mut bad = begun(&store).await;
    store.commit(turn(&mut bad, "old")).await.expect("kept");
    let mut turns = vec![];
    for n in 0..60 {
        let mut good = begun(&store).await;
        turns.push((true, turn(&mut good, "a")));
        if n % 7 == 0 {
            turns.extend(refused(&bad).into_iter().map(|t| (false, t)));
        }
    }
    let store = &store;
    let all = turns.into_iter().map(|(good, turn)| async move { (good, turn.session, store.commit(turn).await) });
    for (good, id, result) in futures_util::future::join_all(all).await {
        assert_eq!(result.is_ok(), good, "{result:?}");
        assert_eq!(state(store, id).await.seq, 1);
    }
}

async fn an_effect_is_answered_once(store: Any) {
    let mut session = begun(&store).await;
    let mut first = turn(&mut session, "a");
    first.outbox.push(queued(session.id, 1));
    store.commit(first).await.expect("kept");
    assert_eq!(store.pending().await.expect("read"), [queued(session.id, 1)]);
    let answers = |cid| Commit { finished: Some((1, 0)), ..turn(&mut session.clone(), cid) };
    let once = Commit { events: vec![], row: view::row(&session), ..answers("b") };
    store.commit(once).await.expect("an answer may cause no event");
    let again = store.commit(answers("c")).await;
    assert!(matches!(again, Err(StoreError::Answered)), "{again:?}");
    assert!(store.pending().await.expect("read").is_empty());
    assert_eq!(state(&store, session.id).await, session);
    let mut second = turn(&mut session, "d");
    second.outbox.push(queued(session.id, 2));
    store.commit(second).await.expect("kept");
    store.finish(&queued(session.id, 2)).await.expect("ticked off");
    assert!(store.pending().await.expect("read").is_empty());
}

async fn a_timer_is_kept_until_it_is_done_with(store: Any) {
    let mut session = begun(&store).await;
    let id = session.id;
    let (soon, late) = (MORNING + Duration::from_secs(60), MORNING + Duration::from_secs(600));
    let promise = Timer::Promise { name: "call".into() };
    let mut set = turn(&mut session, "a");
    set.set_timers = vec![(Timer::Quiet, soon), (promise.clone(), late)];
    store.commit(set).await.expect("kept");
    let due = async |at| store.due(at).await.expect("read");
    assert_eq!((due(MORNING).await.now, due(MORNING).await.next), (vec![], Some(soon)));
    assert_eq!((due(soon).await.now, due(soon).await.next), (vec![(id, Timer::Quiet)], Some(late)));
    // Fired and set again by the same turn: the later time holds, and whoever still has the old one cannot drop it.
    let mut again = turn(&mut session, "b");
    again.cancelled = vec![Timer::Quiet];
    again.set_timers = vec![(Timer::Quiet, late)];
    store.commit(again).await.expect("kept");
    store.drop_timer(id, Timer::Quiet, soon).await.expect("asked");
    store.postpone(id, Timer::Quiet, soon, MORNING).await.expect("asked");
    assert_eq!(due(late).await.now.len(), 2);
    let later = late + Duration::from_secs(1);
    store.postpone(id, promise.clone(), late, later).await.expect("postponed");
    assert_eq!((due(late).await.now, due(late).await.next), (vec![(id, Timer::Quiet)], Some(later)));
    store.drop_timer(id, Timer::Quiet, late).await.expect("dropped");
    let mut cancel = turn(&mut session, "c");
    cancel.cancelled = vec![promise];
    store.commit(cancel).await.expect("kept");
    let end = due(Millis(i64::MAX)).await;
    assert_eq!((end.now, end.next), (vec![], None));
}

async fn very_many_timers_come_in_portions(store: Any) {
    let mut session = begun(&store).await;
    let timer = |n: usize| (Timer::Promise { name: n.to_string() }, MORNING);
    let mut set = turn(&mut session, "a");
    set.set_timers = (0..DUE + 5).map(timer).collect();
    store.commit(set).await.expect("kept");
    let first = store.due(MORNING).await.expect("read");
    assert_eq!((first.now.len(), first.next), (DUE, Some(MORNING)), "the rest is due as well, and it is told");
    for (id, timer) in first.now {
        store.drop_timer(id, timer, MORNING).await.expect("dropped");
    }
    let rest = store.due(MORNING).await.expect("read");
    assert_eq!((rest.now.len(), rest.next), (5, None));
}

async fn a_timer_is_claimed_by_one(store: Any) {
    let mut session = begun(&store).await;
    let timer = |n: usize| Timer::Promise { name: n.to_string() };
    let (later, lease) = (MORNING + Duration::from_secs(600), Duration::from_secs(60));
    let mut set = turn(&mut session, "a");
    set.set_timers = (0..5).map(|n| (timer(n), MORNING)).chain([(timer(9), later)]).collect();
    store.commit(set).await.expect("kept");
    let claim = async |at: Millis| store.claim(at, at + lease).await.expect("claimed");
    let both = futures_util::future::join_all([claim(MORNING), claim(MORNING)]).await;
    assert_eq!(both.iter().map(|d| d.now.len()).sum::<usize>(), 5, "each is claimed once: {both:?}");
    let until = MORNING + lease;
    assert_eq!(claim(MORNING).await, rapport::runtime::ports::Due { now: vec![], next: Some(until) });
    // Fired and set anew, put off, forgotten; the other two were claimed by somebody who died.
    let mut fired = turn(&mut session, "b");
    fired.cancelled = vec![timer(0)];
    fired.set_timers = vec![(timer(0), MORNING)];
    store.commit(fired).await.expect("kept");
    store.postpone(session.id, timer(1), MORNING, MORNING + Duration::from_secs(5)).await.expect("put off");
    store.drop_timer(session.id, timer(2), MORNING).await.expect("dropped");
    let soon = MORNING + Duration::from_secs(10);
    let free = claim(soon).await;
    assert_eq!(free.now, [(session.id, timer(0)), (session.id, timer(1))], "who sets it anew frees it");
    assert_eq!(free.next, Some(until));
    assert_eq!(claim(until).await.now.len(), 2, "a claim ends");
    assert_eq!(store.due(MORNING).await.expect("read").now.len(), 3, "a claimed timer is still there");
}

async fn what_is_erased_keeps_its_places_and_takes_nothing_in(store: Any) {
    let (mut session, mut other) = (begun(&store).await, begun(&store).await);
    for chat in [&mut session, &mut other] {
        let mut full = turn(chat, "a");
        full.outbox.push(queued(chat.id, 1));
        full.set_timers.push((Timer::Quiet, MORNING));
        store.commit(full).await.expect("kept");
        let waiting = Event { seq: 2, at: MORNING, what: waits("a", Priority::High) };
        store.commit(commit(chat, waiting)).await.expect("kept");
    }
    store.bind("test", "maya", session.id, true).await.expect("bound");
    let file = File { id: "f".into(), name: "me.png".into(), kind: "image/png".into(), size: 3 };
    let file = StoredFile { session: session.id, file, at: MORNING, bytes: vec![1, 2, 3] };
    let room = Room { files: 9, bytes: 99 };
    store.keep_file(file.clone(), room).await.expect("kept");
    assert!(store.erase(session.id).await.expect("erased"));
    assert!(store.load(session.id).await.expect("read").is_none(), "nobody comes in");
    let left = store.events(session.id, 0, 9).await.expect("read");
    let customer = Some(rapport::engine::Speaker::Customer);
    assert_eq!(left.iter().map(|e| e.seq).collect::<Vec<_>>(), [1, 2]);
    assert_eq!([&left[0].what, &left[1].what], [&What::Erased { from: customer }, &What::Erased { from: None }]);
    assert!(store.heard(session.id, "a").await.expect("read").is_none());
    assert!(store.file(session.id, "f").await.expect("read").is_none());
    assert_eq!(store.known_as("test", "maya").await.expect("read"), None);
    assert_eq!(store.pending().await.expect("read"), [queued(other.id, 1)]);
    assert_eq!(store.due(MORNING).await.expect("read").now, [(other.id, Timer::Quiet)]);
    assert_eq!(store.queue("a", 9).await.expect("read"), [other.id]);
    assert_eq!(store.rows(&["bot", "waiting", "agent", "resolved"], None, 9).await.expect("read").len(), 1);
    // Who still has it in memory cannot write it back.
    let late = store.commit(turn(&mut session.clone(), "b")).await;
    assert!(matches!(late, Err(StoreError::Conflict)), "{late:?}");
    store.park(&session).await.expect("asked");
    assert!(store.load(session.id).await.expect("read").is_none());
    assert!(store.keep_file(file, room).await.is_err());
    assert!(!store.erase(SessionId::new(uuid::Uuid::now_v7())).await.expect("asked"), "there is no such chat");
    assert_eq!(state(&store, other.id).await, other, "no other chat is touched");
}

/// A chat that waits, or was ended, since some minute.
async fn stands(store: &Any, what: What, minute: u64) -> SessionId {
    let mut session = begun(store).await;
    let event = Event { seq: 1, at: MORNING + Duration::from_secs(60 * minute), what };
    store.commit(commit(&mut session, event)).await.expect("kept");
    session.id
}

fn waits(team: &str, priority: Priority) -> What {
    What::Waiting { team: team.into(), priority, why: String::new(), summary: String::new() }
}

async fn lists_keep_those_that_waited_longest(store: Any) {
    begun(&store).await;
    let mut waiting = vec![];
    let mut taken = vec![];
    for n in [3, 1, 2, 4] {
        waiting.push((n, stands(&store, waits("a", Priority::Normal), n).await));
        let agent = AgentId(i64::try_from(n % 2).expect("small"));
        taken.push((n, stands(&store, What::Joined { agent, name: "Ann".into() }, n).await));
    }
    let mut over = vec![];
    for n in [3, 1, 2, 4] {
        let by = rapport::engine::Speaker::Customer;
        over.push((n, stands(&store, What::Resolved { by }, n).await));
    }
    let rows = async |states: &[&str], agent, limit| -> Vec<SessionId> {
        store.rows(states, agent, limit).await.expect("read").iter().map(|r| r.session).collect()
    };
    let sorted = |mut all: Vec<(u64, SessionId)>, keep: std::ops::Range<usize>| -> Vec<SessionId> {
        all.sort_unstable();
        all[keep].iter().map(|(_, id)| *id).collect()
    };
    assert_eq!(rows(&["waiting"], None, 3).await, sorted(waiting.clone(), 0..3), "who waited longest is shown");
    assert_eq!(rows(&["resolved"], None, 3).await, sorted(over, 1..4), "the latest that ended");
    assert_eq!(rows(&["bot"], None, 9).await, [], "a chat without its first turn is none");
    let odd: Vec<_> = taken.iter().copied().filter(|(n, _)| n % 2 == 1).collect();
    assert_eq!(rows(&["agent"], Some(AgentId(1)), 9).await, sorted(odd, 0..2));
    let both = rows(&["waiting", "agent"], None, 9).await;
    assert_eq!(both, sorted([waiting, taken].concat(), 0..8), "several states make one list");
}

async fn a_queue_goes_by_priority_and_then_by_time(store: Any) {
    let late = stands(&store, waits("a", Priority::Normal), 2).await;
    let early = stands(&store, waits("a", Priority::Normal), 1).await;
    let urgent = stands(&store, waits("a", Priority::Urgent), 3).await;
    let low = stands(&store, waits("a", Priority::Low), 0).await;
    let other = stands(&store, waits("b", Priority::Normal), 0).await;
    let bot = begun(&store).await.id;
    assert_eq!(store.queue("a", 9).await.expect("read"), [urgent, early, late, low]);
    assert_eq!(store.queue("a", 2).await.expect("read"), [urgent, early]);
    let expected =
        [(urgent, Some(1)), (early, Some(2)), (late, Some(3)), (low, Some(4)), (other, Some(1)), (bot, None)];
    for (id, place) in expected {
        assert_eq!(store.position(id).await.expect("read"), place);
    }
}

/// Something that may be done to one of three chats.
#[derive(Clone, Debug)]
struct Step {
    chat: usize,
    behind: bool,
    cid: u8,
    kind: u8,
    snapshot: bool,
    finished: Option<u64>,
}

fn step() -> impl Strategy<Value = Step> {
    let finished = prop::option::weighted(0.3, 1..6_u64);
    (0..3_usize, prop::bool::weighted(0.1), 0..12_u8, 0..6_u8, any::<bool>(), finished)
        .prop_map(|(chat, behind, cid, kind, snapshot, finished)| Step { chat, behind, cid, kind, snapshot, finished })
}

/// The turn of a step, upon the state that the store has.
fn made(session: &Session, step: &Step) -> (Session, Commit) {
    let mut next = session.clone();
    let mut turn = turn(&mut next, &format!("c{}", step.cid));
    let due = MORNING + Duration::from_secs(u64::from(step.cid));
    match step.kind {
        0 => turn.outbox.push(queued(session.id, next.seq)),
        1 => turn.set_timers.push((Timer::Quiet, due)),
        2 => turn.cancelled.push(Timer::Quiet),
        3 => {
            let event = Event { seq: next.seq + 1, at: due, what: waits("a", Priority::High) };
            next.apply(&event);
            turn.events.push(event);
            turn.row = view::row(&next);
        }
        _ => {}
    }
    turn.finished = step.finished.map(|seq| (seq, 0));
    turn.snapshot = step.snapshot.then(|| Box::new(next.clone()));
    turn.after -= u64::from(step.behind && turn.after > 0);
    (next, turn)
}

/// All that can be seen of a store.
async fn seen(store: &Any, chats: &[Session]) -> String {
    let mut all = String::new();
    for chat in chats {
        let loaded = store.load(chat.id).await.expect("read");
        let events = store.events(chat.id, 0, 999).await.expect("read");
        let heard = store.heard(chat.id, "c3").await.expect("read");
        let place = store.position(chat.id).await.expect("read");
        all += &format!("{loaded:?} {events:?} {heard:?} {place:?}\n");
    }
    let due = store.due(MORNING + Duration::from_secs(6)).await.expect("read");
    let rows = store.rows(&["bot", "waiting"], None, 2).await.expect("read");
    let (pending, queue) = (store.pending().await.expect("read"), store.queue("a", 2).await.expect("read"));
    format!("{all}{due:?} {rows:?} {pending:?} {queue:?}")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    /// Two stores that were written independently of each other agree about everything.
    #[test]
    fn both_stores_do_the_same(steps in prop::collection::vec(step(), 1..30)) {
        let tokio = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        tokio.block_on(async {
            let folder = tempfile::tempdir().expect("a folder");
            let sqlite: Any = Arc::new(Sqlite::open(&folder.path().join("a.db")).expect("a store"));
            let memory: Any = Arc::new(Memory::default());
            let mut chats = [session(), session(), session()];
            for chat in &chats {
                sqlite.create(chat, TOKEN).await.expect("created");
                memory.create(chat, TOKEN).await.expect("created");
            }
            for step in &steps {
                let (next, turn) = made(&chats[step.chat], step);
                let results = (sqlite.commit(turn.clone()).await, memory.commit(turn).await);
                match &results {
                    (Ok(()), Ok(())) => chats[step.chat] = next,
                    (Err(one), Err(two)) => {
                        assert_eq!(std::mem::discriminant(one), std::mem::discriminant(two), "{step:?}: {results:?}");
                    }
                    _ => panic!("{step:?}: {results:?}"),
                }
                assert_eq!(seen(&sqlite, &chats).await, seen(&memory, &chats).await, "after {step:?}");
            }
        });
    }
}
