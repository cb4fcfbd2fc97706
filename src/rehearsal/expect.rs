//! Whether what a test expects has happened.
use super::fits::fits;
use super::stage::{Problem, Stage, one_line};
use crate::bot::settings::kinds::VALUE;
use crate::bot::template::shown;
use crate::engine::{Holder, What};
use crate::language::test::{Expect, Named, Written};
use serde_json::{Map, Value};

impl Stage<'_> {
    pub(super) fn expect(&self, expect: &Expect) -> Result<(), Problem> {
        let (holds, problem, instead) = match expect {
            Expect::Promise { name, by } => self.promised(name, by.as_ref()),
            Expect::Escalated { to, priority } => {
                let asked = self.all(|w| match w {
                    What::Waiting { team, priority, .. } => Some((team.clone(), *priority)),
                    _ => None,
                });
                let right = asked.iter().any(|(t, p)| *t == to.text && priority.is_none_or(|want| want == *p));
                let words = |(t, p): &(String, _)| format!("{t} with priority {}", format!("{p:?}").to_lowercase());
                let told = list("People were asked for at", asked.iter().map(words), "Nobody was asked for.");
                (right, format!("{} is not asked for a person in this way", to.text), told)
            }
            Expect::EndsResolved => {
                let right = matches!(self.session.holder, Holder::Resolved { .. });
                (right, "The chat is not resolved".into(), self.stands())
            }
            Expect::EndsWithPerson => {
                let right = matches!(self.session.holder, Holder::Waiting { .. } | Holder::Agent { .. });
                (right, "The chat is not with a person".into(), self.stands())
            }
            Expect::Turns(most) => {
                let told = format!("The customer spoke or tapped {} times.", self.turns);
                (
                    self.turns <= *most,
                    format!("It took more than {most} customer {}", if *most == 1 { "turn" } else { "turns" }),
                    told,
                )
            }
            Expect::Asked { action, with } => self.asked(action, with),
            Expect::NotAsked { action } => {
                let asked = !self.calls(action).is_empty();
                (!asked, format!("{} was asked", action.text), "Look for it in the transcript above.".into())
            }
            Expect::Tag(tag) => {
                let told = list("Tags are", self.session.tags.iter().cloned(), "The chat has no tags.");
                (self.session.tags.contains(tag), format!("The chat has no tag {tag}"), told)
            }
            Expect::Topic(flow) => {
                let began = self.all(|w| if let What::TopicBegan { flow, .. } = w { Some(flow.clone()) } else { None });
                let told = list("Topics were", began.iter().cloned(), "No topic began.");
                (began.contains(&flow.text), format!("The topic {} never began", flow.text), told)
            }
            Expect::Feedback(score) => {
                let told = self.session.feedback.map_or("There is no feedback.".into(), |f| format!("It is {f}."));
                (self.session.feedback == Some(*score), format!("The feedback is not {score}"), told)
            }
            Expect::Note(words) => {
                let notes = self.all(|w| if let What::Note { text, .. } = w { Some(one_line(text)) } else { None });
                let right = notes.iter().any(|n| fits(words, n));
                (right, "There is no such note".into(), list("Notes are", notes.iter().cloned(), "There are no notes."))
            }
            Expect::Comforts => self.comforts(),
            Expect::Holds(name, written) => self.holds(name, written),
        };
        if holds { Ok(()) } else { Err((problem, instead)) }
    }

    fn promised(&self, name: &Named, by: Option<&Named>) -> (bool, String, String) {
        let right =
            |p: &&crate::engine::session::Commitment| p.name == name.text && by.is_none_or(|by| by.text == p.owner);
        let made = self.session.promises.iter();
        let told =
            list("Promises are", made.clone().map(|p| format!("{} by {}", p.name, p.owner)), "No promise was made.");
        (made.clone().any(|p| right(&p)), format!("{} is not promised in this way", name.text), told)
    }

    fn asked(&self, action: &Named, with: &[(Named, Written)]) -> (bool, String, String) {
        let calls = self.calls(action);
        let right =
            |args: &Map<String, Value>| with.iter().all(|(n, w)| args.get(&n.text).is_some_and(|v| is(v, &w.text)));
        let told =
            calls.iter().map(|a| a.iter().map(|(n, v)| format!("{n} = {}", words(v))).collect::<Vec<_>>().join(", "));
        let told = list("It was asked with", told, "It was never asked.");
        (calls.iter().any(right), format!("{} was not asked in this way", action.text), told)
    }

    fn calls(&self, wanted: &Named) -> Vec<Map<String, Value>> {
        self.all(|w| match w {
            What::Called { action, args, .. } if *action == wanted.text => Some(args.clone()),
            _ => None,
        })
    }

    fn holds(&self, name: &Named, written: &Written) -> (bool, String, String) {
        let value = self.session.slots.get(&name.text);
        let told = value.map_or("It is not known.".into(), |v| format!("It is {}.", words(v)));
        let right = value.is_some_and(|v| is(v, &written.text));
        (right, format!("{} is not {}", name.text, written.text), told)
    }

    fn comforts(&self) -> (bool, String, String) {
        let since = self.said.get(self.since..).unwrap_or_default();
        let next = since.iter().find(|s| matches!(s.word, "empathize" | "ask" | "triage" | "feedback"));
        let told = next.map_or("The bot neither comforts nor asks.".into(), |s| {
            format!("It says \"{}\" ({}).", one_line(&s.text), s.place)
        });
        (next.is_some_and(|s| s.word == "empathize"), "The bot asks on without a word of empathy".into(), told)
    }

    fn stands(&self) -> String {
        match &self.session.holder {
            Holder::Bot => "The bot has it.".into(),
            Holder::Waiting { team, .. } => format!("It waits for somebody of {team}."),
            Holder::Agent { .. } => "An agent has it.".into(),
            Holder::Resolved { .. } => "It is resolved.".into(),
        }
    }

    fn all<T>(&self, wanted: impl Fn(&What) -> Option<T>) -> Vec<T> {
        self.events.iter().filter_map(|e| wanted(&e.what)).collect()
    }
}

fn list(what: &str, items: impl Iterator<Item = String>, none: &str) -> String {
    let items: Vec<String> = items.collect();
    if items.is_empty() { none.to_owned() } else { format!("{what}: {}.", items.join("; ")) }
}

/// A row of a table is its label, or its name.
fn is(value: &Value, written: &str) -> bool {
    words(value) == written || value.get(VALUE).is_some_and(|name| words(name) == written)
}

/// A value as tests write it.
pub(super) fn words(value: &Value) -> String {
    if let Some(text) = shown(value) {
        return text;
    }
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        other => other.to_string(),
    }
}
