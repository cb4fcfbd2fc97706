//! The store that the nodes share: one truth, which honours the version check, at the end of lines that fail. What a node asks
//! goes to a task of its own; a node that dies meanwhile does not take its writes back.
use super::bugs::Bug;
use super::shop::Shop;
use super::trace;
use rapport::engine::session::Heard;
use rapport::engine::{Effect, Event, Session, Timer, What};
use rapport::id::{AgentId, SessionId, TurnId};
use rapport::runtime::canned::Replies;
use rapport::runtime::contacts::Contacts;
use rapport::runtime::desk::tickets::{Ticket, Tickets};
use rapport::runtime::insights::Insights;
use rapport::runtime::mentions::Mentions;
use rapport::runtime::people::People;
use rapport::runtime::ports::{Commit, Due, Filed, Hash, Loaded, Pending, Room, Store, StoreError, Stored, StoredFile};
use rapport::runtime::search::Search;
use rapport::runtime::view::Row;
use rapport::runtime::webhooks::Deliveries;
use rapport::store::Memory;
use rapport::time::Millis;
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

/// A node gives up after this long.
const PATIENCE: Duration = Duration::from_secs(3);

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;
pub type Job = Box<dyn FnOnce(&'static Truth) -> Work + Send>;

/// The chats as they are, and everything that was ever in them.
pub struct Truth {
    pub memory: Memory,
    pub sessions: Mutex<Vec<SessionId>>,
    jobs: UnboundedSender<Job>,
    pub bug: Option<Bug>,
    pub shop: &'static Shop,
}

impl Truth {
    pub fn new(bug: Option<Bug>, shop: &'static Shop) -> (Self, UnboundedReceiver<Job>) {
        let (jobs, receiver) = unbounded_channel();
        let (memory, sessions) = (Memory::default(), Mutex::default());
        (Self { memory, sessions, jobs, bug, shop }, receiver)
    }

    /// Works for ever, each job after a while of its own: they overtake each other.
    pub async fn work(truth: &'static Truth, jobs: &'static tokio::sync::Mutex<UnboundedReceiver<Job>>) {
        let mut jobs = jobs.lock().await;
        while let Some(job) = jobs.recv().await {
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(rand::random_range(1..40))).await;
                job(truth).await;
            });
        }
    }

    fn has(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }

    async fn commit(&self, mut commit: Commit) -> Stored<()> {
        self.spoil(&mut commit).await;
        let (session, after, events) = (commit.session, commit.after, commit.events.len());
        let (timers, effects) = (commit.set_timers.len(), commit.outbox.len());
        let result = self.kept(commit).await;
        let told = match &result {
            Ok(()) => "kept",
            Err(StoreError::Conflict) => "too late",
            Err(StoreError::Answered) => "answered before",
            Err(StoreError::Broken(problem) | StoreError::Damaged(problem)) => problem,
        };
        trace::line(&format!("store {session} {after}+{events} timers {timers} effects {effects}: {told}"));
        result
    }

    async fn kept(&self, commit: Commit) -> Stored<()> {
        if self.has(Bug::AckBeforeCommit) && rand::random_bool(0.05) {
            // It would be written a little later; the store is restarted before.
            return Ok(());
        }
        if self.has(Bug::NoVersionCheck) {
            return self.overwritten(commit).await;
        }
        self.memory.commit(commit).await
    }

    /// Writes a turn that was made for an older state behind what is there.
    async fn overwritten(&self, mut commit: Commit) -> Stored<()> {
        let there = self.memory.load(commit.session).await?.map_or(0, |l| l.session.seq);
        if there > commit.after {
            let by = there - commit.after;
            commit.events.iter_mut().for_each(|e| e.seq += by);
            commit.outbox.iter_mut().for_each(|p| p.seq += by);
            (commit.after, commit.snapshot) = (there, None);
        }
        self.memory.commit(commit).await
    }

    /// Does to a turn what the planted bug does.
    async fn spoil(&self, commit: &mut Commit) {
        match self.bug {
            Some(Bug::NoDedupe) => {
                for event in &mut commit.events {
                    if let What::Message { cid: Some(cid), .. } = &mut event.what
                        && matches!(self.memory.heard(commit.session, cid).await, Ok(Some(_)))
                    {
                        cid.push_str("-again");
                    }
                }
            }
            Some(Bug::TornTurn) if commit.events.len() > 1 && rand::random_bool(0.03) => {
                let kept = commit.events.len() / 2;
                commit.events.truncate(kept);
                commit.snapshot = None;
            }
            Some(Bug::NoOutbox) => commit.outbox.clear(),
            Some(Bug::EffectBeforeCommit) => {
                let calls = commit.outbox.iter().filter(|p| matches!(p.effect, Effect::Call { .. }));
                calls.for_each(|p| self.shop.was_asked(p.key()));
            }
            Some(Bug::NeverTickedOff) => commit.finished = None,
            Some(Bug::WrongSnapshot) => {
                if let Some(snapshot) = &mut commit.snapshot {
                    snapshot.seq -= 1;
                    snapshot.cids.clear();
                }
            }
            _ => {}
        }
    }

    async fn load(&self, session: SessionId) -> Stored<Option<Loaded>> {
        let mut loaded = self.memory.load(session).await?;
        if let Some(loaded) = &mut loaded {
            match self.bug {
                Some(Bug::NoDedupe) => loaded.session.cids.clear(),
                Some(Bug::StaleRead) if rand::random_bool(0.3) && loaded.session.seq > 6 => {
                    let mut old = Session::new(session, &loaded.session.bot, loaded.session.began);
                    let events = self.memory.events(session, 0, usize::MAX).await?;
                    events.iter().rev().skip(5).rev().for_each(|e| old.apply(e));
                    loaded.session = old;
                }
                _ => {}
            }
        }
        Ok(loaded)
    }

    async fn events(&self, session: SessionId, after: u64, limit: usize) -> Stored<Vec<Event>> {
        let mut events = self.memory.events(session, after, limit).await?;
        match self.bug {
            Some(Bug::HoleInAPage) if events.len() > 3 && rand::random_bool(0.1) => drop(events.remove(1)),
            Some(Bug::WrongChat) if rand::random_bool(0.02) => {
                let others = self.sessions.lock().expect("not poisoned").clone();
                let other = others[rand::random_range(0..others.len())];
                events = self.memory.events(other, after, limit).await?;
            }
            _ => {}
        }
        Ok(events)
    }

    async fn claim(&self, now: Millis, until: Millis) -> Stored<Due> {
        let due = self.memory.claim(now, until).await?;
        if self.has(Bug::TimerForgotten) {
            for (session, timer) in &due.now {
                self.memory.drop_timer(*session, timer.clone(), now).await?;
            }
        }
        Ok(due)
    }
}

/// A node's line to the store.
pub struct Remote {
    pub truth: &'static Truth,
    /// The line is cut.
    pub cut: &'static AtomicBool,
    /// Which part of questions and answers gets lost in this world.
    pub lossy: f64,
}

fn broken<T>(problem: &str) -> Stored<T> {
    Err(StoreError::Broken(problem.into()))
}

impl Remote {
    async fn ask<T, F>(&self, work: impl FnOnce(&'static Truth) -> F + Send + 'static) -> Stored<T>
    where
        T: Send + 'static,
        F: Future<Output = Stored<T>> + Send + 'static,
    {
        if self.cut.load(Ordering::SeqCst) || rand::random_bool(self.lossy) {
            tokio::time::sleep(PATIENCE).await;
            return broken("the store cannot be reached");
        }
        let (tx, rx) = oneshot::channel();
        let job: Job = Box::new(move |truth| {
            Box::pin(async move {
                // Whoever asked may be dead by now.
                let _ = tx.send(work(truth).await);
            })
        });
        if self.truth.jobs.send(job).is_err() {
            return broken("the store is gone");
        }
        match tokio::time::timeout(PATIENCE, rx).await {
            // The work was done, and its answer is lost on the way.
            Ok(Ok(_)) if self.cut.load(Ordering::SeqCst) || rand::random_bool(self.lossy) => {
                broken("the line broke after the work was done")
            }
            Ok(Ok(result)) => result,
            _ => broken("the store did not answer"),
        }
    }
}

#[async_trait::async_trait]
impl Tickets for Remote {
    async fn open_ticket(&self, ticket: Ticket) -> Stored<Option<Ticket>> {
        self.ask(move |t| t.memory.open_ticket(ticket)).await
    }
    async fn keep_ticket(&self, ticket: Ticket) -> Stored<()> {
        self.ask(move |t| t.memory.keep_ticket(ticket)).await
    }
    async fn ticket(&self, session: SessionId) -> Stored<Option<Ticket>> {
        self.ask(move |t| t.memory.ticket(session)).await
    }
    async fn ticket_called(&self, reference: &str) -> Stored<Option<Ticket>> {
        let reference = reference.to_owned();
        self.ask(move |t| async move { t.memory.ticket_called(&reference).await }).await
    }
    async fn open_tickets(&self) -> Stored<Vec<Ticket>> {
        self.ask(|t| t.memory.open_tickets()).await
    }
}

#[async_trait::async_trait]
impl Store for Remote {
    async fn epoch(&self) -> Stored<String> {
        self.ask(|t| t.memory.epoch()).await
    }
    async fn create(&self, session: &Session, token: Hash) -> Stored<()> {
        let session = session.clone();
        let create = move |t: &'static Truth| async move {
            t.sessions.lock().expect("not poisoned").push(session.id);
            t.memory.create(&session, token).await
        };
        self.ask(create).await
    }
    async fn known_as(&self, bot: &str, customer: &str) -> Stored<Option<SessionId>> {
        let (bot, customer) = (bot.to_owned(), customer.to_owned());
        self.ask(move |t| async move { t.memory.known_as(&bot, &customer).await }).await
    }
    async fn bind(&self, bot: &str, customer: &str, session: SessionId, replace: bool) -> Stored<SessionId> {
        let (bot, customer) = (bot.to_owned(), customer.to_owned());
        self.ask(move |t| async move { t.memory.bind(&bot, &customer, session, replace).await }).await
    }
    async fn load(&self, session: SessionId) -> Stored<Option<Loaded>> {
        self.ask(move |t| t.load(session)).await
    }
    async fn commit(&self, commit: Commit) -> Stored<()> {
        self.ask(move |t| t.commit(commit)).await
    }
    async fn is_kept(&self, session: SessionId, after: u64, turn: TurnId) -> Stored<bool> {
        self.ask(move |t| t.memory.is_kept(session, after, turn)).await
    }
    async fn park(&self, session: &Session) -> Stored<()> {
        let session = session.clone();
        self.ask(move |t| async move { t.memory.park(&session).await }).await
    }
    async fn events(&self, session: SessionId, after: u64, limit: usize) -> Stored<Vec<Event>> {
        self.ask(move |t| t.events(session, after, limit)).await
    }
    async fn heard(&self, session: SessionId, cid: &str) -> Stored<Option<Heard>> {
        let cid = cid.to_owned();
        self.ask(
            move |t| async move { if t.has(Bug::NoDedupe) { Ok(None) } else { t.memory.heard(session, &cid).await } },
        )
        .await
    }
    async fn keep_file(&self, file: StoredFile, room: Room) -> Stored<Filed> {
        self.ask(move |t| t.memory.keep_file(file, room)).await
    }
    async fn file(&self, session: SessionId, id: &str) -> Stored<Option<StoredFile>> {
        let id = id.to_owned();
        self.ask(move |t| async move { t.memory.file(session, &id).await }).await
    }
    async fn pending(&self) -> Stored<Vec<Pending>> {
        self.ask(|t| t.memory.pending()).await
    }
    async fn finish(&self, pending: &Pending) -> Stored<()> {
        let pending = pending.clone();
        self.ask(move |t| async move { t.memory.finish(&pending).await }).await
    }
    async fn due(&self, now: Millis) -> Stored<Due> {
        self.ask(move |t| t.memory.due(now)).await
    }
    async fn claim(&self, now: Millis, until: Millis) -> Stored<Due> {
        self.ask(move |t| t.claim(now, until)).await
    }
    async fn erase(&self, session: SessionId) -> Stored<bool> {
        self.ask(move |t| t.memory.erase(session)).await
    }
    async fn drop_timer(&self, session: SessionId, timer: Timer, now: Millis) -> Stored<()> {
        self.ask(move |t| t.memory.drop_timer(session, timer, now)).await
    }
    async fn postpone(&self, session: SessionId, timer: Timer, now: Millis, until: Millis) -> Stored<()> {
        self.ask(move |t| t.memory.postpone(session, timer, now, until)).await
    }
    async fn rows(&self, states: &[&str], agent: Option<AgentId>, limit: usize) -> Stored<Vec<Row>> {
        let states: Vec<String> = states.iter().map(|s| (*s).to_owned()).collect();
        self.ask(move |t| async move {
            let states: Vec<&str> = states.iter().map(String::as_str).collect();
            t.memory.rows(&states, agent, limit).await
        })
        .await
    }
    async fn queue(&self, team: &str, limit: usize) -> Stored<Vec<SessionId>> {
        let team = team.to_owned();
        self.ask(move |t| async move { t.memory.queue(&team, limit).await }).await
    }
    async fn position(&self, session: SessionId) -> Stored<Option<u64>> {
        self.ask(move |t| t.memory.position(session)).await
    }
    /// People do not take part in the simulation.
    fn people(&self) -> &dyn People {
        self.truth.memory.people()
    }
    fn replies(&self) -> &dyn Replies {
        Store::replies(&self.truth.memory)
    }
    /// Nor do webhooks.
    fn deliveries(&self) -> &dyn Deliveries {
        Store::deliveries(&self.truth.memory)
    }
    fn contacts(&self) -> &dyn Contacts {
        Store::contacts(&self.truth.memory)
    }
    fn insights(&self) -> &dyn Insights {
        Store::insights(&self.truth.memory)
    }
    fn mentions(&self) -> &dyn Mentions {
        Store::mentions(&self.truth.memory)
    }
    fn search(&self) -> &dyn Search {
        Store::search(&self.truth.memory)
    }
}
