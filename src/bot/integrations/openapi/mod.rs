//! From an OpenAPI 3 description to the lines of `integrations.yaml`: a start that people then shorten and put into their words.
mod schema;

use crate::bot::yaml;
use schema::{Document, name_of};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
/// Statuses that tell a flow something, and how they are called. Others are failures: the log-in, limits, faults.
const STATUSES: [(&str, &str); 11] = [
    ("200", "ok"),
    ("201", "created"),
    ("202", "accepted"),
    ("203", "ok"),
    ("204", "done"),
    ("400", "not_valid"),
    ("402", "payment_refused"),
    ("404", "not_found"),
    ("409", "conflict"),
    ("410", "gone"),
    ("422", "not_valid"),
];
/// Words in a path, and what asking there leaves behind.
const EFFECTS: [(&[&str], &str); 6] = [
    (&["refund", "payment", "charge", "invoice", "payout"], "money"),
    (&["message", "email", "sms", "notification"], "message"),
    (&["booking", "reservation", "appointment"], "booking"),
    (&["ticket", "case", "conversation"], "ticket"),
    (&["order", "cart", "checkout"], "order"),
    (&["account", "customer", "contact", "user"], "account"),
];

/// What became of a description.
#[derive(Debug)]
pub struct Imported {
    pub yaml: String,
    pub actions: usize,
    /// What was left out, and why.
    pub left_out: Vec<String>,
}

/// Writes the system `name`. `base` stands for the address that the description names.
///
/// # Errors
/// What is wrong with the description, in plain words.
pub fn import(text: &str, name: &str, base: Option<&str>) -> Result<Imported, String> {
    let document = Document(yaml::foreign(text)?);
    let version = document.0.get("openapi").and_then(Value::as_str).unwrap_or_default();
    if !version.starts_with("3.") {
        return Err(
            "This is no OpenAPI description of version 3. A Swagger 2 file can be turned into one first.".into()
        );
    }
    let server = document.0.pointer("/servers/0/url").and_then(Value::as_str);
    let base = base.or(server).filter(|url| url.starts_with("http")).map(|url| url.trim_end_matches('/'));
    let Some(base) = base else {
        return Err("The description names no whole address. Say it with `--base https://shop.example/api`.".into());
    };
    let title = document.0.pointer("/info/title").and_then(Value::as_str).unwrap_or("an API");
    let mut out = format!(
        "# Made from the OpenAPI description of {}. Look it through: names, outcomes, and what stays done (`effect`).\n{name}:\n  \
         base: {}\n",
        one_line(title),
        quoted(base)
    );
    out.push_str(&auth(&document, name));
    let mut imported = Imported { yaml: String::new(), actions: 0, left_out: vec![] };
    let mut taken = BTreeSet::new();
    for (path, item) in document.0.get("paths").and_then(Value::as_object).into_iter().flatten() {
        for method in METHODS {
            let Some(operation) = item.get(method) else { continue };
            let at = format!("{} {path}", method.to_uppercase());
            match action(&document, method, path, item, operation, &mut taken) {
                Ok(lines) => {
                    out.push_str(&lines);
                    imported.actions += 1;
                }
                Err(why) => imported.left_out.push(format!("{at}: {why}")),
            }
        }
    }
    imported.yaml = out;
    Ok(imported)
}

fn action(
    document: &Document,
    method: &str,
    path: &str,
    item: &Value,
    operation: &Value,
    taken: &mut BTreeSet<String>,
) -> Result<String, String> {
    if operation.get("deprecated") == Some(&Value::Bool(true)) {
        return Err("it is marked as deprecated".into());
    }
    let id = operation.get("operationId").and_then(Value::as_str);
    let name = name_of(&id.map_or_else(|| format!("{method} {path}"), str::to_owned));
    if name.is_empty() || !taken.insert(name.clone()) {
        return Err(format!("there is another action named `{name}`"));
    }
    let mut out = String::new();
    let summary = operation.get("summary").or_else(|| operation.get("description")).and_then(Value::as_str);
    if let Some(summary) = summary.map(one_line).filter(|s| !s.is_empty()) {
        out.push_str(&format!("  # {summary}\n"));
    }
    out.push_str(&format!("  {name}:\n    {method}: {}\n", quoted(&templated(path))));
    out.push_str(&parameters(document, item, operation)?);
    out.push_str(&body(document, operation)?);
    if method != "get" {
        out.push_str(&format!("    effect: {}\n", effect(path)));
    }
    out.push_str(&answers(document, operation)?);
    Ok(out)
}

/// `/orders/{orderId}` to `/orders/{{ order_id }}`.
fn templated(path: &str) -> String {
    let mut out = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, behind)) = after.split_once('}') else { break };
        out.push_str(&format!("{before}{{{{ {} }}}}", name_of(name)));
        rest = behind;
    }
    out + rest
}

/// What must be sent behind the `?` and in headers; what may be left out is left out.
fn parameters(document: &Document, item: &Value, operation: &Value) -> Result<String, String> {
    let listed = |value: &Value| value.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut found: Map<String, Value> = Map::new();
    for parameter in listed(item).iter().chain(&listed(operation)) {
        let parameter = document.followed(parameter);
        let (name, place) = (text(parameter, "name"), text(parameter, "in"));
        if place == "cookie" && parameter.get("required") == Some(&Value::Bool(true)) {
            return Err("it needs a cookie".into());
        }
        let part = if place == "query" { "query" } else { "headers" };
        if matches!(place, "query" | "header") && parameter.get("required") == Some(&Value::Bool(true)) {
            let all = found.entry(part).or_insert_with(|| Value::Object(Map::new()));
            let value = Value::from(format!("{{{{ {} }}}}", name_of(name)));
            all.as_object_mut().map(|all| all.insert(name.to_owned(), value));
        }
    }
    Ok(found.iter().map(|(part, all)| format!("    {part}: {}\n", flow(all))).collect())
}

fn body(document: &Document, operation: &Value) -> Result<String, String> {
    let Some(request) = operation.get("requestBody").map(|b| document.followed(b)) else { return Ok(String::new()) };
    let kinds = request.get("content").and_then(Value::as_object);
    let Some((kind, content)) = kinds.into_iter().flatten().find(|(kind, _)| sendable(kind)) else {
        return Err("what it wants to be sent is neither JSON nor a form".into());
    };
    let schema = content.get("schema").unwrap_or(&Value::Null);
    let example = document.example(schema, 0);
    let word = if kind.contains("json") { "body" } else { "form" };
    Ok(if example.as_object().is_some_and(|all| !all.is_empty()) {
        format!("    {word}: {}\n", flow(&example))
    } else {
        String::new()
    })
}

fn sendable(kind: &str) -> bool {
    kind.contains("json") || kind.starts_with("application/x-www-form-urlencoded")
}

fn effect(path: &str) -> &'static str {
    let path = path.to_lowercase();
    EFFECTS.iter().find(|(words, _)| words.iter().any(|w| path.contains(w))).map_or("other", |(_, effect)| effect)
}

fn answers(document: &Document, operation: &Value) -> Result<String, String> {
    let all = operation.get("responses").and_then(Value::as_object);
    let known = |status: &str| STATUSES.iter().find(|(s, _)| *s == status).map(|(_, name)| *name);
    let mut named: Vec<(&str, &str, &Value)> = all
        .into_iter()
        .flatten()
        .filter_map(|(status, response)| Some((status.as_str(), known(status)?, response)))
        .collect();
    named.sort_by_key(|(status, ..)| *status);
    let Some((_, _, good)) = named.iter().find(|(status, ..)| status.starts_with('2')) else {
        return Err("it does not say what it answers where it works".into());
    };
    let outcomes: Vec<String> = named.iter().map(|(status, name, _)| format!("{status}: {name}")).collect();
    let mut out = format!("    outcomes: {{ {} }}\n", outcomes.join(", "));
    let content = document.followed(good).get("content").and_then(Value::as_object);
    let schema =
        content.into_iter().flatten().find(|(kind, _)| kind.contains("json")).and_then(|(_, c)| c.get("schema"));
    let fields = schema.map(|schema| document.fields(schema)).unwrap_or_default();
    if !fields.is_empty() {
        out.push_str("    gives:\n");
        fields.iter().for_each(|(name, kind)| out.push_str(&format!("      {name}: {kind}\n")));
    }
    Ok(out)
}

/// The first way to log in that the description names and we know.
fn auth(document: &Document, system: &str) -> String {
    let upper = name_of(system).to_uppercase();
    let schemes = document.0.pointer("/components/securitySchemes").and_then(Value::as_object);
    for scheme in schemes.into_iter().flatten().map(|(_, scheme)| document.followed(scheme)) {
        let line = match (text(scheme, "type"), text(scheme, "scheme"), text(scheme, "in")) {
            ("http", "bearer", _) => format!("{{ bearer: \"${{{upper}_TOKEN}}\" }}"),
            ("http", "basic", _) => format!("{{ basic: {{ user: \"${{{upper}_PASSWORD}}\" }} }}"),
            ("apiKey", _, "header") => {
                format!("{{ header: {{ {}: \"${{{upper}_KEY}}\" }} }}", quoted(text(scheme, "name")))
            }
            ("oauth2", ..) => match scheme.pointer("/flows/clientCredentials/tokenUrl").and_then(Value::as_str) {
                Some(url) => format!(
                    "{{ oauth2: {{ token: {}, client: \"${{{upper}_CLIENT}}\", secret: \"${{{upper}_SECRET}}\" }} }}",
                    quoted(url)
                ),
                None => continue,
            },
            _ => continue,
        };
        return format!("  auth: {line}\n");
    }
    String::new()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(100).collect()
}

/// JSON is YAML too, and a text in quotes is a text in both.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/_-.:".contains(c);
    let safe = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') && text.chars().all(plain);
    if safe && !text.ends_with(':') { text.to_owned() } else { Value::from(text).to_string() }
}

/// `{ name: value }` on one line.
fn flow(value: &Value) -> String {
    match value {
        Value::Object(all) => {
            let fields: Vec<String> = all.iter().map(|(name, v)| format!("{}: {}", quoted(name), flow(v))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        Value::Array(all) => format!("[{}]", all.iter().map(flow).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}
