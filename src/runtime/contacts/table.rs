//! Contacts as a CSV file, read and written. Every row that does not fit is told by its line, and the others are taken. What a
//! spreadsheet would run as a formula is written behind an apostrophe, and read without it. Pure.
use super::{Contact, Fresh, TAG, TAGS, fields};
use crate::bot::Bot;
use crate::time::Millis;
use csv::{ReaderBuilder, StringRecord, Writer};
use serde_json::Map;
use std::collections::{BTreeMap, BTreeSet};

/// Columns beside the fields of `customer`.
const ID: &str = "id";
const TAGGED: &str = "tags";
/// With which a spreadsheet begins a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];
/// The longest name under which a website may know somebody: as long as what it may sign.
const LONGEST_ID: usize = 200;

/// A row that was not taken, by its line in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub line: u64,
    pub words: String,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    pub fresh: Vec<Fresh>,
    pub problems: Vec<Problem>,
}

/// What stands in a column.
enum Column {
    Id,
    Tags,
    Field(String),
}

/// Reads contacts of a bot.
///
/// # Errors
/// What is wrong with the file as a whole: its letters, its first line.
pub fn read(bot: &Bot, bytes: &[u8], now: Millis) -> Result<Rows, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|e| {
        let line = 1 + bytes.iter().take(e.valid_up_to()).filter(|b| **b == b'\n').count();
        format!("Line {line} holds letters that are not UTF-8. Save the file as CSV UTF-8.")
    })?;
    let mut reader = ReaderBuilder::new().flexible(true).delimiter(delimiter(text)).from_reader(text.as_bytes());
    let head = reader.headers().map_err(|e| format!("The first line cannot be read: {e}"))?.clone();
    let columns = columns(bot, &head)?;
    let mut rows = Rows::default();
    let mut lines: BTreeMap<String, u64> = BTreeMap::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(e) => {
                let line = e.position().map_or(0, csv::Position::line);
                rows.problems.push(Problem { line, words: format!("The line cannot be read: {e}") });
                continue;
            }
        };
        let line = record.position().map_or(0, |at| line_of(text, at));
        match row(bot, &columns, &record, now) {
            Ok(None) => {}
            Ok(Some(fresh)) => match lines.get(&fresh.known_as) {
                Some(first) => {
                    let words = format!("The id `{}` stands in line {first} too; that one is taken.", fresh.known_as);
                    rows.problems.push(Problem { line, words });
                }
                None => {
                    lines.insert(fresh.known_as.clone(), line);
                    rows.fresh.push(fresh);
                }
            },
            Err(words) => rows.problems.push(Problem { line, words }),
        }
    }
    Ok(rows)
}

/// Where a record begins: the reader counts empty lines before it as its own.
fn line_of(text: &str, at: &csv::Position) -> u64 {
    let rest = usize::try_from(at.byte()).ok().and_then(|byte| text.get(byte..)).unwrap_or_default();
    let empty = rest.bytes().take_while(|b| matches!(b, b'\n' | b'\r')).filter(|b| *b == b'\n').count();
    at.line() + u64::try_from(empty).unwrap_or_default()
}

/// The sign that stands most often in the first line: spreadsheets of some countries write semicolons.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let often = |sign: &u8| first.bytes().filter(|b| b == sign).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(often).filter(|sign| often(sign) > 0).unwrap_or(b',')
}

fn columns(bot: &Bot, head: &StringRecord) -> Result<Vec<Column>, String> {
    let known = || {
        let own: Vec<&str> = bot.settings.customer.keys().map(String::as_str).collect();
        format!("`{ID}`, `{TAGGED}`, `{}`", own.join("`, `"))
    };
    let mut columns = Vec::new();
    let mut names = BTreeSet::new();
    for name in head {
        let name = name.trim().to_lowercase();
        if !names.insert(name.clone()) {
            return Err(format!("The column `{name}` is there twice."));
        }
        columns.push(match name.as_str() {
            ID => Column::Id,
            TAGGED => Column::Tags,
            field if bot.settings.customer.contains_key(field) => Column::Field(name),
            _ => {
                let words = "Rename it, remove it, or name the field under `customer` in bot.yaml";
                return Err(format!("There is no column `{name}`. {words}. There are {}.", known()));
            }
        });
    }
    if !names.contains(ID) {
        let words = "It holds the name under which your website knows the customer, the one that it signs";
        return Err(format!("The column `{ID}` is missing. {words}."));
    }
    Ok(columns)
}

/// A row; `None` where nothing is in it.
fn row(bot: &Bot, columns: &[Column], record: &StringRecord, now: Millis) -> Result<Option<Fresh>, String> {
    if record.iter().all(|cell| cell.trim().is_empty()) {
        return Ok(None);
    }
    if record.len() > columns.len() {
        return Err(format!("There are {} values and {} columns. Is a quote missing?", record.len(), columns.len()));
    }
    let mut fresh = Fresh { bot: bot.id.clone(), known_as: String::new(), fields: Map::new(), tags: BTreeSet::new() };
    for (column, cell) in columns.iter().zip(record) {
        let cell = plain(cell.trim());
        match column {
            Column::Id => cell.clone_into(&mut fresh.known_as),
            Column::Tags => fresh.tags = tags(cell.split(';'))?,
            Column::Field(name) => {
                let value = fields::read(&bot.settings, name, cell, now).map_err(|e| format!("{name}: {e}"))?;
                if !value.is_null() {
                    fresh.fields.insert(name.clone(), value);
                }
            }
        }
    }
    if fresh.known_as.is_empty() || fresh.known_as.len() > LONGEST_ID {
        return Err(format!("The id must be there, and no longer than {LONGEST_ID} letters."));
    }
    Ok(Some(fresh))
}

/// Tags as people write them.
///
/// # Errors
/// Too many, or too long ones.
pub fn tags<'a>(written: impl Iterator<Item = &'a str>) -> Result<BTreeSet<String>, String> {
    let all: BTreeSet<String> = written.map(|t| t.trim().to_lowercase()).filter(|t| !t.is_empty()).collect();
    if all.len() > TAGS || all.iter().any(|tag| tag.chars().count() > TAG) {
        return Err(format!("There may be {TAGS} tags, each of at most {TAG} letters."));
    }
    Ok(all)
}

/// What stood behind an apostrophe that only keeps spreadsheets from running it.
fn plain(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(FORMULA)).unwrap_or(cell)
}

fn safe(cell: String) -> String {
    if cell.starts_with(FORMULA) { format!("'{cell}") } else { cell }
}

/// Writes contacts of a bot, each a line, under one of names.
pub struct Sheet<'a> {
    bot: &'a Bot,
    names: Vec<&'a str>,
}

impl<'a> Sheet<'a> {
    pub fn new(bot: &'a Bot) -> Self {
        Self { bot, names: bot.settings.customer.keys().map(String::as_str).collect() }
    }

    /// The line of names.
    pub fn head(&self) -> String {
        line([ID, TAGGED].into_iter().chain(self.names.iter().copied()).map(str::to_owned))
    }

    /// A contact's line; `None` for one of another bot.
    pub fn line(&self, contact: &Contact) -> Option<String> {
        if contact.bot != self.bot.id {
            return None;
        }
        let tags = contact.tags.iter().cloned().collect::<Vec<_>>().join("; ");
        let value = |name: &&str| contact.fields.get(*name).map(fields::write).unwrap_or_default();
        let cells = [contact.known_as.clone(), tags].into_iter().chain(self.names.iter().map(value));
        Some(line(cells.map(safe)))
    }
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let mut writer = Writer::from_writer(Vec::new());
    // Into memory: nothing can fail but for texts that are none.
    let written = writer.write_record(cells.collect::<Vec<_>>()).ok().and_then(|()| writer.into_inner().ok());
    written.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}
