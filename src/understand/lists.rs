//! The word lists of `data/*.txt`: `NAME: phrase, phrase, …` a list, indented lines go on, `#` begins a comment.
use super::normal::fold;
use std::collections::BTreeMap;

/// Phrases by the names of their lists, in the order of the file.
#[derive(Debug)]
pub(super) struct Lists(BTreeMap<&'static str, Vec<&'static str>>);

impl Lists {
    pub fn read(file: &'static str) -> Lists {
        let mut lists = Lists(BTreeMap::new());
        lists.add(file);
        lists
    }

    /// The lists of the same names of several languages, as one: customers mix. Their phrases are folded as words of a
    /// message are, and found with their umlauts spelled out too.
    pub fn of_languages(english: &'static str, others: &[&'static str]) -> Lists {
        let mut lists = Lists::read(english);
        for file in others {
            for (name, phrases) in Lists::read(file).0 {
                let folded = phrases.into_iter().flat_map(spellings);
                lists.0.entry(name).or_default().extend(folded.map(|words| &*words.join(" ").leak()));
            }
        }
        lists
    }

    fn add(&mut self, file: &'static str) {
        let lists = &mut self.0;
        let mut name = "";
        for line in file.lines().filter(|line| !line.starts_with('#')) {
            let (heading, phrases) = line.split_once(':').unwrap_or(("", line));
            if !heading.is_empty() {
                name = heading;
            }
            let phrases = phrases.split(',').map(str::trim).filter(|phrase| !phrase.is_empty());
            lists.entry(name).or_default().extend(phrases);
        }
    }

    /// The phrases of one list; none where there is no such list.
    pub fn of(&self, name: &str) -> &[&'static str] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    pub fn has(&self, name: &str, word: &str) -> bool {
        self.of(name).contains(&word)
    }

    pub fn all(&self) -> impl Iterator<Item = (&'static str, &[&'static str])> {
        self.0.iter().map(|(name, phrases)| (*name, phrases.as_slice()))
    }
}

/// A phrase as words are compared, and with its umlauts spelled out ("uebermorgen").
pub(super) fn spellings(phrase: &str) -> Vec<Vec<String>> {
    let folded = |text: &str| text.split_whitespace().map(fold).collect::<Vec<String>>();
    let spelled_out = phrase.replace('ä', "ae").replace('ö', "oe").replace('ü', "ue");
    let mut all = vec![folded(phrase)];
    if spelled_out != phrase {
        all.push(folded(&spelled_out));
    }
    all
}
