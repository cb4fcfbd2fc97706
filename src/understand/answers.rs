//! Finds an answer of a given kind in a customer's words.
use super::normal::{folded, plain, words};
use super::{date, number};
use crate::time::Millis;
use jiff::tz::TimeZone;
use regex::Regex;
use serde_json::Value;
use std::ops::Range;

pub use super::person::asks_for_a_person;

/// What an answer must be.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Anything; the whole message.
    Text,
    Number,
    WholeNumber,
    Email,
    /// In international form, `+442079460000`.
    Phone,
    /// `YYYY-MM-DD`.
    Date,
    /// `true` or `false`.
    YesOrNo,
    /// One of these, as written here.
    OneOf(Vec<String>),
    /// A run of the message that stands by itself and matches wholly.
    Pattern(Regex),
}

/// Where and when the words were said.
#[derive(Clone, Debug)]
pub struct Frame {
    pub now: Millis,
    pub zone: TimeZone,
    /// ISO 3166, two capital letters; decides how dates and telephone numbers are read.
    pub region: Option<String>,
}

/// An answer and the bytes that it was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub value: Value,
    pub span: Range<usize>,
}

/// The first answer of a kind in a message.
pub fn find(kind: &Kind, message: &str, frame: &Frame) -> Option<Found> {
    let upto = message.char_indices().nth(super::LONGEST).map_or(message.len(), |(i, _)| i);
    let message = message.get(..upto)?;
    match kind {
        Kind::Text => {
            let text = message.trim();
            let start = message.len() - message.trim_start().len();
            (!text.is_empty()).then(|| Found { value: text.into(), span: start..start + text.len() })
        }
        Kind::Number => number::find(message).map(|(n, span)| Found { value: json_number(n), span }),
        Kind::WholeNumber => {
            let (n, span) = number::find(message)?;
            (n.fract() == 0.0 && n.abs() < 9e15).then(|| Found { value: json_number(n), span })
        }
        Kind::Email => email(message),
        Kind::Phone => phone(message, frame),
        Kind::Date => date::find(message, frame).map(|(d, span)| Found { value: d.to_string().into(), span }),
        Kind::YesOrNo => yes_or_no(message).map(|yes| Found { value: yes.into(), span: 0..message.len() }),
        Kind::OneOf(options) => {
            let chosen = options.get(choose(options, message)?)?;
            Some(Found { value: chosen.as_str().into(), span: 0..message.len() })
        }
        Kind::Pattern(regex) => pattern(regex, message),
    }
}

fn json_number(n: f64) -> Value {
    if n.fract() == 0.0 && n.abs() < 9e15 { Value::from(n as i64) } else { Value::from(n) }
}

fn email(message: &str) -> Option<Found> {
    for raw in message.split_whitespace() {
        let word = raw.trim_matches(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '+')));
        let Some((name, domain)) = word.split_once('@') else { continue };
        let labels: Vec<&str> = domain.split('.').collect();
        let plain = |l: &&str| !l.is_empty() && l.chars().all(|c| c.is_alphanumeric() || c == '-');
        let fits = !name.is_empty() && labels.len() > 1 && labels.iter().all(plain) && word.len() <= 254;
        let top = labels.last().is_some_and(|l| l.len() >= 2 && l.chars().all(char::is_alphabetic));
        if fits && top {
            let start = message.find(word)?;
            return Some(Found { value: word.to_lowercase().into(), span: start..start + word.len() });
        }
    }
    None
}

fn phone(message: &str, frame: &Frame) -> Option<Found> {
    let start = message.find(|c: char| c == '+' || c == '(' || c.is_ascii_digit())?;
    let rest = message.get(start..)?;
    let end = rest
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '+' | '(' | ')' | ' ' | '-' | '.' | '/')))
        .unwrap_or(rest.len());
    let written = rest.get(..end)?.trim_end_matches(|c: char| !c.is_ascii_digit());
    let region = frame.region.as_deref().and_then(|r| r.parse().ok());
    let number = phonenumber::parse(region, written).ok().filter(phonenumber::is_valid)?;
    let value = number.format().mode(phonenumber::Mode::E164).to_string();
    Some(Found { value: value.into(), span: start..start + written.len() })
}

const YES: &[&str] = &[
    "yes",
    "yeah",
    "yep",
    "yup",
    "ya",
    "sure",
    "ok",
    "okay",
    "correct",
    "right",
    "exactly",
    "absolutely",
    "definitely",
    "please",
    "of course",
    "go ahead",
    "please do",
    "that's right",
    "it is",
    "i do",
    "i did",
    "it did",
    "i have",
    "sounds good",
    "y",
    "👍",
];
const NO: &[&str] = &[
    "no",
    "nope",
    "nah",
    "not really",
    "never",
    "don't",
    "do not",
    "not yet",
    "no thanks",
    "no thank you",
    "wrong",
    "it isn't",
    "i don't",
    "i didn't",
    "it didn't",
    "i haven't",
    "i'm good",
    "that's all",
    "nothing",
    "nothing else",
    "n",
    "👎",
    "that's it",
];

/// What the message begins with decides; "no, that's right" is a no.
fn yes_or_no(message: &str) -> Option<bool> {
    let emoji = message.trim();
    if emoji.starts_with('👍') || emoji.starts_with('👎') {
        return Some(emoji.starts_with('👍'));
    }
    let text = folded(message);
    let begins = |list: &[&str]| {
        let fits = |w: &&str| text.strip_prefix(*w).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
        list.iter().copied().filter(fits).map(str::len).max()
    };
    match (begins(YES), begins(NO)) {
        (None, None) => None,
        (yes, no) => Some(yes > no),
    }
}

/// A run of the message that stands by itself: between blanks and punctuation, or digits in groups (`204 518`, `#204518`).
fn pattern(regex: &Regex, message: &str) -> Option<Found> {
    let whole = |text: &str| regex.find_iter(text).any(|m| m.start() == 0 && m.end() == text.len());
    let trimmed = message.trim();
    if whole(trimmed) {
        let start = message.find(trimmed)?;
        return Some(Found { value: trimmed.into(), span: start..start + trimmed.len() });
    }
    let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    for m in regex.find_iter(message).filter(|m| !m.as_str().is_empty()) {
        let before = message.get(..m.start()).and_then(|t| t.chars().next_back());
        let after = message.get(m.end()..).and_then(|t| t.chars().next());
        if edge(before) && edge(after) {
            return Some(Found { value: m.as_str().into(), span: m.range() });
        }
    }
    for run in message.split(|c: char| c.is_alphabetic() || matches!(c, ',' | ';' | '!' | '?')) {
        let digits: String = run.chars().filter(char::is_ascii_digit).collect();
        if !digits.is_empty() && digits.len() < run.trim().len() && whole(&digits) {
            let start = message.find(run)?;
            return Some(Found { value: digits.into(), span: start..start + run.len() });
        }
    }
    None
}

const ORDINALS: [&str; 6] = ["first", "second", "third", "fourth", "fifth", "sixth"];

/// Which of the labels a typed message means: the same words, then a number or "the second one", then words of one label
/// only, then a near miss. `None` where it could be two.
pub fn choose(labels: &[String], message: &str) -> Option<usize> {
    let said = folded(message);
    if said.is_empty() {
        return None;
    }
    let folded_labels: Vec<String> = labels.iter().map(|l| folded(l)).collect();
    if let Some(exact) = folded_labels.iter().position(|l| *l == said) {
        return Some(exact);
    }
    if let Ok(n) = said.parse::<usize>() {
        return n.checked_sub(1).filter(|i| *i < labels.len());
    }
    let texts = words(message);
    if texts.len() <= 4
        && let Some(nth) =
            ORDINALS.iter().position(|o| texts.iter().any(|w| w.text == *o)).filter(|i| *i < labels.len())
    {
        return Some(nth);
    }
    let near = |f: &dyn Fn(&str) -> bool| {
        let mut hits = folded_labels.iter().enumerate().filter(|(_, l)| !l.is_empty() && f(l));
        let first = hits.next().map(|(i, _)| i);
        first.filter(|_| hits.next().is_none())
    };
    let padded = format!(" {said} ");
    near(&|l| padded.contains(&format!(" {l} ")))
        .or_else(|| near(&|l| said.len() >= 3 && format!(" {l} ").contains(&padded)))
        .or_else(|| near(&|l| strsim::normalized_damerau_levenshtein(l, &said) >= 0.8))
}

/// Whether two texts are the same to a reader.
pub fn same(a: &str, b: &str) -> bool {
    plain(a.trim()) == plain(b.trim())
}
