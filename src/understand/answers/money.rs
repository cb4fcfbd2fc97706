//! Amounts of money in a sentence: "about £40 I think", "twenty pounds fifty", "40". A number where the currency is the
//! bot's or none was named, else an amount with its currency.
use super::day_words::month;
use super::numbers::{in_digits, in_words};
use super::{Found, Frame};
use crate::understand::normal::{fold, is_stop_word};
use serde_json::{Number, Value, json};
use std::ops::Range;

/// Signs before or behind an amount; the longer of two that begin alike stands first.
const SIGNS: [(&str, &str); 23] = [
    ("US$", "USD"),
    ("CA$", "CAD"),
    ("C$", "CAD"),
    ("AU$", "AUD"),
    ("A$", "AUD"),
    ("NZ$", "NZD"),
    ("HK$", "HKD"),
    ("S$", "SGD"),
    ("R$", "BRL"),
    ("$", "DOLLAR"),
    ("£", "GBP"),
    ("€", "EUR"),
    ("¥", "YEN"),
    ("₹", "INR"),
    ("₽", "RUB"),
    ("₴", "UAH"),
    ("₩", "KRW"),
    ("₺", "TRY"),
    ("₪", "ILS"),
    ("zł", "PLN"),
    ("Kč", "CZK"),
    ("Fr.", "CHF"),
    ("Rs.", "INR"),
];
const CODES: [&str; 32] = [
    "AED", "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "IDR", "ILS", "INR", "ISK",
    "JPY", "KRW", "MXN", "NOK", "NZD", "PHP", "PLN", "RON", "SAR", "SEK", "SGD", "THB", "TRY", "UAH", "USD", "ZAR",
];
/// Words behind an amount, and their hundredth parts.
const WORDS: [(&[&str], &str); 9] = [
    (&["pound", "pounds", "quid", "sterling"], "GBP"),
    (&["euro", "euros"], "EUR"),
    (&["dollar", "dollars", "buck", "bucks"], "DOLLAR"),
    (&["franc", "francs", "franken"], "CHF"),
    (&["yen"], "JPY"),
    (&["rupee", "rupees", "rs"], "INR"),
    (&["zloty", "zlotys"], "PLN"),
    (&["kr", "kronor", "kroner", "krona", "krone"], "CROWN"),
    (&["yuan", "rmb"], "CNY"),
];
/// Currencies that share a name: the bot's where it is one of them, else the first.
const FAMILIES: [(&str, &[&str]); 3] = [
    ("DOLLAR", &["USD", "AUD", "CAD", "NZD", "SGD", "HKD", "MXN"]),
    ("CROWN", &["SEK", "NOK", "DKK", "ISK"]),
    ("YEN", &["JPY", "CNY"]),
];

/// An amount with what was said of its currency.
struct Amount {
    value: f64,
    span: Range<usize>,
    currency: Option<String>,
    /// The currency was said in a word, after which the hundredth parts may follow: "five pounds fifty".
    by_word: bool,
}

/// The first amount with a currency, else the first number that counts nothing else.
pub(super) fn money(text: &str, frame: &Frame) -> Option<Found> {
    let mut numbers = in_digits(text, frame);
    numbers.extend(in_words(text, frame));
    numbers.sort_by_key(|(_, span)| span.start);
    let named = (0..numbers.len()).find_map(|at| with_currency(text, &numbers, at, frame));
    let amount = named.or_else(|| numbers.iter().find_map(|number| without_currency(text, number)))?;
    let value = (amount.value * 100.0).round() / 100.0;
    let figure = figure(value)?;
    let foreign = amount.currency.filter(|currency| *currency != frame.currency);
    let value = foreign.map_or(figure.clone(), |currency| json!({ "amount": figure, "currency": currency }));
    Some(Found::new(value, amount.span))
}

/// Beyond this nobody pays in a chat, and a double loses the pence.
const LARGEST: f64 = 1e12;

fn figure(value: f64) -> Option<Value> {
    if value.abs() > LARGEST {
        return None;
    }
    if value.fract() == 0.0 { Some(Value::from(value as i64)) } else { Number::from_f64(value).map(Value::Number) }
}

fn with_currency(text: &str, numbers: &[(f64, Range<usize>)], at: usize, frame: &Frame) -> Option<Amount> {
    let (value, span) = numbers.get(at)?;
    let (before, after) = (text.get(..span.start)?, text.get(span.end..)?);
    if let Some((currency, length)) = sign_before(before) {
        let span = span.start - length..span.end;
        let amount = Amount { value: *value, span, currency: Some(own(currency, frame)), by_word: false };
        return Some(with_parts(text, numbers.get(at + 1), amount));
    }
    let (currency, length, by_word) = named_after(after)?;
    let amount = match currency {
        "PENCE" => {
            Amount { value: value / 100.0, span: span.start..span.end + length, currency: Some("GBP".into()), by_word }
        }
        "CENT" => {
            // which dollar or euro a cent is of only the bot's own currency tells
            let currency = Some(frame.currency.clone()).filter(|c| c != "GBP")?;
            Amount { value: value / 100.0, span: span.start..span.end + length, currency: Some(currency), by_word }
        }
        _ => {
            Amount { value: *value, span: span.start..span.end + length, currency: Some(own(currency, frame)), by_word }
        }
    };
    Some(if currency == "PENCE" || currency == "CENT" { amount } else { with_parts(text, numbers.get(at + 1), amount) })
}

/// "twenty pounds fifty", "5 euros and 30 cents".
fn with_parts(text: &str, next: Option<&(f64, Range<usize>)>, amount: Amount) -> Amount {
    let Some((value, span)) = next else { return amount };
    let gap = text.get(amount.span.end..span.start).unwrap_or("?").trim();
    let after = text.get(span.end..).unwrap_or("");
    let fits = value.fract() == 0.0 && (1.0..100.0).contains(value) && amount.value.fract() == 0.0;
    let (ends, length) = match named_after(after) {
        Some(("PENCE" | "CENT", length, _)) => (true, length),
        Some(_) => (false, 0),
        None => (amount.by_word && gap.is_empty() && counts_nothing(after), 0),
    };
    if !(fits && ends && matches!(gap, "" | "and" | ",")) {
        return amount;
    }
    Amount { value: amount.value + value / 100.0, span: amount.span.start..span.end + length, ..amount }
}

/// The currency before an amount, and its bytes with the blank behind it.
fn sign_before(before: &str) -> Option<(&'static str, usize)> {
    let trimmed = before.trim_end();
    let sign = SIGNS.iter().find(|(sign, _)| trimmed.ends_with(sign)).map(|(sign, currency)| (*currency, sign.len()));
    let code = || {
        let start = trimmed.len().checked_sub(3)?;
        let written = trimmed.get(start..).filter(|_| !ends_in_word(trimmed.get(..start).unwrap_or("")))?;
        CODES.iter().find(|code| code.eq_ignore_ascii_case(written)).map(|code| (*code, 3))
    };
    let (currency, length) = sign.or_else(code)?;
    // far away it belongs to something else
    let blank = before.len() - trimmed.len();
    (blank <= 1).then_some((currency, length + blank))
}

/// The currency behind an amount, its bytes with the blank before it, and whether it is a word.
fn named_after(after: &str) -> Option<(&'static str, usize, bool)> {
    let skipped = after.strip_prefix(['k', 'K']).unwrap_or(after);
    let trimmed = skipped.trim_start_matches([' ', '-']);
    let start = after.len() - trimmed.len();
    if start > 2 {
        return None;
    }
    if let Some((sign, currency)) = SIGNS.iter().find(|(sign, _)| trimmed.starts_with(sign)) {
        return Some((currency, start + sign.len(), false));
    }
    let length = trimmed.find(|c: char| !c.is_alphabetic()).unwrap_or(trimmed.len());
    let word = fold(trimmed.get(..length)?);
    let code = || CODES.iter().find(|code| code.eq_ignore_ascii_case(&word)).copied();
    let currency = match word.as_str() {
        "p" | "pence" | "penny" => "PENCE",
        "c" | "cent" | "cents" => "CENT",
        _ => WORDS.iter().find(|(words, _)| words.contains(&word.as_str())).map(|(_, c)| *c).or_else(code)?,
    };
    Some((currency, start + length, true))
}

fn own(currency: &str, frame: &Frame) -> String {
    let family = FAMILIES.iter().find(|(name, _)| *name == currency).map(|(_, all)| *all);
    let chosen = |all: &&[&str]| all.iter().find(|c| **c == frame.currency).or(all.first()).map(|c| (*c).to_owned());
    family.as_ref().and_then(chosen).unwrap_or_else(|| currency.to_owned())
}

/// A bare number: no percentage, no weight, no day of a month, not "2 lamps".
fn without_currency(text: &str, (value, span): &(f64, Range<usize>)) -> Option<Amount> {
    let (before, after) = (text.get(..span.start)?, text.get(span.end..)?);
    let last = fold(before.split_whitespace().next_back().unwrap_or(""));
    let after = after.strip_prefix(['k', 'K']).unwrap_or(after);
    let alone = !before.ends_with(['#', '/', ':', '-']) && !ends_in_word(before) && month(&last).is_none();
    let fine = alone && last != "x" && counts_nothing(after) && *value >= 0.0;
    fine.then(|| Amount { value: *value, span: span.clone(), currency: None, by_word: false })
}

/// Whether what follows a number is no thing that is counted.
fn counts_nothing(after: &str) -> bool {
    if after.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '%' | '/' | ':' | '-')) {
        return false;
    }
    let breath = after.trim_start().chars().next().is_none_or(|c| !c.is_alphanumeric() && c != '%');
    let next = fold(after.split_whitespace().next().unwrap_or(""));
    const TELLING: &[&str] =
        &["altogether", "each", "i", "in", "total", "roughly", "max", "maybe", "think", "but", "ish"];
    // "a 800 transfer" names what it costs; of things that are counted there are several
    const PRICED: &[&str] = &["deposit", "payment", "refund", "standing", "transfer", "voucher"];
    breath
        || TELLING.contains(&next.as_str())
        || PRICED.contains(&next.as_str())
        || (is_stop_word(&next) && next != "of" && next != "am") && month(&next).is_none()
}

fn ends_in_word(text: &str) -> bool {
    text.chars().next_back().is_some_and(char::is_alphanumeric)
}
