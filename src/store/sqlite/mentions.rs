//! Notes that name a colleague who has not read them yet.
use super::Sqlite;
use super::chats::{number, session_id};
use crate::id::{AgentId, SessionId};
use crate::runtime::mentions::{Mention, Mentions};
use crate::runtime::ports::Stored;
use crate::time::Millis;
use async_trait::async_trait;
use rusqlite::{Connection, Result, Row, params};

fn keep(c: &Connection, whom: &[AgentId], mention: &Mention) -> Result<()> {
    let sql = "INSERT OR IGNORE INTO mentions (agent, session, seq, at, name, text)
               SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE EXISTS (SELECT 1 FROM sessions WHERE id = ?2 AND state <> 'erased')";
    let Mention { session, seq, at, by, text, .. } = mention;
    let mut statement = c.prepare_cached(sql)?;
    for agent in whom {
        statement.execute(params![agent.0, session.as_bytes(), number(*seq), at.0, by, text])?;
    }
    Ok(())
}

fn list(c: &Connection, who: AgentId, limit: usize) -> Result<Vec<Mention>> {
    let sql = "SELECT m.session, m.seq, m.at, m.name, m.text, json_extract(s.row, '$.name') FROM mentions m
               JOIN sessions s ON s.id = m.session WHERE m.agent = ?1 ORDER BY m.at DESC, m.session, m.seq DESC LIMIT ?2";
    let read = |r: &Row<'_>| {
        let session = session_id(&r.get::<_, Vec<u8>>(0)?)?;
        let (seq, at) = (r.get::<_, i64>(1)?.cast_unsigned(), Millis(r.get(2)?));
        Ok(Mention { session, seq, at, by: r.get(3)?, text: r.get(4)?, chat: r.get(5)? })
    };
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    c.prepare_cached(sql)?.query_map(params![who.0, limit], read)?.collect()
}

#[async_trait]
impl Mentions for Sqlite {
    async fn mention(&self, whom: Vec<AgentId>, mention: Mention) -> Stored<()> {
        self.writer.write(move |c| Ok(keep(c, &whom, &mention)?)).await
    }

    async fn mentions(&self, who: AgentId, limit: usize) -> Stored<Vec<Mention>> {
        self.read(move |c| list(c, who, limit)).await
    }

    async fn mention_read(&self, who: AgentId, session: SessionId) -> Stored<bool> {
        let sql = "DELETE FROM mentions WHERE agent = ?1 AND session = ?2";
        self.writer.write(move |c| Ok(c.prepare_cached(sql)?.execute(params![who.0, session.as_bytes()])? > 0)).await
    }
}
