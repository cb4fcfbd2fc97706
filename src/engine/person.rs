//! Bringing in a person, and giving the chat back.
use super::run::Run;
use super::session::Wait;
use super::words::feeling_word;
use super::{Effect, Holder, Speaker, Timer, What};
use crate::bot::house;
use crate::bot::op::{At, Escalate, Op};
use crate::bot::settings::duration;
use crate::bot::template::shown;
use crate::id::AgentId;
use crate::language::ast::Priority;
use crate::understand::mood::Feeling;
use serde_json::Value;

impl Run<'_> {
    pub fn escalate(&mut self, escalate: &Escalate) {
        let team = escalate.team.clone();
        if let Some(words) = &escalate.words {
            self.say(words);
        }
        let summary = escalate.summary.as_ref().and_then(|s| self.for_team(s, &[]));
        let summary = summary.unwrap_or_else(|| self.summary());
        let why = self.why();
        // A fault brings in a person of its own.
        if self.broken.is_none() {
            self.next();
            for (n, (length, _)) in (0..).zip(&escalate.waited) {
                self.set_timer(Timer::Waited { n }, self.now + duration(*length));
            }
            self.queue(team, escalate.priority, why, summary);
        }
    }

    /// Asks for a person. The bot's own words have been said before.
    pub fn queue(&mut self, team: Option<String>, priority: Option<Priority>, why: String, summary: String) {
        let team = team.unwrap_or_else(|| self.team());
        let upset = self.session.mood.strongest() == Some(Feeling::Angry);
        let priority = priority.unwrap_or(if upset { Priority::High } else { Priority::Normal });
        self.control.choices.clear();
        self.emit(What::Waiting { team: team.clone(), priority, why, summary });
        self.turn.effects.push(Effect::Queue { team, priority });
    }

    /// In a few words, for the list of chats.
    fn why(&self) -> String {
        let title = self.topic_title();
        let tried = self.session.tried.last().filter(|t| !t.ends_with(": worked"));
        tried.map_or_else(|| title.clone(), |t| format!("{title} ({t})"))
    }

    /// What a colleague needs to know, where the author wrote no summary.
    fn summary(&self) -> String {
        let mut lines = vec![self.topic_title()];
        for (name, value) in &self.session.slots {
            if let Some(text) = shown(value).or_else(|| plain(value)) {
                lines.push(format!("{}: {text}", name.replace('_', " ")));
            }
        }
        if let Some(feeling) = self.session.mood.strongest() {
            lines.push(format!("The customer seems {}.", feeling_word(feeling)));
        }
        lines.push(format!("Last words: \"{}\"", self.session.last_message));
        lines.join("\n")
    }

    /// "Talk to a person" works in every state.
    pub fn wants_person(&mut self) {
        match self.session.holder {
            Holder::Agent { .. } => {}
            Holder::Waiting { .. } if self.control.wait == Wait::Person => {}
            _ => {
                self.begin(house::TALK_TO_A_PERSON);
                self.run();
            }
        }
    }

    /// Nobody of the team is there.
    pub fn nobody_available(&mut self) {
        let Holder::Waiting { team, .. } = &self.session.holder else { return };
        if self.control.wait != Wait::Person {
            return;
        }
        let team = team.clone();
        self.emit(What::NobodyAvailable { team });
        match self.escalation().and_then(|e| e.nobody) {
            Some(at) => self.go(at),
            None => self.enter(house::NOBODY_AVAILABLE),
        }
        self.run();
    }

    /// The `escalate` whose person is waited for.
    pub fn escalation(&self) -> Option<&Escalate> {
        let Op::AwaitPerson { escalate } = &self.op()?.op else { return None };
        let frame = self.control.topics.last()?.frames.last()?;
        match &self.bot.flows.get(&frame.flow)?.ops.get(usize::try_from(*escalate).ok()?)?.op {
            Op::Escalate(escalate) => Some(escalate),
            _ => None,
        }
    }

    pub fn agent_took(&mut self, agent: AgentId, name: String) {
        self.emit(What::Joined { agent, name });
        self.control.choices.clear();
        self.control.scale = None;
        self.wait(Wait::Person);
    }

    pub fn handed_back(&mut self, agent: AgentId, name: String, flow: Option<&str>) {
        let block = self.escalation().and_then(|e| e.handed_back);
        self.emit(What::HandedBack { agent, name });
        match (flow.filter(|f| self.bot.flows.contains_key(*f)), block) {
            (Some(flow), _) => {
                self.control.topics.clear();
                self.begin(flow);
            }
            (None, Some(at)) => self.go(at),
            (None, None) => {
                self.control.topics.clear();
                self.begin(house::AFTER_THE_AGENT);
            }
        }
        self.run();
    }

    /// A colleague of another team goes on: the chat waits again, and the bot stays silent.
    pub fn transferred(&mut self, agent: AgentId, name: String, team: String, note: Option<String>) {
        if !self.is_with(agent) {
            return;
        }
        let why = format!("{name} passed this chat on");
        if let Some(text) = note {
            self.emit(What::Note { from: Speaker::Agent { id: agent, name }, text });
        }
        self.queue_again(team, None, why);
    }

    /// Whoever waited once already comes before those who have just begun to.
    pub fn agent_left(&mut self, agent: AgentId, name: &str) {
        if !self.is_with(agent) {
            return;
        }
        let handoff = self.session.handoff.as_ref();
        let before = handoff.map_or(Priority::High, |h| h.priority.max(Priority::High));
        let team = handoff.map_or_else(|| self.team(), |h| h.team.clone());
        self.queue_again(team, Some(before), format!("{name} lost the connection"));
    }

    fn is_with(&self, agent: AgentId) -> bool {
        matches!(&self.session.holder, Holder::Agent { id, .. } if *id == agent)
    }

    fn queue_again(&mut self, team: String, priority: Option<Priority>, why: String) {
        let handoff = self.session.handoff.as_ref();
        let summary = handoff.map_or_else(|| self.summary(), |h| h.summary.clone());
        let priority = priority.or(handoff.map(|h| h.priority));
        // An agent may have stepped in where the flow waited for something else: from now on it waits for a person.
        if self.escalation().is_none() {
            self.control.topics.clear();
            self.begin(house::TALK_TO_A_PERSON);
            let ops = self.bot.flows.get(house::TALK_TO_A_PERSON).map(|f| f.ops.as_slice()).unwrap_or_default();
            let at = ops.iter().position(|placed| matches!(placed.op, Op::AwaitPerson { .. }));
            if let Some(at) = at.and_then(|at| At::try_from(at).ok()) {
                self.go(at);
            }
        }
        self.queue(Some(team), priority, why, summary);
        self.wait(Wait::Person);
    }

    /// Once is enough, and what was never promised cannot be kept.
    pub fn promise_kept(&mut self, agent: AgentId, name: String, promise: String) {
        if self.session.promises.iter().any(|p| p.name == promise && !p.kept) {
            self.cancel_timer(Timer::Promise { name: promise.clone() });
            self.emit(What::PromiseKept { name: promise, by: Speaker::Agent { id: agent, name } });
        }
    }

    pub fn agent_resolved(&mut self, agent: AgentId, name: String) {
        self.close(Speaker::Agent { id: agent, name });
    }
}

/// A value that is one; the fields of an answer would only be noise.
fn plain(value: &Value) -> Option<String> {
    if value.is_object() {
        return None;
    }
    Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}
