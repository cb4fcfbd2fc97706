//! From what a system sent to an outcome and its fields, each in the shape of its kind.
use super::Path;
use crate::bot::settings::Kinds;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::{Map, Number, Value};

/// Moments in seconds since 1970 are larger than any number that is meant as a day.
const EARLIEST_MOMENT: i64 = 100_000_000;
/// As much of a wrong value is shown.
const SHOWN: usize = 60;

/// One line of `outcomes`: `404: not_found`, or `200 where total = 0: not_found`.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub status: u16,
    pub only: Option<Where>,
    pub name: String,
}

/// What must hold of the answer besides its status.
#[derive(Clone, Debug, PartialEq)]
pub enum Where {
    Is(Path, Value),
    /// Nothing stands there, or an empty text or list.
    Empty(Path),
}

impl Where {
    /// `total = 0`, `orders is empty`.
    ///
    /// # Errors
    /// What is wrong with it, in plain words.
    pub fn read(text: &str) -> Result<Self, String> {
        if let Some(path) = text.trim().strip_suffix(" is empty") {
            return Path::read(path).map(Where::Empty);
        }
        let (path, value) = text.split_once('=').ok_or_else(|| format!("`{text}` compares nothing"))?;
        let value = value.trim().trim_matches('"');
        let plain = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
        Ok(Where::Is(Path::read(path)?, plain))
    }

    pub fn holds(&self, answer: &Value) -> bool {
        match self {
            Where::Is(path, wanted) => path.all(answer).into_iter().any(|found| same(found, wanted)),
            Where::Empty(path) => path.all(answer).into_iter().all(is_empty),
        }
    }
}

/// `0`, `0.0` and `"0"` are the same to people.
fn same(found: &Value, wanted: &Value) -> bool {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    found == wanted || text(found) == text(wanted) || found.as_f64().is_some_and(|n| Some(n) == wanted.as_f64())
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// Where a field stands, and in what unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Take {
    pub path: Path,
    /// Amounts of money in the hundredth part.
    pub cents: bool,
}

/// A field whose value is not of its kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` in its answer is no {kind}: {value}")]
pub struct Misfit {
    pub path: String,
    pub kind: String,
    pub value: String,
}

impl Take {
    /// The field's value; `None` where the answer has none.
    ///
    /// # Errors
    /// What stands there is something else.
    pub fn value(&self, own: &Kinds, kind: &str, zone: &TimeZone, answer: &Value) -> Result<Option<Value>, Misfit> {
        let found = self.path.all(answer);
        let Some(first) = found.first() else { return Ok(None) };
        // A path through a list leads to many places.
        let value = match (kind, found.as_slice()) {
            ("list", [one]) if one.is_array() || !self.path.leads_to_many() => (*one).clone(),
            ("list", many) => many.iter().map(|v| (*v).clone()).collect(),
            _ => (*first).clone(),
        };
        let shaped =
            if own.contains_key(kind) { Some(words(value.clone())) } else { shaped(kind, zone, value.clone()) };
        let misfit = || Misfit { path: self.path.written().to_owned(), kind: kind.to_owned(), value: shown(&value) };
        shaped.map(|v| Some(if self.cents { hundredth(v) } else { v })).ok_or_else(misfit)
    }
}

/// Systems write `"40.00"` for money, a moment for a date and a number for a text.
fn shaped(kind: &str, zone: &TimeZone, value: Value) -> Option<Value> {
    match kind {
        "text" | "email" | "phone" | "name" | "address" | "duration" => Some(words(value)).filter(Value::is_string),
        "number" | "whole number" => number(&value),
        "money" if value.get("amount").is_some_and(Value::is_number) => Some(value),
        "money" => number(&value),
        "yes or no" => match value.as_str() {
            Some("true" | "yes") => Some(true.into()),
            Some("false" | "no") => Some(false.into()),
            _ => Some(value).filter(Value::is_boolean),
        },
        "date" => date(zone, &value).map(|date| date.to_string().into()),
        "time" => time(zone, &value),
        "list" => Some(value).filter(Value::is_array),
        _ => Some(value),
    }
}

/// A number or a yes where words are wanted.
fn words(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::from(number.to_string()),
        Value::Bool(yes) => Value::from(if yes { "yes" } else { "no" }),
        other => other,
    }
}

fn number(value: &Value) -> Option<Value> {
    match value {
        Value::Number(_) => Some(value.clone()),
        Value::String(text) => {
            let text = text.trim();
            let whole = text.parse::<i64>().ok().map(Value::from);
            whole.or_else(|| Number::from_f64(text.parse().ok()?).map(Value::Number))
        }
        _ => None,
    }
}

fn hundredth(value: Value) -> Value {
    value.as_f64().and_then(|cents| Number::from_f64(cents / 100.0)).map_or(value, Value::Number)
}

fn moment(zone: &TimeZone, value: &Value) -> Option<DateTime> {
    if let Some(seconds) = value.as_i64() {
        let seconds = if seconds > EARLIEST_MOMENT * 1000 { seconds / 1000 } else { seconds };
        let since = Timestamp::from_second(seconds).ok().filter(|_| seconds >= EARLIEST_MOMENT)?;
        return Some(zone.to_datetime(since));
    }
    let text = value.as_str()?;
    let at = text.parse::<Timestamp>().map(|at| zone.to_datetime(at));
    at.or_else(|_| text.parse::<DateTime>()).ok()
}

/// The day in the bot's time zone.
fn date(zone: &TimeZone, value: &Value) -> Option<Date> {
    let plain = value.as_str().filter(|text| text.len() == "2026-04-22".len()).and_then(|text| text.parse().ok());
    plain.or_else(|| moment(zone, value).map(DateTime::date))
}

fn time(zone: &TimeZone, value: &Value) -> Option<Value> {
    let text = value.as_str().filter(|text| text.len() == "17:30".len() && text.parse::<jiff::civil::Time>().is_ok());
    if text.is_some() {
        return Some(value.clone());
    }
    moment(zone, value).map(|at| at.strftime("%H:%M").to_string().into())
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= SHOWN { text } else { format!("{}…", text.chars().take(SHOWN).collect::<String>()) }
}

/// The fields of several pages: lists are joined, the rest is of the first.
pub fn join(first: &mut Map<String, Value>, next: Map<String, Value>) {
    for (name, value) in next {
        match (first.get_mut(&name), value) {
            (Some(Value::Array(items)), Value::Array(more)) => items.extend(more),
            (None, value) => drop(first.insert(name, value)),
            _ => {}
        }
    }
}
