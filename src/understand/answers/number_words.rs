//! Numbers spelled out: "twenty two", "a hundred and five", "two and a half".
use crate::understand::normal::Token;

/// The number that begins at the first of these words, and how many words it takes.
pub(super) fn spelled(words: &[Token]) -> Option<(f64, usize)> {
    let word = |at: usize| words.get(at).map_or("", |token| token.text.as_str());
    if word(0) == "half" && matches!(word(1), "a" | "an") {
        return None;
    }
    let (whole, mut used) = whole(&word)?;
    let mut value = whole;
    if word(used) == "point" {
        let digits: Vec<f64> =
            (used + 1..used + 7).map_while(|at| unit(word(at)).filter(|digit| *digit < 10.0)).collect();
        if !digits.is_empty() {
            value += digits.iter().rev().fold(0.0, |rest, digit| (rest + digit) / 10.0);
            used += 1 + digits.len();
        }
    } else if word(used) == "and" && word(used + 1) == "a" && word(used + 2) == "half" {
        value += 0.5;
        used += 3;
    }
    Some((value, used))
}

/// Reads "two thousand one hundred and five". Stops at the first word that is no part of it.
fn whole<'a>(word: &impl Fn(usize) -> &'a str) -> Option<(f64, usize)> {
    let (mut total, mut group, mut used, mut begun) = (0.0, 0.0, 0, false);
    loop {
        let at = used;
        if let Some(value) = unit(word(at)).filter(|_| fits_after(group, begun)) {
            // "twenty" takes a unit behind it, "two" does not
            if begun && group % 100.0 != 0.0 && (group % 10.0 != 0.0 || value >= 10.0 || group % 100.0 < 20.0) {
                break;
            }
            group += value;
            used += 1;
        } else if matches!(word(at), "a" | "an") && !begun && scale(word(at + 1)).is_some() {
            group = 1.0;
            used += 1;
        } else if let Some(times) = scale(word(at)).filter(|times| begun && (*times < 1000.0 || group > 0.0)) {
            if times < 1000.0 {
                group *= times;
            } else {
                total += group * times;
                group = 0.0;
            }
            used += 1;
        } else if word(at) == "and"
            && begun
            && unit(word(at + 1)).is_some()
            && (group >= 100.0 || (group == 0.0 && total > 0.0))
        {
            used += 1;
        } else {
            break;
        }
        begun = true;
    }
    begun.then_some((total + group, used))
}

/// After "zero" nothing follows in spelled numbers.
fn fits_after(group: f64, begun: bool) -> bool {
    !begun || group < 1_000.0
}

fn scale(word: &str) -> Option<f64> {
    Some(match word {
        "dozen" => 12.0,
        "hundred" => 100.0,
        "thousand" => 1_000.0,
        "million" => 1_000_000.0,
        _ => return None,
    })
}

pub(super) fn unit(word: &str) -> Option<f64> {
    Some(match word {
        "zero" => 0.0,
        "one" => 1.0,
        "two" => 2.0,
        "three" => 3.0,
        "four" => 4.0,
        "five" => 5.0,
        "six" => 6.0,
        "seven" => 7.0,
        "eight" => 8.0,
        "nine" => 9.0,
        "ten" => 10.0,
        "eleven" => 11.0,
        "twelve" => 12.0,
        "thirteen" => 13.0,
        "fourteen" => 14.0,
        "fifteen" => 15.0,
        "sixteen" => 16.0,
        "seventeen" => 17.0,
        "eighteen" => 18.0,
        "nineteen" => 19.0,
        "twenty" => 20.0,
        "thirty" => 30.0,
        "forty" | "fourty" => 40.0,
        "fifty" => 50.0,
        "sixty" => 60.0,
        "seventy" => 70.0,
        "eighty" => 80.0,
        "ninety" => 90.0,
        _ => return None,
    })
}

/// "first" is 1. Up to the twelfth: nobody spells out more.
pub(super) fn ordinal(word: &str) -> Option<usize> {
    const ORDINALS: &[&str] = &[
        "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
        "twelfth",
    ];
    if let Some(at) = ORDINALS.iter().position(|name| *name == word) {
        return Some(at + 1);
    }
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end))?;
    digits.parse().ok().filter(|number| (1..=99).contains(number))
}
