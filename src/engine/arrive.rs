//! What each input does.
use super::run::Run;
use super::session::{HIDDEN, Wait};
use super::words::same;
use super::{Answer, Holder, Input, Speaker, Timer, What};
use crate::bot::op::Op;
use crate::bot::phrases;
use crate::bot::{MAIN, house};
use crate::understand::answers::asks_for_a_person;
use crate::understand::mood::Mood;
use crate::understand::topics::Verdict;
use serde_json::Map;

impl Run<'_> {
    pub fn input(&mut self, input: Input) {
        let Some(input) = self.quarantined(input) else { return };
        match input {
            Input::Opened { page, language, customer, returning, start } => {
                self.opened(What::Opened { page, language, customer, returning }, start.as_deref());
            }
            Input::Identified { customer } => self.emit(What::Identified { customer }),
            Input::EventArrived { name, details } => self.event_arrived(name, details),
            Input::CustomerSaid { cid, text } => self.customer_said(cid, text),
            Input::CustomerTapped { cid, choice } => self.customer_tapped(cid, choice),
            Input::CustomerSent { cid, file } => self.customer_sent(cid, file),
            Input::CustomerWantsPerson { cid } => {
                let text = self.title(house::TALK_TO_A_PERSON);
                self.heard(text, cid, Some("person".into()), false);
                self.wants_person();
            }
            Input::CallAnswered { call, answer } => self.call_answered(call, answer),
            Input::TimerFired { timer } => self.timer_fired(timer),
            Input::NobodyAvailable => self.nobody_available(),
            Input::AgentTook { agent, name } => self.agent_took(agent, name),
            Input::AgentSaid { agent, name, cid, text } => {
                let from = Speaker::Agent { id: agent, name };
                self.emit(What::message(from, text, Some(cid)));
            }
            Input::AgentNoted { agent, name, text } => {
                self.emit(What::Note { from: Speaker::Agent { id: agent, name }, text });
            }
            Input::AgentTagged { tag, .. } if self.session.tags.contains(&tag) => {}
            Input::AgentTagged { tag, .. } => self.emit(What::Tagged { tag }),
            Input::AgentKeptPromise { agent, name, promise } => self.promise_kept(agent, name, promise),
            Input::AgentHandedBack { agent, name, flow } => self.handed_back(agent, name, flow.as_deref()),
            Input::AgentTransferred { agent, name, team, note } => self.transferred(agent, name, team, note),
            Input::AgentLeft { agent, name } => self.agent_left(agent, &name),
            Input::AgentResolved { agent, name } => self.agent_resolved(agent, name),
            Input::Broke { problem } => {
                self.emit(What::Faulted { problem: problem.clone() });
                self.apologise(&problem);
            }
        }
    }

    fn opened(&mut self, opened: What, start: Option<&str>) {
        if self.control.wait != Wait::Opening {
            return;
        }
        self.emit(opened);
        self.begin_with(start);
        self.run();
    }

    pub(super) fn heard(&mut self, text: String, cid: String, choice: Option<String>, secret: bool) {
        let (from, choices) = (Speaker::Customer, vec![]);
        self.heard = true;
        let (cid, scale, cards, files, takes) = (Some(cid), None, vec![], vec![], None);
        self.emit(What::Message { from, text, cid, choice, choices, scale, cards, secret, files, takes });
    }

    fn customer_said(&mut self, cid: String, text: String) {
        let person = asks_for_a_person(&text);
        let secret = self.asks_for_a_secret() && !person;
        let shown = if secret { HIDDEN.to_owned() } else { text.clone() };
        self.heard(shown.clone(), cid, None, secret);
        let mood = self.session.mood.blend(Mood::measure(&shown));
        if mood != self.session.mood {
            self.emit(What::Understood { topic: None, scores: vec![], mood });
        }
        if matches!(self.session.holder, Holder::Agent { .. }) {
            return;
        }
        self.answer = Some(shown);
        let offered = self.control.choices.iter().any(|c| same(&c.label, &text));
        if !offered && (person || self.asks_in_their_language(&text)) && self.control.wait != Wait::Opening {
            self.reopen();
            self.unread();
            return self.wants_person();
        }
        if let Some(words) = self.whole_thought(&text) {
            self.words(&words);
        }
    }

    /// In another language than English the examples of the flow tell it.
    fn asks_in_their_language(&self, text: &str) -> bool {
        let Some(language) = self.language() else { return false };
        let reading = self.bot.topics(Some(language)).read(text);
        matches!(&reading.verdict, Verdict::Sure(flow) if flow == house::TALK_TO_A_PERSON)
    }

    /// A message after the end begins the chat anew.
    pub fn reopen(&mut self) {
        if self.control.wait == Wait::Nothing {
            self.emit(What::Opened { page: None, language: None, customer: Map::new(), returning: true });
        }
    }

    /// Words for whatever the bot waits for.
    pub fn words(&mut self, text: &str) {
        if (self.control.wait.is_question() || self.control.wait == Wait::Pause) && self.corrected(text) {
            return;
        }
        if self.began_for_a_feeling(text) {
            return;
        }
        let wait = std::mem::take(&mut self.control.wait);
        let placed = self.op();
        match (&wait, placed.map(|p| &p.op)) {
            (Wait::Answer, Some(Op::Ask(ask))) => self.asked(|run| run.read_answer(ask, text)),
            (Wait::Answer, Some(Op::Triage(triage))) => self.asked(|run| run.read_topic(triage, text)),
            (Wait::Answer, Some(Op::Feedback(feedback))) => self.asked(|run| run.read_score(feedback, text)),
            (Wait::Meaning { flows }, Some(Op::Triage(triage))) => {
                self.asked(|run| run.read_meaning(triage, flows, text))
            }
            (Wait::Switch { flow }, _) => self.asked(|run| run.read_switch(flow, text)),
            (Wait::Comment { slot, score }, _) => self.asked(|run| run.read_comment(slot, *score, text)),
            (Wait::Pause, _) => {
                self.control.wait = wait;
                self.meanwhile(text);
            }
            (Wait::Call { .. } | Wait::Person, _) => self.control.wait = wait,
            (Wait::Nothing, _) => {
                self.control.wait = wait;
                self.reopen();
                self.start_with(text);
            }
            _ => self.start_with(text),
        }
    }

    /// Words while the bot waits for a time to pass: a topic is served, and the wait goes on under it.
    fn meanwhile(&mut self, text: &str) {
        let reading = self.reading(text);
        match &reading.verdict {
            Verdict::Sure(flow) if self.control.topics.iter().all(|t| t.flow != *flow) => {
                self.understood(&reading, Some(flow));
                self.turn_to(flow, text);
                self.run();
            }
            _ => self.message(self.said(phrases::A_MOMENT), vec![], None),
        }
    }

    /// What was offered is history once something was said.
    pub fn asked(&mut self, f: impl FnOnce(&mut Self)) {
        self.control.wait = Wait::Answer;
        self.offered = std::mem::take(&mut self.control.choices);
        self.control.scale = None;
        f(self);
    }

    /// From the beginning, the words being what the first triage asks for.
    fn start_with(&mut self, text: &str) {
        self.pending = Some(text.to_owned());
        self.control.topics.clear();
        self.begin(MAIN);
        self.run();
    }

    fn customer_tapped(&mut self, cid: String, choice: String) {
        let Some(offered) = self.control.choices.iter().find(|c| c.id == choice).cloned() else { return };
        self.heard(offered.label.clone(), cid, Some(choice.clone()), false);
        if matches!(self.session.holder, Holder::Agent { .. }) {
            return;
        }
        self.answer = Some(offered.label);
        // Who taps has said it all.
        self.unread();
        let wait = self.control.wait.clone();
        let placed = self.op();
        match (&wait, placed.map(|p| &p.op)) {
            (Wait::Answer, Some(Op::Ask(ask))) => self.asked(|run| run.button(ask, &choice)),
            (Wait::Answer | Wait::Meaning { .. }, Some(Op::Triage(triage))) => {
                self.asked(|run| run.topic_tapped(triage, &choice));
            }
            (Wait::Answer, Some(Op::Feedback(feedback))) => self.asked(|run| run.read_score(feedback, &choice)),
            (Wait::Switch { flow }, _) => self.asked(|run| run.switched(flow, &choice)),
            (Wait::Comment { slot, score }, _) => self.asked(|run| run.read_comment(slot, *score, &choice)),
            _ => {}
        }
    }

    fn timer_fired(&mut self, timer: Timer) {
        if self.control.timers.get(&timer.key()).is_none_or(|due| *due > self.now) {
            return;
        }
        self.control.timers.remove(&timer.key());
        match timer {
            Timer::Promise { name } => self.emit(What::PromiseLate { name }),
            Timer::Quiet => self.went_quiet(),
            Timer::Pause if self.control.wait == Wait::Pause => self.run(),
            Timer::Pause => {}
            Timer::More => self.all_was_said(),
            Timer::Page { flow } => self.page_watched(&flow),
            Timer::Call { call } => {
                let problem = "no answer came; the call held a secret, so it is not made again".to_owned();
                self.call_answered(call, Answer::Failed { problem });
            }
            Timer::Silent { n } => self.silent(n),
            Timer::Waited { n } => self.waited(n),
        }
    }

    fn went_quiet(&mut self) {
        let waits = self.control.wait.is_question();
        let due = self.session.heard_at + self.bot.settings.quiet_after;
        if !waits || self.session.holder != Holder::Bot {
            return;
        }
        if due > self.now {
            return self.set_timer(Timer::Quiet, due);
        }
        self.control.topics.clear();
        self.begin(house::GONE_QUIET);
        self.run();
    }
}
