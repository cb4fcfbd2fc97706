//! Conversation tests, played on the engine under simulated time: what was expected, what happened, and which ways
//! through the flows no test walked. Pure.
#![deny(clippy::disallowed_methods, clippy::disallowed_types, clippy::unwrap_used, clippy::expect_used)]

pub mod coverage;
mod expect;
mod fits;
pub mod record;
mod stage;
mod tell;

pub use coverage::{Coverage, coverage};
pub use fits::fits;
pub use record::{Recorded, record};
pub use tell::{junit, tell};

use crate::bot::Bot;
use crate::engine::{Event, Walked};
use crate::language::test::{Act, Test};
use std::collections::BTreeSet;

/// What became of one test.
#[derive(Clone, Debug)]
pub struct Report {
    pub name: String,
    pub file: String,
    /// Of the line that begins the test.
    pub line: usize,
    /// Lines of the test and what the bot did, in the order in which it happened.
    pub transcript: Vec<Heard>,
    pub failure: Option<Failure>,
    pub walked: BTreeSet<Walked>,
    /// The chat as its journal would have it.
    pub journal: Vec<Event>,
}

/// One line of a transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A line of the test.
    Line { number: usize, text: String },
    /// Something that happened: words of the bot, a call, a person being asked for; and the step behind it.
    Really { text: String, place: String },
}

/// The line that did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub line: usize,
    /// One sentence on what is wrong, without a full stop.
    pub problem: String,
    /// One sentence on what to do.
    pub action: String,
}

/// Plays one test. The same bot and test always give the same report.
pub fn rehearse(bot: &Bot, test: &Test) -> Report {
    let mut stage = stage::Stage::new(bot);
    let mut failure = None;
    for line in &test.lines {
        let given = matches!(line.act, Act::Given(_));
        let outcome = if given { Ok(()) } else { stage.open() };
        if outcome.is_ok() {
            stage.transcript.push(Heard::Line { number: line.number, text: line.text.clone() });
        }
        if let Err(problem) = outcome.and_then(|()| stage.act(&line.act)) {
            failure = Some(Failure { line: line.number, problem: problem.0, action: problem.1 });
            break;
        }
    }
    if failure.is_none()
        && let Err(problem) = stage.open().and_then(|()| stage.all_was_said())
    {
        failure = Some(Failure { line: 0, problem: problem.0, action: problem.1 });
    }
    let line = test.lines.first().map_or(1, |l| l.number.saturating_sub(1));
    let (name, file) = (test.name.clone(), test.file.clone());
    Report { name, file, line, transcript: stage.transcript, failure, walked: stage.walked, journal: stage.events }
}
