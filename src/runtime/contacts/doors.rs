//! What pages and flows ask of contacts.
use super::{Changed, Contact, Erasing, fields};
use crate::engine::Input;
use crate::id::ContactId;
use crate::runtime::identity::Known;
use crate::runtime::{Inner, Refusal, Runtime, actor};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// A customer who writes while being erased begins new chats; nobody is that fast for long.
const ATTEMPTS: usize = 8;

/// What somebody wrote into the form of a contact.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    pub version: i64,
    /// By name, as written.
    pub fields: Vec<(String, String)>,
    pub tags: BTreeSet<String>,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edited {
    Done,
    Stale,
    Unknown,
    /// A value that does not fit: the field, and what is wrong.
    Unfit(String, String),
}

impl Runtime {
    /// What the website says of a customer, with what is known of them here besides. What is signed counts more.
    pub(in crate::runtime) async fn with_contact(&self, bot: &str, known: Known) -> Result<Known, Refusal> {
        let found = self.0.store.contacts().contact_known_as(bot, &known.id).await.map_err(actor::busy)?;
        let Some(contact) = found else { return Ok(known) };
        let mut customer = contact.fields;
        customer.extend(known.customer);
        Ok(Known { customer, ..known })
    }

    /// Changes fields and tags of a contact. The chat that the customer has hears of it.
    ///
    /// # Errors
    /// `Busy`, `UnknownBot`.
    pub async fn edit_contact(&self, id: ContactId, edit: Edit) -> Result<Edited, Refusal> {
        let store = self.0.store.contacts();
        let Some(mut contact) = store.contact(id).await.map_err(actor::busy)? else { return Ok(Edited::Unknown) };
        if contact.version != edit.version {
            return Ok(Edited::Stale);
        }
        let bot = self.bot(&contact.bot).ok_or(Refusal::UnknownBot)?;
        let mut news = Map::new();
        for (name, text) in edit.fields {
            match fields::read(&bot.settings, &name, &text, self.now()) {
                Ok(value) if contact.fields.get(&name).unwrap_or(&Value::Null) == &value => {}
                Ok(value) => drop(news.insert(name, value)),
                Err(words) => return Ok(Edited::Unfit(name, words)),
            }
        }
        contact.fields.extend(news.clone());
        contact.fields.retain(|_, value| !value.is_null());
        contact.tags = edit.tags;
        match store.change_contact(contact.clone()).await.map_err(actor::busy)? {
            Changed::Done => {}
            Changed::Stale => return Ok(Edited::Stale),
            Changed::Unknown => return Ok(Edited::Unknown),
        }
        let own = self.0.store.known_as(&contact.bot, &contact.known_as).await.map_err(actor::busy)?;
        if let Some(session) = own.filter(|_| !news.is_empty()) {
            // The contact is changed in any case: a chat that cannot hear of it now does when the customer comes next.
            if let Err(problem) = self.give(session, Input::Identified { customer: news }).await {
                tracing::warn!(%session, %problem, "a chat did not hear of its contact's change");
            }
        }
        Ok(Edited::Done)
    }

    /// Erases a contact with all chats: what was said and known goes, places and the number stay. Whether there was one.
    ///
    /// # Errors
    /// `Busy`; then it can be done again.
    pub async fn erase_contact(&self, id: ContactId) -> Result<bool, Refusal> {
        self.0.erase_contact(id).await
    }
}

impl Inner {
    pub(super) async fn erase_contact(self: &std::sync::Arc<Self>, id: ContactId) -> Result<bool, Refusal> {
        for _ in 0..ATTEMPTS {
            match self.store.contacts().erase_contact(id, self.clock.now()).await.map_err(actor::busy)? {
                Erasing::Done => return Ok(true),
                Erasing::Unknown => return Ok(false),
                Erasing::Has(chats) => {
                    for session in chats {
                        match self.erase(session).await {
                            Ok(()) | Err(Refusal::UnknownSession) => {}
                            Err(refusal) => return Err(refusal),
                        }
                    }
                }
            }
        }
        Err(Refusal::Busy)
    }
}

/// A contact as the inbox shows it.
pub fn shown(contact: &Contact) -> Vec<(String, String)> {
    contact.fields.iter().map(|(name, value)| (fields::label(name), fields::write(value))).collect()
}
