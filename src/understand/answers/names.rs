//! Names and addresses in a sentence: "my name is Ann Lee", "I'm Ann", a bare "Ann Lee". No list of names is complete;
//! what tells a name is how it is introduced, its capital letters, and that it is none of the words people use in chats.
use super::Found;
use crate::understand::lists::Lists;
use crate::understand::mood::Mood;
use crate::understand::normal::{cap, fold, is_stop_word};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    Lists::of_languages(
        include_str!("../data/names_en.txt"),
        &[
            include_str!("../data/names_de.txt"),
            include_str!("../data/names_fr.txt"),
            include_str!("../data/names_es.txt"),
        ],
    )
});

static COMMON: LazyLock<BTreeSet<&str>> = LazyLock::new(|| LISTS.of("common").iter().copied().collect());

/// Words of a name with its title and particles; more are a sentence.
const LONGEST: usize = 6;
/// Words of a text that may be a name and nothing else.
const BARE: usize = 4;
/// Words of a message that are looked through.
const READ: usize = 100;

/// A word as it was typed, without the punctuation around it.
struct Word<'t> {
    typed: &'t str,
    folded: String,
    span: Range<usize>,
    /// Something ends behind it: a sentence, or what a comma parts.
    ends: bool,
}

fn words(text: &str) -> Vec<Word<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    for piece in text.split_inclusive(char::is_whitespace) {
        let start = from;
        from += piece.len();
        let typed = piece.trim_matches(|c: char| !c.is_alphanumeric());
        let folded = fold(typed);
        if folded.is_empty() {
            continue;
        }
        let at = start + (piece.len() - piece.trim_start_matches(|c: char| !c.is_alphanumeric()).len());
        let behind = text.get(at + typed.len()..from).unwrap_or("").trim();
        let initial = typed.chars().count() == 1 || LISTS.has("titles", &folded);
        let ends = !(behind.is_empty() || behind == "." && initial);
        found.push(Word { typed, folded, span: at..at + typed.len(), ends });
        if found.len() == READ {
            break;
        }
    }
    found
}

/// The name that the text gives.
pub(super) fn name(text: &str) -> Option<Found> {
    let words = words(text);
    let place = introduced(&words).or_else(|| bare(&words, text))?;
    let used = words.get(place)?;
    let span = used.first()?.span.start..used.last()?.span.end;
    Some(Found::new(capitalised(text.get(span.clone())?), span))
}

/// The name in a text that introduces one, "my name is Ann Lee": a bare name, which any words may look like, is none.
pub fn introduced_name(text: &str) -> Option<Found> {
    let text = cap(text);
    let words = words(text);
    let used = introduced(&words)?;
    let used = words.get(used)?;
    let span = used.first()?.span.start..used.last()?.span.end;
    Some(Found::new(capitalised(text.get(span.clone())?), span))
}

/// "my name is …" with hardly a doubt; "I'm …" only where a name may follow.
fn introduced(words: &[Word<'_>]) -> Option<Range<usize>> {
    let phrase = |list: &str, at: usize| {
        let said = LISTS.of(list).iter().filter(|phrase| begins(words, at, phrase));
        said.map(|phrase| phrase.split(' ').count()).max()
    };
    let sure = (0..words.len()).find_map(|at| {
        let start = at + phrase("introduced", at)?;
        name_at(words, start, |word| !is_no_name(word))
    });
    sure.or_else(|| {
        (0..words.len()).find_map(|at| {
            let start = at + phrase("perhaps introduced", at)?;
            // in lower case only a name alone is one: "i'm ann", but not "i'm ann's friend with the lamp"
            let alone = words.iter().skip(start).all(|word| is_plain(word, false) || is_aside(&word.folded));
            name_at(words, start, |word| is_plain(word, true) && (is_capital(word.typed) || alone))
        })
    })
    .or_else(|| {
        // "Ann here"
        let here =
            words.iter().position(|word| LISTS.has("said behind", &word.folded)).filter(|at| (1..=3).contains(at))?;
        let all = words.get(..here)?.iter().all(|word| is_plain(word, false) && is_capital(word.typed));
        all.then_some(0..here)
    })
}

fn begins(words: &[Word<'_>], at: usize, phrase: &str) -> bool {
    phrase.split(' ').enumerate().all(|(i, part)| words.get(at + i).is_some_and(|word| word.folded == part))
}

/// The words of a name that begins here. After a capital letter only capital letters and particles go on with it.
fn name_at(words: &[Word<'_>], start: usize, first: impl Fn(&Word<'_>) -> bool) -> Option<Range<usize>> {
    let titled = usize::from(words.get(start).is_some_and(|word| LISTS.has("titles", &word.folded)));
    let begin = words.get(start + titled).filter(|word| is_word_of_name(word) && first(word))?;
    let capital = is_capital(begin.typed);
    // "Jürgen Groß": behind a name a capital letter tells more than a feeling
    let named = |word: &Word<'_>| {
        capital && is_capital(word.typed) && !is_stop_word(&word.folded) && !COMMON.contains(word.folded.as_str())
    };
    let mut end = start + titled + 1;
    while let (Some(before), Some(word)) = (words.get(end - 1), words.get(end)) {
        let particle =
            LISTS.has("particles", &word.folded) && !before.ends && words.get(end + 1).is_some_and(is_word_of_name);
        let goes_on = is_word_of_name(word)
            && (!is_no_name(word) || is_initial(word) || named(word))
            && capital == is_capital(word.typed);
        if before.ends || end - start >= LONGEST || !(particle || goes_on) {
            break;
        }
        end += 1;
    }
    Some(start..end)
}

/// A text that is a name and nothing else: "Ann Lee", "hi, ann lee, thanks".
fn bare(words: &[Word<'_>], text: &str) -> Option<Range<usize>> {
    let aside = |word: &&Word<'_>| is_aside(&word.folded);
    let start = words.iter().take_while(aside).count();
    let end = words.len() - words.iter().rev().take_while(aside).count();
    let inner = words.get(start..end)?;
    let titled = inner.first().is_some_and(|word| LISTS.has("titles", &word.folded));
    let rest = inner.get(usize::from(titled)..)?;
    let fits = |word: &Word<'_>| is_plain(word, false) || is_initial(word) || LISTS.has("particles", &word.folded);
    let parted = inner.iter().rev().skip(1).any(|word| word.ends);
    let named = rest.first().is_some_and(|word| is_plain(word, false) || is_initial(word))
        && rest.iter().any(|w| !is_initial(w));
    let fine = named && rest.len() <= BARE && rest.iter().all(fits) && !parted && !text.contains(['?', '@']);
    fine.then_some(start..end)
}

fn is_aside(folded: &str) -> bool {
    LISTS.has("asides", folded)
}

fn is_word_of_name(word: &Word<'_>) -> bool {
    let letters = |c: char| c.is_alphabetic() || matches!(c, '-' | '\'' | '’' | '.');
    word.typed.chars().all(letters) && word.typed.chars().count() <= 30
}

fn is_initial(word: &Word<'_>) -> bool {
    word.typed.chars().count() == 1 && is_capital(word.typed)
}

fn is_capital(typed: &str) -> bool {
    let letters = typed.chars().find(|c| c.is_alphabetic());
    // scripts without capital letters have none to tell by
    letters.is_some_and(|c| c.is_uppercase() || !c.is_lowercase())
}

/// A word that may be a name. In the middle of a sentence a capital letter speaks for one against its ending.
fn is_plain(word: &Word<'_>, within: bool) -> bool {
    let ending =
        || LISTS.of("endings").iter().any(|end| word.folded.len() > end.len() + 2 && word.folded.ends_with(end));
    let by_ending = !(within && is_capital(word.typed)) && ending() && !LISTS.has("names all the same", &word.folded);
    is_word_of_name(word) && !is_no_name(word) && !by_ending && word.typed.chars().count() > 1
}

/// A common word; "Will" and "Joy" with their capital letters are names.
fn is_no_name(word: &Word<'_>) -> bool {
    is_common(&word.folded) && !(is_capital(word.typed) && LISTS.has("names all the same", &word.folded))
}

/// A word that people use in chats, or one that tells a feeling.
pub fn is_common(folded: &str) -> bool {
    is_stop_word(folded) || COMMON.contains(folded) || Mood::measure(folded).strongest().is_some()
}

/// "ann o'brien" is Ann O'Brien; a text with capital letters of its own stays as it is.
fn capitalised(name: &str) -> String {
    if name.chars().any(char::is_uppercase) {
        return name.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    let one = |word: &str| {
        if LISTS.has("particles", &fold(word)) {
            return word.to_owned();
        }
        let mut begins = true;
        let mut out = String::with_capacity(word.len());
        for c in word.chars() {
            if begins {
                out.extend(c.to_uppercase())
            } else {
                out.push(c)
            }
            begins = matches!(c, '-' | '\'' | '’');
        }
        out
    };
    name.split_whitespace().map(one).collect::<Vec<_>>().join(" ")
}

/// The whole text where it can be an address, without "my address is" in front of it.
pub(super) fn address(text: &str) -> Option<Found> {
    let words = words(text);
    let introduced = LISTS.of("before an address").iter().filter(|phrase| begins(&words, 0, phrase));
    let skip = introduced.map(|phrase| phrase.split(' ').count()).max().unwrap_or(0);
    let rest = words.get(skip..)?;
    let thanks = rest.iter().rev().take_while(|word| LISTS.has("after an address", &word.folded)).count();
    let rest = rest.get(..rest.len() - thanks)?;
    let end = if thanks == 0 { text.trim_end().len() } else { rest.last()?.span.end };
    let span = rest.first()?.span.start..end;
    let typed = text.get(span.clone())?;
    let letters = typed.chars().any(char::is_alphabetic);
    let digit = typed.chars().any(char::is_numeric);
    let telling = rest.iter().filter(|word| !is_stop_word(&word.folded)).count();
    let talks = typed.contains(['?', '@']) || rest.iter().any(|word| LISTS.has("talk", &word.folded));
    let fine = letters && !talks && rest.len() >= 2 && (digit || rest.len() >= 3 && telling >= 2);
    fine.then(|| Found::new(typed, span))
}
