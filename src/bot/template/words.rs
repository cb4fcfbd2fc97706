//! The words for people as functions: `same`, `known`, `before`, … (see `language::expr`).
//! Unknown details compare as unequal to everything; nothing here fails on them.
use super::filters::wrong;
use super::to_json;
use crate::bot::phrases;
use crate::bot::settings::kinds::{self, LABEL, VALUE};
use crate::bot::settings::{Settings, duration, read_term};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use minijinja::value::ValueKind;
use minijinja::{Environment, Error, State, Value};
use std::cmp::Ordering;
use std::sync::Arc;

/// Set by the engine for every evaluation: the moment of the turn, in milliseconds.
pub const NOW: &str = "now";
/// The customer's strongest feeling, where there is one.
pub const FEELING: &str = "feeling";

pub(super) fn register(env: &mut Environment<'static>, settings: &Settings) {
    env.add_function("same", |a: Value, b: Value| same(&a, &b));
    env.add_function("known", |a: Value| !unknown(&a));
    env.add_function("one_of", |a: Value, list: Value| {
        list.try_iter().is_ok_and(|mut items| items.any(|item| same(&a, &item)))
    });
    env.add_function("has", |a: Value, b: Value| has(&a, &b));
    comparisons(env, &settings.time_zone);
    from_now(env, &settings.time_zone);
    env.add_function("feels", |s: &State<'_, '_>, feeling: String| {
        s.lookup(FEELING).is_some_and(|v| v.as_str() == Some(feeling.as_str()))
    });
    let own = Arc::clone(&settings.kinds);
    env.add_function("is_kind", move |a: Value, kind: String| !unknown(&a) && kinds::fits(&own, &kind, &to_json(&a)));
}

fn comparisons(env: &mut Environment<'static>, zone: &TimeZone) {
    type Holds = fn(Ordering) -> bool;
    let all: [(&str, Holds); 6] = [
        ("before", Ordering::is_lt),
        ("after", Ordering::is_gt),
        ("more", Ordering::is_gt),
        ("less", Ordering::is_lt),
        ("at_least", Ordering::is_ge),
        ("at_most", Ordering::is_le),
    ];
    for (name, holds) in all {
        let zone = zone.clone();
        env.add_function(name, move |a: Value, b: Value| compare(&a, &b, &zone).is_some_and(holds));
    }
}

/// `… ago` and `… away`: how far a day or a moment is from now.
fn from_now(env: &mut Environment<'static>, zone: &TimeZone) {
    type Holds = fn(Ordering) -> bool;
    let all: [(&str, Holds); 4] = [
        ("more", Ordering::is_gt),
        ("at_least", Ordering::is_ge),
        ("less", Ordering::is_lt),
        ("at_most", Ordering::is_le),
    ];
    for (name, holds) in all {
        for (when, ahead) in [("ago", false), ("away", true)] {
            let zone = zone.clone();
            env.add_function(format!("{when}_{name}"), move |s: &State<'_, '_>, a: Value, d: Value| {
                distance(s, &a, &d, ahead, &zone).map(|order| order.is_some_and(holds))
            });
        }
    }
}

pub(super) fn unknown(v: &Value) -> bool {
    v.is_undefined() || v.is_none()
}

fn same(a: &Value, b: &Value) -> bool {
    if unknown(a) || unknown(b) {
        return false;
    }
    // a row is its name or its label
    match (row(a), row(b)) {
        (Some([a, _]), Some([b, _])) => return same(&a, &b),
        (Some(names), None) => return names.iter().any(|name| same(name, b)),
        (None, Some(names)) => return names.iter().any(|name| same(a, name)),
        (None, None) => {}
    }
    if let (Some(a), Some(b)) = (amount(a), amount(b)) {
        return a == b;
    }
    match (a.as_str(), b.as_str()) {
        (Some(a), Some(b)) => same_texts(a, b),
        (Some(text), None) | (None, Some(text)) => {
            text.trim().eq_ignore_ascii_case(&if a.as_str().is_some() { b } else { a }.to_string())
        }
        (None, None) => a == b,
    }
}

/// Case ignored; "2 hours" are "120 minutes", "9:00" is "09:00".
fn same_texts(a: &str, b: &str) -> bool {
    let plain = |text: &str| text.trim().to_lowercase();
    plain(a) == plain(b)
        || is_weekday(a, &plain(b))
        || is_weekday(b, &plain(a))
        || seconds(a).is_some_and(|length| seconds(b) == Some(length))
        || clock(a).is_some_and(|time| clock(b) == Some(time))
}

/// Whether a day is "saturday": authors compare days with their names.
fn is_weekday(day: &str, name: &str) -> bool {
    let Some(at) = phrases::DAYS.iter().position(|known| known.eq_ignore_ascii_case(name)) else { return false };
    let date = day.trim().parse::<Date>().or_else(|_| day.trim().parse::<DateTime>().map(|at| at.date()));
    date.is_ok_and(|date| usize::try_from(date.weekday().to_monday_zero_offset()) == Ok(at))
}

/// The name and the label of a row.
fn row(v: &Value) -> Option<[Value; 2]> {
    if v.kind() != ValueKind::Map {
        return None;
    }
    let (name, label) = (v.get_attr(VALUE).ok()?, v.get_attr(LABEL).ok()?);
    (!unknown(&name) && !unknown(&label)).then_some([name, label])
}

fn has(a: &Value, b: &Value) -> bool {
    if unknown(a) || unknown(b) {
        return false;
    }
    if let Some(names) = row(a) {
        return names.iter().any(|name| has(name, b));
    }
    if let Some(text) = a.as_str() {
        return text.to_lowercase().contains(&b.to_string().to_lowercase());
    }
    a.try_iter().is_ok_and(|mut items| items.any(|item| same(&item, b)))
}

/// Numbers and amounts as numbers, days and moments by the calendar, times by the clock, stretches of time by their
/// length; else nothing.
fn compare(a: &Value, b: &Value, zone: &TimeZone) -> Option<Ordering> {
    let times = (a.as_str().and_then(clock), b.as_str().and_then(clock));
    if let (Some(_), _) | (_, Some(_)) = times {
        let of = |v: &Value, time: Option<Time>| time.or_else(|| time_of_day(v, zone));
        return Some(of(a, times.0)?.cmp(&of(b, times.1)?));
    }
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        return a.partial_cmp(&b);
    }
    if let (Some(a), Some(b)) = (a.as_str().and_then(seconds), b.as_str().and_then(seconds)) {
        return a.partial_cmp(&b);
    }
    Some(moment(a, zone)?.cmp(&moment(b, zone)?))
}

pub(super) fn number(v: &Value) -> Option<f64> {
    match v.kind() {
        ValueKind::Number => f64::try_from(v.clone()).ok(),
        ValueKind::String => v.as_str()?.trim().parse().ok(),
        ValueKind::Map => amount(v),
        _ => None,
    }
}

/// The amount of `{"amount": …, "currency": …}`, or a number.
fn amount(v: &Value) -> Option<f64> {
    match v.kind() {
        ValueKind::Number => f64::try_from(v.clone()).ok(),
        ValueKind::Map => number(&v.get_attr("amount").ok().filter(|inner| inner.kind() != ValueKind::Map)?),
        _ => None,
    }
}

/// `90 minutes` in seconds.
fn seconds(text: &str) -> Option<f64> {
    read_term(text).map(|term| duration(term).as_secs_f64())
}

/// `9:30` and `09:30`.
fn clock(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once(':')?;
    let figures = |part: &str| part.bytes().all(|b| b.is_ascii_digit()) && !part.is_empty();
    let fits = figures(hour) && figures(minute) && minute.len() == 2;
    Time::new(hour.parse().ok().filter(|_| fits)?, minute.parse().ok()?, 0, 0).ok()
}

/// The time of the day of a moment; a day alone has none.
fn time_of_day(v: &Value, zone: &TimeZone) -> Option<Time> {
    if v.as_str().is_some_and(|text| text.parse::<Date>().is_ok() && text.len() == 10) {
        return None;
    }
    let at = Timestamp::from_millisecond(moment(v, zone)?).ok()?.to_zoned_datetime(zone.clone());
    Time::new(at.hour(), at.minute(), 0, 0).ok()
}

/// Milliseconds of a date or timestamp; a day begins at midnight in the bot's time zone.
fn moment(v: &Value, zone: &TimeZone) -> Option<i64> {
    if v.kind() == ValueKind::Number {
        return i64::try_from(v.clone()).ok();
    }
    let text = v.as_str()?;
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at.as_millisecond());
    }
    let at = text.parse::<DateTime>().or_else(|_| text.parse::<Date>().map(|d| d.at(0, 0, 0, 0))).ok()?;
    at.to_zoned_datetime(zone.clone()).ok().map(|z| z.timestamp().as_millisecond())
}

/// How long ago `a` was, or how far ahead it is, compared with a stretch of time.
fn distance(
    state: &State<'_, '_>,
    a: &Value,
    length: &Value,
    ahead: bool,
    zone: &TimeZone,
) -> Result<Option<Ordering>, Error> {
    let now =
        state.lookup(NOW).and_then(|v| i64::try_from(v).ok()).ok_or_else(|| wrong("the time is not known here"))?;
    let limit = number(length).or_else(|| seconds(length.as_str()?));
    let (Some(at), Some(limit)) = (moment(a, zone), limit) else { return Ok(None) };
    let apart = if ahead { at - now } else { now - at };
    Ok((apart as f64 / 1000.0).partial_cmp(&limit))
}
