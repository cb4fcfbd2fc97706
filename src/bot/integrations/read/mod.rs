//! From `integrations.yaml` to [`Integrations`]: every mistake at once, each with its place.
mod access;
mod answers;

pub use access::{address, reach, secret};

use super::{Action, Auth, Body, Given, Integrations, Method, Rest, System};
use crate::bot::settings::{duration, read_term};
use crate::bot::yaml::{self, Key, Kind, Node, Reader, field};
use crate::language::diagnostic::Diagnostic;
use crate::language::source::{FileId, SourceFile};
use std::collections::BTreeMap;
use std::time::Duration;

const SYSTEM: &[&str] = &["base", "auth", "allow private addresses", "headers", "rest", "repeat key"];
const ACTION: &[&str] = &[
    "get",
    "post",
    "put",
    "patch",
    "delete",
    "query",
    "headers",
    "body",
    "form",
    "timeout",
    "retries",
    "repeat key",
    "outcomes",
    "gives",
    "effect",
    "pages",
    "cache",
    "largest",
];
/// What can be left behind in the world. All are treated alike: nothing behind them is changed by the bot any more.
pub const EFFECTS: &[&str] = &["money", "message", "order", "booking", "account", "ticket", "other"];
/// Long enough for a slow shop, short enough for a customer who waits.
const TIMEOUT: Duration = Duration::from_secs(10);
const LONGEST: Duration = Duration::from_secs(60);
const RETRIES: u32 = 2;
/// More than any answer that a chat needs.
const LARGEST: usize = 256 * 1024;
const LARGEST_AT_MOST: usize = 4096;
const REST: Rest = Rest { after: 5, length: Duration::from_secs(30) };
const LONGEST_REST: Duration = Duration::from_secs(600);
const LONGEST_CACHE: Duration = Duration::from_secs(86_400);

/// Reads `integrations.yaml`.
pub fn read(file: FileId, source: &SourceFile) -> (Integrations, Vec<Diagnostic>) {
    let root = match yaml::parse(file, source) {
        Ok(root) => root,
        Err(d) => return (Integrations::default(), vec![d]),
    };
    let mut reader = Reader::default();
    let mut all = Integrations::default();
    for (key, node) in reader.map(&root, "This file") {
        if let Some(system) = system(&mut reader, key, node) {
            all.systems.insert(key.text.to_lowercase(), system);
        }
    }
    (all, reader.found)
}

fn system(reader: &mut Reader, key: &Key, node: &Node) -> Option<System> {
    let fields = reader.map(node, "A system");
    let auth = field(fields, "auth").map_or(Auth::None, |n| access::auth(reader, n));
    let reach = field(fields, "allow private addresses").map(|n| access::reach(reader, n)).unwrap_or_default();
    let repeat_key = field(fields, "repeat key").and_then(|n| repeat_key(reader, n));
    let mut actions = BTreeMap::new();
    for (name, node) in fields.iter().filter(|(k, _)| !SYSTEM.contains(&k.text.as_str())) {
        if let Some(mut action) = action(reader, name, node) {
            action.repeat_key = action.repeat_key.or_else(|| repeat_key.clone());
            actions.insert(name.text.to_lowercase(), action);
        }
    }
    let headers = headers(reader, fields);
    let filled = headers.iter().any(|(_, given)| matches!(given, Given::Text(text) if text.contains("{{")));
    if let Some(node) = field(fields, "headers").filter(|_| filled) {
        let help = "Write it under `headers` of each action that needs it.";
        reader.wrong(node.span, "A header of the whole system has a value of one request", help);
    }
    let rest = rest(reader, fields);
    let Some(base) = field(fields, "base") else {
        reader.wrong(key.span, format!("The system `{}` has no address", key.text), "Add `base: https://…` under it.");
        return None;
    };
    let base = access::address(reader, base)?.trim_end_matches('/').to_owned();
    Some(System { base, auth, reach, headers, rest, actions, own: false })
}

/// `no`, or `{ after: 5, for: 30s }`.
fn rest(reader: &mut Reader, fields: &[(Key, Node)]) -> Option<Rest> {
    let Some(node) = field(fields, "rest") else { return Some(REST) };
    if matches!(node.value, Kind::Yes(false)) {
        return None;
    }
    let inner = reader.map(node, "`rest`");
    reader.only(inner, &["after", "for"], "`rest`");
    let after = field(inner, "after").and_then(|n| reader.whole(n, 1..=100)).unwrap_or(REST.after);
    let length = field(inner, "for").and_then(|n| length(reader, n, "no time to rest", LONGEST_REST));
    Some(Rest { after, length: length.unwrap_or(REST.length) })
}

/// A header's name; `yes` is the usual one.
fn repeat_key(reader: &mut Reader, node: &Node) -> Option<String> {
    match node.value {
        Kind::Yes(true) => Some("Idempotency-Key".into()),
        Kind::Yes(false) => None,
        _ => reader.text(node),
    }
}

fn headers(reader: &mut Reader, fields: &[(Key, Node)]) -> Vec<(String, Given)> {
    let Some(node) = field(fields, "headers") else { return vec![] };
    let mut found = Vec::new();
    for (name, value) in reader.map(node, "`headers`") {
        let Some(given) = access::given(reader, value) else { continue };
        if let Given::Text(text) = &given {
            template(reader, text, value);
        }
        found.push((name.text.clone(), given));
    }
    found
}

fn template(reader: &mut Reader, text: &str, node: &Node) {
    if let Err(problem) = super::request::check(text) {
        reader.wrong(node.span, problem, "Write values as `{{ name }}`.");
    }
}

/// Names and templates, as in `query` and `form`.
fn templates(reader: &mut Reader, node: &Node, what: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (name, value) in reader.map(node, what) {
        let Some(text) = reader.text(value) else { continue };
        template(reader, &text, value);
        found.push((name.text.clone(), text));
    }
    found
}

fn body(reader: &mut Reader, fields: &[(Key, Node)]) -> Option<Body> {
    let (json, form) = (field(fields, "body"), field(fields, "form"));
    if let (Some(_), Some(form)) = (json, form) {
        reader.wrong(form.span, "`body` and `form` cannot both be sent", "Keep the one that the system takes.");
    }
    if let Some(node) = json {
        let value = yaml::to_json(node);
        super::request::leaves(&value).iter().for_each(|text| template(reader, text, node));
        return Some(Body::Json(value));
    }
    form.map(|node| Body::Form(templates(reader, node, "`form`")))
}

fn action(reader: &mut Reader, key: &Key, node: &Node) -> Option<Action> {
    let fields = reader.map(node, "An action");
    reader.only(fields, ACTION, &format!("The action `{}`", key.text));
    let methods = [
        ("get", Method::Get),
        ("post", Method::Post),
        ("put", Method::Put),
        ("patch", Method::Patch),
        ("delete", Method::Delete),
    ];
    let Some((method, path)) = methods.iter().find_map(|(name, m)| field(fields, name).map(|n| (*m, n))) else {
        let help = "Add a line such as `get: /orders/{{ number }}`.";
        reader.wrong(key.span, format!("The action `{}` does not say what to request", key.text), help);
        return None;
    };
    let path_text = reader.text(path)?;
    if !path_text.starts_with('/') {
        reader.wrong(path.span, "A path begins with `/`", format!("Write `/{path_text}`."));
    }
    template(reader, &path_text, path);
    let (gives, takes) = answers::gives(reader, fields);
    let action = Action {
        method,
        path: path_text,
        query: field(fields, "query").map(|n| templates(reader, n, "`query`")).unwrap_or_default(),
        headers: headers(reader, fields),
        body: body(reader, fields),
        timeout: field(fields, "timeout").and_then(|n| length(reader, n, "no time-out", LONGEST)).unwrap_or(TIMEOUT),
        retries: field(fields, "retries").and_then(|n| reader.whole(n, 0..=5)).unwrap_or(RETRIES),
        repeat_key: field(fields, "repeat key").and_then(|n| repeat_key(reader, n)),
        outcomes: answers::outcomes(reader, fields),
        gives,
        takes,
        effect: field(fields, "effect").and_then(|n| effect(reader, n)),
        pages: field(fields, "pages").and_then(|n| answers::pages(reader, n)),
        cache: field(fields, "cache").and_then(|n| length(reader, n, "no length of time", LONGEST_CACHE)),
        largest: field(fields, "largest").map_or(LARGEST, |n| largest(reader, n)),
    };
    for name in ["pages", "cache"] {
        if let Some((key, _)) = fields.iter().find(|(k, _)| k.text == name && method != Method::Get) {
            let problem = format!("`{name}` is only for actions that `get`");
            reader.wrong(key.span, problem, "Remove it: asking this again could do something twice.");
        }
    }
    Some(action)
}

/// `512 KB`, `1 MB`, or a number of bytes.
fn largest(reader: &mut Reader, node: &Node) -> usize {
    let text = reader.text(node).unwrap_or_default();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic()).trim();
    let times = match text.trim_start_matches(|c: char| !c.is_ascii_alphabetic()).to_lowercase().as_str() {
        "kb" => Some(1),
        "mb" => Some(1024),
        _ => None,
    };
    let kilobytes = times.and_then(|times| digits.parse::<usize>().ok()?.checked_mul(times));
    if let Some(kilobytes) = kilobytes.filter(|kb| (1..=LARGEST_AT_MOST).contains(kb)) {
        return kilobytes * 1024;
    }
    reader.wrong(node.span, format!("`{text}` is no size of an answer"), "Write it like `512 KB`, at most `4 MB`.");
    LARGEST
}

fn effect(reader: &mut Reader, node: &Node) -> Option<String> {
    let text = reader.text(node)?.to_lowercase();
    if !EFFECTS.contains(&text.as_str()) {
        let help = format!("Write one of: {}.", EFFECTS.join(", "));
        reader.wrong(node.span, format!("`{text}` is no kind of effect"), help);
    }
    Some(text)
}

/// `5s`, `2 minutes`.
fn length(reader: &mut Reader, node: &Node, what: &str, longest: Duration) -> Option<Duration> {
    let text = reader.text(node)?;
    let found = read_term(&text).map(duration).filter(|d| *d <= longest && !d.is_zero());
    if found.is_none() {
        let help = format!("Write a number and a unit, like `5s`, at most `{}s`.", longest.as_secs());
        reader.wrong(node.span, format!("`{text}` is {what}"), help);
    }
    found
}
