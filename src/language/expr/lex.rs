//! Words, numbers, texts and signs of an expression.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A name, dotted names included, or a word for people.
    Word,
    Number,
    /// A text in quotes, a date, a time or a stretch of time.
    Text,
    Sign,
    /// Neither of these.
    Wrong,
}

#[derive(Clone, Debug)]
pub struct Token {
    pub kind: Kind,
    pub text: String,
    pub start: usize,
    pub end: usize,
}

impl Token {
    /// A number or text as minijinja writes it.
    pub fn jinja(&self) -> String {
        if self.kind == Kind::Text { quoted(&self.text) } else { self.text.clone() }
    }
}

/// A text as a minijinja literal.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

const SIGNS: [&str; 19] =
    ["==", "!=", "<=", ">=", "&&", "||", "<", ">", "=", "+", "-", "*", "/", "(", ")", ",", "|", "!", "&"];
/// Straight quotes, and the curly ones that word processors make of them: what opens, and what may close it.
const QUOTES: [(char, &str); 5] = [('"', "\""), ('\'', "'"), ('“', "”“"), ('„', "“”"), ('‘', "’‘")];
const UNITS: [&str; 14] =
    ["second", "seconds", "minute", "minutes", "hour", "hours", "day", "days", "week", "weeks", "s", "m", "h", "d"];

/// Reads all tokens of an expression.
pub fn tokens(source: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = source.get(at..).filter(|r| !r.is_empty()) {
        let blank = rest.len() - rest.trim_start().len();
        if blank > 0 {
            at += blank;
            continue;
        }
        let (kind, text, length) = token(rest);
        found.push(Token { kind, text, start: at, end: at + length });
        at += length;
    }
    found
}

fn token(rest: &str) -> (Kind, String, usize) {
    let Some(first) = rest.chars().next() else { return (Kind::Wrong, String::new(), 1) };
    if let Some((_, closing)) = QUOTES.iter().find(|(open, _)| *open == first) {
        let inner = rest.get(first.len_utf8()..).unwrap_or_default();
        return match inner.find(|c| closing.contains(c)) {
            Some(end) => {
                let close = inner.get(end..).and_then(|r| r.chars().next()).map_or(0, char::len_utf8);
                (Kind::Text, inner.get(..end).unwrap_or_default().to_owned(), first.len_utf8() + end + close)
            }
            None => (Kind::Wrong, rest.to_owned(), rest.len()),
        };
    }
    if first.is_ascii_digit() {
        return number(rest);
    }
    if first.is_alphabetic() || first == '_' {
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(rest.len());
        let word = rest.get(..end).unwrap_or(rest).trim_end_matches('.');
        return (Kind::Word, word.to_owned(), word.len().max(1));
    }
    match SIGNS.iter().find(|s| rest.starts_with(**s)) {
        Some(sign) => (Kind::Sign, (*sign).to_owned(), sign.len()),
        None => (Kind::Wrong, first.to_string(), first.len_utf8()),
    }
}

/// `12.5`, `2026-05-04`, `18:00`, `6pm`, `3 days`.
fn number(rest: &str) -> (Kind, String, usize) {
    let dated = rest.get(..10).filter(|d| d.parse::<jiff::civil::Date>().is_ok());
    if let Some(date) = dated {
        return (Kind::Text, date.to_owned(), 10);
    }
    if let Some((time, length)) = clock(rest) {
        return (Kind::Text, time, length);
    }
    let mut end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let fraction = rest
        .get(end..)
        .and_then(|r| r.strip_prefix('.'))
        .map_or(0, |r| r.chars().take_while(char::is_ascii_digit).count());
    if fraction > 0 {
        end += 1 + fraction;
    }
    let digits = rest.get(..end).unwrap_or(rest);
    let after = rest.get(end..).unwrap_or_default();
    let unit_at = after.len() - after.trim_start().len();
    let unit: String = after.trim_start().chars().take_while(|c| c.is_alphabetic()).collect();
    if fraction == 0 && UNITS.contains(&unit.as_str()) {
        return (Kind::Text, format!("{digits} {unit}"), end + unit_at + unit.len());
    }
    (Kind::Number, digits.to_owned(), end)
}

/// `18:00`, `9:30`, `6pm`, `6:30 am`, as `HH:MM`.
fn clock(rest: &str) -> Option<(String, usize)> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let hours = digits(rest);
    let hour: u32 = rest.get(..hours).filter(|_| hours <= 2)?.parse().ok()?;
    let minutes =
        rest.get(hours..)?.strip_prefix(':').filter(|after| digits(after) == 2).and_then(|after| after.get(..2));
    let told = hours + minutes.map_or(0, |_| 3);
    let after = rest.get(told..)?;
    let blank = after.len() - after.trim_start().len();
    let mark: String = after.trim_start().chars().take_while(|c| c.is_alphanumeric()).collect();
    let (hour, used) = match mark.to_lowercase().as_str() {
        "pm" if (1..12).contains(&hour) => (hour + 12, blank + 2),
        "am" if hour == 12 => (0, blank + 2),
        "am" | "pm" if (1..=12).contains(&hour) => (hour, blank + 2),
        _ => (hour, 0),
    };
    let minute: u32 = minutes.unwrap_or("0").parse().ok()?;
    let fits = (minutes.is_some() || used > 0) && hour < 24 && minute < 60;
    fits.then(|| (format!("{hour:02}:{minute:02}"), told + used))
}
