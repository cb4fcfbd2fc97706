//! Times of day: "half past nine", "tomorrow at 9", "3pm", "noon". The earliest in the text wins.
use super::number_words::spelled;
use super::{Found, pieces};
use crate::understand::normal::{Flat, Token};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// A time as `HH:MM`. An hour from 1 to 6 that is not said to be of the morning is one of the afternoon: customers
/// mean hours at which somebody works. `03:30` with its zero is meant as it is written.
pub(super) fn time(text: &str) -> Option<Found> {
    let flat = Flat::new(text);
    let tokens = pieces(&flat.text);
    let mut found = in_figures(&flat.text, &tokens);
    found.extend(in_words(&tokens));
    let (time, span) = found.into_iter().min_by_key(|(_, span)| (span.start, std::cmp::Reverse(span.end)))?;
    Some(Found::new(time, flat.original(span)))
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Morning,
    Later,
    Unsaid,
    /// Written so that nothing is left to guess.
    Exact,
}

fn clock(hour: u32, minute: u32, part: Part) -> Option<String> {
    let hour = match (part, hour) {
        (Part::Morning, 12) => 0,
        (Part::Later, 1..=11) => hour + 12,
        (Part::Unsaid, 1..=6) => hour + 12,
        (_, 24) if minute == 0 => 0,
        _ => hour,
    };
    (hour < 24 && minute < 60).then(|| format!("{hour:02}:{minute:02}"))
}

/// What the sentence says about the part of the day.
fn part(tokens: &[Token]) -> Part {
    let says = |list: &[&str]| tokens.iter().any(|t| list.contains(&t.text.as_str()));
    match (says(&["morning"]), says(&["afternoon", "evening", "tonight", "night"])) {
        (true, false) => Part::Morning,
        (false, true) => Part::Later,
        _ => Part::Unsaid,
    }
}

static FIGURES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?xi)
        (?P<h>[0-9]{1,2}) (?:(?P<sep>[:.h])(?P<m>[0-9]{2})(?::[0-9]{2})?)? \x20?
        (?:(?P<am>a\.?m\b\.?)|(?P<pm>p\.?m\b\.?)|(?P<clock>o'?\x20?clock\b|h\b|hrs\b|uhr\b))?",
    )
    .ok()
});

fn in_figures(text: &str, tokens: &[Token]) -> Vec<(String, Range<usize>)> {
    let Some(regex) = FIGURES.as_ref() else { return Vec::new() };
    let mut found = Vec::new();
    for hit in regex.captures_iter(text) {
        let Some(whole) = hit.get(0) else { continue };
        let span = whole.start()..whole.start() + whole.as_str().trim_end().len();
        if !stands_alone(text, &span) {
            continue;
        }
        let figure = |name: &str| hit.name(name).and_then(|m| m.as_str().parse::<u32>().ok());
        let Some(hour) = figure("h") else { continue };
        let marked = ["am", "pm", "clock"].iter().any(|name| hit.name(name).is_some());
        let colon = hit.name("sep").is_some_and(|sep| sep.as_str() != ".");
        let bare = hit.name("m").is_none();
        if !(marked || colon || after_a_lead(tokens, &span, text, bare)) {
            continue;
        }
        let zero = hit.name("h").is_some_and(|h| h.as_str().starts_with('0'));
        let part = match (hit.name("am"), hit.name("pm")) {
            (Some(_), _) => Part::Morning,
            (_, Some(_)) => Part::Later,
            _ if zero => Part::Exact,
            _ => part(tokens),
        };
        if (hit.name("am").is_some() || hit.name("pm").is_some()) && !(1..=12).contains(&hour) && part != Part::Later {
            continue;
        }
        found.extend(clock(hour, figure("m").unwrap_or(0), part).map(|time| (time, span)));
    }
    found
}

/// Not part of a longer figure, a date or a price.
fn stands_alone(text: &str, span: &Range<usize>) -> bool {
    let mut before = text.get(..span.start).unwrap_or("").chars().rev();
    let mut after = text.get(span.end..).unwrap_or("").chars();
    let (last, next, further) = (before.next(), after.next(), after.next());
    let joined = last.is_some_and(|c| c.is_alphanumeric() || ".,:/-£$€#+".contains(c));
    // "2026-05-03T10:00"
    let iso = last == Some('T') && before.next().is_some_and(|c| c.is_ascii_digit());
    let digit = further.is_some_and(|c| c.is_ascii_digit());
    let runs_on =
        next.is_some_and(|c| c.is_alphanumeric() || c == '%') || (next.is_some_and(|c| ".,:/-".contains(c)) && digit);
    (!joined || iso) && !runs_on
}

static LEADS: &[&str] = &["at", "by", "around", "about", "before", "after", "from", "till", "until", "til"];
/// What may stand behind an hour that is nothing but a number: "at 9 tomorrow", but not "at 9 Baker Street".
static FOLLOWS: &[&str] = &[
    "and",
    "if",
    "in",
    "is",
    "ish",
    "latest",
    "on",
    "onwards",
    "or",
    "please",
    "sharp",
    "thanks",
    "today",
    "tomorrow",
    "tonight",
    "works",
    "would",
    "i",
    "this",
    "next",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "then",
];

/// "at 9", or nothing but the hour.
fn after_a_lead(tokens: &[Token], span: &Range<usize>, text: &str, bare: bool) -> bool {
    if text.trim().trim_end_matches(['.', '!']).len() == span.len() {
        return true;
    }
    let at = tokens.iter().position(|t| t.span.start >= span.start).unwrap_or(tokens.len());
    let lead = at.checked_sub(1).and_then(|at| tokens.get(at)).is_some_and(|t| LEADS.contains(&t.text.as_str()));
    let next = tokens.iter().find(|t| t.span.start >= span.end);
    lead && (!bare || next.is_none_or(|t| FOLLOWS.contains(&t.text.as_str())))
}

fn in_words(tokens: &[Token]) -> Vec<(String, Range<usize>)> {
    let part = part(tokens);
    let mut found = Vec::new();
    for (at, first) in tokens.iter().enumerate() {
        let rest = tokens.get(at..).unwrap_or_default();
        let lead = at.checked_sub(1).and_then(|before| tokens.get(before));
        let lead = lead.is_some_and(|t| LEADS.contains(&t.text.as_str())) || (at == 0 && rest.iter().all(tells_a_time));
        let Some((hour, minute, used)) = spoken(rest, lead) else { continue };
        let (part, used) = match word(rest, used) {
            "am" => (Part::Morning, used + 1),
            "pm" => (Part::Later, used + 1),
            _ if matches!(word(rest, 0), "noon" | "midday" | "midnight") => (Part::Exact, used),
            _ => (part, used),
        };
        let end = rest.get(used - 1).map_or(first.span.end, |t| t.span.end);
        found.extend(clock(hour, minute, part).map(|time| (time, first.span.start..end)));
    }
    found
}

/// A word of a text that is a time and nothing else: "nine thirty in the morning, please".
fn tells_a_time(token: &Token) -> bool {
    let word = token.text.as_str();
    let around =
        ["in", "the", "at", "morning", "afternoon", "evening", "tonight", "please", "tomorrow", "today", "am", "pm"];
    around.contains(&word) || spelled(std::slice::from_ref(token)).is_some()
}

fn word(tokens: &[Token], at: usize) -> &str {
    tokens.get(at).map_or("", |t| t.text.as_str())
}

/// Hour, minute, and how many words say them.
fn spoken(tokens: &[Token], lead: bool) -> Option<(u32, u32, usize)> {
    match word(tokens, 0) {
        "noon" | "midday" => return Some((12, 0, 1)),
        "midnight" => return Some((0, 0, 1)),
        "half" => {
            let past = usize::from(word(tokens, 1) == "past");
            return hour(tokens, 1 + past).map(|h| (h, 30, 2 + past));
        }
        _ => {}
    }
    let (minutes, used) = match word(tokens, 0) {
        "quarter" => (15, 1),
        _ => figure(tokens, 0)?,
    };
    let behind = used + usize::from(matches!(word(tokens, used), "minutes" | "mins" | "min"));
    match word(tokens, behind) {
        "past" if minutes < 60 => return hour(tokens, behind + 1).map(|h| (h, minutes, behind + 2)),
        "to" if (1..60).contains(&minutes) && (minutes % 5 == 0 || behind > used) => {
            let before = |h: u32| if h == 1 { 12 } else { h - 1 };
            let ends = tokens.get(behind + 2).is_none_or(|t| may_follow(&t.text));
            return hour(tokens, behind + 1).filter(|_| ends).map(|h| (before(h), 60 - minutes, behind + 2));
        }
        _ => {}
    }
    let spelled = !word(tokens, 0).starts_with(|c: char| c.is_ascii_digit());
    if !(1..=12).contains(&minutes) || !spelled || word(tokens, 0) == "quarter" {
        return None;
    }
    if word(tokens, 1) == "oclock" || (word(tokens, 1) == "o" && word(tokens, 2) == "clock") {
        return Some((minutes, 0, if word(tokens, 1) == "oclock" { 2 } else { 3 }));
    }
    if matches!(word(tokens, 1), "am" | "pm") {
        return Some((minutes, 0, 1));
    }
    let quarters = match word(tokens, 1) {
        "fifteen" => 15,
        "thirty" => 30,
        "fortyfive" => 45,
        "forty" if word(tokens, 2) == "five" => return Some((minutes, 45, 3)).filter(|_| lead),
        _ => 0,
    };
    let used = 1 + usize::from(quarters > 0);
    let ends = tokens.get(used).is_none_or(|t| may_follow(&t.text));
    (lead && ends).then_some((minutes, quarters, used))
}

fn may_follow(word: &str) -> bool {
    FOLLOWS.contains(&word) || matches!(word, "am" | "pm")
}

fn hour(tokens: &[Token], at: usize) -> Option<u32> {
    let (number, used) = figure(tokens, at)?;
    (used == 1 && (1..=12).contains(&number)).then_some(number)
}

fn figure(tokens: &[Token], at: usize) -> Option<(u32, usize)> {
    if let Ok(number) = word(tokens, at).parse() {
        return Some((number, 1));
    }
    // "nine thirty" is not thirty-nine: only tens take a second word
    let tens = matches!(word(tokens, at), "twenty" | "thirty" | "forty" | "fifty");
    let words = tokens.get(at..at + 2).filter(|_| tens).or_else(|| tokens.get(at..=at))?;
    let (value, used) = spelled(words)?;
    (value.fract() == 0.0 && (0.0..100.0).contains(&value)).then_some((value as u32, used))
}
