//! Schemas of an OpenAPI description: what to send, which fields come back.
use serde_json::{Map, Value};

/// References that lead to references.
const FURTHEST: usize = 8;
/// Things within things that are written out.
const DEEPEST: usize = 4;
/// More fields than these are for programs; a flow shows a few.
const FIELDS: usize = 24;
const MONEY: [&str; 6] = ["price", "amount", "total", "cost", "fee", "balance"];

pub(super) struct Document(pub Value);

impl Document {
    /// What a `$ref` stands for.
    pub fn followed<'v>(&'v self, value: &'v Value) -> &'v Value {
        let mut value = value;
        for _ in 0..FURTHEST {
            let Some(to) = value.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix('#')) else { break };
            value = self.0.pointer(to).unwrap_or(&Value::Null);
        }
        value
    }

    /// The properties of an object, those of its parts included, and the names of those that must be there.
    fn properties<'v>(&'v self, schema: &'v Value, depth: usize) -> (Vec<(&'v String, &'v Value)>, Vec<&'v str>) {
        let schema = self.followed(schema);
        let mut all: Vec<_> = schema.get("properties").and_then(Value::as_object).into_iter().flatten().collect();
        let listed = schema.get("required").and_then(Value::as_array);
        let mut needed: Vec<&str> = listed.into_iter().flatten().filter_map(Value::as_str).collect();
        let parts = schema.get("allOf").and_then(Value::as_array).filter(|_| depth < DEEPEST);
        for part in parts.into_iter().flatten() {
            let (more, also) = self.properties(part, depth + 1);
            all.extend(more);
            needed.extend(also);
        }
        (all, needed)
    }

    /// A body with a place for each value that must be sent; for all of them where none must.
    pub fn example(&self, schema: &Value, depth: usize) -> Value {
        let (all, needed) = self.properties(schema, 0);
        let wanted = |name: &str| needed.is_empty() || needed.contains(&name);
        let mut found = Map::new();
        for (name, schema) in all.into_iter().filter(|(name, _)| wanted(name)).take(FIELDS) {
            let place = || Value::from(format!("{{{{ {} }}}}", name_of(name)));
            let schema = self.followed(schema);
            if schema.get("readOnly") == Some(&Value::Bool(true)) {
                continue;
            }
            let value = match kind(schema) {
                "object" if depth < DEEPEST => self.example(schema, depth + 1),
                "array" if depth < DEEPEST => {
                    let items = schema.get("items").unwrap_or(&Value::Null);
                    let items = self.followed(items);
                    if kind(items) == "object" { Value::Array(vec![self.example(items, depth + 1)]) } else { place() }
                }
                _ => place(),
            };
            found.insert(name.clone(), value);
        }
        Value::Object(found)
    }

    /// Fields of an answer: names, and kinds with their places. What lies one level deeper is named by both.
    pub fn fields(&self, schema: &Value) -> Vec<(String, String)> {
        let schema = self.followed(schema);
        if kind(schema) == "array" {
            return vec![("items".into(), "list from $".into())];
        }
        let mut found = Vec::new();
        for (name, schema) in self.properties(schema, 0).0 {
            let schema = self.followed(schema);
            let inner = if kind(schema) == "object" { self.properties(schema, 0).0 } else { vec![] };
            for (deeper, schema) in &inner {
                found.extend(self.field(&[name, deeper], schema));
            }
            if inner.is_empty() {
                found.extend(self.field(&[name], schema));
            }
        }
        found.truncate(FIELDS);
        found
    }

    fn field(&self, place: &[&String], schema: &Value) -> Option<(String, String)> {
        let schema = self.followed(schema);
        let last = place.last().map(|s| s.to_lowercase()).unwrap_or_default();
        let kind = match (kind(schema), schema.get("format").and_then(Value::as_str).unwrap_or_default()) {
            ("string", "date" | "date-time") => "date",
            ("string", "email") => "email",
            ("boolean", _) => "yes or no",
            ("array", _) => "list",
            ("number" | "integer", _) if MONEY.iter().any(|word| last.contains(word)) => "money",
            ("integer", _) => "whole number",
            ("number", _) => "number",
            ("object", _) => return None,
            _ => "text",
        };
        let name = name_of(&place.iter().map(|part| part.as_str()).collect::<Vec<_>>().join(" "));
        let plain = |part: &&String| part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let path =
            if place.iter().all(plain) && place.first().is_some_and(|p| !p.starts_with(|c: char| c.is_ascii_digit())) {
                place.iter().map(|part| part.as_str()).collect::<Vec<_>>().join(".")
            } else {
                format!("${}", place.iter().map(|part| format!("['{part}']")).collect::<String>())
            };
        Some((name.clone(), if path == name { kind.to_owned() } else { format!("{kind} from {path}") }))
    }
}

/// The type of a schema; of several the one that is not "null".
fn kind(schema: &Value) -> &str {
    let of = |value: &Value| value.as_str().map(str::to_owned);
    let named = match schema.get("type") {
        Some(Value::Array(all)) => all.iter().filter_map(of).find(|t| t != "null"),
        Some(one) => of(one),
        None => None,
    };
    match named.as_deref() {
        Some("string") => "string",
        Some("integer") => "integer",
        Some("number") => "number",
        Some("boolean") => "boolean",
        Some("array") => "array",
        Some("object") => "object",
        _ if schema.get("properties").is_some() || schema.get("allOf").is_some() => "object",
        _ => "",
    }
}

/// `getOrderById` to `get_order_by_id`.
pub(super) fn name_of(written: &str) -> String {
    let mut out = String::new();
    let mut before_small = false;
    for c in written.chars() {
        if c.is_ascii_alphanumeric() {
            if c.is_ascii_uppercase() && before_small {
                out.push('_');
            }
            out.push(c.to_ascii_lowercase());
            before_small = c.is_ascii_lowercase() || c.is_ascii_digit();
        } else {
            if !out.is_empty() && !out.ends_with('_') {
                out.push('_');
            }
            before_small = false;
        }
    }
    out.trim_end_matches('_').to_owned()
}
