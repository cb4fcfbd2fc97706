//! Which days words without a year or week are about: "it came on 3 May" tells of one that is over, "until 3 May" of one to come.
use super::Frame;
use super::tongue::{About, in_english};
use crate::understand::normal::{Flat, Token, words};
use jiff::civil::Date;

/// Where a day without a year or week is looked for; today is one of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Days {
    Past,
    /// The nearest, before or after.
    #[default]
    Closest,
    Coming,
}

impl Days {
    /// Which days a question is about: "When did you buy it?" about the past.
    pub fn asked(question: &str, frame: &Frame) -> Days {
        let flat = Flat::new(question);
        Days::told(&in_english(words(&flat.text), About::Dates, &frame.tongue())).unwrap_or_default()
    }

    /// What the words of a sentence tell, if they tell one thing.
    pub(super) fn told(sentence: &[Token]) -> Option<Days> {
        let says = |list: &[&str]| sentence.iter().any(|token| list.contains(&token.text.as_str()));
        match (says(PAST), says(FUTURE)) {
            (true, false) => Some(Days::Past),
            (false, true) => Some(Days::Coming),
            _ => None,
        }
    }

    /// The day that is meant, of all that a word may mean.
    pub(super) fn choose(self, all: impl Iterator<Item = Date>, today: Date) -> Option<Date> {
        let fits = |date: &Date| match self {
            Days::Past => *date <= today,
            Days::Closest => true,
            Days::Coming => *date >= today,
        };
        all.filter(fits).min_by_key(|date| (today.duration_until(*date).as_secs().abs(), *date))
    }
}

static PAST: &[&str] = &[
    "arrived",
    "bought",
    "came",
    "delivered",
    "did",
    "got",
    "had",
    "happened",
    "ordered",
    "paid",
    "received",
    "returned",
    "sent",
    "since",
    "was",
    "went",
    "were",
];
static FUTURE: &[&str] =
    &["before", "book", "by", "next", "reschedule", "schedule", "till", "until", "upcoming", "will"];
