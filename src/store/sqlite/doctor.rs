//! Looks a database over: are its structures whole, is every turn what was written, does every state follow from its journal, and
//! does everything belong to a chat. Nothing is changed, and a server may be at work meanwhile.
use super::backup::{Problem, existing, version};
use super::{MIGRATIONS, chats, erase, journal};
use crate::engine::session::SNAPSHOT_VERSION;
use crate::engine::{Effect, Event, Session, Timer};
use crate::id::SessionId;
use crate::runtime::view::Row;
use crate::time::Millis;
use rusqlite::{Connection, Result};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

/// Findings of one kind that are told one by one; the others are counted.
const TOLD: usize = 20;

/// What is wrong, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// A stable name.
    pub kind: &'static str,
    pub what: String,
    pub todo: &'static str,
}

/// What was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    pub chats: u64,
    pub turns: u64,
    pub files: u64,
    pub timers: u64,
    pub effects: u64,
}

#[derive(Debug, Default)]
struct Findings {
    all: Vec<Finding>,
    counts: BTreeMap<&'static str, usize>,
}

impl Findings {
    fn add(&mut self, kind: &'static str, what: String) {
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        if *count <= TOLD {
            self.all.push(Finding { kind, what, todo: todo(kind) });
        }
    }

    fn done(mut self) -> Vec<Finding> {
        for (kind, count) in &self.counts {
            if let Some(more) = count.checked_sub(TOLD).filter(|n| *n > 0) {
                self.all.push(Finding { kind, what: format!("{more} more of the same kind"), todo: todo(kind) });
            }
        }
        self.all
    }
}

fn todo(kind: &str) -> &'static str {
    match kind {
        "earlier-version" => "Start the server of this version once: it brings the database up to date.",
        "file-damaged" => "Restore the latest backup that `rapport doctor` finds nothing in, and look after the disk.",
        "turn-damaged" | "journal-gap" => {
            "The chat cannot go on, and shows a hole. Restore a backup if it matters; the disk or another program did this."
        }
        "place-wrong" | "row-damaged" => "The next turn of this chat mends it.",
        "state-damaged" => "Nothing: the state is made from the journal when the chat wakes, and written anew.",
        "state-wrong" => "Stop the server, and set this chat's `snapshot` to NULL: the journal is what counts.",
        "state-ahead" => "What was said last is lost with its turn. Restore a backup if it matters.",
        "no-chat" => "Left over from a program other than rapport. Delete these rows, or restore a backup.",
        "timer-damaged" => "Delete the row: what should happen at that time never does.",
        "effect-damaged" => "Delete the row: what should be asked never is.",
        "id-missing" => "A message that is sent again could be kept twice. Restore a backup.",
        "file-wrong" => "The photo or file is not what was sent. Restore a backup if it matters.",
        "not-erased" => "Erase the chat again.",
        _ => "Look at the documentation of `rapport doctor`.",
    }
}

/// Looks at everything; as of one moment.
///
/// # Errors
/// There is no database, or it is none of rapport's.
pub fn examine(path: &Path, progress: &mut dyn FnMut(u64, u64)) -> std::result::Result<(Seen, Vec<Finding>), Problem> {
    let connection = match existing(path) {
        Err(Problem::Harmed { problem, .. }) => {
            let damage = Finding { kind: "file-damaged", what: problem, todo: todo("file-damaged") };
            return Ok((Seen::default(), vec![damage]));
        }
        other => other?,
    };
    connection.pragma_update(None, "query_only", true)?;
    let mut found = Findings::default();
    if version(&connection)? < MIGRATIONS.len() {
        found.add("earlier-version", "The database was written by an earlier version of rapport.".into());
        return Ok((Seen::default(), found.done()));
    }
    let moment = connection.unchecked_transaction()?;
    whole(&moment, &mut found)?;
    if found.counts.contains_key("file-damaged") {
        return Ok((Seen::default(), found.done()));
    }
    let seen = every_chat(&moment, &mut found, progress)?;
    belongings(&moment, &mut found)?;
    timers(&moment, &mut found)?;
    effects(&moment, &mut found)?;
    files(&moment, &mut found)?;
    Ok((counted(&moment, seen)?, found.done()))
}

fn count(c: &Connection, sql: &str) -> Result<u64> {
    c.query_row(sql, [], |r| r.get::<_, i64>(0)).map(i64::cast_unsigned)
}

fn counted(c: &Connection, seen: Seen) -> Result<Seen> {
    let (files, timers) = (count(c, "SELECT count(*) FROM files")?, count(c, "SELECT count(*) FROM timers")?);
    Ok(Seen { files, timers, effects: count(c, "SELECT count(*) FROM outbox")?, ..seen })
}

fn whole(c: &Connection, found: &mut Findings) -> Result<()> {
    let mut check = c.prepare("PRAGMA integrity_check(100)")?;
    let lines = check.query_map([], |r| r.get::<_, String>(0))?;
    for line in lines {
        match line {
            Ok(line) if line == "ok" => {}
            Ok(line) => found.add("file-damaged", line),
            Err(e) => found.add("file-damaged", e.to_string()),
        }
    }
    Ok(())
}

/// A chat's line in the list of all.
struct Chat {
    id: SessionId,
    bot: String,
    created: i64,
    seq: u64,
    state: String,
    row: String,
    snapshot: Option<String>,
    sum: Option<Vec<u8>>,
}

fn every_chat(c: &Connection, found: &mut Findings, progress: &mut dyn FnMut(u64, u64)) -> Result<Seen> {
    let all = count(c, "SELECT count(*) FROM sessions")?;
    let mut seen = Seen::default();
    let mut list = c.prepare("SELECT id, bot, created, seq, state, row, snapshot, snapshot_sum FROM sessions")?;
    let mut rows = list.query([])?;
    while let Some(r) = rows.next()? {
        let id = chats::session_id(&r.get::<_, Vec<u8>>(0)?)?;
        let (bot, created, seq) = (r.get(1)?, r.get(2)?, r.get::<_, i64>(3)?.cast_unsigned());
        let (state, row, snapshot, sum) = (r.get(4)?, r.get(5)?, r.get(6)?, r.get(7)?);
        let chat = Chat { id, bot, created, seq, state, row, snapshot, sum };
        seen.turns += one_chat(c, &chat, found)?;
        seen.chats += 1;
        progress(seen.chats, all);
    }
    Ok(seen)
}

/// One chat: its turns, and whether everything else follows from them. How many turns it has.
fn one_chat(c: &Connection, chat: &Chat, found: &mut Findings) -> Result<u64> {
    let id = chat.id;
    let turns = journal::turns(c, id, 0, usize::MAX)?;
    let (mut events, mut last, mut unharmed): (Vec<Event>, u64, bool) = (vec![], 0, true);
    for turn in &turns {
        if turn.first != last + 1 {
            unharmed = false;
            let places = format!("Chat {id}: what belongs between places {last} and {} is missing.", turn.first);
            found.add("journal-gap", places);
        }
        last = turn.last;
        match turn.events(id) {
            Ok(all) => events.extend(all),
            Err(damage) => {
                unharmed = false;
                found.add("turn-damaged", format!("Chat {id}: {damage}."));
            }
        }
    }
    if chat.seq != last {
        let what = format!("Chat {id}: its line says that it is at place {}, its journal ends at {last}.", chat.seq);
        found.add("place-wrong", what);
    }
    if chat.state == "erased" {
        return Ok(turns.len() as u64);
    }
    if last > 0 && serde_json::from_str::<Row>(&chat.row).is_err() {
        found.add("row-damaged", format!("Chat {id}: agents do not see it in their list."));
    }
    if unharmed {
        ids(c, chat, &events, found)?;
    }
    state(chat, &events, last, unharmed, found);
    Ok(turns.len() as u64)
}

/// The state is the journal, folded.
fn state(chat: &Chat, events: &[Event], last: u64, unharmed: bool, found: &mut Findings) {
    let (id, Some(text)) = (chat.id, &chat.snapshot) else { return };
    let sum: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    let kept: Option<Session> = serde_json::from_str(text).ok().filter(|_| chat.sum.as_deref() == Some(&sum));
    let Some(kept) = kept else {
        return found.add("state-damaged", format!("Chat {id}: its state is not what was written."));
    };
    if kept.seq > last {
        let what = format!("Chat {id}: its state is of place {}, its journal ends at {last}.", kept.seq);
        return found.add("state-ahead", what);
    }
    if !unharmed || kept.version != SNAPSHOT_VERSION {
        return;
    }
    let mut folded = Session::new(id, &chat.bot, Millis(chat.created));
    events.iter().take_while(|e| e.seq <= kept.seq).for_each(|e| folded.apply(e));
    if folded != kept {
        found.add("state-wrong", format!("Chat {id}: its state does not follow from its journal."));
    }
}

/// Messages are known by their client ids.
fn ids(c: &Connection, chat: &Chat, events: &[Event], found: &mut Findings) -> Result<()> {
    for event in events {
        let Some((cid, _)) = event.what.said() else { continue };
        if chats::heard(c, chat.id, cid)?.is_none_or(|h| h.seq != event.seq) {
            let what = format!("Chat {}: the id of the message at place {} is not known.", chat.id, event.seq);
            found.add("id-missing", what);
        }
    }
    Ok(())
}

/// What is kept of chats besides their journal belongs to one, and nothing is left of one that was erased.
fn belongings(c: &Connection, found: &mut Findings) -> Result<()> {
    for table in erase::ELSEWHERE.iter().chain(&["turns"]) {
        let sql = format!("SELECT count(*) FROM {table} WHERE session NOT IN (SELECT id FROM sessions)");
        let rows = count(c, &sql)?;
        if rows > 0 {
            found.add("no-chat", format!("{rows} rows of the table {table} belong to no chat."));
        }
    }
    for table in erase::ELSEWHERE {
        let sql =
            format!("SELECT count(*) FROM {table} WHERE session IN (SELECT id FROM sessions WHERE state = 'erased')");
        let rows = count(c, &sql)?;
        if rows > 0 {
            found.add("not-erased", format!("{rows} rows of the table {table} belong to chats that were erased."));
        }
    }
    Ok(())
}

fn unreadable<T: serde::de::DeserializeOwned>(
    c: &Connection,
    sql: &str,
    mut each: impl FnMut(SessionId),
) -> Result<()> {
    let mut list = c.prepare(sql)?;
    let mut rows = list.query([])?;
    while let Some(r) = rows.next()? {
        if serde_json::from_str::<T>(&r.get::<_, String>(1)?).is_err() {
            each(chats::session_id(&r.get::<_, Vec<u8>>(0)?)?);
        }
    }
    Ok(())
}

fn timers(c: &Connection, found: &mut Findings) -> Result<()> {
    let harmed = |id| found.add("timer-damaged", format!("Chat {id}: a timer cannot be read."));
    unreadable::<Timer>(c, "SELECT session, timer FROM timers", harmed)
}

fn effects(c: &Connection, found: &mut Findings) -> Result<()> {
    let harmed = |id| found.add("effect-damaged", format!("Chat {id}: a request to another system cannot be read."));
    unreadable::<Effect>(c, "SELECT session, effect FROM outbox", harmed)
}

fn files(c: &Connection, found: &mut Findings) -> Result<()> {
    let mut list = c.prepare("SELECT session, id FROM files WHERE length(bytes) <> size")?;
    let mut rows = list.query([])?;
    while let Some(r) = rows.next()? {
        let (chat, file) = (chats::session_id(&r.get::<_, Vec<u8>>(0)?)?, r.get::<_, String>(1)?);
        found.add("file-wrong", format!("Chat {chat}: the file {file} has another length than was written."));
    }
    Ok(())
}
