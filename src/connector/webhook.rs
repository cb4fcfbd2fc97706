//! Sends webhooks, signed as https://www.standardwebhooks.com describes it: whoever knows the secret sees who sent it, and when.
use super::http::Http;
use super::trouble::{Trouble, asked_pause};
use crate::runtime::webhooks::{Parcel, Undelivered};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::StatusCode;
use sha2::Sha256;

/// A shorter secret can be found by trying.
const SHORTEST: usize = 24;
/// Before a secret that is written in Base64.
const BASE64: &str = "whsec_";

/// The key for a secret: its bytes, or those that it stands for.
fn key(name: &str, secret: &str) -> Result<Vec<u8>, String> {
    let key = match secret.strip_prefix(BASE64) {
        Some(text) => STANDARD.decode(text).map_err(|_| format!("what {name} holds after `{BASE64}` is no Base64"))?,
        None => secret.as_bytes().to_vec(),
    };
    if key.len() < SHORTEST {
        return Err(format!("the secret in {name} is too short: it takes at least {SHORTEST} bytes"));
    }
    Ok(key)
}

/// `v1,` and the signature of id, time and body.
fn signature(key: &[u8], id: &str, seconds: i64, body: &str) -> Result<String, String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|e| e.to_string())?;
    mac.update(format!("{id}.{seconds}.{body}").as_bytes());
    Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

impl From<Trouble> for Undelivered {
    fn from(trouble: Trouble) -> Self {
        let (problem, pause) = match trouble {
            Trouble::Passing { problem, pause, .. } => (problem, pause),
            Trouble::Final(problem) => (problem, None),
        };
        Self { problem, pause, gone: false }
    }
}

impl Http {
    pub(super) async fn send(&self, parcel: Parcel) -> Result<(), Undelivered> {
        let Parcel { webhook, id, at, body } = parcel;
        let words = |problem: String| Undelivered { problem, pause: None, gone: false };
        let secret = self.secrets.get(&webhook.secret)?;
        let seconds = at.0.div_euclid(1000);
        let key = key(&webhook.secret, &secret).map_err(words)?;
        let signature = signature(&key, &id, seconds, &body).map_err(words)?;
        let request = self.clients.to(&webhook.to, &webhook.reach)?.post(&webhook.to).timeout(webhook.timeout);
        let request = request.header("Content-Type", "application/json").header("webhook-id", &id);
        let request = request.header("webhook-timestamp", seconds).header("webhook-signature", signature);
        let response = request.body(body).send().await.map_err(|e| Undelivered::from(Trouble::from(&e)))?;
        let status = response.status();
        if status.is_success() {
            return Ok(());
        }
        let problem = if status.is_redirection() {
            format!("it answered {status}, which leads elsewhere; only the address in `to` is told")
        } else {
            format!("it answered {status}")
        };
        Err(Undelivered { problem, pause: asked_pause(&response), gone: status == StatusCode::GONE })
    }
}
