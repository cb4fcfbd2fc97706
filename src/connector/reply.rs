//! From a response to an outcome, its fields and the next page.
use super::trouble::Trouble;
use crate::bot::Bot;
use crate::bot::integrations::{Next, Outcome, Request as Ready};
use reqwest::{Response, header};
use serde_json::{Map, Value};

/// What one request led to.
pub struct Reply {
    pub outcome: String,
    pub fields: Map<String, Value>,
    /// The address of the next page.
    pub next: Option<String>,
}

/// Reads a response as the action says.
pub async fn read(mut response: Response, ready: &Ready, bot: &Bot) -> Result<Reply, Trouble> {
    let status = response.status().as_u16();
    let possible: Vec<&Outcome> = ready.outcomes.iter().filter(|o| o.status == status).collect();
    if possible.is_empty() {
        let known: Vec<u16> = ready.outcomes.iter().map(|o| o.status).collect();
        return Err(Trouble::status(&response, &known));
    }
    let good = ready.outcomes.first().map_or("", |o| o.name.as_str());
    let (asked, linked) = (!ready.gives.is_empty() || ready.pages.is_some(), link(&response));
    let told = if asked || possible.iter().any(|o| o.only.is_some()) {
        json(&mut response, ready.largest).await
    } else {
        Ok(Value::Null)
    };
    // Many systems say "not found" with a page for people: the status says all that the flow asks for.
    if told.is_err()
        && let Some(plain) = possible.iter().find(|o| o.only.is_none() && o.name != good)
    {
        return Ok(Reply { outcome: plain.name.clone(), fields: Map::new(), next: None });
    }
    let answer = told?;
    let outcome = fitting(&possible, &answer)
        .ok_or_else(|| Trouble::Final(format!("it answered {status}, and no line of `outcomes` fits what it said")))?;
    let fields = match fields(&answer, ready, bot) {
        Err(_) if outcome != good => Map::new(),
        read => read?,
    };
    let next = next(&answer, linked, ready).filter(|_| outcome == good);
    Ok(Reply { outcome: outcome.to_owned(), fields, next })
}

/// A line that says what the answer must hold comes before one that does not.
fn fitting<'o>(possible: &[&'o Outcome], answer: &Value) -> Option<&'o str> {
    let special = possible.iter().find(|o| o.only.as_ref().is_some_and(|only| only.holds(answer)));
    special.or_else(|| possible.iter().find(|o| o.only.is_none())).map(|o| o.name.as_str())
}

fn fields(answer: &Value, ready: &Ready, bot: &Bot) -> Result<Map<String, Value>, Trouble> {
    let mut found = Map::new();
    for (name, kind, take) in &ready.gives {
        let value = take.value(&bot.settings.kinds, kind, &bot.settings.time_zone, answer);
        if let Some(value) = value.map_err(|misfit| Trouble::Final(misfit.to_string()))? {
            found.insert(name.clone(), value);
        }
    }
    if found.is_empty() && !ready.gives.is_empty() && !answer.is_object() && !answer.is_null() {
        return Err(Trouble::Final("its answer is no JSON object with the fields of `gives`".into()));
    }
    Ok(found)
}

async fn json(response: &mut Response, largest: usize) -> Result<Value, Trouble> {
    let bytes = bytes(response, largest).await?;
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&bytes).map_err(|e| Trouble::Final(format!("its answer is no JSON: {e}")))
}

/// The body, as far as it is not too long: what is said to be too long is not even begun.
pub async fn bytes(response: &mut Response, largest: usize) -> Result<Vec<u8>, Trouble> {
    let too_long = || Trouble::Final(format!("its answer is longer than {} KB", largest / 1024));
    let told = response.content_length().and_then(|n| usize::try_from(n).ok());
    if told.is_some_and(|n| n > largest) {
        return Err(too_long());
    }
    let mut bytes = Vec::with_capacity(told.unwrap_or(0));
    while let Some(chunk) = response.chunk().await.map_err(|e| Trouble::from(&e))? {
        if bytes.len() + chunk.len() > largest {
            return Err(too_long());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// `Link: <https://shop.example/orders?page=2>; rel="next"`.
fn link(response: &Response) -> Option<String> {
    let all = response.headers().get_all(header::LINK);
    let parts = all.iter().filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(','));
    let next = parts.map(str::trim).find(|part| part.contains("rel=\"next\"") || part.ends_with("rel=next"))?;
    let address = next.strip_prefix('<')?.split('>').next()?;
    Some(address.to_owned())
}

fn next(answer: &Value, linked: Option<String>, ready: &Ready) -> Option<String> {
    match &ready.pages.as_ref()?.next {
        Next::Link => linked,
        Next::Address(path) => path.first(answer)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned),
        Next::Mark(path, name) => {
            let mark = path.first(answer)?;
            let mark = mark.as_str().map_or_else(|| mark.to_string(), str::to_owned);
            let mut url = url::Url::parse(&ready.url).ok().filter(|_| !mark.is_empty() && mark != "false")?;
            let others: Vec<(String, String)> =
                url.query_pairs().filter(|(n, _)| n != name).map(|(n, v)| (n.into_owned(), v.into_owned())).collect();
            url.query_pairs_mut().clear().extend_pairs(others).append_pair(name, &mark);
            Some(url.into())
        }
    }
}
