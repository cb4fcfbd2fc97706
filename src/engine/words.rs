//! What texts see, and which variation is said.
use super::run::Run;
use super::session::digest;
use crate::bot::house;
use crate::bot::op::Words;
use crate::bot::phrases;
use crate::bot::template::filters::LANGUAGE;
use crate::bot::template::{Context, Formula, Text, to_jinja};
use crate::language::ast::{Feeling, Term, Unit};
use crate::time::Millis;
use crate::understand::mood;
use crate::understand::normal::{joined, words};
use jiff::{Timestamp, ZonedDateTime};
use minijinja::Value;
use serde_json::Value as Json;
use std::collections::BTreeMap;

impl<'a> Run<'a> {
    /// A detail of the topic at work, or one that outlives topics.
    pub fn slot(&self, name: &str) -> Option<&Json> {
        let topic = self.control.topics.last();
        topic.and_then(|t| t.slots.get(name)).or_else(|| self.control.kept.get(name)).filter(|v| !v.is_null())
    }

    pub fn context(&self) -> Context {
        let settings = &self.bot.settings;
        let mut context = Context::new();
        let mut add = |name: &str, value: Value| drop(context.insert(name.to_owned(), value));
        settings.facts.iter().for_each(|(n, v)| add(n, to_jinja(v)));
        add("facts", to_jinja(&settings.facts.iter().map(|(n, v)| (n.clone(), v.clone())).collect()));
        self.control.kept.iter().for_each(|(n, v)| add(n, to_jinja(v)));
        if let Some(topic) = self.control.topics.last() {
            topic.slots.iter().for_each(|(n, v)| add(n, to_jinja(v)));
        }
        add("customer", to_jinja(&self.bot.customer(&self.session.customer)));
        add("hours", self.hours());
        add("last_message", Value::from(self.session.last_message.as_str()));
        add("last_said", Value::from(self.session.last_said.as_str()));
        add("topics", Value::from(self.topics()));
        add("bot", Value::from(settings.name.as_str()));
        add("team", Value::from(self.team()));
        add("topic", Value::from(self.topic_title()));
        add("now", Value::from(self.now.0));
        add("today", Value::from(self.local(self.now).date().to_string()));
        if let Some(language) = self.language() {
            add(LANGUAGE, Value::from(language));
        }
        if let Some(answer) = &self.answer {
            add("answer", Value::from(answer.as_str()));
        }
        if let Some(feeling) = self.session.mood.strongest() {
            add("feeling", Value::from(feeling_word(feeling)));
        }
        context
    }

    fn hours(&self) -> Value {
        let settings = &self.bot.settings;
        let open = settings.hours.open(self.now, &settings.time_zone);
        let mut found = BTreeMap::from([("open".to_owned(), Value::from(open))]);
        let next = settings.hours.next_open(self.now, &settings.time_zone).filter(|_| !open);
        if let Some(at) = next {
            found.insert("next_open".into(), Value::from(self.soon(at)));
        }
        Value::from(found)
    }

    fn local(&self, at: Millis) -> ZonedDateTime {
        let at = Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH);
        at.to_zoned_datetime(self.bot.settings.time_zone.clone())
    }

    /// A moment of the next days as people say it: "today at 14:00", "tomorrow at 9:00", "on Monday at 9:00".
    pub fn soon(&self, at: Millis) -> String {
        let (then, today) = (self.local(at), self.local(self.now).date());
        let time = format!("{}:{:02}", then.hour(), then.minute());
        let days = (then.date() - today).get_days();
        let weekday =
            usize::try_from(then.date().weekday().to_monday_zero_offset()).ok().and_then(|i| phrases::DAYS.get(i));
        let day = match days {
            0 => return self.said(phrases::TODAY_AT).replace("{time}", &time),
            1 => return self.said(phrases::TOMORROW_AT).replace("{time}", &time),
            2..7 => self.said(weekday.unwrap_or(&"")),
            _ => then.date().to_string(),
        };
        self.said(phrases::ON_DAY_AT).replace("{day}", &day).replace("{time}", &time)
    }

    /// A text for the customer. One that would have a hole in it is not said: a person goes on.
    pub fn render(&mut self, text: &Text, more: &[(&str, String)]) -> Option<String> {
        if let Some(path) = self.hole(text) {
            self.broke(format!("a text shows `{path}`, and there is no value for it: \"{}\"", text.source));
            return None;
        }
        self.for_team(text, more)
    }

    /// What a text would show as nothing: a field that `gives` names and another system left out. That each detail is filled
    /// has been proved.
    fn hole(&self, text: &Text) -> Option<String> {
        text.shown()
            .iter()
            .find(|path| {
                let mut parts = path.split('.');
                let (Some(root), Some(field)) = (parts.next(), parts.next()) else { return false };
                let left_out = |value: &Json| value.get(field).is_none_or(Json::is_null);
                self.slot(root).is_some_and(left_out) && self.bot.is_given(root, field)
            })
            .cloned()
    }

    /// Something of the bot could not be worked out. It becomes a fault between two operations, so that none moves a place
    /// that is no longer its own.
    fn broke(&mut self, problem: String) {
        self.broken.get_or_insert(problem);
    }

    /// A text, with nothing where a value is missing: agents see what the answer of a system was.
    pub fn for_team(&mut self, text: &Text, more: &[(&str, String)]) -> Option<String> {
        let mut context = self.context();
        context.extend(more.iter().map(|(n, v)| ((*n).to_owned(), Value::from(v.as_str()))));
        match self.bot.templates.render(text, &context, self.language()) {
            Ok(text) => Some(text.trim().to_owned()),
            Err(problem) => {
                self.broke(format!("a text could not be filled in: {problem}"));
                None
            }
        }
    }

    /// False where it cannot be tried: then `broken` says so, and nothing is to be done by it.
    pub fn holds(&mut self, formula: &Formula) -> bool {
        match self.bot.templates.holds(formula, &self.context()) {
            Ok(yes) => yes,
            Err(problem) => {
                self.broke(format!("a condition could not be tried: {problem}"));
                false
            }
        }
    }

    /// Null where it cannot be worked out: then `broken` says so, and nothing is to be done with it.
    pub fn value(&mut self, formula: &Formula) -> Json {
        match self.bot.templates.value(formula, &self.context()) {
            Ok(value) => value,
            Err(problem) => {
                self.broke(format!("a value could not be worked out: {problem}"));
                Json::Null
            }
        }
    }

    /// One of the variations, none twice while others are left.
    pub fn vary(&mut self, words: &Words, more: &[(&str, String)]) -> Option<String> {
        self.varied(words, more, false)
    }

    /// The same for words that only the team reads.
    pub fn vary_for_team(&mut self, words: &Words) -> Option<String> {
        self.varied(words, &[], true)
    }

    fn varied(&mut self, words: &Words, more: &[(&str, String)], team: bool) -> Option<String> {
        let mut left = self.unused(words);
        if left.is_empty() {
            self.control.used.remove(&words.key);
            left = self.unused(words);
        }
        self.pick(words, &left, more, team)
    }

    /// A line that was never said in this chat, details filled in; `None` where all were.
    pub fn never_twice(&mut self, words: &Words) -> Option<String> {
        let mut left = self.unused(words);
        left.extend((0..).zip(&words.variations).filter(|(_, t)| !t.roots().is_empty()).map(|(i, _)| i));
        for chosen in left {
            let text = self.render(words.variations.get(usize::from(chosen))?, &[])?;
            if self.control.comforted.insert(digest(&text)) {
                self.saw_words(words, chosen, &[]);
                self.control.used.entry(words.key.clone()).or_default().push(chosen);
                return Some(text);
            }
        }
        None
    }

    fn unused(&self, words: &Words) -> Vec<u16> {
        let used = self.control.used.get(&words.key);
        let count = u16::try_from(words.variations.len()).unwrap_or(u16::MAX);
        (0..count).filter(|i| !used.is_some_and(|u| u.contains(i))).collect()
    }

    /// Which one is settled by the chat and by how many were said, so that the same chat always reads the same.
    fn pick(&mut self, words: &Words, left: &[u16], more: &[(&str, String)], team: bool) -> Option<String> {
        let used = self.control.used.get(&words.key).map_or(0, Vec::len);
        let seed = digest(&format!("{}/{}/{used}", self.session.id, words.key));
        let index = usize::try_from(seed % u64::try_from(left.len().max(1)).unwrap_or(1)).unwrap_or(0);
        let chosen = *left.get(index)?;
        let text = words.variations.get(usize::from(chosen))?;
        self.control.used.entry(words.key.clone()).or_default().push(chosen);
        self.saw_words(words, chosen, more);
        if team { self.for_team(text, more) } else { self.render(text, more) }
    }

    /// For an onlooker: which words, and how their other variations read now.
    fn saw_words(&mut self, words: &Words, chosen: u16, more: &[(&str, String)]) {
        if !self.watched {
            return;
        }
        self.saw(super::Way::Words(words.key.clone()));
        let mut context = self.context();
        context.extend(more.iter().map(|(n, v)| ((*n).to_owned(), Value::from(v.as_str()))));
        let others = (0..).zip(&words.variations).filter(|(i, _)| *i != chosen).map(|(_, text)| text);
        self.instead = others.filter_map(|t| self.bot.templates.render(t, &context, self.language()).ok()).collect();
        self.instead.iter_mut().for_each(|t| *t = t.trim().to_owned());
    }

    /// Says words, where there is something to say.
    pub fn say(&mut self, words: &Words) {
        if let Some(text) = self.vary(words, &[]).filter(|t| !t.is_empty()) {
            self.message(text, vec![], None);
        }
    }

    /// The team of the flow at work, of the flows and topics under it, else the bot's own.
    pub fn team(&self) -> String {
        let frames = self.control.topics.iter().rev().flat_map(|t| t.frames.iter().rev());
        let mut teams = frames.filter_map(|f| self.bot.flows.get(&f.flow)?.team.clone());
        teams.next().unwrap_or_else(|| self.bot.settings.default_team.clone())
    }

    /// `3 days`, `1 hour`, `4 working hours`.
    pub fn term_words(&self, term: Term) -> String {
        let units = match term.unit {
            Unit::Seconds => ["second", "seconds"],
            Unit::Minutes => ["minute", "minutes"],
            Unit::Hours => ["hour", "hours"],
            Unit::Days => ["day", "days"],
            Unit::Weeks => ["week", "weeks"],
        };
        let unit = self.said(units[usize::from(term.amount != 1)]);
        let words = if term.working { phrases::WORKING } else { "{amount} {unit}" };
        self.said(words).replace("{amount}", &term.amount.to_string()).replace("{unit}", &unit)
    }

    /// The language in which the customer is spoken to, where something is translated into it: theirs, else the bot's first
    /// where that is not English.
    pub fn language(&self) -> Option<&'a str> {
        let bot = self.bot;
        let theirs = self.session.language.as_deref().filter(|l| bot.speaks(l));
        let language = theirs.or_else(|| bot.settings.languages.first().map(String::as_str));
        language.and_then(|l| bot.locales.fitting(l))
    }

    /// Fixed words in the customer's language.
    pub fn said(&self, words: &str) -> String {
        self.bot.said(words, self.language()).to_owned()
    }

    /// How people call a flow, in the customer's language.
    pub fn title(&self, flow: &str) -> String {
        self.said(self.bot.title(flow))
    }

    /// The titles of the author's topics, in a list for people.
    fn topics(&self) -> String {
        let own = self.bot.flows.values().filter(|f| f.topic && !f.house && !house::is(&f.name));
        let titles: Vec<String> =
            own.map(|f| self.said(&f.title).trim_end_matches(['?', '.', '!']).to_owned()).collect();
        titles.join(", ")
    }

    /// What the customer came for.
    pub fn topic_title(&self) -> String {
        let mut titled = self.control.topics.iter().rev().filter_map(|t| self.bot.flows.get(&t.flow));
        let own = titled.find(|f| !f.house && f.name != crate::bot::MAIN).map(|f| f.title.clone());
        own.or_else(|| self.session.topic.clone()).unwrap_or_else(|| "a question".to_owned())
    }
}

/// Whether two texts say the same to a reader: case, punctuation and blanks apart.
pub fn same(a: &str, b: &str) -> bool {
    let plain = |t: &str| joined(&words(t));
    a.trim() == b.trim() || (!plain(a).is_empty() && plain(a) == plain(b))
}

pub fn feeling_word(feeling: mood::Feeling) -> &'static str {
    match feeling {
        mood::Feeling::Angry => "angry",
        mood::Feeling::Worried => "worried",
        mood::Feeling::Disappointed => "disappointed",
        mood::Feeling::Happy => "happy",
    }
}

/// Whether the mood that an author names is the one that was measured.
pub fn felt(named: Feeling, measured: mood::Feeling) -> bool {
    matches!(
        (named, measured),
        (Feeling::Angry, mood::Feeling::Angry)
            | (Feeling::Worried, mood::Feeling::Worried)
            | (Feeling::Disappointed, mood::Feeling::Disappointed)
            | (Feeling::Happy, mood::Feeling::Happy)
    )
}
