//! Values with fields that people read as one: a row of a table by its label, an amount with its currency, a file by its
//! name.
use super::filters::money_words;
use crate::bot::settings::kinds::{LABEL, VALUE};
use minijinja::Value;
use minijinja::value::{Enumerator, Object};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// How a value with fields is read out; `None` where it is a bundle of details.
pub fn shown(value: &Json) -> Option<String> {
    if let (Some(_), Some(label)) = (value.get(VALUE), value.get(LABEL)) {
        return label.as_str().map(str::to_owned);
    }
    if let Some(name) = file_name(value) {
        return Some(name.to_owned());
    }
    let currency = value.get("currency")?.as_str()?;
    money_words(&Value::from(value.get("amount")?.as_f64()?), currency)
}

/// The name of a photo or a file that a customer sent; its media type tells it from other things that have a name.
fn file_name(value: &Json) -> Option<&str> {
    let (id, kind) = (value.get("id")?.as_str()?, value.get("type")?.as_str()?);
    let sent = !id.is_empty() && kind.contains('/') && value.get("size")?.is_u64();
    value.get("name")?.as_str().filter(|_| sent)
}

/// The value as templates see it.
pub(super) fn value(fields: BTreeMap<String, Value>, words: String) -> Value {
    Value::from_object(Shown { fields, words })
}

/// How such a value is read out, in the author's words.
pub(super) fn words_of(value: &Value) -> Option<&str> {
    value.downcast_object_ref::<Shown>().map(|shown| shown.words.as_str())
}

#[derive(Debug)]
struct Shown {
    fields: BTreeMap<String, Value>,
    words: String,
}

impl Object for Shown {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.fields.get(key.as_str()?).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.fields.keys().map(|name| Value::from(name.as_str())).collect())
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}
