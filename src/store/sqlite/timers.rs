//! Timers: rows that are claimed by who fires them.
use super::chats::{from_json, session_id};
use crate::engine::Timer;
use crate::id::SessionId;
use crate::runtime::ports::{DUE, Due};
use crate::time::Millis;
use rusqlite::{Connection, Result, params};

/// Everything that is due, whoever is at work on it; one more than asked for tells when the first of the others is due.
pub fn due(c: &Connection, now: Millis) -> Result<Due> {
    let sql = "SELECT session, timer, due FROM timers ORDER BY due, session, key LIMIT ?1";
    let mut statement = c.prepare_cached(sql)?;
    let more = i64::try_from(DUE + 1).unwrap_or(i64::MAX);
    let rows =
        statement.query_map([more], |r| Ok((r.get::<_, Vec<u8>>(0)?, r.get::<_, String>(1)?, r.get::<_, i64>(2)?)))?;
    let mut found = Due::default();
    for row in rows {
        let (session, timer, due) = row?;
        if due > now.0 || found.now.len() == DUE {
            found.next = Some(Millis(due));
            return Ok(found);
        }
        found.now.push((session_id(&session)?, from_json(&timer)?));
    }
    Ok(found)
}

/// Takes a portion of what is due and free, for as long as `until`.
pub fn claim(c: &Connection, now: Millis, until: Millis) -> Result<Due> {
    let sql =
        "SELECT session, key, timer FROM timers WHERE due <= ?1 AND held <= ?1 ORDER BY due, session, key LIMIT ?2";
    let portion = i64::try_from(DUE).unwrap_or(i64::MAX);
    let read = |r: &rusqlite::Row<'_>| Ok((r.get::<_, Vec<u8>>(0)?, r.get::<_, String>(1)?, r.get::<_, String>(2)?));
    let rows: Vec<_> = c.prepare_cached(sql)?.query_map([now.0, portion], read)?.collect::<Result<_>>()?;
    let mut found = Due::default();
    for (session, key, timer) in rows {
        c.prepare_cached("UPDATE timers SET held = ?3 WHERE session = ?1 AND key = ?2")?
            .execute(params![session, key, until.0])?;
        found.now.push((session_id(&session)?, from_json(&timer)?));
    }
    found.next = if found.now.len() == DUE { Some(now) } else { next(c, now)? };
    Ok(found)
}

/// When there is something to claim next: a timer comes due, or somebody's claim ends.
fn next(c: &Connection, now: Millis) -> Result<Option<Millis>> {
    let sql = "SELECT min(at) FROM (SELECT min(due) AS at FROM timers WHERE due > ?1
               UNION ALL SELECT min(held) FROM timers WHERE due <= ?1 AND held > ?1)";
    let at: Option<i64> = c.prepare_cached(sql)?.query_row([now.0], |r| r.get(0))?;
    Ok(at.map(Millis))
}

pub fn drop_timer(c: &Connection, session: SessionId, timer: &Timer, now: Millis) -> Result<()> {
    c.prepare_cached("DELETE FROM timers WHERE session = ?1 AND key = ?2 AND due <= ?3")?.execute(params![
        session.as_bytes(),
        timer.key(),
        now.0
    ])?;
    Ok(())
}

pub fn postpone(c: &Connection, session: SessionId, timer: &Timer, now: Millis, until: Millis) -> Result<()> {
    c.prepare_cached("UPDATE timers SET due = ?4, held = 0 WHERE session = ?1 AND key = ?2 AND due <= ?3")?
        .execute(params![session.as_bytes(), timer.key(), now.0, until.0])?;
    Ok(())
}
