//! Lists of chats, for agents and for queues.
use super::chats::{from_json, session_id};
use crate::id::{AgentId, SessionId};
use crate::runtime::view::Row;
use rusqlite::{Connection, OptionalExtension, Result, params};

pub fn rows(c: &Connection, states: &[String], agent: Option<AgentId>, limit: usize) -> Result<Vec<Row>> {
    let mut found = Vec::new();
    for state in states {
        // Of those that somebody cares for the longest waiting must not fall off the end.
        let order = if matches!(state.as_str(), "waiting" | "agent") { "ASC" } else { "DESC" };
        let sql = format!(
            "SELECT row FROM sessions WHERE state = ?1 AND seq > 0 AND (?2 IS NULL OR agent = ?2)
             ORDER BY since {order}, id {order} LIMIT ?3"
        );
        let mut statement = c.prepare_cached(&sql)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![state, agent.map(|a| a.0), limit], |r| r.get::<_, String>(0))?;
        for row in rows {
            // One damaged row must not hide all others; the next turn of its chat makes it anew.
            match from_json::<Row>(&row?) {
                Ok(row) => found.push(row),
                Err(problem) => tracing::error!(%problem, state, "a chat is missing in a list"),
            }
        }
    }
    found.sort_by_key(|r| (r.since, r.session));
    Ok(found)
}

pub fn queue(c: &Connection, team: &str, limit: usize) -> Result<Vec<SessionId>> {
    let sql = "SELECT id FROM sessions WHERE state = 'waiting' AND team = ?1 ORDER BY rank DESC, since, id LIMIT ?2";
    let mut statement = c.prepare_cached(sql)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let ids = statement.query_map(params![team, limit], |r| r.get::<_, Vec<u8>>(0))?;
    ids.map(|id| session_id(&id?)).collect()
}

pub fn position(c: &Connection, session: SessionId) -> Result<Option<u64>> {
    let sql = "SELECT team, rank, since FROM sessions WHERE id = ?1 AND state = 'waiting' AND team IS NOT NULL";
    let read = |r: &rusqlite::Row<'_>| Ok((r.get::<_, String>(0)?, r.get::<_, i64>(1)?, r.get::<_, i64>(2)?));
    let own = c.prepare_cached(sql)?.query_row([session.as_bytes()], read).optional()?;
    let Some((team, rank, since)) = own else { return Ok(None) };
    let sql = "SELECT count(*) FROM sessions WHERE state = 'waiting' AND team = ?1
               AND (rank > ?2 OR (rank = ?2 AND (since, id) < (?3, ?4)))";
    let before: i64 = c.prepare_cached(sql)?.query_row(params![team, rank, since, session.as_bytes()], |r| r.get(0))?;
    Ok(Some(before.cast_unsigned() + 1))
}
