//! The stage on which a test is played: the chat, the clock, what other systems answer.
use super::Heard;
use super::expect::words;
use super::fits::{fits, likeness};
use crate::bot::{Bot, settings, shelf, yaml};
use crate::engine::file::{self, File};
use crate::engine::{self, Answer, Choice, Effect, Event, Holder, Input, Session, Speaker, Timer, Walked, What};
use crate::id::{AgentId, SessionId};
use crate::language::ast::Feeling;
use crate::language::{FileId, SourceFile};

use crate::language::test::{Act, Given, GivenAnswer, Named, Written};
use crate::time::Millis;
use crate::understand::mood::Mood;
use jiff::civil::DateTime;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What is wrong, and what to do.
pub(super) type Problem = (String, String);

/// A Monday morning, where a test says nothing of the day.
const TODAY: DateTime = jiff::civil::date(2026, 5, 4).at(10, 0, 0, 0);
/// Of a file that a test sends: 200 KB.
const SIZE: u64 = 200 * 1024;
/// Timers that fire in one `after`; a chat that sets them without end is stopped.
const TIMERS: usize = 1_000;

/// Something that the bot said.
pub(super) struct Said {
    pub text: String,
    pub instead: Vec<String>,
    pub word: &'static str,
    pub place: String,
}

pub(super) struct Stage<'a> {
    pub bot: &'a Bot,
    pub session: Session,
    pub events: Vec<Event>,
    pub said: Vec<Said>,
    /// The bot's messages before this one are spoken for.
    pub heard: usize,
    /// Messages before the last thing that the customer or an agent did, or time passing.
    pub since: usize,
    pub turns: usize,
    pub transcript: Vec<Heard>,
    pub walked: BTreeSet<Walked>,
    now: Millis,
    opened: bool,
    nobody: bool,
    returning: bool,
    language: Option<String>,
    page: Option<String>,
    customer: Map<String, Value>,
    answers: BTreeMap<String, VecDeque<Answer>>,
    timers: BTreeMap<String, (Millis, Timer)>,
    acts: usize,
}

impl<'a> Stage<'a> {
    pub fn new(bot: &'a Bot) -> Self {
        let now = moment(bot, TODAY);
        let id = SessionId::new(uuid::Uuid::from_u128(0x01a2_0000_0000_7000_8000_0000_0000_0001));
        Self {
            bot,
            session: Session::new(id, &bot.id, now),
            events: vec![],
            said: vec![],
            heard: 0,
            since: 0,
            turns: 0,
            transcript: vec![],
            walked: BTreeSet::new(),
            now,
            opened: false,
            nobody: false,
            returning: false,
            language: None,
            page: None,
            customer: Map::new(),
            answers: BTreeMap::new(),
            timers: BTreeMap::new(),
            acts: 0,
        }
    }

    /// The chat opens once, after what is given for it.
    pub fn open(&mut self) -> Result<(), Problem> {
        if std::mem::replace(&mut self.opened, true) {
            return Ok(());
        }
        let (page, language, customer) = (self.page.clone(), self.language.clone(), self.customer.clone());
        self.give(Input::Opened { page, language, customer, returning: self.returning, start: None })
    }

    /// Does what one line of the test says.
    pub fn act(&mut self, act: &Act) -> Result<(), Problem> {
        if !matches!(act, Act::WritesOn(_)) {
            self.all_was_said()?;
        }
        match act {
            Act::Given(given) => self.given(given),
            Act::WritesOn(text) => {
                // One thought is one turn of the customer.
                self.acts += 1;
                let (cid, text) = (format!("c{}", self.acts), text.clone());
                self.give(Input::CustomerSaid { cid, text })
            }
            Act::Customer(text) => {
                let (cid, text) = (self.cid(true), text.clone());
                self.give(Input::CustomerSaid { cid, text })
            }
            Act::Taps(label) => {
                let choice = self.button(label)?;
                let cid = self.cid(true);
                self.give(Input::CustomerTapped { cid, choice })
            }
            Act::Sends(name) => {
                let file = file(name)?;
                let cid = self.cid(true);
                self.give(Input::CustomerSent { cid, file })
            }
            Act::WantsPerson => {
                let cid = self.cid(true);
                self.give(Input::CustomerWantsPerson { cid })
            }
            Act::Bot(words) => self.hears(words),
            Act::Silent => self.silent(),
            Act::Offers(labels) => labels.iter().try_for_each(|l| self.button(l).map(drop)),
            Act::Agent(text) => {
                self.agent_takes()?;
                let ((agent, name), cid, text) = (agent(), self.cid(false), text.clone());
                self.give(Input::AgentSaid { agent, name, cid, text })
            }
            Act::HandsBack => {
                self.agent_takes()?;
                self.cid(false);
                let (agent, name) = agent();
                self.give(Input::AgentHandedBack { agent, name, flow: None })
            }
            Act::Resolves => {
                self.agent_takes()?;
                self.cid(false);
                let (agent, name) = agent();
                self.give(Input::AgentResolved { agent, name })
            }
            Act::After(term) => self.pass(settings::duration(*term)),
            Act::Event { name, with } => {
                self.cid(false);
                let details = with.iter().map(|(n, v)| (n.text.clone(), plain(v))).collect();
                self.give(Input::EventArrived { name: name.text.clone(), details })
            }
            Act::Mood(feeling) => {
                self.session.mood = mood(*feeling);
                Ok(())
            }
            Act::Expect(all) => all.iter().try_for_each(|e| self.expect(e)),
        }
    }

    fn given(&mut self, given: &Given) -> Result<(), Problem> {
        let early = !matches!(given, Given::Answers { .. } | Given::Fails { .. } | Given::Nobody);
        if early && self.opened {
            let action = "Move this line up, before the first line of the conversation.";
            return Err(("The chat is open already when this is given".into(), action.into()));
        }
        match given {
            Given::Today(at) => {
                self.now = moment(self.bot, *at);
                self.session = Session::new(self.session.id, &self.bot.id, self.now);
            }
            Given::Answers { action, answers } => {
                let answers = answers.iter().map(|a| self.answer(action, a)).collect();
                self.answers.insert(action.text.clone(), answers);
            }
            Given::Fails { action } => {
                let failed = Answer::Failed { problem: "it does not answer, as the test wants".into() };
                self.answers.insert(action.text.clone(), VecDeque::from([failed]));
            }
            Given::Nobody => self.nobody = true,
            Given::Returning => self.returning = true,
            Given::Language(language) => self.language = Some(language.clone()),
            Given::Page(page) => self.page = Some(page.clone()),
            Given::Contact(name, value) => drop(self.customer.insert(name.text.clone(), plain(value))),
            Given::Detail(name, value) => {
                self.session.control.kept.insert(name.text.clone(), plain(value));
            }
        }
        Ok(())
    }

    /// A given answer, each field of the kind that integrations.yaml says.
    fn answer(&self, action: &Named, answer: &GivenAnswer) -> Answer {
        let parts = action.text.split_once('.');
        let known = parts.and_then(|(s, a)| self.bot.integrations.action(s, a));
        let field = |(name, written): &(Named, Written)| {
            let kind = known.and_then(|a| a.gives.get(&name.text)).map_or("", |field| field.kind.as_str());
            let open = matches!(kind, "" | "number" | "whole number" | "money" | "yes or no" | "list");
            let value = if open { plain(written) } else { Value::from(written.text.as_str()) };
            (name.text.clone(), value)
        };
        Answer::Outcome { outcome: answer.outcome.text.clone(), fields: answer.fields.iter().map(field).collect() }
    }

    /// A new id for a message; what the bot says from here on is an answer to it.
    fn cid(&mut self, customer: bool) -> String {
        self.acts += 1;
        self.turns += usize::from(customer);
        (self.heard, self.since) = (self.said.len(), self.said.len());
        format!("c{}", self.acts)
    }

    fn agent_takes(&mut self) -> Result<(), Problem> {
        if matches!(self.session.holder, Holder::Agent { .. }) {
            return Ok(());
        }
        let (agent, name) = agent();
        self.give(Input::AgentTook { agent, name })
    }

    /// Gives an input to the engine, and what other systems and the desk answer to it.
    fn give(&mut self, input: Input) -> Result<(), Problem> {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            let turn = engine::watched(self.bot, &mut self.session, input, self.now);
            self.note(&turn);
            let broke = turn.events.iter().find_map(|e| match &e.what {
                What::Faulted { problem } => Some(problem.clone()),
                _ => None,
            });
            self.events.extend(turn.events);
            self.walked.extend(turn.seen.walked);
            if let Some(problem) = broke {
                let action = "Mend the line of the bot that did this; customers would be told that something is wrong.";
                return Err((format!("Something is wrong with the bot: {problem}"), action.into()));
            }
            for effect in turn.effects {
                match effect {
                    Effect::Call { call, system, action, args, .. } => {
                        let answer = self.answers_now(&system, &action, &args)?;
                        inputs.push_back(Input::CallAnswered { call, answer });
                    }
                    Effect::SetTimer { timer, due } => drop(self.timers.insert(timer.key(), (due, timer))),
                    Effect::CancelTimer { timer } => drop(self.timers.remove(&timer.key())),
                    Effect::Queue { .. } if self.nobody => inputs.push_back(Input::NobodyAvailable),
                    Effect::Queue { .. } => {}
                }
            }
        }
        Ok(())
    }

    /// The next given answer; the last one is given again. What rapport answers itself needs none.
    fn answers_now(&mut self, system: &str, action: &str, args: &Map<String, Value>) -> Result<Answer, Problem> {
        let full = format!("{system}.{action}");
        let given = self.answers.get_mut(&full);
        let answer = given.and_then(|a| if a.len() > 1 { a.pop_front() } else { a.front().cloned() });
        let own = || shelf::answer(self.bot, system, action, args);
        let answer = answer.or_else(|| own().map(|(outcome, fields)| Answer::Outcome { outcome, fields }));
        let action = full.as_str();
        answer.ok_or_else(|| {
            let known = action.split_once('.').and_then(|(s, a)| self.bot.integrations.action(s, a));
            let fields = known.map(|a| a.gives.keys().map(|k| format!("{k} = …")).collect::<Vec<_>>().join(", "));
            let with = fields.filter(|f| !f.is_empty()).map_or_else(String::new, |f| format!(" with {f}"));
            let good = known.map_or("ok", |a| a.good());
            let add = format!("Add a line such as `given {action} answers {good}{with}` at the top of the test.");
            (format!("{action} is asked here, and the test does not say what it answers"), add)
        })
    }

    /// Writes down what happened.
    fn note(&mut self, turn: &engine::Turn) {
        for event in &turn.events {
            let spoken = turn.seen.spoken.iter().find(|s| s.seq == event.seq);
            let place = spoken.map_or_else(String::new, |s| format!("{}:{}", s.file, s.line));
            if let What::Message { from: Speaker::Bot { .. }, text, .. } = &event.what {
                let instead = spoken.map(|s| s.instead.clone()).unwrap_or_default();
                let word = spoken.map_or("", |s| s.word);
                self.said.push(Said { text: text.clone(), instead, word, place: place.clone() });
            }
            if let Some(text) = happened(&event.what) {
                self.transcript.push(Heard::Really { text, place });
            }
        }
    }

    /// The customer has nothing to add to what was said.
    pub fn all_was_said(&mut self) -> Result<(), Problem> {
        let Some((due, timer)) = self.timers.remove(&Timer::More.key()) else { return Ok(()) };
        self.now = due.max(self.now);
        self.give(Input::TimerFired { timer })
    }

    /// Time passes; timers that come due fire in order.
    fn pass(&mut self, by: std::time::Duration) -> Result<(), Problem> {
        let until = self.now + by;
        (self.heard, self.since) = (self.said.len(), self.said.len());
        for _ in 0..TIMERS {
            let due = self.timers.values().filter(|(d, _)| *d <= until).min_by_key(|(d, _)| *d).cloned();
            let Some((due, timer)) = due else { break };
            self.timers.remove(&timer.key());
            self.now = due.max(self.now);
            self.give(Input::TimerFired { timer })?;
        }
        self.now = until;
        Ok(())
    }

    // ------------------------------------------------------------ what the bot says

    fn button(&self, label: &str) -> Result<String, Problem> {
        let offered: &[Choice] = &self.session.control.choices;
        let same = |c: &&Choice| fits(label, &c.label) || c.label.to_lowercase() == label.to_lowercase();
        if let Some(choice) = offered.iter().find(same) {
            return Ok(choice.id.clone());
        }
        let labels: Vec<&str> = offered.iter().map(|c| c.label.as_str()).collect();
        let near = labels.iter().copied().max_by_key(|l| likeness(label, l)).filter(|l| likeness(label, l) > 0);
        let action = match near {
            Some(meant) => format!("Did you mean `{meant}`? Offered are: {}.", labels.join(", ")),
            None if labels.is_empty() => "At this point the bot offers no buttons.".into(),
            None => format!("Offered are: {}.", labels.join(", ")),
        };
        Err((format!("No button `{label}` is offered here"), action))
    }

    fn hears(&mut self, words: &str) -> Result<(), Problem> {
        let fitting = |s: &Said| fits(words, &s.text) || s.instead.iter().any(|i| fits(words, i));
        if let Some(at) = self.said.iter().skip(self.heard).position(fitting) {
            self.heard += at + 1;
            return Ok(());
        }
        let since = self.said.get(self.since..).unwrap_or_default();
        let near = since.iter().max_by_key(|s| likeness(words, &s.text)).filter(|s| likeness(words, &s.text) > 0);
        let before = since.get(..self.heard.saturating_sub(self.since)).unwrap_or_default();
        if before.iter().any(fitting) {
            let action = "Put the `bot:` lines into the order in which the bot speaks.";
            return Err(("The bot said this earlier than the line before".into(), action.into()));
        }
        Err(match near {
            Some(near) => {
                let problem = "The bot says something else here".to_owned();
                (problem, format!("Did you mean \"{}\" ({})?", one_line(&near.text), near.place))
            }
            None if since.is_empty() => {
                ("The bot says nothing here".into(), "Look at the lines above: what does the bot wait for?".into())
            }
            None => {
                let all: Vec<_> = since.iter().map(|s| format!("\"{}\"", one_line(&s.text))).collect();
                ("The bot says something else here".into(), format!("It says: {}.", all.join(", then ")))
            }
        })
    }

    fn silent(&self) -> Result<(), Problem> {
        match self.said.get(self.heard) {
            None => Ok(()),
            Some(more) => Err((
                format!("The bot says more: \"{}\" ({})", one_line(&more.text), more.place),
                "Add a `bot:` line for it, or take this line out.".into(),
            )),
        }
    }
}

pub(super) fn one_line(text: &str) -> String {
    text.replace('\n', " / ")
}

fn agent() -> (AgentId, String) {
    (AgentId(1), "Ann".to_owned())
}

/// A file that is known by its name alone.
fn file(name: &str) -> Result<File, Problem> {
    let kind = file::kind_of(name).ok_or_else(|| {
        let action = "Name it by what it is, such as photo.jpg, invoice.pdf, list.csv or letter.docx.";
        (format!("`{name}` is no file that customers can send"), action.to_owned())
    })?;
    Ok(File { id: format!("test-{name}"), name: name.to_owned(), kind: kind.to_owned(), size: SIZE })
}

fn moment(bot: &Bot, at: DateTime) -> Millis {
    let zoned = bot.settings.time_zone.to_ambiguous_zoned_datetime(at).compatible();
    zoned.map_or(Millis(0), |z| Millis(z.timestamp().as_millisecond()))
}

/// A value as written, without anything that says its kind.
fn plain(written: &Written) -> Value {
    let text = written.text.as_str();
    let number = || serde_json::from_str::<serde_json::Number>(text).ok().map(Value::Number);
    match text {
        _ if written.quoted => Value::from(text),
        "yes" => Value::Bool(true),
        "no" => Value::Bool(false),
        _ if text.starts_with('[') => list(text).unwrap_or_else(|| Value::from(text)),
        _ => number().unwrap_or_else(|| Value::from(text)),
    }
}

/// `[{ name: Lamp, price: 40 }, { name: Bulb }]`: as in the settings, since both are written by the same people.
fn list(text: &str) -> Option<Value> {
    let node = yaml::parse(FileId(0), &SourceFile::new("a list", text)).ok()?;
    Some(yaml::to_json(&node))
}

fn mood(feeling: Feeling) -> Mood {
    let none = Mood::default();
    match feeling {
        Feeling::Angry => Mood { anger: 1.0, ..none },
        Feeling::Worried => Mood { worry: 1.0, ..none },
        Feeling::Disappointed => Mood { disappointment: 1.0, ..none },
        Feeling::Happy => Mood { joy: 1.0, ..none },
    }
}

/// How an entry reads in a transcript; `None` for what the test's own lines say already.
fn happened(what: &What) -> Option<String> {
    Some(match what {
        What::Message { from: Speaker::Bot { .. }, text, choices, .. } => {
            let buttons: String = choices.iter().map(|c| format!(" [{}]", c.label)).collect();
            format!("bot: {}{buttons}", one_line(text))
        }
        What::Called { action, args, .. } => {
            let args: Vec<_> = args.iter().map(|(n, v)| format!("{n} = {}", words(v))).collect();
            format!("* {action} is asked with {}", args.join(", "))
        }
        What::Answered { action, outcome, .. } => format!("* {action} answers {outcome}"),
        What::Waiting { team, summary, .. } => format!("* {team} is asked for a person: {}", one_line(summary)),
        What::NobodyAvailable { team } => format!("* nobody of {team} is available"),
        What::Promised { name, owner, .. } => format!("* {name} is promised by {owner}"),
        What::PromiseLate { name } => format!("* {name} is late"),
        What::PromiseKept { name, .. } => format!("* {name} is kept"),
        What::Note { text, .. } => format!("* note: {}", one_line(text)),
        What::Tagged { tag } => format!("* tag {tag}"),
        What::Resolved { .. } => "* resolved".to_owned(),
        What::Faulted { problem } => format!("* something is wrong with the bot: {problem}"),
        _ => return None,
    })
}
