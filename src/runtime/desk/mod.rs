//! The desk: who is there, who gets which chat, and whom to tell what. What is decided stands in `floor` and `clocks`; here it
//! meets sockets, the store and the time.
mod cases;
pub mod clocks;
mod doors;
pub mod floor;
pub mod tickets;

use super::Inner;
use super::actor::Work;
use super::insights::{Promise, Visit};
use super::ports::{Notice, Stored};
use super::view::Row;
use crate::bot::Bot;
use crate::engine::{Event, Input, Speaker, What};
use crate::id::{AgentId, SessionId};
use crate::language::ast::Priority;
use crate::time::Millis;
use cases::Cases;
use clocks::{Clocks, Due, Late};
use floor::{Chat, Floor, Order, Over, Rules, Seat};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, broadcast};

/// Changes of a queue within this time are told together.
const TOGETHER: Duration = Duration::from_millis(200);
/// Those further back hear of their place when they come nearer.
const TOLD: usize = 100;
/// News that a slow inbox may be behind.
const BEHIND: usize = 1024;
/// The longest sleep while something is due.
const LOOK: Duration = Duration::from_secs(1);
/// Chats that are looked at when the server starts.
const AT_START: usize = 10_000;

/// What inboxes are told beside the chats themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// A chat is offered to an agent, until then.
    Offered {
        session: SessionId,
        agent: AgentId,
        until: Millis,
    },
    OfferOver {
        session: SessionId,
        agent: AgentId,
        why: Over,
    },
    /// Who is there has changed.
    People,
    /// Something should have happened in a chat, and did not.
    Late(Late),
    /// Colleagues are named in a note.
    Mentioned {
        session: SessionId,
        whom: Vec<AgentId>,
    },
    /// A ticket stands elsewhere now.
    Ticket {
        session: SessionId,
    },
    /// The time for which a chat was put off is over.
    Woke {
        session: SessionId,
    },
    /// Who looks at this chat has changed.
    Looking {
        session: SessionId,
    },
}

#[derive(Debug, Default)]
struct State {
    floor: Floor,
    clocks: Clocks,
    cases: Cases,
    names: BTreeMap<AgentId, String>,
    /// Who has which chat open, and how often.
    looking: BTreeMap<SessionId, BTreeMap<AgentId, usize>>,
    /// Teams whose queues changed.
    changed: BTreeSet<String>,
    /// They are about to be told.
    telling: bool,
}

#[derive(Clone, Debug)]
pub struct Desk {
    state: Arc<Mutex<State>>,
    wake: Arc<Notify>,
    news: broadcast::Sender<News>,
}

/// An agent is present while one of these lives.
pub struct Present {
    desk: Desk,
    agent: AgentId,
    clock: Arc<dyn crate::time::Clock>,
}

/// An agent looks at a chat while one of these lives.
#[derive(Debug)]
pub struct Looks {
    desk: Desk,
    agent: AgentId,
    session: SessionId,
}

impl Desk {
    /// With the rules of these bots' teams.
    pub fn new<'a>(bots: impl IntoIterator<Item = &'a Arc<Bot>>) -> Self {
        let mut state = State::default();
        for bot in bots {
            for (name, team) in &bot.settings.teams {
                let within = team.accept_within.map(crate::bot::settings::duration);
                let accept_within = within.unwrap_or(Rules::default().accept_within);
                let skills = team.skills.iter().cloned().collect();
                state.floor.rule(&bot.id, name, Rules { way: way(team.offer), accept_within, skills });
            }
        }
        Self { state: Arc::new(Mutex::new(state)), wake: Arc::default(), news: broadcast::channel(BEHIND).0 }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn watch(&self) -> broadcast::Receiver<News> {
        self.news.subscribe()
    }

    fn tell(&self, news: News) {
        // Without an open inbox nobody listens.
        let _ = self.news.send(news);
    }

    pub fn enter(&self, agent: AgentId, name: &str, seat: Seat, clock: Arc<dyn crate::time::Clock>) -> Present {
        {
            let mut state = self.lock();
            state.names.insert(agent, name.to_owned());
            state.floor.enters(agent, seat);
        }
        self.tell(News::People);
        self.wake.notify_one();
        Present { desk: self.clone(), agent, clock }
    }

    /// Whether anybody who serves this team is there.
    pub fn somebody(&self, team: &str) -> bool {
        self.lock().floor.somebody(team)
    }

    /// Who is there, and whether they take chats.
    pub fn people(&self) -> Vec<(AgentId, String, bool)> {
        let state = self.lock();
        let name = |id: &AgentId| state.names.get(id).cloned().unwrap_or_default();
        state.floor.people().map(|(id, takes)| (id, name(&id), takes)).collect()
    }

    /// How many chats wait, by bot and team.
    pub fn waiting(&self) -> BTreeMap<(String, String), usize> {
        self.lock().floor.waiting()
    }

    pub fn away(&self, agent: AgentId, away: bool) {
        self.lock().floor.away(agent, away);
        self.tell(News::People);
        self.wake.notify_one();
    }

    pub fn passes(&self, session: SessionId, agent: AgentId, now: Millis) {
        self.lock().floor.passes(session, agent, now);
        self.wake.notify_one();
    }

    /// Who is asked first when this chat waits next.
    pub fn wish(&self, session: SessionId, agent: AgentId) {
        self.lock().floor.wish(session, agent);
    }

    /// When a person should have answered, or the matter be solved.
    pub fn due(&self, session: SessionId, what: Due) -> Option<Millis> {
        self.lock().clocks.due(session, what)
    }

    /// What should have happened in a chat, and did not.
    pub fn lates(&self, session: SessionId) -> Vec<Due> {
        self.lock().clocks.lates(session).collect()
    }

    /// What a chat waited for when the last process ended.
    fn resumes(&self, bot: &Bot, visit: &Visit) {
        let mut state = self.lock();
        let (session, team) = (visit.session, visit.team.clone().unwrap_or_default());
        let since = visit.asked.filter(|_| visit.solved.is_none());
        if let Some(due) = since.and_then(|since| clocks::due(&bot.settings, &team, Due::Solved, since)) {
            state.clocks.start(session, Due::Solved, &team, due);
        }
        if visit.promises.iter().any(|p| p.state == Promise::Late) {
            state.clocks.missed(session, Due::Promise);
        }
    }

    pub fn mentioned(&self, session: SessionId, whom: Vec<AgentId>) {
        self.tell(News::Mentioned { session, whom });
    }

    pub fn looks(&self, session: SessionId, agent: AgentId) -> Looks {
        *self.lock().looking.entry(session).or_default().entry(agent).or_default() += 1;
        self.tell(News::Looking { session });
        Looks { desk: self.clone(), agent, session }
    }

    /// Who has this chat open.
    pub fn lookers(&self, session: SessionId) -> Vec<(AgentId, String)> {
        let state = self.lock();
        let ids = state.looking.get(&session).map(|l| l.keys().copied().collect::<Vec<_>>()).unwrap_or_default();
        ids.into_iter().map(|id| (id, state.names.get(&id).cloned().unwrap_or_default())).collect()
    }

    /// What became of a chat in a turn.
    pub fn saw(&self, bot: &Bot, row: &Row, events: &[Event], now: Millis) {
        let mut state = self.lock();
        state.cases.saw(row.session, &row.bot, events);
        let chat = |priority: Option<Priority>| Chat {
            session: row.session,
            bot: row.bot.clone(),
            team: row.team.clone().unwrap_or_default(),
            priority: priority.unwrap_or(Priority::Normal),
            since: row.since,
            wish: None,
        };
        match (row.state.as_str(), &row.agent) {
            ("waiting", _) => {
                let chat = chat(row.priority);
                for what in [Due::FirstReply, Due::Solved] {
                    if let Some(due) = clocks::due(&bot.settings, &chat.team, what, row.since) {
                        state.clocks.start(row.session, what, &chat.team, due);
                    }
                }
                state.floor.waits(chat);
            }
            ("agent", Some(agent)) => state.floor.taken(chat(row.priority), agent.id, now),
            _ => {
                state.floor.over(row.session);
                state.clocks.stop(row.session, Due::FirstReply);
                state.clocks.stop(row.session, Due::Solved);
            }
        }
        let mut late = false;
        for event in events {
            match &event.what {
                What::Message { from: Speaker::Agent { .. }, .. } => state.clocks.stop(row.session, Due::FirstReply),
                What::PromiseLate { .. } => late |= state.clocks.missed(row.session, Due::Promise),
                What::Resolved { .. } => state.clocks.stop(row.session, Due::Promise),
                _ => {}
            }
        }
        drop(state);
        if late {
            let (session, team) = (row.session, row.team.clone().unwrap_or_default());
            self.tell(News::Late(Late { session, team, what: Due::Promise }));
        }
        self.wake.notify_one();
    }

    /// A chat came into a team's queue or left it.
    pub fn moved(&self, team: &str) {
        self.lock().changed.insert(team.to_owned());
        self.wake.notify_one();
    }
}

fn way(offer: Option<crate::bot::settings::Offer>) -> floor::Way {
    use crate::bot::settings::Offer;
    match offer {
        None => floor::Way::ByHand,
        Some(Offer::LeastBusy) => floor::Way::LeastBusy,
        Some(Offer::InTurn) => floor::Way::RoundRobin,
    }
}

impl Inner {
    /// Learns what waited when the last process ended, then gives out chats and tells of queues until the end.
    pub(super) async fn desk(self: Arc<Self>) {
        if let Err(problem) = self.learn().await {
            tracing::error!(%problem, "the chats that wait could not be read; they are given out as they change");
        }
        loop {
            let now = self.clock.now();
            let behind = self.keep_cases(now).await;
            let (orders, late, next) = {
                let mut state = self.desk.lock();
                let orders = state.floor.act(now);
                let next = [state.floor.next(), state.clocks.next(), state.cases.next()].into_iter().flatten().min();
                (orders, state.clocks.run_out(now), next)
            };
            for order in orders {
                self.carry_out_order(order).await;
            }
            late.into_iter().for_each(|late| self.desk.tell(News::Late(late)));
            self.clone().tell_queues();
            let next = if behind { Some(now + LOOK) } else { next };
            let sleep = next.map_or(Duration::from_secs(3600), |at| (at - now).clamp(Duration::from_millis(5), LOOK));
            tokio::select! {
                () = self.desk.wake.notified() => {}
                () = tokio::time::sleep(sleep) => {}
                () = self.stopping.cancelled() => return,
            }
        }
    }

    async fn learn(&self) -> Stored<()> {
        self.learn_tickets().await?;
        let now = self.clock.now();
        for row in self.store.rows(&["waiting", "agent"], None, AT_START).await? {
            if let Some(bot) = self.bots.get(&row.bot) {
                if let Some(visit) = self.store.insights().visit(row.session).await? {
                    self.desk.resumes(bot, &visit);
                }
                self.desk.saw(bot, &row, &[], now);
            }
        }
        Ok(())
    }

    async fn carry_out_order(self: &Arc<Self>, order: Order) {
        let input = |input: Input| Work::Input { input, finished: None };
        let given = match order {
            Order::Offer { session, agent, until } => {
                return self.desk.tell(News::Offered { session, agent, until });
            }
            Order::Over { session, agent, why } => return self.desk.tell(News::OfferOver { session, agent, why }),
            Order::Away { .. } => return self.desk.tell(News::People),
            Order::Nobody { session } => self.registry.give(self, session, input(Input::NobodyAvailable)).await,
            // Nobody waits for an answer: it stays with who has it, until the customer writes.
            Order::Return { session, .. } if !self.desk.is_urgent(session) => return,
            Order::Return { session, agent } => {
                let name = self.desk.lock().names.get(&agent).cloned().unwrap_or_else(|| "A colleague".into());
                self.registry.give(self, session, input(Input::AgentLeft { agent, name })).await
            }
        };
        if let Err(problem) = given {
            tracing::warn!(%problem, "the desk could not reach a chat");
        }
    }

    /// Lets those who wait know that their place in the queue may be another one. Apart, so that chats are given out meanwhile.
    fn tell_queues(self: Arc<Self>) {
        {
            let mut state = self.desk.lock();
            if state.changed.is_empty() || std::mem::replace(&mut state.telling, true) {
                return;
            }
        }
        let tracker = self.tasks.clone();
        tracker.spawn(async move {
            tokio::time::sleep(TOGETHER).await;
            let teams = {
                let mut state = self.desk.lock();
                state.telling = false;
                std::mem::take(&mut state.changed)
            };
            for team in teams {
                match self.store.queue(&team, TOLD).await {
                    Ok(waiting) => waiting.into_iter().for_each(|s| self.bus.publish(s, Notice::Events { upto: 0 })),
                    Err(problem) => tracing::warn!(%problem, team, "a queue could not be read"),
                }
            }
        });
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        let now = self.clock.now();
        self.desk.lock().floor.leaves(self.agent, now);
        self.desk.tell(News::People);
        self.desk.wake.notify_one();
    }
}

impl Drop for Looks {
    fn drop(&mut self) {
        {
            let mut state = self.desk.lock();
            let Some(lookers) = state.looking.get_mut(&self.session) else { return };
            if let Some(count) = lookers.get_mut(&self.agent) {
                *count -= 1;
                if *count == 0 {
                    lookers.remove(&self.agent);
                }
            }
            if lookers.is_empty() {
                state.looking.remove(&self.session);
            }
        }
        self.desk.tell(News::Looking { session: self.session });
    }
}
