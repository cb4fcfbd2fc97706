//! What a bot answers itself: `knowledge.search` from its articles. Pure: the same words give the same answer, in chats and in tests.
use super::Bot;
use super::integrations::own::KNOWLEDGE;
use crate::understand::articles::Found;
use serde_json::{Map, Value, json};

/// An answer as of any other system: its outcome and its fields.
pub type Told = (String, Map<String, Value>);

/// The answer of a built-in system; `None` where the system is another one.
pub fn answer(bot: &Bot, system: &str, action: &str, args: &Map<String, Value>) -> Option<Told> {
    bot.integrations.systems.get(system).filter(|s| s.own)?;
    match (system, action) {
        (s, a) if (s, a) == (KNOWLEDGE.system, KNOWLEDGE.action) => Some(knowledge(bot, &words(args, KNOWLEDGE.needs))),
        _ => None,
    }
}

/// What to do where a built-in system has nothing to answer from.
pub fn missing(system: &str) -> Option<&'static str> {
    (system == KNOWLEDGE.system).then_some(
        "Write help articles into the bot's folder `knowledge`, one Markdown file each, or take them over with `rapport knowledge import`.",
    )
}

/// A value in words: whatever a flow hands over.
fn words(args: &Map<String, Value>, name: &str) -> String {
    match args.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

fn knowledge(bot: &Bot, question: &str) -> Told {
    let found: Vec<Found<'_>> = bot.knowledge.ask(question).into_iter().filter(Found::is_enough).collect();
    let Some(best) = found.first() else { return ("not_found".to_owned(), Map::new()) };
    let mut fields = quoted(best);
    fields.insert("articles".into(), found.iter().map(|f| Value::Object(quoted(f))).collect());
    ("found".to_owned(), fields)
}

fn quoted(found: &Found<'_>) -> Map<String, Value> {
    let source = found.article.source.clone().unwrap_or_default();
    let fields =
        [("title", json!(found.article.title)), ("passage", json!(found.passage.text)), ("source", json!(source))];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
