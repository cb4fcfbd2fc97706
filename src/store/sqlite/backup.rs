//! Copies of the whole database, photos and files included: made while a server runs, and put back. A copy is one moment of
//! everything, whoever writes meanwhile.
use super::{MIGRATIONS, PATIENCE, chats, connect, contacts, erase, journal, migrate};
use crate::id::{ContactId, SessionId};
use crate::runtime::contacts::Erasing;
use crate::runtime::ports::StoreError;
use crate::time::Millis;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Pages that are copied at a time; between two portions the progress is told.
const PORTION: i32 = 1_024;
/// A page that somebody holds is tried again after this, and so often.
const HELD: Duration = Duration::from_millis(20);
const TRIES: u32 = 500;

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error("There is no database at {}. Name the server's folder with --data.", .0.display())]
    Missing(PathBuf),
    #[error("{} exists already. Choose another name, or move it away.", .0.display())]
    Exists(PathBuf),
    #[error("{} is no database of rapport.", .0.display())]
    Foreign(PathBuf),
    #[error("{} was written by a later version of rapport. Use that version.", .0.display())]
    Later(PathBuf),
    #[error("{} is damaged: {problem}", .path.display())]
    Harmed { path: PathBuf, problem: String },
    #[error("A server is at work on {}. End it first: what it writes would be lost.", .0.display())]
    Live(PathBuf),
    #[error(
        "{} holds {chats} chats and {people} accounts. Keep them with `rapport backup`; with --yes they are replaced.",
        .path.display()
    )]
    NotEmpty { path: PathBuf, chats: u64, people: u64 },
    #[error("{}: {problem}", .path.display())]
    File { path: PathBuf, problem: io::Error },
    #[error("The database does not work: {0}")]
    Database(#[from] rusqlite::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

type Result<T> = std::result::Result<T, Problem>;

/// What a copy holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    pub chats: u64,
    pub turns: u64,
    pub files: u64,
    pub bytes: u64,
}

/// What was put back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    pub copied: Copied,
    /// Chats and customers that were erased after the copy was made, and are erased in it too.
    pub erased: u64,
}

/// Whom the database that is replaced had to forget.
#[derive(Debug, Default)]
struct Forgotten {
    chats: Vec<SessionId>,
    contacts: Vec<(ContactId, Millis)>,
}

/// Hears how many pages are copied, of how many.
pub type Progress<'a> = &'a mut dyn FnMut(u64, u64);

/// Copies a database into a new file. The copy is checked before it gets its name.
///
/// # Errors
/// No database, a file that exists, a full disk, or a copy with something wrong in it.
pub fn backup(from: &Path, to: &Path, progress: Progress<'_>) -> Result<Copied> {
    let source = existing(from)?;
    if to.exists() {
        return Err(Problem::Exists(to.to_owned()));
    }
    let part = beside(to, "part");
    let made = staged(&source, &part, progress).and_then(|copy| {
        let copied = checked(&copy, &part)?;
        copy.close().map_err(|(_, e)| e)?;
        Ok(Copied { bytes: settled(&part, to)?, ..copied })
    });
    if made.is_err() {
        let _ = fs::remove_file(&part);
    }
    made
}

/// Puts a copy in the place of a database. It is checked first, brought to this version and freed of what was erased since; the
/// database changes wholly or not at all.
///
/// # Errors
/// A copy that is damaged or of a later version, a server at work, or a database with chats that shall not be replaced.
pub fn restore(from: &Path, to: &Path, replace: bool, progress: Progress<'_>) -> Result<Restored> {
    let source = existing(from)?;
    checked(&source, from)?;
    let forgotten = replaced(to, replace)?;
    let part = beside(to, "restoring");
    let _ = fs::remove_file(&part);
    let made = staged(&source, &part, progress).and_then(|copy| {
        copy.close().map_err(|(_, e)| e)?;
        let erased = prepared(&part, &forgotten)?;
        let (copy, mut target) = (existing(&part)?, opened(to, OpenFlags::SQLITE_OPEN_CREATE)?);
        alone(&target, to)?;
        copied(&copy, &mut target, &mut |_, _| {}).map_err(|e| live_or(e, to))?;
        let copied = checked(&target, to)?;
        target.close().map_err(|(_, e)| e)?;
        let bytes = fs::metadata(to).map_or(0, |m| m.len());
        Ok(Restored { copied: Copied { bytes, ..copied }, erased })
    });
    let _ = fs::remove_file(&part);
    made
}

/// The name of a file on its way to another.
fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{end}"));
    path.with_file_name(name)
}

fn opened(path: &Path, more: OpenFlags) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | more;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    journal::teach(&connection)?;
    Ok(connection)
}

/// A database of rapport that is there; nothing in it is changed by opening it.
pub(super) fn existing(path: &Path) -> Result<Connection> {
    if !path.is_file() {
        return Err(Problem::Missing(path.to_owned()));
    }
    let connection = opened(path, OpenFlags::empty())?;
    let sql = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('meta', 'sessions')";
    match connection.query_row(sql, [], |r| r.get::<_, i64>(0)) {
        Ok(2) => {}
        Err(e) if e.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) => {
            return Err(Problem::Harmed { path: path.to_owned(), problem: e.to_string() });
        }
        Ok(_) => return Err(Problem::Foreign(path.to_owned())),
        Err(e) if e.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
            return Err(Problem::Foreign(path.to_owned()));
        }
        Err(e) => return Err(e.into()),
    }
    if version(&connection)? > MIGRATIONS.len() {
        return Err(Problem::Later(path.to_owned()));
    }
    Ok(connection)
}

pub(super) fn version(c: &Connection) -> rusqlite::Result<usize> {
    let version: i64 = c.query_row("PRAGMA user_version", [], |r| r.get(0))?;
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

/// A copy in a file of its own, which nobody else can read.
fn staged(source: &Connection, part: &Path, progress: Progress<'_>) -> Result<Connection> {
    let failed = |problem| Problem::File { path: part.to_owned(), problem };
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(part).map_err(failed)?;
    let mut copy = opened(part, OpenFlags::empty())?;
    copied(source, &mut copy, progress)?;
    alone(&copy, part)?;
    Ok(copy)
}

fn copied(source: &Connection, copy: &mut Connection, progress: Progress<'_>) -> rusqlite::Result<()> {
    // Within a read the source stands still for the copy, however much is written to it meanwhile.
    let moment = source.unchecked_transaction()?;
    moment.query_row("SELECT count(*) FROM sqlite_master", [], |r| r.get::<_, i64>(0))?;
    let backup = Backup::new(&moment, copy)?;
    let mut tries = 0;
    loop {
        let step = backup.step(PORTION)?;
        let count = |n: i32| u64::try_from(n).unwrap_or(0);
        let at = backup.progress();
        progress(count(at.pagecount - at.remaining), count(at.pagecount));
        match step {
            StepResult::Done => return Ok(()),
            StepResult::More => tries = 0,
            _ if tries >= TRIES => return Err(busy()),
            _ => {
                tries += 1;
                std::thread::sleep(HELD);
            }
        }
    }
}

fn busy() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY), None)
}

fn live_or(e: rusqlite::Error, path: &Path) -> Problem {
    match e.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Problem::Live(path.to_owned()),
        _ => e.into(),
    }
}

/// Makes the database one file, without a log of writes beside it. That works only where nobody else has it open.
fn alone(c: &Connection, path: &Path) -> Result<()> {
    c.busy_timeout(Duration::ZERO)?;
    let mode = c.query_row("PRAGMA journal_mode = DELETE", [], |r| r.get::<_, String>(0));
    c.busy_timeout(PATIENCE)?;
    match mode.map_err(|e| live_or(e, path))?.as_str() {
        "delete" => Ok(()),
        _ => Err(Problem::Live(path.to_owned())),
    }
}

/// Whether SQLite finds its structures whole, and every turn is what was written; what is in it.
fn checked(c: &Connection, path: &Path) -> Result<Copied> {
    let harmed = |problem: String| Err(Problem::Harmed { path: path.to_owned(), problem });
    let words: String = c.query_row("PRAGMA integrity_check(1)", [], |r| r.get(0))?;
    if words != "ok" {
        return harmed(words);
    }
    let count = |sql: &str| c.query_row(sql, [], |r| r.get::<_, i64>(0)).map(i64::cast_unsigned);
    // Before the sixth migration entries had no sums.
    if version(c)? >= 6 {
        let turns = count("SELECT count(*) FROM turns WHERE sum <> turn_sum(session, first, body)")?;
        if turns > 0 {
            return harmed(format!("{turns} turns are not what was written. `rapport doctor` tells which."));
        }
    }
    let there = |table: &str| count(&format!("SELECT count(*) FROM sqlite_master WHERE name = '{table}'"));
    let all = |table: &str| if there(table)? > 0 { count(&format!("SELECT count(*) FROM {table}")) } else { Ok(0) };
    let chats = count("SELECT count(*) FROM sessions WHERE seq > 0")?;
    Ok(Copied { chats, turns: all("turns")?, files: all("files")?, bytes: 0 })
}

/// The copy is on disk under its name; its size.
fn settled(part: &Path, to: &Path) -> Result<u64> {
    let failed = |problem| Problem::File { path: to.to_owned(), problem };
    let file = File::open(part).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    fs::rename(part, to).map_err(failed)?;
    let folder = to.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // The name is on disk too; where a system cannot do that, it has its own ways.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(size)
}

/// What the database that is replaced says: whom it had to forget.
fn replaced(path: &Path, replace: bool) -> Result<Forgotten> {
    if !path.exists() {
        return Ok(Forgotten::default());
    }
    let now = existing(path)?;
    alone(&now, path)?;
    let count = |sql: &str| now.query_row(sql, [], |r| r.get::<_, i64>(0)).map(i64::cast_unsigned);
    let chats = count("SELECT count(*) FROM sessions WHERE seq > 0")?;
    let people = count("SELECT count(*) FROM agents")?;
    if !replace && chats + people > 0 {
        return Err(Problem::NotEmpty { path: path.to_owned(), chats, people });
    }
    let mut erased = now.prepare("SELECT id FROM sessions WHERE state = 'erased'")?;
    let ids = erased.query_map([], |r| chats::session_id(&r.get::<_, Vec<u8>>(0)?))?;
    let chats = ids.collect::<rusqlite::Result<_>>()?;
    if count("SELECT count(*) FROM sqlite_master WHERE name = 'contacts'")? == 0 {
        return Ok(Forgotten { chats, ..Forgotten::default() });
    }
    let mut erased = now.prepare("SELECT id, erased FROM contacts WHERE erased IS NOT NULL")?;
    let contacts = erased.query_map([], |r| Ok((ContactId(r.get(0)?), Millis(r.get(1)?))))?;
    Ok(Forgotten { chats, contacts: contacts.collect::<rusqlite::Result<_>>()? })
}

/// Brings the copy to this version, erases in it what was erased since, and gives it a name of its own, by which customers' pages
/// see that the journal is another one.
fn prepared(part: &Path, forgotten: &Forgotten) -> Result<u64> {
    let mut copy = connect(part, PATIENCE)?;
    migrate(&mut copy)?;
    let all = copy.transaction()?;
    let mut again = 0;
    for id in &forgotten.chats {
        if !erase::is_erased(&all, *id)? && erase::chat(&all, *id).map_err(StoreError::from)? {
            again += 1;
        }
    }
    for (id, at) in &forgotten.contacts {
        let known = "SELECT 1 FROM contacts WHERE id = ?1 AND erased IS NULL";
        if all.prepare_cached(known)?.exists([id.0])? && contacts::erase(&all, *id, *at)? == Erasing::Done {
            again += 1;
        }
    }
    all.execute("DELETE FROM meta WHERE key = 'epoch'", [])?;
    all.commit()?;
    alone(&copy, part)?;
    copy.close().map_err(|(_, e)| e)?;
    Ok(again)
}
