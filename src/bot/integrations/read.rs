//! From `integrations.yaml` to [`Integrations`]: every mistake at once, each with its place.
use super::{Action, Auth, Integrations, Method, System};
use crate::bot::settings::{Field, duration, read_term};
use crate::bot::yaml::{self, Key, Node, Reader, field};
use crate::language::diagnostic::Diagnostic;
use crate::language::source::{FileId, SourceFile};
use std::collections::BTreeMap;
use std::time::Duration;

const SYSTEM: &[&str] = &["base", "auth", "allow private addresses"];
const ACTION: &[&str] =
    &["get", "post", "put", "patch", "delete", "body", "timeout", "retries", "outcomes", "gives", "effect"];
/// Long enough for a slow shop, short enough for a customer who waits.
const TIMEOUT: Duration = Duration::from_secs(10);
const LONGEST: Duration = Duration::from_secs(60);
const RETRIES: u32 = 2;

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
    let auth = field(fields, "auth").map_or(Auth::None, |n| auth(reader, n));
    let private = field(fields, "allow private addresses").is_some_and(|n| reader.yes(n));
    let mut actions = BTreeMap::new();
    for (name, node) in fields.iter().filter(|(k, _)| !SYSTEM.contains(&k.text.as_str())) {
        if let Some(action) = action(reader, name, node) {
            actions.insert(name.text.to_lowercase(), action);
        }
    }
    let Some(base) = field(fields, "base") else {
        reader.wrong(key.span, format!("The system `{}` has no address", key.text), "Add `base: https://…` under it.");
        return None;
    };
    let text = reader.text(base)?;
    match url::Url::parse(&text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.host().is_some() => {
            Some(System { base: text.trim_end_matches('/').to_owned(), auth, private, actions })
        }
        _ => {
            reader.wrong(
                base.span,
                format!("`{text}` is not a web address"),
                "Write it in full, like `https://shop.example/api`.",
            );
            None
        }
    }
}

fn auth(reader: &mut Reader, node: &Node) -> Auth {
    let fields = reader.map(node, "`auth`");
    reader.only(fields, &["bearer", "header", "basic"], "`auth`");
    if let Some(node) = field(fields, "bearer") {
        return secret(reader, node).map_or(Auth::None, |secret| Auth::Bearer { secret });
    }
    let Some((kind, node)) = fields.iter().find(|(k, _)| matches!(k.text.as_str(), "header" | "basic")) else {
        return Auth::None;
    };
    let inner = reader.map(node, "It");
    let Some((name, value)) = inner.first() else { return Auth::None };
    let Some(secret) = secret(reader, value) else { return Auth::None };
    match kind.text.as_str() {
        "header" => Auth::Header { name: name.text.clone(), secret },
        _ => Auth::Basic { user: name.text.clone(), secret },
    }
}

/// `"${SHOP_TOKEN}"`: secrets are named here and stand in the environment.
fn secret(reader: &mut Reader, node: &Node) -> Option<String> {
    let text = reader.text(node)?;
    let name = text.strip_prefix("${").and_then(|t| t.strip_suffix('}')).map(str::trim);
    let fits = |n: &str| !n.is_empty() && n.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if let Some(name) = name.filter(|n| fits(n)) {
        return Some(name.to_owned());
    }
    let help =
        "Write the name of an environment variable, like \"${SHOP_TOKEN}\", and set it where rapport is started.";
    reader.wrong(node.span, "A secret must not stand in this file", help);
    None
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
    let body = field(fields, "body").map(yaml::to_json);
    let mut texts = vec![(path_text.as_str(), path.span)];
    let body_texts = body.as_ref().map(super::request::leaves).unwrap_or_default();
    texts.extend(body_texts.iter().map(|t| (t.as_str(), field(fields, "body").map_or(path.span, |n| n.span))));
    for (text, span) in texts {
        if let Err(problem) = super::request::check(text) {
            reader.wrong(span, problem, "Write values as `{{ name }}`.");
        }
    }
    Some(Action {
        method,
        path: path_text,
        body,
        timeout: timeout(reader, fields),
        retries: field(fields, "retries").and_then(|n| reader.whole(n, 0..=5)).unwrap_or(RETRIES),
        outcomes: outcomes(reader, fields),
        gives: gives(reader, fields),
        effect: field(fields, "effect").and_then(|n| reader.text(n)),
    })
}

fn timeout(reader: &mut Reader, fields: &[(Key, Node)]) -> Duration {
    let Some(node) = field(fields, "timeout") else { return TIMEOUT };
    let Some(text) = reader.text(node) else { return TIMEOUT };
    match read_term(&text).map(duration).filter(|d| *d <= LONGEST) {
        Some(d) => d,
        None => {
            reader.wrong(node.span, format!("`{text}` is no time-out"), "Write seconds, like `5s`, at most `60s`.");
            TIMEOUT
        }
    }
}

fn outcomes(reader: &mut Reader, fields: &[(Key, Node)]) -> Vec<(u16, String)> {
    let Some(node) = field(fields, "outcomes") else { return vec![(200, "ok".into())] };
    let mut found = Vec::new();
    for (key, value) in reader.map(node, "`outcomes`") {
        let Some(name) = reader.text(value) else { continue };
        match key.text.parse::<u16>() {
            Ok(status) if (100..600).contains(&status) => found.push((status, name.to_lowercase())),
            _ => reader.wrong(
                key.span,
                format!("`{}` is not a status code", key.text),
                "Write a number such as 200 or 404 before the colon.",
            ),
        }
    }
    if found.is_empty() {
        reader.wrong(
            node.span,
            "No outcome is named",
            "Write for example `{ 200: found, 404: not_found }`; the first means that it worked.",
        );
        found.push((200, "ok".into()));
    }
    found
}

/// That each is a kind is checked once all kinds are known.
fn gives(reader: &mut Reader, fields: &[(Key, Node)]) -> BTreeMap<String, Field> {
    let Some(node) = field(fields, "gives") else { return BTreeMap::new() };
    let entries = reader.map(node, "`gives`");
    let field = |(k, v): &(Key, Node)| {
        let kind = reader.text(v)?.to_lowercase();
        Some((k.text.to_lowercase(), Field { kind, span: Some(v.span) }))
    };
    entries.iter().filter_map(field).collect()
}
