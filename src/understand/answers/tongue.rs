//! Numbers, days, times and stretches of time of other languages, put into the English words that the readers of this room
//! know: "übermorgen" becomes "day after tomorrow", "halb drei" "30 minutes to three". One table for each language and
//! subject (`data/dates_de.txt`), since "deux heures" is a time to one question and a stretch of time to another. English
//! words stay as they are: customers mix.
use super::number_words::spelled;
use crate::understand::lists::{Lists, spellings};
use crate::understand::normal::Token;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

/// What is looked for.
#[derive(Clone, Copy)]
pub(super) enum About {
    Numbers,
    Dates,
    Times,
    Durations,
}

/// The words of one language.
struct Tongue {
    numbers: Table,
    dates: Table,
    times: Table,
    durations: Table,
    /// "zweiundzwanzig" is one word.
    compounds: bool,
}

/// Phrases by their first word.
#[derive(Default)]
struct Table(BTreeMap<String, Vec<Phrase>>);

struct Phrase {
    said: Vec<String>,
    english: Vec<String>,
}

/// Stands in the tables for any number, in capitals there.
const ANY_NUMBER: &str = "n";

macro_rules! tongue {
    ($tag:literal, $compounds:literal) => {
        LazyLock::new(|| {
            let numbers = Table::read(include_str!(concat!("../data/numbers_", $tag, ".txt")), &Table::default());
            Tongue {
                dates: Table::read(include_str!(concat!("../data/dates_", $tag, ".txt")), &numbers),
                times: Table::read(include_str!(concat!("../data/times_", $tag, ".txt")), &numbers),
                durations: Table::read(include_str!(concat!("../data/durations_", $tag, ".txt")), &numbers),
                numbers,
                compounds: $compounds,
            }
        })
    };
}

static GERMAN: LazyLock<Tongue> = tongue!("de", true);
static FRENCH: LazyLock<Tongue> = tongue!("fr", false);
static SPANISH: LazyLock<Tongue> = tongue!("es", false);

/// The words of a message in a language, as English ones; each keeps the place of the words it stands for.
pub(super) fn in_english(tokens: Vec<Token>, about: About, tongue: &str) -> Vec<Token> {
    let tongue = match tongue {
        "de" => &GERMAN,
        "fr" => &FRENCH,
        "es" => &SPANISH,
        _ => return tokens,
    };
    let counted = tongue.numbers.put(tokens);
    let counted =
        if tongue.compounds { counted.into_iter().map(|token| tongue.compound(token)).collect() } else { counted };
    match about {
        About::Numbers => counted,
        About::Dates => tongue.dates.put(counted),
        About::Times => tongue.times.put(counted),
        About::Durations => tongue.durations.put(counted),
    }
}

impl Tongue {
    /// "zweiundzwanzig" as its figures.
    fn compound(&self, token: Token) -> Token {
        match self.compound_value(&token.text) {
            Some(value) => Token { text: value.to_string(), ..token },
            None => token,
        }
    }

    fn compound_value(&self, word: &str) -> Option<u32> {
        if let Some((head, tail)) = word.split_once("tausend") {
            return Some(self.times(head, 1_000)? + self.rest(tail)?);
        }
        if let Some((head, tail)) = word.split_once("hundert") {
            return Some(self.times(head, 100)? + self.rest(tail)?);
        }
        let (unit, ten) = word.split_once("und")?;
        let (unit, ten) = (self.simple(unit)?, self.simple(ten)?);
        ((1..10).contains(&unit) && ten >= 20).then_some(ten + unit)
    }

    fn times(&self, head: &str, size: u32) -> Option<u32> {
        let count = if head.is_empty() { 1 } else { self.simple(head).or_else(|| self.compound_value(head))? };
        (count < 1_000).then_some(count * size)
    }

    fn rest(&self, tail: &str) -> Option<u32> {
        let tail = tail.strip_prefix("und").unwrap_or(tail);
        if tail.is_empty() { Some(0) } else { self.simple(tail).or_else(|| self.compound_value(tail)) }
    }

    /// A number of one part: "zwei", "zwanzig".
    fn simple(&self, word: &str) -> Option<u32> {
        if word == "ein" {
            return Some(1);
        }
        let [phrase] = self.numbers.0.get(word)?.as_slice() else { return None };
        let [english] = phrase.english.as_slice() else { return None };
        super::number_words::unit(english).map(|value| value as u32)
    }
}

impl Table {
    /// `ENGLISH: phrase, phrase, …`, written as people write. Numbers in a phrase are looked for in English: they are put
    /// first.
    fn read(file: &'static str, numbers: &Table) -> Table {
        let mut table: BTreeMap<String, Vec<Phrase>> = BTreeMap::new();
        for (english, phrases) in Lists::read(file).all() {
            let english: Vec<String> = english.split_whitespace().map(str::to_owned).collect();
            for phrase in phrases {
                for said in spellings(phrase) {
                    let said = said.into_iter().map(|text| Token { text, stem: String::new(), span: 0..0 }).collect();
                    let said: Vec<String> = numbers.put(said).into_iter().map(|token| token.text).collect();
                    let Some(first) = said.first().cloned() else { continue };
                    table.entry(first).or_default().push(Phrase { said, english: english.clone() });
                }
            }
        }
        Table(table)
    }

    /// The longest phrase at each place goes first.
    fn put(&self, tokens: Vec<Token>) -> Vec<Token> {
        let (mut put, mut at) = (Vec::with_capacity(tokens.len()), 0);
        while let Some(token) = tokens.get(at) {
            let starting = |word: &str| self.0.get(word).into_iter().flatten();
            let here = starting(&token.text).chain(starting(ANY_NUMBER));
            let hits = here.filter_map(|phrase| Some((phrase, phrase.at(&tokens, at)?)));
            match hits.max_by_key(|(_, (used, _))| *used) {
                Some((phrase, (used, number))) => {
                    let all = tokens.get(at..at + used).unwrap_or_default();
                    put.extend(phrase.put(all, tokens.get(number).unwrap_or_default()));
                    at += used;
                }
                None => {
                    put.push(token.clone());
                    at += 1;
                }
            }
        }
        put
    }
}

impl Phrase {
    /// How many words it takes here, and which of them are its number.
    fn at(&self, tokens: &[Token], start: usize) -> Option<(usize, Range<usize>)> {
        let (mut at, mut number) = (start, start..start);
        for word in &self.said {
            if word == ANY_NUMBER {
                let used = number_at(tokens.get(at..)?)?;
                number = at..at + used;
                at += used;
            } else {
                tokens.get(at).filter(|token| token.text == *word)?;
                at += 1;
            }
        }
        Some((at - start, number))
    }

    fn put(&self, all: &[Token], number: &[Token]) -> Vec<Token> {
        let span = all.first().map_or(0, |token| token.span.start)..all.last().map_or(0, |token| token.span.end);
        let mut put = Vec::new();
        for word in &self.english {
            if word.eq_ignore_ascii_case(ANY_NUMBER) {
                put.extend(number.iter().map(|token| Token { span: span.clone(), ..token.clone() }));
            } else {
                put.push(Token { text: word.clone(), stem: String::new(), span: span.clone() });
            }
        }
        put
    }
}

fn number_at(tokens: &[Token]) -> Option<usize> {
    let figures = tokens.first()?.text.starts_with(|c: char| c.is_ascii_digit());
    if figures { Some(1) } else { spelled(tokens).map(|(_, used)| used) }
}
