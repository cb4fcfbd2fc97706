//! Stretches of time: "an hour and a half", "2 weeks", "1h 30m". The words that come out are those of settings.
use super::number_words::spelled;
use super::{Found, pieces};
use crate::understand::normal::{Flat, Token};

/// What the terms of settings know, the longest first.
const UNITS: [(&str, f64); 5] =
    [("week", 604_800.0), ("day", 86_400.0), ("hour", 3_600.0), ("minute", 60.0), ("second", 1.0)];
const DAY: f64 = 86_400.0;

/// The first stretch; its parts are added up. A month is 30 days here, a year 365.
pub(super) fn duration(text: &str) -> Option<Found> {
    let flat = Flat::new(text);
    let tokens = pieces(&flat.text);
    for at in 0..tokens.len() {
        let rest = tokens.get(at..).unwrap_or_default();
        let Some((mut seconds, mut smallest, mut used)) = part(rest) else { continue };
        loop {
            let and = usize::from(word(rest, used) == "and");
            let Some((more, unit, taken)) = part(rest.get(used + and..).unwrap_or_default()) else { break };
            if unit >= smallest {
                break;
            }
            (seconds, smallest, used) = (seconds + more, unit, used + and + taken);
        }
        let start = rest.first()?.span.start;
        let end = rest.get(used - 1).map_or(start, |t| t.span.end);
        if let Some(words) = canonical(seconds, smallest) {
            return Some(Found::new(words, flat.original(start..end)));
        }
    }
    None
}

/// In the smallest unit that was said, or the first below it that needs no fraction.
fn canonical(seconds: f64, smallest: f64) -> Option<String> {
    let fits = |size: f64| ((seconds / size) - (seconds / size).round()).abs() < 1e-9;
    let (name, size) = UNITS.iter().find(|(_, size)| *size <= smallest && fits(*size))?;
    let amount = (seconds / size).round();
    let plural = if amount == 1.0 { "" } else { "s" };
    (amount >= 1.0 && amount <= f64::from(u32::MAX)).then(|| format!("{} {name}{plural}", amount as u32))
}

fn word(tokens: &[Token], at: usize) -> &str {
    tokens.get(at).map_or("", |t| t.text.as_str())
}

/// Seconds, the unit that was said, and how many words say it.
fn part(tokens: &[Token]) -> Option<(f64, f64, usize)> {
    let fixed: [(&[&str], f64); 5] = [
        (&["half", "an"], 0.5),
        (&["half", "a"], 0.5),
        (&["three", "quarters", "of", "an"], 0.75),
        (&["quarter", "of", "an"], 0.25),
        (&["a", "couple", "of"], 2.0),
    ];
    let says = |words: &[&str]| words.iter().enumerate().all(|(at, expected)| word(tokens, at) == *expected);
    let (amount, used) = match fixed.iter().find(|(words, _)| says(words)) {
        Some((words, amount)) => (*amount, words.len()),
        None => amount(tokens)?,
    };
    let unit = unit(word(tokens, used))?;
    let half = word(tokens, used + 1) == "and" && word(tokens, used + 2) == "a" && word(tokens, used + 3) == "half";
    let (amount, taken) = if half { (amount + 0.5, used + 4) } else { (amount, used + 1) };
    Some((amount * unit, unit, taken))
}

fn amount(tokens: &[Token]) -> Option<(f64, usize)> {
    let first = word(tokens, 0);
    if matches!(first, "a" | "an") && unit(word(tokens, 1)).is_some_and(|_| word(tokens, 1).len() > 1) {
        return Some((1.0, 1));
    }
    if first.starts_with(|c: char| c.is_ascii_digit()) {
        let number: f64 = first.replace(',', ".").parse().ok()?;
        return (number.is_finite() && number < 1e9).then_some((number, 1));
    }
    spelled(tokens)
}

fn unit(word: &str) -> Option<f64> {
    Some(match word {
        "second" | "seconds" | "sec" | "secs" | "s" => 1.0,
        "minute" | "minutes" | "min" | "mins" | "m" => 60.0,
        "hour" | "hours" | "hr" | "hrs" | "h" => 3_600.0,
        "day" | "days" | "d" => DAY,
        "week" | "weeks" | "wk" | "wks" => 7.0 * DAY,
        "fortnight" | "fortnights" => 14.0 * DAY,
        "month" | "months" => 30.0 * DAY,
        "year" | "years" | "yr" | "yrs" => 365.0 * DAY,
        _ => return None,
    })
}
