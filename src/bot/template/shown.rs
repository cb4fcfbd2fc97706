//! Values with fields that people read as one: a row of a table by its label, an amount with its currency.
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
    let currency = value.get("currency")?.as_str()?;
    money_words(&Value::from(value.get("amount")?.as_f64()?), currency)
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
