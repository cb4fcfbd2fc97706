//! Journal entries as customers and agents see them.
use crate::engine::{Event, What};
use crate::runtime::Page;
use serde_json::{Value, json};

/// What customers may see of a page.
pub fn for_customer(page: &Page) -> Vec<Value> {
    page.events.iter().filter(|e| e.what.for_customer()).map(customer_item).collect()
}

/// What agents may see of a page.
pub fn for_agent(page: &Page) -> Vec<Value> {
    page.events.iter().filter(|e| e.what.for_agent()).map(|e| serde_json::to_value(e).unwrap_or_default()).collect()
}

/// Agents' ids, summaries and the like stay inside.
fn customer_item(event: &Event) -> Value {
    let mut item = serde_json::to_value(event).unwrap_or_default();
    let Some(map) = item.as_object_mut() else { return item };
    match &event.what {
        What::Message { .. } | What::Erased { .. } => {
            if let Some(from) = map.get_mut("from").and_then(Value::as_object_mut) {
                from.remove("id");
            }
        }
        What::Waiting { team, .. } => {
            return json!({ "seq": event.seq, "at": event.at, "kind": "waiting", "team": team });
        }
        What::Joined { name, .. } => return json!({ "seq": event.seq, "at": event.at, "kind": "joined", "name": name }),
        What::HandedBack { .. } => return json!({ "seq": event.seq, "at": event.at, "kind": "handed_back" }),
        What::Resolved { .. } => return json!({ "seq": event.seq, "at": event.at, "kind": "resolved" }),
        _ => {}
    }
    item
}
