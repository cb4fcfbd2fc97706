//! A chat as others see it: a line in the list, the panel beside it, the customer's status. Shapes of docs/protocol.md.
use crate::bot::Bot;
use crate::bot::template::shown;
use crate::engine::{Holder, Session};
use crate::id::{AgentId, SessionId};
use crate::language::ast::Priority;
use crate::time::Millis;
use crate::understand::mood::{Feeling, Mood};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    pub id: AgentId,
    pub name: String,
}

/// One line of the agents' list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub session: SessionId,
    pub bot: String,
    /// `bot`, `waiting`, `agent` or `resolved`.
    pub state: String,
    pub name: String,
    pub team: Option<String>,
    pub priority: Option<Priority>,
    pub mood: Option<Feeling>,
    pub last: String,
    pub since: Millis,
    pub agent: Option<Who>,
    pub updated: Millis,
}

/// A detail with a name that people read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Detail {
    pub name: String,
    pub label: String,
    pub value: Value,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Kept {
    pub name: String,
    pub words: String,
    pub owner: String,
    pub due: Millis,
    pub state: &'static str,
}

/// Everything that an agent sees beside a chat.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct View {
    #[serde(flatten)]
    pub row: Row,
    pub why: Option<String>,
    pub summary: Option<String>,
    pub topic: Option<String>,
    pub tried: Vec<String>,
    pub slots: Vec<Detail>,
    pub customer: Vec<Detail>,
    pub promises: Vec<Kept>,
    pub tags: Vec<String>,
    pub page: Option<String>,
    pub mood_scale: Mood,
    pub feedback: Option<u8>,
}

/// Who has the chat, for the customer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Status {
    pub state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Place in the team's queue, from 1, where the chat waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<usize>,
    /// What the customer can quote, while the matter is not settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// How long others waited lately, in minutes, where the chat waits and enough did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait: Option<u64>,
    #[serde(flatten)]
    pub marks: Marks,
}

/// How far the person who has the chat has come, by their place in the journal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Marks {
    /// In front of an agent, on whatever page of theirs.
    #[serde(skip_serializing_if = "is_zero")]
    pub delivered: u64,
    /// Before an agent's eyes.
    #[serde(skip_serializing_if = "is_zero")]
    pub read: u64,
}

fn is_zero(n: &u64) -> bool {
    *n == 0
}

pub fn row(session: &Session) -> Row {
    let (state, since) = match &session.holder {
        Holder::Bot => ("bot", session.began),
        Holder::Waiting { since, .. } => ("waiting", *since),
        Holder::Agent { since, .. } => ("agent", *since),
        Holder::Resolved { since } => ("resolved", *since),
    };
    let agent = match &session.holder {
        Holder::Agent { id, name, .. } => Some(Who { id: *id, name: name.clone() }),
        _ => None,
    };
    let handoff = session.handoff.as_ref();
    Row {
        session: session.id,
        bot: session.bot.clone(),
        state: state.to_owned(),
        name: name(session),
        team: handoff.map(|h| h.team.clone()),
        priority: handoff.map(|h| h.priority),
        mood: session.mood.strongest(),
        last: session.last_message.chars().take(160).collect(),
        since,
        agent,
        updated: session.last_at,
    }
}

/// The customer's name, or a short mark that tells visitors apart.
fn name(session: &Session) -> String {
    let known = ["name", "first_name"].iter().find_map(|k| session.customer.get(*k)?.as_str());
    let slot = || session.slots.get("name").and_then(Value::as_str);
    known.or_else(slot).map_or_else(
        || {
            let id = session.id.to_string();
            format!("Visitor {}", id.get(id.len().saturating_sub(4)..).unwrap_or("").to_uppercase())
        },
        str::to_owned,
    )
}

pub fn status(session: &Session) -> Status {
    let (mut agent, mut team) = (None, None);
    let state = match &session.holder {
        Holder::Bot => "bot",
        Holder::Waiting { team: asked, .. } => {
            team = Some(asked.clone());
            "waiting"
        }
        Holder::Agent { name, .. } => {
            agent = Some(serde_json::json!({ "name": name }));
            "agent"
        }
        Holder::Resolved { .. } => "resolved",
    };
    Status { state, agent, team, position: None, ticket: None, wait: None, marks: Marks::default() }
}

pub fn view(session: &Session, bot: &Bot) -> View {
    let handoff = session.handoff.as_ref();
    let slots: Map<String, Value> = session.slots.iter().map(|(n, v)| (n.clone(), v.clone())).collect();
    let promise = |p: &crate::engine::session::Commitment| Kept {
        name: p.name.clone(),
        words: p.words.clone(),
        owner: p.owner.clone(),
        due: p.due,
        state: match (p.kept, p.late) {
            (true, _) => "kept",
            (_, true) => "late",
            _ => "open",
        },
    };
    View {
        row: row(session),
        why: handoff.map(|h| h.why.clone()),
        summary: handoff.map(|h| h.summary.clone()),
        topic: session.topic.clone(),
        tried: session.tried.clone(),
        slots: details(&slots),
        customer: details(&session.customer),
        promises: session.promises.iter().map(promise).collect(),
        tags: session.tags.iter().map(|t| bot.flows.get(t).map_or_else(|| t.clone(), |f| f.title.clone())).collect(),
        page: session.page.clone(),
        mood_scale: session.mood,
        feedback: session.feedback,
    }
}

/// Details in reading order; the fields of an answer each get a line.
fn details(map: &Map<String, Value>) -> Vec<Detail> {
    let mut found = Vec::new();
    for (name, value) in map {
        match value {
            _ if shown(value).is_some() => {
                found.push(Detail { name: name.clone(), label: label(name), value: in_words(value) });
            }
            Value::Object(fields) => found.extend(fields.iter().filter(|(_, v)| !v.is_null()).map(|(field, value)| {
                let path = format!("{name}.{field}");
                Detail { label: label(&format!("{name} {field}")), name: path, value: in_words(value) }
            })),
            Value::Null => {}
            _ => found.push(Detail { name: name.clone(), label: label(name), value: value.clone() }),
        }
    }
    found
}

/// A row of a table as its label, an amount with its currency.
fn in_words(value: &Value) -> Value {
    shown(value).map_or_else(|| value.clone(), Value::from)
}

fn label(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().collect::<String>() + chars.as_str())
}
