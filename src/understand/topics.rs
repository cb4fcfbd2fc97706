//! Which topic a message is about: tf-idf over stems, synonyms and character n-grams, cosine with the nearest examples.
//!
//! Small on purpose and without any model file: a shop has a handful of topics with a handful of sentences each. What
//! matters more than the last percent is to know what it does not know, hence three verdicts.
use super::normal::{clauses, folded, words};
use std::collections::{BTreeMap, BTreeSet};

/// From here on, and with [`MARGIN`] to the next, a topic is taken without asking.
pub const SURE: f32 = 0.42;
/// From here on "did you mean" is worth a question.
pub const CLOSE: f32 = 0.22;
/// How much better than the second the first must be.
pub const MARGIN: f32 = 0.08;
/// "Did you mean A, B or C?": more is a menu.
const MOST_CHOICES: usize = 3;
const SYNONYMS: &str = include_str!("data/synonyms_en.txt");
const STOP: &[&str] = &[
    "a", "an", "the", "i", "im", "i'm", "my", "me", "you", "your", "it", "it's", "is", "are", "was", "to", "of", "and",
    "or", "do", "does", "did", "can", "could", "would", "will", "please", "hi", "hello", "hey", "this", "that",
    "there", "have", "has", "had", "be", "been", "in", "on", "at", "for", "with", "so", "just", "what", "how", "no",
    "not", "but", "we", "am",
];

/// A sentence of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    pub topic: String,
    pub text: String,
}

/// What was made of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    pub verdict: Verdict,
    /// Best first, at most five, each topic once.
    pub ranked: Vec<Scored>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Sure(String),
    /// Two or three that it may be, likeliest first; one where it is likely but not sure.
    Close(Vec<String>),
    Nothing,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    pub topic: String,
    /// 0 to 1.
    pub score: f32,
    /// The example that is nearest.
    pub nearest: String,
}

type Vector = BTreeMap<String, f32>;

#[derive(Clone, Debug)]
struct Learnt {
    topic: String,
    text: String,
    folded: String,
    vector: Vector,
}

/// Trained topics.
#[derive(Clone, Debug, Default)]
pub struct Topics {
    examples: Vec<Learnt>,
    weights: BTreeMap<String, f32>,
    synonyms: BTreeMap<String, String>,
    count: f32,
}

impl Topics {
    /// Learns from examples; the order does not matter.
    pub fn train(examples: &[Example]) -> Self {
        let mut topics = Self { synonyms: synonyms(), count: examples.len() as f32, ..Self::default() };
        let mut seen: BTreeMap<String, f32> = BTreeMap::new();
        for example in examples {
            let features: BTreeSet<String> = topics.features(&example.text).into_iter().map(|(f, _)| f).collect();
            features.into_iter().for_each(|f| *seen.entry(f).or_default() += 1.0);
        }
        topics.weights = seen.into_iter().map(|(f, n)| (f, ((1.0 + topics.count) / (1.0 + n)).ln() + 1.0)).collect();
        let learn = |e: &Example| Learnt {
            topic: e.topic.clone(),
            text: e.text.clone(),
            folded: folded(&e.text),
            vector: topics.vector(&e.text),
        };
        topics.examples = examples.iter().map(learn).collect();
        topics
    }

    /// Reads a message: as a whole, and clause by clause, since a wish often stands beside a story.
    pub fn read(&self, message: &str) -> Reading {
        let mut best: BTreeMap<&str, (f32, &str)> = BTreeMap::new();
        let mut parts = vec![(message, 1.0_f32)];
        let inner = clauses(message);
        if inner.len() > 1 {
            parts.extend(inner.into_iter().filter(|c| words(c).len() > 1).map(|c| (c, 0.95)));
        }
        for (part, trust) in parts {
            let (plain, vector) = (folded(part), self.vector(part));
            for e in &self.examples {
                let score =
                    if !plain.is_empty() && plain == e.folded { 1.0 } else { cosine(&vector, &e.vector).min(0.99) };
                let score = score * trust;
                let entry = best.entry(&e.topic).or_insert((0.0, &e.text));
                if score > entry.0 {
                    *entry = (score, &e.text);
                }
            }
        }
        let scored = |(topic, (score, nearest)): (&str, (f32, &str))| Scored {
            topic: topic.to_owned(),
            score,
            nearest: nearest.to_owned(),
        };
        let mut ranked: Vec<Scored> = best.into_iter().filter(|(_, (s, _))| *s > 0.0).map(scored).collect();
        ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.topic.cmp(&b.topic)));
        ranked.truncate(5);
        Reading { verdict: verdict(&ranked), ranked }
    }

    /// Features of a message with their counts: stems, pairs of stems, and n-grams of the words.
    fn features(&self, message: &str) -> Vec<(String, f32)> {
        let all = words(message);
        let content: Vec<_> = all.iter().filter(|w| !STOP.contains(&w.text.as_str())).collect();
        let kept: Vec<_> = if content.is_empty() { all.iter().collect() } else { content };
        let stems: Vec<&str> =
            kept.iter().map(|w| self.synonyms.get(&w.stem).map_or(w.stem.as_str(), String::as_str)).collect();
        let mut found: Vec<(String, f32)> = stems.iter().map(|s| (format!("w:{s}"), 1.0)).collect();
        found.extend(stems.windows(2).filter_map(|p| Some((format!("p:{} {}", p.first()?, p.get(1)?), 0.5))));
        for word in &kept {
            let padded: Vec<char> = format!("<{}>", word.text).chars().collect();
            for n in [3, 4] {
                found.extend(padded.windows(n).map(|g| (format!("c:{}", g.iter().collect::<String>()), 0.22)));
            }
        }
        found
    }

    /// Unit length; features that no example has count as rare ones, so that strange words lower the score.
    fn vector(&self, message: &str) -> Vector {
        let rare = (1.0 + self.count).ln() + 1.0;
        let mut vector = Vector::new();
        for (feature, count) in self.features(message) {
            // Strange n-grams are mostly typing mistakes, strange words mostly details: neither says much.
            let weight = self.weights.get(&feature).copied().unwrap_or(rare * 0.35);
            *vector.entry(feature).or_default() += count * weight;
        }
        let length = vector.values().map(|v| v * v).sum::<f32>().sqrt();
        if length > 0.0 {
            vector.values_mut().for_each(|v| *v /= length);
        }
        vector
    }
}

fn verdict(ranked: &[Scored]) -> Verdict {
    let Some(first) = ranked.first().filter(|f| f.score >= CLOSE) else { return Verdict::Nothing };
    let second = ranked.get(1).map_or(0.0, |s| s.score);
    if first.score >= SURE && (first.score - second >= MARGIN || first.score >= 1.0 && second < 1.0) {
        return Verdict::Sure(first.topic.clone());
    }
    let near = ranked.iter().filter(|s| s.score >= CLOSE && first.score - s.score < 2.0 * MARGIN);
    Verdict::Close(near.take(MOST_CHOICES).map(|s| s.topic.clone()).collect())
}

fn cosine(a: &Vector, b: &Vector) -> f32 {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    short.iter().filter_map(|(f, v)| Some(v * long.get(f)?)).sum()
}

fn synonyms() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for line in SYNONYMS.lines().filter(|l| !l.starts_with('#')) {
        let mut group = line.split_whitespace().map(super::normal::stem);
        let Some(first) = group.next() else { continue };
        found.extend(group.map(|word| (word, first.clone())));
    }
    found
}
