//! One customer who plays a transcript. It survives a server that dies: it comes back, resumes its chat, and sends again what
//! was not acknowledged, under the same client id.
use super::script::{Move, Script};
use super::tally::Tally;
use super::wire::{Item, Lost, Target, Told, Wire, hello, hello_again};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// First and longest pause before a customer tries again.
const AGAIN: Duration = Duration::from_millis(20);
const AGAIN_AT_MOST: Duration = Duration::from_secs(1);

/// A message, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    pub cid: String,
    /// The words; a request for a person has none of its own.
    pub text: Option<String>,
    /// Its place in the journal, once the server acknowledged it.
    pub acked: Option<u64>,
    /// The server refused it for good.
    pub refused: bool,
}

/// All that a customer knows of a chat.
#[derive(Clone, Debug, Default)]
pub struct Record {
    pub session: String,
    pub token: String,
    pub sent: Vec<Sent>,
    /// What was shown, in the order in which it came.
    pub seen: Vec<Item>,
    /// Everything up to here came.
    pub upto: u64,
    /// The server no longer knew the chat, or sent other entries than follow: what it said.
    pub broken: Option<String>,
    /// Why the transcript was not played to its end.
    pub gave_up: Option<String>,
}

/// How patient a customer is.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// With one answer.
    pub answer: Duration,
    /// With a server that is not there or answers nothing.
    pub server: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { answer: Duration::from_secs(20), server: Duration::from_secs(60) }
    }
}

/// Why a chat cannot go on.
enum Stop {
    Lost(Lost),
    /// For good.
    Over,
}

impl From<Lost> for Stop {
    fn from(lost: Lost) -> Self {
        Stop::Lost(lost)
    }
}

pub struct Customer<'a> {
    target: &'a Target,
    script: &'a Script,
    tally: &'a Tally,
    patience: Patience,
    wire: Option<Wire>,
    record: Record,
}

impl<'a> Customer<'a> {
    pub fn new(target: &'a Target, script: &'a Script, tally: &'a Tally, patience: Patience) -> Self {
        Self { target, script, tally, patience, wire: None, record: Record::default() }
    }

    pub fn is_open(&self) -> bool {
        self.wire.is_some()
    }

    /// Begins the chat; it is open afterwards, or given up.
    pub async fn open(&mut self) {
        let begun = Instant::now();
        if self.connected(begun).await {
            self.tally.opened(begun.elapsed());
        }
    }

    /// Does the `n`-th thing of the transcript, which was to happen at `due`; whether the chat can go on.
    pub async fn act(&mut self, n: usize, due: Instant) -> bool {
        let Some(next) = self.script.moves.get(n) else { return false };
        let cid = format!("m{n}");
        let (mut frame, text) = self.frame(next);
        frame["cid"] = cid.clone().into();
        self.record.sent.push(Sent { cid, text, acked: None, refused: false });
        self.deliver(&frame, due).await
    }

    /// Leaves; what it knows of its chat.
    pub async fn leave(mut self) -> Record {
        if let Some(wire) = self.wire.take() {
            wire.close().await;
        }
        self.record
    }

    fn frame(&self, next: &Move) -> (Value, Option<String>) {
        let said = |text: &str| (json!({ "t": "say", "text": text }), Some(text.to_owned()));
        match next {
            Move::Says(text) => said(text),
            Move::WantsPerson => (json!({ "t": "person" }), None),
            Move::Taps(label) => {
                let offered = self.record.seen.iter().rev().find(|i| i.cid.is_none() && i.kind == "message");
                let choice = offered.and_then(|i| i.choices.iter().find(|c| c.label.eq_ignore_ascii_case(label)));
                choice.map_or_else(|| said(label), |c| (json!({ "t": "tap", "choice": c.id }), Some(c.label.clone())))
            }
        }
    }

    /// Connects, as often as it takes; `false` where it gave up.
    async fn connected(&mut self, since: Instant) -> bool {
        let mut pause = AGAIN;
        while self.wire.is_none() && self.record.broken.is_none() {
            match self.begin().await {
                Ok(wire) => self.wire = Some(wire),
                Err(Stop::Over) => break,
                Err(Stop::Lost(lost)) if since.elapsed() > self.patience.server => {
                    self.tally.lost(&lost);
                    self.record.gave_up = Some(lost.to_string());
                    return false;
                }
                Err(Stop::Lost(lost)) => {
                    self.tally.lost(&lost);
                    sleep(pause).await;
                    pause = (pause * 2).min(AGAIN_AT_MOST);
                }
            }
        }
        self.wire.is_some()
    }

    /// A connection that has said `hello` and heard everything up to now.
    async fn begin(&mut self) -> Result<Wire, Stop> {
        let patience = self.patience.answer;
        let mut wire = Wire::connect(self.target, patience).await?;
        let record = &self.record;
        let new = record.token.is_empty();
        let greeting = match new {
            true => hello(self.script.page.as_deref(), self.script.language.as_deref()),
            false => hello_again(&record.session, &record.token, record.upto),
        };
        wire.send(&greeting).await?;
        let mut all = None;
        while all.is_none_or(|upto| self.record.upto < upto) {
            match wire.next(patience).await? {
                Told::Welcome { session, token, upto } => {
                    self.record.session = session;
                    self.record.token = token.unwrap_or_else(|| std::mem::take(&mut self.record.token));
                    all = Some(upto);
                }
                Told::Events { after, upto, items } => self.heard(after, upto, items)?,
                Told::Reset { reason } => {
                    self.record.broken = Some(format!("the server no longer knew the chat: {reason}"));
                    return Err(Stop::Over);
                }
                Told::Error { code, message, retry_after_ms, .. } => {
                    self.tally.refused(&code);
                    // Nothing was opened; these go away by themselves.
                    if matches!(code.as_str(), "busy" | "too_fast") {
                        sleep(Duration::from_millis(retry_after_ms.unwrap_or(200))).await;
                        return Err(Lost::Unreachable(message).into());
                    }
                    self.record.gave_up = Some(message);
                    return Err(Stop::Over);
                }
                Told::Ack { .. } | Told::Other => {}
            }
        }
        if !new {
            self.tally.resumed();
        }
        Ok(wire)
    }

    /// Takes a batch; one that does not follow is asked for again by coming back.
    fn heard(&mut self, after: u64, upto: u64, items: Vec<Item>) -> Result<(), Lost> {
        let record = &mut self.record;
        if after > record.upto {
            return Err(Lost::Broke);
        }
        record.seen.extend(items.into_iter().filter(|i| i.seq > record.upto));
        record.upto = record.upto.max(upto);
        Ok(())
    }

    /// Sends until it is acknowledged and answered, or refused for good.
    async fn deliver(&mut self, frame: &Value, due: Instant) -> bool {
        let (begun, mut due) = (Instant::now(), due);
        loop {
            if !self.connected(begun).await {
                return false;
            }
            match self.once(frame, due).await {
                Ok(None) => return true,
                Ok(Some(pause)) => {
                    if begun.elapsed() > self.patience.server {
                        self.record.gave_up = Some("the server kept refusing a message".into());
                        return false;
                    }
                    sleep(pause).await;
                    due = Instant::now();
                }
                Err(lost) => {
                    self.tally.lost(&lost);
                    self.wire = None;
                    if begun.elapsed() > self.patience.server {
                        self.record.gave_up = Some(lost.to_string());
                        return false;
                    }
                }
            }
        }
    }

    /// Sends once and hears what comes of it; a pause where the server asks for one.
    async fn once(&mut self, frame: &Value, due: Instant) -> Result<Option<Duration>, Lost> {
        self.wire.as_mut().ok_or(Lost::Broke)?.send(frame).await?;
        let own = self.record.sent.len().saturating_sub(1);
        let mut acked = None;
        loop {
            let told = self.wire.as_mut().ok_or(Lost::Broke)?.next(self.patience.answer).await?;
            let Some(sent) = self.record.sent.get_mut(own) else { return Err(Lost::Broke) };
            match told {
                Told::Ack { cid, seq, duplicate } if cid == sent.cid => {
                    sent.acked = Some(seq);
                    acked = Some(seq);
                    self.tally.acked(due.elapsed(), duplicate);
                }
                Told::Error { code, cid: Some(cid), message, retry_after_ms } if cid == sent.cid => {
                    self.tally.refused(&code);
                    if matches!(code.as_str(), "busy" | "too_fast") {
                        return Ok(Some(Duration::from_millis(retry_after_ms.unwrap_or(200))));
                    }
                    sent.refused = true;
                    tracing::info!(code, message, "a message was refused");
                    return Ok(None);
                }
                Told::Error { code, .. } => {
                    self.tally.refused(&code);
                    return Err(Lost::Broke);
                }
                Told::Events { after, upto, items } => self.heard(after, upto, items)?,
                Told::Reset { reason } => {
                    self.record.broken = Some(format!("the server no longer knew the chat: {reason}"));
                    return Err(Lost::Broke);
                }
                Told::Welcome { .. } | Told::Ack { .. } | Told::Other => {}
            }
            // The bot's words are of the same turn as the message, so they come with it.
            if acked.is_some_and(|seq| self.record.upto >= seq) {
                self.tally.answered(due.elapsed());
                return Ok(None);
            }
        }
    }
}
