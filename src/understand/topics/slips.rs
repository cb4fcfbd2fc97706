//! Slips of the fingers mended: "arived" to "arrived", where the examples or plain English know such a word.
use crate::understand::normal::{Token, distance, is_stop_word, slips_allowed};
use crate::understand::vectors;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Unknown words of one message that are looked up.
const MOST: usize = 40;
/// Shorter words differ by one letter all the time; longer ones are no words.
const SHORTEST: usize = 4;
const LONGEST: usize = 24;

/// Known words by their length, each with the set of its letters.
#[derive(Clone, Debug, Default)]
pub struct Words {
    known: BTreeSet<String>,
    by_length: BTreeMap<usize, Vec<(u32, String)>>,
}

static ENGLISH: LazyLock<Words> = LazyLock::new(|| {
    let letters_only = |word: &&str| word.bytes().all(|b| b.is_ascii_lowercase());
    Words::of(vectors::words().filter(letters_only))
});

impl Words {
    pub fn of<'a>(words: impl Iterator<Item = &'a str>) -> Words {
        let mut all = Words::default();
        for word in words {
            if all.known.insert(word.to_owned()) && !word.chars().any(|c| c.is_ascii_digit()) {
                all.by_length.entry(word.chars().count()).or_default().push((letters(word), word.to_owned()));
            }
        }
        all
    }

    /// The text with the slips in its words mended.
    pub fn mended(&self, text: &str, tokens: &[Token]) -> String {
        let (mut mended, mut at) = (String::with_capacity(text.len()), 0);
        let slipped = tokens.iter().filter(|token| self.may_be_slip(token));
        for token in slipped.take(MOST) {
            let allowed = slips_allowed(&token.text);
            // English has so many words that two slips would find one for any name
            let Some(word) = self.nearest(&token.text, allowed).or_else(|| ENGLISH.nearest(&token.text, 1)) else {
                continue;
            };
            mended.push_str(text.get(at..token.span.start).unwrap_or_default());
            mended.push_str(word);
            at = token.span.end;
        }
        mended.push_str(text.get(at..).unwrap_or_default());
        mended
    }

    fn may_be_slip(&self, token: &Token) -> bool {
        let word = &token.text;
        (SHORTEST..=LONGEST).contains(&word.chars().count())
            && !word.chars().any(|c| c.is_ascii_digit())
            && !self.known.contains(word)
            && !vectors::is_word(word)
            && !is_stop_word(word)
    }

    /// The word with the fewest slips; of equals one that begins alike, then the first.
    fn nearest(&self, wanted: &str, allowed: usize) -> Option<&str> {
        let (size, set) = (wanted.chars().count(), letters(wanted));
        let near =
            self.by_length.range(size.saturating_sub(1).max(SHORTEST - 1)..=size + 1).flat_map(|(_, words)| words);
        // a slip changes at most two letters of the set; this spares most of the comparisons
        let near = near.filter(|(other, _)| (set ^ other).count_ones() as usize <= 2 * allowed);
        let near = near.filter_map(|(_, word)| Some((distance(wanted, word).filter(|d| *d <= allowed)?, word)));
        let other_start = |word: &str| word.chars().next() != wanted.chars().next();
        near.min_by_key(|(slips, word)| (*slips, other_start(word))).map(|(_, word)| word.as_str())
    }
}

fn letters(word: &str) -> u32 {
    word.chars().fold(0, |set, c| set | 1 << (u32::from(c) % 32))
}
