//! Clocks that run while people work: how soon a customer should have an answer, how soon the matter should be solved, and who is told
//! when that is missed, or a promise is. Pure.
use crate::bot::settings::Settings;
use crate::id::SessionId;
use crate::language::ast::Term;
use crate::time::Millis;
use std::collections::{BTreeMap, BTreeSet};

/// What has a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Due {
    /// The first words of a person.
    FirstReply,
    /// That the matter is solved.
    Solved,
    /// What the bot promised. Its own timer tells when it is late.
    Promise,
}

/// When something that began at `since` is due; `None` where the team says nothing about it.
pub fn due(settings: &Settings, team: &str, what: Due, since: Millis) -> Option<Millis> {
    let team = settings.teams.get(team)?;
    let term = match what {
        Due::FirstReply => team.first_reply?,
        Due::Solved => team.solved_within?,
        Due::Promise => return None,
    };
    Some(settings.hours.after(since, Term { working: true, ..term }, &settings.time_zone))
}

/// One customer who waits for something.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Clock {
    team: String,
    due: Millis,
}

/// Something that should have happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Late {
    pub session: SessionId,
    pub team: String,
    pub what: Due,
}

/// All clocks that run, and all that ran out and were not answered.
#[derive(Debug, Default)]
pub struct Clocks {
    running: BTreeMap<(SessionId, Due), Clock>,
    late: BTreeMap<SessionId, BTreeSet<Due>>,
}

impl Clocks {
    /// A clock that runs already goes on: asking for a person twice gives nobody more time.
    pub fn start(&mut self, session: SessionId, what: Due, team: &str, due: Millis) {
        if !self.lates(session).any(|late| late == what) {
            self.running.entry((session, what)).or_insert_with(|| Clock { team: team.to_owned(), due });
        }
    }

    /// It happened.
    pub fn stop(&mut self, session: SessionId, what: Due) {
        self.running.remove(&(session, what));
        if let Some(late) = self.late.get_mut(&session) {
            late.remove(&what);
            if late.is_empty() {
                self.late.remove(&session);
            }
        }
    }

    /// Something is late of which another clock tells; whether that is news.
    pub fn missed(&mut self, session: SessionId, what: Due) -> bool {
        self.late.entry(session).or_default().insert(what)
    }

    pub fn due(&self, session: SessionId, what: Due) -> Option<Millis> {
        self.running.get(&(session, what)).map(|c| c.due)
    }

    /// What should have happened in a chat.
    pub fn lates(&self, session: SessionId) -> impl Iterator<Item = Due> + '_ {
        self.late.get(&session).into_iter().flatten().copied()
    }

    /// Whose time ran out since the last look; each is told once.
    pub fn run_out(&mut self, now: Millis) -> Vec<Late> {
        let over: Vec<_> = self.running.iter().filter(|(_, c)| c.due <= now).map(|(key, _)| *key).collect();
        let told = over.into_iter().filter_map(|(session, what)| {
            let clock = self.running.remove(&(session, what))?;
            self.late.entry(session).or_default().insert(what);
            Some(Late { session, team: clock.team, what })
        });
        told.collect()
    }

    /// When the next one runs out.
    pub fn next(&self) -> Option<Millis> {
        self.running.values().map(|c| c.due).min()
    }
}
