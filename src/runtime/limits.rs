//! How much one chat may ask of everybody else's server.
use std::time::{Duration, Instant};

#[derive(Clone, Debug)]
pub struct Limits {
    /// Messages that may come at once.
    pub burst: u32,
    /// One more message each.
    pub every: Duration,
    /// A chat without anything to do leaves memory after this long.
    pub idle: Duration,
    /// Inputs that wait for one chat; more are refused as busy.
    pub mailbox: usize,
    /// Longest message, in characters.
    pub longest: usize,
    /// Largest photo or file, in bytes.
    pub file: usize,
    /// Photos and files of one chat, and their bytes together.
    pub files: u64,
    pub all_files: u64,
    /// Photos and files on their way in at a time, over all chats: each lies in memory until it is kept.
    pub uploads: usize,
    /// About how many chats may be in memory at a time; those that sleep wait until one leaves.
    pub live: usize,
    /// Inputs of customers, over all chats, that are on their way into the journal at a time; more are refused at once.
    pub inputs: usize,
    /// Requests to other systems at a time.
    pub calls: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            burst: 10,
            every: Duration::from_secs(1),
            idle: Duration::from_secs(120),
            mailbox: 64,
            longest: 4_000,
            file: 10 * 1024 * 1024,
            files: 20,
            all_files: 40 * 1024 * 1024,
            uploads: 16,
            live: 50_000,
            inputs: 4_096,
            calls: 64,
        }
    }
}

/// A bucket that fills with time and is emptied by messages.
#[derive(Debug)]
pub struct Bucket {
    left: f64,
    at: Instant,
}

impl Bucket {
    pub fn new(limits: &Limits) -> Self {
        Self { left: f64::from(limits.burst), at: Instant::now() }
    }

    /// Takes one, or says how long to wait.
    ///
    /// # Errors
    /// The time after which there will be one.
    pub fn take(&mut self, limits: &Limits) -> Result<(), Duration> {
        let now = Instant::now();
        let gained = now.duration_since(self.at).as_secs_f64() / limits.every.as_secs_f64().max(1e-6);
        self.left = (self.left + gained).min(f64::from(limits.burst));
        self.at = now;
        if self.left >= 1.0 {
            self.left -= 1.0;
            return Ok(());
        }
        Err(limits.every.mul_f64(1.0 - self.left))
    }
}
