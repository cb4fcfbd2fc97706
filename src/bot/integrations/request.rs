//! From an action and its arguments to a request.
use super::{Action, BadRequest, Body, Given, Integrations, Request, Take};
use crate::bot::settings::kinds::{LABEL, VALUE};
use minijinja::{AutoEscape, Environment, Output, State};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A template of `integrations.yaml` may not loop.
const FUEL: u64 = 10_000;

pub(super) fn build(
    all: &Integrations,
    system_name: &str,
    action_name: &str,
    args: &Map<String, Value>,
) -> Result<Request, BadRequest> {
    let missing = || BadRequest(format!("`integrations.yaml` has no `{system_name}.{action_name}`"));
    let system = all.systems.get(system_name).ok_or_else(missing)?;
    let action = system.actions.get(action_name).ok_or_else(missing)?;
    let args = &args.iter().map(|(name, value)| (name.clone(), named(value))).collect();
    let context = context(args);
    let path = render(&path_environment(), &action.path, &context)?;
    let plain = plain_environment();
    let filled = |texts: &[(String, String)]| -> Result<Vec<(String, String)>, BadRequest> {
        texts.iter().map(|(name, text)| Ok((name.clone(), render(&plain, text, &context)?))).collect()
    };
    let body = match &action.body {
        None => None,
        Some(Body::Json(json)) => Some(Body::Json(fill(&plain, json, &context, args)?)),
        Some(Body::Form(fields)) => Some(Body::Form(filled(fields)?)),
    };
    let header = |(name, given): &(String, Given)| match given {
        Given::Secret(_) => Ok((name.clone(), given.clone())),
        Given::Text(text) => Ok((name.clone(), Given::Text(render(&plain, text, &context)?))),
    };
    let headers: Result<Vec<_>, BadRequest> = system.headers.iter().chain(&action.headers).map(header).collect();
    Ok(Request {
        method: action.method,
        url: with_query(format!("{}{path}", system.base), &filled(&action.query)?),
        auth: system.auth.clone(),
        headers: headers?,
        body,
        timeout: action.timeout,
        retries: action.retries,
        repeat_key: action.repeat_key.clone(),
        reach: system.reach.clone(),
        rest: system.rest,
        outcomes: action.outcomes.clone(),
        gives: gives(action),
        pages: action.pages.clone(),
        cache: action.cache,
        largest: action.largest,
    })
}

fn gives(action: &Action) -> Vec<(String, String, Take)> {
    let field =
        |(name, take): (&String, &Take)| Some((name.clone(), action.gives.get(name)?.kind.clone(), take.clone()));
    action.takes.iter().filter_map(field).collect()
}

/// An address with more behind its `?`.
fn with_query(mut url: String, query: &[(String, String)]) -> String {
    for (name, value) in query {
        let joint = if url.contains('?') { '&' } else { '?' };
        url.push_str(&format!("{joint}{}={}", encode(name), encode(value)));
    }
    url
}

/// What other systems know of a row is its name.
fn named(value: &Value) -> Value {
    match (value.get(VALUE), value.get(LABEL)) {
        (Some(name), Some(_)) => name.clone(),
        _ => value.clone(),
    }
}

/// Says what is wrong with a template, in plain words.
pub(super) fn check(text: &str) -> Result<(), String> {
    plain_environment()
        .template_from_str(text)
        .map(|_| ())
        .map_err(|e| format!("`{text}` cannot be filled in: {}", e.detail().unwrap_or("the braces do not match")))
}

/// The names that an action's templates need.
pub(super) fn needs(action: &Action) -> BTreeSet<String> {
    let env = plain_environment();
    let mut texts = vec![action.path.clone()];
    texts.extend(action.query.iter().map(|(_, text)| text.clone()));
    texts.extend(action.headers.iter().filter_map(|(_, given)| text(given)));
    match &action.body {
        Some(Body::Json(json)) => texts.extend(leaves(json)),
        Some(Body::Form(fields)) => texts.extend(fields.iter().map(|(_, text)| text.clone())),
        None => {}
    }
    let mut found = BTreeSet::new();
    for text in &texts {
        if let Ok(template) = env.template_from_str(text) {
            found.extend(template.undeclared_variables(false));
        }
    }
    found
}

fn text(given: &Given) -> Option<String> {
    if let Given::Text(text) = given { Some(text.clone()) } else { None }
}

/// All texts of a body.
pub(super) fn leaves(value: &Value) -> Vec<String> {
    match value {
        Value::String(s) => vec![s.clone()],
        Value::Array(items) => items.iter().flat_map(leaves).collect(),
        Value::Object(map) => map.values().flat_map(leaves).collect(),
        _ => vec![],
    }
}

fn context(args: &Map<String, Value>) -> minijinja::Value {
    let values = args.iter().map(|(k, v)| (k.clone(), crate::bot::template::to_jinja(v)));
    minijinja::Value::from(values.collect::<BTreeMap<_, _>>())
}

fn render(env: &Environment<'_>, text: &str, context: &minijinja::Value) -> Result<String, BadRequest> {
    let problem = |e: minijinja::Error| BadRequest(format!("`{text}` could not be filled in: {e}"));
    env.render_str(text, context.clone()).map_err(problem)
}

fn plain_environment() -> Environment<'static> {
    let mut env = Environment::new();
    env.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    env.set_fuel(Some(FUEL));
    env.set_auto_escape_callback(|_| AutoEscape::None);
    env
}

/// Values become part of a path: a `/` or `?` in a customer's words must not change where the request goes.
fn path_environment() -> Environment<'static> {
    let mut env = plain_environment();
    env.set_formatter(|out: &mut Output<'_>, _: &mut State<'_, '_>, value: &minijinja::Value| {
        let text = value.to_string();
        // A segment of dots alone would climb.
        if text.chars().all(|c| c == '.') {
            return Err(minijinja::Error::new(
                minijinja::ErrorKind::InvalidOperation,
                "an empty or dotted part of a path",
            ));
        }
        out.write_str(&encode(&text)).map_err(minijinja::Error::from)
    });
    env
}

/// Percent-encoding of everything but RFC 3986's unreserved characters.
fn encode(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// Text leaves are templates; one that is a single `{{ name }}` keeps the value's own type.
fn fill(
    env: &Environment<'_>,
    value: &Value,
    context: &minijinja::Value,
    args: &Map<String, Value>,
) -> Result<Value, BadRequest> {
    match value {
        Value::String(text) => match whole_name(text).and_then(|n| args.get(n)) {
            Some(found) => Ok(found.clone()),
            None => render(env, text, context).map(Value::String),
        },
        Value::Array(items) => items.iter().map(|v| fill(env, v, context, args)).collect(),
        Value::Object(map) => map
            .iter()
            .map(|(k, v)| Ok((k.clone(), fill(env, v, context, args)?)))
            .collect::<Result<_, _>>()
            .map(Value::Object),
        other => Ok(other.clone()),
    }
}

fn whole_name(text: &str) -> Option<&str> {
    let inner = text.trim().strip_prefix("{{")?.strip_suffix("}}")?.trim();
    inner.chars().all(|c| c.is_ascii_alphanumeric() || c == '_').then_some(inner)
}
