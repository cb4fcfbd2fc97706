//! The vector space of the examples: tf-idf over stems, stem pairs, synonym groups and character runs.
use super::synonyms;
use crate::understand::normal::{Token, char_ngrams, distance, is_stop_word, slips_allowed};
use std::collections::{BTreeMap, BTreeSet};

/// Share of the words in the length of a vector; the rest are character runs, which carry typos and odd forms.
const WORDS_SHARE: f32 = 0.5;
const STOP_WORD: f32 = 0.65;
const PAIR: f32 = 0.5;
/// Words that only mean something together, as part of a synonym.
const IN_PHRASE: f32 = 0.5;
const GROUP: f32 = 0.9;
/// Weight of what no example contains. At 1 every extra word of a customer would count against all topics.
const UNKNOWN: f32 = 0.65;
/// Unknown words of one message that are looked up with slips.
const MENDED_AT_MOST: usize = 40;

/// Features of a text with their weights.
type Bag = BTreeMap<String, f32>;

/// A sparse vector by feature number, in order; of length 1 together with the features that no example has.
pub type Vector = Vec<(usize, f32)>;

#[derive(Debug, Clone, Default)]
pub struct Space {
    numbers: BTreeMap<String, usize>,
    /// By feature number; features in few topics weigh more.
    idf: Vec<f32>,
    unknown_idf: f32,
    /// Stems of the examples by their number of characters, with their first character: where slips are looked up.
    stems: BTreeMap<usize, BTreeSet<String>>,
}

impl Space {
    /// The space of these texts, each with the number of its topic.
    pub fn of(texts: &[(usize, Vec<Token>)]) -> Space {
        let mut seen_in: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        let mut space = Space::default();
        for (topic, tokens) in texts {
            let (words, runs) = bags(tokens);
            for feature in words.into_keys().chain(runs.into_keys()) {
                seen_in.entry(feature).or_default().insert(*topic);
            }
            space.learn_stems(tokens.iter().map(|token| token.stem.as_str()));
        }
        space.learn_stems(synonyms::known_stems());
        let topics = texts.iter().map(|(topic, _)| topic).collect::<BTreeSet<_>>().len() as f32;
        // counted in topics, not in examples: a word that all examples of one topic share is what marks that topic
        let idf = |holders: usize| ((1.0 + topics) / (1.0 + holders as f32)).ln() + 1.0;
        for (number, (feature, holders)) in seen_in.into_iter().enumerate() {
            space.numbers.insert(feature, number);
            space.idf.push(idf(holders.len()));
        }
        space.unknown_idf = idf(0) * UNKNOWN;
        space
    }

    fn learn_stems<'a>(&mut self, stems: impl Iterator<Item = &'a str>) {
        for stem in stems {
            self.stems.entry(stem.chars().count()).or_default().insert(stem.to_owned());
        }
    }

    /// How many features there are; their numbers are smaller.
    pub fn len(&self) -> usize {
        self.idf.len()
    }

    pub fn vector(&self, tokens: &[Token]) -> Vector {
        let (words, runs) = bags(tokens);
        let mut vector = self.block(&words, WORDS_SHARE);
        vector.extend(self.block(&runs, 1.0 - WORDS_SHARE));
        vector.sort_by_key(|(number, _)| *number);
        vector
    }

    /// One bag as part of a vector: its length is the root of `share`.
    fn block(&self, bag: &Bag, share: f32) -> Vector {
        let mut block = Vector::new();
        let mut squares = 0.0;
        for (feature, weight) in bag {
            let number = self.numbers.get(feature).copied();
            let idf = number.and_then(|n| self.idf.get(n).copied()).unwrap_or(self.unknown_idf);
            let value = weight * idf;
            squares += value * value;
            block.extend(number.map(|number| (number, value)));
        }
        let scale = if squares > 0.0 { (share / squares).sqrt() } else { 0.0 };
        block.iter_mut().for_each(|(_, value)| *value *= scale);
        block
    }

    /// The words with slips mended towards words of the examples: "arived" to "arrived", "lmap" to "lamp".
    pub fn mended(&self, tokens: &[Token]) -> Vec<Token> {
        let mut budget = MENDED_AT_MOST;
        let mend = |token: &Token| {
            let size = token.stem.chars().count();
            let known = self.stems.get(&size).is_some_and(|stems| stems.contains(&token.stem));
            if known || is_stop_word(&token.text) || slips_allowed(&token.stem) == 0 || budget == 0 {
                return token.clone();
            }
            budget -= 1;
            match self.nearest_stem(&token.stem, size) {
                Some(stem) => Token { text: stem.clone(), stem, span: token.span.clone() },
                None => token.clone(),
            }
        };
        tokens.iter().map(mend).collect()
    }

    fn nearest_stem(&self, wanted: &str, size: usize) -> Option<String> {
        let allowed = slips_allowed(wanted);
        let first = wanted.chars().next()?;
        let digits = |word: &str| word.chars().any(|c| c.is_ascii_digit());
        if digits(wanted) {
            return None;
        }
        let near = self.stems.range(size.saturating_sub(1).max(3)..=size + 1).flat_map(|(_, stems)| stems);
        near.filter(|stem| stem.starts_with(first) && !digits(stem))
            .filter_map(|stem| distance(wanted, stem).filter(|d| *d <= allowed).map(|d| (d, stem)))
            .min()
            .map(|(_, stem)| stem.clone())
    }
}

/// The features of a text: words with pairs and groups, and character runs. Often used ones count less than twice.
fn bags(tokens: &[Token]) -> (Bag, Bag) {
    let mut words = Counts::default();
    let mut runs = Counts::default();
    let (groups, phrased) = synonyms::groups(tokens);
    for (token, in_phrase) in tokens.iter().zip(phrased) {
        let weight = if is_stop_word(&token.text) { STOP_WORD } else { 1.0 };
        let weight = if in_phrase { weight * IN_PHRASE } else { weight };
        words.add(format!("w {}", token.stem), weight);
        for run in char_ngrams(&token.text) {
            runs.add(format!("c{run}"), weight);
        }
    }
    for pair in tokens.windows(2) {
        if let [a, b] = pair {
            let stop = is_stop_word(&a.text) && is_stop_word(&b.text);
            words.add(format!("p {} {}", a.stem, b.stem), if stop { PAIR * STOP_WORD } else { PAIR });
        }
    }
    for group in groups {
        words.add(format!("g {group}"), GROUP);
    }
    (words.bag(), runs.bag())
}

#[derive(Default)]
struct Counts(BTreeMap<String, (u32, f32)>);

impl Counts {
    fn add(&mut self, feature: String, weight: f32) {
        let entry = self.0.entry(feature).or_insert((0, 0.0));
        entry.0 += 1;
        entry.1 = entry.1.max(weight);
    }

    fn bag(self) -> Bag {
        self.0.into_iter().map(|(feature, (times, weight))| (feature, weight * (1.0 + (times as f32).ln()))).collect()
    }
}
