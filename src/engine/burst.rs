//! Several messages in a row, read as one thought: "I want", "my money back". Each is in the journal at once; the bot's turn
//! waits a moment for the rest where words are free, and answers at once where they are an answer already.
use super::run::Run;
use super::session::{Unread, Wait};
use super::words::same;
use super::{Holder, Timer};
use crate::bot::op::Op;
use crate::understand::answers;

/// However fast they come, after so many pauses the bot has its turn.
const PAUSES: u32 = 5;
/// Messages and bytes that are read together.
const MOST: usize = 20;
const LONGEST: usize = 8_000;

impl Run<'_> {
    /// Keeps words for later where more may come; else what was kept and these, to be read now.
    pub fn whole_thought(&mut self, text: &str) -> Option<String> {
        let pause = self.bot.settings.more_words;
        let unread = self.control.unread.get_or_insert(Unread { since: self.now, texts: vec![] });
        unread.texts.push(text.to_owned());
        let since = unread.since;
        let full = unread.texts.len() >= MOST || unread.texts.iter().map(String::len).sum::<usize>() >= LONGEST;
        if pause.is_zero() || full || !self.more_may_come(text) {
            return self.unread();
        }
        let due = (self.now + pause).min(since + pause * PAUSES);
        self.set_timer(Timer::More, due);
        None
    }

    /// All that was not read yet.
    pub fn unread(&mut self) -> Option<String> {
        self.cancel_timer(Timer::More);
        self.control.unread.take().map(|unread| unread.texts.join("\n"))
    }

    /// Whether words are free here: an open question, any text, a comment; and not an answer as they are.
    fn more_may_come(&mut self, text: &str) -> bool {
        if self.control.choices.iter().any(|c| same(&c.label, text)) || self.asks_for_a_secret() {
            return false;
        }
        match (&self.control.wait, self.op().map(|p| &p.op)) {
            (Wait::Comment { .. }, _) | (Wait::Answer, Some(Op::Triage(_))) => true,
            (Wait::Answer, Some(Op::Ask(ask))) => {
                let frame = self.answer_frame();
                let exact = ask.accepts.iter().filter(|k| !k.takes_nearly_anything());
                let free = ask.accepts.iter().any(answers::Kind::takes_nearly_anything);
                free && exact.into_iter().all(|k| answers::find(k, text, &frame).is_none())
            }
            _ => false,
        }
    }

    /// Nothing more came.
    pub fn all_was_said(&mut self) {
        let text = self.unread();
        if let Some(text) = text.filter(|_| !matches!(self.session.holder, Holder::Agent { .. })) {
            self.heard = true;
            self.answer = Some(text.clone());
            self.words(&text);
        }
    }
}
