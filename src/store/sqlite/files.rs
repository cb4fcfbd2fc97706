//! Photos and files in the database.
use super::erase;
use crate::engine::File;
use crate::id::SessionId;
use crate::runtime::ports::{Filed, Room, StoredFile};
use crate::time::Millis;
use rusqlite::{Connection, OptionalExtension, Result, params};

pub fn keep(c: &Connection, stored: &StoredFile, room: Room) -> Result<Filed> {
    if erase::is_erased(c, stored.session)? {
        return Err(rusqlite::Error::QueryReturnedNoRows);
    }
    let (session, file) = (stored.session.as_bytes(), &stored.file);
    let known = "SELECT 1 FROM files WHERE session = ?1 AND id = ?2";
    if c.prepare_cached(known)?.exists(params![session, file.id])? {
        return Ok(Filed::Known);
    }
    let sql = "SELECT count(*), coalesce(sum(size), 0) FROM files WHERE session = ?1";
    let read = |r: &rusqlite::Row<'_>| Ok((r.get::<_, i64>(0)?, r.get::<_, i64>(1)?));
    let (files, bytes) = c.prepare_cached(sql)?.query_row([session], read)?;
    if !room.takes(files.cast_unsigned(), bytes.cast_unsigned(), file.size) {
        return Ok(Filed::Full);
    }
    let sql = "INSERT INTO files (session, id, name, type, size, at, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let size = file.size.cast_signed();
    c.prepare_cached(sql)?.execute(params![session, file.id, file.name, file.kind, size, stored.at.0, stored.bytes])?;
    Ok(Filed::Kept)
}

pub fn file(c: &Connection, session: SessionId, id: &str) -> Result<Option<StoredFile>> {
    let sql = "SELECT name, type, size, at, bytes FROM files WHERE session = ?1 AND id = ?2";
    let read = |r: &rusqlite::Row<'_>| {
        let (name, kind, size) = (r.get(0)?, r.get(1)?, r.get::<_, i64>(2)?.cast_unsigned());
        let file = File { id: id.to_owned(), name, kind, size };
        Ok(StoredFile { session, file, at: Millis(r.get(3)?), bytes: r.get(4)? })
    };
    c.prepare_cached(sql)?.query_row(params![session.as_bytes(), id], read).optional()
}
