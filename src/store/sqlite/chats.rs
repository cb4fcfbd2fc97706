//! Sessions, their journal, their effects and timers.
use super::contacts;
use super::deliveries;
use super::erase;
use super::insights;
use super::journal::{self, Damage};
use super::search;
use super::writer::Failure;
use crate::engine::session::{Heard, SNAPSHOT_VERSION};
use crate::engine::{Effect, Session};
use crate::fault;
use crate::id::SessionId;
use crate::runtime::ports::{Commit, Hash, Loaded, Pending};
use crate::runtime::view;
use crate::time::Millis;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Result, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

pub fn json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| rusqlite::Error::ToSqlConversionFailure(Box::new(e)))
}

pub fn from_json<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|e| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(e)))
}

pub fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

pub fn session_id(bytes: &[u8]) -> Result<SessionId> {
    let uuid = uuid::Uuid::from_slice(bytes)
        .map_err(|e| rusqlite::Error::FromSqlConversionFailure(0, Type::Blob, Box::new(e)))?;
    Ok(SessionId::new(uuid))
}

pub fn epoch(c: &Connection) -> std::result::Result<String, Failure> {
    let fresh = uuid::Uuid::new_v4().simple().to_string();
    c.execute("INSERT OR IGNORE INTO meta (key, value) VALUES ('epoch', ?1)", [fresh])?;
    Ok(c.query_row("SELECT value FROM meta WHERE key = 'epoch'", [], |r| r.get(0))?)
}

pub fn create(c: &Connection, session: &Session, token: &Hash) -> std::result::Result<(), Failure> {
    let row = view::row(session);
    c.execute(
        "INSERT INTO sessions (id, bot, token, created, state, since, updated, row) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![session.id.as_bytes(), session.bot, token, session.began.0, row.state, row.since.0, row.updated.0, json(&row)?],
    )?;
    Ok(())
}

pub fn known_as(c: &Connection, bot: &str, customer: &str) -> Result<Option<SessionId>> {
    let sql = "SELECT session FROM customers WHERE bot = ?1 AND customer = ?2";
    let found = c.prepare_cached(sql)?.query_row([bot, customer], |r| r.get::<_, Vec<u8>>(0)).optional()?;
    found.map(|bytes| session_id(&bytes)).transpose()
}

pub fn bind(
    c: &Connection,
    bot: &str,
    customer: &str,
    session: SessionId,
    replace: bool,
) -> std::result::Result<SessionId, Failure> {
    let or = if replace { "REPLACE" } else { "IGNORE" };
    let sql = format!("INSERT OR {or} INTO customers (bot, customer, session) VALUES (?1, ?2, ?3)");
    c.prepare_cached(&sql)?.execute(params![bot, customer, session.as_bytes()])?;
    Ok(known_as(c, bot, customer)?.unwrap_or(session))
}

struct Kept {
    bot: String,
    token: Vec<u8>,
    created: i64,
    snapshot: Option<String>,
    sum: Option<Vec<u8>>,
}

/// Number of a priority among the others, for sorting.
fn rank(row: &view::Row) -> i64 {
    row.priority.map_or(0, |p| p as i64)
}

/// The latest whole state and the events since; without a usable state, all events. All of it as of one moment, whoever writes.
pub fn load(c: &Connection, id: SessionId) -> Result<Option<Loaded>> {
    let moment = c.unchecked_transaction()?;
    loaded(&moment, id)
}

fn loaded(c: &Connection, id: SessionId) -> Result<Option<Loaded>> {
    let sql = "SELECT bot, token, created, snapshot, snapshot_sum FROM sessions WHERE id = ?1";
    let read = |r: &rusqlite::Row<'_>| {
        Ok(Kept { bot: r.get(0)?, token: r.get(1)?, created: r.get(2)?, snapshot: r.get(3)?, sum: r.get(4)? })
    };
    let Some(kept) = c.prepare_cached(sql)?.query_row([id.as_bytes()], read).optional()? else { return Ok(None) };
    let mut session = whole(&kept).unwrap_or_else(|| Session::new(id, &kept.bot, Millis(kept.created)));
    let snapshot_at = session.seq;
    for event in journal::tail(c, id, snapshot_at)? {
        session.apply(&event);
    }
    // A state from beyond the journal: what it holds was said, and is lost.
    let last = journal::last(c, id)?;
    if session.seq != last {
        return Err(Damage(format!("the journal of chat {id} ends at {last}, its state at {}", session.seq)).into());
    }
    // A token of another length fits nobody.
    let Ok(token) = kept.token.try_into() else { return Ok(None) };
    Ok(Some(Loaded { session, token, snapshot_at }))
}

/// A snapshot is used only where it is unharmed and of this version.
fn whole(kept: &Kept) -> Option<Session> {
    let text = kept.snapshot.as_ref()?;
    let sum: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    let session: Session = serde_json::from_str(text).ok()?;
    let fits = kept.sum.as_deref() == Some(&sum) && session.version == SNAPSHOT_VERSION;
    fits.then_some(session)
}

/// Keeps a turn. The version check, the entries and everything they cause are one. The journal itself tells the version: what
/// else stands in the row of the chat is made anew with each turn.
pub fn commit(c: &Connection, commit: &Commit) -> std::result::Result<(), Failure> {
    if journal::last(c, commit.session)? != commit.after {
        return Err(Failure::Conflict);
    }
    let upto = commit.events.last().map_or(commit.after, |e| e.seq);
    let row = &commit.row;
    let sql =
        "UPDATE sessions SET seq = ?2, state = ?3, agent = ?4, since = ?5, updated = ?6, row = ?7, team = ?8, rank = ?9
               WHERE id = ?1 AND state <> 'erased'";
    let agent = row.agent.as_ref().map(|a| a.id.0);
    let changed = c.prepare_cached(sql)?.execute(params![
        commit.session.as_bytes(),
        number(upto),
        row.state,
        agent,
        row.since.0,
        row.updated.0,
        json(row)?,
        row.team,
        rank(row)
    ])?;
    if changed == 0 {
        return Err(Failure::Conflict);
    }
    journal::append(c, commit)?;
    insights::learn(c, commit.session, &row.bot, &commit.events)?;
    search::learn(c, commit.session, &commit.events)?;
    contacts::learn(c, commit.session, &row.bot, &commit.events)?;
    fault::point("store:in-a-turn");
    consequences(c, commit)?;
    commit.snapshot.as_ref().map_or(Ok(()), |snapshot| keep_state(c, snapshot))
}

fn keep_state(c: &Connection, session: &Session) -> std::result::Result<(), Failure> {
    let text = json(session)?;
    let sum: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    c.prepare_cached("UPDATE sessions SET snapshot = ?2, snapshot_sum = ?3 WHERE id = ?1")?.execute(params![
        session.id.as_bytes(),
        text,
        sum
    ])?;
    fault::point("store:in-a-snapshot");
    Ok(())
}

/// A state is kept only where it is the latest.
pub fn park(c: &Connection, session: &Session) -> std::result::Result<(), Failure> {
    let latest = journal::last(c, session.id)? == session.seq && !erase::is_erased(c, session.id)?;
    if latest { keep_state(c, session) } else { Ok(()) }
}

fn consequences(c: &Connection, commit: &Commit) -> std::result::Result<(), Failure> {
    let id = commit.session.as_bytes();
    if let Some((seq, n)) = commit.finished
        && !finish(c, commit.session, seq, n)?
    {
        return Err(Failure::Answered);
    }
    for pending in &commit.outbox {
        c.prepare_cached("INSERT INTO outbox (session, seq, n, effect) VALUES (?1, ?2, ?3, ?4)")?.execute(params![
            id,
            number(pending.seq),
            pending.n,
            json(&pending.effect)?
        ])?;
    }
    deliveries::add(c, commit)?;
    // A timer that fired may be set again by the same turn.
    for timer in &commit.cancelled {
        c.prepare_cached("DELETE FROM timers WHERE session = ?1 AND key = ?2")?.execute(params![id, timer.key()])?;
    }
    for (timer, due) in &commit.set_timers {
        c.prepare_cached("INSERT OR REPLACE INTO timers (session, key, timer, due) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![id, timer.key(), json(timer)?, due.0])?;
    }
    Ok(())
}

/// Ticks off an effect; whether it was still there.
pub fn finish(c: &Connection, session: SessionId, seq: u64, n: u32) -> Result<bool> {
    let sql = "DELETE FROM outbox WHERE session = ?1 AND seq = ?2 AND n = ?3";
    Ok(c.prepare_cached(sql)?.execute(params![session.as_bytes(), number(seq), n])? > 0)
}

pub fn heard(c: &Connection, session: SessionId, cid: &str) -> Result<Option<Heard>> {
    let sql = "SELECT seq, digest FROM cids WHERE session = ?1 AND cid = ?2";
    let read = |r: &rusqlite::Row<'_>| Ok((r.get::<_, i64>(0)?, r.get::<_, i64>(1)?));
    let found = c.prepare_cached(sql)?.query_row(params![session.as_bytes(), cid], read).optional()?;
    Ok(found.map(|(seq, said)| Heard { cid: cid.to_owned(), seq: seq.cast_unsigned(), digest: said.cast_unsigned() }))
}

pub fn pending(c: &Connection) -> Result<Vec<Pending>> {
    let mut statement = c.prepare("SELECT session, seq, n, effect FROM outbox ORDER BY session, seq, n")?;
    let read =
        |r: &rusqlite::Row<'_>| Ok((r.get::<_, Vec<u8>>(0)?, r.get::<_, i64>(1)?, r.get(2)?, r.get::<_, String>(3)?));
    let rows = statement.query_map([], read)?;
    rows.map(|row| {
        let (session, seq, n, effect) = row?;
        let effect: Effect = from_json(&effect)?;
        Ok(Pending { session: session_id(&session)?, seq: seq.cast_unsigned(), n, effect })
    })
    .collect()
}
