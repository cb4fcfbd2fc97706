//! The thread that writes. What queued while the last transaction was on its way to the disk goes into the next one
//! together; a savepoint around each keeps one failure from the others.
use crate::fault;
use crate::runtime::meter::Meter;
use crate::runtime::ports::{StoreError, Stored};
use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock, mpsc};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// Writes of one transaction.
const TOGETHER: usize = 256;

/// What a write may end with.
#[derive(Debug)]
pub enum Failure {
    Conflict,
    Answered,
    Sql(rusqlite::Error),
}

impl From<rusqlite::Error> for Failure {
    fn from(e: rusqlite::Error) -> Self {
        Failure::Sql(e)
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Conflict => StoreError::Conflict,
            Failure::Answered => StoreError::Answered,
            Failure::Sql(e) => super::broken(e),
        }
    }
}

/// One write that waits for its transaction.
trait Job: Send {
    fn run(&mut self, c: &Connection);
    /// Whoever asked hears whether it is on disk; only then.
    fn tell(self: Box<Self>, committed: Result<(), String>);
}

struct Write<T, F> {
    work: Option<F>,
    result: Option<Stored<T>>,
    asked: oneshot::Sender<Stored<T>>,
}

impl<T, F> Job for Write<T, F>
where
    T: Send,
    F: FnOnce(&Connection) -> Result<T, Failure> + Send,
{
    fn run(&mut self, c: &Connection) {
        self.result = self.work.take().map(|work| within_savepoint(c, work));
    }

    fn tell(self: Box<Self>, committed: Result<(), String>) {
        let not_begun = || Err(StoreError::Broken("the write was not begun".into()));
        let result = match committed {
            Ok(()) => self.result.unwrap_or_else(not_begun),
            Err(problem) => Err(StoreError::Broken(problem)),
        };
        // Whoever asked may have gone away.
        let _ = self.asked.send(result);
    }
}

pub struct Writer {
    jobs: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
    meter: Arc<OnceLock<Arc<Meter>>>,
}

impl Writer {
    pub fn start(connection: Connection) -> Stored<Self> {
        let (jobs, queue) = mpsc::channel();
        let meter: Arc<OnceLock<Arc<Meter>>> = Arc::default();
        let hears = meter.clone();
        let thread = std::thread::Builder::new().name("store".into()).spawn(move || work(&connection, &queue, &hears));
        let thread = thread.map_err(|e| StoreError::Broken(format!("no thread for writing: {e}")))?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread), meter })
    }

    /// Its transactions are told to the first that asks for it.
    pub fn measured_by(&self, meter: &Arc<Meter>) {
        let _ = self.meter.set(meter.clone());
    }

    /// Does a write; it is on disk when this returns.
    pub async fn write<T: Send + 'static>(
        &self,
        f: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Stored<T> {
        let gone = || StoreError::Broken("the store has stopped".into());
        let (asked, answer) = oneshot::channel();
        let job = Box::new(Write { work: Some(f), result: None, asked });
        self.jobs.as_ref().ok_or_else(gone)?.send(job).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

impl Drop for Writer {
    /// Ends after what is queued: the file is closed when this returns.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn within_savepoint<T>(c: &Connection, work: impl FnOnce(&Connection) -> Result<T, Failure>) -> Stored<T> {
    c.execute_batch("SAVEPOINT one").map_err(super::broken)?;
    // A mistake in one write must not end the thread for all.
    let result = catch_unwind(AssertUnwindSafe(|| work(c)));
    match result {
        Ok(Ok(value)) => {
            c.execute_batch("RELEASE one").map_err(super::broken)?;
            Ok(value)
        }
        failed => {
            // What cannot be undone alone is undone with the whole transaction; `batch` sees that.
            if c.execute_batch("ROLLBACK TO one; RELEASE one").is_err() && !c.is_autocommit() {
                c.execute_batch("ROLLBACK").map_err(super::broken)?;
            }
            match failed {
                Ok(Err(failure)) => Err(failure.into()),
                _ => Err(StoreError::Broken("a write panicked".into())),
            }
        }
    }
}

fn work(connection: &Connection, queue: &mpsc::Receiver<Box<dyn Job>>, meter: &OnceLock<Arc<Meter>>) {
    while let Ok(first) = queue.recv() {
        let mut jobs = vec![first];
        let committed = batch(connection, queue, &mut jobs);
        if let Some(meter) = meter.get() {
            meter.committed(jobs.len(), committed.is_ok());
        }
        if let Err(problem) = &committed {
            tracing::error!(problem, writes = jobs.len(), "a transaction failed");
            if !connection.is_autocommit() {
                let _ = connection.execute_batch("ROLLBACK");
            }
        }
        for job in jobs {
            job.tell(committed.clone());
        }
    }
}

/// One transaction. Nothing runs outside of it: a write that is kept although its asker heard of a failure would be worse
/// than one that is not kept.
fn batch(
    connection: &Connection,
    queue: &mpsc::Receiver<Box<dyn Job>>,
    jobs: &mut Vec<Box<dyn Job>>,
) -> Result<(), String> {
    connection.execute_batch("BEGIN IMMEDIATE").map_err(|e| e.to_string())?;
    let mut done = 0;
    while let Some(job) = jobs.get_mut(done) {
        job.run(connection);
        done += 1;
        // A full disk, for one, makes SQLite give up the whole transaction.
        if connection.is_autocommit() {
            return Err("the transaction was given up, as with a full disk".into());
        }
        if done == jobs.len()
            && done < TOGETHER
            && let Ok(next) = queue.try_recv()
        {
            jobs.push(next);
        }
    }
    fault::point("store:before-commit");
    connection.execute_batch("COMMIT").map_err(|e| e.to_string())?;
    fault::point("store:after-commit");
    Ok(())
}
