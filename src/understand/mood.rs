//! How a customer feels, measured from words and signs. Always a guess: it chooses words, never what a customer gets.
use super::normal::words;
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// From here on a feeling is worth answering.
pub const FELT: f32 = 0.4;
/// How much of an earlier mood is left after each message.
const FADES: f32 = 0.8;
const LEXICON: &str = include_str!("data/mood_en.tsv");

/// Each from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Mood {
    pub anger: f32,
    pub worry: f32,
    pub disappointment: f32,
    pub joy: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feeling {
    Angry,
    Worried,
    Disappointed,
    Happy,
}

impl Mood {
    /// The mood of one message.
    pub fn measure(message: &str) -> Mood {
        let words = words(message);
        let texts: Vec<&str> = words.iter().map(|w| w.text.as_str()).collect();
        let padded = format!(" {} ", texts.join(" "));
        let mut mood = Mood::default();
        for (phrase, feeling, weight) in lexicon() {
            for (at, _) in padded.match_indices(phrase.as_str()) {
                let before = padded.get(..at + 1).unwrap_or_default();
                mood.add(*feeling, *weight, before);
            }
        }
        mood.signs(message, &padded);
        mood.capped()
    }

    fn add(&mut self, feeling: Feeling, weight: f32, before: &str) {
        let previous: Vec<&str> = before.split_whitespace().rev().take(3).collect();
        let negated =
            previous.iter().any(|w| matches!(*w, "not" | "no" | "never" | "isn't" | "don't" | "wasn't" | "aren't"));
        let strong = previous
            .first()
            .is_some_and(|w| matches!(*w, "very" | "so" | "really" | "extremely" | "absolutely" | "totally"));
        let weight = if strong { weight * 1.4 } else { weight };
        match (feeling, negated) {
            (Feeling::Happy, true) => self.disappointment += weight,
            (_, true) => {}
            (Feeling::Angry, _) => self.anger += weight,
            (Feeling::Worried, _) => self.worry += weight,
            (Feeling::Disappointed, _) => self.disappointment += weight,
            (Feeling::Happy, _) => self.joy += weight,
        }
    }

    /// Exclamation marks, capitals and "again" make a complaint of what is no thanks.
    fn signs(&mut self, message: &str, padded: &str) {
        let letters = message.chars().filter(|c| c.is_alphabetic()).count();
        let capitals = message.chars().filter(|c| c.is_uppercase()).count();
        let loud = letters >= 8 && capitals * 2 > letters;
        let marks = message.matches('!').count();
        let trouble = self.anger + self.disappointment > 0.1;
        if self.joy > self.anger + self.disappointment {
            return;
        }
        if loud {
            self.anger += 0.35;
        }
        if marks >= 2 && (trouble || loud) {
            self.anger += 0.3;
        }
        const REPEATED: [&str; 6] =
            [" second time ", " third time ", " again ", " once more ", " still ", " how many times "];
        if trouble && REPEATED.iter().any(|r| padded.contains(r)) {
            self.anger += 0.2;
        }
    }

    fn capped(self) -> Mood {
        let cap = |v: f32| (v.clamp(0.0, 1.0) * 100.0).round() / 100.0;
        Mood {
            anger: cap(self.anger),
            worry: cap(self.worry),
            disappointment: cap(self.disappointment),
            joy: cap(self.joy),
        }
    }

    /// The mood after another message: what was felt fades, what is felt now counts.
    pub fn blend(self, newer: Mood) -> Mood {
        let mix = |old: f32, new: f32| (old * FADES).max(new);
        Mood {
            anger: mix(self.anger, newer.anger),
            worry: mix(self.worry, newer.worry),
            disappointment: mix(self.disappointment, newer.disappointment),
            joy: mix(self.joy, newer.joy),
        }
        .capped()
    }

    /// The strongest feeling, where it is felt at all.
    pub fn strongest(&self) -> Option<Feeling> {
        let all = [
            (Feeling::Angry, self.anger),
            (Feeling::Worried, self.worry),
            (Feeling::Disappointed, self.disappointment),
            (Feeling::Happy, self.joy),
        ];
        // Of equals the first counts: an angry customer is answered as an angry one.
        let best = all.into_iter().rev().max_by(|a, b| a.1.total_cmp(&b.1))?;
        (best.1 >= FELT).then_some(best.0)
    }
}

fn lexicon() -> &'static [(String, Feeling, f32)] {
    static ENTRIES: OnceLock<Vec<(String, Feeling, f32)>> = OnceLock::new();
    ENTRIES.get_or_init(|| LEXICON.lines().filter_map(entry).collect())
}

fn entry(line: &str) -> Option<(String, Feeling, f32)> {
    let mut columns = line.split('\t');
    let (phrase, feeling, weight) = (columns.next()?, columns.next()?, columns.next()?);
    let feeling = match feeling {
        "angry" => Feeling::Angry,
        "worried" => Feeling::Worried,
        "disappointed" => Feeling::Disappointed,
        "happy" => Feeling::Happy,
        _ => return None,
    };
    Some((format!(" {} ", phrase.trim()), feeling, weight.trim().parse().ok()?))
}
