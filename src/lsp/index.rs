//! Where each name of a bot stands, in flows and in settings.
use crate::bot::settings::kinds::LABEL;
use crate::bot::yaml::{self, Kind, Node};
use crate::bot::{Inspected, template};
use crate::language::lines::{Line, Mention, Role};
use crate::language::{FileId, Span};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    Flow,
    Detail,
    Team,
    Kind,
    System,
    /// `shop.find_order`.
    Action,
    /// `shop.find_order.not_found`.
    Outcome,
}

#[derive(Clone, Debug)]
pub struct Found {
    pub what: What,
    pub name: String,
    pub span: Span,
    /// It begins here: a flow's own line, a step that fills a detail, a line of the settings.
    pub defines: bool,
    /// `with reason`: renaming must keep the argument's name.
    pub short: bool,
}

#[derive(Default)]
pub struct Index {
    pub found: Vec<Found>,
    /// Fields of details that hold an answer of a system, and columns of details that hold a row of a table, by their
    /// whole names: `order`, `order.level`.
    pub fields: BTreeMap<String, BTreeSet<String>>,
}

impl Index {
    pub fn new(seen: &Inspected, own: usize, lines: &[Vec<Line>]) -> Self {
        let mut index = Self::default();
        for (at, source) in seen.sources.iter().take(own).enumerate() {
            let file = FileId(u32::try_from(at).unwrap_or(u32::MAX));
            if let Some(root) = yaml::parse(file, source).ok().filter(|_| !source.name.ends_with(".flow")) {
                match source.name.as_str() {
                    "bot.yaml" => index.settings(&root),
                    "integrations.yaml" => index.systems(&root),
                    _ => {}
                }
            }
        }
        let filled = lines.iter().flatten().flat_map(|l| &l.names).filter(|m| m.role == Role::Fills);
        let mut details: BTreeSet<String> = filled.map(|m| m.text.clone()).collect();
        details.extend(seen.settings.facts.keys().chain(&seen.settings.keep).cloned());
        for file in lines {
            for line in file {
                for mention in &line.names {
                    index.found.extend(resolve(line, mention, file, &details));
                }
                index.learn_fields(seen, line);
                index.learn_row(seen, line, file);
            }
        }
        index.fields.insert("customer".into(), seen.settings.customer.keys().cloned().collect());
        for (name, field) in &seen.settings.customer {
            index.columns(seen, format!("customer.{name}"), &field.kind);
        }
        index.facts(&Value::Object(seen.settings.facts.clone().into_iter().collect()), "facts");
        index.fields.insert("hours".into(), ["open", "next_open"].map(str::to_owned).into());
        index
    }

    fn learn_fields(&mut self, seen: &Inspected, line: &Line) {
        let (Some(action), Some(detail)) = (line.name(Role::Action), line.name(Role::Fills)) else { return };
        let gives = action.text.split_once('.').and_then(|(s, a)| seen.integrations.action(s, a)).map(|a| &a.gives);
        let fields = self.fields.entry(detail.text.clone()).or_default();
        fields.extend(gives.into_iter().flat_map(|g| g.keys().cloned()));
        for (name, field) in gives.into_iter().flatten() {
            self.columns(seen, format!("{}.{name}", detail.text), &field.kind);
        }
    }

    /// `accept level` under a question.
    fn learn_row(&mut self, seen: &Inspected, line: &Line, file: &[Line]) {
        let asked = line.parent.and_then(|p| file.get(p)).and_then(|parent| parent.name(Role::Fills));
        if let (Some(kind), Some(detail)) = (line.name(Role::Kind), asked) {
            self.columns(seen, detail.text.clone(), &kind.text);
        }
    }

    fn columns(&mut self, seen: &Inspected, path: String, kind: &str) {
        if let Some(table) = seen.settings.kinds.get(kind).and_then(|kind| kind.table()) {
            let columns = table.columns.iter().cloned().chain([LABEL.to_owned()]);
            self.fields.entry(path).or_default().extend(columns);
        }
    }

    /// Facts within facts, with and without `facts.` before them.
    fn facts(&mut self, value: &Value, path: &str) {
        let Some(map) = value.as_object() else { return };
        for (name, inner) in map {
            self.facts(inner, &format!("{path}.{name}"));
        }
        let names: BTreeSet<String> = map.keys().cloned().collect();
        self.fields.extend(path.strip_prefix("facts.").map(|short| (short.to_owned(), names.clone())));
        self.fields.insert(path.to_owned(), names);
    }

    pub fn at(&self, file: usize, byte: usize) -> Option<&Found> {
        let here = |s: Span| s.file.0 as usize == file && s.start as usize <= byte && byte <= s.end as usize;
        self.found.iter().find(|f| here(f.span))
    }

    pub fn same<'a>(&'a self, what: What, name: &'a str) -> impl Iterator<Item = &'a Found> {
        self.found.iter().filter(move |f| f.what == what && f.name == name)
    }

    pub fn names(&self, what: What) -> BTreeSet<String> {
        self.found.iter().filter(|f| f.what == what && f.defines).map(|f| f.name.clone()).collect()
    }

    /// Details that may be read.
    pub fn details(&self) -> BTreeSet<String> {
        let mut all = self.names(What::Detail);
        all.extend(template::BUILT_IN.iter().map(|n| (*n).to_owned()));
        all
    }

    fn add(&mut self, what: What, name: String, span: Span, defines: bool) {
        self.found.push(Found { what, name: name.to_lowercase(), span, defines, short: false });
    }

    fn settings(&mut self, root: &Node) {
        for (part, what) in [("teams", What::Team), ("kinds", What::Kind), ("facts", What::Detail)] {
            for (key, _) in child(root, part).map_or(&[][..], entries) {
                self.add(what, key.text.clone(), key.span, true);
            }
        }
        if let Some(Kind::List(kept)) = child(root, "keep for the chat").map(|n| &n.value) {
            for node in kept {
                if let Kind::Text(text) = &node.value {
                    self.add(What::Detail, text.clone(), node.span, false);
                }
            }
        }
    }

    fn systems(&mut self, root: &Node) {
        for (system, node) in entries(root) {
            self.add(What::System, system.text.clone(), system.span, true);
            for (key, action) in entries(node) {
                let name = format!("{}.{}", system.text, key.text);
                let Some(outcomes) = child(action, "outcomes") else { continue };
                for (_, outcome) in entries(outcomes) {
                    if let Kind::Text(text) = &outcome.value {
                        self.add(What::Outcome, format!("{name}.{text}"), outcome.span, true);
                    }
                }
                self.add(What::Action, name, key.span, true);
            }
        }
    }
}

fn entries(node: &Node) -> &[(yaml::Key, Node)] {
    if let Kind::Map(entries) = &node.value { entries } else { &[] }
}

fn child<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    entries(node).iter().find(|(k, _)| k.text == name).map(|(_, n)| n)
}

fn resolve(line: &Line, mention: &Mention, file: &[Line], details: &BTreeSet<String>) -> Option<Found> {
    let parent = || line.parent.and_then(|p| file.get(p));
    let mut name = mention.text.clone();
    let (what, defines) = match mention.role {
        Role::FlowHere => (What::Flow, true),
        Role::Flow => (What::Flow, false),
        Role::Fills => (What::Detail, true),
        Role::Reads | Role::Given => (details.contains(&name).then_some(What::Detail)?, false),
        Role::Team => (What::Team, false),
        Role::Kind => (What::Kind, false),
        Role::System => (What::System, false),
        Role::Action => (What::Action, false),
        Role::When => match parent()?.word? {
            "triage" => (What::Flow, false),
            "use" => {
                name = format!("{}.{name}", parent()?.name(Role::Action)?.text);
                (What::Outcome, false)
            }
            _ => return None,
        },
    };
    Some(Found { what, name, span: mention.span, defines, short: mention.role == Role::Given })
}
