//! What may be written where the cursor stands.
use super::index::What;
use super::view::View;
use crate::bot::template::FILTERS;
use crate::language::lines::{Line, Role};
use crate::language::steps::{self, HEADER_WORDS, STEPS, kind_words};
use serde_json::{Value, json};

const FEELINGS: [&str; 4] = ["angry", "worried", "disappointed", "happy"];

// What the protocol calls a keyword, a variable, a function, a field, a value.
const WORD: u32 = 14;
const DETAIL: u32 = 6;
const FLOW: u32 = 3;
const FIELD: u32 = 5;
const VALUE: u32 = 12;

pub fn at(view: &mut View, file: usize, at: usize) -> Value {
    let Some(source) = view.source(file).filter(|s| s.name.ends_with(".flow")) else { return json!([]) };
    let start = source.text.get(..at).and_then(|t| t.rfind('\n')).map_or(0, |n| n + 1);
    let prefix = source.text.get(start..at).unwrap_or_default().to_owned();
    let before = prefix.trim_start();
    let parent = parent(view, file, start, prefix.len() - before.len());
    if let Some(open) = expression(before) {
        return inside(view, open);
    }
    if before.contains(':') {
        return json!([]);
    }
    named(view, before, parent.as_ref()).unwrap_or_else(|| beginnings(parent.as_ref()))
}

/// The line that the cursor's line stands under.
fn parent(view: &mut View, file: usize, start: usize, indent: usize) -> Option<Line> {
    let source = view.source(file)?.clone();
    let width = |l: &Line| {
        let (from, _) = source.line_span(source.line_col(u32::try_from(l.start).unwrap_or(u32::MAX)).0);
        l.start - from
    };
    view.lines().get(file)?.iter().rev().find(|l| l.start < start && width(l) < indent).cloned()
}

/// The unfinished condition or template before the cursor.
fn expression(before: &str) -> Option<&str> {
    let opened = [("{{", "}}"), ("{%", "%}")].into_iter().filter_map(|(open, close)| {
        let at = before.rfind(open)? + open.len();
        let rest = before.get(at..)?;
        (!rest.contains(close)).then_some(rest)
    });
    if let Some(rest) = opened.min_by_key(|r| r.len()) {
        return Some(rest);
    }
    let conditions = ["if ", "else if ", "check "].into_iter().find_map(|w| before.strip_prefix(w));
    let value = || before.strip_prefix("remember ").and_then(|r| r.split_once('=')).map(|(_, v)| v);
    let given =
        || before.strip_prefix("use ").and_then(|r| r.split_once(" with ")).and_then(|(_, r)| r.rsplit_once('='));
    let given = || given().map(|(_, v)| v).filter(|v| !v.contains(','));
    conditions.filter(|c| !c.contains(':')).or_else(value).or_else(given)
}

fn inside(view: &mut View, open: &str) -> Value {
    let word = open.rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |n| n + 1);
    let head = open.get(..word).unwrap_or_default();
    if head.trim_end().ends_with('|') {
        return items(FILTERS.iter().map(|f| (*f).to_owned()), FLOW, "filter");
    }
    if let Some(root) = head.strip_suffix('.') {
        let path = |c: char| !c.is_alphanumeric() && !matches!(c, '_' | '.');
        let root = root.rsplit(path).next().unwrap_or(root).to_lowercase();
        let fields = view.index().fields.get(&root).cloned().unwrap_or_default();
        return items(fields.into_iter(), FIELD, "field");
    }
    items(view.index().details().into_iter(), DETAIL, "detail")
}

/// Names after a word that takes one.
fn named(view: &mut View, before: &str, parent: Option<&Line>) -> Option<Value> {
    let after = |words: &[&str]| words.iter().any(|w| before.starts_with(&format!("{w} ")));
    let index = view.index();
    if after(&["do", "go to", "offer"]) {
        return Some(items(index.names(What::Flow).into_iter(), FLOW, "flow"));
    }
    if after(&["team", "escalate to", "notify"]) || before.starts_with("promise ") && before.ends_with(" by ") {
        return Some(items(index.names(What::Team).into_iter(), VALUE, "team"));
    }
    if after(&["accept"]) {
        let own = index.names(What::Kind).into_iter();
        return Some(items(
            own.chain(kind_words().chain(["one of a, b", "pattern [0-9]{6}"]).map(str::to_owned)),
            VALUE,
            "kind of answer",
        ));
    }
    if after(&["use"]) {
        return Some(items(index.names(What::Action).into_iter(), FLOW, "action"));
    }
    if after(&["ask again", "forget"]) {
        return Some(items(index.names(What::Detail).into_iter(), DETAIL, "detail"));
    }
    if after(&["empathize"]) {
        return Some(items(FEELINGS.map(str::to_owned).into_iter(), VALUE, "feeling"));
    }
    if !after(&["when"]) {
        return None;
    }
    let found = match parent.and_then(|p| p.word)? {
        "triage" => index.names(What::Flow).into_iter().chain(forms(&["anything else", "2 tries failed"])).collect(),
        "use" => {
            let action = format!("{}.", parent.and_then(|p| p.name(Role::Action)).map_or("", |m| &m.text));
            let outcomes = index.names(What::Outcome);
            let own = outcomes.iter().filter_map(|o| o.strip_prefix(&action)).map(str::to_owned);
            own.chain(forms(&["it fails", "it works", "2 tries failed"])).collect::<Vec<_>>()
        }
        "empathize" => forms(&FEELINGS).collect(),
        "ask" => forms(&["3 tries failed"]).collect(),
        "escalate" => forms(&["nobody is available"]).collect(),
        "flow" => forms(&["something fails"]).collect(),
        _ => vec![],
    };
    Some(items(found.into_iter(), VALUE, ""))
}

fn forms<'a>(words: &'a [&str]) -> impl Iterator<Item = String> + use<'a> {
    words.iter().map(|w| (*w).to_owned())
}

/// Words that a line may begin with.
fn beginnings(parent: Option<&Line>) -> Value {
    let word = |word: &str, help: &str| json!({ "label": word, "kind": WORD, "detail": steps::form(word), "documentation": help });
    let Some(parent) = parent else { return json!([word("flow", "A flow: what the bot does in one case.")]) };
    if let Some(step) = parent.takes_clauses_of() {
        let clauses = STEPS.iter().filter(|s| s.word == step).flat_map(|s| s.clauses);
        return clauses.map(|(w, form)| json!({ "label": w, "kind": WORD, "detail": form })).collect();
    }
    if !parent.takes_steps() {
        return json!([]);
    }
    let headers = HEADER_WORDS.iter().filter(|_| parent.word == Some("flow")).map(|w| word(w, "Describes the flow."));
    let other = ["else if", "else"].map(|w| word(w, "Where no condition above holds."));
    STEPS.iter().map(|s| word(s.word, s.summary)).chain(other).chain(headers).collect()
}

fn items(names: impl Iterator<Item = String>, kind: u32, what: &str) -> Value {
    names.map(|name| json!({ "label": name, "kind": kind, "detail": what })).collect()
}
