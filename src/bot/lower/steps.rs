//! The steps that hold blocks, words or conditions, each to its operations.
use super::{Lowerer, formula_reads, reads};
use crate::bot::house;
use crate::bot::op::{Ask, At, Button, Enough, Escalate, Feedback, Greet, Op, Promise, Triage, Use};
use crate::bot::phrases;
use crate::language::ast::{Handler, Term, When};
use crate::language::diagnostic::Diagnostic;
use crate::language::steps;
use crate::language::steps::AcceptKind;
use crate::understand::answers::Kind;
use std::collections::BTreeSet;

impl Lowerer<'_> {
    pub(super) fn greet(&mut self, s: &steps::Greet) {
        let first_time = self.maybe_words(s.first_time.as_ref(), "greet");
        let returning = self.maybe_words(s.returning.as_ref(), "returning");
        let out_of_hours = self.maybe_words(s.out_of_hours.as_ref(), "out of hours");
        let greet = Box::new(Greet { first_time, returning, out_of_hours });
        self.push(Op::Greet(greet), "greet", s.span, BTreeSet::new());
    }

    pub(super) fn say(&mut self, s: &steps::Say) {
        let words = self.words(&s.words, "say");
        let reads = reads([&words]);
        self.push(Op::Say { words }, "say", s.span, reads);
    }

    pub(super) fn note(&mut self, s: &steps::Note) {
        let words = self.words(&s.words, "note");
        let reads = reads([&words]);
        self.push(Op::Note { words }, "note", s.span, reads);
    }

    pub(super) fn empathize(&mut self, s: &steps::Empathize) {
        let moods: Vec<_> = s.moods.iter().map(|(f, w)| (*f, self.words(w, "empathize"))).collect();
        let words = self.maybe_words(s.words.as_ref(), "empathize");
        let reads = reads(moods.iter().map(|(_, w)| w).chain(&words));
        self.push(Op::Empathize { moods, words }, "empathize", s.span, reads);
    }

    pub(super) fn remember(&mut self, s: &steps::Remember) {
        let value = self.formula(&s.value);
        let reads = formula_reads([&value]);
        self.push(Op::Remember { slot: s.slot.text.clone(), value }, &s.slot.text, s.span, reads);
    }

    pub(super) fn promise(&mut self, s: &steps::Promise) {
        let words = self.words(&s.words, "promise");
        let reads = reads([&words]);
        let promise = Promise {
            name: s.name.text.clone(),
            by: s.by.as_ref().map(|n| n.text.clone()),
            to: s.to.as_ref().map(|n| n.text.clone()),
            within: s.within,
            words,
        };
        self.push(Op::Promise(Box::new(promise)), &s.name.text, s.span, reads);
    }

    pub(super) fn feedback(&mut self, s: &steps::Feedback) {
        let question = self.words(&s.question, "feedback");
        let comment = self.maybe_words(s.comment.as_ref(), "comment");
        let feedback = Feedback { slot: s.slot.text.clone(), question, scale: s.scale, comment };
        self.push(Op::Feedback(Box::new(feedback)), &s.slot.text, s.span, BTreeSet::new());
    }

    pub(super) fn if_(&mut self, s: &steps::If) {
        let mut ends = Vec::new();
        for (condition, block) in &s.arms {
            let condition = self.formula(condition);
            let reads = formula_reads([&condition]);
            let branch = self.push(Op::Branch { condition, otherwise: 0 }, "if", s.span, reads);
            self.block(block);
            ends.push(self.jump(s.span));
            let here = self.here();
            if let Some(placed) = self.op(branch)
                && let Op::Branch { otherwise, .. } = &mut placed.op
            {
                *otherwise = here;
            }
        }
        if let Some(block) = &s.otherwise {
            self.block(block);
        }
        self.land(&ends);
    }

    pub(super) fn triage(&mut self, s: &steps::Triage) {
        let question = self.words(&s.question, "triage");
        let offers = s.offers.iter().map(|n| n.text.clone()).collect();
        let triage = Triage { question, offers, topics: vec![], anything_else: None, tries: vec![], silent: vec![] };
        let at = self.push(Op::Triage(Box::new(triage)), "triage", s.span, BTreeSet::new());
        let mut ends = vec![self.jump(s.span)];
        let (mut topics, mut tries, mut anything_else) = (vec![], vec![], None);
        for h in s.handlers.iter().filter(|h| !matches!(h.when, When::SilentFor(_))) {
            let start = self.here();
            match &h.when {
                When::Named(name) => topics.push((name.text.clone(), start)),
                When::TriesFailed(n) => tries.push((*n, start)),
                _ => anything_else = Some((self.maybe_words(h.words.as_ref(), "anything else"), start)),
            }
            self.block(&h.block);
            if h.when == When::AnythingElse {
                self.push(Op::WaitAgain(at), "triage", h.span, BTreeSet::new());
            } else {
                ends.push(self.jump(h.span));
            }
        }
        let silent = self.silent(&s.handlers, at);
        self.land(&ends);
        tries.sort_unstable();
        if let Some(Op::Triage(t)) = self.op(at).map(|p| &mut p.op) {
            (t.topics, t.tries, t.anything_else, t.silent) = (topics, tries, anything_else, silent);
        }
    }

    pub(super) fn ask(&mut self, s: &steps::Ask) {
        let question = self.words(&s.question, "ask");
        let checks: Vec<_> =
            s.checks.iter().map(|c| (self.formula(&c.condition), self.words(&c.otherwise, "check"))).collect();
        let retries: Vec<_> = s.retries.iter().map(|r| self.words(r, "retry")).collect();
        let accepts = self.accepts(s);
        let choices = s.choices.as_ref().map(|c| (self.formula(&c.list), c.most));
        let mut read = reads(std::iter::once(&question));
        read.extend(formula_reads(choices.iter().map(|(list, _)| list)));
        read.extend(formula_reads(checks.iter().map(|(f, _)| f)));
        let labels: Vec<_> = s.buttons.iter().map(|b| self.text(&b.label)).collect();
        let (slot, stay, secret) = (s.slot.text.clone(), s.stay, s.secret);
        let (buttons, tries, silent) = Default::default();
        let ask = Ask { slot, question, accepts, buttons, choices, checks, retries, tries, silent, stay, secret };
        let at = self.push(Op::Ask(Box::new(ask)), &s.slot.text, s.span, read);
        self.asks.insert(s.slot.text.clone(), at);
        let mut ends = vec![self.jump(s.span)];
        let mut buttons = Vec::new();
        for (b, label) in s.buttons.iter().zip(labels) {
            let block = b.block.as_ref().map(|block| {
                let start = self.here();
                self.block(block);
                ends.push(self.jump(b.span));
                start
            });
            buttons.push(Button { name: b.name.text.clone(), label, block });
        }
        let tries = self.tries(&s.handlers, &mut ends);
        let silent = self.silent(&s.handlers, at);
        self.land(&ends);
        if let Some(Op::Ask(a)) = self.op(at).map(|p| &mut p.op) {
            (a.buttons, a.tries, a.silent) = (buttons, tries, silent);
        }
    }

    /// `ask 2 of`: before each question it is looked whether enough is known.
    pub(super) fn ask_some(&mut self, s: &steps::AskSome) {
        if let Some(words) = &s.words {
            let words = self.words(words, "ask some");
            let reads = reads([&words]);
            self.push(Op::Say { words }, "ask some", s.span, reads);
        }
        let slots: Vec<String> = s.questions().map(|a| a.slot.text.clone()).collect();
        let save_as = s.save_as.as_ref().map(|n| n.text.clone());
        let enough = Enough { slots, need: s.need, save_as, then: 0 };
        let mut looks = Vec::new();
        for question in s.questions() {
            looks.push(self.push(Op::Enough(Box::new(enough.clone())), "enough", s.span, BTreeSet::new()));
            let at = self.here();
            self.ask(question);
            let next = self.here();
            let label = self.templates.plain(phrases::I_DONT_HAVE_IT);
            if let Some(Op::Ask(ask)) = self.op(at).map(|p| &mut p.op) {
                ask.buttons.push(Button { name: "dont_have_it".into(), label, block: Some(next) });
                if ask.tries.is_empty() {
                    ask.tries.push((2, next));
                }
            }
        }
        looks.push(self.push(Op::Enough(Box::new(enough)), "enough", s.span, BTreeSet::new()));
        if let Some(handler) = s.handlers.first() {
            self.spoken(handler);
        } else {
            let person = Op::Do { flow: house::NOT_UNDERSTOOD.into() };
            self.push(person, "not enough", s.span, BTreeSet::new());
        }
        let then = self.here();
        for at in looks {
            if let Some(Op::Enough(enough)) = self.op(at).map(|p| &mut p.op) {
                enough.then = then;
            }
        }
    }

    /// `when silent for …`: the block runs, and the question stays open.
    fn silent(&mut self, handlers: &[Handler], question: At) -> Vec<(Term, At)> {
        let mut found = Vec::new();
        for h in handlers {
            let When::SilentFor(length) = h.when else { continue };
            found.push((length, self.spoken(h)));
            self.push(Op::WaitAgain(question), "silent", h.span, BTreeSet::new());
        }
        found
    }

    /// The words and the block of a handler; where they begin.
    fn spoken(&mut self, h: &Handler) -> At {
        let start = self.here();
        if let Some(words) = &h.words {
            let words = self.words(words, "when");
            let reads = reads([&words]);
            self.push(Op::Say { words }, "when", h.span, reads);
        }
        self.block(&h.block);
        start
    }

    fn tries(&mut self, handlers: &[Handler], ends: &mut Vec<At>) -> Vec<(u32, At)> {
        let mut tries = Vec::new();
        for h in handlers {
            if let When::TriesFailed(n) = h.when {
                tries.push((n, self.here()));
                self.block(&h.block);
                ends.push(self.jump(h.span));
            }
        }
        tries.sort_unstable();
        tries
    }

    /// What an answer may be; without any `accept` the buttons alone, and without buttons any text.
    fn accepts(&mut self, s: &steps::Ask) -> Vec<Kind> {
        if s.accepts.is_empty() && s.choices.is_none() && s.buttons.iter().all(|b| b.block.is_some()) {
            return vec![Kind::Text];
        }
        let mut found = Vec::new();
        for accept in &s.accepts {
            found.push(match &accept.kind {
                AcceptKind::Text => Kind::Text,
                AcceptKind::Number => Kind::Number,
                AcceptKind::WholeNumber => Kind::WholeNumber,
                AcceptKind::Email => Kind::Email,
                AcceptKind::Phone => Kind::Phone,
                AcceptKind::Date => Kind::Date,
                AcceptKind::Money => Kind::Money,
                AcceptKind::Time => Kind::Time,
                AcceptKind::Duration => Kind::Duration,
                AcceptKind::Name => Kind::Name,
                AcceptKind::Address => Kind::Address,
                AcceptKind::Photo => Kind::Photo,
                AcceptKind::File => Kind::File,
                AcceptKind::YesOrNo => Kind::YesOrNo,
                AcceptKind::OneOf(options) => Kind::OneOf(options.iter().map(|o| o.text.clone()).collect()),
                AcceptKind::Pattern(written) => match self.pattern(&written.text) {
                    Ok(pattern) => Kind::Pattern(pattern),
                    Err(why) => {
                        let action = "Mend the pattern, or describe a simpler one such as `[0-9]{6}`.";
                        self.found.push(Diagnostic::error(
                            "F112",
                            written.span,
                            format!("The pattern cannot be read: {why}"),
                            action,
                        ));
                        continue;
                    }
                },
                // An unknown kind has been reported by the checker.
                AcceptKind::Kind(name) => match self.around.settings.kinds.get(&name.text) {
                    Some(kind) => kind.answer(),
                    None => continue,
                },
            });
        }
        found
    }

    pub(super) fn ask_again(&mut self, s: &steps::AskAgain) {
        let slots: Vec<String> = s.slots.iter().map(|n| n.text.clone()).collect();
        let asked: Vec<At> = slots.iter().filter_map(|slot| self.asks.get(slot).copied()).collect();
        for name in s.slots.iter().filter(|n| !self.asks.contains_key(&n.text)) {
            let action = "Name a detail that an `ask` above in this flow asks for.";
            let problem = format!("This flow has not asked for `{}` before this line", name.text);
            self.found.push(Diagnostic::error("F114", name.span, problem, action));
        }
        let Some(from) = asked.into_iter().min() else { return };
        let op = Op::AskAgain { slots, from, counted: self.counted };
        self.push(op, "ask again", s.span, BTreeSet::new());
    }

    pub(super) fn use_(&mut self, s: &steps::Use) {
        let with: Vec<_> = s.with.iter().map(|(n, e)| (n.text.clone(), self.formula(e))).collect();
        let while_waiting = self.maybe_words(s.while_waiting.as_ref(), "while waiting");
        let good = self.action(&s.system.text, &s.action.text).map_or("ok", |a| a.good()).to_owned();
        let read = formula_reads(with.iter().map(|(_, f)| f));
        let step = Use {
            system: s.system.text.clone(),
            action: s.action.text.clone(),
            with,
            save_as: s.save_as.as_ref().map(|n| n.text.clone()),
            while_waiting,
            outcomes: vec![],
            works: None,
            fails: None,
            tries: vec![],
            good,
            secrets: vec![],
        };
        let name = format!("{}.{}", s.system.text, s.action.text);
        let at = self.push(Op::Use(Box::new(step)), &name, s.span, read);
        let mut ends = vec![self.jump(s.span)];
        let before = self.counted.replace(at);
        let (mut outcomes, mut works, mut fails) = (vec![], None, None);
        for h in s.handlers.iter().filter(|h| !matches!(h.when, When::TriesFailed(_))) {
            let start = self.here();
            match &h.when {
                When::Named(name) => outcomes.push((name.text.clone(), start)),
                When::ItWorks => works = Some(start),
                When::ItFails => fails = Some(start),
                _ => {}
            }
            self.block(&h.block);
            ends.push(self.jump(h.span));
        }
        let tries = self.tries(&s.handlers, &mut ends);
        self.counted = before;
        self.land(&ends);
        if let Some(Op::Use(u)) = self.op(at).map(|p| &mut p.op) {
            (u.outcomes, u.works, u.fails, u.tries) = (outcomes, works, fails, tries);
        }
    }

    pub(super) fn escalate(&mut self, s: &steps::Escalate) {
        let words = self.maybe_words(s.words.as_ref(), "escalate");
        let summary = s.summary.as_ref().map(|p| self.text(p));
        let read = reads(&words);
        let team = s.team.as_ref().map(|n| n.text.clone());
        let (nobody, waited, handed_back) = Default::default();
        let escalate = Escalate { team, priority: s.priority, words, summary, nobody, waited, handed_back };
        let at = self.push(Op::Escalate(Box::new(escalate)), "escalate", s.span, read);
        self.push(Op::AwaitPerson { escalate: at }, "person", s.span, BTreeSet::new());
        for handler in &s.handlers {
            let start = self.spoken(handler);
            let then = match handler.when {
                When::HandedBack => Op::Return,
                _ => Op::AwaitPerson { escalate: at },
            };
            self.push(then, "person", handler.span, BTreeSet::new());
            let Some(Op::Escalate(e)) = self.op(at).map(|p| &mut p.op) else { continue };
            match handler.when {
                When::HandedBack => e.handed_back = Some(start),
                When::Waited(length) => e.waited.push((length, start)),
                _ => e.nobody = Some(start),
            }
        }
    }
}
