//! Names of people ("my name is Ann Lee", "I'm Ann", "Ann Lee") and postal addresses.
use super::Found;
use crate::understand::lists::Lists;
use crate::understand::mood::Mood;
use crate::understand::normal::{fold, is_stop_word};
use std::ops::Range;
use std::sync::LazyLock;
use unicode_segmentation::UnicodeSegmentation;

static LISTS: LazyLock<Lists> = LazyLock::new(|| Lists::read(include_str!("../data/names_en.txt")));

/// Words of a name that is still one.
const LONGEST: usize = 5;

struct Word<'a> {
    typed: &'a str,
    folded: String,
    span: Range<usize>,
}

/// How sure it is that a name follows.
#[derive(Clone, Copy, PartialEq)]
enum Lead {
    /// "my name is"
    Sure,
    /// "I'm": much else may follow.
    Weak,
    /// Nothing: the text is the name, or is none.
    Bare,
}

/// The name as it was typed; one without any capital letter is given its own.
pub(super) fn name(text: &str) -> Option<Found> {
    for clause in clauses(text) {
        let all = words(text, clause);
        let at = |lead: Lead, list: &str| {
            LISTS.of(list).iter().filter_map(|phrase| after(&all, phrase)).max().map(|at| (lead, at))
        };
        let (lead, start) = at(Lead::Sure, "sure").or_else(|| at(Lead::Weak, "weak")).unwrap_or((Lead::Bare, 0));
        if let Some(found) = all.get(start..).and_then(|rest| named(text, rest, lead)) {
            return Some(found);
        }
    }
    None
}

/// Sentences and their parts: a name does not reach over a comma.
fn clauses(text: &str) -> impl Iterator<Item = Range<usize>> {
    let base = text.as_ptr() as usize;
    text.split([',', ';', '!', ':', '(', ')', '\n']).flat_map(move |part| {
        let start = part.as_ptr() as usize - base;
        sentence_parts(part).into_iter().map(move |range| start + range.start..start + range.end)
    })
}

/// A full stop ends a sentence where a space follows, but not after "Dr" or an initial.
fn sentence_parts(part: &str) -> Vec<Range<usize>> {
    let (mut found, mut from) = (Vec::new(), 0);
    for (at, _) in part.match_indices(". ") {
        let word = part.get(from..at).and_then(|before| before.split_whitespace().next_back()).unwrap_or("");
        if word.chars().count() > 1 && !LISTS.has("titles", &fold(word)) {
            found.push(from..at);
            from = at + 1;
        }
    }
    found.push(from..part.len());
    found
}

fn words(text: &str, range: Range<usize>) -> Vec<Word<'_>> {
    let clause = text.get(range.clone()).unwrap_or("");
    let whole = clause.split_word_bound_indices().map(|(at, word)| (range.start + at, word));
    // hyphens and apostrophes belong to names; only blanks divide them
    let mut found: Vec<Word<'_>> = Vec::new();
    let mut open: Option<Range<usize>> = None;
    for (at, word) in whole.chain([(range.end, " ")]) {
        if word.trim().is_empty() {
            if let Some(span) = open.take()
                && let Some(typed) = text.get(span.clone())
            {
                found.push(Word { typed, folded: fold(typed), span });
            }
        } else {
            open = Some(open.map_or(at, |span| span.start)..at + word.len());
        }
    }
    found
}

/// The place behind this phrase.
fn after(words: &[Word<'_>], phrase: &str) -> Option<usize> {
    let wanted: Vec<&str> = phrase.split(' ').collect();
    let fits = |window: &[Word<'_>]| window.iter().zip(&wanted).all(|(word, wanted)| word.folded == *wanted);
    words.windows(wanted.len()).position(fits).map(|at| at + wanted.len())
}

fn named(text: &str, rest: &[Word<'_>], lead: Lead) -> Option<Found> {
    let ends = |word: &&Word<'_>| LISTS.has("ends", &word.folded);
    let last = rest.iter().position(|word| ends(&word)).unwrap_or(rest.len());
    let mut parts = rest.get(..last)?;
    // "I'm Ann from the shop": the capitals end where the name does
    let capital = |word: &Word<'_>| word.typed.starts_with(char::is_uppercase);
    if lead != Lead::Bare && parts.first().is_some_and(capital) {
        let run = parts.iter().take_while(|word| capital(word) || LISTS.has("particles", &word.folded)).count();
        parts = parts.get(..run)?;
    } else if last < rest.len() && lead == Lead::Bare && !rest.get(last..)?.iter().all(|word| ends(&word)) {
        return None;
    }
    while parts.last().is_some_and(|word| LISTS.has("particles", &word.folded)) {
        parts = parts.get(..parts.len() - 1)?;
    }
    let (first, end) = (parts.first()?, parts.last()?);
    let typed = text.get(first.span.start..end.span.end)?.trim_end_matches(['.', '\'', '"', '-']);
    let typed = typed.trim_start_matches(['"', '\'']);
    let start = text.get(first.span.start..)?.find(typed)? + first.span.start;
    let fine = parts.len() <= LONGEST && parts.iter().all(is_name_word) && !parts.iter().all(|word| is_title(word));
    (fine && believable(typed, parts, lead)).then(|| Found::new(capitalised(typed), start..start + typed.len()))
}

fn is_title(word: &Word<'_>) -> bool {
    LISTS.has("titles", &word.folded)
}

fn is_name_word(word: &Word<'_>) -> bool {
    let letters = word.typed.chars().filter(|c| c.is_alphabetic()).count();
    let fine = |c: char| c.is_alphabetic() || matches!(c, '\'' | '’' | '-' | '.' | '"') || is_mark(c);
    letters > 0 && word.typed.chars().count() <= 40 && word.typed.chars().all(fine)
}

/// Vowel signs of scripts that write them apart.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

/// "I'm angry" and "refund please" name nobody.
fn believable(typed: &str, parts: &[Word<'_>], lead: Lead) -> bool {
    let common = |word: &Word<'_>| is_stop_word(&word.folded) || LISTS.has("common", &word.folded);
    let particle = |word: &Word<'_>| LISTS.has("particles", &word.folded);
    let capitals = parts.iter().all(|word| word.typed.starts_with(char::is_uppercase) || particle(word));
    let shouted = typed.chars().filter(|c| c.is_alphabetic()).count() > 3 && !typed.chars().any(char::is_lowercase);
    let single_letter = parts.iter().all(|word| word.typed.chars().filter(|c| c.is_alphabetic()).count() < 2);
    let felt = Mood::measure(typed).strongest().is_some();
    // "Will Smith", "May Green": half of it may be a common word where it is written as a name
    if capitals && !shouted && parts.len() > 1 && !parts.iter().all(common) {
        return !single_letter;
    }
    let verbal = |word: &Word<'_>| {
        let long = word.folded.chars().count() > 5;
        long && ["ing", "ed", "ly", "ful", "less"].iter().any(|end| word.folded.ends_with(end))
    };
    match lead {
        Lead::Sure => parts.len() <= 3 && !parts.iter().any(|w| !particle(w) && is_stop_word(&w.folded)),
        _ if parts.iter().any(|word| common(word) && !particle(word)) || felt || single_letter => false,
        Lead::Weak => parts.len() <= 3 && (capitals && !shouted || !parts.iter().any(verbal)),
        Lead::Bare => capitals && !shouted || !parts.iter().any(verbal),
    }
}

/// "ann-marie o'brien" is "Ann-Marie O'Brien"; "de" and "van" inside stay small.
fn capitalised(typed: &str) -> String {
    if typed.chars().any(char::is_uppercase) {
        return typed.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    let word = |(at, word): (usize, &str)| {
        if at > 0 && LISTS.has("particles", word) {
            return word.to_owned();
        }
        let mut begins = true;
        let raised = word.chars().flat_map(|c| {
            let up = std::mem::replace(&mut begins, matches!(c, '-' | '\'' | '’'));
            if up { c.to_uppercase().collect::<Vec<_>>() } else { vec![c] }
        });
        raised.collect()
    };
    typed.split_whitespace().enumerate().map(word).collect::<Vec<String>>().join(" ")
}

/// The whole text where it can be an address: letters and a number, or three words and more. A question is none.
pub(super) fn address(text: &str) -> Option<Found> {
    let trimmed = text.trim();
    let start = text.len() - text.trim_start().len();
    let words = trimmed.split_whitespace().count();
    let letters = trimmed.chars().any(char::is_alphabetic);
    let digit = trimmed.chars().any(char::is_numeric);
    let fits = letters && words > 1 && (digit || words > 2) && !trimmed.ends_with('?') && !trimmed.contains('@');
    fits.then(|| Found::new(trimmed, start..start + trimmed.len()))
}
