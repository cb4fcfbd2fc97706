//! Agents, their logins, and the link that makes the first of them.
use crate::id::AgentId;
use crate::runtime::ports::{Account, Hash, Login};
use crate::time::Millis;
use rusqlite::{Connection, OptionalExtension, Result, params};

pub fn count(c: &Connection) -> Result<u64> {
    let n: i64 = c.query_row("SELECT count(*) FROM agents", [], |r| r.get(0))?;
    Ok(n.cast_unsigned())
}

/// A new link takes the place of earlier ones.
pub fn invite(c: &Connection, token: &Hash, expires: Millis) -> Result<()> {
    c.execute("DELETE FROM invites", [])?;
    c.execute("INSERT INTO invites (token, expires) VALUES (?1, ?2)", params![token, expires.0])?;
    Ok(())
}

pub fn invited(c: &Connection, token: &Hash, now: Millis) -> Result<bool> {
    c.query_row("SELECT 1 FROM invites WHERE token = ?1 AND expires > ?2", params![token, now.0], |_| Ok(()))
        .optional()
        .map(|found| found.is_some())
}

pub fn join(
    c: &Connection,
    token: &Hash,
    now: Millis,
    name: &str,
    email: &str,
    password_hash: &str,
) -> Result<Option<AgentId>> {
    let used = c.execute("DELETE FROM invites WHERE token = ?1 AND expires > ?2", params![token, now.0])?;
    if used == 0 {
        return Ok(None);
    }
    c.execute(
        "INSERT INTO agents (name, email, password_hash) VALUES (?1, ?2, ?3)",
        params![name, email, password_hash],
    )?;
    Ok(Some(AgentId(c.last_insert_rowid())))
}

pub fn account(c: &Connection, email: &str) -> Result<Option<Account>> {
    let read = |r: &rusqlite::Row<'_>| {
        Ok(Account { id: AgentId(r.get(0)?), name: r.get(1)?, email: r.get(2)?, password_hash: r.get(3)? })
    };
    c.query_row("SELECT id, name, email, password_hash FROM agents WHERE email = ?1", [email], read).optional()
}

pub fn log_in(c: &Connection, token: &Hash, agent: AgentId, csrf: &str, expires: Millis) -> Result<()> {
    let sql = "INSERT INTO logins (token, agent, csrf, expires) VALUES (?1, ?2, ?3, ?4)";
    c.execute(sql, params![token, agent.0, csrf, expires.0])?;
    Ok(())
}

pub fn login(c: &Connection, token: &Hash, now: Millis) -> Result<Option<Login>> {
    let sql = "SELECT a.id, a.name, l.csrf FROM logins l JOIN agents a ON a.id = l.agent WHERE l.token = ?1 AND l.expires > ?2";
    let read = |r: &rusqlite::Row<'_>| Ok(Login { agent: AgentId(r.get(0)?), name: r.get(1)?, csrf: r.get(2)? });
    c.query_row(sql, params![token, now.0], read).optional()
}

pub fn log_out(c: &Connection, token: &Hash) -> Result<()> {
    c.execute("DELETE FROM logins WHERE token = ?1", [token.as_slice()])?;
    Ok(())
}
