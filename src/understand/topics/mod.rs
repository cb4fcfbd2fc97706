//! Which topic a customer's words are about, learned from the author's few examples.
//!
//! A text becomes features (`features`): its words and letters as tf-idf, and its meaning as a vector. A logistic
//! regression (`logistic`) weighs them for each topic. Confidence is what it grants a topic times the likeness to the topic's
//! nearest example; how much of it is enough is found when the examples are learned (`learn`), by reading each of them with
//! what the others teach. Slips of the fingers are mended before (`slips`), and long messages are also read part by part
//! (`clauses`).
//!
//! How well it does, and on what its constants were chosen: `docs/understanding.md`.
mod clauses;
mod confusion;
mod features;
mod learn;
mod logistic;
mod repeats;
pub(super) mod slips;
mod synonyms;

pub use confusion::Confusion;
pub use repeats::Repeat;

use super::normal::{cap, joined, words};
use learn::{Fit, Learned};
use std::sync::{Arc, OnceLock};

/// A sentence that customers say when they mean a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    pub topic: String,
    pub text: String,
}

/// How easily a topic is believed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    /// Rather ask again than begin the wrong topic.
    Strict,
    #[default]
    Normal,
    /// Rather begin a topic than ask again.
    Lenient,
}

impl Strictness {
    /// The share of right answers that is given up so that wrong ones are not given.
    fn given_up(self) -> f32 {
        match self {
            Strictness::Strict => 0.10,
            Strictness::Normal => 0.05,
            Strictness::Lenient => 0.02,
        }
    }
}

/// What a text is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    pub verdict: Verdict,
    /// At most [`RANKED`], best first, one a topic.
    pub ranked: Vec<Scored>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    pub topic: String,
    /// 0 to 1. From [`ENOUGH`] on the topic counts, whatever the bot; twice the confidence that is needed is 0.75, thrice
    /// 0.875; 1 is an example word for word.
    pub score: f32,
    /// The topic's example that is most like the text.
    pub nearest: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Sure(String),
    /// Two or three topics that fit about as well; best first. Ask which.
    Close(Vec<String>),
    Nothing,
}

/// How many topics a reading names.
pub const RANKED: usize = 5;
/// The score of a topic that is just confident enough.
pub const ENOUGH: f32 = 0.5;
/// Topics whose confidence is less than this behind the best are rivals of it; in thresholds.
const MARGIN: f32 = 0.25;
/// Topics offered in a close call.
const OFFERED: usize = 3;
/// A part of a message counts a little less than a message that is only that.
const PART: f32 = 0.85;
/// The most that anything but an example word for word can reach.
const ALMOST: f32 = 0.99;

/// The topics of a bot. They are learned when first read with, or before by [`Topics::learn`].
#[derive(Clone, Debug, Default)]
pub struct Topics {
    examples: Vec<Example>,
    strictness: Strictness,
    learned: OnceLock<Arc<Learned>>,
}

/// A topic in the course of a reading.
struct Candidate {
    fit: Fit,
    score: f32,
}

impl Topics {
    /// Examples without a word in them are left out.
    pub fn train(examples: &[Example]) -> Topics {
        Topics::with(examples.to_vec(), Strictness::default())
    }

    pub fn with(examples: Vec<Example>, strictness: Strictness) -> Topics {
        Topics { examples, strictness, learned: OnceLock::new() }
    }

    /// Learns now, so that no customer waits for it.
    pub fn learn(&self) {
        self.learned();
    }

    fn learned(&self) -> &Learned {
        self.learned.get_or_init(|| Arc::new(Learned::of(&self.examples, self.strictness)))
    }

    pub fn read(&self, text: &str) -> Reading {
        let text = cap(text);
        let tokens = words(text);
        if tokens.is_empty() {
            return Reading { verdict: Verdict::Nothing, ranked: Vec::new() };
        }
        let learned = self.learned();
        let mended = learned.words.mended(text, &tokens);
        let normal = joined(&tokens);
        let tokens = words(&mended);
        let mut found = Vec::new();
        raise(&mut found, learned.fits(&mended, &tokens, RANKED), 1.0);
        score_identical(learned, &normal, &mut found);
        let mut ranked = ranked(learned, &found);
        // a message that fits as a whole is not picked apart: its parts alone mean less
        if verdict(&ranked) == Verdict::Nothing {
            for part in clauses::parts(&mended, &tokens) {
                let tokens = tokens.get(part).unwrap_or_default();
                let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { continue };
                let text = mended.get(first.span.start..last.span.end).unwrap_or_default();
                raise(&mut found, learned.fits(text, tokens, OFFERED), PART);
            }
            ranked = self::ranked(learned, &found);
        }
        Reading { verdict: verdict(&ranked), ranked }
    }
}

/// Takes in what each topic reaches in a part of the message, where it is more than before.
fn raise(found: &mut Vec<Candidate>, fits: Vec<Fit>, factor: f32) {
    for fit in fits {
        let score = score(fit.confidence * factor);
        match found.iter_mut().find(|c| c.fit.topic == fit.topic) {
            Some(candidate) if candidate.score < score => *candidate = Candidate { fit, score },
            Some(_) => {}
            None => found.push(Candidate { fit, score }),
        }
    }
}

fn score_identical(learned: &Learned, normal: &str, found: &mut Vec<Candidate>) {
    for (example, known) in learned.examples.iter().enumerate().filter(|(_, known)| known.normal == normal) {
        found.retain(|c| c.fit.topic != known.topic || c.score >= 1.0);
        if found.iter().all(|c| c.fit.topic != known.topic) {
            found.push(Candidate { fit: Fit { topic: known.topic, confidence: 0.0, example }, score: 1.0 });
        }
    }
}

/// From confidence to a number that rises ever more slowly from 0 towards 1.
fn score(confidence: f32) -> f32 {
    (1.0 - (-confidence).exp2()).min(ALMOST)
}

/// Back from [`score`].
fn confidence(score: f32) -> f32 {
    -(1.0 - score.min(ALMOST)).log2()
}

fn ranked(learned: &Learned, found: &[Candidate]) -> Vec<Scored> {
    let named = found.iter().filter_map(|c| Some((c, learned.names.get(c.fit.topic)?)));
    let mut order: Vec<(&Candidate, &String)> = named.filter(|(c, _)| c.score > 0.0).collect();
    order.sort_by(|(a, a_name), (b, b_name)| b.score.total_cmp(&a.score).then_with(|| a_name.cmp(b_name)));
    let scored = |(candidate, name): (&Candidate, &String)| Scored {
        topic: name.clone(),
        score: candidate.score,
        nearest: learned.examples.get(candidate.fit.example).map(|known| known.text.clone()).unwrap_or_default(),
    };
    order.into_iter().take(RANKED).map(scored).collect()
}

fn verdict(ranked: &[Scored]) -> Verdict {
    let Some(best) = ranked.first().filter(|best| best.score >= ENOUGH) else { return Verdict::Nothing };
    let rivals = ranked.iter().take_while(|other| match best.score {
        identical if identical >= 1.0 => other.score >= identical,
        clear => confidence(clear) - confidence(other.score) < MARGIN,
    });
    let rivals: Vec<String> = rivals.take(OFFERED).map(|other| other.topic.clone()).collect();
    if rivals.len() > 1 { Verdict::Close(rivals) } else { Verdict::Sure(best.topic.clone()) }
}
