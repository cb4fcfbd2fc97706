//! What the pages ask of the desk.
use super::{Desk, Present, Seat};
use crate::engine::{Holder, Input};
use crate::id::{AgentId, SessionId};
use crate::runtime::actor::Work;
use crate::runtime::{Receipt, Refusal, Runtime};

impl Runtime {
    /// An agent has an inbox open, until the guard is dropped.
    pub fn present(&self, agent: AgentId, name: &str, seat: Seat) -> Present {
        self.0.desk.enter(agent, name, seat, self.0.clock.clone())
    }

    /// Who is there, who gets what.
    pub fn desk(&self) -> &Desk {
        &self.0.desk
    }

    /// A lead takes a chat, also from a colleague, whose replies are refused from then on. Whose it was.
    ///
    /// # Errors
    /// `Over` where it is resolved, `UnknownSession`, `Busy`.
    pub async fn take_over(
        &self,
        session: SessionId,
        (agent, name): (AgentId, String),
    ) -> Result<(Receipt, Option<String>), Refusal> {
        let before = self.look(session, |s, _| s.holder.clone()).await?;
        let receipt = self.0.registry.give(&self.0, session, Work::TakeOver { agent, name }).await?;
        let from = match before {
            Holder::Agent { id, name, .. } if id != agent => Some(name),
            _ => None,
        };
        Ok((receipt, from))
    }

    /// An agent passes a chat on: to a team, or to a colleague, who is asked first.
    ///
    /// # Errors
    /// `NotYours`, `UnknownTeam`, or what is wrong with the note.
    pub async fn transfer(
        &self,
        session: SessionId,
        from: (AgentId, String),
        team: Option<String>,
        to: Option<AgentId>,
        note: Option<String>,
    ) -> Result<Receipt, Refusal> {
        let note = note.filter(|n| !n.trim().is_empty()).map(|n| self.readable(&n)).transpose()?;
        let (id, own) = self.look(session, |s, _| (s.bot.clone(), s.handoff.as_ref().map(|h| h.team.clone()))).await?;
        let bot = self.bot(&id).ok_or(Refusal::UnknownBot)?;
        let team = team.or(own).unwrap_or_else(|| bot.settings.default_team.clone());
        if !bot.settings.teams.contains_key(&team) {
            return Err(Refusal::UnknownTeam);
        }
        if let Some(to) = to {
            self.0.desk.wish(session, to);
        }
        let (agent, name) = from;
        self.give(session, Input::AgentTransferred { agent, name, team, note }).await
    }
}
