//! Second factors, and whether everybody needs one.
use super::accounts::json;
use super::chats::from_json;
use crate::id::AgentId;
use crate::runtime::people::{Code, Second};
use rusqlite::{Connection, OptionalExtension, Result, params};

/// In `meta`.
const NEEDED: &str = "second_factor_needed";

pub fn second(c: &Connection, who: AgentId) -> Result<Option<Second>> {
    let sql = "SELECT second FROM agents WHERE id = ?1";
    let body = c.query_row(sql, [who.0], |r| r.get::<_, Option<String>>(0)).optional()?.flatten();
    body.map(|b| from_json(&b)).transpose()
}

pub fn set_second(c: &Connection, who: AgentId, second: Option<&Second>) -> Result<()> {
    let body = second.map(json).transpose()?;
    c.execute("UPDATE agents SET second = ?2 WHERE id = ?1", params![who.0, body])?;
    Ok(())
}

pub fn spend(c: &Connection, who: AgentId, code: Code) -> Result<bool> {
    let Some(mut second) = second(c, who)? else { return Ok(false) };
    let spent = second.spend(code);
    if spent {
        set_second(c, who, Some(&second))?;
    }
    Ok(spent)
}

pub fn needed(c: &Connection) -> Result<bool> {
    c.query_row("SELECT 1 FROM meta WHERE key = ?1", [NEEDED], |_| Ok(())).optional().map(|found| found.is_some())
}

pub fn need(c: &Connection, needed: bool) -> Result<()> {
    if needed {
        c.execute("INSERT OR IGNORE INTO meta (key, value) VALUES (?1, 'yes')", [NEEDED])?;
    } else {
        c.execute("DELETE FROM meta WHERE key = ?1", [NEEDED])?;
    }
    Ok(())
}
