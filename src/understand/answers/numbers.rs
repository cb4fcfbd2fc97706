//! Numbers in a sentence: "3", "1,250.50", "£48", "10k", "twenty two".
use super::tongue::{About, in_english};
use super::{Found, Frame, number_words};
use crate::understand::normal::{Flat, Token, words};
use regex::Regex;
use serde_json::{Number, Value};
use std::ops::Range;
use std::sync::LazyLock;

/// The first number.
pub(super) fn number(text: &str, frame: &Frame) -> Option<Found> {
    numbers(text, frame).into_iter().find_map(|(value, span)| Some(Found::new(json(value)?, span)))
}

/// The first number without a fraction; "3.0" is one, "3.5" is not, and what it looks like is not searched further.
pub(super) fn whole_number(text: &str, frame: &Frame) -> Option<Found> {
    let (value, span) = numbers(text, frame).into_iter().next()?;
    (value.fract() == 0.0).then(|| json(value)).flatten().map(|value| Found::new(value, span))
}

/// Beyond this a double no longer tells whole numbers apart.
const LARGEST: f64 = 9_007_199_254_740_991.0;

fn json(value: f64) -> Option<Value> {
    if value.fract() == 0.0 && value.abs() <= LARGEST {
        return Some(Value::from(value as i64));
    }
    if value.abs() > LARGEST { None } else { Number::from_f64(value).map(Value::Number) }
}

/// All of them, by their place; digits before words, so that "2 (two)" is read once.
pub(super) fn numbers(text: &str, frame: &Frame) -> Vec<(f64, Range<usize>)> {
    let mut found = in_digits(text, frame);
    if found.is_empty() {
        found = in_words(text, frame);
    }
    found
}

static DIGITS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[0-9]+(?:[.,' ][0-9]+)*|[.,][0-9]+").ok());

/// Units that may stick to a number: "5kg", "48€" (signs are no letters), "10k", "3x".
static UNITS: &[&str] = &[
    "k", "x", "m", "cm", "mm", "km", "g", "kg", "l", "ml", "lb", "lbs", "oz", "in", "ft", "p", "pc", "pcs", "gbp",
    "usd", "eur", "chf", "h", "hrs", "min", "mins",
];

pub(super) fn in_digits(text: &str, frame: &Frame) -> Vec<(f64, Range<usize>)> {
    let flat = Flat::new(text);
    let Some(regex) = DIGITS.as_ref() else { return Vec::new() };
    let mut found = Vec::new();
    for hit in regex.find_iter(&flat.text) {
        let (before, after) = (flat.text.get(..hit.start()).unwrap_or(""), flat.text.get(hit.end()..).unwrap_or(""));
        let unit: String = after.chars().take_while(|c| c.is_alphabetic()).take(5).collect::<String>().to_lowercase();
        if !(unit.is_empty() || UNITS.contains(&unit.as_str())) || !may_begin_after(before) {
            continue;
        }
        let mut from = hit.start();
        for (digits, start) in split_list(hit.as_str(), hit.start(), frame) {
            let Some(mut value) = parse(&digits, frame) else { continue };
            let mut end = start + digits.len();
            if unit == "k" && end == hit.end() {
                value *= 1000.0;
            } else if end == hit.end()
                && let Some((times, length)) = scale(after)
            {
                value *= times;
                end += length;
            }
            if from == start && is_negative(before) {
                value = -value;
                from -= 1;
            }
            found.push((value, flat.original(from.min(start)..end)));
            from = end;
        }
    }
    found
}

/// "3 thousand", "1.5 million": what the figures stand for, and the bytes that say it.
fn scale(after: &str) -> Option<(f64, usize)> {
    let word: String = after.strip_prefix(' ')?.chars().take_while(|c| c.is_alphabetic()).collect();
    let times = match word.to_lowercase().as_str() {
        "hundred" => 100.0,
        "thousand" => 1_000.0,
        "million" => 1_000_000.0,
        _ => return None,
    };
    Some((times, 1 + word.len()))
}

/// Not within a word ("B12") or a longer figure ("12:30", "3/5"); "x3" and "GBP48" are fine.
fn may_begin_after(before: &str) -> bool {
    if ["GBP", "USD", "EUR", "CHF"].iter().any(|code| before.ends_with(code)) {
        return before.len() == 3 || !before.chars().rev().nth(3).is_some_and(char::is_alphanumeric);
    }
    let mut back = before.chars().rev();
    match (back.next(), back.next()) {
        (Some('x' | 'X'), further) => !further.is_some_and(char::is_alphanumeric),
        (Some(':' | '/'), Some(further)) => !further.is_ascii_digit(),
        (Some(c), _) => !c.is_alphanumeric() && c != '_',
        (None, _) => true,
    }
}

/// A minus that is no dash between words or figures.
fn is_negative(before: &str) -> bool {
    let Some(rest) = before.strip_suffix('-') else { return false };
    rest.chars().last().is_none_or(|c| c == ' ' || c == '(')
}

/// "1 250" is one number where spaces group thousands, "2 3" is two, and so is "2, 3".
fn split_list(digits: &str, start: usize, frame: &Frame) -> Vec<(String, usize)> {
    let mut parts = Vec::new();
    let mut from = 0;
    for (at, _) in digits.match_indices(' ') {
        let head = digits.get(from..at).unwrap_or("");
        let group = digits.get(at + 1..).unwrap_or("").split([' ', ',', '.']).next().unwrap_or("");
        let groups =
            frame.comma_is_decimal() && group.len() == 3 && head.rsplit(' ').next().is_some_and(|h| h.len() <= 3);
        if !groups {
            parts.push((head.to_owned(), start + from));
            from = at + 1;
        }
    }
    parts.push((digits.get(from..).unwrap_or("").to_owned(), start + from));
    parts
}

fn parse(digits: &str, frame: &Frame) -> Option<f64> {
    let plain: String = digits.chars().filter(|c| !matches!(c, ' ' | '\'')).collect();
    let decimal = decimal_mark(&plain, frame);
    let grouping = if decimal == Some('.') { ',' } else { '.' };
    let mut normal = String::with_capacity(plain.len());
    for c in plain.chars() {
        match c {
            _ if Some(c) == decimal => normal.push('.'),
            '.' | ',' if c == grouping || decimal.is_none() => {}
            _ => normal.push(c),
        }
    }
    normal.parse().ok()
}

/// The mark before the fraction, if there is one: the last of two kinds; of one kind alone it depends on the place.
fn decimal_mark(plain: &str, frame: &Frame) -> Option<char> {
    let last = plain.rfind(['.', ','])?;
    let mark = plain.get(last..)?.chars().next()?;
    let other = if mark == '.' { ',' } else { '.' };
    if plain.contains(other) {
        return (plain.matches(mark).count() == 1).then_some(mark);
    }
    let three_behind = plain.len() - last == 4;
    let native = if frame.comma_is_decimal() { ',' } else { '.' };
    let groups = plain.matches(mark).count() > 1 || (three_behind && mark != native && last > 0 && last <= 3);
    (!groups).then_some(mark)
}

pub(super) fn in_words(text: &str, frame: &Frame) -> Vec<(f64, Range<usize>)> {
    let tokens = in_english(words(text), About::Numbers, &frame.tongue());
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(token) = tokens.get(at) {
        let rest = tokens.get(at..).unwrap_or_default();
        let hit = number_words::spelled(rest).or_else(|| compound(text, token));
        match hit.filter(|(_, used)| *used > 0 && !is_pronoun(&tokens, at, *used)) {
            Some((value, used)) => {
                let end = tokens.get(at + used - 1).map_or(token.span.end, |last| last.span.end);
                let minus = at > 0 && tokens.get(at - 1).is_some_and(|before| before.text == "minus");
                found.push((if minus { -value } else { value }, token.span.start..end));
                at += used;
            }
            None => at += 1,
        }
    }
    found
}

/// The value of "zweiundzwanzig", which stands in figures where it was read as one word.
fn compound(text: &str, token: &Token) -> Option<(f64, usize)> {
    let letters = text.get(token.span.clone())?.starts_with(char::is_alphabetic);
    token.text.parse().ok().filter(|_| letters).map(|value| (value, 1))
}

/// "this one", "one of them", "no one": a number only in name.
fn is_pronoun(tokens: &[Token], at: usize, used: usize) -> bool {
    let text = |at: Option<usize>| at.and_then(|at| tokens.get(at)).map_or("", |token| token.text.as_str());
    let before = text(at.checked_sub(1));
    let after = text(Some(at + 1));
    used == 1
        && text(Some(at)) == "one"
        && (after == "of"
            || matches!(
                before,
                "this"
                    | "that"
                    | "the"
                    | "which"
                    | "no"
                    | "any"
                    | "every"
                    | "some"
                    | "another"
                    | "other"
                    | "new"
                    | "old"
                    | "first"
                    | "second"
                    | "third"
                    | "last"
                    | "wrong"
                    | "right"
                    | "same"
            ))
}
