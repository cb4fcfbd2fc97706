//! What happened, in order: a digest of it all, and the lines themselves where somebody wants to read them.
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Default)]
struct Lines {
    digest: Sha256,
    count: u64,
}

static LINES: Mutex<Option<Lines>> = Mutex::new(None);
static WRONG: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn lock<T>(mutex: &'static Mutex<T>) -> MutexGuard<'static, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Something happened. It is part of what must be the same when the seed is the same.
pub fn line(text: &str) {
    let at = turmoil::sim_elapsed().unwrap_or_default().as_millis();
    if std::env::var_os("SIMULATION_TELLS").is_some() {
        eprintln!("{at:>8} {text}");
    }
    let mut lines = lock(&LINES);
    let lines = lines.get_or_insert_default();
    lines.digest.update(format!("{at} {text}\n"));
    lines.count += 1;
}

/// Something happened that must not.
pub fn wrong(text: String) {
    line(&format!("WRONG {text}"));
    lock(&WRONG).push(text);
}

pub fn all_wrong() -> Vec<String> {
    lock(&WRONG).clone()
}

/// The digest of everything so far.
pub fn digest() -> String {
    let mut lines = lock(&LINES);
    let lines = lines.get_or_insert_default();
    let mut text = format!("{} lines ", lines.count);
    for byte in lines.digest.clone().finalize().iter().take(8) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
