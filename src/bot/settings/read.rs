//! From `bot.yaml` to [`Settings`]: every mistake at once, each with its place.
use super::hours::read_hours;
use super::look::{self, Look};
use super::{Field, Hours, Identity, Offer, Settings, Team, kinds, webhooks};
use crate::bot::integrations::secret;
use crate::bot::yaml::{self, Key, Node, Reader, field};
use crate::language::ast::{Term, Unit, term as read_term};
use crate::language::diagnostic::{Diagnostic, did_you_mean};
use crate::language::source::{FileId, SourceFile};
use crate::understand::answers::{Pattern, is_country};
use crate::understand::topics::Strictness;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

const KNOWN: &[&str] = &[
    "name",
    "title",
    "languages",
    "time_zone",
    "opening_hours",
    "teams",
    "kinds",
    "facts",
    "customer",
    "keep for the chat",
    "keep",
    "when the customer goes quiet for",
    "wait for more words",
    "websites",
    "look",
    "country",
    "consent",
    "identity",
    "webhooks",
    "currency",
    "channels",
    "understand",
];
/// Where customers may write.
const CHANNELS: [&str; 2] = ["website", "whatsapp"];
/// How easily a topic is believed.
const STRICTNESS: [(&str, Strictness); 3] =
    [("strict", Strictness::Strict), ("normal", Strictness::Normal), ("lenient", Strictness::Lenient)];
/// Without a rule of the author's.
const DIGRESSIONS: u32 = 5;
const QUIET_AFTER: Duration = Duration::from_secs(24 * 3600);
const SHORTEST_KEPT: Duration = Duration::from_secs(24 * 3600);

/// Settings of a bot without a `bot.yaml`, called `name`.
pub fn defaults(name: &str) -> Settings {
    Settings {
        name: name.to_owned(),
        title: None,
        languages: vec!["en".into()],
        time_zone: jiff::tz::TimeZone::UTC,
        hours: Hours { always: true, ..Hours::default() },
        teams: BTreeMap::from([("general".to_owned(), Team::default())]),
        default_team: "general".into(),
        kinds: Arc::default(),
        facts: BTreeMap::new(),
        customer: [("name", "name"), ("first_name", "name"), ("email", "email"), ("phone", "phone")]
            .map(|(name, kind)| (name.to_owned(), Field { kind: kind.to_owned(), span: None }))
            .into(),
        keep: Vec::new(),
        keep_chats: None,
        keep_customers: None,
        quiet_after: QUIET_AFTER,
        more_words: Duration::ZERO,
        digressions: DIGRESSIONS,
        websites: Vec::new(),
        country: None,
        look: Look::default(),
        consent: None,
        identity: None,
        webhooks: BTreeMap::new(),
        currency: "EUR".into(),
        channels: Vec::new(),
        understand: Strictness::default(),
    }
}

/// Reads `bot.yaml`. What could not be read keeps its default, so that later checks go on.
pub fn read(id: &str, file: FileId, source: &SourceFile) -> (Settings, Vec<Diagnostic>) {
    let mut settings = defaults(id);
    let root = match yaml::parse(file, source) {
        Ok(root) => root,
        Err(d) => return (settings, vec![d]),
    };
    let mut reader = Reader::default();
    let entries = reader.map(&root, "This file");
    reader.only(entries, KNOWN, "`bot.yaml`");
    for (key, node) in entries {
        one(&mut reader, &mut settings, key, node);
    }
    (settings, reader.found)
}

fn one(reader: &mut Reader, s: &mut Settings, key: &Key, node: &Node) {
    match key.text.as_str() {
        "name" => s.name = reader.text(node).unwrap_or_default(),
        "title" => s.title = reader.text(node),
        "languages" => {
            let found: Vec<_> = reader.texts(node).into_iter().map(|(t, _)| t).collect();
            if !found.is_empty() {
                s.languages = found;
            }
        }
        "time_zone" => time_zone(reader, s, node),
        "opening_hours" => s.hours = read_hours(reader, node),
        "teams" => teams(reader, s, node),
        "kinds" => s.kinds = Arc::new(kinds::read(reader, node)),
        "facts" => {
            let entries = reader.map(node, "`facts`");
            s.facts = entries.iter().map(|(k, v)| (k.text.to_lowercase(), lowered(yaml::to_json(v)))).collect();
        }
        "customer" => customer(reader, s, node),
        "keep for the chat" => s.keep = reader.texts(node).into_iter().map(|(t, _)| t.to_lowercase()).collect(),
        "keep" => keep(reader, s, node),
        "wait for more words" => s.more_words = more_words(reader, node),
        "when the customer goes quiet for" => {
            if let Some(term) = term(reader, node) {
                s.quiet_after = duration(term);
            }
        }
        "websites" => s.websites = websites(reader, node),
        "look" => s.look = look::read(reader, node),
        "consent" => s.consent = reader.text(node).filter(|t| !t.trim().is_empty()),
        "identity" => s.identity = identity(reader, node),
        "webhooks" => s.webhooks = webhooks::read(reader, node),
        "channels" => s.channels = channels(reader, node),
        "understand" => strictness(reader, s, node),
        "country" => match reader.text(node).map(|c| c.to_uppercase()) {
            Some(c) if is_country(&c) => s.country = Some(c),
            Some(_) => {
                reader.wrong(node.span, "A country is two letters", "Write for example `GB`, `DE` or `US`.");
            }
            None => {}
        },
        "currency" => match reader.text(node) {
            Some(c) if c.len() == 3 && c.chars().all(|c| c.is_ascii_alphabetic()) => s.currency = c.to_uppercase(),
            Some(_) => {
                reader.wrong(node.span, "A currency is three letters", "Write for example `GBP`, `EUR` or `USD`.")
            }
            None => {}
        },
        _ => {}
    }
}

/// Names in nested facts are read like all names: in small letters.
fn lowered(value: Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(map.into_iter().map(|(k, v)| (k.to_lowercase(), lowered(v))).collect()),
        other => other,
    }
}

/// `{ chats: 365 days, customers: 730 days }`.
fn keep(reader: &mut Reader, s: &mut Settings, node: &Node) {
    let fields = reader.map(node, "`keep`");
    reader.only(fields, &["chats", "customers"], "`keep`");
    let mut days = |name: &str| {
        let node = field(fields, name)?;
        let length = duration(term(reader, node)?);
        if length < SHORTEST_KEPT {
            let problem = "What is kept for less than a day is gone before anybody can look at it";
            reader.wrong(node.span, problem, "Write days or weeks, like `365 days`.");
            return None;
        }
        Some(length)
    };
    (s.keep_chats, s.keep_customers) = (days("chats"), days("customers"));
}

/// Whoever waits longer for an answer thinks that none will come.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

fn more_words(reader: &mut Reader, node: &Node) -> Duration {
    if reader.text(node).is_some_and(|text| text.trim() == "0") {
        return Duration::ZERO;
    }
    let pause = term(reader, node).map_or(Duration::ZERO, duration);
    if pause > LONGEST_PAUSE {
        let problem = "Customers would wait longer than 10 seconds for each answer";
        reader.wrong(node.span, problem, "Write a short time, like `1s` or `2s`; `0` answers each message at once.");
    }
    pause
}

fn time_zone(reader: &mut Reader, s: &mut Settings, node: &Node) {
    let Some(name) = reader.text(node) else { return };
    match jiff::tz::TimeZone::get(&name) {
        Ok(zone) => s.time_zone = zone,
        Err(_) => reader.wrong(
            node.span,
            format!("There is no time zone `{name}`"),
            "Write continent and city, like `Europe/London` or `America/New_York`.",
        ),
    }
}

fn teams(reader: &mut Reader, s: &mut Settings, node: &Node) {
    let entries = reader.map(node, "`teams`");
    if entries.is_empty() {
        return;
    }
    s.teams = BTreeMap::new();
    for (key, node) in entries {
        let fields = reader.map(node, "A team");
        reader.only(fields, &["skills", "first_reply", "solved within", "offer chats", "accept within"], "A team");
        let skills = field(fields, "skills").map(|n| reader.texts(n)).unwrap_or_default();
        let skills = skills.into_iter().map(|(t, _)| t).collect();
        let first_reply = field(fields, "first_reply").and_then(|n| term(reader, n));
        let solved_within = field(fields, "solved within").and_then(|n| term(reader, n));
        let offer = field(fields, "offer chats").and_then(|n| offer(reader, n));
        let accept_within = field(fields, "accept within").and_then(|n| term(reader, n));
        s.teams.insert(key.text.to_lowercase(), Team { first_reply, solved_within, skills, offer, accept_within });
    }
    let first = entries.first().map(|(k, _)| k.text.to_lowercase()).unwrap_or_default();
    s.default_team = if s.teams.contains_key("general") { "general".into() } else { first };
}

/// To whom the chats of a team are offered.
fn offer(reader: &mut Reader, node: &Node) -> Option<Offer> {
    match reader.text(node)?.trim() {
        "to the least busy" => Some(Offer::LeastBusy),
        "in turn" => Some(Offer::InTurn),
        "to nobody" => None,
        other => {
            let what = format!("`{other}` is no way to offer chats");
            reader.wrong(node.span, what, "Write `to the least busy`, `in turn`, or `to nobody`.");
            None
        }
    }
}

/// `{ first_name: name, vip: yes or no }`. That each is a kind is checked once all kinds are known.
fn customer(reader: &mut Reader, s: &mut Settings, node: &Node) {
    for (key, node) in reader.map(node, "`customer`") {
        let kind = match &node.value {
            yaml::Kind::Nothing => "text".into(),
            _ => reader.text(node).unwrap_or_else(|| "text".into()).to_lowercase(),
        };
        s.customer.insert(key.text.to_lowercase(), Field { kind, span: Some(node.span) });
    }
}

/// Reads a pattern for answers.
///
/// # Errors
/// What is wrong with it, in a few words.
pub fn pattern(text: &str) -> Result<Pattern, String> {
    Pattern::new(text).map_err(|words| {
        words.lines().last().unwrap_or("it is no regular expression").trim_start_matches("error: ").to_owned()
    })
}

fn websites(reader: &mut Reader, node: &Node) -> Vec<String> {
    let mut found = Vec::new();
    for (text, span) in reader.texts(node) {
        let plain = text.trim_end_matches('/').to_lowercase();
        let origin = url::Url::parse(&plain).ok().filter(|u| matches!(u.scheme(), "http" | "https"));
        match origin.map(|u| u.origin().ascii_serialization()) {
            Some(origin) if origin == plain => found.push(origin),
            _ => reader.wrong(
                span,
                format!("`{text}` is not the address of a website"),
                "Write scheme and name only, like `https://www.shop.example`.",
            ),
        }
    }
    found
}

fn channels(reader: &mut Reader, node: &Node) -> Vec<String> {
    let mut found = Vec::new();
    for (text, span) in reader.texts(node) {
        let name = text.to_lowercase();
        if CHANNELS.contains(&name.as_str()) {
            found.push(name);
            continue;
        }
        let action = match did_you_mean(&name, CHANNELS) {
            Some(meant) => format!("Did you mean `{meant}`?"),
            None => "Write `website` or `whatsapp`.".to_owned(),
        };
        reader.wrong(span, format!("There is no channel named `{text}`"), action);
    }
    found
}

fn strictness(reader: &mut Reader, s: &mut Settings, node: &Node) {
    let Some(text) = reader.text(node) else { return };
    let name = text.to_lowercase();
    if let Some((_, strictness)) = STRICTNESS.iter().find(|(word, _)| *word == name) {
        s.understand = *strictness;
        return;
    }
    let action = match did_you_mean(&name, STRICTNESS.map(|(word, _)| word)) {
        Some(meant) => format!("Did you mean `{meant}`?"),
        None => "Write `strict`, `normal` or `lenient`.".to_owned(),
    };
    reader.wrong(node.span, format!("`{text}` is no way to understand customers"), action);
}

fn identity(reader: &mut Reader, node: &Node) -> Option<Identity> {
    let fields = reader.map(node, "`identity`");
    reader.only(fields, &["secret", "required"], "`identity`");
    let required = field(fields, "required").is_some_and(|n| reader.yes(n));
    let Some(named) = field(fields, "secret") else {
        let action = "Write `secret: \"${NAME}\"` with the name of an environment variable.";
        reader.wrong(node.span, "`identity` lacks its secret", action);
        return None;
    };
    secret(reader, named).map(|secret| Identity { secret, required })
}

/// `5m`, `24h`, `3 days`, `4 working hours`.
fn term(reader: &mut Reader, node: &Node) -> Option<Term> {
    let text = reader.text(node)?;
    let term = read_term(&text);
    if term.is_none() {
        reader.wrong(
            node.span,
            format!("`{text}` is not a stretch of time"),
            "Write a number and a unit, like `5m`, `24h` or `3 days`.",
        );
    }
    term
}

/// The term by the clock, working hours counted as any others.
pub fn duration(term: Term) -> Duration {
    let unit = match term.unit {
        Unit::Seconds => 1,
        Unit::Minutes => 60,
        Unit::Hours => 3600,
        Unit::Days => 86_400,
        Unit::Weeks => 7 * 86_400,
    };
    Duration::from_secs(u64::from(term.amount) * unit)
}
