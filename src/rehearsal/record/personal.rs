//! What is personal in a chat: fields of the customer, answers by their kind, and in every free text what looks like an address, a
//! number or a name.
use super::stand_ins::{Sort, StandIns, one_line};
use super::within::{actions, asked, is_button, patterns, said, usual};
use crate::bot::Bot;
use crate::bot::op::Op;
use crate::bot::settings::Shape;
use crate::bot::settings::kinds::VALUE;
use crate::engine::session::HIDDEN;
use crate::engine::{Event, Speaker, What};
use crate::time::Millis;
use crate::understand::answers::{self, Found, Frame, Kind, Pattern};
use regex::Regex;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Agents of a rehearsal have this name.
const AGENT: &str = "Ann";
/// Digits in a row that tell something apart.
const DIGITS: usize = 5;
/// A word of letters and digits that is this long is a code.
const CODE: usize = 8;
/// Names of details and fields that hold something personal whatever their kind is: a word that tells it, and words beside it.
const NAMES: &[(&[&str], &[&str], Sort)] = &[
    (&["name", "surname", "firstname", "lastname", "nickname"], &["first", "last", "full", "middle"], Sort::Name),
    (&["email", "mail"], &["e", "address"], Sort::Email),
    (&["phone", "mobile", "telephone", "tel", "cell"], &["number"], Sort::Phone),
    (&["id", "iban", "username", "login"], &["account", "member", "user"], Sort::Code),
    (&["address", "street", "city", "town", "postcode", "zip", "postal"], &["code", "line"], Sort::Address),
];
/// May stand in such a name as well: `delivery_address`, `customer_name`.
const OWNERS: &[&str] =
    &["customer", "contact", "your", "delivery", "shipping", "billing", "home", "new", "old", "own", "person"];

static RUNS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[0-9](?:[ ./-]{0,2}[0-9]){4,}").ok());
static DAYS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\b(?:[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4})\b").ok()
});
static STREETS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let english =
        r"[0-9]{1,4}[a-z]? (?:\p{L}[\p{L}'-]* ){1,3}(?:street|st|road|rd|avenue|ave|lane|drive|close|square|court|way)";
    let german = r"\p{L}[\p{L}-]*(?:straße|strasse|str\.|weg|gasse|platz|allee) [0-9]{1,4} ?[a-z]?";
    let french = r"[0-9]{1,4},? (?:rue|avenue|boulevard|place|calle) (?:\p{L}[\p{L}'-]*)(?: \p{Lu}[\p{L}'-]*)*";
    let british = r"[a-z]{1,2}[0-9][a-z0-9]? [0-9][a-z]{2}";
    Regex::new(&format!(r"(?i)\b(?:{english}|{german}|{french}|{british})\b")).ok()
});

/// What of this chat is personal, with stand-ins.
pub fn stand_ins(bot: &Bot, events: &[Event], seed: u64) -> StandIns {
    let patterns = patterns(bot);
    let mut reader = Reader {
        bot,
        kinds: asked(bot),
        stand_ins: StandIns::new(&said(events), patterns.clone(), seed),
        patterns,
        language: None,
        usual: usual(bot, events),
        last: String::new(),
        now: Millis(0),
    };
    for (at, event) in events.iter().enumerate() {
        reader.event(event);
        let later = events.get(at + 1..).unwrap_or_default();
        // A system that failed is counted as well.
        let answer = later.iter().take_while(|e| !matches!(e.what, What::Message { .. } | What::Called { .. }));
        if answer.into_iter().any(|e| matches!(e.what, What::TryFailed { .. })) {
            reader.misread(&event.what);
        }
    }
    reader.stand_ins
}

struct Reader<'a> {
    bot: &'a Bot,
    /// What the questions for a detail accept.
    kinds: BTreeMap<&'a str, Vec<&'a Kind>>,
    patterns: Vec<Pattern>,
    stand_ins: StandIns,
    language: Option<String>,
    /// The words of the bot's own texts and of what systems answered, in small letters.
    usual: BTreeSet<String>,
    /// The customer's last words.
    last: String,
    now: Millis,
}

impl Reader<'_> {
    fn event(&mut self, event: &Event) {
        self.now = event.at;
        match &event.what {
            What::Opened { language, customer, page, .. } => {
                self.language = language.clone().or(self.language.take());
                customer.iter().for_each(|(name, value)| self.contact(name, value));
                page.iter().for_each(|p| self.text(page_parts(p).1));
            }
            What::Message { from: Speaker::Customer, text, choice: None, .. } => {
                self.text(text);
                self.strangers(text);
                self.last.clone_from(text);
            }
            What::Filled { slot, value } => self.filled(slot, value),
            What::EventArrived { details, .. } => details.iter().for_each(|(name, value)| self.filled(name, value)),
            What::Called { args, .. } => args.values().for_each(|v| self.inside(v)),
            What::Joined { name, .. } => {
                self.stand_ins.is(name, AGENT);
                name.split_whitespace().for_each(|part| self.stand_ins.is(part, AGENT));
            }
            What::Feedback { comment: Some(comment), .. } => self.text(comment),
            _ => {}
        }
    }

    /// A field of `customer.…`: its words are personal unless the bot itself knows them.
    fn contact(&mut self, name: &str, value: &Value) {
        let kind = self.bot.settings.customer.get(name).map_or("text", |field| field.kind.as_str());
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.contact(name, item)),
            Value::String(text) if !self.bot_knows(text) => {
                let day = (kind == "date").then_some(Sort::Day);
                let sort = day.or_else(|| by_kind(kind)).or_else(|| by_name(name));
                let sort = sort.unwrap_or(if has_digits(text) { Sort::Code } else { Sort::Word });
                self.value(&sort, text);
            }
            Value::Number(number) => self.text(&number.to_string()),
            _ => {}
        }
    }

    /// A word of a table, or one with which the bot's conditions compare.
    fn bot_knows(&self, text: &str) -> bool {
        let word = text.trim().to_lowercase();
        let tables = self.bot.settings.kinds.values().filter_map(|k| k.table());
        let conditions = self.bot.flows.values().flat_map(|f| &f.ops).filter_map(|p| match &p.op {
            Op::Branch { condition, .. } => Some(condition.source().to_lowercase()),
            _ => None,
        });
        let has = |condition: String| condition.split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| w == word);
        tables.into_iter().any(|t| t.row(text).is_some()) || conditions.into_iter().any(has)
    }

    fn filled(&mut self, slot: &str, value: &Value) {
        if let Value::Object(fields) = value {
            return self.answer(slot, fields);
        }
        let Value::String(text) = value else { return self.inside(value) };
        if is_button(self.bot, slot, text) || text == HIDDEN {
            return;
        }
        let kinds = self.kinds.get(slot).cloned().unwrap_or_default();
        let frame = self.frame();
        let whole = |kind: &&Kind| answers::find(kind, text, &frame).is_some_and(|f| f.span == (0..text.len()));
        let own = kinds.iter().copied().find(whole);
        let tabled = matches!(own, Some(Kind::OneOf(_) | Kind::Rows(_) | Kind::Date | Kind::Time | Kind::Duration));
        match own.and_then(sort_of).or_else(|| by_name(slot).filter(|_| !tabled)) {
            Some(sort) if sort != Sort::Code || has_digits(text) => {
                let with = self.value(&sort, text);
                // As it was typed: "ann lee", "204 518".
                let last = self.last.clone();
                let typed = own.and_then(|kind| answers::find(kind, &last, &frame)).filter(|f| f.value == *value);
                if let Some(typed) = typed.and_then(|f| last.get(f.span)) {
                    self.stand_ins.is(typed, &with);
                }
            }
            _ if tabled => {}
            _ => self.text(text),
        }
    }

    /// The answer of a system, each field by its kind.
    fn answer(&mut self, slot: &str, fields: &serde_json::Map<String, Value>) {
        if fields.contains_key(VALUE) {
            return;
        }
        let given: BTreeMap<String, String> = actions(self.bot, slot)
            .flat_map(|a| a.gives.iter().map(|(name, field)| (name.clone(), field.kind.clone())))
            .collect();
        for (name, value) in fields {
            let kind = given.get(name).map_or("", String::as_str);
            let named = by_name(name).filter(|_| name != "name" || by_name(slot).is_some() || is_person(slot));
            match (value, by_kind(kind).or(named.filter(|_| kind != "date"))) {
                (Value::String(text), Some(sort)) => drop(self.value(&sort, text)),
                (Value::String(text), None) if self.pattern_of(kind, text) => drop(self.value(&Sort::Code, text)),
                _ => self.inside(value),
            }
        }
    }

    fn pattern_of(&self, kind: &str, text: &str) -> bool {
        let shape = self.bot.settings.kinds.get(kind).map(|k| &k.shape);
        matches!(shape, Some(Shape::Pattern(p)) if p.matches(text)) && has_digits(text)
    }

    fn value(&mut self, sort: &Sort, text: &str) -> String {
        // A telephone number in another spelling is the same one.
        let frame = self.frame();
        match answers::find(&Kind::Phone, text, &frame).filter(|_| *sort == Sort::Phone) {
            Some(Found { value: Value::String(number), .. }) => {
                let with = self.stand_ins.add(sort, &number);
                self.stand_ins.is(text, &with);
                with
            }
            _ if *sort == Sort::Phone => self.stand_ins.add(&Sort::Code, text),
            _ => self.stand_ins.add(sort, text),
        }
    }

    fn inside(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) => items.iter().for_each(|v| self.inside(v)),
            Value::Object(fields) => fields.values().for_each(|v| self.inside(v)),
            Value::Number(number) if number.is_u64() => self.text(&number.to_string()),
            _ => {}
        }
    }

    /// Free words.
    fn text(&mut self, text: &str) {
        let text = one_line(text);
        let frame = self.frame();
        self.every(&Sort::Email, &text, |t| answers::volunteered(&Kind::Email, t, &frame));
        for pattern in self.patterns.clone() {
            let kind = Kind::Pattern(pattern);
            self.every(&Sort::Code, &text, |t| answers::volunteered(&kind, t, &frame));
        }
        self.every(&Sort::Phone, &text, |t| answers::volunteered(&Kind::Phone, t, &frame));
        self.every(&Sort::Name, &text, answers::introduced_name);
        let street = |t: &str| {
            let found = STREETS.as_ref()?.find(t)?;
            Some(Found { value: found.as_str().into(), span: found.range() })
        };
        self.every(&Sort::Address, &text, street);
        self.codes(&text);
    }

    /// An answer that did not fit may be a mistyped number: `C-48 217`.
    fn misread(&mut self, what: &What) {
        let What::Message { from: Speaker::Customer, text, choice: None, .. } = what else { return };
        for word in text.split_whitespace().map(|w| w.trim_matches(|c: char| !c.is_alphanumeric())) {
            let year = word.len() == 4 && (word.starts_with("19") || word.starts_with("20"));
            if word.chars().count() >= 3 && word.chars().any(|c| c.is_ascii_digit()) && !year {
                self.stand_ins.add(&Sort::Code, word);
            }
        }
    }

    /// A word with a capital letter in the middle of a sentence that neither people nor this bot use every day: a name, perhaps
    /// of somebody else. German writes every noun like this.
    fn strangers(&mut self, text: &str) {
        if self.frame().language.starts_with("de") {
            return;
        }
        let mut begins = true;
        for word in text.split_whitespace() {
            let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
            let bare = bare.strip_suffix("'s").or_else(|| bare.strip_suffix("’s")).unwrap_or(bare);
            let capital = bare.chars().next().is_some_and(char::is_uppercase) && bare.chars().any(char::is_lowercase);
            let letters = bare.chars().count() >= 3 && bare.chars().all(|c| c.is_alphabetic() || c == '-');
            let lower = bare.to_lowercase();
            if !begins && capital && letters && !answers::is_common(&lower) && !self.usual.contains(&lower) {
                self.stand_ins.add(&Sort::Name, bare);
            }
            begins = word.ends_with(['.', '!', '?', ':']);
        }
    }

    /// All that `find` finds in a text, one behind the other.
    fn every(&mut self, sort: &Sort, text: &str, find: impl Fn(&str) -> Option<Found>) {
        let mut rest = text;
        while let Some(found) = find(rest) {
            let (Some(typed), Some(value)) = (rest.get(found.span.clone()), found.value.as_str()) else { return };
            let with = self.stand_ins.add(sort, value);
            self.stand_ins.is(typed, &with);
            rest = rest.get(found.span.end..).unwrap_or_default();
        }
    }

    /// Long numbers and words made of letters and digits; days and times are none.
    fn codes(&mut self, text: &str) {
        let days: Vec<_> = DAYS.iter().flat_map(|d| d.find_iter(text)).map(|m| m.range()).collect();
        for run in RUNS.iter().flat_map(|r| r.find_iter(text)) {
            if days.iter().any(|d| d.start < run.end() && run.start() < d.end) {
                continue;
            }
            let digits: String = run.as_str().chars().filter(char::is_ascii_digit).collect();
            if let Some(with) = self.stand_ins.known(&digits) {
                self.stand_ins.is(run.as_str(), &with);
            } else if digits.len() > CODE {
                self.stand_ins.add(&Sort::Code, run.as_str());
            }
        }
        for word in text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_'))) {
            let digits = word.chars().filter(char::is_ascii_digit).count();
            let letters = word.chars().any(char::is_alphabetic);
            let mixed = letters && word.chars().count() >= CODE && digits >= 3;
            let day = DAYS.as_ref().is_some_and(|d| d.is_match(word));
            if (longest_run(word) >= DIGITS || mixed) && !day {
                self.stand_ins.add(&Sort::Code, word);
            }
        }
    }

    fn frame(&self) -> Frame {
        self.bot.settings.frame(self.language.as_deref(), self.now)
    }
}

/// The website of a page, and the path on it without what follows: that is for the page, and may tell who looks at it.
pub fn page_parts(page: &str) -> (&str, &str) {
    let page = page.split(['?', '#']).next().unwrap_or(page);
    let host = page.find("://").map_or(0, |at| at + 3);
    let path = page.get(host..).and_then(|rest| rest.find('/')).map_or(page.len(), |at| host + at);
    page.split_at(path)
}

fn longest_run(word: &str) -> usize {
    word.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or(0)
}

/// A pattern's value is personal where it is long enough to tell somebody apart.
fn has_digits(text: &str) -> bool {
    text.chars().count() >= 4 && text.chars().any(|c| c.is_ascii_digit())
}

fn sort_of(kind: &Kind) -> Option<Sort> {
    Some(match kind {
        Kind::Email => Sort::Email,
        Kind::Phone => Sort::Phone,
        Kind::Name => Sort::Name,
        Kind::Address => Sort::Address,
        Kind::Pattern(_) => Sort::Code,
        _ => return None,
    })
}

fn by_kind(kind: &str) -> Option<Sort> {
    Some(match kind {
        "email" => Sort::Email,
        "phone" => Sort::Phone,
        "name" => Sort::Name,
        "address" => Sort::Address,
        _ => return None,
    })
}

/// What a name of a detail tells: `first_name`, `delivery_address`, but not `product_name`.
fn by_name(name: &str) -> Option<Sort> {
    let name = name.to_lowercase();
    let words: Vec<&str> = name.split('_').filter(|w| !OWNERS.contains(w)).collect();
    let telling = |(telling, others, _): &&(&[&str], &[&str], Sort)| {
        words.iter().any(|w| telling.contains(w)) && words.iter().all(|w| telling.contains(w) || others.contains(w))
    };
    NAMES.iter().find(telling).map(|(.., sort)| sort.clone())
}

fn is_person(slot: &str) -> bool {
    ["customer", "account", "person", "user", "contact", "member", "profile"].iter().any(|w| slot.contains(w))
}
