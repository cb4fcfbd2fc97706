//! What authors work out: `order.total + 5`, `"It was " + amount`, `charges + [charge]`. minijinja's own signs know neither
//! unknown details nor a text beside a number.
use super::filters::wrong;
use super::words::{number, unknown};
use super::{OUTPUT_CAP, shown};
use minijinja::value::ValueKind;
use minijinja::{Environment, Error, ErrorKind, Value};

/// Longer lists are made by no chat.
const LONGEST: usize = 200;

pub(super) fn register(env: &mut Environment<'static>) {
    env.add_function("sum_of", |a: Value, b: Value| worked_out(&a, &b, sum));
    env.add_function("difference_of", |a: Value, b: Value| {
        worked_out(&a, &b, |a, b| numbers(a, b, i64::checked_sub, |a, b| a - b))
    });
    env.add_function("product_of", |a: Value, b: Value| {
        worked_out(&a, &b, |a, b| numbers(a, b, i64::checked_mul, |a, b| a * b))
    });
    env.add_function("quotient_of", |a: Value, b: Value| worked_out(&a, &b, quotient));
}

/// With something unknown nothing can be worked out, and that is unknown too.
fn worked_out(a: &Value, b: &Value, f: impl Fn(&Value, &Value) -> Result<Value, Error>) -> Result<Value, Error> {
    if unknown(a) || unknown(b) { Ok(Value::UNDEFINED) } else { f(a, b) }
}

fn sum(a: &Value, b: &Value) -> Result<Value, Error> {
    match (a.kind(), b.kind()) {
        (ValueKind::String, _) | (_, ValueKind::String) => {
            let text = spelled(a) + &spelled(b);
            if text.len() > OUTPUT_CAP { Err(wrong("the text is too long")) } else { Ok(Value::from(text)) }
        }
        (ValueKind::Seq, ValueKind::Seq) => {
            let items: Vec<Value> = a.try_iter()?.chain(b.try_iter()?).take(LONGEST + 1).collect();
            if items.len() > LONGEST { Err(wrong("the list is too long")) } else { Ok(Value::from(items)) }
        }
        _ => numbers(a, b, i64::checked_add, |a, b| a + b),
    }
}

fn quotient(a: &Value, b: &Value) -> Result<Value, Error> {
    if number(b) == Some(0.0) {
        return Err(wrong("nothing can be divided by nought"));
    }
    numbers(a, b, |a, b| (a % b == 0).then(|| a / b), |a, b| a / b)
}

/// Whole numbers stay whole as long as they fit.
fn numbers(
    a: &Value,
    b: &Value,
    whole: impl Fn(i64, i64) -> Option<i64>,
    any: impl Fn(f64, f64) -> f64,
) -> Result<Value, Error> {
    let exact = a.as_i64().zip(b.as_i64()).filter(|_| a.is_integer() && b.is_integer());
    if let Some(result) = exact.and_then(|(a, b)| whole(a, b)) {
        return Ok(Value::from(result));
    }
    match (number(a), number(b)) {
        (Some(a), Some(b)) => Ok(Value::from(any(a, b))),
        _ => {
            let problem = format!("`{}` and `{}` are not both numbers", spelled(a), spelled(b));
            Err(Error::new(ErrorKind::InvalidOperation, problem))
        }
    }
}

/// A value within a text, as a customer would read it.
fn spelled(value: &Value) -> String {
    match value.kind() {
        ValueKind::Bool => if value.is_true() { "yes" } else { "no" }.to_owned(),
        ValueKind::Number => {
            let text = value.to_string();
            text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
        }
        _ => shown::words_of(value).map_or_else(|| value.to_string(), str::to_owned),
    }
}
