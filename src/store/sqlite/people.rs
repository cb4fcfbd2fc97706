//! Logins and the record; accounts stand in `accounts`.
use super::Sqlite;
use super::accounts::{self, role};
use super::chats::from_json;
use super::second;
use crate::id::AgentId;
use crate::runtime::people::{
    Account, Code, Deed, Invitation, Joined, Login, Newcomer, Open, People, Person, Place, Placed, Second, Stay, handle,
};
use crate::runtime::ports::{Hash, Stored};
use crate::time::Millis;
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Result, Row, params};

fn log_in(c: &Connection, token: &Hash, stay: &Stay) -> Result<()> {
    let sql = "INSERT INTO logins (token, agent, csrf, expires, since, device, address)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let Stay { agent, csrf, since, expires, device, address } = stay;
    c.execute(sql, params![token, agent.0, csrf, expires.0, since.0, device, address])?;
    c.execute("DELETE FROM logins WHERE expires <= ?1", [since.0])?;
    Ok(())
}

fn login(c: &Connection, token: &Hash, now: Millis) -> Result<Option<Login>> {
    let sql =
        "SELECT a.id, a.name, l.csrf, a.seat, a.role, a.second IS NULL FROM logins l JOIN agents a ON a.id = l.agent
               WHERE l.token = ?1 AND l.expires > ?2 AND a.active";
    let needed = second::needed(c)?;
    let read = |r: &Row<'_>| {
        let (role, seat) = (role(r, 4)?, from_json(&r.get::<_, String>(3)?)?);
        let lacks_second = needed && r.get::<_, bool>(5)?;
        Ok(Login { agent: AgentId(r.get(0)?), name: r.get(1)?, role, seat, csrf: r.get(2)?, lacks_second })
    };
    c.prepare_cached(sql)?.query_row(params![token, now.0], read).optional()
}

fn logins(c: &Connection, agent: AgentId, now: Millis) -> Result<Vec<(String, Stay)>> {
    let sql = "SELECT token, csrf, since, expires, device, address FROM logins
               WHERE agent = ?1 AND expires > ?2 ORDER BY since DESC, token";
    let read = |r: &Row<'_>| {
        let (since, expires) = (Millis(r.get(2)?), Millis(r.get(3)?));
        let stay = Stay { agent, csrf: r.get(1)?, since, expires, device: r.get(4)?, address: r.get(5)? };
        Ok((handle(&r.get(0)?), stay))
    };
    c.prepare_cached(sql)?.query_map(params![agent.0, now.0], read)?.collect()
}

fn end_login(c: &Connection, agent: AgentId, id: &str) -> Result<bool> {
    let sql = "DELETE FROM logins WHERE agent = ?1 AND lower(substr(hex(token), 1, 16)) = ?2";
    Ok(c.execute(sql, params![agent.0, id])? > 0)
}

fn record(c: &Connection, deed: &Deed) -> Result<()> {
    let sql = "INSERT INTO deeds (at, who, name, what, about) VALUES (?1, ?2, ?3, ?4, ?5)";
    let who = deed.who.map(|w| w.0);
    c.prepare_cached(sql)?.execute(params![deed.at.0, who, deed.name, deed.what, deed.about])?;
    Ok(())
}

fn recorded(c: &Connection, before: Option<i64>, limit: usize) -> Result<Vec<Deed>> {
    let sql = "SELECT id, at, who, name, what, about FROM deeds WHERE id < ?1 ORDER BY id DESC LIMIT ?2";
    let read = |r: &Row<'_>| {
        let who = r.get::<_, Option<i64>>(2)?.map(AgentId);
        Ok(Deed { id: r.get(0)?, at: Millis(r.get(1)?), who, name: r.get(3)?, what: r.get(4)?, about: r.get(5)? })
    };
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    c.prepare_cached(sql)?.query_map(params![before.unwrap_or(i64::MAX), limit], read)?.collect()
}

#[async_trait]
impl People for Sqlite {
    async fn agents(&self) -> Stored<u64> {
        self.read(accounts::count).await
    }

    async fn everybody(&self) -> Stored<Vec<Person>> {
        self.read(accounts::people).await
    }

    async fn place(&self, who: AgentId, place: Place) -> Stored<Placed> {
        self.writer.write(move |c| Ok(accounts::place(c, who, &place)?)).await
    }

    async fn account(&self, email: &str) -> Stored<Option<Account>> {
        let email = email.to_lowercase();
        self.read(move |c| accounts::account(c, &email)).await
    }

    async fn set_password(&self, who: AgentId, hash: &str, keep: Option<Hash>) -> Stored<()> {
        let hash = hash.to_owned();
        self.writer.write(move |c| Ok(accounts::set_password(c, who, &hash, keep)?)).await
    }

    async fn invite(&self, token: Hash, expires: Millis, invitation: Invitation) -> Stored<()> {
        self.writer.write(move |c| Ok(accounts::invite(c, &token, expires, &invitation)?)).await
    }

    async fn invitation(&self, token: Hash, now: Millis) -> Stored<Option<Invitation>> {
        self.read(move |c| accounts::invitation(c, &token, now)).await
    }

    async fn invitations(&self, now: Millis) -> Stored<Vec<Open>> {
        self.read(move |c| accounts::invitations(c, now)).await
    }

    async fn withdraw(&self, id: &str) -> Stored<()> {
        let id = id.to_owned();
        self.writer.write(move |c| Ok(accounts::withdraw(c, &id)?)).await
    }

    async fn join(&self, token: Hash, now: Millis, newcomer: Newcomer) -> Stored<Joined> {
        let newcomer = Newcomer { email: newcomer.email.to_lowercase(), ..newcomer };
        self.writer.write(move |c| Ok(accounts::join(c, &token, now, &newcomer)?)).await
    }

    async fn log_in(&self, token: Hash, stay: Stay) -> Stored<()> {
        self.writer.write(move |c| Ok(log_in(c, &token, &stay)?)).await
    }

    async fn login(&self, token: Hash, now: Millis) -> Stored<Option<Login>> {
        self.read(move |c| login(c, &token, now)).await
    }

    async fn log_out(&self, token: Hash) -> Stored<()> {
        let out = move |c: &Connection| c.execute("DELETE FROM logins WHERE token = ?1", [token.as_slice()]);
        self.writer.write(move |c| Ok(out(c).map(drop)?)).await
    }

    async fn logins(&self, agent: AgentId, now: Millis) -> Stored<Vec<(String, Stay)>> {
        self.read(move |c| logins(c, agent, now)).await
    }

    async fn end_login(&self, agent: AgentId, id: &str) -> Stored<bool> {
        let id = id.to_owned();
        self.writer.write(move |c| Ok(end_login(c, agent, &id)?)).await
    }

    async fn second(&self, who: AgentId) -> Stored<Option<Second>> {
        self.read(move |c| second::second(c, who)).await
    }

    async fn set_second(&self, who: AgentId, second: Option<Second>) -> Stored<()> {
        self.writer.write(move |c| Ok(second::set_second(c, who, second.as_ref())?)).await
    }

    async fn spend(&self, who: AgentId, code: Code) -> Stored<bool> {
        self.writer.write(move |c| Ok(second::spend(c, who, code)?)).await
    }

    async fn second_needed(&self) -> Stored<bool> {
        self.read(second::needed).await
    }

    async fn need_second(&self, needed: bool) -> Stored<()> {
        self.writer.write(move |c| Ok(second::need(c, needed)?)).await
    }

    async fn record(&self, deed: Deed) -> Stored<()> {
        self.writer.write(move |c| Ok(record(c, &deed)?)).await
    }

    async fn recorded(&self, before: Option<i64>, limit: usize) -> Stored<Vec<Deed>> {
        self.read(move |c| recorded(c, before, limit)).await
    }
}
