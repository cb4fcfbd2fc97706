//! Dates in a message: `2026-05-04`, `4 May`, `yesterday`, `last Friday`, `3 days ago`.
use super::answers::Frame;
use super::normal::{Word, words};
use super::number::one;
use jiff::civil::{Date, Weekday};
use jiff::{Span, Timestamp, ToSpan};
use std::ops::Range;

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The first date of a message and its bytes.
pub fn find(message: &str, frame: &Frame) -> Option<(Date, Range<usize>)> {
    let at = Timestamp::from_millisecond(frame.now.0).unwrap_or(Timestamp::UNIX_EPOCH);
    let today = at.to_zoned_datetime(frame.zone.clone()).date();
    let words = words(message);
    numeric(message, frame, today).or_else(|| (0..words.len()).find_map(|i| spoken(&words, i, today)))
}

/// `2026-05-04`, `4/5/2026`, `4.5.`: day first, except where the region puts the month first.
fn numeric(message: &str, frame: &Frame, today: Date) -> Option<(Date, Range<usize>)> {
    let digit = |c: char| c.is_ascii_digit();
    let mut from = 0;
    while let Some(start) = message.get(from..)?.find(digit).map(|i| i + from) {
        let rest = message.get(start..)?;
        let end = rest.find(|c: char| !(digit(c) || matches!(c, '-' | '/' | '.'))).unwrap_or(rest.len());
        let written = rest.get(..end)?.trim_end_matches(['.', '-', '/']);
        if let Some(date) = parts(written, frame, today) {
            return Some((date, start..start + written.len()));
        }
        from = start + end.max(1);
    }
    None
}

fn parts(written: &str, frame: &Frame, today: Date) -> Option<Date> {
    let numbers: Option<Vec<i32>> = written.split(['-', '/', '.']).map(|p| p.parse().ok()).collect();
    let month_first = frame.region.as_deref() == Some("US");
    let (year, month, day) = match numbers?.as_slice() {
        [y, m, d] if *y > 31 => (*y, *m, *d),
        [a, b, y] => {
            let year = if *y < 100 { 2000 + *y } else { *y };
            if month_first { (year, *a, *b) } else { (year, *b, *a) }
        }
        [a, b] if written.contains('/') => {
            let (month, day) = if month_first { (*a, *b) } else { (*b, *a) };
            (i32::from(today.year()), month, day)
        }
        _ => return None,
    };
    date(year, month, day)
}

fn date(year: i32, month: i32, day: i32) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// A date in words that begins at word `i`.
fn spoken(words: &[Word], i: usize, today: Date) -> Option<(Date, Range<usize>)> {
    let word = |k: usize| words.get(i + k).map(|w| w.text.as_str());
    let upto = |k: usize| Some(words.get(i)?.start..words.get(i + k)?.end);
    let days = |n: i64| today.checked_add(n.days()).ok();
    match word(0)? {
        "today" => return Some((today, upto(0)?)),
        "yesterday" => return Some((days(-1)?, upto(0)?)),
        "tomorrow" => return Some((days(1)?, upto(0)?)),
        before @ ("last" | "next" | "this" | "on") => {
            if let Some(day) = word(1).and_then(weekday) {
                return Some((near(day, today, before)?, upto(1)?));
            }
        }
        "in" => {
            if let Some(span) = stretch(word(1)?, word(2)?, 1) {
                return Some((today.checked_add(span).ok()?, upto(2)?));
            }
        }
        _ => {}
    }
    if word(2) == Some("ago")
        && let Some(span) = stretch(word(0)?, word(1)?, -1)
    {
        return Some((today.checked_add(span).ok()?, upto(2)?));
    }
    day_and_month(words, i, today).or_else(|| Some((near(weekday(word(0)?)?, today, "on")?, upto(0)?)))
}

fn stretch(amount: &str, unit: &str, sign: i64) -> Option<Span> {
    let n = match amount {
        "a" | "an" => 1,
        other => other.parse().ok().or_else(|| one(other).map(i64::from))?,
    };
    let n: i64 = Some(n).filter(|n| (0..=4000).contains(n))? * sign;
    match unit.trim_end_matches('s') {
        "day" => Some(n.days()),
        "week" => Some(n.weeks()),
        "month" => Some(n.months()),
        "year" => Some(n.years()),
        _ => None,
    }
}

fn weekday(word: &str) -> Option<Weekday> {
    let short: String = word.chars().take(3).collect();
    let index =
        DAYS.iter().position(|d| *d == short).filter(|_| word == short || word.ends_with("day") || word == "tues")?;
    Weekday::from_monday_zero_offset(i8::try_from(index).ok()?).ok()
}

/// People speak of the weekday that was, unless they say otherwise.
fn near(day: Weekday, today: Date, before: &str) -> Option<Date> {
    let back = i64::from(today.weekday().since(day));
    let shift = match before {
        "next" => {
            if back == 0 {
                7
            } else {
                7 - back
            }
        }
        "last" if back == 0 => -7,
        _ => -back,
    };
    today.checked_add(shift.days()).ok()
}

/// `4 May`, `May 4th 2026`.
fn day_and_month(words: &[Word], i: usize, today: Date) -> Option<(Date, Range<usize>)> {
    let text = |k: usize| words.get(i + k).map(|w| w.text.as_str());
    let gap = usize::from(text(1) == Some("of"));
    let (day, month, last) = match (text(0).and_then(day_number), text(0).and_then(month)) {
        (Some(day), _) => (day, text(1 + gap).and_then(month)?, 1 + gap),
        (_, Some(month)) => (text(1).and_then(day_number)?, month, 1),
        _ => return None,
    };
    let year = text(last + 1).and_then(|y| y.parse::<i32>().ok()).filter(|y| (1900..2200).contains(y));
    let last = if year.is_some() { last + 1 } else { last };
    let found = date(year.unwrap_or(i32::from(today.year())), month, day)?;
    Some((found, words.get(i)?.start..words.get(i + last)?.end))
}

fn day_number(word: &str) -> Option<i32> {
    let digits = word.trim_end_matches(|c: char| c.is_alphabetic());
    let ending = word.get(digits.len()..)?;
    let fits = matches!(ending, "" | "st" | "nd" | "rd" | "th");
    digits.parse().ok().filter(|d| fits && (1..=31).contains(d))
}

fn month(word: &str) -> Option<i32> {
    let short: String = word.chars().take(3).collect();
    let index = MONTHS.iter().position(|m| *m == short)?;
    const FULL: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let fits = word == short || word == "sept" || FULL.get(index) == Some(&word);
    fits.then(|| i32::try_from(index + 1).unwrap_or(1))
}
