//! Feelings in how something is said: a linear model over words, letters and meaning. `benches/feelings.rs` learned it
//! from GoEmotions; `data/feelings.md` says from what, under which licence, and how well.
use super::normal::{Token, words};
use super::table::Hash;
use super::vectors;
use std::sync::LazyLock;

/// What is told apart, in the order of the file, and the labels of GoEmotions that each is learned from.
pub const FEELINGS: [(&str, &[&str]); 5] = [
    ("anger", &["anger", "annoyance", "disgust"]),
    ("worry", &["fear", "nervousness"]),
    ("disappointment", &["disappointment", "sadness", "grief", "remorse"]),
    ("joy", &["joy", "gratitude", "excitement", "love", "admiration", "relief", "pride", "optimism"]),
    ("frustration", &["anger", "annoyance", "disgust", "disapproval", "disappointment"]),
];
const BITS: u32 = 16;
/// Places that words and letters share by their hashes; behind them are those of the meaning.
pub const HASHED: usize = 1 << BITS;
pub const PLACES: usize = HASHED + vectors::SIZE;
/// Numbers before the weights of a feeling: where it begins, and what a weight of 1 is worth, hashed and of the meaning.
pub const HEAD: usize = 3;
const SHORTEST_RUN: usize = 3;
const LONGEST_RUN: usize = 5;

static FILE: &[u8] = include_bytes!("data/feelings.bin");
static MODELS: LazyLock<Vec<Model>> =
    LazyLock::new(|| FILE.chunks_exact(HEAD * 4 + PLACES).filter_map(Model::read).collect());

struct Model {
    start: f32,
    hashed: f32,
    meaning: f32,
    weights: &'static [u8],
}

impl Model {
    fn read(bytes: &'static [u8]) -> Option<Model> {
        let number = |at: usize| bytes.get(at * 4..at * 4 + 4)?.try_into().ok().map(f32::from_le_bytes);
        Some(Model { start: number(0)?, hashed: number(1)?, meaning: number(2)?, weights: bytes.get(HEAD * 4..)? })
    }

    fn score(&self, features: &[(usize, f32)]) -> f32 {
        let part = |(place, value): &(usize, f32)| {
            let worth = if *place < HASHED { self.hashed } else { self.meaning };
            self.weights.get(*place).map_or(0.0, |weight| value * worth * f32::from(weight.cast_signed()))
        };
        self.start + features.iter().map(part).sum::<f32>()
    }
}

/// How likely each of [`FEELINGS`] is, 0 to 1. A text without words has none.
pub fn likely(text: &str) -> [f32; FEELINGS.len()] {
    let tokens = words(text);
    let mut likely = [0.0; FEELINGS.len()];
    if !tokens.is_empty() {
        let features = features(text, &tokens);
        for (likely, model) in likely.iter_mut().zip(MODELS.iter()) {
            *likely = 1.0 / (1.0 + (-model.score(&features)).exp());
        }
    }
    likely
}

/// Places and values: words with pairs, letters, and the meaning, each of like weight.
pub fn features(text: &str, tokens: &[Token]) -> Vec<(usize, f32)> {
    let (mut said, mut runs) = (Vec::new(), Vec::new());
    for token in tokens {
        said.push(place(Hash::of("w ").then(&token.text)));
        add_runs(&mut runs, &token.text);
    }
    for pair in tokens.windows(2) {
        if let [a, b] = pair {
            said.push(place(Hash::of("p ").then(&a.text).then(" ").then(&b.text)));
        }
    }
    let mut all = Vec::with_capacity(said.len() + runs.len() + vectors::SIZE);
    for mut block in [said, runs] {
        block.sort_unstable();
        block.dedup();
        let value = (0.5 / block.len().max(1) as f32).sqrt();
        all.extend(block.into_iter().map(|place| (place, value)));
    }
    all.extend(vectors::meaning(text).into_iter().enumerate().map(|(at, value)| (HASHED + at, value)));
    all
}

fn add_runs(runs: &mut Vec<usize>, word: &str) {
    let letters: Vec<char> = std::iter::once(' ').chain(word.chars()).chain(std::iter::once(' ')).collect();
    for start in 0..letters.len() {
        let mut hash = Hash::of("r ");
        for (size, letter) in (1..).zip(letters.iter().skip(start).take(LONGEST_RUN)) {
            hash = hash.then_char(*letter);
            if size >= SHORTEST_RUN {
                runs.push(place(hash));
            }
        }
    }
}

fn place(hash: Hash) -> usize {
    usize::try_from(hash.0.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - BITS)).unwrap_or(0)
}
