//! Erasing: what was said goes, its places stay.
use super::chats::json;
use super::journal;
use super::writer::Failure;
use crate::engine::Event;
use crate::id::SessionId;
use rusqlite::Connection;

/// Where else something of a chat is kept.
pub const ELSEWHERE: [&str; 11] = [
    "cids",
    "outbox",
    "timers",
    "files",
    "tickets",
    "customers",
    "contact_chats",
    "visits",
    "mentions",
    "said",
    "deliveries",
];

/// Whether there was such a chat.
pub fn chat(c: &Connection, id: SessionId) -> Result<bool, Failure> {
    // Without a token nobody comes in, and the state keeps every later turn out.
    let sql = "UPDATE sessions SET token = x'', state = 'erased', agent = NULL, team = NULL, rank = 0, row = '{}',
               snapshot = NULL, snapshot_sum = NULL WHERE id = ?1";
    if c.execute(sql, [id.as_bytes()])? == 0 {
        return Ok(false);
    }
    for turn in journal::turns(c, id, 0, usize::MAX)? {
        let events: Vec<Event> = match turn.events(id) {
            Ok(events) => events.into_iter().map(|e| Event { what: e.what.erased(), ..e }).collect(),
            Err(_) => turn.lost(),
        };
        journal::rewrite(c, id, turn.first, &json(&events)?)?;
    }
    for table in ELSEWHERE {
        c.execute(&format!("DELETE FROM {table} WHERE session = ?1"), [id.as_bytes()])?;
    }
    Ok(true)
}

/// Whether a chat takes anything in any more.
pub fn is_erased(c: &Connection, id: SessionId) -> rusqlite::Result<bool> {
    c.prepare_cached("SELECT 1 FROM sessions WHERE id = ?1 AND state = 'erased'")?.exists([id.as_bytes()])
}
