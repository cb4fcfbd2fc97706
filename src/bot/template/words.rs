//! The words for people as functions: `same`, `known`, `before`, … (see `language::expr`).
//! Unknown details compare as unequal to everything; nothing here fails on them.
use super::filters::wrong;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use minijinja::value::ValueKind;
use minijinja::{Environment, Error, State, Value};
use std::cmp::Ordering;

/// Set by the engine for every evaluation: the moment of the turn, in milliseconds.
pub const NOW: &str = "now";
/// The customer's strongest feeling, where there is one.
pub const FEELING: &str = "feeling";

pub(super) fn register(env: &mut Environment<'static>) {
    env.add_function("same", |a: Value, b: Value| same(&a, &b));
    env.add_function("known", |a: Value| !unknown(&a));
    env.add_function("one_of", |a: Value, list: Value| {
        list.try_iter().is_ok_and(|mut items| items.any(|item| same(&a, &item)))
    });
    env.add_function("has", |a: Value, b: Value| has(&a, &b));
    env.add_function("before", |a: Value, b: Value| compare(&a, &b) == Some(Ordering::Less));
    env.add_function("after", |a: Value, b: Value| compare(&a, &b) == Some(Ordering::Greater));
    env.add_function("more", |a: Value, b: Value| compare(&a, &b) == Some(Ordering::Greater));
    env.add_function("less", |a: Value, b: Value| compare(&a, &b) == Some(Ordering::Less));
    env.add_function("at_least", |a: Value, b: Value| {
        matches!(compare(&a, &b), Some(Ordering::Greater | Ordering::Equal))
    });
    env.add_function("at_most", |a: Value, b: Value| matches!(compare(&a, &b), Some(Ordering::Less | Ordering::Equal)));
    env.add_function("ago_more", |s: &State<'_, '_>, a: Value, d: Value| {
        ago(s, &a, &d).map(|o| o == Some(Ordering::Greater))
    });
    env.add_function("ago_at_least", |s: &State<'_, '_>, a: Value, d: Value| {
        ago(s, &a, &d).map(|o| matches!(o, Some(Ordering::Greater | Ordering::Equal)))
    });
    env.add_function("ago_less", |s: &State<'_, '_>, a: Value, d: Value| {
        ago(s, &a, &d).map(|o| o == Some(Ordering::Less))
    });
    env.add_function("feels", |s: &State<'_, '_>, feeling: String| {
        s.lookup(FEELING).is_some_and(|v| v.as_str() == Some(feeling.as_str()))
    });
}

fn unknown(v: &Value) -> bool {
    v.is_undefined() || v.is_none()
}

fn same(a: &Value, b: &Value) -> bool {
    if unknown(a) || unknown(b) {
        return false;
    }
    match (a.as_str(), b.as_str()) {
        (Some(a), Some(b)) => a.trim().to_lowercase() == b.trim().to_lowercase(),
        (Some(text), None) | (None, Some(text)) => {
            text.trim().eq_ignore_ascii_case(&if a.as_str().is_some() { b } else { a }.to_string())
        }
        (None, None) => a == b,
    }
}

fn has(a: &Value, b: &Value) -> bool {
    if unknown(a) || unknown(b) {
        return false;
    }
    if let Some(text) = a.as_str() {
        return text.to_lowercase().contains(&b.to_string().to_lowercase());
    }
    a.try_iter().is_ok_and(|mut items| items.any(|item| same(&item, b)))
}

/// Numbers and amounts of money as numbers, stretches of time by their length, times and dates as such, else nothing.
fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        return a.partial_cmp(&b);
    }
    if let (Some(a), Some(b)) = (length(a), length(b)) {
        return a.partial_cmp(&b);
    }
    if let (Some(a), Some(b)) = (time_of_day(a), time_of_day(b)) {
        return Some(a.cmp(&b));
    }
    Some(moment(a)?.cmp(&moment(b)?))
}

fn number(v: &Value) -> Option<f64> {
    match v.kind() {
        ValueKind::Number => f64::try_from(v.clone()).ok(),
        ValueKind::String => v.as_str()?.trim().parse().ok(),
        // money in another currency: its amount
        ValueKind::Map => {
            v.get_attr("amount").ok().filter(|inner| inner.kind() == ValueKind::Number).and_then(|n| number(&n))
        }
        _ => None,
    }
}

/// Seconds of `90 minutes`.
fn length(v: &Value) -> Option<f64> {
    let term = crate::bot::settings::read_term(v.as_str()?)?;
    Some(crate::bot::settings::duration(term).as_secs_f64())
}

/// Of `18:00`.
fn time_of_day(v: &Value) -> Option<Time> {
    let text = v.as_str()?;
    (text.len() == 5).then(|| text.parse().ok()).flatten()
}

/// Milliseconds of a date or timestamp; a date begins at midnight UTC.
fn moment(v: &Value) -> Option<i64> {
    if v.kind() == ValueKind::Number {
        return i64::try_from(v.clone()).ok();
    }
    let text = v.as_str()?;
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at.as_millisecond());
    }
    let at = text.parse::<DateTime>().or_else(|_| text.parse::<Date>().map(|d| d.at(0, 0, 0, 0))).ok()?;
    at.to_zoned_datetime(TimeZone::UTC).ok().map(|z| z.timestamp().as_millisecond())
}

/// How long ago `a` was, compared with `seconds`.
fn ago(state: &State<'_, '_>, a: &Value, seconds: &Value) -> Result<Option<Ordering>, Error> {
    let now =
        state.lookup(NOW).and_then(|v| i64::try_from(v).ok()).ok_or_else(|| wrong("the time is not known here"))?;
    let limit = number(seconds).or_else(|| length(seconds));
    let (Some(then), Some(limit)) = (moment(a), limit) else { return Ok(None) };
    Ok(((now - then) as f64 / 1000.0).partial_cmp(&limit))
}
