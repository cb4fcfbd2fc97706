//! Full-text search. Words are taken in with the turn in which they are said, so that nothing is found that is not there.
use super::Sqlite;
use super::chats::{from_json, number, session_id};
use crate::engine::Event;
use crate::id::SessionId;
use crate::runtime::ports::Stored;
use crate::runtime::search::{Hit, Said, Search, said, words};
use crate::time::Millis;
use async_trait::async_trait;
use rusqlite::{Connection, Result, params};

pub fn learn(c: &Connection, session: SessionId, events: &[Event]) -> Result<()> {
    for Said { seq, at, by, text } in events.iter().filter_map(said) {
        c.prepare_cached("INSERT INTO said (text, session, seq, at, by) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![text, session.as_bytes(), number(seq), at.0, by])?;
    }
    Ok(())
}

/// Each word in quotes, so that nothing in it is read as more than a word; the star finds what begins like it.
pub(super) fn query(text: &str) -> String {
    words(text).iter().map(|w| format!("\"{w}\"*")).collect::<Vec<_>>().join(" ")
}

fn search(c: &Connection, text: &str, limit: usize) -> Result<Vec<Hit>> {
    let query = query(text);
    if query.is_empty() {
        return Ok(vec![]);
    }
    let sql = "SELECT f.session, f.seq, f.at, f.by, snippet(said, 0, char(1), char(2), '…', 14), s.row
               FROM said f JOIN sessions s ON s.id = f.session
               WHERE said MATCH ?1 ORDER BY f.rowid DESC LIMIT ?2";
    let read = |r: &rusqlite::Row<'_>| {
        let seq: i64 = r.get(1)?;
        Ok(Hit {
            session: session_id(&r.get::<_, Vec<u8>>(0)?)?,
            seq: seq.cast_unsigned(),
            at: Millis(r.get(2)?),
            by: r.get(3)?,
            text: r.get(4)?,
            row: from_json(&r.get::<_, String>(5)?)?,
        })
    };
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    c.prepare_cached(sql)?.query_map(params![query, limit], read)?.collect()
}

#[async_trait]
impl Search for Sqlite {
    async fn search(&self, words: &str, limit: usize) -> Stored<Vec<Hit>> {
        let words = words.to_owned();
        self.read(move |c| search(c, &words, limit)).await
    }
}
