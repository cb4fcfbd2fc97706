//! Values in a sentence that was no answer: "refund order 204518 please". Only what can hardly mean anything else.
use super::{Found, Frame, Kind, choose, contact};
use crate::understand::normal::{cap, is_stop_word, words};
use regex_syntax::hir::{Class, Hir, HirKind};

/// A value shorter than this may count anything.
const SHORTEST: usize = 4;

/// Whether a value of this kind may be taken from a sentence that was not an answer to its question.
pub fn unambiguous(kind: &Kind) -> bool {
    match kind {
        Kind::Email | Kind::Phone => true,
        Kind::Pattern(pattern) => regex_syntax::parse(&pattern.source).is_ok_and(|hir| {
            needs_digit(&hir) && hir.properties().minimum_len().is_some_and(|length| length >= SHORTEST)
        }),
        Kind::OneOf(labels) => labels.iter().any(|label| telling(label)),
        Kind::Rows(rows) => rows.iter().any(|row| telling(&row.label)),
        _ => false,
    }
}

/// A value of an unambiguous kind within a sentence; nothing is guessed or pieced together.
pub fn volunteered(kind: &Kind, text: &str, frame: &Frame) -> Option<Found> {
    if !unambiguous(kind) {
        return None;
    }
    let text = cap(text);
    match kind {
        Kind::Email => contact::email(text),
        Kind::Phone => contact::phone(text, frame),
        Kind::Pattern(pattern) => pattern.find(text),
        Kind::OneOf(labels) => {
            let (at, span) = choose::named(labels, text)?;
            labels.get(at).filter(|label| telling(label)).map(|label| Found::new(label.as_str(), span))
        }
        Kind::Rows(rows) => {
            let labels: Vec<String> = rows.iter().map(|row| row.label.clone()).collect();
            let (at, span) = choose::named(&labels, text)?;
            rows.get(at).filter(|row| telling(&row.label)).map(|row| Found::new(row.value.clone(), span))
        }
        _ => None,
    }
}

/// Whether a label is what people do not say in passing: one telling word, or several of which two tell something.
fn telling(label: &str) -> bool {
    let said = words(label);
    let tells = |word: &str| word.chars().count() >= SHORTEST && !is_stop_word(word) && !super::names::is_common(word);
    match said.as_slice() {
        [word] => tells(&word.text),
        several => several.iter().filter(|word| tells(&word.text)).count() >= 2,
    }
}

/// Whether nothing without a digit matches.
fn needs_digit(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Literal(literal) => literal.0.iter().any(u8::is_ascii_digit),
        HirKind::Class(Class::Unicode(class)) => {
            class.iter().all(|range| range.start().is_numeric() && range.end().is_numeric())
        }
        HirKind::Class(Class::Bytes(class)) => {
            class.iter().all(|range| range.start().is_ascii_digit() && range.end().is_ascii_digit())
        }
        HirKind::Repetition(repeated) => repeated.min > 0 && needs_digit(&repeated.sub),
        HirKind::Capture(capture) => needs_digit(&capture.sub),
        HirKind::Concat(parts) => parts.iter().any(needs_digit),
        HirKind::Alternation(parts) => parts.iter().all(needs_digit),
        HirKind::Empty | HirKind::Look(_) => false,
    }
}
