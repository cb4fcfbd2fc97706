//! The desk's rules, played with dice and with a whole shift: nobody has too much, the first in line is served first, no chat
//! is lost, and none has two agents.
use crate::support::MORNING;
use proptest::prelude::*;
use rapport::id::{AgentId, SessionId};
use rapport::language::ast::Priority;
use rapport::runtime::desk::clocks::{Clocks, Due, Late};
use rapport::runtime::desk::floor::{ABANDONED, Chat, Floor, GRACE, MISSED, Order, Over, REST, Rules, Seat, Way};
use rapport::time::Millis;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const ACCEPT: Duration = Duration::from_secs(30);
const CAPACITY: usize = 3;

fn session(n: u128) -> SessionId {
    SessionId::new(uuid::Uuid::from_u128(n))
}

fn chat(n: u128, team: &str, priority: Priority, since: Millis) -> Chat {
    Chat { session: session(n), bot: "shop".into(), team: team.into(), priority, since, wish: None }
}

fn plain(n: u128, since: Millis) -> Chat {
    chat(n, "orders", Priority::Normal, since)
}

fn seat(teams: &[&str], skills: &[&str]) -> Seat {
    let set = |all: &[&str]| all.iter().map(|s| (*s).to_owned()).collect();
    Seat { teams: set(teams), skills: set(skills), capacity: CAPACITY }
}

fn floor(way: Way) -> Floor {
    let mut floor = Floor::default();
    for team in ["orders", "refunds"] {
        let skills = BTreeSet::from([format!("{team}-skill")]);
        floor.rule("shop", team, Rules { way, accept_within: ACCEPT, skills });
    }
    floor
}

fn later(seconds: u64) -> Millis {
    MORNING + Duration::from_secs(seconds)
}

/// Who was offered which chat, in order.
fn offers(orders: &[Order]) -> Vec<(SessionId, i64)> {
    let offer = |o: &Order| if let Order::Offer { session, agent, .. } = o { Some((*session, agent.0)) } else { None };
    orders.iter().filter_map(offer).collect()
}

#[test]
fn the_least_busy_is_asked_and_with_equals_in_turn() {
    let mut floor = floor(Way::LeastBusy);
    (1..=3).for_each(|n| floor.enters(AgentId(n), Seat::default()));
    floor.taken(plain(90, MORNING), AgentId(1), MORNING);
    (1..=4).for_each(|n| floor.waits(plain(n, later(n as u64))));
    let given: Vec<i64> = offers(&floor.act(later(10))).into_iter().map(|(_, agent)| agent).collect();
    assert_eq!(given, [2, 3, 1, 2], "two have none, then all have one, then it is the turn of the longest rested");
}

#[test]
fn in_turn_goes_round_whoever_is_busy() {
    let mut floor = floor(Way::RoundRobin);
    (1..=2).for_each(|n| floor.enters(AgentId(n), Seat::default()));
    floor.taken(plain(90, MORNING), AgentId(1), MORNING);
    (1..=4).for_each(|n| floor.waits(plain(n, later(n as u64))));
    let given: Vec<i64> = offers(&floor.act(later(10))).into_iter().map(|(_, agent)| agent).collect();
    assert_eq!(given, [1, 2, 1, 2]);
}

#[test]
fn chats_that_are_taken_by_hand_are_offered_to_nobody() {
    let mut floor = floor(Way::ByHand);
    floor.enters(AgentId(1), Seat::default());
    floor.waits(plain(1, MORNING));
    assert_eq!(floor.act(later(1)), []);
}

#[test]
fn urgent_comes_first_and_then_who_came_first() {
    let mut floor = floor(Way::LeastBusy);
    floor.waits(plain(1, later(1)));
    floor.waits(plain(2, later(2)));
    floor.waits(chat(3, "orders", Priority::Urgent, later(3)));
    floor.enters(AgentId(1), Seat::default());
    let order: Vec<SessionId> = offers(&floor.act(later(9))).into_iter().map(|(s, _)| s).collect();
    assert_eq!(order, [session(3), session(1), session(2)]);
}

#[test]
fn teams_and_skills_say_who_serves() {
    let mut floor = floor(Way::LeastBusy);
    floor.enters(AgentId(1), seat(&["orders"], &[]));
    floor.enters(AgentId(2), seat(&[], &["refunds-skill"]));
    floor.waits(chat(1, "refunds", Priority::Normal, MORNING));
    floor.waits(chat(2, "orders", Priority::Normal, later(1)));
    assert_eq!(offers(&floor.act(later(2))), [(session(1), 2), (session(2), 1)]);
    assert!(floor.somebody("orders") && floor.somebody("refunds") && !floor.somebody("returns"));
}

#[test]
fn an_offer_that_is_not_accepted_goes_to_the_next_and_the_chat_keeps_its_place() {
    let mut floor = floor(Way::LeastBusy);
    (1..=2).for_each(|n| floor.enters(AgentId(n), Seat { capacity: 1, ..Seat::default() }));
    floor.waits(plain(1, later(1)));
    assert_eq!(offers(&floor.act(later(1))), [(session(1), 1)]);
    floor.waits(plain(2, later(2)));
    assert_eq!(offers(&floor.act(later(2))), [(session(2), 2)]);
    floor.passes(session(2), AgentId(2), later(3));
    // The first offer runs out: the first chat goes to the second agent, before the later one.
    let orders = floor.act(later(1) + ACCEPT);
    assert!(orders.contains(&Order::Over { session: session(1), agent: AgentId(1), why: Over::Missed }), "{orders:?}");
    assert_eq!(offers(&orders), [(session(1), 2), (session(2), 1)]);
}

#[test]
fn who_misses_too_many_counts_as_away_until_he_says_otherwise() {
    let mut floor = floor(Way::LeastBusy);
    floor.enters(AgentId(1), Seat::default());
    floor.waits(plain(1, MORNING));
    let mut now = MORNING;
    let mut away = 0;
    for _ in 0..MISSED {
        assert_eq!(offers(&floor.act(now)).len(), 1);
        now = now + ACCEPT;
        away += floor.act(now).iter().filter(|o| matches!(o, Order::Away { .. })).count();
        now = now + REST;
    }
    assert_eq!(away, 1);
    assert_eq!(offers(&floor.act(now)), [], "he is away");
    assert!(!floor.somebody("orders"));
    floor.away(AgentId(1), false);
    assert_eq!(offers(&floor.act(now)).len(), 1);
}

#[test]
fn a_reload_is_no_absence_and_the_last_one_to_leave_is_told_of_once() {
    let mut floor = floor(Way::LeastBusy);
    floor.enters(AgentId(1), Seat::default());
    floor.waits(plain(1, MORNING));
    floor.leaves(AgentId(1), later(1));
    assert!(floor.somebody("orders"), "a moment ago he was there");
    floor.enters(AgentId(1), Seat::default());
    let quiet = |orders: Vec<Order>| orders.into_iter().filter(|o| matches!(o, Order::Nobody { .. })).count();
    assert_eq!(quiet(floor.act(later(2) + GRACE)), 0);
    floor.leaves(AgentId(1), later(60));
    assert_eq!(quiet(floor.act(later(60) + GRACE)), 1);
    assert_eq!(quiet(floor.act(later(61) + GRACE)), 0, "told once");
    assert!(!floor.somebody("orders"));
}

#[test]
fn the_chats_of_who_is_gone_go_back() {
    let mut floor = floor(Way::LeastBusy);
    floor.enters(AgentId(1), Seat::default());
    floor.taken(plain(1, MORNING), AgentId(1), MORNING);
    floor.leaves(AgentId(1), later(5));
    assert_eq!(floor.act(later(4) + ABANDONED), [], "he may come back");
    assert_eq!(floor.act(later(5) + ABANDONED), [Order::Return { session: session(1), agent: AgentId(1) }]);
    assert_eq!(floor.next(), None, "nothing is left to do");
}

#[test]
fn who_was_named_is_asked_first_and_then_the_team() {
    let mut floor = floor(Way::LeastBusy);
    (1..=2).for_each(|n| floor.enters(AgentId(n), Seat::default()));
    floor.wish(session(1), AgentId(2));
    floor.waits(plain(1, MORNING));
    assert_eq!(offers(&floor.act(MORNING)), [(session(1), 2)]);
    floor.passes(session(1), AgentId(2), later(1));
    assert_eq!(offers(&floor.act(later(1))), [(session(1), 1)]);
}

#[test]
fn a_clock_is_late_once_and_asking_again_gives_nobody_more_time() {
    let mut clocks = Clocks::default();
    let late = |what| Late { session: session(1), team: "orders".into(), what };
    let lates = |clocks: &Clocks| clocks.lates(session(1)).collect::<Vec<_>>();
    clocks.start(session(1), Due::FirstReply, "orders", later(10));
    clocks.start(session(1), Due::FirstReply, "orders", later(99));
    clocks.start(session(1), Due::Solved, "orders", later(60));
    assert_eq!((clocks.run_out(later(9)), clocks.next()), (vec![], Some(later(10))));
    assert_eq!(clocks.run_out(later(10)), [late(Due::FirstReply)]);
    assert_eq!((clocks.run_out(later(11)), clocks.next()), (vec![], Some(later(60))));
    clocks.start(session(1), Due::FirstReply, "orders", later(12));
    assert_eq!((clocks.run_out(later(13)), lates(&clocks)), (vec![], vec![Due::FirstReply]), "told once");
    clocks.stop(session(1), Due::FirstReply);
    assert_eq!(lates(&clocks), []);
    assert!(clocks.missed(session(1), Due::Promise) && !clocks.missed(session(1), Due::Promise));
    assert_eq!(clocks.run_out(later(60)), [late(Due::Solved)]);
    assert_eq!(lates(&clocks), [Due::Solved, Due::Promise]);
}

// ---------------------------------------------------------------- what always holds

/// What the test itself knows of the floor, from its orders alone.
#[derive(Default)]
struct Seen {
    waiting: BTreeMap<SessionId, Chat>,
    offered: BTreeMap<SessionId, AgentId>,
    held: BTreeMap<SessionId, AgentId>,
    seats: BTreeMap<AgentId, Seat>,
    there: BTreeSet<AgentId>,
    away: BTreeSet<AgentId>,
    rested: BTreeMap<(SessionId, AgentId), Millis>,
}

impl Seen {
    fn load(&self, agent: AgentId) -> usize {
        let own = |(_, a): &(&SessionId, &AgentId)| **a == agent;
        self.offered.iter().filter(own).count() + self.held.iter().filter(own).count()
    }

    fn serves(&self, agent: AgentId, chat: &Chat) -> bool {
        let rules = Rules { skills: BTreeSet::from([format!("{}-skill", chat.team)]), ..Rules::default() };
        self.seats.get(&agent).is_some_and(|s| s.serves(&chat.team, &rules))
    }

    /// Takes in orders, and holds each of them to the rules.
    fn take(&mut self, orders: Vec<Order>, now: Millis) {
        for order in orders {
            match order {
                Order::Offer { session, agent, until } => {
                    assert!(until > now);
                    let chat = self.waiting.get(&session).expect("only what waits is offered").clone();
                    assert!(self.there.contains(&agent) && !self.away.contains(&agent), "{agent} is not there");
                    assert!(self.serves(agent, &chat), "{agent} does not serve {}", chat.team);
                    let place = |c: &Chat| (Reverse(c.priority), c.since, c.session);
                    for earlier in self.waiting.values().filter(|c| place(c) < place(&chat)) {
                        let resting = self.rested.get(&(earlier.session, agent)).is_some_and(|until| *until > now);
                        let could =
                            self.serves(agent, earlier) && !resting && !self.offered.contains_key(&earlier.session);
                        assert!(!could, "{} was passed over for {}", earlier.session, chat.session);
                    }
                    assert!(self.offered.insert(session, agent).is_none(), "offered to two at once");
                    assert!(self.load(agent) <= CAPACITY, "{agent} has too much");
                }
                Order::Over { session, agent, why } => {
                    assert_eq!(self.offered.remove(&session), Some(agent));
                    if matches!(why, Over::Missed | Over::Passed) {
                        self.rested.insert((session, agent), now + REST);
                    }
                }
                Order::Away { agent } => drop(self.away.insert(agent)),
                Order::Nobody { .. } => {}
                Order::Return { session, agent } => {
                    assert_eq!(self.held.remove(&session), Some(agent), "only what was held comes back");
                }
            }
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Waits { team: bool, priority: u8 },
    Accepts(prop::sample::Index),
    Passes(prop::sample::Index),
    Ends(prop::sample::Index),
    Enters(i64),
    Leaves(i64),
    Away(i64, bool),
    Time(u16),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (any::<bool>(), 0_u8..4).prop_map(|(team, priority)| Step::Waits { team, priority }),
        3 => any::<prop::sample::Index>().prop_map(Step::Accepts),
        1 => any::<prop::sample::Index>().prop_map(Step::Passes),
        2 => any::<prop::sample::Index>().prop_map(Step::Ends),
        3 => (1_i64..6).prop_map(Step::Enters),
        1 => (1_i64..6).prop_map(Step::Leaves),
        1 => (1_i64..6, any::<bool>()).prop_map(|(a, on)| Step::Away(a, on)),
        3 => (0_u16..120).prop_map(Step::Time),
    ]
}

fn seat_of(agent: i64) -> Seat {
    match agent {
        1 => seat(&["orders"], &[]),
        2 => seat(&["refunds"], &[]),
        3 => seat(&[], &["orders-skill"]),
        _ => seat(&[], &[]),
    }
}

fn returned(orders: &[Order]) -> Vec<SessionId> {
    let back = |o: &Order| if let Order::Return { session, .. } = o { Some(*session) } else { None };
    orders.iter().filter_map(back).collect()
}

fn pick<T: Clone>(index: &prop::sample::Index, all: Vec<T>) -> Option<T> {
    if all.is_empty() { None } else { Some(index.get(&all).clone()) }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]
    #[test]
    fn nobody_has_too_much_and_nobody_is_passed_over(steps in prop::collection::vec(step(), 1..120), turns in any::<bool>()) {
        let mut floor = floor(if turns { Way::RoundRobin } else { Way::LeastBusy });
        let (mut seen, mut now, mut open) = (Seen::default(), MORNING, BTreeMap::<i64, usize>::new());
        let mut number = 0_u128;
        for step in steps {
            match step {
                Step::Waits { team, priority } => {
                    number += 1;
                    let priority = [Priority::Low, Priority::Normal, Priority::High, Priority::Urgent][usize::from(priority)];
                    let chat = chat(number, if team { "orders" } else { "refunds" }, priority, now);
                    seen.waiting.insert(chat.session, chat.clone());
                    floor.waits(chat);
                }
                Step::Accepts(index) => {
                    let offered = seen.offered.iter().map(|(s, a)| (*s, *a)).collect();
                    if let Some((session, agent)) = pick(&index, offered) {
                        let chat = seen.waiting.remove(&session).expect("it waited");
                        floor.taken(chat, agent, now);
                        seen.held.insert(session, agent);
                    }
                }
                Step::Passes(index) => {
                    let offered = seen.offered.iter().map(|(s, a)| (*s, *a)).collect();
                    if let Some((session, agent)) = pick(&index, offered) {
                        floor.passes(session, agent, now);
                    }
                }
                Step::Ends(index) => {
                    if let Some(session) = pick(&index, seen.held.keys().copied().collect()) {
                        floor.over(session);
                        seen.held.remove(&session);
                    }
                }
                Step::Enters(agent) => {
                    if !seen.there.contains(&AgentId(agent)) {
                        seen.away.remove(&AgentId(agent));
                    }
                    floor.enters(AgentId(agent), seat_of(agent));
                    *open.entry(agent).or_default() += 1;
                    seen.seats.insert(AgentId(agent), seat_of(agent));
                    seen.there.insert(AgentId(agent));
                }
                Step::Leaves(agent) => {
                    if let Some(count) = open.get_mut(&agent).filter(|n| **n > 0) {
                        *count -= 1;
                        floor.leaves(AgentId(agent), now);
                    }
                }
                Step::Away(agent, on) => {
                    floor.away(AgentId(agent), on);
                    if on { seen.away.insert(AgentId(agent)); } else { seen.away.remove(&AgentId(agent)); }
                }
                Step::Time(seconds) => now = now + Duration::from_secs(seconds.into()),
            }
            let orders = floor.act(now);
            let returned = returned(&orders);
            seen.take(orders, now);
            for session in returned {
                let back = chat(u128::from_be_bytes(*session.as_bytes()), "orders", Priority::High, now);
                seen.waiting.insert(session, back.clone());
                floor.waits(back);
            }
            let gone: Vec<AgentId> = seen.there.iter().filter(|a| open.get(&a.0).is_none_or(|n| *n == 0)).filter(|a| floor.people().all(|(id, _)| id != **a)).copied().collect();
            seen.there.retain(|a| !gone.contains(a));
            prop_assert!(floor.next().is_none_or(|at| at > now), "it would look again and again");
        }
    }
}

/// 200 chats, 20 agents, and a bad line: what the issue asks for, minute by minute.
#[test]
fn a_whole_shift_is_served() {
    let mut floor = floor(Way::LeastBusy);
    let mut seen = Seen::default();
    let mut dice: u64 = 7;
    let mut roll = |n: u64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) % n
    };
    let mut open = BTreeSet::new();
    for agent in 1..=20 {
        floor.enters(AgentId(agent), seat(&[], &[]));
        seen.seats.insert(AgentId(agent), seat(&[], &[]));
        seen.there.insert(AgentId(agent));
        open.insert(AgentId(agent));
    }
    let (mut number, mut answered, mut served): (u128, BTreeMap<SessionId, u32>, u32) = (0, BTreeMap::new(), 0);
    for second in 0..4 * 3600 {
        let now = later(second);
        if number < 200 && roll(20) == 0 {
            number += 1;
            let chat = plain(number, now);
            seen.waiting.insert(chat.session, chat.clone());
            floor.waits(chat);
        }
        let agent = AgentId(1 + i64::try_from(roll(20)).expect("small"));
        if roll(400) == 0 && open.remove(&agent) {
            floor.leaves(agent, now);
        } else if roll(200) == 0 && open.insert(agent) {
            floor.enters(agent, seat(&[], &[]));
            floor.away(agent, false);
            seen.there.insert(agent);
            seen.away.remove(&agent);
        } else if seen.away.remove(&agent) {
            floor.away(agent, false);
        }
        // Accept, or let it run out; finish what is at hand.
        let mine: Vec<SessionId> = seen.offered.iter().filter(|(_, a)| **a == agent).map(|(s, _)| *s).collect();
        for session in mine.into_iter().filter(|_| open.contains(&agent) && roll(4) > 0) {
            let chat = seen.waiting.remove(&session).expect("it waited");
            floor.taken(chat, agent, now);
            assert!(seen.held.insert(session, agent).is_none(), "two agents have {session}");
        }
        let held: Vec<SessionId> = seen.held.iter().filter(|(_, a)| **a == agent).map(|(s, _)| *s).collect();
        for session in held.into_iter().filter(|_| open.contains(&agent) && roll(6) == 0) {
            floor.over(session);
            seen.held.remove(&session);
            *answered.entry(session).or_default() += 1;
            served += 1;
        }
        let orders = floor.act(now);
        let returned = returned(&orders);
        seen.take(orders, now);
        for session in returned {
            let back = Chat { priority: Priority::High, ..plain(u128::from_be_bytes(*session.as_bytes()), now) };
            seen.waiting.insert(session, back.clone());
            floor.waits(back);
        }
        seen.there.retain(|a| open.contains(a) || floor.people().any(|(id, _)| id == *a));
    }
    assert_eq!((number, served), (200, 200), "waiting {:?} held {:?}", seen.waiting.len(), seen.held.len());
    assert!(answered.values().all(|n| *n == 1), "each chat is answered once");
}
