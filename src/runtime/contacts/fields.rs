//! Values of a contact's fields: from what people and files write, and back. Pure.
use crate::bot::settings::{Settings, kinds};
use crate::time::Millis;
use crate::understand::answers::{Kind, find};
use serde_json::Value;

/// The longest value, in characters.
const LONGEST: usize = 400;

/// Reads a value of a field; `Null` where nothing is written.
///
/// # Errors
/// What it should be, in words.
pub fn read(settings: &Settings, field: &str, text: &str, now: Millis) -> Result<Value, String> {
    let text = text.trim();
    let Some(field) = settings.customer.get(field) else {
        return Err(format!("`{field}` is no field of a customer. Name it under `customer` in bot.yaml."));
    };
    if text.is_empty() {
        return Ok(Value::Null);
    }
    if text.chars().count() > LONGEST {
        return Err(format!("This is longer than {LONGEST} characters."));
    }
    let written = Value::from(text);
    let own = kinds::shaped(&settings.kinds, &field.kind, written.clone());
    if own != written || matches!(field.kind.as_str(), "text" | "name" | "address") {
        return Ok(own);
    }
    if field.kind == "list" {
        return Ok(text.split(';').map(|part| Value::from(part.trim())).collect());
    }
    let frame = settings.frame(None, now);
    let found = kind(settings, &field.kind).and_then(|kind| find(&kind, text, &frame));
    let whole = found.filter(|f| text.get(f.span.clone()).is_some_and(|read| read.len() == text.len()));
    whole.map(|f| f.value).ok_or_else(|| format!("`{text}` is not what is wanted here: {}.", wanted(&field.kind)))
}

fn kind(settings: &Settings, name: &str) -> Option<Kind> {
    Some(match name {
        "number" => Kind::Number,
        "whole number" => Kind::WholeNumber,
        "email" => Kind::Email,
        "phone" => Kind::Phone,
        "date" => Kind::Date,
        "money" => Kind::Money,
        "time" => Kind::Time,
        "duration" => Kind::Duration,
        "yes or no" => Kind::YesOrNo,
        own => settings.kinds.get(own)?.answer(),
    })
}

/// How a kind is asked for.
fn wanted(kind: &str) -> String {
    match kind {
        "yes or no" => "`yes` or `no`".into(),
        "date" => "a day, like 2026-05-03".into(),
        "email" => "an e-mail address".into(),
        "phone" => "a phone number, like +44 20 7946 0123".into(),
        "number" => "a number".into(),
        other => format!("a value of the kind `{other}`"),
    }
}

/// A value as `read` takes it.
pub fn write(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.into(),
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().map(write).collect::<Vec<_>>().join("; "),
        Value::Object(row) => match (row.get(kinds::VALUE), row.get("amount"), row.get("currency")) {
            (Some(name), ..) => write(name),
            (None, Some(amount), Some(currency)) => format!("{} {}", write(amount), write(currency)),
            _ => value.to_string(),
        },
        Value::Number(number) => number.to_string(),
    }
}

/// How a field is called on pages.
pub fn label(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bot::settings::{Field, defaults};

    #[test]
    fn what_is_written_is_read_again() {
        let mut settings = defaults("test");
        for (name, kind) in [("vip", "yes or no"), ("visits", "whole number"), ("since", "date"), ("likes", "list")] {
            settings.customer.insert(name.into(), Field { kind: kind.into(), span: None });
        }
        for (name, text) in
            [("vip", "yes"), ("visits", "12"), ("since", "2026-05-03"), ("likes", "tea; lamps"), ("name", "Zoë Q.")]
        {
            let value = read(&settings, name, text, Millis(0)).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!(write(&value), text, "{name}");
        }
        for (name, text) in [("vip", "perhaps"), ("email", "zoe"), ("since", "one day"), ("shoe_size", "41")] {
            assert!(read(&settings, name, text, Millis(0)).is_err(), "{name}: {text}");
        }
        assert_eq!(read(&settings, "vip", " ", Millis(0)), Ok(Value::Null));
    }
}
