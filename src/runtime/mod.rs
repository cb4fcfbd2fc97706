//! Many chats over time: wakes them, gives them what arrives, keeps each turn before anybody hears of it, and carries out
//! what it caused. Everything that must survive a crash starts here.
mod actor;
pub mod canned;
pub mod contacts;
pub mod desk;
mod doubt;
mod entry;
pub mod files;
mod guard;
pub mod identity;
pub mod insights;
mod limits;
mod marks;
pub mod mentions;
pub mod meter;
mod outbox;
pub mod people;
pub mod ports;
mod refusal;
mod registry;
pub mod search;
mod stale;
mod timers;
pub mod view;
pub mod webhooks;

pub use actor::Receipt;
pub use desk::floor::{Over, Seat};
pub use desk::{Looks, News, Present};
pub use entry::{Held, version};
pub use limits::Limits;
pub use refusal::Refusal;

use crate::bot::Bot;
use crate::engine::{Event, Input, Session, Speaker};
use crate::id::{AgentId, SessionId};
use crate::language::ast::Start;
use crate::time::{Clock, Millis};
use actor::Work;
use ports::{Bus, Connector, Hash, Notice, Store, StoreError};
use registry::Registry;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use subtle::ConstantTimeEq;
use tokio::sync::{Notify, Semaphore, broadcast, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use view::{Row, Status, View};

/// Longest tag, in characters.
const TAG: usize = 40;
/// Who is refused because too many write at once tries again after this time to three times as long.
const CROWDED: Duration = Duration::from_secs(2);
/// Time for the chats to come to their end, unless somebody says otherwise.
const ENDING: Duration = Duration::from_secs(10);
/// Events of one page.
pub const PAGE: usize = 200;

/// What a runtime is made of.
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub bus: Arc<dyn Bus>,
    pub connector: Arc<dyn Connector>,
    pub clock: Arc<dyn Clock>,
    pub bots: Vec<Arc<Bot>>,
    pub limits: Limits,
}

/// The running chats. Cheap to clone.
#[derive(Clone)]
pub struct Runtime(Arc<Inner>);

struct Inner {
    store: Arc<dyn Store>,
    bus: Arc<dyn Bus>,
    connector: Arc<dyn Connector>,
    clock: Arc<dyn Clock>,
    bots: BTreeMap<String, Arc<Bot>>,
    limits: Limits,
    registry: Registry,
    meter: Arc<meter::Meter>,
    seen: marks::Seen,
    desk: desk::Desk,
    /// Places for requests to other systems.
    calls: Semaphore,
    /// Places for what customers do.
    inputs: Semaphore,
    /// Places for photos and files on their way in.
    uploads: Semaphore,
    timers: Notify,
    /// Those who send webhooks.
    bells: webhooks::Bells,
    tasks: TaskTracker,
    stopping: CancellationToken,
    epoch: String,
}

/// How a customer comes in.
#[derive(Clone, Debug, Default)]
pub struct Opening {
    pub page: Option<String>,
    pub language: Option<String>,
    pub customer: Map<String, Value>,
    /// The flow because of which the website opened the chat.
    pub start: Option<String>,
}

/// A new chat and the secret that opens it.
#[derive(Clone, Debug)]
pub struct Opened {
    pub session: SessionId,
    pub token: String,
    pub upto: u64,
}

/// A stretch of a chat: everything in `(after, upto]` that there is.
#[derive(Clone, Debug)]
pub struct Page {
    pub after: u64,
    pub upto: u64,
    pub events: Vec<Event>,
}

/// Words from a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    Text(String),
    Choice(String),
    Person,
}

/// A random secret of 32 bytes, in 64 hexadecimal digits.
///
/// # Errors
/// The system gives no random bytes.
pub fn secret() -> Result<String, Refusal> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|_| Refusal::Busy)?;
    Ok(bytes.iter().map(|b| format!("{b:02x}")).collect())
}

/// What is kept of a secret.
pub fn hashed(secret: &str) -> Hash {
    Sha256::digest(secret.as_bytes()).into()
}

impl Runtime {
    /// Starts: effects that were under way when the last process ended are carried out again.
    ///
    /// # Errors
    /// The store does not work.
    pub async fn start(parts: Parts) -> Result<Self, StoreError> {
        let epoch = parts.store.epoch().await?;
        let pending = parts.store.pending().await?;
        let desk = desk::Desk::new(&parts.bots);
        let meter = Arc::new(meter::Meter::default());
        parts.store.measured_by(&meter);
        let inner = Arc::new(Inner {
            store: parts.store,
            bus: parts.bus,
            connector: parts.connector,
            clock: parts.clock,
            bots: parts.bots.into_iter().map(|b| (b.id.clone(), b)).collect(),
            calls: Semaphore::new(parts.limits.calls.clamp(1, Semaphore::MAX_PERMITS)),
            inputs: Semaphore::new(parts.limits.inputs.clamp(1, Semaphore::MAX_PERMITS)),
            uploads: Semaphore::new(parts.limits.uploads.clamp(1, Semaphore::MAX_PERMITS)),
            limits: parts.limits,
            registry: Registry::default(),
            meter,
            seen: marks::Seen::default(),
            desk,
            timers: Notify::new(),
            bells: webhooks::Bells::default(),
            tasks: TaskTracker::new(),
            stopping: CancellationToken::new(),
            epoch,
        });
        for effect in pending {
            inner.tasks.spawn(inner.clone().one(effect));
        }
        inner.tasks.spawn(inner.clone().timers());
        inner.bots.values().for_each(|bot| inner.wake_webhooks(bot));
        inner.tasks.spawn(inner.clone().desk());
        inner.tasks.spawn(inner.clone().keeps());
        Ok(Self(inner))
    }

    /// Ends after the work at hand. What is under way with other systems is asked again after the next start.
    pub async fn stop(&self) {
        self.stop_within(ENDING).await;
    }

    /// Ends within this time. States that are not written by then are made from the journal by the next process.
    pub async fn stop_within(&self, time: Duration) {
        self.0.stopping.cancel();
        self.0.tasks.close();
        if tokio::time::timeout(time, self.0.tasks.wait()).await.is_err() {
            tracing::warn!(tasks = self.0.tasks.len(), "not everything came to its end in time");
        }
    }

    pub fn bots(&self) -> impl Iterator<Item = &Arc<Bot>> {
        self.0.bots.values()
    }

    pub fn bot(&self, id: &str) -> Option<Arc<Bot>> {
        self.0.bots.get(id).cloned()
    }

    pub fn epoch(&self) -> &str {
        &self.0.epoch
    }

    pub fn store(&self) -> &Arc<dyn Store> {
        &self.0.store
    }

    pub fn now(&self) -> Millis {
        self.0.clock.now()
    }

    /// Some deliveries of webhooks were made due.
    pub fn wake_webhooks(&self) {
        self.bots().for_each(|bot| self.0.wake_webhooks(bot));
    }

    /// How many chats are in memory.
    pub fn live(&self) -> usize {
        self.0.registry.len()
    }

    /// Begins a chat.
    ///
    /// # Errors
    /// `UnknownBot`, `Busy`.
    pub async fn open(&self, bot: &str, opening: Opening) -> Result<Opened, Refusal> {
        let bot = self.bot(bot).ok_or(Refusal::UnknownBot)?;
        let (session, token) = self.make(&bot).await?;
        self.first_turn(session, token, opening).await
    }

    /// Comes back to a chat; the place of its last entry.
    ///
    /// # Errors
    /// `UnknownSession`, `WrongToken`, `Busy`.
    pub async fn enter(&self, bot: &str, session: SessionId, token: &str) -> Result<u64, Refusal> {
        let (given, token, now) = (hashed(token), token.to_owned(), self.now());
        let right = move |kept: &Hash| bool::from(kept.ct_eq(&given)) || identity::is_entered(kept, &token, now);
        let (own_bot, right, seq) = self.look(session, move |s, kept| (s.bot.clone(), right(kept), s.seq)).await?;
        match (right, own_bot == bot) {
            (false, _) => Err(Refusal::WrongToken),
            (_, false) => Err(Refusal::UnknownSession),
            _ => Ok(seq),
        }
    }

    /// Comes back with everything up to `after`; the place of the last entry. Whoever has more than is known here saw it at
    /// another process, so the chat is read anew before he is told that there is no such thing.
    ///
    /// # Errors
    /// Those of `enter`.
    pub async fn come_back(&self, bot: &str, session: SessionId, token: &str, after: u64) -> Result<u64, Refusal> {
        let upto = self.enter(bot, session, token).await?;
        if after <= upto {
            return Ok(upto);
        }
        Ok(self.0.registry.give(&self.0, session, Work::Anew).await?.seq)
    }

    /// A customer's message.
    ///
    /// # Errors
    /// What is wrong with it, or why it was not kept.
    pub async fn customer(&self, session: SessionId, cid: &str, said: Said) -> Result<Receipt, Refusal> {
        check_cid(cid)?;
        let cid = cid.to_owned();
        let input = match said {
            Said::Text(text) => Input::CustomerSaid { cid, text: self.readable(&text)? },
            Said::Choice(choice) => Input::CustomerTapped { cid, choice },
            Said::Person => Input::CustomerWantsPerson { cid },
        };
        self.give(session, input).await
    }

    /// Something happened in the shop or on the website; flows start when it does.
    ///
    /// # Errors
    /// `UnknownEvent` where no flow starts by it, `EventLacks` where a detail is missing that one needs.
    pub async fn event(&self, session: SessionId, name: &str, details: Map<String, Value>) -> Result<Receipt, Refusal> {
        let id = self.look(session, |s, _| s.bot.clone()).await?;
        let bot = self.bot(&id).ok_or(Refusal::UnknownBot)?;
        let name = name.to_lowercase();
        let starts = bot.flows.values().flat_map(|f| &f.starts);
        let mut all = starts.filter_map(|start| match start {
            Start::Event { name: own, with } if *own == name => Some(with),
            _ => None,
        });
        let missing = |with: &&Vec<String>| with.iter().any(|detail| details.get(detail).is_none_or(Value::is_null));
        let Some(first) = all.next() else { return Err(Refusal::UnknownEvent) };
        if let Some(with) = std::iter::once(first).chain(all).find(missing) {
            return Err(Refusal::EventLacks { details: with.join(", ") });
        }
        if serde_json::to_string(&details).map_or(true, |text| text.chars().count() > self.0.limits.longest) {
            return Err(Refusal::TooLarge);
        }
        self.give(session, Input::EventArrived { name, details }).await
    }

    /// Something an agent did.
    ///
    /// # Errors
    /// `Taken`, `NotYours`, or what is wrong with the words.
    pub async fn agent(&self, session: SessionId, input: Input) -> Result<Receipt, Refusal> {
        match &input {
            Input::AgentSaid { cid, text, .. } => {
                check_cid(cid)?;
                self.readable(text)?;
            }
            Input::AgentNoted { text, .. } => drop(self.readable(text)?),
            Input::AgentTagged { tag, .. } if self.readable(tag)?.chars().count() > TAG => {
                return Err(Refusal::TooLarge);
            }
            _ => {}
        }
        self.give(session, input).await
    }

    /// A reply by an agent whose page showed the chat up to `seen`: refused where somebody said something since.
    ///
    /// # Errors
    /// Those of `agent`, and `Stale`.
    pub async fn reply(&self, session: SessionId, input: Input, seen: Option<u64>) -> Result<Receipt, Refusal> {
        let Some(seen) = seen else { return self.agent(session, input).await };
        if let Input::AgentSaid { cid, text, .. } = &input {
            check_cid(cid)?;
            self.readable(text)?;
        }
        self.0.registry.give(&self.0, session, Work::Reply { input, seen }).await
    }

    /// Erases a chat: what was said goes everywhere, whoever has the chat open is told that it is gone.
    ///
    /// # Errors
    /// `UnknownSession` where there is none, `Busy`.
    pub async fn erase(&self, session: SessionId) -> Result<(), Refusal> {
        self.0.erase(session).await
    }

    async fn give(&self, session: SessionId, input: Input) -> Result<Receipt, Refusal> {
        // Too many at once are told so at once: a queue in which everybody waits for minutes serves nobody.
        let theirs = input.is_from_customer() || matches!(input, Input::Opened { .. });
        let _place = match theirs.then(|| self.0.inputs.try_acquire()) {
            Some(Err(_)) => return Err(self.crowded()),
            place => place,
        };
        self.0.registry.give(&self.0, session, Work::Input { input, finished: None }).await
    }

    /// Not all at the same moment again.
    fn crowded(&self) -> Refusal {
        tracing::warn!(inputs = self.0.limits.inputs, "more customers at once than the store keeps up with");
        let mut byte = [0_u8; 1];
        let _ = getrandom::fill(&mut byte);
        Refusal::Crowded { retry_after: CROWDED + CROWDED * u32::from(byte[0]) / 128 }
    }

    fn readable(&self, text: &str) -> Result<String, Refusal> {
        let invisible =
            |c: char| c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}');
        if text.chars().all(invisible) {
            return Err(Refusal::Empty);
        }
        if text.chars().count() > self.0.limits.longest {
            return Err(Refusal::TooLarge);
        }
        Ok(text.trim().to_owned())
    }

    /// Entries after a place.
    ///
    /// # Errors
    /// `Busy` where the store does not answer.
    pub async fn page(&self, session: SessionId, after: u64) -> Result<Page, Refusal> {
        let events = self.0.store.events(session, after, PAGE).await.map_err(actor::busy)?;
        let upto = events.last().map_or(after, |e| e.seq);
        Ok(Page { after, upto, events })
    }

    /// Reads the state of a chat between two turns.
    async fn look<T: Send + 'static>(
        &self,
        session: SessionId,
        f: impl FnOnce(&Session, &Hash) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let (tx, rx) = oneshot::channel();
        let look = Box::new(move |s: &Session, t: &Hash| drop(tx.send(f(s, t))));
        self.0.registry.give(&self.0, session, Work::Look(look)).await?;
        rx.await.map_err(|_| Refusal::Busy)
    }

    /// Who has the chat.
    ///
    /// # Errors
    /// `UnknownSession`, `Busy`.
    pub async fn status(&self, session: SessionId) -> Result<Status, Refusal> {
        let mut status = self.look(session, |s, _| view::status(s)).await?;
        if status.team.is_some() {
            let place = self.0.store.position(session).await.map_err(actor::busy)?;
            status.position = place.and_then(|n| usize::try_from(n).ok());
            status.wait = status.team.as_deref().and_then(|team| self.0.seen.wait(team));
        }
        status.ticket = self.0.desk.ticket(session).map(|t| t.reference);
        status.marks = self.0.seen.of(session);
        Ok(status)
    }

    /// The agents' panel of a chat.
    ///
    /// # Errors
    /// `UnknownSession`, `Busy`.
    pub async fn view(&self, session: SessionId) -> Result<View, Refusal> {
        let state = self.look(session, |s, _| s.clone()).await?;
        let bot = self.bot(&state.bot).ok_or(Refusal::UnknownBot)?;
        Ok(view::view(&state, &bot))
    }

    /// Chats in these states.
    ///
    /// # Errors
    /// `Busy` where the store does not answer.
    pub async fn rows(&self, states: &[&str], agent: Option<AgentId>) -> Result<Vec<Row>, Refusal> {
        self.0.store.rows(states, agent, PAGE).await.map_err(actor::busy)
    }

    pub fn watch(&self, session: SessionId) -> broadcast::Receiver<Notice> {
        self.0.bus.watch(session)
    }

    pub fn watch_rows(&self) -> broadcast::Receiver<Row> {
        self.0.bus.watch_rows()
    }

    pub fn typing(&self, session: SessionId, from: Speaker, on: bool) {
        self.0.bus.publish(session, Notice::Typing { from, on });
    }

    /// An agent's page has a chat up to this place; `read` where it is before their eyes.
    pub fn seen_by_agent(&self, session: SessionId, upto: u64, read: bool) {
        if self.0.seen.mark(session, upto, read) {
            self.0.bus.publish(session, Notice::Events { upto: 0 });
        }
    }
}

impl Inner {
    async fn erase(self: &Arc<Self>, session: SessionId) -> Result<(), Refusal> {
        if !self.store.erase(session).await.map_err(actor::busy)? {
            return Err(Refusal::UnknownSession);
        }
        // Whoever has it in memory finds out that it is gone.
        match self.registry.give(self, session, Work::Anew).await {
            Err(Refusal::UnknownSession) => {}
            Err(refusal) => return Err(refusal),
            Ok(_) => return Err(Refusal::Busy),
        }
        self.bus.publish(session, Notice::Events { upto: 0 });
        Ok(())
    }
}

fn check_cid(cid: &str) -> Result<(), Refusal> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if cid.is_empty() || cid.len() > 64 || !cid.chars().all(fits) { Err(Refusal::BadCid) } else { Ok(()) }
}
