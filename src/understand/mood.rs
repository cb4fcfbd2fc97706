//! How the customer feels, from word lists (`data/mood_en.tsv`, `mood_de.tsv`) and from how things are said: capitals, "!!",
//! "not happy", "very"; and where the lists know none of the words, from a learned model (`feelings`). Neither is a mind
//! reader; the bot only uses this to choose kind words, never to refuse any.
use super::feelings;
use super::normal::{Token, cap, words};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Four feelings, each from 0 (no sign of it) to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Mood {
    pub anger: f32,
    pub worry: f32,
    pub disappointment: f32,
    pub joy: f32,
}

/// The feelings a bot can answer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feeling {
    Angry,
    Worried,
    Disappointed,
    Happy,
}

/// A feeling below this is not spoken to: one plain "thanks" (0.3) or one "still" (0.12) is no mood, one "annoying"
/// (0.6) is.
pub const NOTICED: f32 = 0.4;
/// What is left of an older mood after one more message.
const FADE: f32 = 0.8;
/// What is left of it after a message that feels the opposite: people do calm down.
const OVERTURNED: f32 = 0.3;
/// Words back in which a negation reaches: "not very happy".
const NEGATION_REACH: usize = 3;
const INTENSIFIED: f32 = 1.3;
const WEAKENED: f32 = 0.6;
/// Being denied joy disappoints a little less than joy delights.
const DENIED_JOY: f32 = 0.8;
/// As likely as not; from here to certainty, strength rises from 0 to 1.
const UNSURE: f32 = 0.5;
/// Two exclamation marks or more raise what is there by this.
const EXCLAIMED: f32 = 1.4;
/// And are a little anger by themselves, where nothing is joyful.
const EXCLAIMED_ANGER: f32 = 0.2;
const SHOUTED_ANGER: f32 = 0.35;

impl Mood {
    /// How one message feels.
    pub fn measure(text: &str) -> Mood {
        let text = cap(text);
        let tokens = words(text);
        let mut mood = Mood::default();
        for (feeling, weight) in felt_words(&tokens).into_iter().chain(felt_faces(text)) {
            mood.add(feeling, weight);
        }
        if !is_listed(&tokens) {
            mood.add_learned(text);
        }
        mood.with_emphasis(text, &tokens)
    }

    /// What the learned model makes of words that the list does not know. It comes from talk among strangers, where thanks
    /// are joy, so only what needs care is taken from it, and only where it is fairly sure.
    fn add_learned(&mut self, text: &str) {
        let [anger, worry, disappointment, ..] = feelings::likely(text);
        let learned = [(anger, Feeling::Angry), (worry, Feeling::Worried), (disappointment, Feeling::Disappointed)];
        for (likely, feeling) in learned {
            let strength = (likely - UNSURE) / (1.0 - UNSURE);
            if strength >= NOTICED {
                self.add(feeling, strength);
            }
        }
    }

    /// The mood after a newer message: the old one fades, and faster where the new one is its opposite.
    pub fn blend(self, newer: Mood) -> Mood {
        let bad_news = newer.anger.max(newer.worry).max(newer.disappointment) >= NOTICED;
        let kept = |overturned: bool| if overturned { OVERTURNED } else { FADE };
        let glad = newer.joy >= NOTICED;
        let after = |old: f32, new: f32, overturned: bool| new.max(old * kept(overturned)).clamp(0.0, 1.0);
        Mood {
            anger: after(self.anger, newer.anger, glad),
            worry: after(self.worry, newer.worry, glad),
            disappointment: after(self.disappointment, newer.disappointment, glad),
            joy: after(self.joy, newer.joy, bad_news),
        }
    }

    /// The feeling to answer to: the strongest that reaches [`NOTICED`]. Of equals, the one that needs care most.
    pub fn strongest(&self) -> Option<Feeling> {
        let order = [
            (self.anger, Feeling::Angry),
            (self.worry, Feeling::Worried),
            (self.disappointment, Feeling::Disappointed),
            (self.joy, Feeling::Happy),
        ];
        let noticed = order.into_iter().filter(|(strength, _)| *strength >= NOTICED);
        noticed.rev().max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, feeling)| feeling)
    }

    fn place(&mut self, feeling: Feeling) -> &mut f32 {
        match feeling {
            Feeling::Angry => &mut self.anger,
            Feeling::Worried => &mut self.worry,
            Feeling::Disappointed => &mut self.disappointment,
            Feeling::Happy => &mut self.joy,
        }
    }

    /// Signs add up without ever passing 1: two of 0.5 make 0.75.
    fn add(&mut self, feeling: Feeling, weight: f32) {
        let place = self.place(feeling);
        *place = 1.0 - (1.0 - *place) * (1.0 - weight.clamp(0.0, 1.0));
    }

    fn with_emphasis(mut self, text: &str, tokens: &[Token]) -> Mood {
        let joyful = self.joy > self.anger.max(self.disappointment).max(self.worry);
        let exclaimed = text.contains("!!") || text.contains("?!") || text.contains("!?");
        if exclaimed {
            for feeling in [Feeling::Angry, Feeling::Worried, Feeling::Disappointed, Feeling::Happy] {
                let place = self.place(feeling);
                *place = (*place * EXCLAIMED).min(1.0);
            }
        }
        if !joyful && exclaimed {
            self.add(Feeling::Angry, EXCLAIMED_ANGER);
        }
        if !joyful && shouts(text, tokens) {
            self.add(Feeling::Angry, SHOUTED_ANGER);
        }
        self
    }
}

/// The word list: phrases by their stems; `None` for phrases that mean nothing.
type Lexicon = BTreeMap<Vec<String>, Option<(Feeling, f32)>>;

struct Lists {
    phrases: Lexicon,
    faces: BTreeMap<char, (Feeling, f32)>,
    /// Words in the longest phrase.
    longest: usize,
}

static LISTS: LazyLock<Lists> =
    LazyLock::new(|| read(&[include_str!("data/mood_en.tsv"), include_str!("data/mood_de.tsv")]));

fn read(files: &[&str]) -> Lists {
    let mut lists = Lists { phrases: Lexicon::new(), faces: BTreeMap::new(), longest: 0 };
    for line in files.iter().flat_map(|file| file.lines()).filter(|line| !line.starts_with('#')) {
        let mut columns = line.split('\t');
        let (Some(phrase), Some(feeling), Some(weight)) = (columns.next(), columns.next(), columns.next()) else {
            continue;
        };
        let felt = feeling_named(feeling).zip(weight.parse::<f32>().ok());
        let stems: Vec<String> = words(phrase).into_iter().map(|word| word.stem).collect();
        match (stems.is_empty(), phrase.chars().next(), felt) {
            (true, Some(face), Some(felt)) => drop(lists.faces.insert(face, felt)),
            (false, _, felt) => {
                lists.longest = lists.longest.max(stems.len());
                lists.phrases.insert(stems, felt);
            }
            _ => {}
        }
    }
    lists
}

fn feeling_named(name: &str) -> Option<Feeling> {
    match name {
        "anger" => Some(Feeling::Angry),
        "worry" => Some(Feeling::Worried),
        "disappointment" => Some(Feeling::Disappointed),
        "joy" => Some(Feeling::Happy),
        _ => None,
    }
}

fn felt_faces(text: &str) -> Vec<(Feeling, f32)> {
    text.chars().filter_map(|c| LISTS.faces.get(&c).copied()).collect()
}

/// The phrases found, the longest at each place, turned by what stands before them.
fn felt_words(tokens: &[Token]) -> Vec<(Feeling, f32)> {
    let stems: Vec<String> = tokens.iter().map(|token| token.stem.clone()).collect();
    let mut felt = Vec::new();
    let mut at = 0;
    while at < stems.len() {
        let longest = (1..=LISTS.longest.min(stems.len() - at)).rev();
        let hit =
            longest.filter_map(|n| stems.get(at..at + n).and_then(|p| LISTS.phrases.get(p)).map(|f| (n, f))).next();
        if let Some((_, Some((feeling, weight)))) = hit {
            felt.extend(turned(tokens, at, *feeling, *weight));
        }
        at += hit.map_or(1, |(length, _)| length);
    }
    felt
}

/// Whether the word list has anything to say, be it that a phrase means nothing.
fn is_listed(tokens: &[Token]) -> bool {
    let stems: Vec<String> = tokens.iter().map(|token| token.stem.clone()).collect();
    (1..=LISTS.longest).flat_map(|length| stems.windows(length)).any(|phrase| LISTS.phrases.contains_key(phrase))
}

/// "very", "a bit" and "not" before the phrase at `at`.
fn turned(tokens: &[Token], at: usize, feeling: Feeling, weight: f32) -> Option<(Feeling, f32)> {
    let before = tokens.get(at.saturating_sub(NEGATION_REACH)..at).unwrap_or_default();
    let last = before.last().map_or("", |token| token.text.as_str());
    let strength = match last {
        _ if INTENSIFIERS.contains(&last) => weight * INTENSIFIED,
        _ if WEAKENERS.contains(&last) => weight * WEAKENED,
        _ => weight,
    };
    if !before.iter().any(|token| negates(&token.text)) {
        return Some((feeling, strength.min(1.0)));
    }
    // "not happy" disappoints; "not angry" says nothing
    (feeling == Feeling::Happy).then_some((Feeling::Disappointed, strength.min(1.0) * DENIED_JOY))
}

static INTENSIFIERS: &[&str] = &[
    "echt",
    "extrem",
    "sehr",
    "total",
    "vollig",
    "wirklich",
    "absolutely",
    "beyond",
    "completely",
    "extremely",
    "fucking",
    "incredibly",
    "most",
    "quite",
    "real",
    "really",
    "so",
    "super",
    "terribly",
    "too",
    "totally",
    "truly",
    "utterly",
    "very",
];
static WEAKENERS: &[&str] = &["bit", "fairly", "kinda", "little", "pretty", "slightly", "somewhat", "sorta"];

pub(super) fn negates(word: &str) -> bool {
    matches!(
        word,
        "not"
            | "no"
            | "never"
            | "nothing"
            | "neither"
            | "nor"
            | "without"
            | "hardly"
            | "barely"
            | "cannot"
            | "nicht"
            | "kein"
            | "keine"
            | "keinen"
            | "nie"
    ) || NEGATED_VERBS.contains(&word)
}

/// As they are folded: "isn't" is `isnt`.
static NEGATED_VERBS: &[&str] = &[
    "aint", "arent", "cant", "couldnt", "didnt", "doesnt", "dont", "hadnt", "hasnt", "havent", "isnt", "shouldnt",
    "wasnt", "werent", "wont", "wouldnt",
];

/// Two whole words in capitals, and more capitals than not. "My TV and my PC" does not shout.
fn shouts(text: &str, tokens: &[Token]) -> bool {
    let (upper, lower) =
        text.chars().fold((0, 0), |(u, l), c| (u + c.is_uppercase() as u32, l + c.is_lowercase() as u32));
    let loud = |token: &&Token| {
        let word = text.get(token.span.clone()).unwrap_or("");
        word.chars().filter(|c| c.is_uppercase()).count() >= 3 && !word.chars().any(char::is_lowercase)
    };
    upper > lower && tokens.iter().filter(loud).count() >= 2
}
