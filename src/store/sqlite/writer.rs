//! The thread that writes. What queued while the last transaction was on its way to the disk goes into the next one
//! together; a savepoint around each keeps one failure from the others.
use crate::runtime::ports::{StoreError, Stored};
use rusqlite::Connection;
use std::sync::mpsc;
use tokio::sync::oneshot;

/// Writes of one transaction.
const TOGETHER: usize = 256;

/// What a write may end with.
#[derive(Debug)]
pub enum Failure {
    Conflict,
    Sql(rusqlite::Error),
}

impl From<rusqlite::Error> for Failure {
    fn from(e: rusqlite::Error) -> Self {
        Failure::Sql(e)
    }
}

/// Does one write; gives back who wants to know whether it is on disk.
type Job = Box<dyn FnOnce(&Connection) -> Done + Send>;
/// Told whether the transaction was committed.
type Done = Box<dyn FnOnce(Result<(), String>) + Send>;

pub struct Writer {
    jobs: mpsc::Sender<Job>,
}

impl Writer {
    pub fn start(connection: Connection) -> Self {
        let (jobs, queue) = mpsc::channel();
        std::thread::Builder::new().name("store".into()).spawn(move || work(&connection, &queue)).ok();
        Self { jobs }
    }

    /// Does a write; it is on disk when this returns.
    pub async fn write<T: Send + 'static>(
        &self,
        f: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Stored<T> {
        let (tx, rx) = oneshot::channel();
        let job: Job = Box::new(move |c| {
            let result = within_savepoint(c, f);
            Box::new(move |committed| {
                let result = match committed {
                    Ok(()) => result,
                    Err(problem) => Err(StoreError::Broken(problem)),
                };
                // Whoever asked may have gone away.
                let _ = tx.send(result);
            })
        });
        let gone = || StoreError::Broken("the store has stopped".into());
        self.jobs.send(job).map_err(|_| gone())?;
        rx.await.map_err(|_| gone())?
    }
}

fn within_savepoint<T>(c: &Connection, f: impl FnOnce(&Connection) -> Result<T, Failure>) -> Stored<T> {
    let sql = |e: rusqlite::Error| StoreError::Broken(e.to_string());
    c.execute_batch("SAVEPOINT one").map_err(sql)?;
    match f(c) {
        Ok(value) => {
            c.execute_batch("RELEASE one").map_err(sql)?;
            Ok(value)
        }
        Err(failure) => {
            c.execute_batch("ROLLBACK TO one; RELEASE one").map_err(sql)?;
            Err(match failure {
                Failure::Conflict => StoreError::Conflict,
                Failure::Sql(e) => StoreError::Broken(e.to_string()),
            })
        }
    }
}

fn work(connection: &Connection, queue: &mpsc::Receiver<Job>) {
    while let Ok(first) = queue.recv() {
        let begun = connection.execute_batch("BEGIN IMMEDIATE").map_err(|e| e.to_string());
        let mut done = vec![first(connection)];
        while done.len() < TOGETHER
            && let Ok(job) = queue.try_recv()
        {
            done.push(job(connection));
        }
        let committed = begun.and_then(|()| connection.execute_batch("COMMIT").map_err(|e| e.to_string()));
        if committed.is_err() && !connection.is_autocommit() {
            let _ = connection.execute_batch("ROLLBACK");
        }
        for tell in done {
            tell(committed.clone());
        }
    }
}
