//! Answers: of the customer to a question, of another system to a call.
use super::attach::takes;
use super::file::{File, Takes};
use super::input::Answer;
use super::run::Run;
use super::session::Wait;
use super::triage::{TRIES, handler};
use super::words::same;
use super::{Choice, Timer, Way, What};
use crate::bot::house;
use crate::bot::op::{Ask, At, Feedback, Op, Use};
use crate::bot::phrases;
use crate::language::steps::Scale;
use crate::understand::answers::{self, Days, Kind};
use serde_json::Value;

impl Run<'_> {
    /// Words for the question at which the bot waits.
    pub fn read_answer(&mut self, ask: &Ask, words: &str) {
        let mut buttons = self.buttons(ask);
        let cards = self.offered.iter().filter(|c| buttons.iter().all(|b| b.id != c.id));
        buttons.extend(cards.cloned().collect::<Vec<_>>());
        let labels: Vec<String> = buttons.iter().map(|b| b.label.clone()).collect();
        if let Some(button) = labels.iter().position(|l| same(l, words)).and_then(|i| buttons.get(i)) {
            return self.button(ask, &button.id.clone());
        }
        let mut frame = self.answer_frame();
        if let Some(question) = ask.question.variations.first() {
            frame.days = Days::asked(&question.source, &self.bot.settings.frame(None, self.now));
        }
        let kinds = || ask.accepts.iter();
        let exact = kinds().filter(|k| !k.takes_nearly_anything()).find_map(|k| answers::find(k, words, &frame));
        if let Some(value) = exact.map(|found| found.value).or_else(|| self.row_in_their_language(ask, words)) {
            return self.answered(ask, value);
        }
        if let Some(button) = answers::choose(&labels, words).and_then(|i| buttons.get(i)) {
            return self.button(ask, &button.id.clone());
        }
        if self.digress(ask, words) {
            return;
        }
        match kinds().filter(|k| k.takes_nearly_anything()).find_map(|k| answers::find(k, words, &frame)) {
            Some(found) => self.answered(ask, found.value),
            None => self.does_not_fit(ask, buttons, None),
        }
    }

    /// A file for a question that takes one.
    pub fn read_file(&mut self, ask: &Ask, file: &File) {
        let fits = file.is_picture() || takes(ask) == Some(Takes::File);
        if fits {
            return self.answered(ask, file.value());
        }
        let buttons = self.buttons(ask);
        self.does_not_fit(ask, buttons, None);
    }

    /// A row of a table by the translation of its label.
    fn row_in_their_language(&self, ask: &Ask, words: &str) -> Option<Value> {
        self.language()?;
        let tables = ask.accepts.iter().filter_map(|k| if let Kind::Rows(rows) = k { Some(rows) } else { None });
        let rows: Vec<&answers::Row> = tables.flatten().collect();
        let labels: Vec<String> = rows.iter().map(|row| self.said(&row.label)).collect();
        answers::choose(&labels, words).and_then(|at| rows.get(at)).map(|row| row.value.clone())
    }

    /// A button of the question at which the bot waits.
    pub fn button(&mut self, ask: &Ask, name: &str) {
        self.saw(Way::Button(name.to_owned()));
        if let Some(at) = ask.buttons.iter().find(|b| b.name == name).and_then(|b| b.block) {
            self.go(at);
            return self.run();
        }
        match self.button_value(ask, name) {
            Some(value) => self.answered(ask, value),
            // A button of a card above the question.
            None if self.offered.iter().any(|c| c.id == name) => self.answered(ask, Value::from(name)),
            None => {}
        }
    }

    fn answered(&mut self, ask: &Ask, value: Value) {
        let before = self.control.topics.last().and_then(|t| t.slots.get(&ask.slot).cloned());
        if let Some(topic) = self.control.topics.last_mut() {
            topic.slots.insert(ask.slot.clone(), value.clone());
        }
        for (condition, otherwise) in &ask.checks {
            if !self.holds(condition) {
                let text = self.vary(otherwise, &[]);
                if let Some(topic) = self.control.topics.last_mut() {
                    match before {
                        Some(old) => drop(topic.slots.insert(ask.slot.clone(), old)),
                        None => drop(topic.slots.remove(&ask.slot)),
                    }
                }
                let buttons = self.buttons(ask);
                // Nobody is told that an answer is wrong because the bot is.
                if self.broken.is_some() {
                    return self.run();
                }
                return self.does_not_fit(ask, buttons, text);
            }
        }
        if ask.secret {
            self.keep_secret(&ask.slot, value);
        } else {
            self.given(&ask.slot, value);
        }
        self.next();
        self.run();
    }

    /// The customer gave a detail.
    pub fn given(&mut self, slot: &str, value: Value) {
        if let Some(topic) = self.control.topics.last_mut() {
            topic.answered.retain(|known| known != slot);
            topic.answered.push(slot.to_owned());
        }
        self.fill(slot, value);
    }

    fn does_not_fit(&mut self, ask: &Ask, buttons: Vec<Choice>, words: Option<String>) {
        let tries = self.try_failed();
        if let Some(at) = handler(&ask.tries, tries) {
            self.go(at);
            return self.run();
        }
        if tries >= TRIES && ask.tries.is_empty() {
            self.begin(house::NOT_UNDERSTOOD);
            return self.run();
        }
        let index = usize::try_from(tries.saturating_sub(1)).unwrap_or(0).min(ask.retries.len().saturating_sub(1));
        let text = words.or_else(|| ask.retries.get(index).and_then(|r| self.vary(r, &[])));
        let sorry = self.said(phrases::DOES_NOT_FIT);
        let text = text.or_else(|| Some(format!("{sorry} {}", self.vary(&ask.question, &[])?)));
        if let Some(text) = text {
            self.question(ask, text, buttons);
        }
    }

    // ------------------------------------------------------------ feedback

    /// A score, tapped or typed. Words that are no score are taken as a comment and nobody is pressed.
    pub fn read_score(&mut self, feedback: &Feedback, words: &str) {
        let score = score(feedback.scale, words).or_else(|| {
            let found = answers::find(&Kind::WholeNumber, words, &self.answer_frame())?;
            found.value.as_u64().and_then(|n| u8::try_from(n).ok()).filter(|n| (1..=5).contains(n))
        });
        let Some(score) = score else {
            self.next();
            return self.run();
        };
        let slot = feedback.slot.clone();
        self.emit(What::Feedback { slot: slot.clone(), score, comment: None });
        self.fill(&slot, Value::from(score));
        match feedback.comment.as_ref().and_then(|c| self.vary(c, &[])) {
            Some(text) => {
                let skip = Choice { id: "skip".into(), label: self.said(phrases::SKIP) };
                self.message(text, vec![skip], None);
                self.wait(Wait::Comment { slot, score });
            }
            None => {
                self.next();
                self.run();
            }
        }
    }

    /// The words that go with a score.
    pub fn read_comment(&mut self, slot: &str, score: u8, words: &str) {
        let no =
            answers::find(&Kind::YesOrNo, words, &self.answer_frame()).is_some_and(|f| f.value == Value::Bool(false));
        let skipped =
            same(words, &self.said(phrases::SKIP)) || words == "skip" || (no && words.split_whitespace().count() <= 3);
        if !skipped {
            self.emit(What::Feedback { slot: slot.to_owned(), score, comment: Some(words.to_owned()) });
        }
        self.next();
        self.run();
    }

    // ------------------------------------------------------------ other systems

    /// Another system answered, or did not.
    pub fn call_answered(&mut self, call: u32, answer: Answer) {
        self.cancel_timer(Timer::Call { call });
        let placed = self.op();
        let waits = self.control.wait == Wait::Call { call };
        let Some(Op::Use(step)) = placed.map(|p| &p.op).filter(|_| waits) else {
            return self.late(call, answer);
        };
        let action = format!("{}.{}", step.system, step.action);
        match answer {
            Answer::Outcome { outcome, fields } => {
                let fields = self.bot.shape(&step.system, &step.action, fields);
                let worked = outcome == step.good;
                self.emit(What::Answered { call, action, outcome: outcome.clone(), worked, detail: None });
                if worked {
                    self.settle(step);
                }
                if let Some(slot) = step.save_as.as_ref().filter(|_| worked || !fields.is_empty()) {
                    self.fill(slot, Value::Object(fields));
                }
                if worked { self.worked(step) } else { self.outcome(step, &outcome) }
            }
            Answer::Failed { problem } => {
                let outcome = "failed".to_owned();
                self.emit(What::Answered { call, action, outcome, worked: false, detail: Some(problem) });
                // It may have happened all the same.
                self.settle(step);
                self.try_failed();
                self.failed(step);
            }
        }
    }

    /// After something lasting was done, the details behind it are not changed any more.
    fn settle(&mut self, step: &Use) {
        let action = self.bot.integrations.action(&step.system, &step.action);
        if action.is_some_and(|a| a.effect.is_some()) {
            let topic = self.control.topics.last().map(|t| t.slots.keys().cloned().collect::<Vec<_>>());
            self.control.settled.extend(topic.unwrap_or_default());
            self.control.settled.extend(self.control.kept.keys().cloned());
        }
    }

    /// The bot no longer waits for this answer; it is kept for agents.
    fn late(&mut self, call: u32, answer: Answer) {
        let (outcome, detail) = match answer {
            Answer::Outcome { outcome, .. } => (outcome, None),
            Answer::Failed { problem } => ("failed".to_owned(), Some(problem)),
        };
        let action = "an earlier request".to_owned();
        self.emit(What::Answered { call, action, outcome, worked: false, detail });
    }

    fn worked(&mut self, step: &Use) {
        match step.works.or_else(|| step.outcomes.iter().find(|(o, _)| *o == step.good).map(|(_, at)| *at)) {
            Some(at) => self.go(at),
            None => self.next(),
        }
        self.run();
    }

    fn outcome(&mut self, step: &Use, outcome: &str) {
        let tries = self.try_failed();
        let enough = handler(&step.tries, tries);
        match enough.or_else(|| step.outcomes.iter().find(|(o, _)| o == outcome).map(|(_, at)| *at)) {
            Some(at) => {
                self.go(at);
                self.run();
            }
            None => self.failed(step),
        }
    }

    /// Failure is inherited: the step, its flow, the flows that called it, the house.
    fn failed(&mut self, step: &Use) {
        if let Some(at) = step.fails {
            self.go(at);
            return self.run();
        }
        while let Some(frame) = self.control.topics.last().and_then(|t| t.frames.last()) {
            let block: Option<At> = self.bot.flows.get(&frame.flow).and_then(|f| f.when_something_fails);
            // A failure within the handler itself is the caller's.
            if let Some(at) = block.filter(|at| frame.at < *at) {
                self.go(at);
                return self.run();
            }
            if self.control.topics.last().is_none_or(|t| t.frames.len() <= 1) {
                break;
            }
            self.pop_frame();
        }
        self.begin(house::SOMETHING_BROKE);
        self.run();
    }
}

fn score(scale: Scale, words: &str) -> Option<u8> {
    let words = words.trim();
    match scale {
        Scale::OneToFive => words.parse().ok().filter(|n| (1..=5).contains(n)),
        Scale::Thumbs => match words {
            "up" | phrases::THUMBS_UP => Some(5),
            "down" | phrases::THUMBS_DOWN => Some(1),
            _ => None,
        },
    }
}
