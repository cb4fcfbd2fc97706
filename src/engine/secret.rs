//! Answers that are written down nowhere. They live in memory until the next `use`; the journal says only that they were
//! given. Lost with a crash, they are asked for again.
use super::run::Run;
use super::session::{HIDDEN, Wait};
use super::{Effect, Timer};
use crate::bot::op::{Op, Use};
use serde_json::{Map, Value};
use std::time::Duration;

/// How long a call that is stored nowhere may take beyond the time that its action has.
const PATIENCE: Duration = Duration::from_secs(30);

impl Run<'_> {
    /// Whether what the customer says now must not be written down.
    pub fn asks_for_a_secret(&self) -> bool {
        let open = (self.control.wait == Wait::Answer).then(|| self.op()).flatten();
        matches!(open.map(|p| &p.op), Some(Op::Ask(ask)) if ask.secret)
    }

    /// A secret becomes known: its value to the memory alone.
    pub fn keep_secret(&mut self, slot: &str, value: Value) {
        self.session.secrets.0.insert(slot.to_owned(), value);
        self.fill(slot, Value::from(HIDDEN));
    }

    /// Secrets that a call hands over.
    pub fn secrets_of<'s>(&self, step: &'s Use) -> Vec<&'s String> {
        let read = |name: &&String| step.with.iter().any(|(_, formula)| formula.roots().contains(*name));
        step.secrets.iter().filter(read).collect()
    }

    /// Goes back to the question for a secret that a crash took from the memory; false where none is lost.
    pub fn asked_for_lost_secrets(&mut self, secrets: &[&String]) -> bool {
        let lost = secrets.iter().find(|name| !self.session.secrets.0.contains_key(**name));
        let Some(slots) = lost.map(|name| [(*name).clone()]) else { return false };
        let Some(place) = self.question_for(&slots[0]) else { return false };
        let back = self.go_back(&place, &slots);
        if back {
            self.forget(&slots);
        }
        back
    }

    /// The arguments of a call with its secrets in them.
    pub fn with_secrets(&mut self, step: &Use, secrets: &[&String]) -> Map<String, Value> {
        let before = self.control.topics.last().map(|t| t.slots.clone()).unwrap_or_default();
        for name in secrets {
            let value = self.session.secrets.0.get(*name).cloned();
            if let (Some(topic), Some(value)) = (self.control.topics.last_mut(), value) {
                topic.slots.insert((*name).clone(), value);
            }
        }
        let args = step.with.iter().map(|(name, formula)| (name.clone(), self.value(formula))).collect();
        if let Some(topic) = self.control.topics.last_mut() {
            topic.slots = before;
        }
        args
    }

    /// No secret outlives a call, whichever it is.
    pub fn forget_secrets(&mut self, step: &Use) {
        self.session.secrets.0.clear();
        let known: Vec<String> = step.secrets.iter().filter(|name| self.slot(name).is_some()).cloned().collect();
        if !known.is_empty() {
            self.forget(&known);
        }
    }

    /// A call with a secret is not in the outbox: this timer is what goes on after a crash.
    pub fn watch_call(&mut self, step: &Use, call: u32) {
        let action = self.bot.integrations.action(&step.system, &step.action);
        let due = self.now + action.map_or(PATIENCE, |a| a.timeout + PATIENCE);
        self.set_timer(Timer::Call { call }, due);
    }

    /// The effect of a call.
    pub fn call(&mut self, step: &Use, call: u32, args: Map<String, Value>, secret: bool) {
        let (system, action) = (step.system.clone(), step.action.clone());
        self.turn.effects.push(Effect::Call { call, system, action, args, secret });
    }
}
