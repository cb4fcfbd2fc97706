//! How well a passage answers a question: signs from 0 to 1, and what they come to together.
use super::read::{Article, Passage};
use crate::understand::lists::Lists;
use crate::understand::normal::{Token, is_stop_word, words};
use crate::understand::topics::slips::Words as Known;
use crate::understand::vectors::{self, Meaning};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use unicode_segmentation::UnicodeSegmentation;

/// Candidates by their meaning, beside those by their words.
const BY_MEANING: usize = 12;
/// Words that are no more alike than this have nothing in common.
const UNLIKE: f32 = 0.3;
/// Words of one group of synonyms are nearly the same word.
const SYNONYM: f32 = 0.9;
/// Words that are so alike are looked up too, so many for each word of the question.
const LIKE: f32 = 0.6;
const MOST_LIKE: usize = 6;
/// Half of what a sum of shared rare words can come to.
const HALF: f32 = 12.0;

/// How many signs there are.
pub const SIGNS: usize = 7;

/// Why a passage has its score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Signs {
    /// Likeness of the whole question to the whole passage.
    pub meaning: f32,
    /// Likeness of the question to the title and the heading.
    pub title: f32,
    /// The share of the question's words, the rare ones counting more, that the passage has in these or like words.
    pub spoken_of: f32,
    /// The same of words that stand there as they are.
    pub word_for_word: f32,
    /// How rare the words are that both have.
    pub words: f32,
    /// Likeness of the whole question to the passage's best sentence.
    pub sentence: f32,
    /// The weight of the heaviest word of the question that the passage does not speak of.
    pub missing: f32,
}

impl Signs {
    pub fn list(&self) -> [f32; SIGNS] {
        [self.meaning, self.title, self.spoken_of, self.word_for_word, self.words, self.sentence, self.missing]
    }

    /// A logistic model.
    pub fn score(&self) -> f32 {
        let sum: f32 = self.list().iter().zip(WEIGHTS).map(|(sign, weight)| sign * weight).sum::<f32>() + BIAS;
        1.0 / (1.0 + (-sum).exp())
    }
}

/// Chosen on one half of the demo shop's questions; the other half is what is reported (docs/knowledge.md).
const WEIGHTS: [f32; SIGNS] = [2.19, 2.26, 3.0, 1.52, 2.37, 1.64, -1.79];
const BIAS: f32 = -4.75;

/// The places of all known words in the order of how common they are.
static RANKS: LazyLock<BTreeMap<&'static str, usize>> =
    LazyLock::new(|| vectors::words().enumerate().map(|(rank, word)| (word, rank)).collect());

type Groups = BTreeMap<String, Vec<&'static str>>;

/// Groups of words that stand for each other, by stem, and all these words.
static GROUPS: LazyLock<(Groups, BTreeSet<String>)> = LazyLock::new(|| {
    let mut groups = Groups::new();
    let mut spelled = BTreeSet::new();
    for (name, like) in Lists::read(include_str!("../data/like_words_en.txt")).all() {
        for token in like.iter().flat_map(|word| words(word)) {
            groups.entry(token.stem).or_default().push(name);
            spelled.insert(token.text);
        }
    }
    (groups, spelled)
});

fn groups(token: &Token) -> Vec<&'static str> {
    GROUPS.0.get(&token.stem).cloned().unwrap_or_default()
}

/// A question as it is compared.
#[derive(Debug)]
pub struct Asked {
    /// Its words with their slips mended, those left out that say little.
    pub words: Vec<Token>,
    weights: Vec<f32>,
    meaning: Meaning,
    /// For each of its words the likeness to all words of the articles.
    likeness: Vec<Vec<f32>>,
}

/// What is known of all passages.
#[derive(Debug)]
pub struct Scales {
    passages: Vec<Weighed>,
    /// All words of the articles: stem, how many passages have it, what it means, its groups of synonyms.
    vocabulary: Vec<Word>,
    numbers: BTreeMap<String, usize>,
    known: Known,
}

#[derive(Debug)]
struct Weighed {
    meaning: Meaning,
    title: Meaning,
    sentences: Vec<Meaning>,
    words: Vec<usize>,
}

#[derive(Debug)]
struct Word {
    stem: String,
    passages: usize,
    meaning: Meaning,
    groups: Vec<&'static str>,
}

impl Scales {
    pub fn of(articles: &[Article], passages: &[Passage]) -> Self {
        let mut scales =
            Self { passages: vec![], vocabulary: vec![], numbers: BTreeMap::new(), known: Known::default() };
        let mut spelled = BTreeSet::new();
        for passage in passages {
            let title = articles.get(passage.article).map_or("", |a| a.title.as_str());
            let head =
                if passage.heading.is_empty() { title.to_owned() } else { format!("{title}: {}", passage.heading) };
            let tokens: Vec<Token> = words(&format!("{head}. {}", passage.text));
            let numbers: BTreeSet<usize> = tokens.iter().map(|token| scales.number(token)).collect();
            spelled.extend(tokens.into_iter().map(|token| token.text));
            for number in &numbers {
                scales.vocabulary.get_mut(*number).iter_mut().for_each(|word| word.passages += 1);
            }
            let meaning = vectors::meaning(&format!("{head}. {}", passage.text));
            scales.passages.push(Weighed {
                meaning,
                title: vectors::meaning(&head),
                sentences: passage.text.unicode_sentences().map(vectors::meaning).collect(),
                words: numbers.into_iter().collect(),
            });
        }
        // what stands in a group is no slip of another word
        spelled.extend(GROUPS.1.iter().cloned());
        scales.known = Known::of(spelled.iter().map(String::as_str));
        scales
    }

    fn number(&mut self, token: &Token) -> usize {
        if let Some(number) = self.numbers.get(&token.stem) {
            return *number;
        }
        let number = self.vocabulary.len();
        let word = Word {
            stem: token.stem.clone(),
            passages: 0,
            meaning: vectors::meaning(&token.text),
            groups: groups(token),
        };
        self.vocabulary.push(word);
        self.numbers.insert(token.stem.clone(), number);
        number
    }

    /// A question, its slips mended.
    pub fn read(&self, question: &str) -> Asked {
        // "the lamp's cord" is about a lamp
        let question = question.replace("'s ", " ").replace("\u{2019}s ", " ");
        let mended = self.known.mended(&question, &words(&question));
        let mut seen = BTreeSet::new();
        let tokens: Vec<Token> =
            words(&mended).into_iter().filter(|t| !is_stop_word(&t.text) && seen.insert(t.stem.clone())).collect();
        let weights: Vec<f32> = tokens.iter().map(|token| self.weight(token)).collect();
        let likeness: Vec<Vec<f32>> = tokens.iter().map(|token| self.likeness(token)).collect();
        Asked { weights, likeness, words: tokens, meaning: vectors::meaning(&mended) }
    }

    /// Rare in the articles, rare in English.
    fn weight(&self, token: &Token) -> f32 {
        let all = self.passages.len() as f32;
        let with = self.numbers.get(&token.stem).and_then(|n| self.vocabulary.get(*n)).map_or(0, |w| w.passages) as f32;
        let here = (1.0 + all / (1.0 + with)).ln() / (1.0 + all).ln();
        let rank = RANKS.get(token.text.as_str()).copied().unwrap_or(RANKS.len());
        let english = (1.0 + rank as f32).ln() / (1.0 + RANKS.len() as f32).ln();
        here * english * english * english
    }

    fn likeness(&self, token: &Token) -> Vec<f32> {
        let meaning = vectors::meaning(&token.text);
        let groups = groups(token);
        let like = |word: &Word| {
            if word.stem == token.stem {
                return 1.0;
            }
            let near = (dot(&meaning, &word.meaning) - UNLIKE) / (1.0 - UNLIKE);
            let synonym = word.groups.iter().any(|group| groups.contains(group));
            near.clamp(0.0, 1.0).max(if synonym { SYNONYM } else { 0.0 })
        };
        self.vocabulary.iter().map(like).collect()
    }

    /// What is looked up in the index: the question's words, and those of the articles that are much like them, which count less.
    pub fn wanted(&self, asked: &Asked) -> Vec<(String, f32)> {
        let mut wanted: BTreeMap<String, f32> = BTreeMap::new();
        for (word, likeness) in asked.words.iter().zip(&asked.likeness) {
            let mut like: Vec<(usize, f32)> =
                likeness.iter().copied().enumerate().filter(|(_, l)| *l >= LIKE && *l < 1.0).collect();
            like.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            let near =
                like.iter().take(MOST_LIKE).filter_map(|(n, l)| Some((self.vocabulary.get(*n)?.stem.clone(), *l)));
            for (stem, weight) in near.chain([(word.stem.clone(), 1.0)]) {
                let held = wanted.entry(stem).or_default();
                *held = held.max(weight);
            }
        }
        wanted.into_iter().collect()
    }

    /// Passages worth weighing: by their words, and by their meaning.
    pub fn candidates(&self, asked: &Asked, by_words: &[(usize, f32)]) -> Vec<usize> {
        let mut near: Vec<(usize, f32)> = self
            .passages
            .iter()
            .enumerate()
            .map(|(n, p)| (n, dot(&asked.meaning, &p.meaning).max(dot(&asked.meaning, &p.title))))
            .collect();
        near.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let all = by_words.iter().map(|(n, _)| *n).chain(near.iter().take(BY_MEANING).map(|(n, _)| *n));
        all.collect::<BTreeSet<_>>().into_iter().collect()
    }

    pub fn signs(&self, asked: &Asked, number: usize, by_words: &[(usize, f32)]) -> Option<Signs> {
        let passage = self.passages.get(number)?;
        let rare = by_words.iter().find(|(n, _)| *n == number).map_or(0.0, |(_, score)| *score);
        let (mut all, mut spoken, mut literal, mut missing) = (0.0_f32, 0.0_f32, 0.0_f32, 0.0_f32);
        for (weight, likeness) in asked.weights.iter().zip(&asked.likeness) {
            let best = passage.words.iter().filter_map(|word| likeness.get(*word)).fold(0.0_f32, |a, b| a.max(*b));
            all += weight;
            spoken += weight * best;
            missing = missing.max(weight * (1.0 - best));
            literal += if best >= 1.0 { *weight } else { 0.0 };
        }
        let share = |part: f32| if all > 0.0 { part / all } else { 0.0 };
        Some(Signs {
            meaning: dot(&asked.meaning, &passage.meaning).max(0.0),
            title: dot(&asked.meaning, &passage.title).max(0.0),
            spoken_of: share(spoken),
            word_for_word: share(literal),
            words: rare / (rare + HALF),
            sentence: passage.sentences.iter().map(|s| dot(&asked.meaning, s)).fold(0.0, f32::max),
            missing,
        })
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}
