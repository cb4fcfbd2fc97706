//! Filters for texts: dates, times and amounts as people write them.
use super::shown;
use crate::bot::locales::{Locales, primary};
use crate::bot::phrases;
use crate::bot::settings::{Settings, duration, read_term};
use crate::language::ast::Unit;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
use minijinja::{Environment, Error, ErrorKind, Output, State, Value};

/// Set by the engine for every text: the tag of the customer's language, where it is not the bot's first.
pub const LANGUAGE: &str = "language";

pub(super) fn register(env: &mut Environment<'static>, settings: &Settings, locales: &Locales) {
    let (zone, all) = (settings.time_zone.clone(), locales.clone());
    env.add_filter("date", move |state: &State<'_, '_>, value: Value| {
        words(&value, |v| date_words(v, &zone, |words| said(state, &all, words)))
    });
    let all = locales.clone();
    env.add_filter("duration", move |state: &State<'_, '_>, value: Value| {
        words(&value, |v| duration_words(v, |words| said(state, &all, words)))
    });
    let all = locales.clone();
    env.add_filter("list", move |state: &State<'_, '_>, value: Value| {
        words(&value, |v| list_words(v, |words| said(state, &all, words)))
    });
    let zone = settings.time_zone.clone();
    env.add_filter("time", move |value: Value| words(&value, |v| time_words(v, &zone)));
    let (currency, first) = (settings.currency.clone(), settings.languages.first().cloned().unwrap_or_default());
    env.add_filter("money", move |state: &State<'_, '_>, value: Value| {
        let spoken = language(state).unwrap_or_else(|| first.clone());
        words(&value, |v| money_words(v, &currency).map(|amount| in_the_way_of(&spoken, amount)))
    });
}

fn language(state: &State<'_, '_>) -> Option<String> {
    state.lookup(LANGUAGE).and_then(|l| l.as_str().map(str::to_owned))
}

/// An amount as people of a language write it: "40,00 €" in German, French and Spanish.
fn in_the_way_of(language: &str, amount: String) -> String {
    if !matches!(primary(language), "de" | "fr" | "es") {
        return amount;
    }
    let amount = amount.replace('.', ",");
    let (sign, rest) = amount.strip_prefix('-').map_or(("", amount.as_str()), |rest| ("-", rest));
    match rest.chars().next().filter(|c| !c.is_ascii_digit()) {
        Some(symbol) => format!("{sign}{} {symbol}", rest.trim_start_matches(symbol)),
        None => amount,
    }
}

/// Words of ours in the customer's language.
fn said(state: &State<'_, '_>, locales: &Locales, words: &str) -> String {
    language(state).as_ref().and_then(|l| locales.text(l, words)).unwrap_or(words).to_owned()
}

/// A detail nobody filled shows as an ellipsis: a customer must never read an error.
pub(super) fn format_value(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
    locales: &Locales,
) -> Result<(), Error> {
    if let Some(words) = shown::words_of(value) {
        return out.write_str(&said(state, locales, words)).map_err(Error::from);
    }
    if value.is_undefined() || value.is_none() {
        return out.write_str("…").map_err(Error::from);
    }
    match bool::try_from(value.clone()) {
        Ok(yes) if value.kind() == minijinja::value::ValueKind::Bool => {
            out.write_str(if yes { "yes" } else { "no" }).map_err(Error::from)
        }
        _ => minijinja::escape_formatter(out, state, value),
    }
}

/// Unknown values stay unknown; ones that do not fit are shown as they are.
fn words(value: &Value, f: impl Fn(&Value) -> Option<String>) -> Result<Value, Error> {
    if value.is_undefined() || value.is_none() {
        return Ok(Value::UNDEFINED);
    }
    Ok(f(value).map_or_else(|| value.clone(), Value::from))
}

/// Dates (`2026-05-04`), timestamps and milliseconds, in the bot's time zone.
fn moment(value: &Value, zone: &TimeZone) -> Option<ZonedDateTime> {
    if let Ok(millis) = i64::try_from(value.clone()) {
        return Timestamp::from_millisecond(millis).ok().map(|t| t.to_zoned_datetime(zone.clone()));
    }
    let text = value.as_str()?;
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at.to_zoned_datetime(zone.clone()));
    }
    if let Ok(at) = text.parse::<DateTime>() {
        return at.to_zoned_datetime(zone.clone()).ok();
    }
    text.parse::<Date>().ok()?.to_zoned_datetime(zone.clone()).ok()
}

fn date_words(value: &Value, zone: &TimeZone, said: impl Fn(&str) -> String) -> Option<String> {
    let at = moment(value, zone)?;
    let month = usize::try_from(at.month()).ok().and_then(|m| phrases::MONTHS.get(m.checked_sub(1)?))?;
    let date = said(phrases::DATE).replace("{day}", &at.day().to_string()).replace("{month}", &said(month));
    Some(date.replace("{year}", &at.year().to_string()))
}

fn time_words(value: &Value, zone: &TimeZone) -> Option<String> {
    let at = moment(value, zone)?;
    Some(format!("{:02}:{:02}", at.hour(), at.minute()))
}

/// A number in the bot's currency, or `{ amount, currency }`.
pub(super) fn money_words(value: &Value, currency: &str) -> Option<String> {
    if let Ok(inner) = value.get_attr("amount")
        && !inner.is_undefined()
    {
        let own = value.get_attr("currency").ok().and_then(|c| c.as_str().map(str::to_owned));
        return money_words(&inner, own.as_deref().unwrap_or(currency));
    }
    let amount = f64::try_from(value.clone()).ok().or_else(|| value.as_str()?.parse().ok())?;
    let sign = if amount < 0.0 { "-" } else { "" };
    let digits = format!("{:.2}", amount.abs());
    let symbol = match currency {
        "GBP" => "£",
        "USD" => "$",
        "EUR" => "€",
        other => return Some(format!("{sign}{digits} {other}")),
    };
    Some(format!("{sign}{symbol}{digits}"))
}

/// A stretch of time (`90 minutes`) or a number of seconds: "1 hour and 30 minutes". Hours, days and weeks stay as they
/// were said.
fn duration_words(value: &Value, said: impl Fn(&str) -> String) -> Option<String> {
    let count = |amount: u64, unit: &str| {
        let unit = if amount == 1 { unit.to_owned() } else { format!("{unit}s") };
        format!("{amount} {}", said(&unit))
    };
    let seconds = match f64::try_from(value.clone()) {
        Ok(seconds) if value.kind() == minijinja::value::ValueKind::Number => seconds.round() as u64,
        _ => {
            let term = read_term(value.as_str()?)?;
            let amount = u64::from(term.amount);
            let unit = match term.unit {
                Unit::Seconds | Unit::Minutes => None,
                Unit::Hours => Some("hour"),
                Unit::Days => Some("day"),
                Unit::Weeks => Some("week"),
            };
            match unit {
                Some(unit) if term.working => {
                    let unit = if amount == 1 { unit.to_owned() } else { format!("{unit}s") };
                    let words = said(phrases::WORKING).replace("{amount}", &amount.to_string());
                    return Some(words.replace("{unit}", &said(&unit)));
                }
                Some(unit) => return Some(count(amount, unit)),
                None => duration(term).as_secs(),
            }
        }
    };
    let units = [
        ("day", seconds / 86_400),
        ("hour", seconds / 3600 % 24),
        ("minute", seconds / 60 % 60),
        ("second", seconds % 60),
    ];
    let parts: Vec<String> = units.iter().filter(|(_, n)| *n > 0).map(|(unit, n)| count(*n, unit)).collect();
    if parts.is_empty() { Some(count(0, "minute")) } else { Some(joined(&parts, said)) }
}

/// "a, b and c".
fn list_words(value: &Value, said: impl Fn(&str) -> String) -> Option<String> {
    if value.kind() != minijinja::value::ValueKind::Seq {
        return None;
    }
    let items: Vec<String> = value.try_iter().ok()?.map(|item| item.to_string()).collect();
    Some(joined(&items, said))
}

fn joined(items: &[String], said: impl Fn(&str) -> String) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [init @ .., last] => said(phrases::AND).replace("{all}", &init.join(", ")).replace("{last}", last),
    }
}

/// For errors that a text may show to authors.
pub(super) fn wrong(words: &'static str) -> Error {
    Error::new(ErrorKind::InvalidOperation, words)
}
