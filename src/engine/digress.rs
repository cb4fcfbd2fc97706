//! Changing the subject in the middle of a question, coming back to it, and what was said before it was asked.
use super::Choice;
use super::run::Run;
use super::session::Wait;
use super::words::same;
use crate::bot::house;
use crate::bot::op::{Ask, Op};
use crate::bot::phrases;
use crate::understand::answers::{self, Kind};
use crate::understand::normal;
use crate::understand::topics::Verdict;
use serde_json::Value;

const FINISH: &str = "finish_first";
const SWITCH: &str = "switch";
/// An answer that does not fit resembles many topics a little: unless it asks something, only what is nearly an example leaves
/// a question.
const SURELY: f32 = 0.7;
/// Words with which a question begins; only those turn away from a question that takes any text.
const ASKING: [&str; 14] =
    ["what", "when", "where", "who", "why", "how", "which", "can", "could", "do", "does", "is", "are", "may"];

impl Run<'_> {
    /// Words that are no answer but fit another topic: serves it, and comes back. False where the question stays alone.
    pub fn digress(&mut self, ask: &Ask, words: &str) -> bool {
        if ask.stay || ask.secret || self.control.digressions >= self.bot.settings.digressions {
            return false;
        }
        // A single word is a slip more often than a change of the subject; a thank-you is none of both.
        if normal::words(words).len() < 2 && !same(words, "thanks") {
            return false;
        }
        let (free, asks) = (ask.accepts.iter().any(|k| matches!(k, Kind::Text)), is_question(words));
        if free && !asks {
            return false;
        }
        let reading = self.reading(words);
        let Verdict::Sure(flow) = &reading.verdict else { return false };
        if !asks && reading.ranked.first().is_none_or(|best| best.score < SURELY) {
            return false;
        }
        let (flow, open) = (flow.clone(), self.control.topics.iter().any(|t| t.flow == *flow));
        // "No thanks" is a poor answer to a question, and no wish to leave.
        if open || flow == house::GOODBYE {
            return false;
        }
        self.understood(&reading, Some(&flow));
        self.control.digressions += 1;
        if flow == house::START_OVER || self.bot.flows.get(&flow).is_some_and(|f| f.talks) {
            self.turn_to(&flow, words);
            if let Some(topic) = self.control.topics.last_mut() {
                topic.aside = flow != house::SAY_THAT_AGAIN;
            }
            self.run();
        } else {
            self.finish_or_switch(flow);
        }
        true
    }

    /// Begins a topic; what the customer said answers its first questions too.
    pub fn turn_to(&mut self, flow: &str, words: &str) {
        if flow == house::START_OVER {
            self.control.topics.clear();
            self.control.later.clear();
        }
        self.begin(flow);
        if let Some(topic) = self.control.topics.last_mut() {
            topic.heard = Some(words.to_owned());
        }
    }

    fn finish_or_switch(&mut self, flow: String) {
        let title = self.title(&flow);
        let text = self.said(phrases::FINISH_OR_SWITCH).replace("{topic}", &title);
        self.message(text, self.switch_choices(&title), None);
        self.wait(Wait::Switch { flow });
    }

    /// The answer to "finish this first, or switch?".
    pub fn read_switch(&mut self, flow: &str, words: &str) {
        let labels: Vec<String> = self.switch_choices(&self.title(flow)).into_iter().map(|c| c.label).collect();
        let yes = answers::find(&Kind::YesOrNo, words, &self.answer_frame()).map(|f| f.value);
        match answers::choose(&labels, words).or(yes.map(|y| usize::from(y == Value::Bool(true)))) {
            Some(0) => self.switched(flow, FINISH),
            Some(_) => self.switched(flow, SWITCH),
            None => match self.op().map(|p| &p.op) {
                Some(Op::Ask(ask)) => self.read_answer(ask, words),
                _ => self.run(),
            },
        }
    }

    fn switch_choices(&self, title: &str) -> Vec<Choice> {
        let choice = |id: &str, label: String| Choice { id: id.to_owned(), label };
        let (finish, switch) = (self.said(phrases::FINISH_FIRST), self.said(phrases::SWITCH));
        vec![choice(FINISH, finish), choice(SWITCH, switch.replace("{topic}", title))]
    }

    pub fn switched(&mut self, flow: &str, choice: &str) {
        if choice == SWITCH {
            self.control.topics.pop();
            self.begin(flow);
        } else {
            self.control.later.push(flow.to_owned());
        }
        self.run();
    }

    /// A topic on the way has ended: back to the question that it interrupted.
    pub fn come_back(&mut self, aside: bool) {
        if aside && self.control.wait != Wait::Nothing {
            self.begin(house::BACK_TO);
        }
    }

    /// A detail that stood in the words which began the topic: it is not asked for.
    pub fn said_before(&mut self, ask: &Ask) -> Option<Value> {
        let heard = self.control.topics.last()?.heard.clone().filter(|_| !ask.secret)?;
        let frame = self.answer_frame();
        let found = ask.accepts.iter().find_map(|kind| answers::volunteered(kind, &heard, &frame))?;
        self.control.topics.last_mut()?.slots.insert(ask.slot.clone(), found.value.clone());
        let holds = ask.checks.iter().all(|(condition, _)| self.holds(condition));
        self.broken = None;
        self.control.topics.last_mut()?.slots.remove(&ask.slot);
        holds.then_some(found.value)
    }
}

fn is_question(words: &str) -> bool {
    let first = words.split_whitespace().next().unwrap_or("");
    words.trim_end().ends_with('?') || ASKING.iter().any(|w| same(w, first))
}
