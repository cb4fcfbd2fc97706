//! `webhooks:` of `bot.yaml`: who is told what happens in chats.
use super::{duration, read_term};
use crate::bot::integrations::{Reach, address, reach, secret};
use crate::bot::yaml::{Key, Node, Reader, field};
use crate::language::diagnostic::did_you_mean;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A receiver that needs longer should take the news first and work on it later.
const TIMEOUT: Duration = Duration::from_secs(10);
const LONGEST: Duration = Duration::from_secs(30);

/// One receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    pub to: String,
    /// Name of the environment variable with the secret that signs.
    pub secret: String,
    pub news: BTreeSet<News>,
    pub reach: Reach,
    pub timeout: Duration,
}

/// What a receiver may be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum News {
    Started,
    Message,
    Escalated,
    PromiseMade,
    PromiseKept,
    PromiseLate,
    Feedback,
    Resolved,
}

impl News {
    pub const ALL: [Self; 8] = [
        Self::Started,
        Self::Message,
        Self::Escalated,
        Self::PromiseMade,
        Self::PromiseKept,
        Self::PromiseLate,
        Self::Feedback,
        Self::Resolved,
    ];

    /// In `bot.yaml`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Started => "chat started",
            Self::Message => "message",
            Self::Escalated => "escalated",
            Self::PromiseMade => "promise made",
            Self::PromiseKept => "promise kept",
            Self::PromiseLate => "promise late",
            Self::Feedback => "feedback",
            Self::Resolved => "resolved",
        }
    }

    /// In what is sent.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Started => "chat.started",
            Self::Message => "chat.message",
            Self::Escalated => "chat.escalated",
            Self::PromiseMade => "promise.made",
            Self::PromiseKept => "promise.kept",
            Self::PromiseLate => "promise.late",
            Self::Feedback => "chat.feedback",
            Self::Resolved => "chat.resolved",
        }
    }
}

pub(super) fn read(reader: &mut Reader, node: &Node) -> BTreeMap<String, Webhook> {
    let entries = reader.map(node, "`webhooks`");
    entries.iter().filter_map(|(key, node)| Some((key.text.to_lowercase(), one(reader, key, node)?))).collect()
}

fn one(reader: &mut Reader, key: &Key, node: &Node) -> Option<Webhook> {
    let fields = reader.map(node, "A webhook");
    reader.only(fields, &["to", "secret", "send", "allow private addresses", "timeout"], "A webhook");
    let to = needed(reader, key, fields, "to").and_then(|n| address(reader, n));
    let secret = needed(reader, key, fields, "secret").and_then(|n| secret(reader, n));
    let news = field(fields, "send").map_or_else(|| News::ALL.into(), |n| news(reader, n));
    let reach = field(fields, "allow private addresses").map_or(Reach::Public, |n| reach(reader, n));
    let timeout = field(fields, "timeout").map_or(TIMEOUT, |n| timeout(reader, n));
    Some(Webhook { to: to?, secret: secret?, news, reach, timeout })
}

fn needed<'a>(reader: &mut Reader, key: &Key, fields: &'a [(Key, Node)], name: &str) -> Option<&'a Node> {
    let found = field(fields, name);
    if found.is_none() {
        let help = "Write `to: https://…` and `secret: \"${NAME}\"` under it.";
        reader.wrong(key.span, format!("The webhook `{}` does not say its `{name}`", key.text), help);
    }
    found
}

fn news(reader: &mut Reader, node: &Node) -> BTreeSet<News> {
    let mut all = BTreeSet::new();
    for (text, span) in reader.texts(node) {
        let word = text.to_lowercase();
        if let Some(news) = News::ALL.into_iter().find(|n| n.words() == word) {
            all.insert(news);
            continue;
        }
        let action = match did_you_mean(&word, News::ALL.map(News::words)) {
            Some(meant) => format!("Did you mean `{meant}`?"),
            None => format!("Write some of: {}.", News::ALL.map(News::words).join(", ")),
        };
        reader.wrong(span, format!("Nothing is told by the name `{text}`"), action);
    }
    all
}

fn timeout(reader: &mut Reader, node: &Node) -> Duration {
    let given = reader.text(node).and_then(|text| read_term(&text)).map(duration);
    match given.filter(|d| !d.is_zero() && *d <= LONGEST) {
        Some(timeout) => timeout,
        None => {
            let help = "Write a time up to `30s`, like `10s`.";
            reader.wrong(node.span, "This is no time that a webhook is waited for", help);
            TIMEOUT
        }
    }
}
