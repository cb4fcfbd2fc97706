//! A shop's own kind of number: "[0-9]{6}" in "it's 204518 I think".
use super::Found;
use crate::understand::normal::Flat;
use regex::{Regex, RegexBuilder};
use std::ops::Range;

/// A regular expression that a whole value matches.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// As the author wrote it.
    pub source: String,
    /// The same, anchored at both ends.
    pub regex: Regex,
}

/// Bytes of compiled program an author's pattern may take; "[0-9]{6}" takes a few hundred.
const LARGEST: usize = 1 << 18;
/// Words that one value may be spread over: "20 45 18".
const WORDS: usize = 6;
/// Words of a message that are looked through.
const WORDS_READ: usize = 400;

impl Pattern {
    /// Fails with the reason, in the words of the regular expression library.
    pub fn new(source: &str) -> Result<Pattern, String> {
        // compiled alone first: "a)|(b" is only balanced by our own brackets
        build(source)?;
        Ok(Pattern { source: source.to_owned(), regex: build(&format!("^(?:{source})$"))? })
    }

    /// Whether this is such a value and nothing else.
    pub fn matches(&self, value: &str) -> bool {
        self.regex.is_match(value)
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
