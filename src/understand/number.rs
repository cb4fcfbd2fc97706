//! Numbers in a message: digits as people write them, and small numbers in words.
use super::normal::{Word, words};
use std::ops::Range;

const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// The first number of a message and its bytes.
pub fn find(message: &str) -> Option<(f64, Range<usize>)> {
    digits(message).or_else(|| in_words(&words(message)))
}

fn digits(message: &str) -> Option<(f64, Range<usize>)> {
    let start = message.find(|c: char| c.is_ascii_digit())?;
    let rest = message.get(start..)?;
    let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ',')).unwrap_or(rest.len());
    let written = rest.get(..end)?.trim_end_matches(['.', ',']);
    let minus = message.get(..start)?.ends_with('-')
        && !message.get(..start)?.trim_end_matches('-').ends_with(char::is_alphanumeric);
    let value: f64 = decimal(written).parse().ok()?;
    let from = if minus { start - 1 } else { start };
    Some((if minus { -value } else { value }, from..start + written.len()))
}

/// `1,250.50` and `1.250,50` to `1250.50`; a lone comma before three digits parts thousands.
fn decimal(written: &str) -> String {
    let last = written.rfind(['.', ',']);
    let Some(last) = last else { return written.to_owned() };
    let tail = written.get(last + 1..).unwrap_or_default();
    let separators = written.chars().filter(|c| matches!(c, '.' | ',')).count();
    let comma = written.get(last..=last) == Some(",");
    let same = separators > 1 && written.chars().filter(|c| matches!(c, '.' | ',')).all(|c| (c == ',') == comma);
    if same || (comma && tail.len() == 3) {
        return written.replace(['.', ','], "");
    }
    let head = written.get(..last).unwrap_or_default().replace(['.', ','], "");
    format!("{head}.{tail}")
}

fn in_words(words: &[Word]) -> Option<(f64, Range<usize>)> {
    for (i, word) in words.iter().enumerate() {
        let Some(first) = one(&word.text) else { continue };
        let next = words.get(i + 1);
        if first >= 20
            && let Some((second, w)) = next.and_then(|w| Some((one(&w.text).filter(|n| (1..10).contains(n))?, w)))
        {
            return Some((f64::from(first + second), word.start..w.end));
        }
        if let Some(w) = next.filter(|w| w.text == "hundred") {
            return Some((f64::from(first * 100), word.start..w.end));
        }
        return Some((f64::from(first), word.start..word.end));
    }
    None
}

/// `three`, `twenty`, `twenty-two` parted by the segmenter.
pub fn one(word: &str) -> Option<u32> {
    let at = |list: &[&str]| list.iter().position(|w| *w == word).and_then(|i| u32::try_from(i).ok());
    at(&ONES).or_else(|| at(&TENS).map(|i| (i + 2) * 10))
}
