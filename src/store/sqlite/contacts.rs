//! Contacts: learned with the turn that tells of them, found by words, erased down to their number.
use super::Sqlite;
use super::chats::{from_json, json, session_id};
use crate::engine::Event;
use crate::id::{ContactId, SessionId};
use crate::runtime::contacts::{
    After, Changed, Contact, Contacts, Erasing, Fresh, Past, Remark, Told, told, words as found_by,
};
use crate::runtime::ports::Stored;
use crate::time::Millis;
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Result, Row, params};

const COLUMNS: &str = "k.id, k.bot, k.known_as, k.fields, k.tags, k.created, k.seen, k.version";

fn read(r: &Row<'_>) -> Result<Contact> {
    Ok(Contact {
        id: ContactId(r.get(0)?),
        bot: r.get(1)?,
        known_as: r.get(2)?,
        fields: from_json(&r.get::<_, String>(3)?)?,
        tags: from_json(&r.get::<_, String>(4)?)?,
        created: Millis(r.get(5)?),
        seen: Millis(r.get(6)?),
        version: r.get(7)?,
    })
}

fn most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// Takes in what a turn tells of a signed customer. Whose chat it is follows the latest signature.
pub fn learn(c: &Connection, session: SessionId, bot: &str, events: &[Event]) -> Result<()> {
    for Told { known_as, fields, at } in events.iter().filter_map(told) {
        let (contact, _) = one(c, &Fresh { bot: bot.into(), known_as, fields, tags: [].into() }, at)?;
        c.prepare_cached("UPDATE contacts SET seen = max(seen, ?2) WHERE id = ?1")?.execute([contact.0, at.0])?;
        c.prepare_cached("INSERT OR REPLACE INTO contact_chats (contact, session) VALUES (?1, ?2)")?
            .execute(params![contact.0, session.as_bytes()])?;
    }
    Ok(())
}

/// Makes a contact or adds to the one there is; its number, and whether it is new.
fn one(c: &Connection, fresh: &Fresh, now: Millis) -> Result<(ContactId, bool)> {
    let Fresh { bot, known_as, fields, tags } = fresh;
    if let Some(mut contact) = known(c, bot, known_as)? {
        let more = !tags.is_subset(&contact.tags);
        contact.tags.extend(tags.iter().cloned());
        if contact.learns(fields) || more {
            write(c, &contact)?;
        }
        return Ok((contact.id, false));
    }
    let sql = "INSERT INTO contacts (bot, known_as, fields, tags, created, seen) VALUES (?1, ?2, ?3, ?4, ?5, ?5)";
    c.prepare_cached(sql)?.execute(params![bot, known_as, json(fields)?, json(tags)?, now.0])?;
    let id = ContactId(c.last_insert_rowid());
    index(c, id, &found_by(known_as, fields, tags))?;
    Ok((id, true))
}

fn write(c: &Connection, contact: &Contact) -> Result<bool> {
    let sql = "UPDATE contacts SET fields = ?3, tags = ?4, version = version + 1
               WHERE id = ?1 AND version = ?2 AND erased IS NULL";
    let Contact { id, version, fields, tags, .. } = contact;
    let changed = c.prepare_cached(sql)?.execute(params![id.0, version, json(fields)?, json(tags)?])?;
    if changed > 0 {
        index(c, *id, &contact.words())?;
    }
    Ok(changed > 0)
}

fn index(c: &Connection, id: ContactId, words: &str) -> Result<()> {
    c.prepare_cached("INSERT OR REPLACE INTO contact_words (rowid, text) VALUES (?1, ?2)")?
        .execute(params![id.0, words])?;
    Ok(())
}

fn known(c: &Connection, bot: &str, known_as: &str) -> Result<Option<Contact>> {
    let sql = format!("SELECT {COLUMNS} FROM contacts k WHERE k.bot = ?1 AND k.known_as = ?2");
    c.prepare_cached(&sql)?.query_row([bot, known_as], read).optional()
}

fn numbered(c: &Connection, id: ContactId) -> Result<Option<Contact>> {
    let sql = format!("SELECT {COLUMNS} FROM contacts k WHERE k.id = ?1 AND k.erased IS NULL");
    c.prepare_cached(&sql)?.query_row([id.0], read).optional()
}

fn list(c: &Connection, text: &str, after: Option<After>, limit: usize) -> Result<Vec<Contact>> {
    let After { seen, id } = after.unwrap_or(After { seen: Millis(i64::MAX), id: ContactId(i64::MAX) });
    let later = "k.erased IS NULL AND (k.seen, k.id) < (?1, ?2) ORDER BY k.seen DESC, k.id DESC LIMIT ?3";
    let query = super::search::query(text);
    if query.is_empty() {
        let sql = format!("SELECT {COLUMNS} FROM contacts k WHERE {later}");
        return c.prepare_cached(&sql)?.query_map(params![seen.0, id.0, most(limit)], read)?.collect();
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM contact_words w JOIN contacts k ON k.id = w.rowid WHERE contact_words MATCH ?4 AND {later}"
    );
    c.prepare_cached(&sql)?.query_map(params![seen.0, id.0, most(limit), query], read)?.collect()
}

fn past(c: &Connection, id: ContactId, limit: usize) -> Result<Vec<Past>> {
    let sql = "SELECT s.row, t.body FROM contact_chats l JOIN sessions s ON s.id = l.session
               LEFT JOIN tickets t ON t.session = s.id
               WHERE l.contact = ?1 AND s.state <> 'erased' AND s.seq > 0 ORDER BY s.updated DESC, s.id DESC LIMIT ?2";
    let read = |r: &Row<'_>| {
        let ticket: Option<String> = r.get(1)?;
        Ok(Past { row: from_json(&r.get::<_, String>(0)?)?, ticket: ticket.map(|t| from_json(&t)).transpose()? })
    };
    c.prepare_cached(sql)?.query_map(params![id.0, most(limit)], read)?.collect()
}

pub(super) fn erase(c: &Connection, id: ContactId, now: Millis) -> Result<Erasing> {
    if numbered(c, id)?.is_none() {
        return Ok(Erasing::Unknown);
    }
    let mut statement = c.prepare_cached("SELECT session FROM contact_chats WHERE contact = ?1")?;
    let chats = statement.query_map([id.0], |r| r.get::<_, Vec<u8>>(0))?;
    let chats: Vec<SessionId> = chats.map(|bytes| session_id(&bytes?)).collect::<Result<_>>()?;
    if !chats.is_empty() {
        return Ok(Erasing::Has(chats));
    }
    let sql = "UPDATE contacts SET known_as = NULL, fields = '{}', tags = '[]', erased = ?2 WHERE id = ?1";
    c.execute(sql, [id.0, now.0])?;
    c.execute("DELETE FROM contact_notes WHERE contact = ?1", [id.0])?;
    c.execute("DELETE FROM contact_words WHERE rowid = ?1", [id.0])?;
    Ok(Erasing::Done)
}

fn old_chats(c: &Connection, bot: &str, before: Millis, limit: usize) -> Result<Vec<SessionId>> {
    let sql = "SELECT id FROM sessions WHERE bot = ?1 AND state IN ('resolved', 'bot') AND updated < ?2
               ORDER BY updated, id LIMIT ?3";
    let mut statement = c.prepare_cached(sql)?;
    let ids = statement.query_map(params![bot, before.0, most(limit)], |r| r.get::<_, Vec<u8>>(0))?;
    ids.map(|id| session_id(&id?)).collect()
}

fn old_contacts(c: &Connection, bot: &str, before: Millis, limit: usize) -> Result<Vec<ContactId>> {
    let sql = "SELECT id FROM contacts k WHERE bot = ?1 AND seen < ?2 AND erased IS NULL AND NOT EXISTS (
                 SELECT 1 FROM contact_chats l JOIN sessions s ON s.id = l.session
                 WHERE l.contact = k.id AND (s.updated >= ?2 OR s.state IN ('waiting', 'agent')))
               ORDER BY seen, id LIMIT ?3";
    let mut statement = c.prepare_cached(sql)?;
    let ids = statement.query_map(params![bot, before.0, most(limit)], |r| Ok(ContactId(r.get(0)?)))?;
    ids.collect()
}

#[async_trait]
impl Contacts for Sqlite {
    async fn contacts(&self, words: &str, after: Option<After>, limit: usize) -> Stored<Vec<Contact>> {
        let words = words.to_owned();
        self.read(move |c| list(c, &words, after, limit)).await
    }

    async fn contact(&self, id: ContactId) -> Stored<Option<Contact>> {
        self.read(move |c| numbered(c, id)).await
    }

    async fn contact_erased(&self, id: ContactId) -> Stored<Option<Millis>> {
        let sql = "SELECT erased FROM contacts WHERE id = ?1";
        let read = move |c: &Connection| c.query_row(sql, [id.0], |r| r.get::<_, Option<i64>>(0)).optional();
        Ok(self.read(read).await?.flatten().map(Millis))
    }

    async fn contact_known_as(&self, bot: &str, known_as: &str) -> Stored<Option<Contact>> {
        let (bot, known_as) = (bot.to_owned(), known_as.to_owned());
        self.read(move |c| known(c, &bot, &known_as)).await
    }

    async fn contact_of(&self, session: SessionId) -> Stored<Option<Contact>> {
        let sql =
            format!("SELECT {COLUMNS} FROM contact_chats l JOIN contacts k ON k.id = l.contact WHERE l.session = ?1");
        self.read(move |c| c.prepare_cached(&sql)?.query_row([session.as_bytes()], read).optional()).await
    }

    async fn take_over(&self, fresh: Vec<Fresh>, now: Millis) -> Stored<usize> {
        let all = move |c: &Connection| {
            fresh.iter().try_fold(0, |new, f| Ok::<_, rusqlite::Error>(new + usize::from(one(c, f, now)?.1)))
        };
        self.writer.write(move |c| Ok(all(c)?)).await
    }

    async fn change_contact(&self, contact: Contact) -> Stored<Changed> {
        let change = move |c: &Connection| {
            Ok::<_, rusqlite::Error>(match write(c, &contact)? {
                true => Changed::Done,
                false if numbered(c, contact.id)?.is_some() => Changed::Stale,
                false => Changed::Unknown,
            })
        };
        self.writer.write(move |c| Ok(change(c)?)).await
    }

    async fn remarks(&self, id: ContactId, limit: usize) -> Stored<Vec<Remark>> {
        let sql = "SELECT at, name, text FROM contact_notes WHERE contact = ?1 ORDER BY id DESC LIMIT ?2";
        let read = |r: &Row<'_>| Ok(Remark { at: Millis(r.get(0)?), name: r.get(1)?, text: r.get(2)? });
        self.read(move |c| c.prepare_cached(sql)?.query_map([id.0, most(limit)], read)?.collect()).await
    }

    async fn remark(&self, id: ContactId, remark: Remark) -> Stored<bool> {
        let sql = "INSERT INTO contact_notes (contact, at, name, text)
                   SELECT id, ?2, ?3, ?4 FROM contacts WHERE id = ?1 AND erased IS NULL";
        let Remark { at, name, text } = remark;
        self.writer.write(move |c| Ok(c.execute(sql, params![id.0, at.0, name, text])? > 0)).await
    }

    async fn past(&self, id: ContactId, limit: usize) -> Stored<Vec<Past>> {
        self.read(move |c| past(c, id, limit)).await
    }

    async fn erase_contact(&self, id: ContactId, now: Millis) -> Stored<Erasing> {
        let erased = self.writer.write(move |c| Ok(erase(c, id, now)?)).await?;
        if erased == Erasing::Done {
            self.empty_the_log().await?;
        }
        Ok(erased)
    }

    async fn old_chats(&self, bot: &str, before: Millis, limit: usize) -> Stored<Vec<SessionId>> {
        let bot = bot.to_owned();
        self.read(move |c| old_chats(c, &bot, before, limit)).await
    }

    async fn old_contacts(&self, bot: &str, before: Millis, limit: usize) -> Stored<Vec<ContactId>> {
        let bot = bot.to_owned();
        self.read(move |c| old_contacts(c, &bot, before, limit)).await
    }
}
