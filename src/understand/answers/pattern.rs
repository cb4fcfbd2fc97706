//! A shop's own kind of number: "[0-9]{6}" in "it's 204518 I think".
use super::Found;
use crate::understand::normal::Flat;
use regex::{Regex, RegexBuilder};
use regex_syntax::hir::{Class, Hir, HirKind};
use std::ops::Range;
use std::sync::Arc;

/// A regular expression that a whole value matches.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// As the author wrote it.
    pub source: String,
    /// The same, anchored at both ends. Shared: each copy of a regex reserves a kilobyte to work in.
    pub regex: Arc<Regex>,
}

/// Bytes of compiled program an author's pattern may take; "[0-9]{6}" takes a few hundred.
const LARGEST: usize = 1 << 18;
/// Words that one value may be spread over: "20 45 18".
const WORDS: usize = 6;
/// Rounds of one repetition in a made-up value.
const LONGEST_EXAMPLE: u32 = 100;
/// Words of a message that are looked through.
const WORDS_READ: usize = 400;

impl Pattern {
    /// Fails with the reason, in the words of the regular expression library.
    pub fn new(source: &str) -> Result<Pattern, String> {
        // compiled alone first: "a)|(b" is only balanced by our own brackets
        build(source)?;
        Ok(Pattern { source: source.to_owned(), regex: Arc::new(build(&format!("^(?:{source})$"))?) })
    }

    /// Whether this is such a value and nothing else.
    pub fn matches(&self, value: &str) -> bool {
        self.regex.is_match(value)
    }

    /// A made-up value that fits; which one is up to `draw`, which is told among how many to choose. `None` where none is found.
    pub fn example(&self, mut draw: impl FnMut(usize) -> usize) -> Option<String> {
        let hir = regex_syntax::parse(&self.source).ok()?;
        let mut value = String::new();
        example(&hir, &mut draw, &mut value);
        self.matches(&value).then_some(value)
    }

    /// The value within a sentence: whole words only, so that "2045189" holds no six-digit number. Digits may be
    /// spread out ("204 518") and dressed up ("#204518").
    pub(super) fn find(&self, text: &str) -> Option<Found> {
        let trimmed = text.trim();
        if !trimmed.is_empty() && self.matches(trimmed) {
            let start = text.len() - text.trim_start().len();
            return Some(Found::new(trimmed, start..start + trimmed.len()));
        }
        let flat = Flat::new(text);
        let words = words_of(&flat.text);
        self.find_in_words(&flat.text, &words, str::to_owned)
            .or_else(|| self.find_in_words(&flat.text, &words, without_gaps))
            .map(|(value, span)| Found::new(value, flat.original(span)))
    }

    /// The first run of words that matches after `cleaned`; of runs that begin together the longest.
    fn find_in_words(
        &self,
        text: &str,
        words: &[Range<usize>],
        cleaned: impl Fn(&str) -> String,
    ) -> Option<(String, Range<usize>)> {
        for (first, word) in words.iter().enumerate() {
            let last = (first + WORDS).min(words.len());
            for end in words.get(first..last).unwrap_or_default().iter().rev() {
                for span in trims(text, word.start..end.end) {
                    let value = cleaned(text.get(span.clone()).unwrap_or(""));
                    if !value.is_empty() && self.matches(&value) {
                        return Some((value, span));
                    }
                }
            }
        }
        None
    }
}

/// Letters and digits of a class where it has any; of a repetition the fewest rounds.
fn example(hir: &Hir, draw: &mut impl FnMut(usize) -> usize, value: &mut String) {
    match hir.kind() {
        HirKind::Literal(literal) => value.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(Class::Unicode(class)) => {
            let plain = |c: &char| class.iter().any(|range| (range.start()..=range.end()).contains(c));
            let fitting: Vec<char> = ('0'..='9').chain('A'..='Z').chain('a'..='z').filter(plain).collect();
            let chosen = fitting.get(draw(fitting.len())).copied();
            value.extend(chosen.or_else(|| class.iter().next().map(|range| range.start())));
        }
        HirKind::Repetition(repeated) => {
            let rounds = repeated.min.max(u32::from(repeated.max != Some(0))).min(LONGEST_EXAMPLE);
            (0..rounds).for_each(|_| example(&repeated.sub, draw, value));
        }
        HirKind::Capture(capture) => example(&capture.sub, draw, value),
        HirKind::Concat(parts) => parts.iter().for_each(|part| example(part, draw, value)),
        HirKind::Alternation(ways) => {
            if let Some(way) = ways.get(draw(ways.len())) {
                example(way, draw, value);
            }
        }
        HirKind::Empty | HirKind::Look(_) | HirKind::Class(Class::Bytes(_)) => {}
    }
}

fn build(source: &str) -> Result<Regex, String> {
    RegexBuilder::new(source).size_limit(LARGEST).case_insensitive(true).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "the pattern is too large".to_owned(),
        other => other.to_string(),
    })
}

/// What stands between spaces, and in "no.:204518" between colons. Runs of words include what parts them, so values
/// with a colon of their own are found all the same.
fn words_of(text: &str) -> Vec<Range<usize>> {
    let pieces = text.split([' ', ':', '=', ',', ';']).scan(0, |at, piece| {
        let start = *at;
        *at += piece.len() + 1;
        Some(start..start + piece.len())
    });
    pieces.filter(|span| !span.is_empty()).take(WORDS_READ).collect()
}

/// The span itself, and without the punctuation around it.
fn trims(text: &str, span: Range<usize>) -> Vec<Range<usize>> {
    let piece = text.get(span.clone()).unwrap_or("");
    let inner = piece.trim_matches(|c: char| !c.is_alphanumeric());
    let start = span.start + (piece.len() - piece.trim_start_matches(|c: char| !c.is_alphanumeric()).len());
    let behind = piece.trim_end_matches([',', '.', '!', '?', ';', ':', ')', '"', '\'']);
    let mut spans = vec![span.clone(), span.start..span.start + behind.len()];
    if !inner.is_empty() {
        spans.push(start..start + inner.len());
    }
    spans.dedup();
    spans
}

/// Digits with spaces, dashes, dots or slashes between them are pulled together, where there is nothing else.
fn without_gaps(piece: &str) -> String {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let plain = !piece.contains(|c: char| !(c.is_ascii_digit() || " -./#".contains(c)));
    if plain && digit(piece.chars().next()) && digit(piece.chars().last()) {
        piece.chars().filter(char::is_ascii_digit).collect()
    } else {
        String::new()
    }
}
