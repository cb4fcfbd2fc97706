//! A value of the wanted kind in what a customer typed, and where it stood: "it's 204518 I think", "last Friday".
mod choose;
mod contact;
mod corrections;
mod dates;
mod day_words;
mod durations;
mod every;
mod money;
mod names;
mod number_words;
mod numbers;
mod pattern;
mod pieces;
mod tense;
mod times;
mod tongue;
mod volunteered;
mod yes_no;

pub use super::person::asks_for_a_person;
pub use choose::choose;
pub use contact::is_country;
pub use corrections::{Correction, correction};
pub use every::find_all;
pub use names::{introduced_name, is_common};
pub use pattern::Pattern;
pub use tense::Days;
pub use volunteered::{unambiguous, volunteered};

use super::normal::cap;
use crate::time::Millis;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value;
use std::ops::Range;

/// What an answer has to be.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Anything with something in it.
    Text,
    Number,
    WholeNumber,
    Email,
    /// Becomes E.164: `+442079460123`.
    Phone,
    /// A day, as `2026-05-03`.
    Date,
    /// A number in the bot's currency, else `{ amount, currency }`.
    Money,
    /// A time of day, as `09:30`.
    Time,
    /// A stretch of time in the words of settings: `90 minutes`.
    Duration,
    /// Of a person.
    Name,
    /// Where a parcel goes: the whole text.
    Address,
    /// A picture. It comes as an attachment; no words are one.
    Photo,
    /// Any attachment.
    File,
    YesOrNo,
    /// One of these labels.
    OneOf(Vec<String>),
    /// One row of a table.
    Rows(Vec<Row>),
    Pattern(Pattern),
}

/// A row of a table: how it is called, and what is known when it was chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub name: String,
    pub label: String,
    pub value: Value,
}

impl Kind {
    /// Whether nearly any words fit it. Buttons are tried before such a kind.
    pub fn takes_nearly_anything(&self) -> bool {
        matches!(self, Kind::Text | Kind::Name | Kind::Address)
    }
}

/// Where and when the words were said.
#[derive(Clone, Debug)]
pub struct Frame {
    pub now: Millis,
    pub zone: TimeZone,
    /// Of the customer, like `en` or `de-AT`.
    pub language: String,
    /// Two letters, like `GB`. Says how 3/5/2026 is meant.
    pub region: Option<String>,
    /// Two letters: which country a telephone number without one is of. Without it: the region.
    pub country: Option<String>,
    /// The bot's: of amounts that name none.
    pub currency: String,
    /// Which days the question is about, where the answer does not tell.
    pub days: Days,
}

/// A value and the bytes of the text it was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub value: Value,
    pub span: Range<usize>,
}

impl Found {
    fn new(value: impl Into<Value>, span: Range<usize>) -> Found {
        Found { value: value.into(), span }
    }
}

/// The first value of this kind in the text.
pub fn find(kind: &Kind, text: &str, frame: &Frame) -> Option<Found> {
    let text = cap(text);
    match kind {
        Kind::Text => whole(text),
        Kind::Number => numbers::number(text, frame),
        Kind::WholeNumber => numbers::whole_number(text, frame),
        Kind::Email => contact::email(text),
        Kind::Phone => contact::phone(text, frame),
        Kind::Date => dates::date(text, frame),
        Kind::Money => money::money(text, frame),
        Kind::Time => times::time(text, frame),
        Kind::Duration => durations::duration(text, frame),
        Kind::Name => names::name(text),
        Kind::Address => names::address(text),
        Kind::Photo | Kind::File => None,
        Kind::YesOrNo => yes_no::yes_or_no(text).map(|(yes, span)| Found::new(yes, span)),
        Kind::OneOf(labels) => one_of(labels, text),
        Kind::Rows(rows) => one_row(rows, text),
        Kind::Pattern(pattern) => pattern.find(text),
    }
}

fn whole(text: &str) -> Option<Found> {
    let trimmed = text.trim();
    let start = text.len() - text.trim_start().len();
    (!trimmed.is_empty()).then(|| Found::new(trimmed, start..start + trimmed.len()))
}

fn one_of(labels: &[String], text: &str) -> Option<Found> {
    let (at, span) = choose::chosen(labels, text)?;
    labels.get(at).map(|label| Found::new(label.as_str(), span))
}

/// By its label, else by its name.
fn one_row(rows: &[Row], text: &str) -> Option<Found> {
    let labels: Vec<String> = rows.iter().map(|row| row.label.clone()).collect();
    let names = || rows.iter().map(|row| row.name.replace('_', " ")).collect::<Vec<_>>();
    let (at, span) = choose::chosen(&labels, text).or_else(|| choose::chosen(&names(), text))?;
    rows.get(at).map(|row| Found::new(row.value.clone(), span))
}

impl Frame {
    /// The customer's day.
    fn today(&self) -> Option<Date> {
        let now = jiff::Timestamp::from_millisecond(self.now.0).ok()?;
        Some(now.to_zoned_datetime(self.zone.clone()).date())
    }

    fn region(&self) -> Option<String> {
        let of_language = || self.language.split(['-', '_']).nth(1).filter(|part| part.len() == 2).map(str::to_owned);
        self.region.clone().or_else(of_language).map(|region| region.trim().to_ascii_uppercase())
    }

    /// The language without its country: `de` of `de-AT`.
    fn tongue(&self) -> String {
        self.language.split(['-', '_']).next().unwrap_or("").to_ascii_lowercase()
    }

    /// Whether 3/5 is the third of May. It is nearly everywhere.
    fn day_comes_first(&self) -> bool {
        match self.region() {
            Some(region) => !matches!(region.as_str(), "US" | "PH" | "PR" | "GU" | "VI" | "FM" | "MH" | "PW" | "AS"),
            None => true,
        }
    }

    /// Whether 1.250,50 is one thousand two hundred and fifty and a half.
    fn comma_is_decimal(&self) -> bool {
        let english =
            matches!(self.region().as_deref(), Some("GB" | "IE" | "US" | "CA" | "AU" | "NZ" | "IN" | "SG" | "HK"));
        let comma_tongue = matches!(
            self.tongue().as_str(),
            "de" | "fr"
                | "es"
                | "it"
                | "nl"
                | "pt"
                | "pl"
                | "sv"
                | "da"
                | "nb"
                | "no"
                | "fi"
                | "cs"
                | "sk"
                | "hu"
                | "ro"
                | "bg"
                | "hr"
                | "sl"
                | "el"
                | "tr"
                | "ru"
                | "uk"
                | "id"
                | "vi"
                | "lt"
                | "lv"
                | "et"
        );
        !english && comma_tongue
    }
}
