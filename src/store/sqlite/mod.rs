//! The embedded store: one SQLite file. One thread writes, and groups whatever queued while the last commit flew; readers
//! have connections of their own.
mod accounts;
pub mod backup;
mod canned;
mod chats;
mod contacts;
mod deliveries;
pub mod doctor;
mod erase;
mod files;
mod insights;
mod journal;
mod lists;
mod mentions;
mod people;
mod search;
mod second;
mod tickets;
mod timers;
mod writer;

use crate::engine::session::Heard;
use crate::engine::{Event, Session, Timer};
use crate::fault;
use crate::id::{AgentId, SessionId, TurnId};
use crate::runtime::canned::Replies;
use crate::runtime::contacts::Contacts;
use crate::runtime::insights::Insights;
use crate::runtime::mentions::Mentions;
use crate::runtime::meter::Meter;
use crate::runtime::people::People;
use crate::runtime::ports::{Commit, Due, Filed, Hash, Loaded, Pending, Room, Store, StoreError, Stored, StoredFile};
use crate::runtime::search::Search;
use crate::runtime::view::Row;
use crate::runtime::webhooks::Deliveries;
use crate::time::Millis;
use async_trait::async_trait;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use writer::Writer;

const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/001_chats.sql"),
    include_str!("../migrations/002_queues.sql"),
    include_str!("../migrations/003_files.sql"),
    include_str!("../migrations/004_tickets.sql"),
    include_str!("../migrations/005_customers.sql"),
    include_str!("../migrations/006_turns.sql"),
    include_str!("../migrations/007_people.sql"),
    include_str!("../migrations/008_second.sql"),
    include_str!("../migrations/009_search.sql"),
    include_str!("../migrations/010_canned.sql"),
    include_str!("../migrations/011_claims.sql"),
    include_str!("../migrations/012_contacts.sql"),
    include_str!("../migrations/015_webhooks.sql"),
    include_str!("../migrations/016_visits.sql"),
    include_str!("../migrations/017_mentions.sql"),
];
/// How long another program may keep the file to itself before a write is given up.
const PATIENCE: Duration = Duration::from_secs(10);
/// Connections for reading.
const READERS: usize = 8;

pub struct Sqlite {
    writer: Writer,
    readers: Arc<Readers>,
    /// As many reads at a time as there may be connections; the others wait without a thread.
    places: Semaphore,
}

impl std::fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sqlite({})", self.readers.path.display())
    }
}

impl Sqlite {
    /// Opens or makes the file.
    ///
    /// # Errors
    /// The file cannot be opened, is no database, or was written by a later version.
    pub fn open(path: &Path) -> Stored<Self> {
        Self::open_with(path, PATIENCE)
    }

    /// Like `open`; a write waits for `patience` while another program, such as a backup, keeps the file to itself.
    ///
    /// # Errors
    /// Those of `open`.
    pub fn open_with(path: &Path, patience: Duration) -> Stored<Self> {
        let mut connection = connect(path, patience)?;
        migrate(&mut connection)?;
        let writer = Writer::start(connection)?;
        let idle = Mutex::new(Vec::new());
        let readers = Arc::new(Readers { path: path.to_owned(), patience, idle });
        Ok(Self { writer, readers, places: Semaphore::new(READERS) })
    }

    async fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Stored<T> {
        let _place = self.places.acquire().await.map_err(|e| StoreError::Broken(e.to_string()))?;
        let readers = self.readers.clone();
        let read = tokio::task::spawn_blocking(move || readers.read(f));
        read.await.map_err(|e| StoreError::Broken(e.to_string()))?
    }

    /// The log of writes still holds what was erased, until it is written over.
    async fn empty_the_log(&self) -> Stored<()> {
        let readers = self.readers.clone();
        let emptied = tokio::task::spawn_blocking(move || readers.empty_the_log()).await;
        emptied.map_err(|e| StoreError::Broken(e.to_string()))?
    }
}

/// Connections for reading, made when all others are at work.
struct Readers {
    path: PathBuf,
    patience: Duration,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    fn connect(&self) -> Stored<Connection> {
        let connection = connect(&self.path, self.patience)?;
        connection.pragma_update(None, "query_only", true).map_err(broken)?;
        Ok(connection)
    }

    /// Moves everything from the log of writes into the database. Where somebody reads it is left to a later time.
    fn empty_the_log(&self) -> Stored<()> {
        let connection = connect(&self.path, self.patience)?;
        let busy: i64 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |r| r.get(0)).map_err(broken)?;
        if busy != 0 {
            tracing::warn!("what was erased stays in the log of writes until the next checkpoint");
        }
        Ok(())
    }

    fn read<T>(&self, f: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Stored<T> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.connect()?,
        };
        let result = f(&connection).map_err(broken);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        result
    }
}

pub(super) fn broken(e: rusqlite::Error) -> StoreError {
    match &e {
        rusqlite::Error::FromSqlConversionFailure(_, _, why) if why.is::<journal::Damage>() => {
            StoreError::Damaged(why.to_string())
        }
        _ => StoreError::Broken(e.to_string()),
    }
}

fn connect(path: &Path, patience: Duration) -> Stored<Connection> {
    let connection =
        Connection::open(path).map_err(|e| StoreError::Broken(format!("{} cannot be opened: {e}", path.display())))?;
    connection.busy_timeout(patience).map_err(broken)?;
    // FULL: a commit is on disk when it returns, also when the power fails. What is deleted is overwritten with zeros.
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
             PRAGMA secure_delete = ON;",
        )
        .map_err(|e| StoreError::Broken(format!("{} cannot be used as a database: {e}", path.display())))?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

fn migrate(connection: &mut Connection) -> Stored<()> {
    let version: u32 = connection.query_row("PRAGMA user_version", [], |r| r.get(0)).map_err(broken)?;
    let version = usize::try_from(version).unwrap_or(usize::MAX);
    journal::teach(connection).map_err(broken)?;
    if version > MIGRATIONS.len() {
        let problem = "the database was written by a later version of rapport; start that version";
        return Err(StoreError::Broken(problem.into()));
    }
    for (index, sql) in MIGRATIONS.iter().enumerate().skip(version) {
        let transaction = connection.transaction().map_err(broken)?;
        transaction.execute_batch(sql).map_err(broken)?;
        if sql.contains("CREATE TABLE visits") {
            insights::measure_all(&transaction).map_err(broken)?;
        }
        fault::point("store:in-a-migration");
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        transaction.pragma_update(None, "user_version", number).map_err(broken)?;
        transaction.commit().map_err(broken)?;
    }
    Ok(())
}

#[async_trait]
impl Store for Sqlite {
    async fn epoch(&self) -> Stored<String> {
        self.writer.write(chats::epoch).await
    }

    async fn create(&self, session: &Session, token: Hash) -> Stored<()> {
        let session = session.clone();
        self.writer.write(move |c| chats::create(c, &session, &token)).await
    }

    async fn known_as(&self, bot: &str, customer: &str) -> Stored<Option<SessionId>> {
        let (bot, customer) = (bot.to_owned(), customer.to_owned());
        self.read(move |c| chats::known_as(c, &bot, &customer)).await
    }

    async fn bind(&self, bot: &str, customer: &str, session: SessionId, replace: bool) -> Stored<SessionId> {
        let (bot, customer) = (bot.to_owned(), customer.to_owned());
        self.writer.write(move |c| chats::bind(c, &bot, &customer, session, replace)).await
    }

    async fn load(&self, session: SessionId) -> Stored<Option<Loaded>> {
        self.read(move |c| chats::load(c, session)).await
    }

    async fn commit(&self, commit: Commit) -> Stored<()> {
        self.writer.write(move |c| chats::commit(c, &commit)).await
    }

    async fn events(&self, session: SessionId, after: u64, limit: usize) -> Stored<Vec<Event>> {
        self.read(move |c| journal::events(c, session, after, limit)).await
    }

    async fn is_kept(&self, session: SessionId, after: u64, turn: TurnId) -> Stored<bool> {
        self.read(move |c| journal::is_kept(c, session, after, turn)).await
    }

    async fn erase(&self, session: SessionId) -> Stored<bool> {
        let erased = self.writer.write(move |c| erase::chat(c, session)).await?;
        self.empty_the_log().await?;
        Ok(erased)
    }

    async fn park(&self, session: &Session) -> Stored<()> {
        let session = session.clone();
        self.writer.write(move |c| chats::park(c, &session)).await
    }

    async fn heard(&self, session: SessionId, cid: &str) -> Stored<Option<Heard>> {
        let cid = cid.to_owned();
        self.read(move |c| chats::heard(c, session, &cid)).await
    }

    async fn keep_file(&self, file: StoredFile, room: Room) -> Stored<Filed> {
        self.writer.write(move |c| Ok(files::keep(c, &file, room)?)).await
    }

    async fn file(&self, session: SessionId, id: &str) -> Stored<Option<StoredFile>> {
        let id = id.to_owned();
        self.read(move |c| files::file(c, session, &id)).await
    }

    async fn pending(&self) -> Stored<Vec<Pending>> {
        self.read(chats::pending).await
    }

    async fn finish(&self, pending: &Pending) -> Stored<()> {
        let (session, seq, n) = (pending.session, pending.seq, pending.n);
        self.writer.write(move |c| Ok(chats::finish(c, session, seq, n).map(drop)?)).await
    }

    async fn due(&self, now: Millis) -> Stored<Due> {
        self.read(move |c| timers::due(c, now)).await
    }

    async fn claim(&self, now: Millis, until: Millis) -> Stored<Due> {
        self.writer.write(move |c| Ok(timers::claim(c, now, until)?)).await
    }

    async fn drop_timer(&self, session: SessionId, timer: Timer, now: Millis) -> Stored<()> {
        self.writer.write(move |c| Ok(timers::drop_timer(c, session, &timer, now)?)).await
    }

    async fn postpone(&self, session: SessionId, timer: Timer, now: Millis, until: Millis) -> Stored<()> {
        self.writer.write(move |c| Ok(timers::postpone(c, session, &timer, now, until)?)).await
    }

    async fn rows(&self, states: &[&str], agent: Option<AgentId>, limit: usize) -> Stored<Vec<Row>> {
        let states: Vec<String> = states.iter().map(|s| (*s).to_owned()).collect();
        self.read(move |c| lists::rows(c, &states, agent, limit)).await
    }

    async fn queue(&self, team: &str, limit: usize) -> Stored<Vec<SessionId>> {
        let team = team.to_owned();
        self.read(move |c| lists::queue(c, &team, limit)).await
    }

    async fn position(&self, session: SessionId) -> Stored<Option<u64>> {
        self.read(move |c| lists::position(c, session)).await
    }

    fn measured_by(&self, meter: &Arc<Meter>) {
        self.writer.measured_by(meter);
    }

    fn people(&self) -> &dyn People {
        self
    }

    fn replies(&self) -> &dyn Replies {
        self
    }

    fn deliveries(&self) -> &dyn Deliveries {
        self
    }

    fn contacts(&self) -> &dyn Contacts {
        self
    }

    fn insights(&self) -> &dyn Insights {
        self
    }

    fn mentions(&self) -> &dyn Mentions {
        self
    }

    fn search(&self) -> &dyn Search {
        self
    }
}
