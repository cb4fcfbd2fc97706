//! `turn`: one input and all that it causes.
use super::run::Run;
use super::{Effect, Event, Input, Session};
use crate::bot::Bot;
use crate::time::Millis;

/// What one input caused: entries for the journal, already folded into the session, and what to do once they are durable.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Turn {
    pub events: Vec<Event>,
    pub effects: Vec<Effect>,
    /// The operations that ran, for whoever asks why.
    pub trace: Vec<Trace>,
}

/// A step that ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    pub flow: String,
    pub word: &'static str,
    pub file: String,
    pub line: usize,
}

/// Runs one turn. The session has taken in all of the turn's events when this returns. An input that means nothing in the
/// session's state (a stale timer, a late answer) causes an empty turn.
pub fn turn(bot: &Bot, session: &mut Session, input: Input, now: Millis) -> Turn {
    let mut run = Run::new(bot, session, now);
    run.input(input);
    run.finish()
}
