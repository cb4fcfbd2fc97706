//! What the runtime needs from the outside, as traits: a store, a bus, a way to other systems.
use super::canned::Replies;
use super::contacts::Contacts;
use super::desk::tickets::Tickets;
use super::insights::Insights;
use super::mentions::Mentions;
use super::meter::Meter;
use super::people::People;
use super::search::Search;
use super::view::Row;
use super::webhooks::{Deliveries, Letter, Parcel, Undelivered};
use crate::bot::Bot;
use crate::engine::session::Heard;
use crate::engine::{Answer, Effect, Event, File, Session, Speaker, Timer};
use crate::id::{AgentId, SessionId, TurnId};
use crate::time::Millis;
use async_trait::async_trait;
use serde_json::{Map, Value};
use std::sync::Arc;
use tokio::sync::broadcast;

/// SHA-256 of a secret: the secret itself is never kept.
pub type Hash = [u8; 32];

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else wrote this session first.
    #[error("the chat was changed at the same time")]
    Conflict,
    /// The effect that this turn answers was answered before.
    #[error("this was answered before")]
    Answered,
    /// What is kept of this chat cannot be read any more, and cannot be made anew from the rest.
    #[error("a chat is damaged: {0}")]
    Damaged(String),
    #[error("the store does not work: {0}")]
    Broken(String),
}

pub type Stored<T> = Result<T, StoreError>;

/// An effect that another system has to carry out: kept until its answer is.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    pub session: SessionId,
    /// Place of the last event of the turn that caused it.
    pub seq: u64,
    /// Which of the turn's effects.
    pub n: u32,
    pub effect: Effect,
}

impl Pending {
    /// Whether it holds what may be stored nowhere.
    pub fn is_secret(&self) -> bool {
        matches!(self.effect, Effect::Call { secret: true, .. })
    }

    /// The same for every attempt.
    pub fn key(&self) -> String {
        format!("{}-{}-{}", self.session, self.seq, self.n)
    }
}

/// One turn, to be kept wholly or not at all.
#[derive(Clone, Debug)]
pub struct Commit {
    pub session: SessionId,
    pub turn: TurnId,
    /// The session's last place before these events.
    pub after: u64,
    pub events: Vec<Event>,
    pub outbox: Vec<Pending>,
    pub set_timers: Vec<(Timer, Millis)>,
    pub cancelled: Vec<Timer>,
    /// The effect whose answer this turn took in: its `seq` and `n`. Where it was ticked off before, nothing is kept.
    pub finished: Option<(u64, u32)>,
    /// What webhooks are told of it.
    pub letters: Vec<Letter>,
    /// The whole state, now and then.
    pub snapshot: Option<Box<Session>>,
    pub row: Row,
}

/// A session as the store has it.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub session: Session,
    pub token: Hash,
    /// Place of the whole state that it was read from; 0 where all events were folded.
    pub snapshot_at: u64,
}

/// Timers of one look.
pub const DUE: usize = 256;

/// Timers that are due, and when the first of all others is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Due {
    /// Earliest first.
    pub now: Vec<(SessionId, Timer)>,
    pub next: Option<Millis>,
}

/// A photo or a file with its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    pub session: SessionId,
    pub file: File,
    pub at: Millis,
    pub bytes: Vec<u8>,
}

/// How much one chat may keep.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    pub files: u64,
    pub bytes: u64,
}

impl Room {
    /// Whether one more of this size fits beside those that are there.
    pub fn takes(self, files: u64, bytes: u64, size: u64) -> bool {
        files < self.files && bytes.saturating_add(size) <= self.bytes
    }
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filed {
    Kept,
    /// It was there before.
    Known,
    /// There is no room left in this chat.
    Full,
}

#[async_trait]
pub trait Store: Tickets + Send + Sync + 'static {
    /// A name of this store's life: another one means that no earlier chat can be resumed.
    async fn epoch(&self) -> Stored<String>;
    async fn create(&self, session: &Session, token: Hash) -> Stored<()>;
    /// The chat of a customer whom the website knows by this id.
    async fn known_as(&self, bot: &str, customer: &str) -> Stored<Option<SessionId>>;
    /// Makes a chat a customer's own. Where there is one it stays, unless it shall be replaced; returns the one that holds.
    async fn bind(&self, bot: &str, customer: &str, session: SessionId, replace: bool) -> Stored<SessionId>;
    async fn load(&self, session: SessionId) -> Stored<Option<Loaded>>;
    /// Keeps a turn; durable when it returns. Where it says `Broken`, nobody knows whether the turn is kept.
    async fn commit(&self, commit: Commit) -> Stored<()>;
    /// Whether the turn that was to come after this place is in the journal. A turn without entries leaves no trace there.
    async fn is_kept(&self, session: SessionId, after: u64, turn: TurnId) -> Stored<bool>;
    /// Keeps the whole state of a chat that goes to sleep; where the chat went on since, nothing is kept.
    async fn park(&self, session: &Session) -> Stored<()>;
    /// Everything that was said goes, here and wherever else it is kept; its places stay, with nothing in them. Nobody comes in
    /// to the chat any more: `load` finds none. Whether there was such a chat.
    async fn erase(&self, session: SessionId) -> Stored<bool>;
    /// Events after `after`, in order, at most `limit`. A turn that cannot be read any more keeps its places.
    async fn events(&self, session: SessionId, after: u64, limit: usize) -> Stored<Vec<Event>>;
    /// The entry that a client id became.
    async fn heard(&self, session: SessionId, cid: &str) -> Stored<Option<Heard>>;
    /// Keeps a file of a chat that there is; durable when it returns. Only bytes with another id take more room.
    async fn keep_file(&self, file: StoredFile, room: Room) -> Stored<Filed>;
    /// A file of this chat.
    async fn file(&self, session: SessionId, id: &str) -> Stored<Option<StoredFile>>;
    async fn pending(&self) -> Stored<Vec<Pending>>;
    /// Ticks off an effect that leads to no turn.
    async fn finish(&self, pending: &Pending) -> Stored<()>;
    /// Timers that are due, whoever is at work on them, earliest first, at most `DUE` of them.
    async fn due(&self, now: Millis) -> Stored<Due>;
    /// Takes timers that are due and that nobody holds, earliest first, at most `DUE` of them; nobody else gets them before
    /// `until`. What is set or put off anew is free again. `next` is when there may be something to take.
    async fn claim(&self, now: Millis, until: Millis) -> Stored<Due>;
    /// Forgets a timer that is due at `now`; one that was set to a later time since stays.
    async fn drop_timer(&self, session: SessionId, timer: Timer, now: Millis) -> Stored<()>;
    /// Looks at a timer that is due at `now` again later; one that was set to a later time since stays as it is.
    async fn postpone(&self, session: SessionId, timer: Timer, now: Millis, until: Millis) -> Stored<()>;
    /// Chats in one of these states by the time that it began: of those that wait for a person or have one the earliest,
    /// of others the latest `limit`. A chat that never got its first turn is none.
    async fn rows(&self, states: &[&str], agent: Option<AgentId>, limit: usize) -> Stored<Vec<Row>>;
    /// The first chats that wait for a team: by priority, then by the time since when they wait.
    async fn queue(&self, team: &str, limit: usize) -> Stored<Vec<SessionId>>;
    /// Place in the queue of its team, from 1; `None` for a chat that does not wait.
    async fn position(&self, session: SessionId) -> Stored<Option<u64>>;

    /// From now on the store tells its transactions; one that has none has nothing to tell.
    fn measured_by(&self, _meter: &Arc<Meter>) {}
    /// What is kept of those who work here.
    fn people(&self) -> &dyn People;
    fn replies(&self) -> &dyn Replies;
    /// What webhooks are still to be told.
    fn deliveries(&self) -> &dyn Deliveries;
    /// Customers over all their chats.
    fn contacts(&self) -> &dyn Contacts;
    /// Notes that name a colleague.
    fn mentions(&self) -> &dyn Mentions;
    /// What is measured of chats.
    fn insights(&self) -> &dyn Insights;
    /// Finding what was said.
    fn search(&self) -> &dyn Search;
}

/// What watchers of a chat are told; the chat itself is read from the store.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// There is something up to this place; 0 where nothing was said and only the status may be another one.
    Events {
        upto: u64,
    },
    Typing {
        from: Speaker,
        on: bool,
    },
}

pub trait Bus: Send + Sync + 'static {
    fn publish(&self, session: SessionId, notice: Notice);
    fn watch(&self, session: SessionId) -> broadcast::Receiver<Notice>;
    fn row(&self, row: Row);
    fn watch_rows(&self) -> broadcast::Receiver<Row>;
}

/// A request to another system.
#[derive(Clone, Debug)]
pub struct Request {
    pub bot: Arc<Bot>,
    pub system: String,
    pub action: String,
    pub args: Map<String, Value>,
    /// Stays the same however often the request is sent.
    pub key: String,
    /// It holds a secret: one attempt, and nothing of it in messages.
    pub secret: bool,
}

#[async_trait]
pub trait Connector: Send + Sync + 'static {
    /// Never fails: what went wrong is an answer too.
    async fn call(&self, request: Request) -> Answer;
    /// Sends a webhook.
    ///
    /// # Errors
    /// Why it did not arrive, as far as anybody knows.
    async fn deliver(&self, _parcel: Parcel) -> Result<(), Undelivered> {
        Err(Undelivered { problem: "nothing is sent from here".into(), pause: None, gone: false })
    }
    /// A secret by its name in the environment; a connector without any has none.
    fn secret(&self, _name: &str) -> Option<String> {
        None
    }
}
