//! Groups of words that mean the same in customer service, so that a few examples go further.
use crate::understand::lists::Lists;
use crate::understand::normal::{Token, words};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Phrases by their stems, with the groups they belong to. English; words of other languages simply are in no group.
static GROUPS: LazyLock<BTreeMap<Vec<String>, Vec<&'static str>>> =
    LazyLock::new(|| read(include_str!("../data/synonyms_en.txt")));

fn read(file: &'static str) -> BTreeMap<Vec<String>, Vec<&'static str>> {
    let mut groups: BTreeMap<Vec<String>, Vec<&'static str>> = BTreeMap::new();
    for (name, phrases) in Lists::read(file).all() {
        for phrase in phrases {
            let names = groups.entry(words(phrase).into_iter().map(|word| word.stem).collect()).or_default();
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    groups
}

/// Words in the longest phrase of the file.
const LONGEST: usize = 5;

/// The groups that are mentioned, each as often as it is, and for every word whether it is part of a longer phrase:
/// "arrived" in "hasn't arrived" says something else than alone.
pub fn groups(tokens: &[Token]) -> (Vec<&'static str>, Vec<bool>) {
    let stems: Vec<String> = tokens.iter().map(|token| token.stem.clone()).collect();
    let (mut found, mut phrased) = (Vec::new(), vec![false; stems.len()]);
    for length in 1..=LONGEST {
        for (at, phrase) in stems.windows(length).enumerate() {
            let Some(names) = GROUPS.get(phrase) else { continue };
            found.extend(names);
            if length > 1 {
                phrased.iter_mut().skip(at).take(length).for_each(|word| *word = true);
            }
        }
    }
    (found, phrased)
}

/// The words of the groups, so that a slip in them can be mended.
pub fn known_stems() -> impl Iterator<Item = &'static str> {
    GROUPS.keys().flatten().map(String::as_str).filter(|stem| stem.len() > 3)
}
