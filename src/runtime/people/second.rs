//! The second factor: a code from an app that changes every half minute (RFC 6238), or one of ten recovery codes. A code is worth
//! something once.
use crate::runtime::ports::Hash;
use crate::runtime::{Refusal, hashed};
use crate::time::Millis;
use serde::{Deserialize, Serialize};
use totp_rs::{Builder, Secret, Totp};

/// As RFC 4226 recommends.
const BYTES: usize = 20;
/// Codes for the day on which the phone is lost.
const RECOVERY: usize = 10;
/// Letters and digits that are not mistaken for each other: 32, so that five bits make one.
const LETTERS: &[u8; 32] = b"23456789abcdefghjkmnpqrstuvwxyz-";

/// What is kept of somebody's second factor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Second {
    /// In Base32, as apps take it.
    pub secret: String,
    /// The half minute whose code was used last: it and all before are worth nothing any more.
    pub used: u64,
    /// Hashes of the recovery codes that are left.
    pub recovery: Vec<Hash>,
}

/// What a code turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// Of this half minute.
    App(u64),
    Recovery(Hash),
}

/// A secret that nobody has had yet.
///
/// # Errors
/// The system gives no random bytes.
pub fn fresh() -> Result<String, Refusal> {
    let mut bytes = [0_u8; BYTES];
    getrandom::fill(&mut bytes).map_err(|_| Refusal::Busy)?;
    Ok(Secret::from(bytes).to_base32())
}

/// Recovery codes like `k7m2-qx4p-9tbh`.
///
/// # Errors
/// The system gives no random bytes.
pub fn recovery_codes() -> Result<Vec<String>, Refusal> {
    (0..RECOVERY).map(|_| recovery_code()).collect()
}

fn recovery_code() -> Result<String, Refusal> {
    let mut code = String::new();
    while code.len() < 14 {
        let mut byte = [0_u8; 1];
        getrandom::fill(&mut byte).map_err(|_| Refusal::Busy)?;
        // The last of the 32 stands between groups.
        let letter = LETTERS.get(usize::from(byte[0] & 31)).copied().filter(|l| *l != b'-');
        if let Some(letter) = letter {
            if matches!(code.len(), 4 | 9) {
                code.push('-');
            }
            code.push(char::from(letter));
        }
    }
    Ok(code)
}

/// What is kept of a recovery code, however it is typed.
pub fn recovery_hash(code: &str) -> Hash {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    hashed(&plain)
}

fn totp(secret: &str, email: &str) -> Option<Totp> {
    let secret = Secret::try_from_base32(secret).ok()?;
    // A colon would end the name.
    let name = email.replace(':', " ");
    Builder::new().with_secret(secret).with_account_name(name).with_issuer(Some("rapport")).build().ok()
}

/// What an app reads from a picture.
pub fn address(secret: &str, email: &str) -> Option<String> {
    totp(secret, email)?.to_url().ok()
}

/// The half minute of a code from the app.
pub fn fits(secret: &str, code: &str, now: Millis) -> Option<u64> {
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    let seconds = u64::try_from(now.0 / 1000).ok()?;
    totp(secret, "rapport")?.check(&digits, seconds)
}

impl Second {
    /// What this code is, where it is worth something.
    pub fn reads(&self, code: &str, now: Millis) -> Option<Code> {
        if let Some(step) = fits(&self.secret, code, now).filter(|step| *step > self.used) {
            return Some(Code::App(step));
        }
        let hash = recovery_hash(code);
        self.recovery.contains(&hash).then_some(Code::Recovery(hash))
    }

    /// Uses a code up; `false` where somebody was faster.
    pub fn spend(&mut self, code: Code) -> bool {
        match code {
            Code::App(step) if step > self.used => {
                self.used = step;
                true
            }
            Code::App(_) => false,
            Code::Recovery(hash) => {
                let before = self.recovery.len();
                self.recovery.retain(|h| *h != hash);
                self.recovery.len() < before
            }
        }
    }
}
