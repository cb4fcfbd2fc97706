//! The open question: which topic the customer's words are about.
use super::run::Run;
use super::session::Wait;
use super::words::same;
use super::{Choice, Way, What};
use crate::bot::house;
use crate::bot::op::Triage;
use crate::bot::phrases;
use crate::understand::answers::{self, Frame, Kind};
use crate::understand::topics::{Reading, Verdict};
use serde_json::Value;

/// Tries without a handler of the author's.
pub(super) const TRIES: u32 = 3;
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
                self.topic_unclear(triage);
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
                return self.topic_unclear(triage);
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
        let mut choices: Vec<Choice> = flows.iter().map(|f| Choice { id: f.clone(), label: self.title(f) }).collect();
        choices.push(Choice { id: NONE_OF_THESE.into(), label: self.said(phrases::SOMETHING_ELSE) });
        self.message(self.said(phrases::DID_YOU_MEAN), choices, None);
        self.wait(Wait::Meaning { flows: flows.to_vec() });
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
        self.topic_unclear(triage);
    }

    /// No topic fits: the author's handlers, else another try, else a person.
    fn topic_unclear(&mut self, triage: &Triage) {
        let tries = self.try_failed();
        if self.given_up(triage, tries) {
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

    /// Goes on where so many tries lead; whether they lead anywhere.
    fn given_up(&mut self, triage: &Triage, tries: u32) -> bool {
        if let Some(at) = handler(&triage.tries, tries) {
            self.go(at);
        } else if tries >= TRIES && triage.tries.is_empty() {
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

/// The handler for this many failed tries: its own, or after the last one the last.
pub(super) fn handler(handlers: &[(u32, crate::bot::op::At)], tries: u32) -> Option<crate::bot::op::At> {
    let own = handlers.iter().find(|(n, _)| *n == tries);
    own.or_else(|| handlers.last().filter(|(n, _)| tries > *n)).map(|(_, at)| *at)
}
