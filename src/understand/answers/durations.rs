//! Stretches of time in a sentence: "an hour and a half", "2 weeks", "1h30". As words that a term is read from: a whole
//! number and a unit, "90 minutes". A month counts as 30 days, a year as 365.
use super::pieces::Pieces;
use super::tongue::About;
use super::{Found, Frame};
use crate::understand::normal::{Flat, is_stop_word};

const UNITS: [(&str, u64); 5] = [("second", 1), ("minute", 60), ("hour", 3_600), ("day", 86_400), ("week", 7 * 86_400)];

/// Longer ones are no answer to anything (a hundred years).
const LONGEST: u64 = 100 * 365 * 86_400;

/// A unit of [`UNITS`], and how many of them one is: a fortnight is two weeks.
type Unit = (usize, u64);

/// One "3 hours": seconds, its unit, whether working time is meant, and the pieces.
struct Part {
    seconds: f64,
    unit: usize,
    working: bool,
    used: usize,
}

/// The first stretch of time.
pub(super) fn duration(text: &str, frame: &Frame) -> Option<Found> {
    let flat = Flat::new(text);
    let pieces = Pieces::of(&flat, About::Durations, frame);
    let (at, first) = (0..pieces.len()).find_map(|at| Some((at, part(&pieces, at)?)))?;
    let (mut seconds, mut used, mut last) = (first.seconds, first.used, first.unit);
    while let Some((more, took)) = smaller(&pieces, at + used, last) {
        (seconds, used, last) = (seconds + more.seconds, used + took, more.unit);
    }
    let old = pieces.word(at + used) == "old";
    if old || pieces.part_of_range(at..at + used) || idle(&pieces, at, used) {
        return None;
    }
    let words = in_words(seconds, first.unit, first.working)?;
    Some(Found::new(words, pieces.place(at..at + used)))
}

/// In the largest unit, not larger than the one said, that needs no fraction.
fn in_words(seconds: f64, said: usize, working: bool) -> Option<String> {
    let whole = seconds.round();
    if (seconds - whole).abs() > 1e-6 || whole < 1.0 || whole > LONGEST as f64 {
        return None;
    }
    let whole = whole as u64;
    let (name, size) = UNITS.iter().take(said + 1).rev().find(|(_, size)| whole.is_multiple_of(*size))?;
    let (amount, working) = (whole / size, if working { "working " } else { "" });
    u32::try_from(amount).ok().map(|n| format!("{n} {working}{name}{}", if n == 1 { "" } else { "s" }))
}

/// What goes on after a first part: "and 20 minutes", ", 3 days", the "30" of "1h30".
fn smaller(pieces: &Pieces<'_>, at: usize, than: usize) -> Option<(Part, usize)> {
    let and = usize::from(pieces.word(at) == "and");
    if let Some(more) = part(pieces, at + and).filter(|more| more.unit < than && !more.working) {
        let took = and + more.used;
        return Some((more, took));
    }
    let stuck = pieces.gap(at).is_empty() && than == 2;
    let minutes: f64 = pieces.word(at).parse().ok().filter(|m: &f64| stuck && m.fract() == 0.0 && *m < 60.0)?;
    Some((Part { seconds: minutes * 60.0, unit: 1, working: false, used: 1 }, 1))
}

fn part(pieces: &Pieces<'_>, at: usize) -> Option<Part> {
    let (mut amount, mut used) = amount(pieces, at)?;
    let working = matches!(pieces.word(at + used), "working" | "business");
    used += usize::from(working);
    let (unit, times) = unit(pieces, at + used)?;
    used += 1;
    if let Some((more, took)) = fraction(pieces, at + used) {
        amount += more;
        used += took;
    }
    let size = UNITS.get(unit).map_or(0, |(_, size)| *size);
    Some(Part { seconds: amount * (size * times) as f64, unit, working, used })
}

/// "3", "three", "an", "half an", "a couple of", "1 ½".
fn amount(pieces: &Pieces<'_>, at: usize) -> Option<(f64, usize)> {
    let of = |count: usize| count + usize::from(pieces.word(at + count) == "of");
    let article = |count: usize| count + usize::from(matches!(pieces.word(at + count), "a" | "an"));
    match (pieces.word(at), pieces.word(at + 1)) {
        ("a", "couple") => return Some((2.0, of(2))),
        ("couple", "of") => return Some((2.0, 2)),
        ("three", "quarters") => return Some((0.75, article(of(2)))),
        ("a", "quarter") => return Some((0.25, article(of(2)))),
        ("quarter", "of") => return Some((0.25, article(2))),
        ("half", _) => return Some((0.5, article(1))),
        ("a", "half") => return Some((0.5, 2)),
        ("a" | "an", _) => return unit(pieces, at + 1).map(|_| (1.0, 1)),
        ("½", _) => return Some((0.5, 1)),
        ("¼", _) => return Some((0.25, 1)),
        ("¾", _) => return Some((0.75, 1)),
        _ => {}
    }
    let (value, used) = pieces.number(at).filter(|(value, _)| *value >= 0.0)?;
    // an odd date or order number is no amount
    if pieces.gap(at).ends_with(['/', ':', '#', '.']) {
        return None;
    }
    let (more, took) = fraction(pieces, at + used).unwrap_or((0.0, 0));
    Some((value + more, used + took))
}

/// "and a half", "½".
fn fraction(pieces: &Pieces<'_>, at: usize) -> Option<(f64, usize)> {
    match pieces.word(at) {
        "½" => Some((0.5, 1)),
        "¼" => Some((0.25, 1)),
        "¾" => Some((0.75, 1)),
        "and" if pieces.is(at + 1, &["a", "half"]) => Some((0.5, 3)),
        "and" if pieces.is(at + 1, &["a", "quarter"]) => Some((0.25, 3)),
        "and" if pieces.is(at + 1, &["three", "quarters"]) => Some((0.75, 3)),
        _ => None,
    }
}

/// A unit, and how many of it are in one of the named ones. Single letters stick to their figures: "5m".
fn unit(pieces: &Pieces<'_>, at: usize) -> Option<Unit> {
    let word = pieces.word(at);
    let stuck = pieces.gap(at).is_empty() && at > 0;
    Some(match word {
        "second" | "seconds" | "sec" | "secs" => (0, 1),
        "s" if stuck => (0, 1),
        "minute" | "minutes" | "min" | "mins" => (1, 1),
        "m" if stuck => (1, 1),
        "hour" | "hours" | "hr" | "hrs" => (2, 1),
        "h" => (2, 1),
        "day" | "days" => (3, 1),
        "d" if stuck => (3, 1),
        "week" | "weeks" | "wk" | "wks" => (4, 1),
        "w" if stuck => (4, 1),
        "fortnight" | "fortnights" => (4, 2),
        "month" | "months" | "mth" | "mths" => (3, 30),
        "year" | "years" | "yr" | "yrs" => (3, 365),
        _ => return None,
    })
}

/// "wait a minute", "just a second", "a second time": nobody's answer.
fn idle(pieces: &Pieces<'_>, at: usize, used: usize) -> bool {
    let one = matches!(pieces.word(at), "a" | "one") && used == 2;
    let short = matches!(pieces.word(at + 1), "second" | "sec" | "minute" | "min");
    let asks = matches!(pieces.before(at), "wait" | "just" | "me" | "on" | "got" | "have" | "hold" | "hang");
    let next = pieces.word(at + used);
    let ordinal = pieces.word(at + 1) == "second" && !(next.is_empty() || is_stop_word(next));
    one && short && (asks || ordinal)
}
