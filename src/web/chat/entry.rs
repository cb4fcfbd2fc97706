//! How a customer comes in, over whichever wire: a new chat, one to come back to, or the one of a customer whom the website knows.
use super::opening;
use crate::bot::Bot;
use crate::id::SessionId;
use crate::runtime::identity::Claim;
use crate::runtime::{Held, Refusal};
use crate::web::App;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Debug, Default, Deserialize)]
pub struct Hello {
    session: Option<String>,
    token: Option<String>,
    #[serde(default)]
    pub after: u64,
    page: Option<String>,
    language: Option<String>,
    start: Option<String>,
    consent: Option<String>,
    identity: Option<Claim>,
}

pub struct Entered {
    pub session: SessionId,
    /// Where it is another one than the browser has.
    pub token: Option<String>,
    pub upto: u64,
    /// The browser's own chat goes on.
    pub same: bool,
}

pub async fn come_in(app: &App, bot: &Arc<Bot>, hello: Hello) -> Result<Entered, Refusal> {
    let Hello { session, token, after, page, language, start, consent, identity, .. } = hello;
    let own = match session {
        Some(session) => {
            let id = SessionId::parse(&session).ok_or(Refusal::UnknownSession)?;
            let upto = app.runtime.come_back(&bot.id, id, &token.unwrap_or_default(), after).await?;
            Some(Held { session: id, upto })
        }
        None => None,
    };
    if identity.is_none()
        && let Some(Held { session, upto }) = own
    {
        return Ok(Entered { session, token: None, upto, same: true });
    }
    let known = app.runtime.known(bot, identity.as_ref())?;
    if let (Some(own), Some(known)) = (own, &known)
        && let Some(Held { session, upto }) = app.runtime.identify(&bot.id, own.session, known).await?
    {
        return Ok(Entered { session, token: None, upto, same: true });
    }
    let opened = app.runtime.open_for(bot, opening(page, language, start), consent.as_deref(), known).await?;
    Ok(Entered { session: opened.session, token: Some(opened.token), upto: opened.upto, same: false })
}
