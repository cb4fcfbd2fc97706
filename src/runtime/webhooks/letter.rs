//! What a webhook is told: one JSON object for an entry of the journal. Its form is documented in docs/webhooks.md.
use crate::bot::settings::News;
use crate::engine::{Event, Speaker, What};
use crate::id::SessionId;
use crate::time::Millis;
use serde_json::{Map, Value, json};

/// What an entry is news of.
pub fn news(what: &What) -> Option<News> {
    Some(match what {
        What::Opened { .. } => News::Started,
        What::Message { .. } => News::Message,
        What::Waiting { .. } => News::Escalated,
        What::Promised { .. } => News::PromiseMade,
        What::PromiseLate { .. } => News::PromiseLate,
        What::PromiseKept { .. } => News::PromiseKept,
        What::Feedback { .. } => News::Feedback,
        What::Resolved { .. } => News::Resolved,
        _ => return None,
    })
}

/// The body of a delivery; `None` where there is nothing to tell any more, since the chat was erased.
pub fn body(bot: &str, session: SessionId, event: &Event) -> Option<String> {
    let kind = news(&event.what)?.kind();
    let mut data = Map::new();
    data.insert("bot".into(), bot.into());
    data.insert("chat".into(), session.to_string().into());
    data.insert("seq".into(), event.seq.into());
    if let Value::Object(details) = details(&event.what) {
        data.extend(details.into_iter().filter(|(_, value)| !value.is_null()));
    }
    Some(json!({ "type": kind, "timestamp": moment(event.at), "data": data }).to_string())
}

fn details(what: &What) -> Value {
    match what {
        What::Opened { page, language, customer, returning } => {
            let customer = (!customer.is_empty()).then_some(customer);
            json!({ "page": page, "language": language, "customer": customer, "returning": returning })
        }
        What::Message { from, text, choice, files, secret, .. } => {
            let files: Vec<Value> =
                files.iter().map(|f| json!({ "id": f.id, "name": f.name, "type": f.kind, "size": f.size })).collect();
            let files = (!files.is_empty()).then_some(files);
            let secret = secret.then_some(true);
            json!({ "from": speaker(from), "text": text, "choice": choice, "files": files, "secret": secret })
        }
        What::Waiting { team, priority, why, summary } => {
            json!({ "team": team, "priority": priority, "why": why, "summary": summary })
        }
        What::Promised { name, words, owner, contact, due } => {
            json!({ "promise": name, "words": words, "owner": owner, "contact": contact, "due": moment(*due) })
        }
        What::PromiseLate { name } => json!({ "promise": name }),
        What::PromiseKept { name, by } => json!({ "promise": name, "by": speaker(by) }),
        What::Feedback { slot, score, comment } => json!({ "question": slot, "score": score, "comment": comment }),
        What::Resolved { by } => json!({ "by": speaker(by) }),
        _ => Value::Null,
    }
}

fn speaker(speaker: &Speaker) -> Value {
    match speaker {
        Speaker::Customer => json!({ "role": "customer" }),
        Speaker::Bot { name } => json!({ "role": "bot", "name": name }),
        Speaker::Agent { id, name } => json!({ "role": "agent", "id": id, "name": name }),
    }
}

/// ISO 8601, in UTC.
fn moment(at: Millis) -> String {
    jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string()
}
