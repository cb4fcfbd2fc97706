//! Visits, measured with the turn that tells of them.
use super::Sqlite;
use super::chats::{from_json, json, number, session_id};
use super::journal;
use crate::engine::Event;
use crate::id::SessionId;
use crate::runtime::insights::{Insights, Range, Visit, begun, tells, visits};
use crate::runtime::ports::Stored;
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Result, params};

/// The journal is read only where an entry tells something of the visit that is not known yet.
pub fn learn(c: &Connection, session: SessionId, bot: &str, events: &[Event]) -> Result<()> {
    for event in events {
        if let Some(visit) = begun(session, bot, event) {
            keep(c, &visit)?;
        }
    }
    if !events.iter().any(tells) {
        return Ok(());
    }
    let news = |visit: &Visit| events.iter().any(|e| visit.cares(e));
    let Some(visit) = latest(c, session)?.filter(news) else { return Ok(()) };
    // A journal that is harmed is told of by whoever reads the chat.
    let since = journal::tail(c, session, visit.first - 1).unwrap_or_default();
    visits(session, bot, &since).iter().try_for_each(|visit| keep(c, visit))
}

/// For the migration: measures the chats that there were before.
pub fn measure_all(c: &Connection) -> Result<()> {
    let mut statement = c.prepare("SELECT id, bot FROM sessions WHERE state <> 'erased'")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (session, bot) = (session_id(&row.get::<_, Vec<u8>>(0)?)?, row.get::<_, String>(1)?);
        let events = journal::tail(c, session, 0).unwrap_or_default();
        visits(session, &bot, &events).iter().try_for_each(|visit| keep(c, visit))?;
    }
    Ok(())
}

fn keep(c: &Connection, visit: &Visit) -> Result<()> {
    let sql = "INSERT OR REPLACE INTO visits (session, first, bot, began, team, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let Visit { session, first, bot, began, team, .. } = visit;
    c.prepare_cached(sql)?.execute(params![session.as_bytes(), number(*first), bot, began.0, team, json(visit)?])?;
    Ok(())
}

fn latest(c: &Connection, session: SessionId) -> Result<Option<Visit>> {
    let sql = "SELECT body FROM visits WHERE session = ?1 ORDER BY first DESC LIMIT 1";
    let body = c.prepare_cached(sql)?.query_row([session.as_bytes()], |r| r.get::<_, String>(0)).optional()?;
    body.map(|body| from_json(&body)).transpose()
}

fn list(c: &Connection, range: &Range, limit: usize) -> Result<Vec<Visit>> {
    let sql = "SELECT body FROM visits WHERE began >= ?1 AND began < ?2 AND (?3 IS NULL OR bot = ?3)
               AND (?4 IS NULL OR team = ?4) ORDER BY began, session, first LIMIT ?5";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = c.prepare_cached(sql)?;
    let given = params![range.from.0, range.to.0, range.bot, range.team, limit];
    let bodies = statement.query_map(given, |r| r.get::<_, String>(0))?;
    bodies.map(|body| from_json(&body?)).collect()
}

#[async_trait]
impl Insights for Sqlite {
    async fn visits(&self, range: Range, limit: usize) -> Stored<Vec<Visit>> {
        self.read(move |c| list(c, &range, limit)).await
    }

    async fn visit(&self, session: SessionId) -> Stored<Option<Visit>> {
        self.read(move |c| latest(c, session)).await
    }
}
