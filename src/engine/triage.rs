//! The open question: which topic the customer's words are about.
use super::run::Run;
use super::session::Wait;
use super::words::same;
use super::{Choice, Way, What};
use crate::bot::house;
use crate::bot::op::{At, Op, Triage};
use crate::bot::phrases;
use crate::understand::answers::{self, Frame, Kind};
use crate::understand::topics::{Reading, Verdict};
use serde_json::Value;

/// Tries without a handler of the author's.
pub(super) const TRIES: u32 = 3;
/// Topics offered on the last try, and the score from which on one is worth a button.
const OFFERED: usize = 3;
const LIKELY: f32 = 0.15;
const NONE_OF_THESE: &str = "none_of_these";

impl Run<'_> {
    pub fn triage(&mut self, triage: &Triage) {
        if let Some(words) = self.pending.take().or_else(|| self.answered_before()) {
            return self.read_topic(triage, &words);
        }
        if let Some(text) = self.vary(&triage.question, &[]) {
            let choices = self.offers(triage);
            if self.broken.is_some() {
                return;
            }
            self.message(text, choices, None);
            self.wait(Wait::Answer);
        }
    }

    pub fn offers(&mut self, triage: &Triage) -> Vec<Choice> {
        let fitting: Vec<&String> = triage.offers.iter().filter(|flow| self.is_for(flow)).collect();
        let choice = |flow: &String| Choice { id: flow.clone(), label: self.title(flow) };
        fitting.into_iter().map(choice).collect()
    }

    /// A button of a triage or of "did you mean".
    pub fn topic_tapped(&mut self, triage: &Triage, choice: &str) {
        if choice == NONE_OF_THESE {
            return self.not_these(triage);
        }
        self.start_topic(triage, choice);
    }

    /// Words that answer the open question.
    pub fn read_topic(&mut self, triage: &Triage, words: &str) {
        self.topic_of(triage, words, false);
    }

    /// The topic of words; `again` where they answer "did you mean".
    fn topic_of(&mut self, triage: &Triage, words: &str, again: bool) {
        let offers = self.offers(triage);
        let offered = offers.iter().find(|o| same(&o.label, words)).map(|o| o.id.as_str());
        let reading = self.reading(words);
        if let Some(flow) = offered {
            self.understood(&reading, Some(flow));
            return self.start_topic(triage, flow);
        }
        match &reading.verdict {
            Verdict::Sure(flow) => {
                self.understood(&reading, Some(flow));
                self.start_topic(triage, flow);
            }
            // Words that answer "did you mean" by none of these are a failed try.
            Verdict::Close(flows) if !again => {
                self.understood(&reading, None);
                // Only the first time is free, so that asking back has an end.
                if self.tries() > 0 {
                    let tries = self.try_failed();
                    if self.given_up(triage, tries) {
                        return;
                    }
                }
                self.did_you_mean(flows);
            }
            Verdict::Close(_) | Verdict::Nothing => {
                self.understood(&reading, None);
                let likely = self.likely(&reading);
                self.topic_unclear(triage, &likely);
            }
        }
    }

    pub fn understood(&mut self, reading: &Reading, topic: Option<&str>) {
        let scores =
            reading.ranked.iter().take(3).map(|s| (s.topic.clone(), (s.score * 100.0).round() / 100.0)).collect();
        self.emit(What::Understood { topic: topic.map(str::to_owned), scores, mood: self.session.mood });
    }

    fn start_topic(&mut self, triage: &Triage, flow: &str) {
        self.saw(Way::Button(flow.to_owned()));
        if let Some((_, at)) = triage.topics.iter().find(|(name, _)| name == flow) {
            self.go(*at);
        } else {
            // Said again, the question stands as it was; as with any other question not without end.
            if flow != house::SAY_THAT_AGAIN {
                self.next();
            } else if self.control.digressions >= self.bot.settings.digressions {
                return self.topic_unclear(triage, &[]);
            } else {
                self.control.digressions += 1;
            }
            // Asked for once more it begins anew, and does not wait for itself.
            if let Some(open) = self.control.topics.iter().position(|t| t.flow == flow) {
                self.control.topics.truncate(open);
            }
            let words = self.answer.clone().unwrap_or_default();
            self.turn_to(flow, &words);
        }
        self.run();
    }

    fn did_you_mean(&mut self, flows: &[String]) {
        self.ask_which(self.said(phrases::DID_YOU_MEAN), flows, vec![]);
    }

    /// Asks which of `flows` is meant, with buttons for them, for more, and for something else.
    fn ask_which(&mut self, text: String, flows: &[String], more: Vec<Choice>) {
        let mut choices: Vec<Choice> = flows.iter().map(|f| Choice { id: f.clone(), label: self.title(f) }).collect();
        choices.extend(more.into_iter().filter(|offer| !flows.contains(&offer.id)));
        choices.push(Choice { id: NONE_OF_THESE.into(), label: self.said(phrases::SOMETHING_ELSE) });
        self.message(text, choices, None);
        self.wait(Wait::Meaning { flows: flows.to_vec() });
    }

    /// The author's topics that are likeliest, where none is likely enough; best first.
    fn likely(&mut self, reading: &Reading) -> Vec<String> {
        let bot = self.bot;
        let own = |flow: &str| bot.flows.get(flow).is_some_and(|f| !f.house && !house::is(&f.name));
        let some = reading.ranked.iter().filter(|s| s.score >= LIKELY && own(&s.topic));
        let some: Vec<&String> = some.map(|s| &s.topic).filter(|topic| self.is_for(topic)).collect();
        some.into_iter().take(OFFERED).cloned().collect()
    }

    /// Words that answer "did you mean".
    pub fn read_meaning(&mut self, triage: &Triage, flows: &[String], words: &str) {
        let mut labels: Vec<String> = flows.iter().map(|f| self.title(f)).collect();
        labels.push(self.said(phrases::SOMETHING_ELSE));
        if let Some(index) = answers::choose(&labels, words) {
            return match flows.get(index) {
                Some(flow) => self.start_topic(triage, flow),
                None => self.not_these(triage),
            };
        }
        let yes = answers::find(&Kind::YesOrNo, words, &self.answer_frame()).map(|f| f.value);
        match (yes, flows) {
            (Some(Value::Bool(true)), [flow]) => self.start_topic(triage, flow),
            (Some(Value::Bool(false)), _) => self.not_these(triage),
            _ => self.topic_of(triage, words, true),
        }
    }

    fn not_these(&mut self, triage: &Triage) {
        self.topic_unclear(triage, &[]);
    }

    /// No topic fits: the author's handlers, else another try, else a person. The last try is made easy: the likeliest
    /// topics stand below it as buttons.
    fn topic_unclear(&mut self, triage: &Triage, likely: &[String]) {
        let tries = self.try_failed();
        if self.given_up(triage, tries) {
            return;
        }
        if !likely.is_empty() && gives_up(triage, tries + 1) && self.last_try(triage, likely) {
            return;
        }
        let choices = self.offers(triage);
        match &triage.anything_else {
            Some((words, at)) => {
                self.go(*at);
                if let Some(text) = words.as_ref().and_then(|w| self.vary(w, &[])) {
                    self.message(text, choices, None);
                }
                self.run();
            }
            None => {
                self.message(self.said(phrases::SAY_IT_AGAIN), choices, None);
                self.wait(Wait::Answer);
            }
        }
    }

    /// Asks which of the likeliest topics is meant, in the author's words if there are some; not where a block of the
    /// author's says what happens.
    fn last_try(&mut self, triage: &Triage, likely: &[String]) -> bool {
        let text = match &triage.anything_else {
            None => Some(self.said(phrases::IS_IT_ONE_OF_THESE)),
            Some((Some(words), at)) if self.only_waits(*at) => self.vary(words, &[]),
            Some(_) => None,
        };
        let Some(text) = text else { return false };
        let offers = self.offers(triage);
        self.ask_which(text, likely, offers);
        true
    }

    fn only_waits(&self, at: At) -> bool {
        let frame = self.control.topics.last().and_then(|topic| topic.frames.last());
        let code = frame.and_then(|frame| self.bot.flows.get(&frame.flow));
        let placed = code.and_then(|code| code.ops.get(usize::try_from(at).ok()?));
        placed.is_some_and(|placed| matches!(placed.op, Op::WaitAgain(_)))
    }

    /// Goes on where so many tries lead; whether they lead anywhere.
    fn given_up(&mut self, triage: &Triage, tries: u32) -> bool {
        if let Some(at) = handler(&triage.tries, tries) {
            self.go(at);
        } else if gives_up(triage, tries) {
            self.begin(house::NOT_UNDERSTOOD);
        } else {
            return false;
        }
        self.run();
        true
    }

    /// Failed tries so far at the operation that waits.
    fn tries(&mut self) -> u32 {
        let step = self.op().map(|p| p.anchor.clone()).unwrap_or_default();
        self.frame().and_then(|f| f.tries.get(&step).copied()).unwrap_or(0)
    }

    /// Counts a failed try at the operation that waits.
    pub fn try_failed(&mut self) -> u32 {
        let step = self.op().map(|p| p.anchor.clone()).unwrap_or_default();
        let Some(frame) = self.frame() else { return 1 };
        let count = frame.tries.entry(step.clone()).or_default();
        *count += 1;
        let tries = *count;
        self.emit(What::TryFailed { step, tries });
        tries
    }

    pub fn answer_frame(&self) -> Frame {
        self.bot.settings.frame(self.session.language.as_deref(), self.now)
    }
}

/// Whether so many failed tries are one too many.
fn gives_up(triage: &Triage, tries: u32) -> bool {
    handler(&triage.tries, tries).is_some() || (tries >= TRIES && triage.tries.is_empty())
}

/// The handler for this many failed tries: its own, or after the last one the last.
pub(super) fn handler(handlers: &[(u32, At)], tries: u32) -> Option<At> {
    let own = handlers.iter().find(|(n, _)| *n == tries);
    own.or_else(|| handlers.last().filter(|(n, _)| tries > *n)).map(|(_, at)| *at)
}
