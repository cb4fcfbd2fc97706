//! Deliveries of webhooks: rows that are taken by who sends them.
use super::Sqlite;
use super::chats::{number, session_id};
use crate::id::SessionId;
use crate::runtime::ports::{Commit, Stored};
use crate::runtime::webhooks::{Count, Deliveries, Delivery, Name, Receiver, Taken};
use crate::time::Millis;
use async_trait::async_trait;
use rusqlite::{Connection, Result, Row, params};

/// What a turn is news of. What is behind something that could not be delivered waits as long as that does.
pub fn add(c: &Connection, commit: &Commit) -> Result<()> {
    let sql = "INSERT INTO deliveries (session, hook, seq, bot, at, due) VALUES (?1, ?2, ?3, ?4, ?5, max(?5,
                 coalesce((SELECT max(due) FROM deliveries WHERE session = ?1 AND hook = ?2 AND dead = 0), ?5)))";
    for letter in &commit.letters {
        let (session, bot) = (commit.session.as_bytes(), &commit.row.bot);
        let given = params![session, letter.hook, number(letter.seq), bot, letter.at.0];
        c.prepare_cached(sql)?.execute(given)?;
    }
    Ok(())
}

const COLUMNS: &str = "session, seq, hook, bot, at, due, tries, dead, problem";

fn read(r: &Row<'_>) -> Result<Delivery> {
    let session: SessionId = session_id(&r.get::<_, Vec<u8>>(0)?)?;
    let name = Name { session, seq: r.get::<_, i64>(1)?.cast_unsigned(), hook: r.get(2)? };
    let (at, due) = (Millis(r.get(4)?), Millis(r.get(5)?));
    Ok(Delivery { name, bot: r.get(3)?, at, due, tries: r.get(6)?, dead: r.get(7)?, problem: r.get(8)? })
}

fn take(c: &Connection, receiver: &Receiver, now: Millis, until: Millis, limit: usize) -> Result<Taken> {
    let sql = format!(
        "SELECT {COLUMNS} FROM deliveries AS own WHERE bot = ?1 AND hook = ?2 AND dead = 0 AND due <= ?3 AND held <= ?3
           AND NOT EXISTS (SELECT 1 FROM deliveries AS earlier WHERE earlier.session = own.session
                             AND earlier.hook = own.hook AND earlier.seq < own.seq AND earlier.dead = 0)
         ORDER BY due, session LIMIT ?4"
    );
    let limit_ = i64::try_from(limit).unwrap_or(i64::MAX);
    let given = params![receiver.bot, receiver.hook, now.0, limit_];
    let mine: Vec<Delivery> = c.prepare_cached(&sql)?.query_map(given, read)?.collect::<Result<_>>()?;
    for Delivery { name, .. } in &mine {
        let sql = "UPDATE deliveries SET held = ?4 WHERE session = ?1 AND hook = ?2 AND seq = ?3";
        c.prepare_cached(sql)?.execute(params![name.session.as_bytes(), name.hook, number(name.seq), until.0])?;
    }
    let next = if mine.len() == limit { Some(now) } else { next(c, receiver, now)? };
    Ok(Taken { now: mine, next })
}

/// When something comes due, or somebody's hold ends.
fn next(c: &Connection, receiver: &Receiver, now: Millis) -> Result<Option<Millis>> {
    let sql = "SELECT min(at) FROM (
                 SELECT min(due) AS at FROM deliveries WHERE bot = ?1 AND hook = ?2 AND dead = 0 AND due > ?3
                 UNION ALL SELECT min(held) FROM deliveries
                   WHERE bot = ?1 AND hook = ?2 AND dead = 0 AND due <= ?3 AND held > ?3)";
    let given = params![receiver.bot, receiver.hook, now.0];
    let at: Option<i64> = c.prepare_cached(sql)?.query_row(given, |r| r.get(0))?;
    Ok(at.map(Millis))
}

fn put_off(c: &Connection, name: &Name, until: Millis, problem: &str) -> Result<()> {
    let session = name.session.as_bytes();
    let sql = "UPDATE deliveries SET tries = tries + 1, held = 0, problem = ?4
               WHERE session = ?1 AND hook = ?2 AND seq = ?3";
    c.prepare_cached(sql)?.execute(params![session, name.hook, number(name.seq), problem])?;
    let sql = "UPDATE deliveries SET due = max(due, ?4) WHERE session = ?1 AND hook = ?2 AND seq >= ?3 AND dead = 0";
    c.prepare_cached(sql)?.execute(params![session, name.hook, number(name.seq), until.0])?;
    Ok(())
}

fn give_up(c: &Connection, name: &Name, problem: &str) -> Result<()> {
    let sql = "UPDATE deliveries SET dead = 1, tries = tries + 1, held = 0, problem = ?4
               WHERE session = ?1 AND hook = ?2 AND seq = ?3";
    let given = params![name.session.as_bytes(), name.hook, number(name.seq), problem];
    c.prepare_cached(sql)?.execute(given).map(|_| ())
}

fn done(c: &Connection, name: &Name) -> Result<()> {
    let sql = "DELETE FROM deliveries WHERE session = ?1 AND hook = ?2 AND seq = ?3";
    c.prepare_cached(sql)?.execute(params![name.session.as_bytes(), name.hook, number(name.seq)]).map(|_| ())
}

fn undelivered(c: &Connection, limit: usize) -> Result<Vec<Delivery>> {
    let sql = format!("SELECT {COLUMNS} FROM deliveries ORDER BY dead DESC, at, session, seq, hook LIMIT ?1");
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    c.prepare(&sql)?.query_map([limit], read)?.collect()
}

fn counts(c: &Connection) -> Result<Vec<Count>> {
    let sql = "SELECT bot, hook, sum(dead = 0), sum(dead = 1) FROM deliveries GROUP BY bot, hook ORDER BY bot, hook";
    let read = |r: &Row<'_>| {
        let receiver = Receiver { bot: r.get(0)?, hook: r.get(1)? };
        let (waiting, dead): (i64, i64) = (r.get(2)?, r.get(3)?);
        Ok(Count { receiver, waiting: waiting.cast_unsigned(), dead: dead.cast_unsigned() })
    };
    c.prepare(sql)?.query_map([], read)?.collect()
}

#[async_trait]
impl Deliveries for Sqlite {
    async fn take_deliveries(&self, of: &Receiver, now: Millis, until: Millis, limit: usize) -> Stored<Taken> {
        let of = of.clone();
        self.writer.write(move |c| Ok(take(c, &of, now, until, limit)?)).await
    }

    async fn delivered(&self, name: &Name) -> Stored<()> {
        let name = name.clone();
        self.writer.write(move |c| Ok(done(c, &name)?)).await
    }

    async fn put_off_delivery(&self, name: &Name, until: Millis, problem: &str) -> Stored<()> {
        let (name, problem) = (name.clone(), problem.to_owned());
        self.writer.write(move |c| Ok(put_off(c, &name, until, &problem)?)).await
    }

    async fn give_up_delivery(&self, name: &Name, problem: &str) -> Stored<()> {
        let (name, problem) = (name.clone(), problem.to_owned());
        self.writer.write(move |c| Ok(give_up(c, &name, &problem)?)).await
    }

    async fn undelivered(&self, limit: usize) -> Stored<Vec<Delivery>> {
        self.read(move |c| undelivered(c, limit)).await
    }

    async fn delivery_counts(&self) -> Stored<Vec<Count>> {
        self.read(counts).await
    }

    async fn replay_deliveries(&self, of: &Receiver, now: Millis) -> Stored<u64> {
        let of = of.clone();
        let sql = "UPDATE deliveries SET dead = 0, tries = 0, due = ?3 WHERE bot = ?1 AND hook = ?2";
        self.writer.write(move |c| Ok(c.execute(sql, params![of.bot, of.hook, now.0])? as u64)).await
    }

    async fn replay_delivery(&self, name: &Name, now: Millis) -> Stored<bool> {
        let name = name.clone();
        let sql = "UPDATE deliveries SET dead = 0, tries = 0, due = ?4 WHERE session = ?1 AND hook = ?2 AND seq = ?3";
        let replay =
            move |c: &Connection| c.execute(sql, params![name.session.as_bytes(), name.hook, number(name.seq), now.0]);
        self.writer.write(move |c| Ok(replay(c)? > 0)).await
    }
}
