//! What a customer wishes for, in their words: values of the table, bounds of its numbers, and what it must not be.
use super::{Catalog, PRICE};
use crate::understand::normal::{Flat, is_stop_word, words};
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Words in the longest value that is looked for.
const LONGEST: usize = 4;
/// "about 80" is a fifth more or less.
const ABOUT: f64 = 0.2;

/// A number with what stands before and behind it.
static NUMBERS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let before = r"(?P<how>under|below|less than|up to|max(?:imum)?(?: of)?|at most|no more than|not more than|cheaper than|within|budget(?: of)?|over|above|more than|at least|min(?:imum)?(?: of)?|from|starting at|around|about|roughly|approximately|between)?";
    let number = r"(?:£|\$|€)?\s*(?P<a>\d{1,6}(?:\.\d{1,2})?)";
    let second = r"(?:\s*(?:and|to|-)\s*(?:£|\$|€)?\s*(?P<b>\d{1,6}(?:\.\d{1,2})?))?";
    let unit = r"\s*(?P<unit>pounds?|quid|gbp|euros?|cm|mm|m|kg|g|l|inch(?:es)?|w|watts?|lm|lumens?)?\b(?:\s*(?P<more>or (?:less|more|under|over)|max|at most|and up))?";
    Regex::new(&format!(r"(?i){before}\s*{number}{second}{unit}")).ok()
});

/// Words after which a value is not wanted.
const NOT: [&str; 8] = ["no", "not", "without", "except", "dont", "non", "avoid", "hate"];
/// Between such a word and its value may stand.
const SMALL: [&str; 12] = ["in", "a", "an", "any", "the", "of", "made", "want", "like", "please", "too", "really"];
/// Words of asking, and of those a thing is for. They say nothing about the thing.
const GENERIC: &[&str] = &[
    "look",
    "looking",
    "need",
    "want",
    "show",
    "find",
    "buy",
    "get",
    "something",
    "anything",
    "nice",
    "good",
    "please",
    "sell",
    "stock",
    "available",
    "search",
    "searching",
    "like",
    "love",
    "prefer",
    "birthday",
    "present",
    "gift",
    "wife",
    "husband",
    "mother",
    "mum",
    "dad",
    "father",
    "friend",
    "daughter",
    "son",
    "house",
    "home",
    "flat",
    "new",
    "options",
    "ideas",
    "recommend",
    "suggest",
    "hello",
    "hi",
    "thanks",
    "cost",
    "price",
    "priced",
    "budget",
    "pounds",
    "quid",
    "cheap",
    "cheapest",
    "cheaper",
    "inexpensive",
    "affordable",
    "small",
    "big",
    "tall",
    "tallest",
    "size",
    "range",
    "spend",
    "colour",
    "color",
    "style",
    "kind",
    "type",
    "beautiful",
    "pretty",
    "lovely",
    "got",
    "help",
    "choose",
    "one",
    "ones",
    "thing",
    "things",
    "sort",
    "goes",
    "put",
    "stand",
    "high",
    "low",
    "cm",
    "under",
    "over",
    "below",
    "above",
    "between",
    "less",
    "more",
    "than",
    "made",
    "most",
    "least",
    "max",
    "maximum",
    "minimum",
    "around",
    "about",
    "up",
    "person",
    "made",
    "old",
    "year",
    "use",
    "using",
    "also",
    "maybe",
    "perhaps",
    "or",
    "must",
    "should",
    "dimmable",
    "dimmed",
    "dim",
];

/// A number that must be within.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    pub column: usize,
    pub from: Option<f64>,
    pub to: Option<f64>,
}

/// What is wished for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wish {
    /// What each word may mean, by column and value: "brass" is a colour and a material. Of words that may be of the same columns any will
    /// do; of the others all must.
    pub values: Vec<Vec<(usize, String)>>,
    pub not: Vec<(usize, String)>,
    pub bounds: Vec<Bound>,
    pub cheapest: bool,
    /// Stems of the other words.
    pub rest: Vec<String>,
}

impl Catalog {
    /// Reads a customer's words.
    pub fn wish(&self, text: &str) -> Wish {
        let flat = Flat::new(text).text.to_lowercase();
        let mut wish = Wish::default();
        let left = self.bounds(&flat, &mut wish);
        let tokens = words(&self.known.mended(&left, &words(&left)));
        wish.cheapest =
            tokens.iter().any(|t| ["cheap", "cheapest", "inexpensive", "affordable"].contains(&t.text.as_str()));
        let mut at = 0;
        let mut not = false;
        while let Some(token) = tokens.get(at) {
            let longest = (1..=LONGEST).rev().find_map(|length| {
                let stems: Vec<String> = tokens.get(at..at + length)?.iter().map(|t| t.stem.clone()).collect();
                Some((length, self.values.get(&stems)?))
            });
            if let Some((length, found)) = longest {
                if not {
                    wish.not.extend(found.iter().cloned())
                } else {
                    wish.values.push(found.clone())
                }
                at += length;
                // "no red or blue" is both; anything else ends the no
                not = not && tokens.get(at).is_some_and(|t| ["or", "nor"].contains(&t.text.as_str()));
                if not {
                    at += 1;
                }
                continue;
            }
            if NOT.contains(&token.text.as_str()) {
                not = true;
            } else if self.named(&token.text, not, &mut wish) {
                not = false;
            } else if !SMALL.contains(&token.text.as_str()) {
                not = false;
                if !is_stop_word(&token.text)
                    && !GENERIC.contains(&token.text.as_str())
                    && self.column(&token.text).is_none()
                {
                    wish.rest.push(token.stem.clone());
                }
            }
            at += 1;
        }
        wish.values.retain(|any| !any.iter().any(|value| wish.not.contains(value)));
        wish
    }

    /// "dimmable" alone is the column's yes, "not dimmable" is none of it.
    fn named(&self, word: &str, not: bool, wish: &mut Wish) -> bool {
        let yes = "yes".to_owned();
        let Some(column) = self.column(word) else { return false };
        if !self.products.iter().any(|p| self.values_of(p, column).contains(&yes)) {
            return false;
        }
        if not {
            wish.not.push((column, yes))
        } else {
            wish.values.push(vec![(column, yes)])
        }
        true
    }

    /// Takes the bounds of numbers out of a text; what is left of it.
    fn bounds(&self, text: &str, wish: &mut Wish) -> String {
        let Some(numbers) = NUMBERS.as_ref() else { return text.to_owned() };
        let mut left = String::with_capacity(text.len());
        let mut end = 0;
        for found in numbers.captures_iter(text) {
            let (Some(whole), Some(first)) =
                (found.get(0), found.name("a").and_then(|a| a.as_str().parse::<f64>().ok()))
            else {
                continue;
            };
            let second = found.name("b").and_then(|b| b.as_str().parse::<f64>().ok());
            let how = found.name("how").map_or("", |h| h.as_str());
            let more = found.name("more").map_or("", |m| m.as_str());
            let unit = found.name("unit").map_or("", |u| u.as_str());
            let money = whole.as_str().contains(['£', '$', '€'])
                || ["pound", "quid", "gbp", "euro"].iter().any(|m| unit.starts_with(m));
            let by_unit = self.numeric(unit).or_else(|| self.before(text.get(..whole.start()).unwrap_or_default()));
            let column = by_unit.filter(|_| !money).or_else(|| self.column(PRICE));
            let (from, to) = match (how, more) {
                (_, more)
                    if more.contains("less")
                        || more.contains("under")
                        || more.contains("max")
                        || more.contains("most") =>
                {
                    (None, Some(first))
                }
                (_, more) if more.contains("more") || more.contains("over") || more.contains("up") => {
                    (Some(first), None)
                }
                ("over" | "above" | "more than" | "at least" | "from" | "starting at", _) if second.is_none() => {
                    (Some(first), None)
                }
                (how, _) if how.starts_with("min") => (Some(first), None),
                ("around" | "about" | "roughly" | "approximately", _) => {
                    (Some(first * (1.0 - ABOUT)), Some(first * (1.0 + ABOUT)))
                }
                _ if second.is_some() => (Some(first), second),
                // "size 42" is that size; a bare number says nothing
                ("", _) if by_unit.is_some() && !money => (Some(first), Some(first)),
                ("", _) if !money => (None, None),
                _ => (None, Some(first)),
            };
            left.push_str(text.get(end..whole.start()).unwrap_or_default());
            left.push(' ');
            // a word behind the number that is no unit belongs to what is left
            if self.numeric(unit).is_none() && !money {
                left.push_str(unit);
            }
            left.push(' ');
            end = whole.end();
            if let Some(column) = column.filter(|_| from.is_some() || to.is_some()) {
                wish.bounds.push(Bound { column, from, to });
            }
        }
        left.push_str(text.get(end..).unwrap_or_default());
        left
    }

    /// The column of numbers that has this word in its name: `cm` is of `height cm`.
    fn numeric(&self, word: &str) -> Option<usize> {
        let has = |name: &str| name.split_whitespace().any(|part| part == word);
        (0..self.columns.len())
            .find(|n| self.numbers.get(*n) == Some(&true) && self.columns.get(*n).is_some_and(|c| has(c)))
    }

    /// "price under 80", "height at least 150".
    fn before(&self, text: &str) -> Option<usize> {
        let last: Vec<&str> = text.split_whitespace().rev().take(2).collect();
        let seen: BTreeSet<&str> = last.into_iter().collect();
        seen.into_iter().find_map(|word| self.numeric(word))
    }
}
