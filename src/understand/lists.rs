//! The word lists of `data/*.txt`: `NAME: phrase, phrase, …` a list, indented lines go on, `#` begins a comment.
use std::collections::BTreeMap;

/// Phrases by the names of their lists, in the order of the file.
#[derive(Debug)]
pub(super) struct Lists(BTreeMap<&'static str, Vec<&'static str>>);

impl Lists {
    pub fn read(file: &'static str) -> Lists {
        let mut lists: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut name = "";
        for line in file.lines().filter(|line| !line.starts_with('#')) {
            let (heading, phrases) = line.split_once(':').unwrap_or(("", line));
            if !heading.is_empty() {
                name = heading;
            }
            let phrases = phrases.split(',').map(str::trim).filter(|phrase| !phrase.is_empty());
            lists.entry(name).or_default().extend(phrases);
        }
        Lists(lists)
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
