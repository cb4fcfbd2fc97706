//! Earlier answers taken back: "no, I meant 204519". What used the answer is done again, unless something lasting was done.
use super::rerun::{Place, revived};
use super::run::Run;
use super::session::Wait;
use super::words::same;
use crate::bot::house;
use crate::bot::op::{Ask, Op};
use crate::understand::answers::{self, Correction, Kind, unambiguous};
use crate::understand::normal::{is_stop_word, words};
use crate::understand::stem::stem;
use serde_json::Value;
use std::collections::BTreeSet;

/// Whoever changes answers more often in one chat is better served by a person.
const CORRECTIONS: u32 = 5;
/// Words that may stand around a new value.
const AROUND: usize = 2;

/// An earlier answer that the customer takes back.
struct Taken<'a> {
    slot: String,
    ask: &'a Ask,
    /// It was given in the topic that ended last.
    ended: bool,
    /// `None` where no new value was said, or one that does not fit.
    value: Option<Value>,
}

impl<'a> Run<'a> {
    /// Words that correct an earlier answer: puts it right and goes on from there. False where they correct nothing.
    pub fn corrected(&mut self, text: &str) -> bool {
        if self.offered.iter().chain(&self.control.choices).any(|c| same(&c.label, text)) {
            return false;
        }
        let Some(correction) = answers::correction(text, &self.answer_frame().language) else { return false };
        let Some(taken) = self.taken_back(&correction, text) else { return false };
        self.control.corrections += 1;
        if self.control.settled.contains(&taken.slot) || self.control.corrections > CORRECTIONS {
            self.begin(house::TOO_LATE_TO_CHANGE);
        } else {
            self.put_right(taken);
        }
        self.run();
        true
    }

    fn put_right(&mut self, taken: Taken<'_>) {
        self.stop_waiting();
        if taken.ended {
            self.revive();
        }
        let complaint = taken.value.as_ref().and_then(|value| self.objection(taken.ask, value));
        let value = taken.value.filter(|_| complaint.is_none());
        let slots = [taken.slot.clone()];
        let place = match value {
            Some(_) => self.first_use(&taken.slot),
            None => self.question_for(&taken.slot),
        };
        if self.control.topics.last().is_some_and(|t| t.frames.iter().any(|f| f.moved)) {
            return self.begin(house::TOO_LATE_TO_CHANGE);
        }
        let place = if self.back_to_left_flow(&taken.slot) { Some(Place { frame: 0, at: 0 }) } else { place };
        if place.is_some_and(|place| !self.go_back(&place, &slots)) {
            return self.begin(house::TOO_LATE_TO_CHANGE);
        }
        match value {
            Some(value) => self.given(&taken.slot, value),
            None => self.forget(&slots),
        }
        match complaint {
            Some(words) => self.message(words, vec![], None),
            None => self.begin(house::CORRECTION),
        }
    }

    /// A pause that is under way ends with the correction; the step begins anew where it still stands on the way.
    fn stop_waiting(&mut self) {
        if self.control.wait == Wait::Pause {
            self.cancel_timer(super::Timer::Pause);
        }
        self.control.wait = Wait::Answer;
        self.control.choices.clear();
        self.control.scale = None;
    }

    /// The topic that ended last takes the place of the question whether there is anything else.
    fn revive(&mut self) {
        let Some(ended) = self.control.ended.take() else { return };
        if self.control.topics.last().is_some_and(|t| house::is(&t.flow)) {
            self.control.topics.pop();
        }
        self.control.topics.push(revived(*ended));
    }

    /// What a `check` of the question says to the new value.
    fn objection(&mut self, ask: &Ask, value: &Value) -> Option<String> {
        let broken = self.broken.take();
        let before = self.control.topics.last_mut()?.slots.insert(ask.slot.clone(), value.clone());
        let mut found = None;
        for (condition, otherwise) in &ask.checks {
            if !self.holds(condition) {
                found = self.vary(otherwise, &[]);
                break;
            }
        }
        // It was only looked at: what cannot be tried here goes wrong where it is done.
        self.broken = broken;
        let slots = &mut self.control.topics.last_mut()?.slots;
        match before {
            Some(old) => slots.insert(ask.slot.clone(), old),
            None => slots.remove(&ask.slot),
        };
        found
    }

    // ------------------------------------------------------------ which answer, and what it is now

    fn taken_back(&mut self, correction: &Correction, text: &str) -> Option<Taken<'a>> {
        let rest = text.get(correction.rest.clone()).unwrap_or("").trim();
        let given = self.answers_given();
        let about = terms(&correction.about);
        let named = given.iter().map(|(slot, ask, ended)| (named(&about, slot, ask), slot, *ask, *ended));
        // Of equals the latest: `max_by_key` takes the last.
        let named = named.rev().filter(|n| n.0 > 0).max_by_key(|n| n.0);
        let named = named.map(|(_, slot, ask, ended)| (slot.clone(), ask, ended));
        if let Some((slot, ask, ended)) = named {
            let value = self.exact(ask, rest, true).or_else(|| self.loose(ask, rest));
            let changes = self.is_change(&slot, value.as_ref(), ended, rest);
            return changes.then_some(Taken { slot, ask, ended, value });
        }
        if rest.is_empty() {
            let (slot, ask, ended) = given.into_iter().next().filter(|_| correction.about.is_empty())?;
            let free = self.open().is_some_and(takes_anything);
            return (!free).then_some(Taken { slot, ask, ended, value: None });
        }
        let mut fitting = Vec::new();
        for (slot, ask, ended) in &given {
            let value = self.exact(ask, rest, false);
            let changes = value.is_some() && self.is_change(slot, value.as_ref(), *ended, rest);
            if changes && !self.answers_the_open_question(ask, rest, correction) {
                fitting.push(Taken { slot: slot.clone(), ask, ended: *ended, value });
            }
        }
        // Of several the most telling kind, then the latest that its own checks let pass.
        fitting.sort_by_key(|taken| !taken.ask.accepts.iter().any(unambiguous));
        let holds = |run: &mut Self, t: &Taken<'_>| t.value.as_ref().is_some_and(|v| run.objection(t.ask, v).is_none());
        let sound = fitting.iter().position(|taken| holds(self, taken));
        if let Some(at) = sound.or_else(|| (!fitting.is_empty()).then_some(0)) {
            return Some(fitting.swap_remove(at));
        }
        // Any words take the place of the latest answer, where it was one of any words.
        let (slot, ask, ended) = given.into_iter().next().filter(|_| correction.sure)?;
        let value = self.loose(ask, rest);
        let fits = value.is_some() && self.is_change(&slot, value.as_ref(), ended, rest);
        (fits && !self.answers_the_open_question(ask, rest, correction)).then_some(Taken { slot, ask, ended, value })
    }

    /// What the customer told so far, the latest first: in this topic, in the one that ended last, in earlier ones.
    fn answers_given(&self) -> Vec<(String, &'a Ask, bool)> {
        let own = self.control.topics.last().map_or(&[][..], |t| t.answered.as_slice());
        let before = self.control.ended.as_ref().map_or(&[][..], |t| t.answered.as_slice());
        let kept = self.control.kept.keys().map(|slot| (slot, false));
        let told = own.iter().rev().map(|slot| (slot, false)).chain(before.iter().rev().map(|slot| (slot, true)));
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        for (slot, ended) in told.chain(kept) {
            let known = ended || self.slot(slot).is_some();
            if let Some(ask) = self.question_of(slot, ended).filter(|_| known && seen.insert(slot)) {
                found.push((slot.clone(), ask, ended));
            }
        }
        found
    }

    /// The question that asks for a detail, of the flows of its topic first.
    fn question_of(&self, slot: &str, ended: bool) -> Option<&'a Ask> {
        let topic = if ended { self.control.ended.as_deref() } else { self.control.topics.last() };
        let own =
            topic.into_iter().flat_map(|t| t.frames.iter().map(|f| &f.flow).chain(t.walked.keys()).chain([&t.flow]));
        let own = own.filter_map(|flow| self.bot.flows.get(flow));
        own.chain(self.bot.flows.values()).flat_map(|flow| &flow.ops).find_map(|placed| match &placed.op {
            Op::Ask(ask) if ask.slot == slot => Some(&**ask),
            _ => None,
        })
    }

    /// The new value, where the words hold one of an exact kind, or a button's. `meant`: it is sure that this answer is meant.
    fn exact(&mut self, ask: &Ask, rest: &str, meant: bool) -> Option<Value> {
        let frame = self.answer_frame();
        let exact =
            ask.accepts.iter().filter(|k| !k.takes_nearly_anything()).find_map(|k| answers::find(k, rest, &frame));
        if let Some(found) = exact.filter(|f| meant || stands_alone(rest, &f.span)) {
            return Some(found.value);
        }
        // Labels that are made of details may be made of ones that are gone.
        let here = |name: &String| self.slot(name).is_some();
        let listed = ask.choices.as_ref().is_none_or(|(list, _)| list.roots().iter().all(here));
        if !listed || ask.buttons.iter().any(|b| !b.label.roots().is_empty()) {
            return None;
        }
        let buttons = self.buttons(ask);
        let labels: Vec<String> = buttons.iter().map(|b| b.label.clone()).collect();
        let button = answers::choose(&labels, rest).and_then(|i| buttons.get(i))?;
        self.button_value(ask, &button.id)
    }

    /// Any words, at a question that takes them.
    fn loose(&self, ask: &Ask, rest: &str) -> Option<Value> {
        let frame = self.answer_frame();
        let kinds = ask.accepts.iter().filter(|k| k.takes_nearly_anything());
        kinds.into_iter().find_map(|k| answers::find(k, rest, &frame)).map(|found| found.value)
    }

    /// The same value again changes nothing; no value at all, where some was said, is none either.
    fn is_change(&self, slot: &str, value: Option<&Value>, ended: bool, rest: &str) -> bool {
        let before = match &self.control.ended {
            Some(topic) if ended => topic.slots.get(slot),
            _ => self.slot(slot),
        };
        match value {
            Some(value) => before != Some(value),
            None => words(rest).len() <= AROUND,
        }
    }

    /// Valid answers win, unless the earlier question is one whose answers hardly mean anything else.
    fn answers_the_open_question(&self, earlier: &Ask, rest: &str, correction: &Correction) -> bool {
        let Some(open) = self.open() else { return false };
        if takes_anything(open) && !correction.sure {
            return true;
        }
        let telling = earlier.accepts.iter().any(unambiguous);
        let frame = self.answer_frame();
        let exact = |k: &&Kind| !k.takes_nearly_anything() && !matches!(k, Kind::YesOrNo);
        let fitting = open.accepts.iter().filter(exact).find(|k| answers::find(k, rest, &frame).is_some());
        fitting.is_some_and(|kind| unambiguous(kind) || !telling)
    }

    /// The question at which the bot waits.
    fn open(&self) -> Option<&'a Ask> {
        match self.op().map(|p| &p.op) {
            Some(Op::Ask(ask)) => Some(ask),
            _ => None,
        }
    }
}

fn takes_anything(ask: &Ask) -> bool {
    ask.accepts.iter().any(Kind::takes_nearly_anything)
}

/// Whether a value is nearly all that was said.
fn stands_alone(text: &str, span: &std::ops::Range<usize>) -> bool {
    words(text).iter().filter(|w| w.span.end <= span.start || w.span.start >= span.end).count() <= AROUND
}

/// How well words name a detail: by its own name, or by the words of its question.
fn named(about: &BTreeSet<String>, slot: &str, ask: &Ask) -> usize {
    let own = terms(&slot.replace('_', " "));
    let asked: BTreeSet<String> = ask.question.variations.iter().flat_map(|t| terms(&t.source)).collect();
    about.intersection(&own).count() * 2 + about.intersection(&asked).count()
}

fn terms(text: &str) -> BTreeSet<String> {
    words(text).iter().filter(|w| !is_stop_word(&w.text)).map(|w| stem(&w.text)).collect()
}
