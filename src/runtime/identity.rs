//! Who a customer is, told by the website and signed by its server: an HMAC over id, e-mail and name, or a short-lived JWT.
//! The browser carries it; nothing of it is believed without the signature.
use super::Refusal;
use super::ports::Hash;
use crate::bot::settings::Settings;
use crate::time::Millis;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::Sha256;

/// What a browser sends of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Claim {
    /// A JWT, signed with HS256.
    Token { token: String },
    /// `hash` signs all three, each on a line of its own.
    Signed {
        id: String,
        #[serde(default)]
        email: String,
        #[serde(default)]
        name: String,
        hash: String,
    },
}

/// A customer whom the website knows.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    pub id: String,
    /// Fields of `customer`, the id as `id`.
    pub customer: Map<String, Value>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
}

#[derive(Deserialize)]
struct Body {
    sub: String,
    exp: i64,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// A JWT lives no longer than this: one that is copied from a page is soon worth nothing.
const LONGEST: i64 = 24 * 3600;
/// Clocks differ.
const SLACK: i64 = 60;
const LONGEST_ID: usize = 200;
const LONGEST_FIELD: usize = 400;
/// A token for a chat that was entered by identity works this long.
const ENTERED: i64 = 24 * 3600 * 1000;

fn mac(key: &[u8], parts: &[&str]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(parts.join("\n").as_bytes());
    Some(mac)
}

/// Believes a claim, or not.
///
/// # Errors
/// `BadIdentity`, always with the same words: which part is wrong helps only who guesses.
pub fn verify(settings: &Settings, secret: &str, claim: &Claim, now: Millis) -> Result<Known, Refusal> {
    let found = match claim {
        Claim::Token { token } => token_body(secret, token, now.0 / 1000),
        Claim::Signed { id, email, name, hash } => signed(secret, [id, email, name], hash),
    };
    let (id, fields) =
        found.filter(|(id, _)| !id.trim().is_empty() && id.len() <= LONGEST_ID).ok_or(Refusal::BadIdentity)?;
    let fits = |name: &str, value: &Value| {
        settings.customer.contains_key(name) && !value.is_null() && value.to_string().len() <= LONGEST_FIELD
    };
    let mut customer: Map<String, Value> = fields.into_iter().filter(|(n, v)| fits(n, v)).collect();
    customer.insert("id".into(), id.clone().into());
    Ok(Known { id, customer })
}

fn signed(secret: &str, [id, email, name]: [&String; 3], hash: &str) -> Option<(String, Map<String, Value>)> {
    // A line break within a part would let one signature stand for other parts.
    if [id, email, name].iter().any(|part| part.contains('\n')) {
        return None;
    }
    let given = unhex(hash)?;
    mac(secret.as_bytes(), &[id, email, name])?.verify_slice(&given).ok()?;
    let fields = [("email", email), ("name", name)].into_iter().filter(|(_, v)| !v.is_empty());
    Some((id.clone(), fields.map(|(n, v)| (n.to_owned(), Value::from(v.as_str()))).collect()))
}

fn token_body(secret: &str, token: &str, now: i64) -> Option<(String, Map<String, Value>)> {
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, body) = signed.split_once('.')?;
    mac(secret.as_bytes(), &[signed])?.verify_slice(&base64url(signature)?).ok()?;
    let header: Header = serde_json::from_slice(&base64url(header)?).ok()?;
    let body: Body = serde_json::from_slice(&base64url(body)?).ok()?;
    let in_time = body.exp > now - SLACK && body.exp <= now + LONGEST + SLACK && body.nbf.unwrap_or(now) <= now + SLACK;
    (header.alg == "HS256" && in_time).then_some((body.sub, body.rest))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    let pairs = digits.chunks_exact(2).map(|p| u8::from_str_radix(std::str::from_utf8(p).ok()?, 16).ok());
    if digits.len().is_multiple_of(2) { pairs.collect() } else { None }
}

/// Base64 as JWTs have it: with `-` and `_`, without `=`.
fn base64url(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut held, mut bits) = (0_u32, 0_u32);
    for sign in text.bytes() {
        let value = match sign {
            b'A'..=b'Z' => sign - b'A',
            b'a'..=b'z' => sign - b'a' + 26,
            b'0'..=b'9' => sign - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        held = (held << 6 | u32::from(value)) & 0xffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
        }
    }
    Some(bytes)
}

/// A token for a chat that somebody entered by who they are: its secret is what the server keeps of the first token.
pub fn entered(kept: &Hash, now: Millis) -> Option<String> {
    let until = (now.0 + ENTERED).to_string();
    let sum = mac(kept, &["entered", &until])?.finalize().into_bytes();
    let sum: String = sum.iter().map(|b| format!("{b:02x}")).collect();
    Some(format!("{until}.{sum}"))
}

pub fn is_entered(kept: &Hash, token: &str, now: Millis) -> bool {
    let Some((until, sum)) = token.split_once('.') else { return false };
    let in_time = until.parse::<i64>().is_ok_and(|until| until > now.0);
    let right = || mac(kept, &["entered", until])?.verify_slice(&unhex(sum)?).ok();
    in_time && right().is_some()
}
