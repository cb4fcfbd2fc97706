//! `bot.yaml`, read and checked: who the bot is, its languages, hours, teams and kinds of answer.
mod hours;
mod read;

pub use crate::language::ast::term as read_term;
pub use read::{defaults, duration, pattern, read};

use crate::language::ast::Term;
use crate::understand::answers::Pattern;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

#[derive(Clone, Debug)]
pub struct Settings {
    /// What the bot calls itself.
    pub name: String,
    /// The company or shop, shown above the chat.
    pub title: Option<String>,
    /// Never empty; the first is the default. BCP 47.
    pub languages: Vec<String>,
    pub time_zone: jiff::tz::TimeZone,
    pub hours: Hours,
    /// Never empty.
    pub teams: BTreeMap<String, Team>,
    /// For flows that name no team: `general`, else the first.
    pub default_team: String,
    pub kinds: BTreeMap<String, Kind>,
    /// Values that texts may use by name.
    pub facts: BTreeMap<String, Value>,
    /// Fields of a customer that texts may use as `customer.NAME`.
    pub customer: Vec<String>,
    /// Details that outlive their topic.
    pub keep: Vec<String>,
    /// How often a customer may change the subject in the middle of a question before it insists.
    pub digressions: u32,
    /// After this long without a word from the customer the chat is closed.
    pub quiet_after: Duration,
    /// Other websites that may embed the chat, as origins (`https://shop.example`).
    pub websites: Vec<String>,
    /// `#rrggbb`, checked for contrast.
    pub accent: Option<String>,
    /// Where customers write, beside the chat on the website.
    pub channels: Vec<String>,
    /// Three-letter currency of amounts without one.
    pub currency: String,
}

#[derive(Clone, Debug, Default)]
pub struct Team {
    pub first_reply: Option<Term>,
    pub skills: Vec<String>,
}

/// A kind of answer that a shop defines.
#[derive(Clone, Debug)]
pub struct Kind {
    pub pattern: Pattern,
    /// How people call it: "a six-digit order number".
    pub words: Option<String>,
}

/// When people work, in the bot's time zone. Without any rule people work always.
#[derive(Clone, Debug, Default)]
pub struct Hours {
    /// Monday first; opening and closing minute of the day.
    pub week: [Vec<(u16, u16)>; 7],
    pub closed: Vec<jiff::civil::Date>,
    pub always: bool,
}

impl Settings {
    /// ISO 3166 region, guessed from the first language (`en-GB`) or the currency; decides how dates and numbers are read.
    pub fn region(&self) -> Option<String> {
        let spoken = self.languages.first().and_then(|l| l.split(['-', '_']).nth(1)).map(str::to_uppercase);
        spoken.or_else(|| match self.currency.as_str() {
            "GBP" => Some("GB".into()),
            "USD" => Some("US".into()),
            _ => None,
        })
    }
}
