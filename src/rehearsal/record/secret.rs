//! What stands in a recorded test for secret answers: the journal says only that they were given. A made-up one fits the question
//! where the real one did, and does not where that did not.
use super::shorten::is_of;
use crate::bot::Bot;
use crate::bot::op::Ask;
use crate::bot::template::{Context, to_jinja};
use crate::engine::{Event, Session, What};
use crate::rehearsal::record::expected::bot_said;
use crate::understand::answers::{self, Frame, Kind};
use serde_json::Value;

/// Made-up answers that are tried until one is right for the question.
const TRIES: usize = 200;
/// Words that hardly any kind of answer takes.
const MISFITS: [&str; 4] = ["(something that does not fit)", "?", "-", "(0)"];

pub struct Secrets {
    state: u64,
}

/// One question for a secret, and all that its answer is measured with.
pub struct Question<'a> {
    pub bot: &'a Bot,
    pub ask: &'a Ask,
    /// The chat as it was when it was asked.
    pub session: &'a Session,
    pub frame: Frame,
}

impl Secrets {
    pub fn new(seed: u64) -> Self {
        Self { state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x1405_7b7e_f767_814f) }
    }

    /// Words in the place of those that were not kept; what came of them is in the entries of their turn.
    pub fn instead(&mut self, question: &Question<'_>, turn: &[Event]) -> Option<String> {
        let ask = question.ask;
        if turn.iter().any(|e| matches!(&e.what, What::Filled { slot, .. } if *slot == ask.slot)) {
            return self.made_up(question, true);
        }
        if !turn.iter().any(|e| matches!(e.what, What::TryFailed { .. })) {
            // Neither an answer nor none: a button that does something else.
            return ask.buttons.iter().find(|b| b.block.is_some()).map(|b| b.label.source.clone());
        }
        let said = || turn.iter().filter_map(bot_said);
        let mut objections = ask.checks.iter().flat_map(|(_, words)| &words.variations);
        if objections.any(|words| said().any(|said| is_of(&words.source, said))) {
            return self.made_up(question, false);
        }
        let misfit = MISFITS.iter().find(|words| question.value(words).is_none());
        misfit.map(|words| (*words).to_owned())
    }

    /// Words that the question takes, and its checks too, or not.
    fn made_up(&mut self, question: &Question<'_>, passes: bool) -> Option<String> {
        let fits = |words: &String| question.value(words).is_some_and(|v| question.checked(v) == passes);
        let kinds = question.ask.accepts.iter();
        let typed = kinds.flat_map(|kind| (0..TRIES).filter_map(|_| self.of_kind(kind)).collect::<Vec<_>>());
        // A check may be against one value only, which stands in it.
        let named = question.ask.checks.iter().flat_map(|(condition, _)| words_of(condition.source()));
        let typed = typed.collect::<Vec<_>>().into_iter().chain(named).find(fits);
        let button = || question.ask.buttons.iter().find(|b| b.block.is_none()).map(|b| b.label.source.clone());
        typed.or_else(button)
    }

    fn of_kind(&mut self, kind: &Kind) -> Option<String> {
        let digits = 1000 + self.draw(9000);
        Some(match kind {
            Kind::Text => format!("made-up-{digits}"),
            Kind::Number | Kind::WholeNumber | Kind::Money => digits.to_string(),
            Kind::Email => format!("sample{digits}@example.org"),
            Kind::Phone => format!("+442079460{:03}", digits % 1000),
            Kind::Date => format!("19{:02}-{:02}-{:02}", 50 + digits % 50, 1 + digits % 12, 1 + digits % 28),
            Kind::Time => format!("{:02}:{:02}", digits % 24, digits % 60),
            Kind::Duration => format!("{} minutes", 2 + digits % 90),
            Kind::Name => "Alex Okafor".to_owned(),
            Kind::Address => format!("{} Example Street, Sampleton", digits % 90 + 11),
            Kind::YesOrNo => ["yes", "no"].get(digits % 2).map(|w| (*w).to_owned())?,
            Kind::OneOf(options) => options.get(digits % options.len().max(1))?.clone(),
            Kind::Rows(rows) => rows.get(digits % rows.len().max(1))?.label.clone(),
            Kind::Pattern(pattern) => pattern.example(|among| self.draw(among))?,
            Kind::Photo | Kind::File => return None,
        })
    }

    fn draw(&mut self, among: usize) -> usize {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.state >> 33).unwrap_or(0) % among.max(1)
    }
}

fn words_of(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

impl Question<'_> {
    /// What the question takes words for.
    fn value(&self, words: &str) -> Option<Value> {
        self.ask.accepts.iter().find_map(|kind| answers::find(kind, words, &self.frame)).map(|found| found.value)
    }

    /// Whether the checks let a value pass.
    fn checked(&self, value: Value) -> bool {
        let mut context = Context::new();
        let topic = self.session.control.topics.last().map(|t| &t.slots);
        let known = self.session.control.kept.iter().chain(topic.into_iter().flatten());
        context.extend(known.map(|(name, value)| (name.clone(), to_jinja(value))));
        context.insert(self.ask.slot.clone(), to_jinja(&value));
        self.ask.checks.iter().all(|(condition, _)| self.bot.templates.holds(condition, &context).unwrap_or(true))
    }
}
