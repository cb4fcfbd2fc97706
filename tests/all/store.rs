//! The store of one file: what it must do beyond what every store does (store_conformance.rs).
#[path = "store_conformance.rs"]
mod conformance;
#[path = "store_people.rs"]
mod people;

use crate::support::MORNING;
use rapport::engine::{Effect, Event, Session, Speaker, Timer, What};
use rapport::id::{SessionId, TurnId};
use rapport::language::ast::Priority;
use rapport::runtime::ports::{Commit, Hash, Pending, Store, StoreError};
use rapport::runtime::view;
use rapport::store::Sqlite;
use rapport::time::Millis;
use std::time::Duration;
use tempfile::TempDir;

const TOKEN: Hash = [7; 32];

struct Kept {
    folder: TempDir,
    store: Sqlite,
}

fn store() -> Kept {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Sqlite::open(&folder.path().join("a.db")).expect("a store");
    Kept { folder, store }
}

impl Kept {
    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("a.db")
    }

    fn again(self) -> Self {
        let path = self.path();
        drop(self.store);
        Self { store: Sqlite::open(&path).expect("the same store"), folder: self.folder }
    }
}

fn session() -> Session {
    Session::new(SessionId::new(uuid::Uuid::now_v7()), "test", MORNING)
}

fn said(session: &Session, cid: &str, text: &str) -> Event {
    let (text, cid) = (text.to_owned(), Some(cid.to_owned()));
    let what = What::message(Speaker::Customer, text, cid);
    Event { seq: session.seq + 1, at: MORNING, what }
}

/// A turn of one event.
pub fn commit(session: &mut Session, event: Event) -> Commit {
    let after = session.seq;
    session.apply(&event);
    Commit {
        session: session.id,
        turn: TurnId::new(uuid::Uuid::now_v7()),
        after,
        events: vec![event],
        outbox: vec![],
        set_timers: vec![],
        cancelled: vec![],
        finished: None,
        letters: vec![],
        snapshot: None,
        row: view::row(session),
    }
}

#[tokio::test]
async fn what_was_committed_is_there_after_opening_the_file_again() {
    let kept = store();
    let mut session = session();
    kept.store.create(&session, TOKEN).await.expect("created");
    let epoch = kept.store.epoch().await.expect("an epoch");
    for n in 0..30 {
        let event = said(&session, &format!("c{n}"), "hello");
        let mut commit = commit(&mut session, event);
        if n == 20 {
            commit.snapshot = Some(Box::new(session.clone()));
        }
        kept.store.commit(commit).await.expect("kept");
    }
    let kept = kept.again();
    let loaded = kept.store.load(session.id).await.expect("loaded").expect("there");
    assert_eq!(loaded.session, session);
    assert_eq!(loaded.token, TOKEN);
    assert_eq!(kept.store.epoch().await.expect("an epoch"), epoch);
    let page = kept.store.events(session.id, 27, 2).await.expect("a page");
    assert_eq!(page.iter().map(|e| e.seq).collect::<Vec<_>>(), [28, 29]);
    let heard = kept.store.heard(session.id, "c3").await.expect("read").expect("heard");
    assert_eq!(heard.seq, 4);
}

#[tokio::test]
async fn one_version_has_one_winner() {
    let kept = store();
    let mut session = session();
    kept.store.create(&session, TOKEN).await.expect("created");
    let mut other = session.clone();
    let event = said(&session, "a", "first");
    kept.store.commit(commit(&mut session, event)).await.expect("kept");
    let event = said(&other, "b", "second");
    let lost = kept.store.commit(commit(&mut other, event)).await;
    assert!(matches!(lost, Err(StoreError::Conflict)), "{lost:?}");
    assert_eq!(kept.store.load(session.id).await.expect("loaded").expect("there").session, session);
}

#[tokio::test]
async fn a_turn_is_kept_wholly_or_not_at_all_and_harms_no_other() {
    let kept = store();
    let (mut bad, mut good) = (session(), session());
    kept.store.create(&bad, TOKEN).await.expect("created");
    kept.store.create(&good, TOKEN).await.expect("created");
    let event = said(&bad, "same", "one");
    kept.store.commit(commit(&mut bad, event)).await.expect("kept");
    // The second entry takes a client id that is taken: the first entry and the timer must go with it.
    let before = bad.clone();
    let first = said(&bad, "new", "two");
    let mut broken = commit(&mut bad, first);
    let second = said(&bad, "same", "three");
    bad.apply(&second);
    broken.events.push(second);
    broken.set_timers.push((Timer::Quiet, MORNING));
    let event = said(&good, "a", "hello");
    let (lost, won) = tokio::join!(kept.store.commit(broken), kept.store.commit(commit(&mut good, event)));
    assert!(matches!(lost, Err(StoreError::Broken(_))), "{lost:?}");
    won.expect("the other turn is kept");
    assert_eq!(kept.store.load(before.id).await.expect("loaded").expect("there").session, before);
    assert!(kept.store.due(MORNING).await.expect("read").now.is_empty());
}

#[tokio::test]
async fn a_damaged_snapshot_is_rebuilt_from_the_journal() {
    let kept = store();
    let mut session = session();
    kept.store.create(&session, TOKEN).await.expect("created");
    for n in 0..3 {
        let event = said(&session, &format!("c{n}"), "hello");
        let mut commit = commit(&mut session, event);
        commit.snapshot = Some(Box::new(session.clone()));
        kept.store.commit(commit).await.expect("kept");
    }
    let direct = rusqlite::Connection::open(kept.path()).expect("the file");
    direct.execute("UPDATE sessions SET snapshot = replace(snapshot, 'hello', 'hullo')", []).expect("damaged");
    let kept = kept.again();
    assert_eq!(kept.store.load(session.id).await.expect("loaded").expect("there").session, session);
}

#[tokio::test]
async fn effects_wait_until_they_are_finished_and_timers_until_they_are_due() {
    let kept = store();
    let mut session = session();
    kept.store.create(&session, TOKEN).await.expect("created");
    let effect = Effect::Queue { team: "general".into(), priority: Priority::Normal };
    let pending = Pending { session: session.id, seq: 1, n: 0, effect };
    let event = said(&session, "a", "hello");
    let mut first = commit(&mut session, event);
    first.outbox.push(pending.clone());
    let due = MORNING + Duration::from_secs(60);
    first.set_timers.push((Timer::Quiet, due));
    kept.store.commit(first).await.expect("kept");
    let kept = kept.again();
    assert_eq!(kept.store.pending().await.expect("read"), [pending]);
    assert_eq!(kept.store.due(MORNING).await.expect("read").next, Some(due));
    assert_eq!(kept.store.due(due).await.expect("read").now, [(session.id, Timer::Quiet)]);
    let event = said(&session, "b", "again");
    let mut second = commit(&mut session, event);
    second.finished = Some((1, 0));
    second.cancelled.push(Timer::Quiet);
    kept.store.commit(second).await.expect("kept");
    assert!(kept.store.pending().await.expect("read").is_empty());
    assert!(kept.store.due(Millis(i64::MAX)).await.expect("read").now.is_empty());
}

#[test]
fn a_file_of_a_later_version_or_no_database_is_refused_in_words() {
    let kept = store();
    let direct = rusqlite::Connection::open(kept.path()).expect("the file");
    direct.pragma_update(None, "user_version", 99).expect("set");
    let problem = Sqlite::open(&kept.path()).expect_err("refused").to_string();
    assert!(problem.contains("later version"), "{problem}");
    let other = kept.folder.path().join("b.db");
    std::fs::write(&other, "this is a shopping list, and a long one at that").expect("written");
    let problem = Sqlite::open(&other).expect_err("refused").to_string();
    assert!(problem.contains("cannot be used as a database"), "{problem}");
}

#[tokio::test]
async fn nothing_is_written_while_another_program_has_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db");
    let store = Sqlite::open_with(&path, Duration::from_millis(30)).expect("a store");
    let mut session = session();
    store.create(&session, TOKEN).await.expect("created");
    let before = session.clone();
    let other = rusqlite::Connection::open(&path).expect("the file");
    other.execute_batch("BEGIN IMMEDIATE").expect("locked");
    let event = said(&session, "a", "hello");
    let first = commit(&mut session, event);
    let lost = store.commit(first.clone()).await;
    assert!(matches!(lost, Err(StoreError::Broken(_))), "{lost:?}");
    let loaded = store.load(before.id).await.expect("reading goes on").expect("there");
    assert_eq!(loaded.session, before);
    other.execute_batch("ROLLBACK").expect("unlocked");
    assert_eq!(store.load(before.id).await.expect("loaded").expect("there").session, before, "no false refusal");
    store.commit(first).await.expect("kept, now that the file is free");
}

#[tokio::test]
async fn a_file_of_the_first_version_is_brought_up_to_date() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db");
    let first = include_str!("../../src/store/migrations/001_chats.sql");
    let direct = rusqlite::Connection::open(&path).expect("a file");
    direct.execute_batch(first).expect("the first version");
    direct.pragma_update(None, "user_version", 1).expect("set");
    let chats = [(session(), "normal"), (session(), "urgent")];
    for (chat, priority) in &chats {
        let mut row = serde_json::to_value(view::row(chat)).expect("a row");
        row["state"] = "waiting".into();
        row["team"] = "orders".into();
        row["priority"] = (*priority).into();
        let sql = "INSERT INTO sessions (id, bot, token, created, seq, state, since, updated, row)
                   VALUES (?1, 'test', ?2, 1, 1, 'waiting', 1, 1, ?3)";
        direct.execute(sql, rusqlite::params![chat.id.as_bytes(), TOKEN, row.to_string()]).expect("a chat");
        let body = serde_json::to_string(&said(chat, "a", "hello")).expect("an entry");
        let sql = "INSERT INTO events (session, seq, body) VALUES (?1, 1, ?2)";
        direct.execute(sql, rusqlite::params![chat.id.as_bytes(), body]).expect("an entry");
    }
    drop(direct);
    let store = Sqlite::open(&path).expect("brought up to date");
    let [(normal, _), (urgent, _)] = chats;
    assert_eq!(store.queue("orders", 10).await.expect("read"), [urgent.id, normal.id]);
    assert_eq!(store.position(normal.id).await.expect("read"), Some(2));
    assert_eq!(store.events(normal.id, 0, 9).await.expect("read"), [said(&normal, "a", "hello")]);
    let mut loaded = store.load(normal.id).await.expect("unharmed").expect("there").session;
    let event = said(&loaded, "b", "and on");
    store.commit(commit(&mut loaded, event)).await.expect("it goes on");
}

#[tokio::test]
async fn a_journal_with_a_hole_is_told_and_not_written_over() {
    let kept = store();
    let mut session = session();
    kept.store.create(&session, TOKEN).await.expect("created");
    for n in 0..3 {
        let event = said(&session, &format!("c{n}"), "hello");
        kept.store.commit(commit(&mut session, event)).await.expect("kept");
    }
    let direct = rusqlite::Connection::open(kept.path()).expect("the file");
    direct.execute("DELETE FROM turns WHERE first = 2", []).expect("damaged");
    let problem = kept.store.load(session.id).await.expect_err("told").to_string();
    assert!(problem.contains("entry 2 of chat"), "{problem}");
}

/// Changes the file behind the store's back.
fn damaged(kept: &Kept, sql: &str) {
    let direct = rusqlite::Connection::open(kept.path()).expect("the file");
    assert_eq!(direct.execute(sql, []).expect("damaged"), 1, "{sql}");
}

#[tokio::test]
async fn a_damaged_turn_keeps_its_places_and_no_chat_goes_on_upon_it() {
    let kept = store();
    let (mut session, mut lucky) = (session(), session());
    for chat in [&mut session, &mut lucky] {
        kept.store.create(chat, TOKEN).await.expect("created");
        for n in 0..3 {
            let event = said(chat, &format!("c{n}"), "hello");
            kept.store.commit(commit(chat, event)).await.expect("kept");
        }
    }
    kept.store.park(&lucky).await.expect("kept");
    for chat in [&session, &lucky] {
        let sql = "UPDATE turns SET body = replace(body, 'hello', 'hullo') WHERE first = 2 AND hex(session) = ";
        damaged(&kept, &format!("{sql} '{}'", chat.id.to_string().replace('-', "").to_uppercase()));
        let page = kept.store.events(chat.id, 0, 9).await.expect("a page");
        assert_eq!(page.iter().map(|e| e.seq).collect::<Vec<_>>(), [1, 2, 3]);
        assert!(matches!(page[1].what, What::Erased { .. }), "{page:?}");
    }
    let problem = kept.store.load(session.id).await.expect_err("told");
    assert!(matches!(&problem, StoreError::Damaged(p) if p.contains("place 2")), "{problem}");
    let loaded = kept.store.load(lucky.id).await.expect("its whole state is there").expect("there").session;
    assert_eq!(loaded, lucky);
    let event = said(&lucky, "c3", "and on");
    kept.store.commit(commit(&mut lucky, event)).await.expect("it goes on");
}

#[tokio::test]
async fn a_damaged_row_hides_no_other_and_the_next_turn_makes_it_anew() {
    let kept = store();
    let mut chats = [session(), session()];
    for chat in &mut chats {
        kept.store.create(chat, TOKEN).await.expect("created");
        let event = said(chat, "a", "hello");
        kept.store.commit(commit(chat, event)).await.expect("kept");
    }
    let rows = async || kept.store.rows(&["bot"], None, 9).await.expect("a list").len();
    assert_eq!(rows().await, 2);
    let id = chats[0].id.to_string().replace('-', "").to_uppercase();
    damaged(&kept, &format!("UPDATE sessions SET row = substr(row, 1, 20), seq = 77 WHERE hex(id) = '{id}'"));
    assert_eq!(rows().await, 1);
    let event = said(&chats[0], "b", "and on");
    kept.store.commit(commit(&mut chats[0], event)).await.expect("kept");
    assert_eq!(rows().await, 2);
}

#[tokio::test]
async fn a_state_from_beyond_the_journal_is_not_gone_on_with() {
    let kept = store();
    let mut session = session();
    kept.store.create(&session, TOKEN).await.expect("created");
    for n in 0..3 {
        let event = said(&session, &format!("c{n}"), "hello");
        kept.store.commit(commit(&mut session, event)).await.expect("kept");
    }
    kept.store.park(&session).await.expect("kept");
    damaged(&kept, "DELETE FROM turns WHERE first = 3");
    let problem = kept.store.load(session.id).await.expect_err("told");
    assert!(matches!(&problem, StoreError::Damaged(p) if p.contains("ends at 2")), "{problem}");
}

/// The bytes of the database and of its log.
fn bytes(kept: &Kept) -> Vec<u8> {
    let files = std::fs::read_dir(kept.folder.path()).expect("the folder");
    files.flat_map(|f| std::fs::read(f.expect("a file").path()).expect("read")).collect()
}

#[tokio::test]
async fn what_is_erased_is_nowhere_in_the_file() {
    let kept = store();
    let mut session = session();
    kept.store.create(&session, TOKEN).await.expect("created");
    for n in 0..40 {
        let event = said(&session, &format!("c{n}"), &format!("marzipan {n} {}", "and so on ".repeat(200)));
        let mut commit = commit(&mut session, event);
        commit.snapshot = (n % 3 == 0).then(|| Box::new(session.clone()));
        kept.store.commit(commit).await.expect("kept");
    }
    let holds = |kept: &Kept| bytes(kept).windows(8).any(|w| w == b"marzipan");
    assert!(holds(&kept));
    assert!(kept.store.erase(session.id).await.expect("erased"));
    assert!(!holds(&kept), "what was said is still in the file");
    assert_eq!(kept.store.events(session.id, 0, 99).await.expect("read").len(), 40);
}

#[tokio::test]
async fn a_snapshot_of_another_version_is_rebuilt_from_the_journal() {
    let kept = store();
    let mut session = session();
    kept.store.create(&session, TOKEN).await.expect("created");
    let event = said(&session, "a", "hello");
    let mut first = commit(&mut session, event);
    let strange = Session { version: 99, last_message: "from the future".into(), ..session.clone() };
    first.snapshot = Some(Box::new(strange));
    kept.store.commit(first).await.expect("kept");
    let loaded = kept.store.load(session.id).await.expect("loaded").expect("there");
    assert_eq!((loaded.session, loaded.snapshot_at), (session, 0));
}

#[tokio::test]
async fn a_store_is_opened_by_its_address() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db").to_string_lossy().into_owned();
    let by_path = rapport::store::open(&path).expect("a path");
    let epoch = by_path.epoch().await.expect("an epoch");
    let by_url = rapport::store::open(&format!("sqlite:{path}")).expect("an address");
    assert_eq!(by_url.epoch().await.expect("an epoch"), epoch, "the same store");
    let memory = rapport::store::open("memory:").expect("an address");
    assert_ne!(memory.epoch().await.expect("an epoch"), epoch);
    for wrong in ["", "postgres://db/rapport", "sqlite:"] {
        assert!(rapport::store::open(wrong).is_err(), "{wrong}");
    }
}

/// Whether each commit is in the file, against what its asker was told.
async fn honest(store: &Sqlite, told: Vec<(SessionId, Result<(), StoreError>)>) -> usize {
    let mut kept = 0;
    for (id, result) in told {
        let seq = store.load(id).await.expect("loaded").expect("there").session.seq;
        assert_eq!(seq == 1, result.is_ok(), "{result:?}");
        kept += usize::from(result.is_ok());
    }
    kept
}

#[tokio::test]
async fn what_is_told_to_have_failed_is_not_kept_after_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db");
    let store = Sqlite::open_with(&path, Duration::from_millis(200)).expect("a store");
    let mut session = session();
    store.create(&session, TOKEN).await.expect("created");
    let other = rusqlite::Connection::open(&path).expect("the file");
    other.execute_batch("BEGIN IMMEDIATE").expect("locked");
    // The file comes free right after the transaction was given up.
    let free = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        other.execute_batch("ROLLBACK").expect("unlocked");
    });
    let event = said(&session, "a", "hello");
    let result = store.commit(commit(&mut session, event)).await;
    free.join().expect("unlocked");
    honest(&store, vec![(session.id, result)]).await;
}

#[tokio::test]
async fn a_transaction_that_sqlite_gives_up_is_told_to_all_in_it() {
    let kept = store();
    let mut chats: Vec<Session> = (0..12).map(|_| session()).collect();
    for chat in &chats {
        kept.store.create(chat, TOKEN).await.expect("created");
    }
    // As with a full disk: the whole transaction goes, not just the statement.
    let other = rusqlite::Connection::open(kept.path()).expect("the file");
    let trigger = "CREATE TRIGGER full BEFORE INSERT ON cids WHEN NEW.cid = 'c5'
                   BEGIN SELECT RAISE(ROLLBACK, 'the disk is full'); END; BEGIN IMMEDIATE";
    other.execute_batch(trigger).expect("locked");
    let turns: Vec<Commit> = (0..)
        .zip(&mut chats)
        .map(|(n, chat)| {
            let event = said(chat, &format!("c{n}"), "hello");
            commit(chat, event)
        })
        .collect();
    // All of them queue behind the lock, and so come into as few transactions as can be.
    let sent = turns.into_iter().map(|turn| async { (turn.session, kept.store.commit(turn).await) });
    let unlock = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        other.execute_batch("ROLLBACK").expect("unlocked");
    };
    let (told, ()) = tokio::join!(futures_util::future::join_all(sent), unlock);
    let survivors = honest(&kept.store, told).await;
    assert!((1..12).contains(&survivors), "the one with the full disk is lost, those after it are kept: {survivors}");
}
