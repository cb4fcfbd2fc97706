//! A store that fails when a test says so.
use rapport::engine::session::Heard;
use rapport::engine::{Event, Session, Timer};
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
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tokio::sync::Semaphore;

/// How a commit goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is kept, and whoever asked hears so.
    Before,
    /// Everything is kept, and whoever asked hears the contrary: the line broke after the work was done.
    After,
    /// Nothing is kept yet; it will be when it arrives.
    Late,
}

#[derive(Debug)]
pub struct Faulty {
    store: Memory,
    faults: Mutex<Vec<Fault>>,
    late: Mutex<Option<Commit>>,
    /// This chat cannot be read.
    pub unreadable: Mutex<Option<SessionId>>,
    pub commits: AtomicU64,
    /// So many effects cannot be ticked off.
    pub unfinished: AtomicU64,
    /// So many questions for the fate of a turn are not answered.
    pub unasked: AtomicU64,
    /// Without permits commits hang.
    pub gate: Semaphore,
    pub gated: AtomicBool,
}

impl Default for Faulty {
    fn default() -> Self {
        Self {
            store: Memory::default(),
            faults: Mutex::default(),
            late: Mutex::default(),
            unreadable: Mutex::default(),
            commits: AtomicU64::new(0),
            unfinished: AtomicU64::new(0),
            unasked: AtomicU64::new(0),
            gate: Semaphore::new(0),
            gated: AtomicBool::new(false),
        }
    }
}

impl Faulty {
    /// The next commits go wrong.
    pub fn break_next(&self, faults: &[Fault]) {
        self.faults.lock().expect("not poisoned").extend(faults.iter().rev());
    }

    /// What was late is kept now.
    pub async fn arrive(&self) {
        let late = self.late.lock().expect("not poisoned").take().expect("something is late");
        self.store.commit(late).await.expect("its place is free");
    }

    pub fn unreadable(&self, session: Option<SessionId>) {
        *self.unreadable.lock().expect("not poisoned") = session;
    }
}

#[async_trait::async_trait]
impl Tickets for Faulty {
    async fn open_ticket(&self, ticket: Ticket) -> Stored<Option<Ticket>> {
        self.store.open_ticket(ticket).await
    }

    async fn keep_ticket(&self, ticket: Ticket) -> Stored<()> {
        self.store.keep_ticket(ticket).await
    }

    async fn ticket(&self, session: SessionId) -> Stored<Option<Ticket>> {
        self.store.ticket(session).await
    }

    async fn ticket_called(&self, reference: &str) -> Stored<Option<Ticket>> {
        self.store.ticket_called(reference).await
    }

    async fn open_tickets(&self) -> Stored<Vec<Ticket>> {
        self.store.open_tickets().await
    }
}

#[async_trait::async_trait]
impl Store for Faulty {
    async fn load(&self, session: SessionId) -> Stored<Option<Loaded>> {
        if *self.unreadable.lock().expect("not poisoned") == Some(session) {
            return Err(StoreError::Broken("this chat cannot be read".into()));
        }
        self.store.load(session).await
    }

    async fn commit(&self, commit: Commit) -> Stored<()> {
        self.commits.fetch_add(1, Ordering::SeqCst);
        if self.gated.load(Ordering::SeqCst) {
            self.gate.acquire().await.expect("never closed").forget();
        }
        let fault = self.faults.lock().expect("not poisoned").pop();
        match fault {
            None => return self.store.commit(commit).await,
            Some(Fault::Before) => {}
            Some(Fault::Late) => *self.late.lock().expect("not poisoned") = Some(commit),
            Some(Fault::After) => self.store.commit(commit).await?,
        }
        Err(StoreError::Broken("the line broke".into()))
    }

    async fn epoch(&self) -> Stored<String> {
        self.store.epoch().await
    }
    async fn create(&self, session: &Session, token: Hash) -> Stored<()> {
        self.store.create(session, token).await
    }
    async fn known_as(&self, bot: &str, customer: &str) -> Stored<Option<SessionId>> {
        self.store.known_as(bot, customer).await
    }
    async fn bind(&self, bot: &str, customer: &str, session: SessionId, replace: bool) -> Stored<SessionId> {
        self.store.bind(bot, customer, session, replace).await
    }
    async fn is_kept(&self, session: SessionId, after: u64, turn: TurnId) -> Stored<bool> {
        if self.unasked.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok() {
            return Err(StoreError::Broken("the line is still broken".into()));
        }
        self.store.is_kept(session, after, turn).await
    }
    async fn park(&self, session: &Session) -> Stored<()> {
        self.store.park(session).await
    }
    async fn events(&self, session: SessionId, after: u64, limit: usize) -> Stored<Vec<Event>> {
        self.store.events(session, after, limit).await
    }
    async fn heard(&self, session: SessionId, cid: &str) -> Stored<Option<Heard>> {
        self.store.heard(session, cid).await
    }
    async fn keep_file(&self, file: StoredFile, room: Room) -> Stored<Filed> {
        self.store.keep_file(file, room).await
    }
    async fn file(&self, session: SessionId, id: &str) -> Stored<Option<StoredFile>> {
        self.store.file(session, id).await
    }
    async fn pending(&self) -> Stored<Vec<Pending>> {
        self.store.pending().await
    }
    async fn finish(&self, pending: &Pending) -> Stored<()> {
        if self.unfinished.load(Ordering::SeqCst) > 0 {
            self.unfinished.fetch_sub(1, Ordering::SeqCst);
            return Err(StoreError::Broken("the line broke".into()));
        }
        self.store.finish(pending).await
    }
    async fn due(&self, now: Millis) -> Stored<Due> {
        self.store.due(now).await
    }
    async fn claim(&self, now: Millis, until: Millis) -> Stored<Due> {
        self.store.claim(now, until).await
    }
    async fn erase(&self, session: SessionId) -> Stored<bool> {
        self.store.erase(session).await
    }
    async fn drop_timer(&self, session: SessionId, timer: Timer, now: Millis) -> Stored<()> {
        self.store.drop_timer(session, timer, now).await
    }
    async fn postpone(&self, session: SessionId, timer: Timer, now: Millis, until: Millis) -> Stored<()> {
        self.store.postpone(session, timer, now, until).await
    }
    async fn rows(&self, states: &[&str], agent: Option<AgentId>, limit: usize) -> Stored<Vec<Row>> {
        self.store.rows(states, agent, limit).await
    }
    async fn queue(&self, team: &str, limit: usize) -> Stored<Vec<SessionId>> {
        self.store.queue(team, limit).await
    }
    async fn position(&self, session: SessionId) -> Stored<Option<u64>> {
        self.store.position(session).await
    }
    fn people(&self) -> &dyn People {
        self.store.people()
    }
    fn replies(&self) -> &dyn Replies {
        Store::replies(&self.store)
    }
    fn deliveries(&self) -> &dyn Deliveries {
        Store::deliveries(&self.store)
    }
    fn contacts(&self) -> &dyn Contacts {
        Store::contacts(&self.store)
    }
    fn insights(&self) -> &dyn Insights {
        Store::insights(&self.store)
    }
    fn mentions(&self) -> &dyn Mentions {
        Store::mentions(&self.store)
    }
    fn search(&self) -> &dyn Search {
        Store::search(&self.store)
    }
}
