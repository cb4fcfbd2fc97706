//! A journal as turns: what began each, and whether it is a line of a test.
use crate::engine::{Event, Speaker, What};
use crate::time::Millis;
use serde_json::{Map, Value};

/// One turn of a chat.
pub struct Turn<'e> {
    pub at: Millis,
    pub began: Began<'e>,
    pub events: &'e [Event],
    /// A person has the chat.
    pub with_agent: bool,
    /// Which act of the test caused it, from 0: the opening.
    pub act: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Began<'e> {
    Opened,
    Said(&'e str),
    /// More words before the bot had its turn.
    WroteOn(&'e str),
    /// An answer that is written down nowhere.
    Secret,
    Tapped(&'e str),
    WantedPerson,
    /// Words to which the bot said nothing, since it waited for another system.
    Unheard,
    /// Something happened in the shop or on the website.
    Event(&'e str, &'e Map<String, Value>),
    AgentTook,
    AgentSaid,
    HandedBack,
    AgentResolved,
    /// A system answered, the desk was empty, an agent left a note: what the acts before cause by themselves.
    ByItself,
    /// Time passed.
    Timer,
}

impl Began<'_> {
    fn is_act(self) -> bool {
        !matches!(self, Began::Opened | Began::Unheard | Began::ByItself | Began::AgentSaid)
    }
}

/// The turns of a journal, in order.
pub fn turns(events: &[Event]) -> Vec<Turn<'_>> {
    let mut found: Vec<Turn<'_>> = Vec::new();
    let (mut start, mut with_agent, mut calls, mut act) = (0, false, 0_i32, 0);
    while start < events.len() {
        let end = (start + 1..events.len()).find(|end| begins(events, *end)).unwrap_or(events.len());
        let own = events.get(start..end).unwrap_or_default();
        let Some(first) = own.first() else { break };
        let began = began(own, start == 0, &found, calls > 0);
        act += usize::from(began.is_act());
        found.push(Turn { at: first.at, began, events: own, with_agent, act });
        for event in own {
            match &event.what {
                What::Called { .. } => calls += 1,
                What::Answered { .. } => calls -= 1,
                What::Joined { .. } => with_agent = true,
                What::HandedBack { .. } | What::Resolved { .. } => with_agent = false,
                _ => {}
            }
        }
        start = end;
    }
    found
}

/// Whether a turn begins at this entry. Where the bot stands comes last in a turn.
fn begins(events: &[Event], at: usize) -> bool {
    let (Some(event), Some(before)) = (events.get(at), at.checked_sub(1).and_then(|i| events.get(i))) else {
        return true;
    };
    let comes_in = match &event.what {
        What::Message { from, .. } | What::Note { from, .. } | What::Resolved { by: from } => {
            !matches!(from, Speaker::Bot { .. })
        }
        What::Answered { .. } | What::NobodyAvailable { .. } | What::Joined { .. } | What::HandedBack { .. } => true,
        What::EventArrived { .. } => true,
        _ => false,
    };
    comes_in || event.at != before.at || matches!(before.what, What::Moved { .. })
}

fn began<'e>(events: &'e [Event], first: bool, before: &[Turn<'e>], calling: bool) -> Began<'e> {
    let Some(event) = events.first() else { return Began::ByItself };
    match &event.what {
        What::Opened { .. } if first => Began::Opened,
        What::Message { from: Speaker::Customer, text, choice, secret, .. } => match choice.as_deref() {
            Some("person") if !offered(before, "person") => Began::WantedPerson,
            Some(_) => Began::Tapped(text),
            None if calling && !events.iter().any(does) => Began::Unheard,
            None if waits_for_more(before) => Began::WroteOn(text),
            None if *secret => Began::Secret,
            None => Began::Said(text),
        },
        What::Message { from: Speaker::Agent { .. }, .. } => Began::AgentSaid,
        What::EventArrived { name, details } => Began::Event(name, details),
        What::Joined { .. } => Began::AgentTook,
        What::HandedBack { .. } => Began::HandedBack,
        What::Resolved { by: Speaker::Agent { .. } } => Began::AgentResolved,
        What::Answered { .. } | What::NobodyAvailable { .. } | What::Note { .. } => Began::ByItself,
        _ if waits_for_more(before) => Began::ByItself,
        _ => Began::Timer,
    }
}

/// Whether the bot had not had its turn yet, since the customer might write on.
fn waits_for_more(before: &[Turn<'_>]) -> bool {
    let stands = before.iter().rev().flat_map(|t| t.events.iter().rev()).find_map(|e| match &e.what {
        What::Moved { control } => Some(control.unread.is_some()),
        _ => None,
    });
    stands.unwrap_or(false)
}

/// Whether the bot did something in a turn.
fn does(event: &Event) -> bool {
    let by_bot = |from: &Speaker| matches!(from, Speaker::Bot { .. });
    match &event.what {
        What::Message { from, .. } => by_bot(from),
        What::TopicBegan { .. } | What::Waiting { .. } | What::Called { .. } | What::Moved { .. } => true,
        _ => false,
    }
}

/// Whether the bot's last buttons have this one among them.
fn offered(before: &[Turn<'_>], id: &str) -> bool {
    let mut events = before.iter().rev().flat_map(|t| t.events.iter().rev());
    let last = events.find_map(|e| match &e.what {
        What::Message { choices, .. } if !choices.is_empty() => Some(choices),
        _ => None,
    });
    last.is_some_and(|choices| choices.iter().any(|c| c.id == id))
}
