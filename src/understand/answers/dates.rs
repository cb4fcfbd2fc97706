//! Days in a sentence: "3/5/2026", "May 3rd", "last Friday", "in two weeks". The earliest in the text wins.
use super::day_words::{in_words, month};
use super::tense::Days;
use super::tongue::{About, in_english};
use super::{Found, Frame};
use crate::understand::normal::{Flat, words};
use jiff::civil::Date;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// Years that a customer may mean; outside them a number is something else.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2200;
/// Two-digit years reach this far into the future; "68" is 1968 before that.
const AHEAD: i16 = 20;

pub(super) fn date(text: &str, frame: &Frame) -> Option<Found> {
    let today = frame.today()?;
    let flat = Flat::new(text);
    let mut found = in_figures(&flat.text, frame, today);
    let tokens = in_english(words(&flat.text), About::Dates, &frame.tongue());
    found.extend(in_words(&tokens, frame.days, today));
    let (date, span) = found.into_iter().min_by_key(|(_, span)| (span.start, std::cmp::Reverse(span.end)))?;
    Some(Found::new(date.to_string(), flat.original(span)))
}

static FIGURES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x)
        (?P<iso>(?P<y>[0-9]{4})[-/.](?P<m>[0-9]{1,2})[-/.](?P<d>[0-9]{1,2}))
        | (?P<a>[0-9]{1,2})(?P<mark>[-/.])\x20?(?P<b>[0-9]{1,2})(?:[-/.]\x20?(?P<year>[0-9]{4}|[0-9]{2}))?\.?
        | (?P<day>[0-9]{1,2})[-/.](?P<name>[A-Za-z]{3,9})[-/.](?P<of>[0-9]{4}|[0-9]{2})",
    )
    .ok()
});

fn in_figures(text: &str, frame: &Frame, today: Date) -> Vec<(Date, Range<usize>)> {
    let Some(regex) = FIGURES.as_ref() else { return Vec::new() };
    let mut found = Vec::new();
    for hit in regex.captures_iter(text) {
        let Some(whole) = hit.get(0) else { continue };
        if !stands_alone(text, whole.range()) {
            continue;
        }
        let part = |name: &str| hit.name(name).map(|part| part.as_str());
        let figure = |name: &str| part(name).and_then(|digits| digits.parse::<i16>().ok());
        let date = if let Some(day) = figure("day") {
            month(&part("name").unwrap_or("").to_lowercase())
                .zip(figure("of"))
                .and_then(|(month, year)| checked(full_year(year, today), month, day))
        } else if part("iso").is_some() {
            figure("y").zip(figure("m")).zip(figure("d")).and_then(|((y, m), d)| checked(y, i8::try_from(m).ok()?, d))
        } else {
            let full = part("year").is_some();
            // "3.5" and "3-5" are more often a number and a range
            let plausible =
                full || part("mark") == Some("/") || whole.as_str().ends_with('.') && part("mark") == Some(".");
            let year = figure("year").map(|year| full_year(year, today));
            figure("a").zip(figure("b")).filter(|_| plausible).and_then(|(a, b)| ordered(a, b, year, frame, today))
        };
        found.extend(date.map(|date| (date, whole.range())));
    }
    found
}

/// Not part of a longer number, a path or a fraction of one.
fn stands_alone(text: &str, span: Range<usize>) -> bool {
    let before = text.get(..span.start).unwrap_or("").chars().next_back();
    let mut after = text.get(span.end..).unwrap_or("").chars();
    let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '/' | '-'));
    let (next, further) = (after.next(), after.next());
    // "2026-05-03T10:00" is a day too
    let time = next == Some('T') && further.is_some_and(|c| c.is_ascii_digit());
    let fraction = next == Some('.') && further.is_some_and(|c| c.is_ascii_digit());
    let clear_before = !joins(before) && before != Some('.');
    clear_before && !fraction && (time || !joins(next))
}

/// Day and month in the order of the region, or the other way round where only that is a day.
fn ordered(a: i16, b: i16, year: Option<i16>, frame: &Frame, today: Date) -> Option<Date> {
    let (first, second) = if frame.day_comes_first() { ((a, b), (b, a)) } else { ((b, a), (a, b)) };
    let day = |(day, month): (i16, i16)| {
        let month = i8::try_from(month).ok()?;
        match year {
            Some(year) => checked(year, month, day),
            None => without_year(month, day, frame.days, today),
        }
    };
    day(first).or_else(|| day(second))
}

pub(super) fn checked(year: i16, month: i8, day: i16) -> Option<Date> {
    Date::new(year, month, i8::try_from(day).ok()?).ok().filter(|date| YEARS.contains(&date.year()))
}

/// "26" is 2026, "89" is 1989.
pub(super) fn full_year(year: i16, today: Date) -> i16 {
    if year >= 100 {
        return year;
    }
    let century = today.year() - today.year() % 100;
    if century + year > today.year() + AHEAD { century + year - 100 } else { century + year }
}

/// The day of this name that is one of `days`.
pub(super) fn without_year(month: i8, day: i16, days: Days, today: Date) -> Option<Date> {
    // 29 February may be years away
    days.choose((-8..=8).filter_map(|by| checked(today.year() + by, month, day)), today)
}
