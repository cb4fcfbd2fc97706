//! Typed words against the labels of buttons.
use super::number_words;
use super::yes_no::yes_or_no;
use crate::understand::normal::{Token, alike, distance, is_stop_word, joined, words};
use std::ops::Range;

/// How much better than the next the best fuzzy match must be, as a share of its words.
const MARGIN: f32 = 0.2;
/// And how much of a label must be recognised at all.
const ENOUGH: f32 = 0.6;
/// Words of a text that may be a label misspelt; longer texts are about something else.
const FUZZY_WORDS: usize = 12;

/// The label that is meant: said exactly, then said within the text, then by its number, then nearly. `None` where two
/// fit equally well.
pub fn choose(labels: &[String], text: &str) -> Option<usize> {
    chosen(labels, text).map(|(at, _)| at)
}

/// A label and the words that chose it.
pub(super) fn chosen(labels: &[String], text: &str) -> Option<(usize, Range<usize>)> {
    let said = words(text);
    let labels: Vec<Vec<Token>> = labels.iter().map(|label| words(label)).collect();
    let all = said.first()?.span.start..said.last()?.span.end;
    let exact: Vec<usize> = matching(&labels, |label| joined(label) == joined(&said));
    if !exact.is_empty() {
        return only(&exact).map(|at| (at, all));
    }
    match contained(&labels, text, &said) {
        Search::One(at, span) => return Some((at, span)),
        Search::Several => return None,
        Search::None => {}
    }
    by_answer(&labels, text)
        .or_else(|| by_number(&said, labels.len()).map(|at| (at, all.clone())))
        .or_else(|| by_part(&labels, &said).map(|at| (at, all.clone())))
        .or_else(|| nearly(&labels, &said).map(|at| (at, all)))
}

/// The one label whose words stand in the text, and their place. Nothing is guessed.
pub(super) fn named(labels: &[String], text: &str) -> Option<(usize, Range<usize>)> {
    let labels: Vec<Vec<Token>> = labels.iter().map(|label| words(label)).collect();
    match contained(&labels, text, &words(text)) {
        Search::One(at, span) => Some((at, span)),
        Search::Several | Search::None => None,
    }
}

enum Search {
    One(usize, Range<usize>),
    Several,
    None,
}

fn matching(labels: &[Vec<Token>], fits: impl Fn(&[Token]) -> bool) -> Vec<usize> {
    labels.iter().enumerate().filter(|(_, label)| !label.is_empty() && fits(label)).map(|(at, _)| at).collect()
}

fn only(found: &[usize]) -> Option<usize> {
    if let [at] = found { Some(*at) } else { None }
}

/// Labels whose words stand together in the text, not denied. A label within a longer one that is said too ("refund" in
/// "refund status") does not count.
fn contained(labels: &[Vec<Token>], text: &str, said: &[Token]) -> Search {
    let mut found: Vec<(usize, Range<usize>)> = Vec::new();
    for (at, label) in labels.iter().enumerate() {
        // "no" and "other" are too common to be a choice in the middle of a sentence
        if label.iter().all(|token| is_stop_word(&token.text) || is_answer(&token.text)) {
            continue;
        }
        let places = said.windows(label.len()).enumerate();
        let place = places.filter(|(_, window)| same_words(window, label)).find(|(start, _)| !denied(said, *start));
        found.extend(place.map(|(start, _)| (at, start..start + label.len())));
    }
    let within = |inner: &Range<usize>, outer: &Range<usize>| {
        outer.start <= inner.start && inner.end <= outer.end && outer.len() > inner.len()
    };
    let longest: Vec<_> = found.iter().filter(|(_, a)| !found.iter().any(|(_, b)| within(a, b))).collect();
    match longest.as_slice() {
        [] => Search::None,
        [(at, place)] => Search::One(*at, span_of(said, place, text)),
        _ => Search::Several,
    }
}

fn same_words(a: &[Token], b: &[Token]) -> bool {
    a.iter().zip(b).all(|(a, b)| a.stem == b.stem)
}

fn is_answer(word: &str) -> bool {
    matches!(word, "yes" | "no" | "not" | "none" | "other" | "one" | "else" | "something" | "nothing")
}

/// "not damaged", "it isn't damaged".
fn denied(said: &[Token], start: usize) -> bool {
    let before = said.get(start.saturating_sub(2)..start).unwrap_or_default();
    before.iter().any(|token| crate::understand::mood::negates(&token.text))
}

/// "I have no photo" is nearly "I have a photo", and means the contrary.
fn denies(tokens: &[Token]) -> bool {
    tokens.iter().any(|token| crate::understand::mood::negates(&token.text))
}

fn span_of(said: &[Token], place: &Range<usize>, text: &str) -> Range<usize> {
    let start = said.get(place.start).map_or(0, |token| token.span.start);
    start..said.get(place.end.wrapping_sub(1)).map_or(text.len(), |token| token.span.end)
}

/// "yep" for a button "Yes, please".
fn by_answer(labels: &[Vec<Token>], text: &str) -> Option<(usize, Range<usize>)> {
    let (yes, span) = yes_or_no(text)?;
    let same = matching(labels, |label| yes_or_no(&joined(label)).is_some_and(|(labelled, _)| labelled == yes));
    only(&same).map(|at| (at, span))
}

/// "2", "number two", "the second one", "the last one, please".
fn by_number(said: &[Token], count: usize) -> Option<usize> {
    const AROUND: &[&str] = &[
        "a", "answer", "button", "choice", "choose", "go", "i", "id", "ill", "is", "it", "its", "like", "no", "nr",
        "number", "option", "pick", "please", "select", "take", "thanks", "that", "the", "want", "with", "would",
    ];
    let telling: Vec<&str> = said.iter().map(|t| t.text.as_str()).filter(|word| !AROUND.contains(word)).collect();
    let number = match telling.as_slice() {
        ["last"] | ["last", "one" | "option"] => count,
        [word] | [word, "one"] => number_words::ordinal(word).or_else(|| cardinal(word))?,
        _ => return None,
    };
    (1..=count).contains(&number).then(|| number - 1)
}

fn cardinal(word: &str) -> Option<usize> {
    word.parse().ok().or_else(|| number_words::unit(word).map(|value| value as usize))
}

/// The text's telling words are all in one label: "damaged" for "It arrived damaged".
fn by_part(labels: &[Vec<Token>], said: &[Token]) -> Option<usize> {
    let telling: Vec<&Token> = said.iter().filter(|token| !is_stop_word(&token.text)).collect();
    if telling.is_empty() || telling.len() > FUZZY_WORDS {
        return None;
    }
    let holds = |label: &[Token]| telling.iter().all(|token| label.iter().any(|word| word.stem == token.stem));
    only(&matching(labels, |label| denies(label) == denies(said) && holds(label)))
}

/// With slips of the fingers: the share of the label's telling words that are in the text, weighed by how alike.
fn nearly(labels: &[Vec<Token>], said: &[Token]) -> Option<usize> {
    if said.len() > FUZZY_WORDS {
        return None;
    }
    let fits = |label: &[Token]| if denies(label) == denies(said) { likeness(label, said) } else { 0.0 };
    let scores = labels.iter().map(|label| fits(label));
    let mut ranked: Vec<(f32, usize)> = scores.enumerate().map(|(at, score)| (score, at)).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let next = ranked.get(1).map_or(0.0, |(score, _)| *score);
    ranked.first().filter(|(score, _)| *score >= ENOUGH && score - next >= MARGIN).map(|(_, at)| *at)
}

fn likeness(label: &[Token], said: &[Token]) -> f32 {
    let telling = |tokens: &[Token]| -> Vec<Token> {
        let kept: Vec<Token> = tokens.iter().filter(|token| !is_stop_word(&token.text)).cloned().collect();
        if kept.is_empty() { tokens.to_vec() } else { kept }
    };
    let (label, said) = (telling(label), telling(said));
    let best = |word: &Token| said.iter().map(|other| word_likeness(word, other)).fold(0.0, f32::max);
    let hit: f32 = label.iter().map(best).sum();
    // words that the label lacks weaken the match: "the lamp" is not "the lamp and the shade and the bulb"
    let size = label.len().max(said.len());
    if size == 0 { 0.0 } else { hit / size as f32 }
}

fn word_likeness(a: &Token, b: &Token) -> f32 {
    if a.stem == b.stem {
        return 1.0;
    }
    let size = a.text.chars().count().max(b.text.chars().count());
    match distance(&a.text, &b.text) {
        Some(edits) if alike(&a.text, &b.text) => 1.0 - edits as f32 / size as f32,
        _ => 0.0,
    }
}
