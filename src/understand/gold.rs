//! How well answers are found: messages in which somebody marked dates, times, amounts and numbers are read and counted.
use super::answers::{Found, Frame, Kind, find_all};
use serde_json::Value;
use std::collections::BTreeMap;

/// One marked value.
#[derive(Clone, Debug, PartialEq)]
pub struct Gold {
    pub kind: String,
    pub text: String,
    /// In characters, the end not included.
    pub place: (usize, usize),
    pub span: String,
    pub value: String,
}

/// What became of the marked values of one kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counted {
    pub count: usize,
    pub right: usize,
    /// Something was found there, and it is another value.
    pub wrong: Vec<(Gold, String)>,
    /// Nothing was found there.
    pub missed: Vec<Gold>,
}

/// Kind, text, start, end, span and value a line, with tabs between them.
///
/// # Errors
/// The number of the first line that is none of these, and what is wrong with it.
pub fn gold(file: &str) -> Result<Vec<Gold>, (usize, String)> {
    let lines = file.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(at, line)| one(line).map_err(|problem| (at + 1, problem))).collect()
}

fn one(line: &str) -> Result<Gold, String> {
    let cells: Vec<&str> = line.split('\t').collect();
    let [kind, text, start, end, span, value] = cells.as_slice() else {
        return Err(format!(
            "write kind, text, start, end, span and value, with a tab between them; here are {} of the six",
            cells.len()
        ));
    };
    if self::kind(kind).is_none() {
        return Err(format!("`{kind}` is no kind that is measured; write date, time, amount or number"));
    }
    let place = start.parse().ok().zip(end.parse().ok()).filter(|(start, end): &(usize, usize)| start < end);
    let place =
        place.ok_or_else(|| format!("start and end must be numbers, and `{start}` to `{end}` is no stretch"))?;
    let owned = |cell: &&str| (*cell).trim().to_owned();
    Ok(Gold { kind: owned(kind), text: (*text).to_owned(), place, span: owned(span), value: owned(value) })
}

fn kind(name: &str) -> Option<Kind> {
    Some(match name {
        "date" => Kind::Date,
        "time" => Kind::Time,
        "amount" => Kind::Money,
        "number" => Kind::Number,
        _ => return None,
    })
}

/// Reads every message and compares, by kind.
pub fn compare(all: &[Gold], frame: &Frame) -> BTreeMap<String, Counted> {
    let mut counted: BTreeMap<String, Counted> = BTreeMap::new();
    for gold in all {
        let Some(kind) = kind(&gold.kind) else { continue };
        let of_kind = counted.entry(gold.kind.clone()).or_default();
        of_kind.count += 1;
        let place = bytes(&gold.text, gold.place);
        let found = find_all(&kind, &gold.text, frame);
        let there = |f: &&Found| f.span.start < place.1 && place.0 < f.span.end;
        match found.iter().find(|f| there(f) && is(&f.value, &gold.value)).or_else(|| found.iter().find(there)) {
            Some(f) if is(&f.value, &gold.value) => of_kind.right += 1,
            Some(f) => of_kind.wrong.push((gold.clone(), shown(&f.value))),
            None => of_kind.missed.push(gold.clone()),
        }
    }
    counted
}

fn bytes(text: &str, (start, end): (usize, usize)) -> (usize, usize) {
    let at = |n: usize| text.char_indices().nth(n).map_or(text.len(), |(at, _)| at);
    (at(start), at(end))
}

/// Amounts are compared without their currency: the marked ones have none.
fn is(found: &Value, wanted: &str) -> bool {
    let number = found.as_f64().or_else(|| found.get("amount")?.as_f64());
    match (number, wanted.parse::<f64>()) {
        (Some(found), Ok(wanted)) => (found - wanted).abs() < 1e-9,
        _ => shown(found) == wanted,
    }
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
