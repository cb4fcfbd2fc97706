//! Customers over all their chats. One is known by what a website signs, and by nothing else: an address that somebody typed makes
//! nobody the one to whom it belongs.
pub mod doors;
pub mod fields;
pub mod keep;
pub mod table;

use super::desk::tickets::Ticket;
use super::ports::Stored;
use super::view::Row;
use crate::engine::{Event, What};
use crate::id::{ContactId, SessionId};
use crate::time::Millis;
use async_trait::async_trait;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// What stands among the details of a customer and is none: the name under which the website knows them, the text they agreed to.
const NO_FIELDS: [&str; 2] = ["id", "consent"];
/// Tags of one contact, and the longest.
pub const TAGS: usize = 20;
pub const TAG: usize = 40;
/// The longest note, in characters.
pub const NOTE: usize = 2_000;

#[derive(Clone, Debug, PartialEq)]
pub struct Contact {
    pub id: ContactId,
    pub bot: String,
    /// The name under which the website knows and signs the customer.
    pub known_as: String,
    /// Fields of `customer` in bot.yaml.
    pub fields: Map<String, Value>,
    pub tags: BTreeSet<String>,
    pub created: Millis,
    /// When the customer last came, or was taken over from a file.
    pub seen: Millis,
    /// Changes with every change: who changes what somebody else has changed meanwhile is told so.
    pub version: i64,
}

impl Contact {
    /// A name for lists: theirs, else the e-mail address, else the website's.
    pub fn name(&self) -> &str {
        let field = |name: &str| self.fields.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
        field("name").or_else(|| field("first_name")).or_else(|| field("email")).unwrap_or(&self.known_as)
    }

    /// Takes over what is known now; whether any of it is news.
    pub fn learns(&mut self, fields: &Map<String, Value>) -> bool {
        let news: Vec<_> = fields.iter().filter(|(name, value)| self.fields.get(*name) != Some(value)).collect();
        let any = !news.is_empty();
        news.into_iter().for_each(|(name, value)| drop(self.fields.insert(name.clone(), value.clone())));
        any
    }

    /// By which words the contact is found.
    pub fn words(&self) -> String {
        words(&self.known_as, &self.fields, &self.tags)
    }
}

pub fn words(known_as: &str, fields: &Map<String, Value>, tags: &BTreeSet<String>) -> String {
    let texts = fields.values().filter_map(Value::as_str);
    [known_as].into_iter().chain(texts).chain(tags.iter().map(String::as_str)).collect::<Vec<_>>().join(" ")
}

/// A signed customer, as an entry of a chat's journal tells of one.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    pub known_as: String,
    pub fields: Map<String, Value>,
    pub at: Millis,
}

pub fn told(event: &Event) -> Option<Told> {
    let (What::Opened { customer, .. } | What::Identified { customer }) = &event.what else { return None };
    let known_as = customer.get("id")?.as_str()?.to_owned();
    let own = customer.iter().filter(|(name, value)| !NO_FIELDS.contains(&name.as_str()) && !value.is_null());
    Some(Told { known_as, fields: own.map(|(n, v)| (n.clone(), v.clone())).collect(), at: event.at })
}

/// One that is taken over from a file. Where there is one of this name it learns, and keeps what the file does not tell.
#[derive(Clone, Debug, PartialEq)]
pub struct Fresh {
    pub bot: String,
    pub known_as: String,
    pub fields: Map<String, Value>,
    pub tags: BTreeSet<String>,
}

/// Where a list goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After {
    pub seen: Millis,
    pub id: ContactId,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    Done,
    /// Somebody was faster.
    Stale,
    Unknown,
}

/// What became of a wish to erase somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Erasing {
    Done,
    /// These chats are there still.
    Has(Vec<SessionId>),
    Unknown,
}

/// What colleagues wrote down about somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    pub at: Millis,
    /// Who wrote it, by the name at that time.
    pub name: String,
    pub text: String,
}

/// A chat that somebody had, or has.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    pub row: Row,
    pub ticket: Option<Ticket>,
}

/// What a store keeps of contacts. It learns of them with the turn in which they are told (`told`).
#[async_trait]
pub trait Contacts: Send + Sync {
    /// Those whose words begin like all of these, whoever was there last first.
    async fn contacts(&self, words: &str, after: Option<After>, limit: usize) -> Stored<Vec<Contact>>;
    async fn contact(&self, id: ContactId) -> Stored<Option<Contact>>;
    /// When the contact of this number was erased.
    async fn contact_erased(&self, id: ContactId) -> Stored<Option<Millis>>;
    async fn contact_known_as(&self, bot: &str, known_as: &str) -> Stored<Option<Contact>>;
    /// Whose chat this is.
    async fn contact_of(&self, session: SessionId) -> Stored<Option<Contact>>;
    /// Takes contacts over, all or none; how many are new.
    async fn take_over(&self, fresh: Vec<Fresh>, now: Millis) -> Stored<usize>;
    /// Writes fields and tags down, where nobody did since `contact` was read.
    async fn change_contact(&self, contact: Contact) -> Stored<Changed>;
    /// The latest first.
    async fn remarks(&self, id: ContactId, limit: usize) -> Stored<Vec<Remark>>;
    /// Whether there is such a contact.
    async fn remark(&self, id: ContactId, remark: Remark) -> Stored<bool>;
    /// The latest first.
    async fn past(&self, id: ContactId, limit: usize) -> Stored<Vec<Past>>;
    /// Erases somebody who has no chats: all but the number goes.
    async fn erase_contact(&self, id: ContactId, now: Millis) -> Stored<Erasing>;
    /// Chats of a bot that are over, whose last word is older than this; the oldest first.
    async fn old_chats(&self, bot: &str, before: Millis, limit: usize) -> Stored<Vec<SessionId>>;
    /// Contacts of a bot who were not there since, and for whom nobody is at work; the oldest first.
    async fn old_contacts(&self, bot: &str, before: Millis, limit: usize) -> Stored<Vec<ContactId>>;
}
