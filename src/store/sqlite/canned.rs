//! Canned replies.
use super::Sqlite;
use crate::runtime::canned::{Canned, Keeping, MOST, Replies};
use crate::runtime::ports::Stored;
use async_trait::async_trait;
use rusqlite::{Connection, Result, params};

fn canned(c: &Connection, bot: &str) -> Result<Vec<Canned>> {
    let mut statement = c.prepare_cached("SELECT name, text FROM canned WHERE bot = ?1 ORDER BY name")?;
    statement.query_map([bot], |r| Ok(Canned { name: r.get(0)?, text: r.get(1)? }))?.collect()
}

fn keep(c: &Connection, bot: &str, canned: &Canned) -> Result<Keeping> {
    let sql = "SELECT count(*) FROM canned WHERE bot = ?1 AND name <> ?2";
    let others: i64 = c.query_row(sql, [bot, &canned.name], |r| r.get(0))?;
    if usize::try_from(others).unwrap_or(usize::MAX) >= MOST {
        return Ok(Keeping::Full);
    }
    let sql = "INSERT OR REPLACE INTO canned (bot, name, text) VALUES (?1, ?2, ?3)";
    c.execute(sql, params![bot, canned.name, canned.text])?;
    Ok(Keeping::Done)
}

#[async_trait]
impl Replies for Sqlite {
    async fn canned(&self, bot: &str) -> Stored<Vec<Canned>> {
        let bot = bot.to_owned();
        self.read(move |c| canned(c, &bot)).await
    }

    async fn keep_canned(&self, bot: &str, canned: Canned) -> Stored<Keeping> {
        let bot = bot.to_owned();
        self.writer.write(move |c| Ok(keep(c, &bot, &canned)?)).await
    }

    async fn drop_canned(&self, bot: &str, name: &str) -> Stored<()> {
        let (bot, name) = (bot.to_owned(), name.to_owned());
        let drop = move |c: &Connection| c.execute("DELETE FROM canned WHERE bot = ?1 AND name = ?2", [&bot, &name]);
        self.writer.write(move |c| Ok(drop(c).map(|_| ())?)).await
    }
}
