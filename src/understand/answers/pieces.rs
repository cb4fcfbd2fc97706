//! Words with figures and letters apart: "1h30" is `1`, `h`, `30`, and "7:30" two figures with a colon between them.
use super::Frame;
use super::number_words::{spelled, unit};
use super::tongue::{About, in_english};
use crate::understand::normal::{Flat, Token, fold};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

static PIECES: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[0-9]+(?:[.,][0-9]+)*|[\p{L}\p{M}]+|[¼½¾]").ok());

/// The pieces of a text, with the words of other languages in English.
pub(super) struct Pieces<'t> {
    flat: &'t Flat,
    all: Vec<Token>,
}

impl<'t> Pieces<'t> {
    pub fn of(flat: &'t Flat, about: About, frame: &Frame) -> Pieces<'t> {
        let hits = PIECES.as_ref().into_iter().flat_map(|regex| regex.find_iter(&flat.text));
        let piece = |hit: regex::Match<'_>| {
            let figures = hit.as_str().starts_with(|c: char| c.is_ascii_digit() || "¼½¾".contains(c));
            let text = if figures { hit.as_str().to_owned() } else { fold(hit.as_str()) };
            Token { stem: String::new(), text, span: hit.range() }
        };
        let all: Vec<Token> = hits.map(piece).filter(|token| !token.text.is_empty()).collect();
        Pieces { flat, all: in_english(all, about, &frame.tongue()) }
    }

    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// One piece; empty beyond the ends.
    pub fn word(&self, at: usize) -> &str {
        self.all.get(at).map_or("", |token| token.text.as_str())
    }

    pub fn before(&self, at: usize) -> &str {
        at.checked_sub(1).map_or("", |at| self.word(at))
    }

    pub fn from(&self, at: usize) -> &[Token] {
        self.all.get(at..).unwrap_or_default()
    }

    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|token| token.text.as_str())
    }

    pub fn is(&self, at: usize, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(i, word)| self.word(at + i) == *word)
    }

    /// A number in figures or words that begins here, and how many pieces it takes.
    pub fn number(&self, at: usize) -> Option<(f64, usize)> {
        let word = self.word(at);
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            return figure(word).map(|value| (value, 1));
        }
        spelled(self.from(at))
    }

    /// What stands between a piece and the one before it.
    pub fn gap(&self, at: usize) -> &str {
        let end = at.checked_sub(1).and_then(|at| self.all.get(at)).map_or(0, |token| token.span.end);
        let start = self.all.get(at).map_or(self.flat.text.len(), |token| token.span.start);
        self.flat.text.get(end..start).unwrap_or("")
    }

    /// The place of some pieces in the text as it was typed.
    pub fn place(&self, pieces: Range<usize>) -> Range<usize> {
        let start = self.all.get(pieces.start).map_or(0, |token| token.span.start);
        let last = pieces.end.checked_sub(1).and_then(|at| self.all.get(at));
        self.flat.original(start..last.map_or(start, |token| token.span.end))
    }

    /// Whether these pieces are one end of a range or one of a choice: "2-3", "9 to 5", "two or three". Which of the two
    /// is meant nobody can tell.
    pub fn part_of_range(&self, pieces: Range<usize>) -> bool {
        let joins = |word: &str| matches!(word, "to" | "or" | "till" | "until");
        let figures = |at: Option<usize>| at.is_some_and(|at| is_number(self.word(at)));
        let dash = |at: usize| self.gap(at).trim() == "-";
        let (start, end) = (pieces.start, pieces.end);
        let backward = joins(self.before(start)) && figures(start.checked_sub(2))
            || dash(start) && figures(start.checked_sub(1))
            || self.before(start) == "between";
        let forward = joins(self.word(end)) && figures(Some(end + 1)) || dash(end) && figures(Some(end));
        backward || forward
    }
}

/// `2`, `2.5`, `2,5`, `1,000`.
fn figure(word: &str) -> Option<f64> {
    let thousands = word.split(',').skip(1).all(|group| group.len() == 3) && !word.starts_with('0');
    let plain = if thousands { word.replace(',', "") } else { word.replacen(',', ".", 1) };
    plain.parse().ok()
}

fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit()) || unit(word).is_some()
}
