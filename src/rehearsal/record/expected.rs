//! What came of a chat, as `expect` lines. What has another name in the bot by now is left out.
use super::given::{exists, written};
use super::stand_ins::StandIns;
use crate::bot::Bot;
use crate::bot::op::Op;
use crate::engine::session::HIDDEN;
use crate::engine::{Event, Speaker, What};
use crate::language::ast::Priority;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Longer values say in a test what its lines said already.
const LONGEST: usize = 60;
/// Details whose names begin another kind of `expect`.
const WORDS: &[&str] = &["topic", "tag", "feedback", "promise", "note", "escalated", "ends", "at", "empathy"];

pub fn expected(bot: &Bot, events: &[Event], stand_ins: &StandIns) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut details: BTreeMap<&str, &Value> = BTreeMap::new();
    let mut end = None;
    for event in events {
        let line = match &event.what {
            What::TopicBegan { flow, .. } => bot.flows.contains_key(flow).then(|| format!("topic {flow}")),
            What::Waiting { team, priority, .. } => {
                end = Some("ends with a person");
                bot.settings.teams.contains_key(team).then(|| escalated(team, *priority))
            }
            What::Joined { .. } => {
                end = Some("ends with a person");
                None
            }
            What::Resolved { .. } => {
                end = Some("ends resolved");
                None
            }
            What::HandedBack { .. } | What::Opened { .. } => {
                end = None;
                None
            }
            What::Promised { name, owner, .. } if promised(bot, name) && bot.settings.teams.contains_key(owner) => {
                Some(format!("promise {name} by {owner}"))
            }
            What::Tagged { tag } => Some(format!("tag {tag}")),
            What::Called { action, args, .. } if exists(bot, action) => Some(asked(action, args, stand_ins)),
            What::Filled { slot, value } => {
                details.insert(slot, value);
                None
            }
            What::Forgotten { slot } => {
                details.remove(slot.as_str());
                None
            }
            _ => None,
        };
        lines.extend(line.map(|l| format!("expect {l}")).filter(|l| !lines.contains(l)));
    }
    let details = details.into_iter().filter(|(slot, _)| is_asked(bot, slot) && !WORDS.contains(slot));
    lines.extend(details.filter_map(|(slot, value)| Some(format!("expect {slot} is {}", short(value, stand_ins)?))));
    let feedback =
        events.iter().rev().find_map(|e| if let What::Feedback { score, .. } = &e.what { Some(score) } else { None });
    lines.extend(feedback.map(|score| format!("expect feedback {score}")));
    lines.extend(end.map(|end| format!("expect {end}")));
    lines
}

fn escalated(team: &str, priority: Priority) -> String {
    match priority {
        Priority::Normal => format!("escalated to {team}"),
        other => format!("escalated to {team} with priority {}", format!("{other:?}").to_lowercase()),
    }
}

fn asked(action: &str, args: &Map<String, Value>, stand_ins: &StandIns) -> String {
    let known = args.iter().filter_map(|(n, v)| Some(format!("{n} = {}", short(v, stand_ins)?)));
    let known: Vec<String> = known.collect();
    if known.is_empty() {
        format!("{action} was asked")
    } else {
        format!("{action} was asked with {}", known.join(", "))
    }
}

fn short(value: &Value, stand_ins: &StandIns) -> Option<String> {
    // A quotation mark is written as another sign, lists are long, and of a secret nothing is known.
    let fine = |text: &str| !text.contains('"') && text.chars().count() <= LONGEST && text != HIDDEN;
    match value {
        Value::String(text) if fine(text) => written(value, stand_ins),
        Value::Object(_) => written(value, stand_ins).filter(|t| t.starts_with('"')),
        Value::Bool(_) | Value::Number(_) => written(value, stand_ins),
        _ => None,
    }
}

fn promised(bot: &Bot, name: &str) -> bool {
    bot.flows.values().flat_map(|f| &f.ops).any(|p| matches!(&p.op, Op::Promise(promise) if promise.name == name))
}

fn is_asked(bot: &Bot, slot: &str) -> bool {
    bot.flows.values().flat_map(|f| &f.ops).any(|p| matches!(&p.op, Op::Ask(ask) if ask.slot == slot))
}

/// Whether an entry is words of the bot.
pub fn bot_said(event: &Event) -> Option<&str> {
    match &event.what {
        What::Message { from: Speaker::Bot { .. }, text, .. } => Some(text),
        _ => None,
    }
}
