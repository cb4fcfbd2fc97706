//! The journal: one row a turn, summed. A turn is there wholly or not at all, and what a disk did to it is noticed.
use super::chats::{from_json, json, number};
use super::writer::Failure;
use crate::engine::session::digest;
use crate::engine::{Event, What};
use crate::id::{SessionId, TurnId};
use crate::runtime::ports::Commit;
use crate::time::Millis;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Result, params};
use sha2::{Digest, Sha256};

/// What cannot be read any more; `broken` tells it apart from a store that does not work.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Damage(pub String);

impl From<Damage> for rusqlite::Error {
    fn from(damage: Damage) -> Self {
        rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(damage))
    }
}

/// The sum of a turn. Its place counts: a row that stands elsewhere is damaged too.
fn sum(session: &[u8], first: i64, body: &str) -> i64 {
    let all = Sha256::new().chain_update(session).chain_update(first.to_be_bytes()).chain_update(body).finalize();
    all.iter().take(8).fold(0, |sum, byte| (sum << 8) | i64::from(*byte))
}

/// For the migration that carries over what had no sums.
pub fn teach(c: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    c.create_scalar_function("turn_sum", 3, flags, |given| {
        let (session, first, body) = (given.get::<Vec<u8>>(0)?, given.get(1)?, given.get::<String>(2)?);
        Ok(sum(&session, first, &body))
    })
}

/// A turn as it is kept.
pub struct Row {
    pub first: u64,
    pub last: u64,
    body: String,
    sum: i64,
}

impl Row {
    fn read(r: &rusqlite::Row<'_>) -> Result<Self> {
        let (first, last): (i64, i64) = (r.get(0)?, r.get(1)?);
        Ok(Self { first: first.cast_unsigned(), last: last.cast_unsigned(), body: r.get(2)?, sum: r.get(3)? })
    }

    /// Its entries, where it is unharmed.
    pub fn events(&self, id: SessionId) -> std::result::Result<Vec<Event>, Damage> {
        let harmed = || Damage(format!("the turn at place {} of chat {id} is not what was written", self.first));
        if sum(id.as_bytes(), number(self.first), &self.body) != self.sum {
            return Err(harmed());
        }
        let events: Vec<Event> = from_json(&self.body).map_err(|_| harmed())?;
        let whole = events.iter().map(|e| e.seq).eq(self.first..=self.last);
        if whole { Ok(events) } else { Err(harmed()) }
    }

    /// The same places, with nothing in them.
    pub fn lost(&self) -> Vec<Event> {
        (self.first..=self.last).map(|seq| Event { seq, at: Millis(0), what: What::Erased { from: None } }).collect()
    }
}

/// The turns with entries after a place, in order.
pub fn turns(c: &Connection, id: SessionId, after: u64, limit: usize) -> Result<Vec<Row>> {
    // A place may lie within a turn: the search begins with the turn that holds the next entry.
    let sql = "SELECT first, last, body, sum FROM turns WHERE session = ?1 AND last > ?2 AND first >=
                 (SELECT coalesce(max(first), 0) FROM turns WHERE session = ?1 AND first <= ?2 + 1)
               ORDER BY first LIMIT ?3";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    c.prepare_cached(sql)?.query_map(params![id.as_bytes(), number(after), limit], Row::read)?.collect()
}

/// A page of entries for those who look: what is harmed keeps its places.
pub fn events(c: &Connection, id: SessionId, after: u64, limit: usize) -> Result<Vec<Event>> {
    let mut page = Vec::new();
    for turn in turns(c, id, after, limit)? {
        let events = turn.events(id).unwrap_or_else(|problem| {
            tracing::error!(%problem, "a page of a chat has a hole");
            turn.lost()
        });
        page.extend(events.into_iter().filter(|e| e.seq > after));
        if page.len() >= limit {
            page.truncate(limit);
            break;
        }
    }
    Ok(page)
}

/// Every entry after a place, for those who go on with the chat: unharmed, and without a gap.
pub fn tail(c: &Connection, id: SessionId, after: u64) -> Result<Vec<Event>> {
    let mut all: Vec<Event> = Vec::new();
    for turn in turns(c, id, after, usize::MAX)? {
        let next = all.last().map_or(after, |e| e.seq) + 1;
        if turn.first > next {
            return Err(Damage(format!("entry {next} of chat {id} is missing in the journal")).into());
        }
        all.extend(turn.events(id)?.into_iter().filter(|e| e.seq > after));
    }
    Ok(all)
}

/// Place of the last entry.
pub fn last(c: &Connection, id: SessionId) -> Result<u64> {
    let sql = "SELECT last FROM turns WHERE session = ?1 ORDER BY first DESC LIMIT 1";
    let last: Option<i64> = c.prepare_cached(sql)?.query_row([id.as_bytes()], |r| r.get(0)).optional()?;
    Ok(last.unwrap_or(0).cast_unsigned())
}

/// Writes a turn behind what is there. The key makes sure that a place is given once.
pub fn append(c: &Connection, commit: &Commit) -> std::result::Result<(), Failure> {
    let Some(end) = commit.events.last() else { return Ok(()) };
    let (id, first) = (commit.session.as_bytes(), commit.after + 1);
    if !commit.events.iter().map(|e| e.seq).eq(first..first + commit.events.len() as u64) {
        let problem = format!("the entries of a turn of chat {} are not in order", commit.session);
        return Err(rusqlite::Error::ToSqlConversionFailure(problem.into()).into());
    }
    let body = json(&commit.events)?;
    let sum = sum(id, number(first), &body);
    c.prepare_cached("INSERT INTO turns (session, first, last, turn, body, sum) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
        .execute(params![id, number(first), number(end.seq), commit.turn.as_bytes(), body, sum])?;
    for event in &commit.events {
        let Some((cid, said)) = event.what.said() else { continue };
        c.prepare_cached("INSERT INTO cids (session, cid, seq, digest) VALUES (?1, ?2, ?3, ?4)")?.execute(params![
            id,
            cid,
            number(event.seq),
            digest(said).cast_signed()
        ])?;
    }
    Ok(())
}

/// Puts something else at the places of a turn.
pub fn rewrite(c: &Connection, id: SessionId, first: u64, body: &str) -> Result<()> {
    let sum = sum(id.as_bytes(), number(first), body);
    c.prepare_cached("UPDATE turns SET body = ?3, sum = ?4 WHERE session = ?1 AND first = ?2")?.execute(params![
        id.as_bytes(),
        number(first),
        body,
        sum
    ])?;
    Ok(())
}

/// Whether a turn took this place.
pub fn is_kept(c: &Connection, id: SessionId, after: u64, turn: TurnId) -> Result<bool> {
    let sql = "SELECT count(*) FROM turns WHERE session = ?1 AND first = ?2 AND turn = ?3";
    let given = params![id.as_bytes(), number(after + 1), turn.as_bytes()];
    Ok(c.prepare_cached(sql)?.query_row(given, |r| r.get::<_, i64>(0))? > 0)
}
