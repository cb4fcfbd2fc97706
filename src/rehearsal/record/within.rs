//! What a bot itself asks for and says: the measure of what in a chat is the customer's own.
use crate::bot::Bot;
use crate::bot::integrations::Action;
use crate::bot::op::Op;
use crate::bot::settings::Shape;
use crate::engine::{Event, What};
use crate::language::ast::Start;
use crate::understand::answers::{Kind, Pattern};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The actions whose answers a detail holds.
pub fn actions<'b>(bot: &'b Bot, slot: &'b str) -> impl Iterator<Item = &'b Action> {
    bot.flows.values().flat_map(|f| &f.ops).filter_map(move |p| match &p.op {
        Op::Use(step) if step.save_as.as_deref() == Some(slot) => bot.integrations.action(&step.system, &step.action),
        _ => None,
    })
}

/// What the questions for each detail accept.
pub fn asked(bot: &Bot) -> BTreeMap<&str, Vec<&Kind>> {
    let mut found: BTreeMap<&str, Vec<&Kind>> = BTreeMap::new();
    for placed in bot.flows.values().flat_map(|f| &f.ops) {
        if let Op::Ask(ask) = &placed.op {
            found.entry(&ask.slot).or_default().extend(&ask.accepts);
        }
    }
    found
}

/// The words of the bot's own texts and of what systems answered, in small letters.
pub fn usual(bot: &Bot, events: &[Event]) -> BTreeSet<String> {
    let translated = bot.locales.iter().flat_map(|(_, l)| l.texts.values().cloned());
    let titles = bot.flows.values().map(|f| f.title.clone());
    let answered = events.iter().filter_map(|e| match &e.what {
        What::Filled { value: Value::Object(fields), .. } => Some(Value::Object(fields.clone()).to_string()),
        _ => None,
    });
    let texts = bot.texts.iter().cloned().chain(translated).chain(titles).chain(answered);
    let words = |text: String| {
        let lower = text.to_lowercase();
        lower.split(|c: char| !c.is_alphanumeric() && c != '-').map(str::to_owned).collect::<Vec<_>>()
    };
    texts.flat_map(words).collect()
}

/// Buttons are the author's words.
pub fn is_button(bot: &Bot, slot: &str, value: &str) -> bool {
    bot.flows.values().flat_map(|f| &f.ops).any(|p| match &p.op {
        Op::Ask(ask) => ask.slot == slot && ask.buttons.iter().any(|b| b.name == value),
        _ => false,
    })
}

/// The details that flows take from an event of this name; `None` where it begins nothing.
pub fn taken_from_event<'b>(bot: &'b Bot, event: &str) -> Option<BTreeSet<&'b str>> {
    let with = bot.flows.values().flat_map(|f| &f.starts).filter_map(|start| match start {
        Start::Event { name, with } if name == event => Some(with),
        _ => None,
    });
    with.fold(None, |all: Option<BTreeSet<&str>>, with| {
        let mut all = all.unwrap_or_default();
        all.extend(with.iter().map(String::as_str));
        Some(all)
    })
}

/// Every pattern that the bot asks for or has a kind of.
pub fn patterns(bot: &Bot) -> Vec<Pattern> {
    let kinds = bot.settings.kinds.values().filter_map(|k| match &k.shape {
        Shape::Pattern(pattern) => Some(pattern),
        Shape::Table(_) => None,
    });
    let asked = bot.flows.values().flat_map(|f| &f.ops).flat_map(|p| match &p.op {
        Op::Ask(ask) => ask.accepts.as_slice(),
        _ => &[],
    });
    let asked = asked.filter_map(|k| if let Kind::Pattern(pattern) = k { Some(pattern) } else { None });
    let mut found: Vec<Pattern> = kinds.chain(asked).cloned().collect();
    found.sort_by(|a, b| a.source.cmp(&b.source));
    found.dedup_by(|a, b| a.source == b.source);
    found
}

/// Everything that stands in the journal, so that no stand-in is anything of it.
pub fn said(events: &[Event]) -> String {
    let words = |e: &Event| match &e.what {
        What::Message { text, .. } => text.clone(),
        What::Opened { customer, .. } => Value::Object(customer.clone()).to_string(),
        What::Filled { value, .. } => value.to_string(),
        What::EventArrived { details, .. } => Value::Object(details.clone()).to_string(),
        What::Joined { name, .. } => name.clone(),
        _ => String::new(),
    };
    events.iter().map(words).collect::<Vec<_>>().join("\n")
}
