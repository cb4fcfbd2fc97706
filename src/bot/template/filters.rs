//! Filters for texts: dates, times and amounts as people write them.
use crate::bot::locales::Locales;
use crate::bot::phrases;
use crate::bot::settings::Settings;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
use minijinja::{Environment, Error, ErrorKind, Output, State, Value};

/// Set by the engine for every text: the tag of the customer's language, where it is not the bot's first.
pub const LANGUAGE: &str = "language";

pub(super) fn register(env: &mut Environment<'static>, settings: &Settings, locales: &Locales) {
    let (zone, locales) = (settings.time_zone.clone(), locales.clone());
    env.add_filter("date", move |state: &State<'_, '_>, value: Value| {
        let language = state.lookup(LANGUAGE).and_then(|l| l.as_str().map(str::to_owned));
        let said = |words: &str| language.as_ref().and_then(|l| locales.text(l, words)).unwrap_or(words).to_owned();
        words(&value, |v| date_words(v, &zone, said))
    });
    let zone = settings.time_zone.clone();
    env.add_filter("time", move |value: Value| words(&value, |v| time_words(v, &zone)));
    let currency = settings.currency.clone();
    env.add_filter("money", move |value: Value| words(&value, |v| money_words(v, &currency)));
}

/// A detail nobody filled shows as an ellipsis: a customer must never read an error.
pub(super) fn format_value(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
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
fn money_words(value: &Value, currency: &str) -> Option<String> {
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

/// For errors that a text may show to authors.
pub(super) fn wrong(words: &'static str) -> Error {
    Error::new(ErrorKind::InvalidOperation, words)
}
