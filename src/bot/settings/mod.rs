//! `bot.yaml`, read and checked: who the bot is, its languages, hours, teams and kinds of answer.
mod hours;
pub mod kinds;
pub mod look;
mod read;
mod webhooks;

pub use crate::language::ast::term as read_term;
pub use kinds::{Kind, Kinds, Shape, Table};
pub use read::{defaults, duration, pattern, read};
pub use webhooks::{News, Webhook};

use crate::language::ast::Term;
use crate::language::source::Span;
use crate::time::Millis;
use crate::understand::answers::{Days, Frame};
use crate::understand::topics::Strictness;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
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
    pub kinds: Arc<Kinds>,
    /// Values that texts may use by name, nested ones too: `shipping.free_from`.
    pub facts: BTreeMap<String, Value>,
    /// Fields of a customer that texts may use as `customer.NAME`.
    pub customer: BTreeMap<String, Field>,
    /// Details that outlive their topic.
    pub keep: Vec<String>,
    /// After this long without a word a chat that is over is erased.
    pub keep_chats: Option<Duration>,
    /// A customer who was not here for so long is erased, with all chats.
    pub keep_customers: Option<Duration>,
    /// How often a customer may change the subject in the middle of a question before it insists.
    pub digressions: u32,
    /// After this long without a word from the customer the chat is closed.
    pub quiet_after: Duration,
    /// How long the bot waits for the rest of a thought; zero where each message is answered at once.
    pub more_words: Duration,
    /// Other websites that may embed the chat, as origins (`https://shop.example`).
    pub websites: Vec<String>,
    pub look: look::Look,
    /// What a customer agrees to before the first word, in light Markdown.
    pub consent: Option<String>,
    /// How websites tell who a customer is.
    pub identity: Option<Identity>,
    /// Who is told what happens in chats.
    pub webhooks: BTreeMap<String, Webhook>,
    /// Where customers write, beside the chat on the website.
    pub channels: Vec<String>,
    /// ISO 3166, two letters: of telephone numbers that name no country.
    pub country: Option<String>,
    /// Three-letter currency of amounts without one.
    pub currency: String,
    /// How easily a topic is believed.
    pub understand: Strictness,
}

/// `identity:`. The secret itself stands in the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Name of the environment variable.
    pub secret: String,
    /// Nobody else may chat.
    pub required: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Team {
    pub first_reply: Option<Term>,
    /// How soon the matter should be solved, from when a person was asked for.
    pub solved_within: Option<Term>,
    pub skills: Vec<String>,
    /// To whom chats are offered; `None` where people take them from the list.
    pub offer: Option<Offer>,
    /// How long an offer stands.
    pub accept_within: Option<Term>,
}

/// Who is offered the next chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    LeastBusy,
    InTurn,
}

/// A field that a customer or an answer of a system has.
#[derive(Clone, Debug)]
pub struct Field {
    /// A kind of answer, or `list`.
    pub kind: String,
    /// Where it is written; `None` for what every bot has.
    pub span: Option<Span>,
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
    /// How answers are read in a chat in this language, said at this moment. Without a language: the bot's first.
    pub fn frame(&self, language: Option<&str>, now: Millis) -> Frame {
        let language = language.or(self.languages.first().map(String::as_str)).unwrap_or_default().to_owned();
        let region = region_of(&language).or_else(|| self.region());
        let (zone, country, currency) = (self.time_zone.clone(), self.country.clone(), self.currency.clone());
        Frame { now, zone, language, region, country, currency, days: Days::default() }
    }

    /// ISO 3166 region, from the first language (`en-GB`), the country or the currency; decides how dates and numbers are
    /// read.
    fn region(&self) -> Option<String> {
        let spoken = self.languages.first().and_then(|l| region_of(l)).or_else(|| self.country.clone());
        spoken.or_else(|| match self.currency.as_str() {
            "GBP" => Some("GB".into()),
            "USD" => Some("US".into()),
            _ => None,
        })
    }
}

/// `GB` of `en-GB`.
fn region_of(language: &str) -> Option<String> {
    language.split(['-', '_']).nth(1).map(str::to_uppercase)
}
