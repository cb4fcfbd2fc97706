//! What a bot answers itself: `knowledge.search` from its articles, `catalog.search` from its products. Pure: the same words give the same answer, in chats and in tests.
use super::Bot;
use super::integrations::own::{CATALOG, KNOWLEDGE};
use crate::understand::articles::Found;
use crate::understand::catalog::{Finding, Product, Wish};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// An answer as of any other system: its outcome and its fields.
pub type Told = (String, Map<String, Value>);

/// The answer of a built-in system; `None` where the system is another one.
pub fn answer(bot: &Bot, system: &str, action: &str, args: &Map<String, Value>) -> Option<Told> {
    bot.integrations.systems.get(system).filter(|s| s.own)?;
    match (system, action) {
        (s, a) if (s, a) == (KNOWLEDGE.system, KNOWLEDGE.action) => Some(knowledge(bot, &words(args, KNOWLEDGE.needs))),
        (s, a) if (s, a) == (CATALOG.system, CATALOG.action) => Some(catalog(bot, args)),
        _ => None,
    }
}

/// What to do where a built-in system has nothing to answer from.
pub fn missing(system: &str) -> Option<&'static str> {
    match system {
        s if s == CATALOG.system => {
            Some("Write the products into `catalog.csv` in the bot's folder; its first line names the columns.")
        }
        s if s == KNOWLEDGE.system => Some(KNOWLEDGE_HELP),
        _ => None,
    }
}

const KNOWLEDGE_HELP: &str = "Write help articles into the bot's folder `knowledge`, one Markdown file each, or take them over with `rapport knowledge import`.";

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

/// What the customer answers where too many products fit: read behind the words of their wish.
const MORE: &str = "more";

/// Values beside the customer's words are what is known of them, by column: products like that come first.
fn catalog(bot: &Bot, args: &Map<String, Value>) -> Told {
    let all = &bot.catalog;
    let known = args.iter().filter(|(name, _)| *name != CATALOG.needs && *name != MORE);
    let likes: BTreeMap<String, String> = known.map(|(name, _)| (name.replace('_', " "), words(args, name))).collect();
    let found = all.find(&format!("{} {}", words(args, CATALOG.needs), words(args, MORE)), &likes);
    let mut fields = Map::new();
    fields.insert("count".into(), found.count.into());
    fields.insert("understood".into(), understood(bot, &found).into());
    fields.insert("products".into(), found.products.iter().map(|p| Value::Object(product(bot, p))).collect());
    let next = found.next.as_ref();
    let ask = next.map(|n| format!("Which {}: {}?", n.column, n.values.join(", ")));
    fields.insert("ask".into(), ask.unwrap_or_default().into());
    fields.insert("choices".into(), next.map(|n| n.values.clone()).unwrap_or_default().into());
    let outcome = match (found.count, next) {
        (0, _) => "not_found",
        (_, Some(_)) => "too_many",
        _ => "found",
    };
    (outcome.to_owned(), fields)
}

/// A product's cells by the names of their columns, those of numbers as numbers. Cells that are empty are texts without letters.
fn product(bot: &Bot, product: &Product) -> Map<String, Value> {
    let all = &bot.catalog;
    let cell = |(number, column): (usize, &String)| {
        let text = product.cells.get(number).cloned().unwrap_or_default().replace('|', ", ");
        let value = all.number_of(product, number).map_or(Value::from(text), Value::from);
        (column.replace(' ', "_"), value)
    };
    let mut cells: Map<String, Value> = all.columns.iter().enumerate().map(cell).collect();
    for name in ["text", "picture", "link", "price"] {
        cells.entry(name).or_insert_with(|| "".into());
    }
    cells
}

/// The wish as it was read: "table lamp, blue, not glass, price up to 80".
fn understood(bot: &Bot, found: &Finding<'_>) -> String {
    let Wish { values, not, bounds, .. } = &found.wish;
    let mut all: Vec<String> = Vec::new();
    for (_, value) in values.iter().flatten() {
        if !all.contains(value) {
            all.push(value.clone());
        }
    }
    all.extend(not.iter().map(|(_, value)| format!("not {value}")));
    for bound in bounds {
        let column = bot.catalog.columns.get(bound.column).map_or("", String::as_str);
        all.push(match (bound.from, bound.to) {
            (Some(from), Some(to)) => format!("{column} {from} to {to}"),
            (Some(from), None) => format!("{column} from {from}"),
            (None, Some(to)) => format!("{column} up to {to}"),
            (None, None) => continue,
        });
    }
    all.join(", ")
}
