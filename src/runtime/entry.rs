//! The door: a customer begins a chat, comes back to one, or is told apart by the website.
use super::identity::{Claim, Known, entered, verify};
use super::{Opened, Opening, Refusal, Runtime, hashed, secret};
use crate::bot::Bot;
use crate::engine::{Input, Session};
use crate::id::SessionId;
use std::sync::Arc;

/// Version of a text that customers agree to.
pub fn version(text: &str) -> String {
    hashed(text).iter().take(6).map(|b| format!("{b:02x}")).collect()
}

/// A chat that the customer has, by its token.
#[derive(Clone, Debug)]
pub struct Held {
    pub session: SessionId,
    pub upto: u64,
}

impl Runtime {
    /// Whom the website says that the customer is.
    ///
    /// # Errors
    /// `BadIdentity` where the signature is missing, wrong or too old, `IdentifyFirst` where nobody else may chat.
    pub fn known(&self, bot: &Bot, claim: Option<&Claim>) -> Result<Option<Known>, Refusal> {
        let Some(identity) = &bot.settings.identity else {
            return if claim.is_some() { Err(Refusal::BadIdentity) } else { Ok(None) };
        };
        let Some(claim) = claim else {
            return if identity.required { Err(Refusal::IdentifyFirst) } else { Ok(None) };
        };
        let Some(secret) = self.0.connector.secret(&identity.secret) else {
            tracing::error!(
                bot = bot.id,
                name = identity.secret,
                "the secret for identities is not set in the environment"
            );
            return Err(Refusal::BadIdentity);
        };
        verify(&bot.settings, &secret, claim, self.now()).map(Some)
    }

    /// Begins a chat, or comes back to the one that this customer has: one person, one chat.
    ///
    /// # Errors
    /// `UnknownBot`, `ConsentNeeded`, `Busy`.
    pub async fn open_for(
        &self,
        bot: &Arc<Bot>,
        opening: Opening,
        consent: Option<&str>,
        known: Option<Known>,
    ) -> Result<Opened, Refusal> {
        let Some(known) = known else {
            let opening = agreed(bot, opening, consent)?;
            return self.open(&bot.id, opening).await;
        };
        let known = self.with_contact(&bot.id, known).await?;
        if let Some(session) = self.0.store.known_as(&bot.id, &known.id).await.map_err(super::actor::busy)? {
            match self.enter_as(session, known.clone()).await {
                // What is lost must not keep the customer out for ever.
                Err(Refusal::Damaged) => return self.begin_anew(bot, opening, consent, known).await,
                entered => return entered,
            }
        }
        let mut opening = agreed(bot, opening, consent)?;
        opening.customer.extend(known.customer.clone());
        let (session, token) = self.make(bot).await?;
        let own = self.0.store.bind(&bot.id, &known.id, session, false).await.map_err(super::actor::busy)?;
        // Two windows at once: the other one was first, and a chat without a first turn is none.
        if own != session {
            return self.enter_as(own, known).await;
        }
        self.first_turn(session, token, opening).await
    }

    async fn begin_anew(
        &self,
        bot: &Arc<Bot>,
        opening: Opening,
        consent: Option<&str>,
        known: Known,
    ) -> Result<Opened, Refusal> {
        let mut opening = agreed(bot, opening, consent)?;
        opening.customer.extend(known.customer);
        let (session, token) = self.make(bot).await?;
        self.0.store.bind(&bot.id, &known.id, session, true).await.map_err(super::actor::busy)?;
        self.first_turn(session, token, opening).await
    }

    /// Comes back to a chat as the one whose it is.
    async fn enter_as(&self, session: SessionId, known: Known) -> Result<Opened, Refusal> {
        let now = self.now();
        let (token, seq, has) =
            self.look(session, move |s, kept| (entered(kept, now), s.seq, s.customer.clone())).await?;
        let news = known.customer.iter().any(|(name, value)| has.get(name) != Some(value));
        let upto =
            if news { self.give(session, Input::Identified { customer: known.customer }).await?.seq } else { seq };
        Ok(Opened { session, token: token.ok_or(Refusal::Busy)?, upto })
    }

    /// Who has the chat turns out to be somebody. `None` where it is somebody else's: then it is not shown to them.
    ///
    /// # Errors
    /// `Busy`.
    pub async fn identify(&self, bot: &str, session: SessionId, known: &Known) -> Result<Option<Held>, Refusal> {
        let known = &self.with_contact(bot, known.clone()).await?;
        let has = self.look(session, |s, _| s.customer.clone()).await?;
        match has.get("id") {
            Some(id) if id.as_str() != Some(&known.id) => return Ok(None),
            Some(_) => {}
            None => drop(self.0.store.bind(bot, &known.id, session, true).await.map_err(super::actor::busy)?),
        }
        let news = known.customer.iter().any(|(name, value)| has.get(name) != Some(value));
        if news {
            self.give(session, Input::Identified { customer: known.customer.clone() }).await?;
        }
        let upto = self.look(session, |s, _| s.seq).await?;
        Ok(Some(Held { session, upto }))
    }

    /// A new chat in the store, without its first turn.
    pub(super) async fn make(&self, bot: &Bot) -> Result<(SessionId, String), Refusal> {
        let token = secret()?;
        let session = Session::new(SessionId::new(uuid::Uuid::now_v7()), &bot.id, self.now());
        self.0.store.create(&session, hashed(&token)).await.map_err(super::actor::busy)?;
        Ok((session.id, token))
    }

    pub(super) async fn first_turn(
        &self,
        session: SessionId,
        token: String,
        opening: Opening,
    ) -> Result<Opened, Refusal> {
        let Opening { page, language, customer, start } = opening;
        let input = Input::Opened { page, language, customer, returning: false, start };
        let receipt = self.give(session, input).await?;
        Ok(Opened { session, token, upto: receipt.seq })
    }
}

/// Where the bot asks for consent, the chat carries to which words it was given.
fn agreed(bot: &Bot, mut opening: Opening, consent: Option<&str>) -> Result<Opening, Refusal> {
    let Some(text) = &bot.settings.consent else { return Ok(opening) };
    let version = version(text);
    if consent != Some(&version) {
        return Err(Refusal::ConsentNeeded);
    }
    opening.customer.insert("consent".into(), version.into());
    Ok(opening)
}
