//! The parts of a message that may carry the request: "Hi there! My lamp came broken, I'd like my money back. Thanks."
use crate::understand::normal::{Token, is_stop_word};
use std::ops::Range;

/// Parts looked at in one message. People state what they want early or at the end; the middle of a very long message
/// is still read as part of the whole.
const MOST: usize = 24;

/// Index ranges of `tokens`: the sentences, then the clauses within them. Parts that say nothing are left out.
pub fn parts(text: &str, tokens: &[Token]) -> Vec<Range<usize>> {
    let sentences = split(text, tokens, 0..tokens.len(), |gap, _| gap.contains(['.', '!', '?', '\n', '…', ';']));
    let mut parts: Vec<Range<usize>> = Vec::new();
    for sentence in sentences {
        let clauses = split(text, tokens, sentence.clone(), |gap, next| {
            gap.contains([',', ':', '(', ')', '–', '—']) || gap.contains(" - ") || JOINTS.contains(&next)
        });
        parts.push(sentence);
        parts.extend(clauses);
    }
    parts.retain(|part| part.len() < tokens.len() && says_something(tokens.get(part.clone()).unwrap_or_default()));
    parts.sort_by_key(|part| (part.start, part.end));
    parts.dedup();
    if parts.len() > MOST {
        parts.drain(MOST / 2..parts.len() - MOST / 2);
    }
    parts
}

/// Words that begin a new thought.
static JOINTS: &[&str] = &["and", "but", "because", "so", "then", "also"];

/// Cuts `range` wherever `cuts(text between two words, the next word)`.
fn split(text: &str, tokens: &[Token], range: Range<usize>, cuts: impl Fn(&str, &str) -> bool) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = range.start;
    for (at, pair) in tokens.windows(2).enumerate().skip(range.start).take(range.len().saturating_sub(1)) {
        let [before, after] = pair else { continue };
        if cuts(text.get(before.span.end..after.span.start).unwrap_or(""), &after.text) {
            parts.push(start..at + 1);
            start = at + 1;
        }
    }
    parts.push(start..range.end);
    parts
}

/// At least two words of substance: a single one is too little to tell topics apart by.
fn says_something(tokens: &[Token]) -> bool {
    tokens.iter().filter(|token| !is_stop_word(&token.text)).count() >= 2
}
