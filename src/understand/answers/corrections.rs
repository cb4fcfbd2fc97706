//! "no, I meant 204519", "sorry, it's 204519, not 204518", "I made a mistake with the order number": an earlier answer is
//! taken back. Which answer, and whether the new words are one, those decide who know what was asked.
use crate::understand::lists::Lists;
use crate::understand::normal::{Token, cap, is_stop_word, words};
use std::ops::Range;
use std::sync::LazyLock;

const ENGLISH: &str = include_str!("../data/corrections_en.txt");
static LISTS: LazyLock<Lists> = LazyLock::new(|| Lists::read(ENGLISH));
static GERMAN: LazyLock<Lists> =
    LazyLock::new(|| Lists::of_languages(ENGLISH, &[include_str!("../data/corrections_de.txt")]));
static FRENCH: LazyLock<Lists> =
    LazyLock::new(|| Lists::of_languages(ENGLISH, &[include_str!("../data/corrections_fr.txt")]));
static SPANISH: LazyLock<Lists> =
    LazyLock::new(|| Lists::of_languages(ENGLISH, &[include_str!("../data/corrections_es.txt")]));

/// The words of a language beside the English ones, which people use everywhere.
fn lists(language: &str) -> &'static Lists {
    match language.split(['-', '_']).next().unwrap_or("") {
        "de" => &GERMAN,
        "fr" => &FRENCH,
        "es" => &SPANISH,
        _ => &LISTS,
    }
}

/// What a correction says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// The bytes of the text that hold the new value; empty where none was given yet.
    pub rest: Range<usize>,
    /// The words that may name the detail, as they were typed: "order number". Empty where none do.
    pub about: String,
    /// It is one whatever was asked: "I meant", "I made a mistake".
    pub sure: bool,
}

/// Words that a name of a detail has at most.
const ABOUT: usize = 4;
/// Words of a new value that stands alone behind "no," or "sorry".
const SHORT: usize = 3;

/// Reads a correction of somebody who writes in this language. A plain "no" and "no, thanks" are none.
pub fn correction(text: &str, language: &str) -> Option<Correction> {
    let text = cap(text);
    let tokens = words(text);
    let mut reader =
        Reader { lists: lists(language), text, tokens: &tokens, at: 0, about: None, opened: false, sure: false };
    reader.open();
    let claimed = reader.claim();
    let rest = reader.rest();
    let new = text.get(rest.clone()).unwrap_or("");
    let value = new.contains(|c: char| c.is_numeric() || c == '@');
    let bare = reader.opened && value && tokens.len() - reader.at <= SHORT;
    let told = reader.sure || (reader.opened && claimed) || bare;
    let empty = new.is_empty() && reader.about.is_none() && !reader.sure;
    let about = reader.about.and_then(|place| text.get(place)).unwrap_or("").to_owned();
    let sure = reader.sure;
    (told && !empty).then_some(Correction { rest, about, sure })
}

struct Reader<'t> {
    lists: &'static Lists,
    text: &'t str,
    tokens: &'t [Token],
    /// The first word that is not read yet.
    at: usize,
    about: Option<Range<usize>>,
    /// It began like a correction: "no,", "sorry", "actually".
    opened: bool,
    /// It is one whatever follows: "I meant", "I made a mistake".
    sure: bool,
}

impl Reader<'_> {
    /// "sorry, wait, I made a mistake with the order number".
    fn open(&mut self) {
        loop {
            if let Some(used) = self.longest("slips", self.at) {
                self.at += used;
                self.sure = true;
                self.with_about();
            } else if let Some(used) = self.wrong_one() {
                self.at += used;
                self.sure = true;
            } else if let Some(used) = self.longest("openers", self.at) {
                self.at += used;
                self.opened = true;
            } else if let Some(used) = self.longest("fillers", self.at) {
                self.at += used;
            } else {
                return;
            }
        }
    }

    /// "… with the order number", "… in my email".
    fn with_about(&mut self) {
        let Some(used) = self.longest("with", self.at) else { return };
        if let Some(place) = self.thing(self.at + used) {
            self.at = place.end;
            self.about = Some(self.bytes(&place));
        }
    }

    /// "I gave you the wrong order number", "wrong number", "the email is wrong".
    fn wrong_one(&mut self) -> Option<usize> {
        if let Some(used) = self.longest("gave the wrong", self.at) {
            let place = self.thing(self.at + used)?;
            self.about = Some(self.bytes(&place));
            return Some(place.end - self.at);
        }
        let article = self.longest("articles", self.at)?;
        let place = self.thing(self.at + article)?;
        let used = self.longest("is wrong", place.end)?;
        // "the lamp is wrong" complains; only what is told again corrects
        let told = self.opened || place.end + used < self.tokens.len();
        self.about = told.then(|| self.bytes(&place)).or(self.about.take());
        told.then_some(place.end + used - self.at)
    }

    /// "I meant", "it's", "the email is", "change my email to": what stands before the new value.
    fn claim(&mut self) -> bool {
        let start = self.at;
        let found = self.sure_claim()
            || self.claim_of_a_detail()
            || self.longest("claims", self.at).is_some_and(|used| {
                self.at += used;
                true
            });
        self.deny();
        found || self.at > start
    }

    fn sure_claim(&mut self) -> bool {
        if let Some(used) = self.longest("sure claims", self.at) {
            self.at += used;
            self.sure = true;
            return true;
        }
        if let Some(used) = self.longest("change", self.at) {
            let article = self.longest("articles", self.at + used).unwrap_or(0);
            let Some(place) = self.thing(self.at + used + article) else { return false };
            if let Some(to) = self.longest("to", place.end) {
                self.about = Some(self.bytes(&place));
                self.at = place.end + to;
                self.sure = true;
                return true;
            }
        }
        false
    }

    /// "the email is", "my order number should be", "email is actually".
    fn claim_of_a_detail(&mut self) -> bool {
        let article = self.longest("articles", self.at).unwrap_or(0);
        let Some(place) = self.thing(self.at + article) else { return false };
        let (sure, used) = match (self.longest("should be", place.end), self.longest("is", place.end)) {
            (Some(used), _) => (true, used),
            (None, Some(used)) => (false, used),
            (None, None) => return false,
        };
        // "the right one is" names nothing, "the right order number is" an order number
        let right = |at: &usize| self.lists.has("right one", self.word(*at));
        let named = place.start + place.clone().take_while(right).count();
        let whole = !place.clone().all(|at| right(&at));
        self.about = if whole { Some(self.bytes(&(named..place.end))) } else { self.about.take() };
        self.sure |= sure;
        self.at = place.end + used;
        true
    }

    /// "not 204518 but 204519", "not 204518, it's 204519": what stands after it.
    fn deny(&mut self) {
        if !self.lists.has("not", self.word(self.at)) {
            return;
        }
        let but = (self.at + 1..self.tokens.len()).take(ABOUT + 1).find_map(|at| {
            let used = self.longest("but", at).or_else(|| self.longest("claims", at))?;
            Some(at + used)
        });
        if let Some(at) = but {
            self.at = at;
            self.opened = true;
        }
    }

    /// Up to the next end of a thing: "order number" before "is", "to", or a comma.
    fn thing(&self, start: usize) -> Option<Range<usize>> {
        let mut end = start;
        while let Some(token) = self.tokens.get(end).filter(|_| end - start < ABOUT) {
            let figures = token.text.contains(|c: char| c.is_ascii_digit());
            let joins = end > start && token.text == "of";
            let other = (is_stop_word(&token.text) && !joins) || self.lists.has("no thing", &token.text);
            if figures || other || (end > start && self.breath(end)) {
                break;
            }
            end += 1;
        }
        (end > start).then_some(start..end)
    }

    /// What is left, without "not 204518" and "instead of 204518" at its end.
    fn rest(&self) -> Range<usize> {
        let end = self.text.trim_end().len();
        let Some(first) = self.tokens.get(self.at) else { return end..end };
        let cut = (self.at + 1..self.tokens.len()).find(|at| self.longest("instead", *at).is_some());
        let before = cut.and_then(|at| self.tokens.get(at - 1)).map_or(end, |last| last.span.end);
        // a value may begin with a sign: "#204519", "+44 …"
        let from = self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(0, |last| last.span.end);
        let gap = self.text.get(from..first.span.start).unwrap_or("");
        let sign = gap.len() - gap.trim_end_matches(['+', '#', '£', '$', '€', '-', '(']).len();
        first.span.start - sign..before
    }

    fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.text.as_str())
    }

    /// Whether a comma or the like stands before this word.
    fn breath(&self, at: usize) -> bool {
        let end = at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(0, |token| token.span.end);
        let start = self.tokens.get(at).map_or(end, |token| token.span.start);
        self.text.get(end..start).is_some_and(|gap| gap.contains([',', ';', ':', '.', '!', '–', '—']))
    }

    fn bytes(&self, place: &Range<usize>) -> Range<usize> {
        let start = self.tokens.get(place.start).map_or(0, |token| token.span.start);
        start..self.tokens.get(place.end.wrapping_sub(1)).map_or(start, |token| token.span.end)
    }

    /// Words of the longest phrase of this list that stands here.
    fn longest(&self, list: &str, at: usize) -> Option<usize> {
        let here = |phrase: &&&str| phrase.split(' ').enumerate().all(|(i, word)| self.word(at + i) == word);
        self.lists.of(list).iter().filter(here).map(|phrase| phrase.split(' ').count()).max()
    }
}
