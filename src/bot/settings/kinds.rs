//! Kinds of answer that a shop defines: what answers look like, or a table of values with what comes with each.
use super::read::pattern;
use crate::bot::yaml::{self, Key, Node, Reader, field};
use crate::language::ast::term;
use crate::language::diagnostic::Diagnostic;
use crate::language::expr::read_otherwise;
use crate::language::steps::{AcceptKind, kind_words};
use crate::understand::answers::{self, Pattern, Row};
use jiff::civil::{Date, Time};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A kind of answer that a shop defines.
#[derive(Clone, Debug)]
pub struct Kind {
    pub shape: Shape,
    /// How people call it: "a six-digit order number".
    pub words: Option<String>,
}

#[derive(Clone, Debug)]
pub enum Shape {
    Pattern(Pattern),
    Table(Table),
}

/// Values by name. A chosen one brings its whole row: `{"value": "gold", "label": "Gold", "return_window": "90 days"}`.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// In the order written; never empty in a bot without mistakes.
    pub rows: Vec<Row>,
    /// Every row has a cell in each.
    pub columns: BTreeSet<String>,
}

pub type Kinds = BTreeMap<String, Kind>;

/// The fields that every row has.
pub const VALUE: &str = "value";
pub const LABEL: &str = "label";

impl Kind {
    pub fn table(&self) -> Option<&Table> {
        match &self.shape {
            Shape::Table(table) => Some(table),
            Shape::Pattern(_) => None,
        }
    }

    /// What an answer of this kind has to be.
    pub fn answer(&self) -> answers::Kind {
        match &self.shape {
            Shape::Pattern(pattern) => answers::Kind::Pattern(pattern.clone()),
            Shape::Table(table) => answers::Kind::Rows(table.rows.clone()),
        }
    }
}

impl Table {
    /// The row of this name or label, case ignored.
    pub fn row(&self, written: &str) -> Option<&Row> {
        let same = |text: &str| text.trim().to_lowercase() == written.trim().to_lowercase();
        self.rows.iter().find(|row| same(&row.name)).or_else(|| self.rows.iter().find(|row| same(&row.label)))
    }

    /// What stands in one column.
    pub fn cells<'t>(&'t self, column: &'t str) -> impl Iterator<Item = &'t Value> {
        self.rows.iter().filter_map(move |row| row.value.get(column))
    }
}

/// Every kind that something of this bot can have: those of the language, a list, and the bot's own.
pub fn names(own: &Kinds) -> Vec<&str> {
    let mut all: Vec<&str> = kind_words().collect();
    all.push("list");
    all.extend(own.keys().map(String::as_str));
    all
}

/// What other tools call the kinds.
const ELSEWHERE: [(&[&str], &str); 9] = [
    (&["boolean", "bool", "yesno", "yes_no", "flag"], "yes or no"),
    (&["string", "str", "words", "anything"], "text"),
    (&["integer", "int", "count"], "whole number"),
    (&["float", "decimal", "double"], "number"),
    (&["price", "amount", "currency", "cost"], "money"),
    (&["telephone", "mobile", "tel"], "phone"),
    (&["image", "picture"], "photo"),
    (&["attachment", "document", "upload"], "file"),
    (&["datetime", "day", "timestamp"], "date"),
];

/// The kind that goes by another name in other tools; of several words the first may be it.
pub fn elsewhere(written: &str) -> Option<&'static str> {
    let first = written.split(['_', ' ']).next().unwrap_or(written);
    let known = ELSEWHERE.iter().find(|(words, _)| words.contains(&written)).map(|(_, kind)| *kind);
    known.or_else(|| kind_words().find(|kind| *kind == first))
}

/// Whether something can be of this kind.
pub fn exists(kind: &str, own: &Kinds) -> bool {
    own.contains_key(kind) || kind == "list" || kind_words().any(|word| word == kind)
}

/// A value in the shape of its kind: a word of a table becomes its row. What fits no row stays as it is.
pub fn shaped(own: &Kinds, kind: &str, value: Value) -> Value {
    let table = own.get(kind).and_then(Kind::table);
    let row = table.and_then(|table| table.row(value.as_str()?));
    row.map_or(value, |row| row.value.clone())
}

/// Whether a value is of this kind, in the shape that answers have.
pub fn fits(own: &Kinds, kind: &str, value: &Value) -> bool {
    let text = value.as_str();
    if let Some(kind) = own.get(kind) {
        return match &kind.shape {
            Shape::Pattern(pattern) => text.is_some_and(|text| pattern.matches(text)),
            Shape::Table(table) => {
                let name = value.get(VALUE).unwrap_or(value);
                name.as_str().is_some_and(|name| table.row(name).is_some())
            }
        };
    }
    match kind {
        "text" => text.is_some(),
        "number" => value.is_number(),
        "whole number" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "money" => value.is_number() || value.get("amount").is_some_and(Value::is_number),
        "yes or no" => value.is_boolean(),
        "list" => value.is_array(),
        "date" => text.is_some_and(|text| text.parse::<Date>().is_ok()),
        "time" => text.is_some_and(|text| text.len() == 5 && text.parse::<Time>().is_ok()),
        "duration" => text.is_some_and(|text| term(text).is_some()),
        "email" => text.is_some_and(|text| is_whole(&answers::Kind::Email, text)),
        "phone" => text.is_some_and(|text| is_whole(&answers::Kind::Phone, text)),
        "name" => text.is_some_and(|text| is_whole(&answers::Kind::Name, text)),
        "address" => text.is_some_and(|text| is_whole(&answers::Kind::Address, text)),
        "photo" | "file" => value.is_object(),
        _ => false,
    }
}

/// Whether the text is such an answer and nothing else.
fn is_whole(kind: &answers::Kind, text: &str) -> bool {
    let frame = answers::Frame {
        now: crate::time::Millis(0),
        zone: jiff::tz::TimeZone::UTC,
        language: String::new(),
        region: None,
        country: None,
        currency: String::new(),
        days: answers::Days::default(),
    };
    answers::find(kind, text, &frame).is_some_and(|found| found.span == (0..text.len()))
}

/// How an answer of the language's kinds, and of the bot's own, is told of in words.
pub fn word(kind: &AcceptKind) -> &str {
    match kind {
        AcceptKind::OneOf(_) => "one of …",
        AcceptKind::Pattern(_) => "pattern …",
        AcceptKind::Kind(name) => &name.text,
        built_in => crate::language::steps::kind_word(built_in),
    }
}

// ---------------------------------------------------------------- reading

/// Reads `kinds`.
pub(super) fn read(reader: &mut Reader, node: &Node) -> Kinds {
    let mut kinds = Kinds::new();
    for (key, node) in reader.map(node, "`kinds`") {
        if kind_words().any(|word| word == key.text) {
            let help = "Give it another name, such as one with your shop's name in it.";
            reader.wrong(key.span, format!("`{}` is a kind of answer that every bot has", key.text), help);
            continue;
        }
        if let Some(kind) = one(reader, key, node) {
            kinds.insert(key.text.to_lowercase(), kind);
        }
    }
    kinds
}

fn one(reader: &mut Reader, key: &Key, node: &Node) -> Option<Kind> {
    let fields = reader.map(node, "A kind of answer");
    reader.only(fields, &["pattern", "words", "values"], "A kind of answer");
    let words = field(fields, "words").and_then(|n| reader.text(n));
    match (field(fields, "pattern"), field(fields, "values")) {
        (Some(_), Some(values)) => {
            let problem = format!("The kind `{}` has a pattern and a table", key.text);
            reader.wrong(values.span, problem, "Keep one of `pattern` and `values`.");
            None
        }
        (Some(written), None) => {
            let text = reader.text(written)?;
            match pattern(&text) {
                Ok(pattern) => Some(Kind { shape: Shape::Pattern(pattern), words }),
                Err(why) => {
                    let help = "Mend the pattern, or describe a simpler one such as `[0-9]{6}`.";
                    reader.wrong(written.span, format!("The pattern cannot be read: {why}"), help);
                    None
                }
            }
        }
        (None, Some(values)) => Some(Kind { shape: Shape::Table(table(reader, key, values)), words }),
        (None, None) => {
            let help = "Write `pattern: \"[0-9]{6}\"` or `values: [small, large]` under it.";
            reader.wrong(key.span, format!("The kind `{}` does not say what answers look like", key.text), help);
            None
        }
    }
}

/// `[small, large]`, `{ small: Small }`, or a row with cells for each value.
fn table(reader: &mut Reader, kind: &Key, node: &Node) -> Table {
    let mut rows: Vec<(Key, Map<String, Value>)> = Vec::new();
    match &node.value {
        yaml::Kind::List(_) => {
            for (text, span) in reader.texts(node) {
                rows.push((Key { text: text.to_lowercase().replace(' ', "_"), span }, labelled(&text)));
            }
        }
        _ => {
            for (key, node) in reader.map(node, "`values`") {
                let name = Key { text: key.text.to_lowercase(), span: key.span };
                rows.push((name, cells(reader, key, node)));
            }
        }
    }
    if rows.is_empty() {
        let help = "Write for example `values: [small, large]`.";
        reader.wrong(node.span, format!("The kind `{}` has no values", kind.text), help);
    }
    let columns: BTreeSet<String> = rows.iter().flat_map(|(_, cells)| cells.keys().cloned()).collect();
    same_words(reader, kind, &rows);
    names_of_rows(reader, &rows);
    missing(reader, kind, &columns, &rows);
    let rows = rows.into_iter().map(|(key, cells)| row(key.text, cells)).collect();
    Table { rows, columns: columns.into_iter().filter(|column| column != LABEL).collect() }
}

fn labelled(label: &str) -> Map<String, Value> {
    [(LABEL.to_owned(), Value::from(label))].into_iter().collect()
}

/// `Gold`, or `{ label: Gold, return_window: 90 days }`.
fn cells(reader: &mut Reader, row: &Key, node: &Node) -> Map<String, Value> {
    let entries = match &node.value {
        yaml::Kind::Map(entries) => entries,
        yaml::Kind::Nothing => return Map::new(),
        _ => return reader.text(node).map(|label| labelled(&label)).unwrap_or_default(),
    };
    let mut cells = Map::new();
    for (column, node) in entries {
        let name = column.text.to_lowercase();
        match (&node.value, name.as_str()) {
            (_, VALUE) => {
                let problem = "A column cannot be called `value`";
                reader.wrong(column.span, problem, "Give it another name; `value` is the name of the row.");
            }
            (yaml::Kind::Map(_), _) => {
                let problem = format!("`{}` of `{}` holds more than one value", column.text, row.text);
                reader.wrong(column.span, problem, "Write one value, or make a column of each.");
            }
            (yaml::Kind::Nothing, _) => {}
            (_, LABEL) => drop(cells.insert(name, reader.text(node).map_or(Value::Null, Value::from))),
            _ => drop(cells.insert(name, yaml::to_json(node))),
        }
    }
    cells
}

fn row(name: String, cells: Map<String, Value>) -> Row {
    let label = cells.get(LABEL).and_then(Value::as_str).map_or_else(|| crate::bot::title(&name), str::to_owned);
    let named = [(VALUE, name.as_str()), (LABEL, label.as_str())].map(|(field, text)| (field.to_owned(), text.into()));
    let value = named.into_iter().chain(cells.into_iter().filter(|(column, _)| column != LABEL)).collect();
    Row { name, label, value: Value::Object(value) }
}

fn missing(reader: &mut Reader, kind: &Key, columns: &BTreeSet<String>, rows: &[(Key, Map<String, Value>)]) {
    for (row, cells) in rows {
        for column in columns.iter().filter(|column| !cells.contains_key(*column)) {
            let problem = format!("The row `{}` of `{}` has no `{column}`", row.text, kind.text);
            let example = rows.iter().find_map(|(other, cells)| Some((&other.text, cells.get(column)?)));
            let help = example.map_or_else(String::new, |(other, value)| {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                format!("Add `{column}: …` to it; `{other}` has `{value}`.")
            });
            reader.wrong(row.span, problem, help);
        }
    }
}

/// Rows that no condition could ask for.
fn names_of_rows(reader: &mut Reader, rows: &[(Key, Map<String, Value>)]) {
    for (row, _) in rows {
        if let Some((does, instead)) = read_otherwise(&row.text) {
            let problem = format!("No condition can ask for a value named `{0}`: `is {0}` {does}", row.text);
            let help = format!("Give it another name, such as `{instead}`; its label can stay as it is.");
            reader.found.push(Diagnostic::error("F041", row.span, problem, help));
        }
    }
}

/// Two rows that answers could not tell apart.
fn same_words(reader: &mut Reader, kind: &Key, rows: &[(Key, Map<String, Value>)]) {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for (row, cells) in rows {
        let label = cells.get(LABEL).and_then(Value::as_str).unwrap_or(&row.text);
        if let Some(other) = seen.insert(label.to_lowercase(), &row.text) {
            let problem = format!("`{other}` and `{}` of `{}` are both called \"{label}\"", row.text, kind.text);
            reader.wrong(row.span, problem, "Give one of them another label.");
        }
    }
}
