//! Kinds: that each one named exists, which details hold rows of tables, which kinds a question accepts; nested facts.
use super::Subject;
use super::near::{Near, listed};
use crate::bot::settings::kinds::{self as of_bot, LABEL, VALUE};
use crate::bot::settings::{Field, Table};
use crate::language::ast::Name;
use crate::language::diagnostic::Diagnostic;
use crate::language::source::Span;
use crate::language::steps::{AcceptKind, Ask, Step};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of the kinds that details have.
pub struct Kinds<'a> {
    subject: &'a Subject<'a>,
    /// Details that hold a row of a table, dotted: `level`, `order.level`. `None` where it depends on the way.
    tables: BTreeMap<String, Option<&'a str>>,
    /// The kinds that the questions for a detail accept.
    accepted: BTreeMap<String, BTreeSet<String>>,
    /// Details that other steps than a question fill.
    loose: BTreeSet<String>,
    near: Near,
}

/// The kinds of customers' fields and of systems' answers.
pub fn fields(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let kinds = Kinds::new(subject);
    let actions = subject.integrations.systems.values().flat_map(|s| s.actions.values());
    let fields = subject.settings.customer.values().chain(actions.flat_map(|a| a.gives.values()));
    for Field { kind, span } in fields {
        if let Some(span) = span {
            kinds.named(kind, *span, found);
        }
    }
}

impl<'a> Kinds<'a> {
    pub fn new(subject: &'a Subject<'a>) -> Self {
        let mut kinds = Self {
            subject,
            tables: BTreeMap::new(),
            accepted: BTreeMap::new(),
            loose: BTreeSet::new(),
            near: Near::default(),
        };
        for (name, field) in &subject.settings.customer {
            kinds.holds(format!("customer.{name}"), &field.kind);
        }
        kinds
    }

    /// What a step that fills this detail tells of its kind.
    pub fn learn(&mut self, detail: &str, step: &'a Step) {
        match step {
            Step::Ask(ask) => self.learn_ask(detail, ask),
            Step::Use(step) => {
                self.loose.insert(detail.to_owned());
                let action = self.subject.integrations.action(&step.system.text, &step.action.text);
                for (name, field) in action.iter().flat_map(|a| &a.gives) {
                    self.holds(format!("{detail}.{name}"), &field.kind);
                }
            }
            _ => {
                self.loose.insert(detail.to_owned());
                self.tables.insert(detail.to_owned(), None);
            }
        }
    }

    fn learn_ask(&mut self, detail: &str, ask: &'a Ask) {
        // What is in the list, its system knows.
        if ask.choices.is_some() {
            self.loose.insert(detail.to_owned());
            self.tables.insert(detail.to_owned(), None);
            return;
        }
        let buttons = ask.buttons.iter().any(|b| b.block.is_none());
        let accepted = self.accepted.entry(detail.to_owned()).or_default();
        accepted.extend(ask.accepts.iter().map(|a| of_bot::word(&a.kind).to_owned()));
        if ask.accepts.is_empty() && !buttons {
            accepted.insert("text".to_owned());
        }
        match ask.accepts.as_slice() {
            [only] => {
                let kind = if let AcceptKind::Kind(name) = &only.kind { name.text.as_str() } else { "" };
                // a button that is named like a row is that row
                let row = |name: &str| self.table(kind).is_some_and(|table| table.row(name).is_some());
                let rows = ask.buttons.iter().all(|b| b.block.is_some() || row(&b.name.text));
                self.holds(detail.to_owned(), if rows { kind } else { "" });
            }
            _ => self.holds(detail.to_owned(), ""),
        }
    }

    fn holds(&mut self, path: String, kind: &'a str) {
        let table = Some(kind).filter(|kind| self.table(kind).is_some());
        let known = self.tables.entry(path).or_insert(table);
        if *known != table {
            *known = None;
        }
    }

    fn table(&self, kind: &str) -> Option<&'a Table> {
        self.subject.settings.kinds.get(kind)?.table()
    }

    /// After all steps: only what every way agrees on counts.
    pub fn settle(&mut self) {
        self.tables.retain(|_, kind| kind.is_some());
        self.accepted.retain(|detail, _| !self.loose.contains(detail));
    }

    fn table_at(&self, path: &str) -> Option<&'a Table> {
        self.table((*self.tables.get(path)?)?)
    }

    /// Whether the name is a fact of `bot.yaml`, with or without `facts.` before it; a nested one that does not exist is told.
    pub fn fact(&self, path: &str, span: Span, found: &mut Vec<Diagnostic>) -> bool {
        let inner = path.strip_prefix("facts.").unwrap_or(path);
        let facts: Vec<&str> = self.subject.settings.facts.keys().map(String::as_str).collect();
        let mut parts = inner.split('.');
        let first = parts.next().unwrap_or("");
        let Some(mut value) = self.subject.settings.facts.get(first) else {
            if path.starts_with("facts.") {
                let action = self
                    .near
                    .suggest(first, facts.into_iter(), || format!("Add `{first}` under `facts` in `bot.yaml`."));
                found.push(Diagnostic::error("F110", span, format!("There is no fact named `{first}`"), action));
            }
            return path.starts_with("facts.");
        };
        let mut so_far = first.to_owned();
        for part in parts {
            let fields = value.as_object().into_iter().flat_map(|map| map.keys().map(String::as_str));
            let Some(next) = value.get(part) else {
                let action = self
                    .near
                    .suggest(part, fields, || format!("Add it under `{so_far}`, under `facts` in `bot.yaml`."));
                found.push(Diagnostic::error("F110", span, format!("`{so_far}` has no field named `{part}`"), action));
                break;
            };
            so_far = format!("{so_far}.{part}");
            value = next;
        }
        true
    }

    /// A kind that is named: it must be one of the language's or of `bot.yaml`.
    pub fn named(&self, kind: &str, span: Span, found: &mut Vec<Diagnostic>) {
        let own = &self.subject.settings.kinds;
        if of_bot::exists(kind, own) {
            return;
        }
        let all = of_bot::names(own);
        let meant = of_bot::elsewhere(kind).or_else(|| self.near.meant(kind, all.iter().copied()));
        let action = match meant {
            Some(meant) => format!("Did you mean `{meant}`?"),
            None => {
                format!("Describe it under `kinds` in `bot.yaml`, for example `{kind}: {{ pattern: \"[0-9]{{6}}\" }}`.")
            }
        };
        found.push(Diagnostic::error("F105", span, format!("There is no kind of answer named `{kind}`"), action));
    }

    /// `contact is an email`.
    pub fn is_a(&self, detail: &str, kind: &Name, found: &mut Vec<Diagnostic>) {
        let known = found.len();
        self.named(&kind.text, kind.span, found);
        let Some(accepted) = self.accepted.get(detail).filter(|_| found.len() == known) else { return };
        let number = kind.text == "whole number" && accepted.contains("number");
        let open = ["text", "pattern …", "one of …"].iter().any(|open| accepted.contains(*open));
        if !(accepted.contains(&kind.text) || number || open || kind.text == "text") {
            let listed = listed(accepted.iter().map(String::as_str));
            let problem = format!("`{detail}` is never `{}`", kind.text.replace('_', " "));
            let action = if accepted.is_empty() {
                "Its question takes its buttons only; add an `accept` line.".to_owned()
            } else {
                format!("Its question accepts {listed}.")
            };
            found.push(Diagnostic::error("F111", kind.span, problem, action));
        }
    }

    /// Whether the path leads into a row; a column that no table has is told.
    pub fn column(&self, path: &str, span: Span, found: &mut Vec<Diagnostic>) -> bool {
        let ends = path.match_indices('.').map(|(at, _)| at);
        let Some((row, column)) = ends
            .filter_map(|at| Some((path.get(..at)?, path.get(at + 1..)?)))
            .find(|(row, _)| self.table_at(row).is_some())
        else {
            return false;
        };
        let Some(table) = self.table_at(row) else { return false };
        let column = column.split('.').next().unwrap_or(column);
        if !(table.columns.contains(column) || matches!(column, VALUE | LABEL)) {
            let listed = listed(table.columns.iter().map(String::as_str).chain([LABEL]));
            let action = self.near.suggest(column, table.columns.iter().map(String::as_str), || {
                format!("It has {listed}; more can be added under `kinds` in `bot.yaml`.")
            });
            found.push(Diagnostic::error("F110", span, format!("`{row}` has no column named `{column}`"), action));
        }
        true
    }

    /// The values that a detail with rows, or a column of one, can have, and other words for them in small letters.
    pub fn values(&self, path: &str) -> Option<(BTreeSet<String>, BTreeSet<String>)> {
        if let Some(table) = self.table_at(path) {
            let names = table.rows.iter().map(|row| row.name.clone()).collect();
            return Some((names, table.rows.iter().map(|row| row.label.to_lowercase()).collect()));
        }
        let (row, column) = path.rsplit_once('.')?;
        let table = self.table_at(row).filter(|table| table.columns.contains(column))?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let texts: Option<BTreeSet<String>> = table.cells(column).map(text).collect();
        texts.map(|texts| (texts, BTreeSet::new()))
    }
}
