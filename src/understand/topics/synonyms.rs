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

/// The groups that are mentioned, each as often as it is.
pub fn groups(tokens: &[Token]) -> Vec<&'static str> {
    let stems: Vec<String> = tokens.iter().map(|token| token.stem.clone()).collect();
    let phrases = (1..=LONGEST).flat_map(|length| stems.windows(length));
    phrases.filter_map(|phrase| GROUPS.get(phrase)).flatten().copied().collect()
}
