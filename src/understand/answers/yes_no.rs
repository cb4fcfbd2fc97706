//! Yes or no, in the many ways people say it. Only an answer counts: "I have no idea" and "no lamp came" are none.
use crate::understand::lists::Lists;
use crate::understand::normal::{Token, alike, words};
use std::ops::Range;
use std::sync::LazyLock;

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    Lists::of_languages(
        include_str!("../data/yes_no_en.txt"),
        &[
            include_str!("../data/yes_no_de.txt"),
            include_str!("../data/yes_no_fr.txt"),
            include_str!("../data/yes_no_es.txt"),
        ],
    )
});

/// Whether the text says yes, and where.
pub(super) fn yes_or_no(text: &str) -> Option<(bool, Range<usize>)> {
    let tokens = words(text);
    if tokens.is_empty() {
        return thumb(text);
    }
    let start = tokens.iter().position(|token| !LISTS.has("fillers", &token.text))?;
    let rest = tokens.get(start..)?;
    if longest("unsure", rest).is_some() {
        return None;
    }
    let alone = |list: &str| longest(list, rest).filter(|used| breathes(text, rest, *used));
    let only = longest("yes only", rest).filter(|used| *used == tokens.len());
    let yes = longest("yes", rest).max(alone("yes alone")).max(only);
    let no = longest("no", rest).filter(|used| says_no(text, rest, *used)).max(alone("no alone"));
    let (said, used) = match (yes, no) {
        (Some(yes), Some(no)) => (yes > no, yes.max(no)),
        (Some(yes), None) => (true, yes),
        (None, Some(no)) => (false, no),
        (None, None) => return at_the_end(rest),
    };
    let contradicted = rest.get(used..).is_some_and(|after| contradicts(said, after));
    let span = rest.first()?.span.start..rest.get(used - 1)?.span.end;
    (!contradicted).then_some((said, span))
}

/// Whether nothing follows these words in the same breath.
fn breathes(text: &str, tokens: &[Token], used: usize) -> bool {
    let (Some(last), Some(next)) = (tokens.get(used - 1), tokens.get(used)) else { return true };
    let gap = text.get(last.span.end..next.span.start).unwrap_or("");
    !gap.trim().is_empty() || LISTS.has("tail", &next.text)
}

fn thumb(text: &str) -> Option<(bool, Range<usize>)> {
    let (at, face) = text.char_indices().find(|(_, c)| "👍👌✅✔👎❌".contains(*c))?;
    Some((!"👎❌".contains(face), at..at + face.len_utf8()))
}

/// Words of the longest phrase of this list that the text begins with.
fn longest(list: &str, tokens: &[Token]) -> Option<usize> {
    let said = LISTS.of(list).iter().filter(|phrase| begins(tokens, phrase));
    said.map(|phrase| phrase.split(' ').count()).max()
}

fn begins(tokens: &[Token], phrase: &str) -> bool {
    let mut said = tokens.iter();
    phrase.split(' ').all(|word| said.next().is_some_and(|token| same(&token.text, word)))
}

/// Long words may have a slip in them ("definately").
fn same(said: &str, word: &str) -> bool {
    said == word || (word.len() > 6 && alike(said, word))
}

/// A bare "no" in front of a noun counts things; in front of anything else it answers.
fn says_no(text: &str, tokens: &[Token], used: usize) -> bool {
    let [first, second, ..] = tokens else { return true };
    if used > 1 || first.text != "no" {
        return true;
    }
    let gap = text.get(first.span.end..second.span.start).unwrap_or("");
    !gap.trim().is_empty() || LISTS.has("after no", &second.text)
}

/// "yes and no", "yeah no": neither.
fn contradicts(said: bool, after: &[Token]) -> bool {
    let opposite: &[&str] = if said { &["no", "nope", "nah"] } else { &["yes", "yeah", "yep"] };
    let next = after.iter().find(|token| !matches!(token.text.as_str(), "and" | "but" | "or"));
    next.is_some_and(|token| opposite.contains(&token.text.as_str()))
}

/// "I think so", "I'd say no".
fn at_the_end(tokens: &[Token]) -> Option<(bool, Range<usize>)> {
    let [.., before, last] = tokens else { return None };
    let thinks = matches!(before.text.as_str(), "think" | "say" | "guess" | "suppose" | "believe" | "hope" | "afraid");
    let said = match last.text.as_str() {
        "so" | "yes" if before.text != "afraid" || last.text == "so" => true,
        "no" | "not" => false,
        _ => return None,
    };
    let denied = tokens.iter().any(|token| matches!(token.text.as_str(), "dont" | "not") && token.span != last.span);
    (thinks && tokens.len() <= 5).then_some((said && !denied, before.span.start..last.span.end))
}
