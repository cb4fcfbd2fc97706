//! Amounts of money: "about £40 I think", "forty euros", "two pounds fifty", "99p".
use super::{Found, Frame, numbers};
use crate::understand::normal::{fold, words};
use serde_json::{Number, Value, json};
use std::ops::Range;

/// An amount and what was said about its currency.
struct Amount {
    value: f64,
    currency: Option<String>,
    span: Range<usize>,
}

/// The first amount with a currency, else the first number. A plain number where the currency is the bot's.
pub(super) fn money(text: &str, frame: &Frame) -> Option<Found> {
    let all: Vec<Amount> = numbers::numbers(text, frame)
        .into_iter()
        .filter_map(|(value, span)| amount(text, value, span, frame))
        .collect();
    let at = all.iter().position(|a| a.currency.is_some()).unwrap_or(0);
    let first = all.get(at)?;
    let (mut value, mut end) = (first.value, first.span.end);
    // "two pounds fifty"
    if let Some(next) = all.get(at + 1).filter(|_| first.currency.is_some())
        && next.currency.is_none()
        && next.value.fract() == 0.0
        && (1.0..100.0).contains(&next.value)
        && first.value.fract() == 0.0
        && text.get(end..next.span.start).is_some_and(|gap| matches!(gap.trim(), "" | "and"))
        && words(text.get(next.span.end..)?).is_empty()
    {
        value += next.value / 100.0;
        end = next.span.end;
    }
    let number = amount_json(value)?;
    let own = first.currency.as_ref().is_none_or(|said| said.eq_ignore_ascii_case(&frame.currency));
    let value = match &first.currency {
        Some(currency) if !own => json!({ "amount": number, "currency": currency }),
        _ => number,
    };
    Some(Found::new(value, first.span.start..end))
}

/// Hundredths are exact to the eye: 40.1 + 0.2 is 40.3.
fn amount_json(value: f64) -> Option<Value> {
    let value = (value * 100.0).round() / 100.0;
    if value.fract() == 0.0 && value.abs() < 9e15 {
        return Some(Value::from(value as i64));
    }
    Number::from_f64(value).map(Value::Number)
}

fn amount(text: &str, value: f64, span: Range<usize>, frame: &Frame) -> Option<Amount> {
    let (before, after) = (text.get(..span.start)?, text.get(span.end..)?);
    // "10k" has been multiplied already
    let (stuck, mut end) = match after.chars().next() {
        Some(k @ ('k' | 'K')) if !after.chars().nth(1).is_some_and(char::is_alphanumeric) => {
            (after.get(k.len_utf8()..)?, span.end + k.len_utf8())
        }
        _ => (after, span.end),
    };
    if let Some((currency, length)) = sign_before(before, frame) {
        return Some(Amount { value, currency: Some(currency), span: span.start - length..end });
    }
    let spaces = stuck.len() - stuck.trim_start_matches(' ').len();
    let next = stuck.get(spaces..)?;
    if let Some((currency, length)) = next.chars().next().and_then(|c| Some((sign(c, frame)?, c.len_utf8()))) {
        end += spaces + length;
        return Some(Amount { value, currency: Some(currency), span: span.start..end });
    }
    let word: String = next.chars().take_while(|c| c.is_alphabetic()).take(12).collect();
    if let Some((currency, parts)) = named(&word, frame) {
        end += spaces + word.len();
        return Some(Amount { value: value / parts, currency: Some(currency), span: span.start..end });
    }
    // "5kg", "20%" are amounts of something else
    let other = spaces == 0 && next.starts_with(|c: char| c.is_alphabetic() || c == '%');
    (!other).then_some(Amount { value, currency: None, span: span.start..end })
}

fn sign_before(before: &str, frame: &Frame) -> Option<(String, usize)> {
    let near = before.trim_end_matches([' ', '-']);
    let gap = before.len() - near.len();
    let last = near.chars().next_back()?;
    if let Some(currency) = sign(last, frame) {
        return Some((currency, gap + last.len_utf8()));
    }
    let start = near.rfind(|c: char| !c.is_alphabetic()).map_or(0, |at| at + near.get(at..).map_or(1, first_length));
    let word = near.get(start..)?;
    let code = word.len() == 3 && CODES.contains(&word.to_ascii_uppercase().as_str());
    code.then(|| (word.to_ascii_uppercase(), gap + word.len()))
}

fn first_length(text: &str) -> usize {
    text.chars().next().map_or(1, char::len_utf8)
}

const CODES: [&str; 20] = [
    "GBP", "EUR", "USD", "CHF", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RON", "JPY", "CNY",
    "INR", "SGD", "HKD", "ZAR",
];

fn sign(c: char, frame: &Frame) -> Option<String> {
    Some(match c {
        '£' | '￡' => "GBP".to_owned(),
        '€' => "EUR".to_owned(),
        '¥' => own_of(frame, &["JPY", "CNY"]),
        '₹' => "INR".to_owned(),
        '$' | '＄' => own_of(frame, &DOLLARS),
        _ => return None,
    })
}

const DOLLARS: [&str; 6] = ["USD", "CAD", "AUD", "NZD", "SGD", "HKD"];

/// Several countries use the word or the sign: the bot's own currency where it is one of theirs, else the first.
fn own_of(frame: &Frame, currencies: &[&str]) -> String {
    let own = currencies.iter().find(|c| c.eq_ignore_ascii_case(&frame.currency));
    own.or(currencies.first()).map_or_else(String::new, |c| (*c).to_owned())
}

/// The currency of a word, and how many of what it names make one.
fn named(word: &str, frame: &Frame) -> Option<(String, f64)> {
    let word = fold(word);
    let whole = |currency: &str| Some((currency.to_owned(), 1.0));
    match word.as_str() {
        "pound" | "pounds" | "quid" | "sterling" => whole("GBP"),
        "euro" | "euros" => whole("EUR"),
        "dollar" | "dollars" | "buck" | "bucks" => Some((own_of(frame, &DOLLARS), 1.0)),
        "franc" | "francs" | "franken" => whole("CHF"),
        "yen" => whole("JPY"),
        "rupee" | "rupees" => whole("INR"),
        "zloty" | "zl" => whole("PLN"),
        "kr" | "kronor" | "kroner" | "crowns" => Some((own_of(frame, &["SEK", "NOK", "DKK", "CZK"]), 1.0)),
        "p" | "pence" | "penny" => Some(("GBP".to_owned(), 100.0)),
        "cent" | "cents" => Some((own_of(frame, &["EUR", "USD", "CAD", "AUD", "NZD", "SGD", "HKD"]), 100.0)),
        _ => {
            let code = word.to_ascii_uppercase();
            CODES.contains(&code.as_str()).then_some((code, 1.0))
        }
    }
}
