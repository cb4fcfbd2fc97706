//! What the world was like: the day, the customer, what other systems answered.
use super::personal::page_parts;
use super::stand_ins::{StandIns, one_line};
use super::turns::Turn;
use super::within::actions;
use crate::bot::Bot;
use crate::bot::op::Op;
use crate::bot::settings::kinds::VALUE;
use crate::engine::{Event, What};
use crate::time::Millis;
use jiff::civil::DateTime;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// `given` lines by the act before which they stand; those of 0 stand at the top.
pub type Given = BTreeMap<usize, Vec<String>>;

/// The day and the minute in the bot's time zone, and the moment that it means.
pub fn today(bot: &Bot, at: Millis) -> (String, Millis) {
    let local = local(bot, at);
    let (date, hour, minute) = (local.date(), local.hour(), local.minute());
    let begun = Millis(at.0 - at.0.rem_euclid(60_000));
    (format!("given today is {date} {hour:02}:{minute:02}"), begun)
}

pub fn local(bot: &Bot, at: Millis) -> DateTime {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    at.to_zoned_datetime(bot.settings.time_zone.clone()).datetime()
}

/// Who the customer is, and where the chat was opened.
pub fn customer(bot: &Bot, first: &Event, stand_ins: &StandIns) -> Vec<String> {
    let What::Opened { page, language, customer, returning } = &first.what else { return vec![] };
    let mut lines = Vec::new();
    if *returning {
        lines.push("given customer is returning".to_owned());
    }
    let tag = |l: &&String| l.chars().all(|c| c.is_alphanumeric() || c == '-') && !l.is_empty();
    lines.extend(language.iter().filter(tag).map(|l| format!("given customer writes in {l}")));
    if let Some(page) = page {
        let (website, path) = page_parts(page);
        lines.push(format!("given page is {website}{}", stand_ins.swap(path)));
    }
    let known = customer.iter().filter(|(name, _)| bot.settings.customer.contains_key(*name));
    lines.extend(known.filter_map(|(n, v)| Some(format!("given customer {n} = {}", written(v, stand_ins)?))));
    lines
}

/// What other systems answered, and that nobody was there.
pub fn answers(bot: &Bot, turns: &[Turn<'_>], stand_ins: &StandIns) -> Given {
    let mut given = Given::new();
    let mut asked: BTreeMap<String, Vec<(usize, Option<String>)>> = BTreeMap::new();
    let all: Vec<(usize, &Event)> = turns.iter().flat_map(|t| t.events.iter().map(|e| (t.act, e))).collect();
    for (at, (act, event)) in all.iter().enumerate() {
        match &event.what {
            What::Called { call, action, .. } if exists(bot, action) => {
                let answer = answer(bot, action, *call, all.get(at..).unwrap_or_default(), stand_ins);
                asked.entry(action.clone()).or_default().push((*act, answer));
            }
            What::NobodyAvailable { .. } => {
                let line = "given nobody is available".to_owned();
                if given.values().flatten().all(|l| *l != line) {
                    given.entry(*act).or_default().push(line);
                }
            }
            _ => {}
        }
    }
    for (action, answers) in asked {
        if answers.iter().all(|(_, a)| a.is_some()) {
            let mut all: Vec<String> = answers.into_iter().filter_map(|(_, a)| a).collect();
            // The last answer is given again.
            while let [.., before, last] = all.as_slice()
                && before == last
            {
                all.pop();
            }
            given.entry(0).or_default().push(format!("given {action} answers {}", all.join(", then ")));
            continue;
        }
        // A failure stands before the act that met with it.
        for (act, answer) in answers {
            let lines = given.entry(act).or_default();
            let begin = format!("given {action} ");
            match answer {
                Some(answer) => match lines.iter_mut().find(|l| l.starts_with(&format!("{begin}answers "))) {
                    Some(line) => line.push_str(&format!(", then {answer}")),
                    None => lines.push(format!("{begin}answers {answer}")),
                },
                None if lines.iter().all(|l| !l.starts_with(&begin)) => lines.push(format!("{begin}fails")),
                None => {}
            }
        }
    }
    given
}

pub fn exists(bot: &Bot, action: &str) -> bool {
    action.split_once('.').is_some_and(|(s, a)| bot.integrations.action(s, a).is_some())
}

/// `found with number = 1`; `None` for a system that did not answer.
fn answer(bot: &Bot, action: &str, call: u32, after: &[(usize, &Event)], stand_ins: &StandIns) -> Option<String> {
    let mine = |e: &Event| matches!(&e.what, What::Answered { call: c, .. } if *c == call);
    let at = after.iter().position(|(_, e)| mine(e))?;
    let What::Answered { outcome, worked, detail, .. } = &after.get(at)?.1.what else { return None };
    if !worked && detail.is_some() {
        return None;
    }
    let (system, name) = action.split_once('.')?;
    let known = bot.integrations.action(system, name)?;
    known.outcomes.iter().find(|o| o.name == *outcome)?;
    let fields = match after.get(at + 1).map(|(_, e)| &e.what) {
        Some(What::Filled { slot, value: Value::Object(fields) }) if holds(bot, system, name, slot) => fields.clone(),
        _ => Map::new(),
    };
    let field = |(n, v): (&String, &Value)| Some(format!("{n} = {}", written(v, stand_ins)?));
    let fields: Vec<String> = fields.iter().filter(|(n, _)| known.gives.contains_key(*n)).filter_map(field).collect();
    Some(if fields.is_empty() { outcome.clone() } else { format!("{outcome} with {}", fields.join(", ")) })
}

/// Whether some step saves the answers of this action under this name.
fn holds(bot: &Bot, system: &str, action: &str, slot: &str) -> bool {
    actions(bot, slot).next().is_some()
        && bot.flows.values().flat_map(|f| &f.ops).any(|p| match &p.op {
            Op::Use(step) => step.system == system && step.action == action && step.save_as.as_deref() == Some(slot),
            _ => false,
        })
}

/// A value as tests write it, with stand-ins; `None` for what cannot be written there.
pub fn written(value: &Value, stand_ins: &StandIns) -> Option<String> {
    Some(match value {
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Number(number) => stand_ins.swap(&number.to_string()),
        Value::String(text) => quoted(&stand_ins.swap(text)),
        Value::Array(_) => list(&swapped(value, stand_ins)),
        Value::Object(fields) => match (fields.get(VALUE), fields.get("amount")) {
            (Some(Value::String(row)), _) => quoted(row),
            (_, Some(Value::Number(amount))) => amount.to_string(),
            _ => return None,
        },
        Value::Null => return None,
    })
}

fn quoted(text: &str) -> String {
    let text = one_line(text);
    match (text.contains('"'), text.contains('\'')) {
        (false, _) => format!("\"{text}\""),
        (true, false) => format!("'{text}'"),
        (true, true) => format!("\"{}\"", text.replace('"', "”")),
    }
}

/// JSON is how settings write lists too; a quotation mark within a text would end it.
fn list(value: &Value) -> String {
    value.to_string().replace("\\\"", "”")
}

fn swapped(value: &Value, stand_ins: &StandIns) -> Value {
    match value {
        Value::String(text) => Value::from(stand_ins.swap(text)),
        Value::Array(items) => items.iter().map(|v| swapped(v, stand_ins)).collect(),
        Value::Object(fields) => fields.iter().map(|(n, v)| (n.clone(), swapped(v, stand_ins))).collect(),
        Value::Number(number) => match stand_ins.known(&number.to_string()) {
            Some(with) => serde_json::from_str(&with).unwrap_or_else(|_| Value::from(with)),
            None => value.clone(),
        },
        other => other.clone(),
    }
}
