//! People with their places, and the links by which they come in.
use super::chats::from_json;
use crate::id::AgentId;
use crate::runtime::people::{Account, Invitation, Joined, Newcomer, Open, Person, Place, Placed, Role, handle};
use crate::runtime::ports::Hash;
use crate::time::Millis;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Result, Row, params};
use serde::Serialize;

pub(super) fn json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| rusqlite::Error::ToSqlConversionFailure(Box::new(e)))
}

pub(super) fn role(r: &Row<'_>, column: usize) -> Result<Role> {
    let word: String = r.get(column)?;
    let strange = || rusqlite::Error::FromSqlConversionFailure(column, Type::Text, format!("no role: {word}").into());
    Role::read(&word).ok_or_else(strange)
}

pub fn count(c: &Connection) -> Result<u64> {
    let n: i64 = c.query_row("SELECT count(*) FROM agents", [], |r| r.get(0))?;
    Ok(n.cast_unsigned())
}

pub fn people(c: &Connection) -> Result<Vec<Person>> {
    let sql = "SELECT id, name, email, active, seat, role, second IS NOT NULL FROM agents ORDER BY active DESC, lower(name), id";
    let read = |r: &Row<'_>| {
        let place = Place { role: role(r, 5)?, active: r.get(3)?, seat: from_json(&r.get::<_, String>(4)?)? };
        Ok(Person { id: AgentId(r.get(0)?), name: r.get(1)?, email: r.get(2)?, place, second: r.get(6)? })
    };
    c.prepare_cached(sql)?.query_map([], read)?.collect()
}

pub fn place(c: &Connection, who: AgentId, place: &Place) -> Result<Placed> {
    let sql = "SELECT count(*) FROM agents WHERE role = 'owner' AND active AND id <> ?1";
    let other_owners: i64 = c.query_row(sql, [who.0], |r| r.get(0))?;
    let sql = "SELECT role, active FROM agents WHERE id = ?1";
    let before = c.query_row(sql, [who.0], |r| Ok((role(r, 0)?, r.get::<_, bool>(1)?))).optional()?;
    let Some(before) = before else { return Ok(Placed::Unknown) };
    let leads_all = (Role::Owner, true);
    if before == leads_all && (place.role, place.active) != leads_all && other_owners == 0 {
        return Ok(Placed::LastOwner);
    }
    let sql = "UPDATE agents SET role = ?2, seat = ?3, active = ?4 WHERE id = ?1";
    c.execute(sql, params![who.0, place.role.word(), json(&place.seat)?, place.active])?;
    if !place.active {
        c.execute("DELETE FROM logins WHERE agent = ?1", [who.0])?;
    }
    // Whoever made such a link may not decide about this person any more.
    if before != (place.role, place.active) {
        c.execute("DELETE FROM invites WHERE json_extract(body, '$.renews') = ?1", [who.0])?;
    }
    Ok(Placed::Done)
}

pub fn account(c: &Connection, email: &str) -> Result<Option<Account>> {
    let read = |r: &Row<'_>| Ok(Account { id: AgentId(r.get(0)?), name: r.get(1)?, password_hash: r.get(2)? });
    let sql = "SELECT id, name, password_hash FROM agents WHERE email = ?1 AND active";
    c.query_row(sql, [email], read).optional()
}

pub fn set_password(c: &Connection, who: AgentId, hash: &str, keep: Option<Hash>) -> Result<()> {
    c.execute("UPDATE agents SET password_hash = ?2 WHERE id = ?1", params![who.0, hash])?;
    let keep = keep.map(|k| k.to_vec()).unwrap_or_default();
    c.execute("DELETE FROM logins WHERE agent = ?1 AND token <> ?2", params![who.0, keep])?;
    Ok(())
}

pub fn invite(c: &Connection, token: &Hash, expires: Millis, invitation: &Invitation) -> Result<()> {
    if *invitation == Invitation::first() {
        c.execute("DELETE FROM invites WHERE body = ?1", [json(invitation)?])?;
    }
    let sql = "INSERT INTO invites (token, expires, body) VALUES (?1, ?2, ?3)";
    c.execute(sql, params![token, expires.0, json(invitation)?])?;
    Ok(())
}

pub fn invitation(c: &Connection, token: &Hash, now: Millis) -> Result<Option<Invitation>> {
    let sql = "SELECT body FROM invites WHERE token = ?1 AND expires > ?2";
    let body = c.query_row(sql, params![token, now.0], |r| r.get::<_, String>(0)).optional()?;
    body.map(|b| from_json(&b)).transpose()
}

pub fn invitations(c: &Connection, now: Millis) -> Result<Vec<Open>> {
    let sql = "SELECT token, expires, body FROM invites WHERE expires > ?1 ORDER BY expires DESC, token";
    let read = |r: &Row<'_>| {
        let invitation = from_json(&r.get::<_, String>(2)?)?;
        Ok(Open { id: handle(&r.get(0)?), expires: Millis(r.get(1)?), invitation })
    };
    c.prepare_cached(sql)?.query_map([now.0], read)?.collect()
}

pub fn withdraw(c: &Connection, id: &str) -> Result<()> {
    c.execute("DELETE FROM invites WHERE lower(substr(hex(token), 1, 16)) = ?1", [id])?;
    Ok(())
}

pub fn join(c: &Connection, token: &Hash, now: Millis, newcomer: &Newcomer) -> Result<Joined> {
    let Some(invitation) = invitation(c, token, now)? else { return Ok(Joined::Gone) };
    let Newcomer { name, email, password_hash } = newcomer;
    let id = match invitation.renews {
        Some(who) => {
            set_password(c, who, password_hash, None)?;
            who
        }
        None => {
            let taken = c.query_row("SELECT 1 FROM agents WHERE email = ?1", [email], |_| Ok(())).optional()?;
            if taken.is_some() {
                return Ok(Joined::EmailTaken);
            }
            let sql = "INSERT INTO agents (name, email, password_hash, role, seat) VALUES (?1, ?2, ?3, ?4, ?5)";
            let seat = json(&invitation.seat)?;
            c.execute(sql, params![name, email, password_hash, invitation.role.word(), seat])?;
            AgentId(c.last_insert_rowid())
        }
    };
    c.execute("DELETE FROM invites WHERE token = ?1", [token.as_slice()])?;
    Ok(Joined::As(id))
}
