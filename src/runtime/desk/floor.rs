//! Who gets which chat: the desk as pure logic. It has no clock, no sockets and no store: what happens is told to it, and
//! what is to be done comes back as orders.
use crate::id::{AgentId, SessionId};
use crate::language::ast::Priority;
use crate::time::Millis;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A reload of the page, or a tunnel: for so long whoever lost the connection still counts as there.
pub const GRACE: Duration = Duration::from_secs(15);
/// After this long without a connection an agent's chats go back to the queue, in teams whose chats are given out.
pub const ABANDONED: Duration = Duration::from_secs(180);
/// Whoever passed on a chat, or missed it, is not asked again at once.
pub const REST: Duration = Duration::from_secs(60);
/// Offers missed in a row after which somebody counts as away.
pub const MISSED: u32 = 2;

/// How the chats of a team find somebody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// Whoever wants one takes it from the list.
    #[default]
    ByHand,
    /// Offered to whoever has the fewest.
    LeastBusy,
    /// Offered to whoever was offered one the longest ago.
    RoundRobin,
}

/// The rules of one team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    pub way: Way,
    /// How long an offer stands.
    pub accept_within: Duration,
    /// Whoever has all of these serves the team too. Empty: only whoever is named for it.
    pub skills: BTreeSet<String>,
}

impl Default for Rules {
    fn default() -> Self {
        Self { way: Way::ByHand, accept_within: Duration::from_secs(45), skills: BTreeSet::new() }
    }
}

/// What an agent does here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Seat {
    /// Teams that the agent serves. Without any, and without skills: all of them.
    pub teams: BTreeSet<String>,
    pub skills: BTreeSet<String>,
    /// Chats at a time that may be offered.
    pub capacity: usize,
}

impl Default for Seat {
    fn default() -> Self {
        Self { teams: BTreeSet::new(), skills: BTreeSet::new(), capacity: 4 }
    }
}

impl Seat {
    pub fn serves(&self, team: &str, rules: &Rules) -> bool {
        let everything = self.teams.is_empty() && self.skills.is_empty();
        let able = !rules.skills.is_empty() && rules.skills.is_subset(&self.skills);
        everything || able || self.teams.contains(team)
    }
}

/// A chat that waits for somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chat {
    pub session: SessionId,
    pub bot: String,
    pub team: String,
    pub priority: Priority,
    pub since: Millis,
    /// Whom it was given to by a colleague: asked first.
    pub wish: Option<AgentId>,
}

/// Why an offer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// Somebody has the chat now, or it needs nobody any more.
    Taken,
    /// Its time ran out.
    Missed,
    /// The agent did not want it.
    Passed,
    /// The agent is not there any more.
    Gone,
}

/// Something that has to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    Offer {
        session: SessionId,
        agent: AgentId,
        until: Millis,
    },
    Over {
        session: SessionId,
        agent: AgentId,
        why: Over,
    },
    /// The agent missed too many offers and counts as away.
    Away {
        agent: AgentId,
    },
    /// The last agent who could have taken this chat has left.
    Nobody {
        session: SessionId,
    },
    /// The agent who had this chat is gone: it goes back to its queue.
    Return {
        session: SessionId,
        agent: AgentId,
    },
}

#[derive(Clone, Debug, Default)]
struct Desk {
    seat: Seat,
    /// Open inboxes.
    open: usize,
    /// Without an open inbox: since when.
    lost: Option<Millis>,
    /// The grace is over.
    gone: bool,
    away: bool,
    missed: u32,
    /// The latest offer's number, for taking turns.
    turn: u64,
}

#[derive(Clone, Debug)]
struct Waits {
    chat: Chat,
    offer: Option<(AgentId, Millis)>,
    /// Until when each is left in peace.
    rest: BTreeMap<AgentId, Millis>,
    /// There was somebody who could have taken it.
    had: bool,
}

type Place = (Reverse<Priority>, Millis, SessionId);

/// Everybody who answers, every chat that waits for them or is with one of them.
#[derive(Debug, Default)]
pub struct Floor {
    rules: BTreeMap<(String, String), Rules>,
    agents: BTreeMap<AgentId, Desk>,
    queue: BTreeMap<Place, Waits>,
    places: BTreeMap<SessionId, Place>,
    held: BTreeMap<SessionId, (AgentId, Chat)>,
    /// Who is asked first, where a colleague said so.
    wishes: BTreeMap<SessionId, AgentId>,
    turns: u64,
    orders: Vec<Order>,
}

impl Floor {
    pub fn rule(&mut self, bot: &str, team: &str, rules: Rules) {
        self.rules.insert((bot.to_owned(), team.to_owned()), rules);
    }

    /// How many chats wait, by bot and team; 0 for teams that nobody waits for.
    pub fn waiting(&self) -> BTreeMap<(String, String), usize> {
        let mut all: BTreeMap<_, usize> = self.rules.keys().map(|team| (team.clone(), 0)).collect();
        for Waits { chat, .. } in self.queue.values() {
            *all.entry((chat.bot.clone(), chat.team.clone())).or_default() += 1;
        }
        all
    }

    // ------------------------------------------------------------ people

    /// An inbox was opened.
    pub fn enters(&mut self, agent: AgentId, seat: Seat) {
        let desk = self.agents.entry(agent).or_default();
        if desk.gone || (desk.open == 0 && desk.lost.is_none()) {
            (desk.away, desk.missed) = (false, 0);
        }
        (desk.seat, desk.lost, desk.gone) = (seat, None, false);
        desk.open += 1;
        self.see_who_is_there();
    }

    /// One of an agent's inboxes was closed, or its connection is dead.
    pub fn leaves(&mut self, agent: AgentId, now: Millis) {
        let Some(desk) = self.agents.get_mut(&agent) else { return };
        desk.open = desk.open.saturating_sub(1);
        if desk.open == 0 {
            desk.lost = Some(now);
        }
    }

    /// Takes a break, or comes back from one. What is offered during a break goes to somebody else.
    pub fn away(&mut self, agent: AgentId, away: bool) {
        let Some(desk) = self.agents.get_mut(&agent) else { return };
        (desk.away, desk.missed) = (away, 0);
        if away {
            self.withdraw(agent, Over::Passed);
        }
        self.see_who_is_there();
    }

    pub fn is_away(&self, agent: AgentId) -> bool {
        self.agents.get(&agent).is_some_and(|d| d.away)
    }

    /// Who has an inbox open, or had one a moment ago, and whether they take chats.
    pub fn people(&self) -> impl Iterator<Item = (AgentId, bool)> + '_ {
        self.agents.iter().filter(|(_, d)| d.present()).map(|(id, d)| (*id, !d.away))
    }

    /// Whether somebody is there for a team, of whatever bot.
    pub fn somebody(&self, team: &str) -> bool {
        let plain = Rules::default();
        let mut all: Vec<&Rules> = self.rules.iter().filter(|((_, t), _)| t == team).map(|(_, r)| r).collect();
        all.push(&plain);
        self.agents.values().any(|d| d.takes() && all.iter().any(|r| d.seat.serves(team, r)))
    }

    /// Chats that an agent has, and those offered.
    pub fn load(&self, agent: AgentId) -> usize {
        let offered = self.queue.values().filter(|w| w.offer.is_some_and(|(a, _)| a == agent)).count();
        self.held.values().filter(|(a, _)| *a == agent).count() + offered
    }

    // ------------------------------------------------------------ chats

    /// A chat waits, or waits anew.
    pub fn waits(&mut self, mut chat: Chat) {
        chat.wish = chat.wish.or(self.wishes.get(&chat.session).copied());
        let place = (Reverse(chat.priority), chat.since, chat.session);
        if self.places.get(&chat.session) == Some(&place) {
            return;
        }
        self.forget(chat.session);
        let had = self.somebody(&chat.team);
        self.places.insert(chat.session, place);
        self.queue.insert(place, Waits { chat, offer: None, rest: BTreeMap::new(), had });
    }

    /// Who shall be asked first when this chat waits next.
    pub fn wish(&mut self, session: SessionId, agent: AgentId) {
        self.wishes.insert(session, agent);
    }

    /// An agent has the chat: by an offer, or taken from the list.
    pub fn taken(&mut self, chat: Chat, agent: AgentId, now: Millis) {
        if self.held.get(&chat.session).is_some_and(|(a, _)| *a == agent) {
            return;
        }
        self.forget(chat.session);
        self.wishes.remove(&chat.session);
        // Somebody who has a chat from before a restart may never come back.
        let unseen = || Desk { lost: Some(now), gone: true, ..Desk::default() };
        self.agents.entry(agent).or_insert_with(unseen).missed = 0;
        self.held.insert(chat.session, (agent, chat));
    }

    /// The chat needs nobody any more.
    pub fn over(&mut self, session: SessionId) {
        self.forget(session);
        self.wishes.remove(&session);
    }

    /// An agent does not want what was offered.
    pub fn passes(&mut self, session: SessionId, agent: AgentId, now: Millis) {
        self.end_offer(session, agent, Over::Passed, now);
    }

    fn forget(&mut self, session: SessionId) {
        self.held.remove(&session);
        let Some(waits) = self.places.remove(&session).and_then(|place| self.queue.remove(&place)) else { return };
        if let Some((agent, _)) = waits.offer {
            self.orders.push(Order::Over { session, agent, why: Over::Taken });
        }
    }

    fn end_offer(&mut self, session: SessionId, agent: AgentId, why: Over, now: Millis) {
        let Some(waits) = self.places.get(&session).and_then(|place| self.queue.get_mut(place)) else { return };
        if waits.offer.is_none_or(|(a, _)| a != agent) {
            return;
        }
        waits.offer = None;
        waits.rest.insert(agent, now + REST);
        if waits.chat.wish == Some(agent) {
            waits.chat.wish = None;
            self.wishes.remove(&session);
        }
        self.orders.push(Order::Over { session, agent, why });
    }

    /// Ends all offers of somebody who takes none now.
    fn withdraw(&mut self, agent: AgentId, why: Over) {
        let mut ended = Vec::new();
        for waits in self.queue.values_mut().filter(|w| w.offer.is_some_and(|(a, _)| a == agent)) {
            waits.offer = None;
            ended.push(Order::Over { session: waits.chat.session, agent, why });
        }
        self.orders.extend(ended);
    }

    // ------------------------------------------------------------ giving out

    /// What is to be done now.
    pub fn act(&mut self, now: Millis) -> Vec<Order> {
        self.expire(now);
        self.part_with_the_gone(now);
        self.give_out(now);
        std::mem::take(&mut self.orders)
    }

    /// When to look again, where only time has to pass.
    pub fn next(&self) -> Option<Millis> {
        let offers = self
            .queue
            .values()
            .flat_map(|w| w.offer.map(|(_, until)| until).into_iter().chain(w.rest.values().copied()));
        let over = |d: &Desk| d.lost.map(|at| at + if d.gone { ABANDONED } else { GRACE });
        let gone = self.agents.values().filter_map(over);
        offers.chain(gone).min()
    }

    fn expire(&mut self, now: Millis) {
        let late = |w: &Waits| w.offer.filter(|(_, until)| *until <= now).map(|(agent, _)| (w.chat.session, agent));
        let missed: Vec<_> = self.queue.values().filter_map(late).collect();
        for (session, agent) in missed {
            self.end_offer(session, agent, Over::Missed, now);
            let Some(desk) = self.agents.get_mut(&agent) else { continue };
            desk.missed += 1;
            if desk.missed >= MISSED && !desk.away {
                desk.away = true;
                self.orders.push(Order::Away { agent });
                self.withdraw(agent, Over::Missed);
            }
        }
        self.queue.values_mut().for_each(|w| w.rest.retain(|_, until| *until > now));
        self.tell_of_nobody();
    }

    fn part_with_the_gone(&mut self, now: Millis) {
        let lost = |d: &Desk, length: Duration| d.lost.is_some_and(|at| at + length <= now);
        let gone: Vec<AgentId> = self.agents.iter().filter(|(_, d)| lost(d, GRACE)).map(|(id, _)| *id).collect();
        for agent in &gone {
            self.agents.entry(*agent).and_modify(|d| d.gone = true);
            self.withdraw(*agent, Over::Gone);
        }
        self.tell_of_nobody();
        let abandoned: BTreeSet<AgentId> =
            gone.into_iter().filter(|id| self.agents.get(id).is_some_and(|d| lost(d, ABANDONED))).collect();
        let given_out = |chat: &Chat| self.rules_of(&chat.bot, &chat.team).way != Way::ByHand;
        let returned: Vec<_> =
            self.held.iter().filter(|(_, (a, chat))| abandoned.contains(a) && given_out(chat)).collect();
        let returned: Vec<_> = returned.into_iter().map(|(session, (agent, _))| (*session, *agent)).collect();
        for (session, agent) in returned {
            self.held.remove(&session);
            self.orders.push(Order::Return { session, agent });
        }
        self.agents.retain(|id, _| !abandoned.contains(id));
    }

    /// The first in line first: nobody is offered a chat while an earlier one could go to the same agent.
    fn give_out(&mut self, now: Millis) {
        let open: Vec<Place> = self.queue.iter().filter(|(_, w)| w.offer.is_none()).map(|(place, _)| *place).collect();
        for place in open {
            let Some(waits) = self.queue.get(&place) else { continue };
            let rules = self.rules_of(&waits.chat.bot, &waits.chat.team);
            let (way, within) = (rules.way, rules.accept_within);
            let wished = waits.chat.wish.filter(|a| self.free(*a) && !waits.rest.contains_key(a));
            let chosen = wished.or_else(|| (way != Way::ByHand).then(|| self.best(waits, way)).flatten());
            let Some(agent) = chosen else { continue };
            self.turns += 1;
            let turn = self.turns;
            if let Some(desk) = self.agents.get_mut(&agent) {
                desk.turn = turn;
            }
            let until = now + within;
            if let Some(waits) = self.queue.get_mut(&place) {
                waits.offer = Some((agent, until));
                self.orders.push(Order::Offer { session: waits.chat.session, agent, until });
            }
        }
    }

    fn best(&self, waits: &Waits, way: Way) -> Option<AgentId> {
        let rules = self.rules_of(&waits.chat.bot, &waits.chat.team);
        let fits = |id: &AgentId, desk: &Desk| {
            desk.seat.serves(&waits.chat.team, rules) && self.free(*id) && !waits.rest.contains_key(id)
        };
        let able = self.agents.iter().filter(|(id, desk)| fits(id, desk));
        let busy = |id: AgentId| if way == Way::LeastBusy { self.load(id) } else { 0 };
        able.min_by_key(|(id, desk)| (busy(**id), desk.turn, **id)).map(|(id, _)| *id)
    }

    /// Whether one more chat may be offered.
    fn free(&self, agent: AgentId) -> bool {
        self.agents.get(&agent).is_some_and(|d| d.takes() && d.open > 0 && self.load(agent) < d.seat.capacity)
    }

    fn rules_of(&self, bot: &str, team: &str) -> &Rules {
        const BY_HAND: &Rules =
            &Rules { way: Way::ByHand, accept_within: Duration::from_secs(45), skills: BTreeSet::new() };
        self.rules.get(&(bot.to_owned(), team.to_owned())).unwrap_or(BY_HAND)
    }

    fn tell_of_nobody(&mut self) {
        let left: Vec<Place> =
            self.queue.iter().filter(|(_, w)| w.had && !self.somebody(&w.chat.team)).map(|(place, _)| *place).collect();
        for place in left {
            if let Some(waits) = self.queue.get_mut(&place) {
                waits.had = false;
                self.orders.push(Order::Nobody { session: waits.chat.session });
            }
        }
    }

    fn see_who_is_there(&mut self) {
        let served: Vec<Place> =
            self.queue.iter().filter(|(_, w)| !w.had && self.somebody(&w.chat.team)).map(|(place, _)| *place).collect();
        for place in served {
            if let Some(waits) = self.queue.get_mut(&place) {
                waits.had = true;
            }
        }
    }
}

impl Desk {
    fn present(&self) -> bool {
        !self.gone && (self.open > 0 || self.lost.is_some())
    }

    fn takes(&self) -> bool {
        self.present() && !self.away
    }
}
