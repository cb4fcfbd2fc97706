//! `turn`: one input and all that it causes.
use super::run::Run;
use super::{Effect, Event, Input, Session};
use crate::bot::Bot;
use crate::bot::op::At;
use crate::time::Millis;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What one input caused: entries for the journal, already folded into the session, and what to do once they are durable.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Turn {
    pub events: Vec<Event>,
    pub effects: Vec<Effect>,
    /// The operations that ran, for whoever asks why.
    pub trace: Vec<Trace>,
    /// What only an onlooker needs; empty where nobody looks on.
    pub seen: Seen,
}

/// What a rehearsal sees of a turn beyond its events.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
    pub walked: BTreeSet<Walked>,
    pub spoken: Vec<Spoken>,
}

/// One way that a chat went through a flow.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Walked {
    pub flow: String,
    /// The operation.
    pub at: At,
    pub way: Way,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// The operation ran.
    Step,
    /// A condition held, or did not.
    Held,
    HeldNot,
    /// Words with this key were said.
    Words(String),
    /// A button, or the topic that one offers.
    Button(String),
}

/// Where a message of the bot comes from, and how its other variations would have read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    pub seq: u64,
    /// Of the step that spoke, like the place.
    pub word: &'static str,
    pub file: Arc<str>,
    pub line: usize,
    pub instead: Vec<String>,
}

/// A step that ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    pub flow: String,
    pub word: &'static str,
    pub file: Arc<str>,
    pub line: usize,
}

/// Runs one turn. The session has taken in all of the turn's events when this returns. An input that means nothing in the
/// session's state (a stale timer, a late answer) causes an empty turn.
pub fn turn(bot: &Bot, session: &mut Session, input: Input, now: Millis) -> Turn {
    let mut run = Run::new(bot, session, now);
    run.input(input);
    run.finish()
}

/// The same turn with somebody looking on: `Turn::seen` is filled.
pub fn watched(bot: &Bot, session: &mut Session, input: Input, now: Millis) -> Turn {
    let mut run = Run::new(bot, session, now);
    run.watched = true;
    run.input(input);
    run.finish()
}
