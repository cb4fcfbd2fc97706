//! OAuth 2: tokens for a while, fetched once and used until they end.
use super::clients::Clients;
use super::secrets::Secrets;
use super::trouble::Trouble;
use crate::bot::integrations::{OAuth, Reach};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// A token that ends so soon is not used any more.
const MARGIN: Duration = Duration::from_secs(30);
/// How long a token is used whose end is not told.
const USUAL: Duration = Duration::from_secs(300);
const TIMEOUT: Duration = Duration::from_secs(10);
/// A token and what stands beside it is small.
const LARGEST: usize = 64 * 1024;

type Place = Arc<Mutex<Option<(String, Instant)>>>;

/// One place for each system: while one request fetches its token, the others wait for it.
#[derive(Debug, Default)]
pub struct Tokens(Mutex<BTreeMap<String, Place>>);

impl Tokens {
    async fn place(&self, system: &str) -> Place {
        self.0.lock().await.entry(system.to_owned()).or_default().clone()
    }

    /// The token of a system.
    pub async fn get(
        &self,
        system: &str,
        auth: &OAuth,
        reach: &Reach,
        clients: &Clients,
        secrets: &Secrets,
    ) -> Result<String, Trouble> {
        let place = self.place(system).await;
        let mut held = place.lock().await;
        if let Some((token, _)) = held.as_ref().filter(|(_, until)| *until > Instant::now()) {
            return Ok(token.clone());
        }
        let (token, length) = fetch(auth, reach, clients, secrets).await?;
        *held = Some((token.clone(), Instant::now() + length.saturating_sub(MARGIN)));
        Ok(token)
    }

    /// The system takes this token no longer.
    pub async fn forget(&self, system: &str, token: &str) {
        let place = self.place(system).await;
        let mut held = place.lock().await;
        if held.as_ref().is_some_and(|(own, _)| own == token) {
            *held = None;
        }
    }
}

async fn fetch(
    auth: &OAuth,
    reach: &Reach,
    clients: &Clients,
    secrets: &Secrets,
) -> Result<(String, Duration), Trouble> {
    let client = clients.to(&auth.token, reach)?;
    let form = form(auth, secrets)?;
    let request = client.post(&auth.token).timeout(TIMEOUT).header("Accept", "application/json");
    let request = request.header("Content-Type", "application/x-www-form-urlencoded").body(form);
    let mut response = request.send().await.map_err(|e| log_in(Trouble::from(&e)))?;
    if !response.status().is_success() {
        let trouble = Trouble::status(&response, &[200]);
        let status = response.status();
        let wrong =
            format!("the log-in at {} answered {status}: look at ${{{}}} and the client", auth.token, auth.secret);
        return Err(if matches!(trouble, Trouble::Final(_)) { Trouble::Final(wrong) } else { log_in(trouble) });
    }
    let bytes = super::reply::bytes(&mut response, LARGEST).await.map_err(log_in)?;
    let answer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let Some(token) = answer.get("access_token").and_then(Value::as_str) else {
        return Err(Trouble::Final(format!("the log-in at {} gave no `access_token`", auth.token)));
    };
    let seconds = answer.get("expires_in").and_then(Value::as_u64);
    Ok((token.to_owned(), seconds.map_or(USUAL, Duration::from_secs)))
}

fn form(auth: &OAuth, secrets: &Secrets) -> Result<String, Trouble> {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    match &auth.refresh {
        Some(name) => form.append_pair("grant_type", "refresh_token").append_pair("refresh_token", &secrets.get(name)?),
        None => form.append_pair("grant_type", "client_credentials"),
    };
    form.append_pair("client_id", &secrets.value(&auth.client)?);
    form.append_pair("client_secret", &secrets.get(&auth.secret)?);
    if let Some(scope) = &auth.scope {
        form.append_pair("scope", scope);
    }
    Ok(form.finish())
}

/// Without a token nothing was asked.
fn log_in(trouble: Trouble) -> Trouble {
    match trouble {
        Trouble::Passing { problem, pause, .. } => {
            Trouble::Passing { problem: format!("the log-in did not work: {problem}"), pause, undone: true }
        }
        last => last,
    }
}
