//! Days in words: "3 May", "tomorrow", "next Monday", "three weeks ago".
use super::dates::{checked, full_year, without_year};
use super::number_words::{ordinal, spelled};
use super::tense::Days;
use crate::understand::normal::Token;
use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};
use std::ops::Range;

/// Weeks, months, years away that still make sense in a chat.
const FARTHEST: f64 = 10_000.0;

/// A day and how many words say it.
type Read = Option<(Date, usize)>;

/// All days that these words name, with their bytes.
///
/// `asked`: which days the question is about; where it does not tell, the words themselves may.
pub(super) fn in_words(tokens: &[Token], asked: Days, today: Date) -> Vec<(Date, Range<usize>)> {
    let days = if asked == Days::Closest { Days::told(tokens).unwrap_or(asked) } else { asked };
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = tokens.get(at) {
        let rest = tokens.get(at..).unwrap_or_default();
        if let Some(day) = day_named(word(rest, 1)).filter(|_| word(rest, 0) == "nearest") {
            let end = rest.get(1).map_or(first.span.end, |name| name.span.end);
            found.extend(nearest(today, day).map(|date| (date, first.span.start..end)));
            at += 2;
            continue;
        }
        let read = calendar_day(rest, days, today)
            .or_else(|| relative_day(rest, today))
            .or_else(|| counted(rest, today))
            .or_else(|| day_of_week(rest, today))
            .or_else(|| weekday(rest, days, today))
            .or_else(|| day_of_month(tokens, at, days, today));
        match read.filter(|(_, used)| *used > 0) {
            Some((date, used)) => {
                let end = tokens.get(at + used - 1).map_or(first.span.end, |last| last.span.end);
                found.push((date, first.span.start..end));
                at += used;
            }
            None => at += 1,
        }
    }
    found
}

fn word(tokens: &[Token], at: usize) -> &str {
    tokens.get(at).map_or("", |token| token.text.as_str())
}

/// "3 May 2026", "3rd of May", "May 3rd, 2026", "the third of May", "Friday, 3 May". Without a year it is one
/// of `days`.
fn calendar_day(tokens: &[Token], days: Days, today: Date) -> Read {
    let lead = usize::from(day_named(word(tokens, 0)).is_some());
    let lead = lead + usize::from(word(tokens, lead) == "the");
    let (day, month, used) = match day_number(word(tokens, lead)) {
        Some(day) => {
            let of = usize::from(word(tokens, lead + 1) == "of");
            (day, month(word(tokens, lead + 1 + of))?, lead + 2 + of)
        }
        None => {
            let month = month(word(tokens, lead))?;
            let the = usize::from(word(tokens, lead + 1) == "the");
            (day_number(word(tokens, lead + 1 + the))?, month, lead + 2 + the)
        }
    };
    if let Some(year) = year(word(tokens, used), today) {
        return Some((checked(year, month, day)?, used + 1));
    }
    Some((without_year(month, day, days, today)?, used))
}

fn day_number(word: &str) -> Option<i16> {
    let number = word.parse::<usize>().ok().or_else(|| ordinal(word))?;
    i16::try_from(number).ok().filter(|day| (1..=31).contains(day))
}

fn year(word: &str, today: Date) -> Option<i16> {
    let number: i16 = word.parse().ok()?;
    match word.len() {
        4 if (1900..=2200).contains(&number) => Some(number),
        2 => Some(full_year(number, today)).filter(|year| (today.year() - year).abs() <= 20),
        _ => None,
    }
}

/// By its English name or the short form of it.
pub(super) fn month(name: &str) -> Option<i8> {
    const MONTHS: &[(&str, i8)] = &[
        ("january", 1),
        ("february", 2),
        ("march", 3),
        ("april", 4),
        ("may", 5),
        ("june", 6),
        ("july", 7),
        ("august", 8),
        ("september", 9),
        ("october", 10),
        ("november", 11),
        ("december", 12),
    ];
    let short = |full: &str| full.get(..3) == Some(name) || (full == "september" && name == "sept");
    MONTHS.iter().find(|(full, _)| *full == name || short(full)).map(|(_, number)| *number)
}

/// "today", "the day before yesterday".
fn relative_day(tokens: &[Token], today: Date) -> Read {
    let phrase = |words: &[&str]| words.iter().enumerate().all(|(at, expected)| word(tokens, at) == *expected);
    let (days, used) = match word(tokens, 0) {
        "day" if phrase(&["day", "before", "yesterday"]) => (-2, 3),
        "day" if phrase(&["day", "after", "tomorrow"]) => (2, 3),
        "today" | "today's" | "tonight" | "2day" => (0, 1),
        "yesterday" | "yest" | "ystd" => (-1, 1),
        "tomorrow" | "tomorow" | "tommorow" | "tommorrow" | "tmrw" | "tmr" | "tmrow" | "2morrow" => (1, 1),
        "this" if matches!(word(tokens, 1), "morning" | "afternoon" | "evening") => (0, 2),
        "last" if word(tokens, 1) == "night" => (-1, 2),
        _ => return None,
    };
    moved(today, Span::new().try_days(days).ok()?).map(|date| (date, used))
}

/// "in 3 days", "two weeks ago", "a week from today".
fn counted(tokens: &[Token], today: Date) -> Read {
    let ahead = usize::from(matches!(word(tokens, 0), "in" | "within"));
    let rest = tokens.get(ahead..)?;
    let (amount, mut used) = amount(rest)?;
    let span = unit(word(rest, used), amount)?;
    used += 1;
    let back = match (word(rest, used), word(rest, used + 1)) {
        ("ago", _) | ("before", "today") | ("earlier", _) => true,
        ("from", "now" | "today") => false,
        ("away", "from") => return moved(today, span).map(|date| (date, ahead + used + 3)),
        // "later" and "time" end what "in" began
        _ if ahead == 1 && word(tokens, 0) == "in" => return moved(today, span).map(|date| (date, ahead + used)),
        _ => return None,
    };
    used += if matches!(word(rest, used), "from" | "before") { 2 } else { 1 };
    let date = if back { moved(today, span.negate()) } else { moved(today, span) };
    date.map(|date| (date, ahead + used))
}

/// "3", "three", "a", "a couple of", "a few".
fn amount(tokens: &[Token]) -> Option<(i64, usize)> {
    match (word(tokens, 0), word(tokens, 1), word(tokens, 2)) {
        ("a", "couple", "of") => return Some((2, 3)),
        ("a", "couple", _) | ("couple", "of", _) => return Some((2, 2)),
        ("a" | "an", next, _) if unit(next, 1).is_some() => return Some((1, 1)),
        _ => {}
    }
    if let Ok(number) = word(tokens, 0).parse::<i64>() {
        return (0..=FARTHEST as i64).contains(&number).then_some((number, 1));
    }
    let (value, used) = spelled(tokens)?;
    ((0.0..=FARTHEST).contains(&value) && value.fract() == 0.0).then_some((value as i64, used))
}

fn unit(word: &str, amount: i64) -> Option<Span> {
    let span = Span::new();
    match word {
        "day" | "days" => span.try_days(amount),
        "week" | "weeks" | "wk" | "wks" => span.try_weeks(amount),
        "fortnight" | "fortnights" => span.try_weeks(amount.checked_mul(2)?),
        "month" | "months" => span.try_months(amount),
        "year" | "years" | "yr" | "yrs" => span.try_years(amount),
        _ => return None,
    }
    .ok()
}

fn moved(from: Date, by: Span) -> Option<Date> {
    from.checked_add(by).ok().filter(|date| (1900..=2200).contains(&date.year()))
}

/// "Monday last week", "next week Friday", "Thursday in two weeks".
fn day_of_week(tokens: &[Token], today: Date) -> Read {
    let week = |at: usize| {
        let by = match word(tokens, at) {
            "last" | "past" => -1,
            "this" => 0,
            "next" => 1,
            _ => return None,
        };
        (word(tokens, at + 1) == "week").then_some(by)
    };
    let on = |at: usize| at + usize::from(word(tokens, at) == "on");
    if let Some(by) = week(0) {
        return Some((in_week(today, by, day_named(word(tokens, on(2)))?)?, on(2) + 1));
    }
    let day = day_named(word(tokens, 0))?;
    if let Some(by) = week(1) {
        return Some((in_week(today, by, day)?, 3));
    }
    let (amount, used) = amount(tokens.get(2..)?).filter(|_| word(tokens, 1) == "in")?;
    let by = unit(word(tokens, 2 + used), amount).filter(|_| word(tokens, 2 + used).starts_with("week"))?;
    Some((moved(today.nth_weekday(1, day).ok()?, by)?, 3 + used))
}

/// "nächsten Freitag", "vendredi prochain": the first that comes to some, the one of next week to others. Read only where
/// both mean the same day.
fn nearest(today: Date, day: Weekday) -> Option<Date> {
    let coming = today.nth_weekday(1, day).ok()?;
    (in_week(today, 1, day) == Some(coming)).then_some(coming)
}

/// A day of the week that is `by` weeks away; weeks begin on Monday.
fn in_week(today: Date, by: i64, day: Weekday) -> Option<Date> {
    let offset = i64::from(day.to_monday_zero_offset()) - i64::from(today.weekday().to_monday_zero_offset());
    moved(today, Span::new().try_days(by * 7 + offset).ok()?)
}

/// "last Friday" is the latest before today, "next Friday" the one of next week, "this Friday" and "Friday" the first to
/// come, unless the sentence tells of the past ("it arrived on Friday"). Today is called today.
fn weekday(tokens: &[Token], days: Days, today: Date) -> Read {
    let (lead, day_at) = match word(tokens, 0) {
        lead @ ("last" | "past" | "next" | "this" | "coming") => (lead, 1),
        _ => ("", 0),
    };
    let day = day_named(word(tokens, day_at))?;
    // "sun" and "sat" are words of their own
    if lead.is_empty() && word(tokens, day_at).len() < 4 && tokens.len() > 2 {
        return None;
    }
    let date = match lead {
        "last" | "past" => today.nth_weekday(-1, day).ok(),
        "next" => in_week(today, 1, day),
        "" if days == Days::Past => today.nth_weekday(-1, day).ok(),
        _ => today.nth_weekday(1, day).ok(),
    };
    date.map(|date| (date, day_at + 1))
}

pub(super) fn day_named(name: &str) -> Option<Weekday> {
    Some(match name {
        "monday" | "mon" => Weekday::Monday,
        "tuesday" | "tue" | "tues" => Weekday::Tuesday,
        "wednesday" | "wed" | "weds" | "wensday" => Weekday::Wednesday,
        "thursday" | "thu" | "thur" | "thurs" => Weekday::Thursday,
        "friday" | "fri" => Weekday::Friday,
        "saturday" | "sat" => Weekday::Saturday,
        "sunday" | "sun" => Weekday::Sunday,
        _ => return None,
    })
}

/// "the 3rd", and "3rd" where nothing else is said: of the month whose 3rd is one of `days`.
fn day_of_month(sentence: &[Token], at: usize, days: Days, today: Date) -> Read {
    let tokens = sentence.get(at..).unwrap_or_default();
    let the = usize::from(word(tokens, 0) == "the");
    let numbered = word(tokens, the).chars().next().is_some_and(|c| c.is_ascii_digit());
    let day = ordinal(word(tokens, the)).filter(|day| numbered && *day <= 31)?;
    if the == 0 && sentence.len() > 2 && !matches!(word(sentence, at.wrapping_sub(1)), "next" | "last") {
        return None;
    }
    // "the 2nd time", "the 3rd one": something else is counted
    let ends = |next: &Token| {
        matches!(
            next.text.as_str(),
            "at" | "how"
                | "i"
                | "is"
                | "of"
                | "or"
                | "please"
                | "this"
                | "till"
                | "to"
                | "until"
                | "was"
                | "will"
                | "and"
        )
    };
    let before = at.checked_sub(1).map_or("", |before| word(sentence, before));
    let led = the == 1
        && matches!(before, "from" | "until" | "till" | "since" | "between" | "on" | "by" | "after" | "before")
        || matches!(before, "next" | "last");
    if tokens.get(the + 1).is_some_and(|next| !ends(next)) && !led {
        return None;
    }
    let day = i16::try_from(day).ok()?;
    let months = [-1, 0, 1].into_iter().filter_map(|by: i64| today.first_of_month().checked_add(by.months()).ok());
    let all = months.filter_map(|first| checked(first.year(), first.month(), day));
    days.choose(all, today).map(|date| (date, the + 1))
}
