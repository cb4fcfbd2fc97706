//! `turn`: one input and all that it causes.
use super::{Effect, Event, Input, Session};
use crate::bot::Bot;
use crate::time::Millis;

/// What one input caused: entries for the journal, already folded into the session, and what to do once they are durable.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Turn {
    pub events: Vec<Event>,
    pub effects: Vec<Effect>,
}

/// Runs one turn. The session has taken in all of the turn's events when this returns.
pub fn turn(_bot: &Bot, _session: &mut Session, _input: Input, _now: Millis) -> Turn {
    Turn::default()
}
