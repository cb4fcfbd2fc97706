//! Clocks that run while people work: how soon a customer should have an answer, and who is told when that is missed. Pure.
use crate::bot::settings::Settings;
use crate::id::SessionId;
use crate::language::ast::Term;
use crate::time::Millis;
use std::collections::BTreeMap;

/// When a customer who began to wait at `since` should have an answer; `None` where the team promises nothing.
pub fn first_reply(settings: &Settings, team: &str, since: Millis) -> Option<Millis> {
    let term = settings.teams.get(team)?.first_reply?;
    Some(settings.hours.after(since, Term { working: true, ..term }, &settings.time_zone))
}

/// One customer who waits for the first answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    pub team: String,
    pub due: Millis,
    told: bool,
}

/// All clocks that run.
#[derive(Debug, Default)]
pub struct Clocks(BTreeMap<SessionId, Clock>);

impl Clocks {
    /// A clock that runs already goes on: asking for a person twice gives nobody more time.
    pub fn start(&mut self, session: SessionId, team: &str, due: Millis) {
        self.0.entry(session).or_insert_with(|| Clock { team: team.to_owned(), due, told: false });
    }

    pub fn stop(&mut self, session: SessionId) {
        self.0.remove(&session);
    }

    pub fn due(&self, session: SessionId) -> Option<Millis> {
        self.0.get(&session).map(|c| c.due)
    }

    /// Whose time ran out since the last look; each is told once.
    pub fn late(&mut self, now: Millis) -> Vec<(SessionId, String)> {
        let late = self.0.iter_mut().filter(|(_, c)| !c.told && c.due <= now);
        late.map(|(session, clock)| {
            clock.told = true;
            (*session, clock.team.clone())
        })
        .collect()
    }

    /// When the next one runs out.
    pub fn next(&self) -> Option<Millis> {
        self.0.values().filter(|c| !c.told).map(|c| c.due).min()
    }
}
