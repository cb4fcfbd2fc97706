//! A text as features: words, pairs of words, synonym groups and character runs by their tf-idf weights, and its meaning.
//! All lengths are such that words, runs and the meaning count alike.
use super::synonyms;
use crate::understand::normal::Token;
use crate::understand::table::{Hash, Table};
use crate::understand::vectors;

/// Squared length of the words, and of the runs; that of the meaning is 1.
const SHARE: f32 = 0.5;
const PAIR: f32 = 0.7;
const GROUP: f32 = 0.9;
/// The word that a text begins with, besides itself: "when" at the beginning asks something else than in the middle.
const FIRST: f32 = 0.5;
/// Runs of so many characters, the edges of a word among them; they carry slips, odd forms and other languages.
const SHORTEST: usize = 2;
const LONGEST: usize = 5;
/// What every text has: topics with more examples are somewhat likelier.
const EVERY: f32 = 0.3;
/// Numbers of the dense part.
pub const DENSE: usize = vectors::SIZE + 1;

/// A text as features: few of very many, and the numbers of its meaning.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// By feature number, in order.
    pub sparse: Vec<(u32, f32)>,
    pub dense: Vec<f32>,
}

impl Row {
    /// The sparse part written out, of `features` numbers.
    pub fn said(&self, features: usize) -> Vec<f32> {
        let mut said = vec![0.0; features];
        for (feature, value) in &self.sparse {
            if let Some(place) = said.get_mut(*feature as usize) {
                *place = *value;
            }
        }
        said
    }
}

/// Features of a text with their weights, each once.
type Bag = Vec<(Hash, f32)>;

#[derive(Clone, Debug, Default)]
pub struct Space {
    numbers: Table,
    /// By feature number; features of few examples weigh more.
    idf: Vec<f32>,
    unknown: f32,
}

impl Space {
    /// The space of these examples.
    pub fn of<'a>(texts: impl Iterator<Item = &'a [Token]>) -> Space {
        let (mut numbers, mut holders, mut total) = (Table::default(), Vec::<u32>::new(), 0.0);
        for tokens in texts {
            total += 1.0;
            let (words, runs) = bags(tokens);
            for (feature, _) in words.into_iter().chain(runs) {
                match holders.get_mut(numbers.add(feature) as usize) {
                    Some(holders) => *holders += 1,
                    None => holders.push(1),
                }
            }
        }
        let idf = |holders: u32| ((1.0 + total) / (1.0 + holders as f32)).ln() + 1.0;
        Space { numbers, idf: holders.into_iter().map(idf).collect(), unknown: idf(0) }
    }

    /// How many features there are; their numbers are smaller.
    pub fn len(&self) -> usize {
        self.idf.len()
    }

    /// The features of a text and its words.
    pub fn row(&self, text: &str, tokens: &[Token]) -> Row {
        let (words, runs) = bags(tokens);
        let mut sparse = self.block(&words);
        sparse.extend(self.block(&runs));
        sparse.sort_unstable_by_key(|(number, _)| *number);
        let mut dense = vectors::meaning(text);
        dense.push(EVERY);
        Row { sparse, dense }
    }

    /// One bag as part of a row. What no example has lengthens it too, so that much that is unknown counts against all topics.
    fn block(&self, bag: &Bag) -> Vec<(u32, f32)> {
        let mut block = Vec::with_capacity(bag.len());
        let mut squares = 0.0;
        for (feature, weight) in bag {
            let number = self.numbers.get(*feature);
            let idf = number.and_then(|n| self.idf.get(n as usize).copied()).unwrap_or(self.unknown);
            let value = weight * idf;
            squares += value * value;
            block.extend(number.map(|number| (number, value)));
        }
        let scale = if squares > 0.0 { (SHARE / squares).sqrt() } else { 0.0 };
        block.iter_mut().for_each(|(_, value)| *value *= scale);
        block
    }
}

/// The words with pairs and groups, and the runs.
fn bags(tokens: &[Token]) -> (Bag, Bag) {
    let (mut words, mut runs) = (Vec::new(), Vec::new());
    let word = |token: &Token| Hash::of("w ").then(&token.stem);
    for token in tokens {
        words.push((word(token), 1.0));
        add_runs(&mut runs, &token.text);
    }
    for pair in tokens.windows(2) {
        if let [a, b] = pair {
            words.push((word(a).then(" ").then(&b.stem), PAIR));
        }
    }
    words.extend(tokens.first().map(|token| (Hash::of("f ").then(&token.stem), FIRST)));
    words.extend(synonyms::groups(tokens).into_iter().map(|group| (Hash::of("g ").then(group), GROUP)));
    (merged(words), merged(runs))
}

fn add_runs(runs: &mut Bag, word: &str) {
    let letters: Vec<char> = std::iter::once(' ').chain(word.chars()).chain(std::iter::once(' ')).collect();
    for start in 0..letters.len() {
        let mut hash = Hash::of("r");
        for (size, letter) in (1..).zip(letters.iter().skip(start).take(LONGEST)) {
            hash = hash.then_char(*letter);
            if size >= SHORTEST {
                runs.push((hash, 1.0));
            }
        }
    }
}

/// Each feature once. What is said often counts less than twice.
fn merged(mut bag: Bag) -> Bag {
    bag.sort_unstable_by_key(|(feature, _)| feature.0);
    let mut merged: Vec<(Hash, f32, f32)> = Vec::with_capacity(bag.len());
    for (feature, weight) in bag {
        match merged.last_mut() {
            Some((last, _, times)) if *last == feature => *times += 1.0,
            _ => merged.push((feature, weight, 1.0)),
        }
    }
    merged.into_iter().map(|(feature, weight, times)| (feature, weight * (1.0 + times.ln()))).collect()
}
