//! What each operation does.
use super::attach::takes;
use super::run::Run;
use super::session::{Rerun, TopicState, Wait};
use super::words::felt;
use super::{Choice, Holder, Speaker, Timer, Way, What};
use crate::bot::op::{Ask, At, Feedback, Greet, Op, Promise, Use, Words};
use crate::bot::phrases;
use crate::bot::template::shown;
use crate::language::ast::Feeling;
use crate::language::steps::Scale;
use crate::understand::answers::Kind;
use serde_json::{Map, Value};

impl Run<'_> {
    pub fn op_runs(&mut self, op: &Op) {
        match op {
            Op::Greet(greet) => self.greet(greet),
            Op::Say { words } => self.on(|run| run.say(words)),
            Op::Empathize { moods, words } => self.on(|run| run.empathize(moods, words.as_ref())),
            Op::Triage(triage) => self.triage(triage),
            Op::Ask(ask) => self.ask(ask),
            Op::Feedback(feedback) => self.feedback(feedback),
            Op::Use(step) => self.use_(step),
            Op::Branch { condition, otherwise } => {
                let holds = self.holds(condition);
                if self.broken.is_some() {
                    return;
                }
                if holds {
                    self.saw(Way::Held);
                    self.next()
                } else {
                    self.saw(Way::HeldNot);
                    self.go(*otherwise)
                }
            }
            Op::Jump(to) => self.go(*to),
            Op::WaitAgain(at) => {
                if let Some(frame) = self.frame() {
                    (frame.at, frame.last) = (*at, Some(*at));
                }
                self.offer_again();
                self.wait(Wait::Answer);
            }
            Op::Remember { slot, value } => self.on(|run| {
                let value = run.value(value);
                if run.broken.is_none() {
                    run.fill(slot, value);
                }
            }),
            Op::Do { flow } => self.enter(flow),
            Op::GoTo { flow } => self.go_to(flow),
            Op::Return => self.returns(),
            Op::AskAgain { slots, from, .. } => self.ask_again(slots, *from),
            Op::Escalate(escalate) => self.escalate(escalate),
            // Whoever was asked for has been here and handed back.
            Op::AwaitPerson { .. } if self.session.holder == Holder::Bot => self.returns(),
            Op::AwaitPerson { .. } => self.wait(Wait::Person),
            Op::Promise(promise) => self.on(|run| run.promise(promise)),
            Op::Note { words } => self.on(|run| {
                if let Some(text) = run.vary_for_team(words) {
                    let from = Speaker::Bot { name: run.bot.settings.name.clone() };
                    run.emit(What::Note { from, text });
                }
            }),
            Op::Tag { tags } => self.on(|run| tags.iter().for_each(|tag| run.emit(What::Tagged { tag: tag.clone() }))),
            Op::Card(card) => self.on(|run| run.card(card)),
            Op::Each(each) => self.each(each),
            Op::Forget { slots } => self.on(|run| run.forget(slots)),
            Op::Pause { length } => self.pause(*length),
            Op::Enough(enough) => self.enough(enough),
            Op::Notify { team, words } => self.on(|run| {
                if let Some(text) = run.vary_for_team(words) {
                    run.emit(What::Notified { team: team.clone(), text });
                }
            }),
            Op::Resolve { words } => {
                if let Some(words) = words {
                    self.say(words);
                }
                if self.broken.is_none() {
                    self.resolved();
                }
            }
        }
    }

    /// Does something and goes on. The place moves first: a fault in between begins another topic.
    fn on(&mut self, f: impl FnOnce(&mut Self)) {
        self.next();
        f(self);
    }

    fn greet(&mut self, greet: &Greet) {
        self.next();
        if std::mem::replace(&mut self.control.greeted, true) {
            return;
        }
        let settings = &self.bot.settings;
        let closed = !settings.hours.open(self.now, &settings.time_zone);
        let Greet { first_time, returning, out_of_hours } = greet;
        let fitting = [(closed, out_of_hours), (self.session.returning, returning), (true, first_time)];
        let words = fitting.into_iter().find_map(|(fits, words)| words.as_ref().filter(|_| fits));
        if let Some(words) = words {
            self.say(words);
        }
    }

    fn empathize(&mut self, moods: &[(Feeling, Words)], words: Option<&Words>) {
        let measured = self.session.mood.strongest();
        let fitting = measured.and_then(|m| moods.iter().find(|(named, _)| felt(*named, m)).map(|(_, w)| w));
        let chosen = fitting.or(words);
        if let Some(text) = chosen.and_then(|w| self.never_twice(w)) {
            self.message(text, vec![], None);
        }
    }

    /// A detail becomes known or changes.
    pub fn fill(&mut self, slot: &str, value: Value) {
        if let Some(topic) = self.control.topics.last_mut() {
            topic.slots.insert(slot.to_owned(), value.clone());
        }
        if self.bot.settings.keep.iter().any(|k| k == slot) {
            self.control.kept.insert(slot.to_owned(), value.clone());
        }
        self.changed(slot);
        self.control.settled.remove(slot);
        self.emit(What::Filled { slot: slot.to_owned(), value });
    }

    // ------------------------------------------------------------ questions

    fn ask(&mut self, ask: &Ask) {
        if let Some(known) = self.slot(&ask.slot).cloned() {
            // The topic has it from now on, also where another topic forgets what is kept for the chat.
            if let Some(topic) = self.control.topics.last_mut() {
                topic.slots.entry(ask.slot.clone()).or_insert(known);
            }
            return self.next();
        }
        if let Some(value) = self.said_before(ask) {
            self.given(&ask.slot, value);
            return self.next();
        }
        if let Some(words) = self.answered_before() {
            return self.read_answer(ask, &words);
        }
        let choices = self.buttons(ask);
        let text = self.vary(&ask.question, &[]);
        if let Some(text) = text.filter(|_| self.broken.is_none()) {
            self.question(ask, text, choices);
        }
    }

    /// Says the question, or says it again, and waits.
    pub fn question(&mut self, ask: &Ask, text: String, choices: Vec<Choice>) {
        (self.asking_secret, self.asking_for) = (ask.secret, takes(ask));
        self.message(text, choices, None);
        (self.asking_secret, self.asking_for) = (false, None);
        self.wait(Wait::Answer);
    }

    pub fn buttons(&mut self, ask: &Ask) -> Vec<Choice> {
        let items = self.items(ask);
        let listed =
            (1..).zip(&items).filter_map(|(n, item)| Some(Choice { id: item_id(n), label: item_label(item)? }));
        let mut buttons: Vec<Choice> = listed.collect();
        for button in &ask.buttons {
            let label = self.render(&button.label, &[]);
            buttons.extend(label.map(|label| Choice { id: button.name.clone(), label }));
        }
        buttons
    }

    /// The question is still open: what it offers stands under the words that were said last.
    fn offer_again(&mut self) {
        if !self.control.choices.is_empty() {
            return;
        }
        let offered = match self.op().map(|p| &p.op) {
            Some(Op::Ask(ask)) => self.buttons(ask),
            Some(Op::Triage(triage)) => self.offers(triage),
            _ => vec![],
        };
        if offered.is_empty() {
            return;
        }
        let last = self.turn.events.iter_mut().rev().find_map(|event| match &mut event.what {
            What::Message { from: Speaker::Bot { .. }, choices, .. } => Some(choices),
            _ => None,
        });
        if let Some(choices) = last {
            choices.clone_from(&offered);
        }
        self.control.choices = offered;
    }

    /// What `choices from` offers now.
    fn items(&mut self, ask: &Ask) -> Vec<Value> {
        let Some((list, most)) = &ask.choices else { return vec![] };
        let most = usize::try_from(*most).unwrap_or(usize::MAX);
        let items = self.value(list).as_array().cloned().unwrap_or_default();
        items.into_iter().filter(|item| item_label(item).is_some()).take(most).collect()
    }

    /// The value behind a button of a question; `None` for one with a block, and for none.
    pub fn button_value(&mut self, ask: &Ask, id: &str) -> Option<Value> {
        if let Some(button) = ask.buttons.iter().find(|b| b.name == id) {
            return button.block.is_none().then(|| own_value(ask, id));
        }
        (1..).zip(self.items(ask)).find(|(n, _)| item_id(*n) == id).map(|(_, item)| item)
    }

    fn feedback(&mut self, feedback: &Feedback) {
        if self.slot(&feedback.slot).is_some() {
            return self.next();
        }
        let choice = |id: &str, label: &str| Choice { id: id.to_owned(), label: label.to_owned() };
        let choices = match feedback.scale {
            Scale::OneToFive => (1..=5).map(|n| choice(&n.to_string(), &n.to_string())).collect(),
            Scale::Thumbs => vec![choice("up", phrases::THUMBS_UP), choice("down", phrases::THUMBS_DOWN)],
        };
        if let Some(text) = self.vary(&feedback.question, &[]) {
            self.message(text, choices, Some(feedback.scale));
            self.wait(Wait::Answer);
        }
    }

    // ------------------------------------------------------------ flows

    fn go_to(&mut self, flow: &str) {
        let rerun = self.frame().and_then(|f| f.rerun.clone());
        let left = self.pop_frame().map(|f| f.flow);
        let frame = self.frame_of(flow, rerun.as_ref());
        if let Some(topic) = self.control.topics.last_mut() {
            topic.left.extend(left);
        }
        match self.control.topics.last() {
            Some(topic) if !topic.frames.is_empty() => self.enter_frame(frame),
            _ => {
                let before = self.control.topics.pop().unwrap_or_default();
                self.begin(flow);
                if let Some(topic) = self.control.topics.last_mut() {
                    *topic = TopicState { flow: flow.to_owned(), frames: vec![frame], ..before };
                }
            }
        }
    }

    /// The end of a flow: the one that called it goes on; without one the topic ends.
    fn returns(&mut self) {
        let Some(topic) = self.control.topics.last() else { return };
        if topic.frames.len() > 1 {
            self.pop_frame();
            // A flow that waits for a person goes on waiting.
            if !matches!(self.op().map(|p| &p.op), Some(Op::AwaitPerson { .. })) {
                self.next();
            }
        } else {
            // Past the last operation: the loop takes it for the end of the topic.
            self.go(At::MAX);
        }
    }

    fn ask_again(&mut self, slots: &[String], from: At) {
        self.forget(slots);
        if let Some(frame) = self.frame() {
            let until = frame.at.max(frame.rerun.as_ref().map_or(0, |r| r.until));
            frame.rerun = Some(Rerun { until, changed: slots.iter().cloned().collect() });
            (frame.at, frame.last) = (from, None);
        }
    }

    /// Details become unknown again.
    pub fn forget(&mut self, slots: &[String]) {
        // What was said first must not answer again.
        if let Some(topic) = self.control.topics.last_mut() {
            topic.heard = None;
        }
        for slot in slots {
            if let Some(topic) = self.control.topics.last_mut() {
                topic.slots.remove(slot);
            }
            self.control.kept.remove(slot);
            self.emit(What::Forgotten { slot: slot.clone() });
        }
    }

    // ------------------------------------------------------------ the world

    fn use_(&mut self, step: &Use) {
        let secrets = self.secrets_of(step);
        if self.asked_for_lost_secrets(&secrets) {
            return;
        }
        // What is written down: a secret is a mark in it.
        let args: Map<String, Value> = step.with.iter().map(|(n, f)| (n.clone(), self.value(f))).collect();
        let sent = if secrets.is_empty() { args.clone() } else { self.with_secrets(step, &secrets) };
        let call = self.session.calls + 1;
        let action = format!("{}.{}", step.system, step.action);
        if let Some(words) = &step.while_waiting {
            self.say(words);
        }
        if self.broken.is_some() {
            return;
        }
        self.emit(What::Called { call, action, args });
        self.call(step, call, sent, !secrets.is_empty());
        if !secrets.is_empty() {
            self.watch_call(step, call);
        }
        self.forget_secrets(step);
        self.wait(Wait::Call { call });
    }

    fn promise(&mut self, promise: &Promise) {
        let settings = &self.bot.settings;
        let due = settings.hours.after(self.now, promise.within, &settings.time_zone);
        let when = self.soon(due);
        let more = [("within", self.term_words(promise.within)), ("due", when)];
        let Some(words) = self.vary(&promise.words, &more) else { return };
        let owner = promise.by.clone().unwrap_or_else(|| self.team());
        let contact = promise.to.as_ref().and_then(|d| self.slot_path(d)).unwrap_or_else(|| "this chat".into());
        self.message(words.clone(), vec![], None);
        self.emit(What::Promised { name: promise.name.clone(), words, owner, contact, due });
        self.set_timer(Timer::Promise { name: promise.name.clone() }, due);
    }

    /// `email` or `customer.email` as a text.
    fn slot_path(&self, path: &str) -> Option<String> {
        let mut parts = path.split('.');
        let root = parts.next()?;
        let customer = Value::Object(self.session.customer.clone());
        let mut value = if root == "customer" { &customer } else { self.slot(root)? };
        for part in parts {
            value = value.get(part)?;
        }
        value.as_str().map(str::to_owned)
    }
}

/// By place: what is in the list may be anything.
fn item_id(n: usize) -> String {
    format!("item_{n}")
}

/// How an item of a list reads on a button: itself, or the field that names it.
fn item_label(item: &Value) -> Option<String> {
    const NAMES: [&str; 5] = ["label", "title", "name", "text", "number"];
    if item.is_object() {
        let named =
            NAMES.iter().find_map(|name| item.get(name)).or_else(|| item.as_object()?.values().find(|v| v.is_string()));
        return named.filter(|v| !v.is_object()).and_then(item_label);
    }
    shown(item).or_else(|| match item {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// A button named `yes` or `no` under a question that accepts these is the same answer as the typed word; one that is
/// named like a row of a table that it accepts is that row.
fn own_value(ask: &Ask, name: &str) -> Value {
    let yes_or_no = ask.accepts.iter().any(|k| matches!(k, Kind::YesOrNo));
    let rows = ask.accepts.iter().filter_map(|k| if let Kind::Rows(rows) = k { Some(rows) } else { None });
    if let Some(row) = rows.flatten().find(|row| row.name == name) {
        return row.value.clone();
    }
    match name {
        "yes" | "no" if yes_or_no => Value::Bool(name == "yes"),
        _ => Value::from(name),
    }
}
