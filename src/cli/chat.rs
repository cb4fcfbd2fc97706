//! `rapport chat`: a conversation in the terminal, on the real engine; nothing is kept.
use super::{load, out};
use crate::bot::Bot;
use crate::bot::settings::duration;
use crate::connector::{Http, Shelf};
use crate::engine::file::{File, kind_of};
use crate::engine::{self, Answer, Effect, Event, Input, Session, Speaker, Timer, Turn, What};
use crate::id::SessionId;
use crate::language::ast::term;
use crate::runtime::ports::{Connector, Request};
use crate::time::{Clock, Millis, SystemClock};
use crate::understand::mood::Mood;
use anyhow::{Result, bail};
use jiff::civil::DateTime;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// Timers that fire in one `/after`; a chat that sets them without end is stopped.
const TIMERS: usize = 1_000;

#[derive(Debug, clap::Args)]
pub struct ChatArgs {
    /// The bot's folder.
    path: PathBuf,
    /// Show which steps ran and what was understood.
    #[arg(long)]
    why: bool,
    /// Ask no other system: say here what each of them answers.
    #[arg(long)]
    pretend: bool,
    /// The customer's language, like `de`.
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<String>,
    /// The page on which the customer is, like `https://shop.example/cart`.
    #[arg(long, value_name = "ADDRESS")]
    page: Option<String>,
    /// Something that is known of the customer, like `first_name=Ann`; may be given several times.
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    customer: Vec<(String, Value)>,
    /// The customer has been here before.
    #[arg(long)]
    returning: bool,
    /// Talk as if it were then, by the bot's clock, like `2026-05-04 18:30`.
    #[arg(long, value_name = "DAY TIME", value_parser = moment)]
    at: Option<DateTime>,
}

/// `2026-05-04 18:30`, or a day alone, which begins at midnight.
fn moment(text: &str) -> Result<DateTime, String> {
    text.trim().parse().map_err(|_| "write the day and the time like `2026-05-04 18:30`".to_owned())
}

/// `level=gold`, `vip=yes`, `points=3`.
pub(super) fn pair(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text.split_once('=').ok_or("write it like `first_name=Ann`")?;
    Ok((name.trim().to_lowercase(), plain(value.trim())))
}

/// A value as people write it: a number, yes or no, else words.
fn plain(text: &str) -> Value {
    match text {
        "yes" => Value::Bool(true),
        "no" => Value::Bool(false),
        _ => serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)),
    }
}

pub fn run(args: &ChatArgs) -> Result<ExitCode> {
    let path = &args.path;
    let mut bots = load::bots(path)?;
    if bots.len() > 1 {
        let names: Vec<_> = bots.iter().map(|b| b.id.clone()).collect();
        bail!("There are several bots in {}: {}. Name one of their folders.", path.display(), names.join(", "));
    }
    let Some(bot) = bots.pop() else { bail!("There is no bot in {}.", path.display()) };
    let name = &bot.settings.name;
    let how = "Write as a customer would; a button's number works too. `/send FILE` sends a photo, `/after 5 minutes` lets time \
         pass, `/event NAME a=1` tells of an event. An empty line ends.";
    out::line(&format!("Talking to {name}. {how}\n"))?;
    let mut talk = Talk::new(bot, args)?;
    talk.give(Input::Opened {
        page: args.page.clone(),
        language: args.language.clone(),
        customer: args.customer.iter().cloned().collect(),
        returning: args.returning,
        start: None,
    })?;
    let mut line = String::new();
    for n in 1.. {
        out::write("you: ")?;
        out::out().flush()?;
        line.clear();
        if std::io::stdin().lock().read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        let done = match line.trim().strip_prefix("/after") {
            Some(length) => talk.pass(length),
            None => talk.read(line.trim(), n).and_then(|input| talk.give(input)),
        };
        if let Err(problem) = done {
            out::line(&format!("      * {problem}"))?;
        }
    }
    out::line("\nGoodbye.")?;
    Ok(ExitCode::SUCCESS)
}

/// A file on this machine, as a customer would send it; its bytes stay where they are.
fn file(path: &str, id: &str) -> Result<File> {
    if path.is_empty() {
        bail!("Say which file, as in `/send photo.jpg`.");
    }
    let path = Path::new(path);
    let Ok(about) = std::fs::metadata(path) else { bail!("There is no file {} that can be read.", path.display()) };
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let Some(kind) = kind_of(&name) else {
        bail!("Customers can send photos, PDF, text, CSV, Word (docx) and Excel (xlsx); {name} is none of these.");
    };
    Ok(File { id: id.to_owned(), name, kind: kind.to_owned(), size: about.len() })
}

struct Talk {
    bot: Arc<Bot>,
    session: Session,
    connector: Shelf,
    waiter: tokio::runtime::Runtime,
    /// From this machine's clock to the one that the chat goes by, in milliseconds.
    shift: i64,
    /// How far time was let pass.
    ahead: Duration,
    timers: BTreeMap<String, (Millis, Timer)>,
    why: bool,
    pretend: bool,
}

impl Talk {
    fn new(bot: Arc<Bot>, args: &ChatArgs) -> Result<Self> {
        let id = SessionId::new(uuid::Uuid::now_v7());
        let now = SystemClock.now();
        let then = args.at.map(|at| bot.settings.time_zone.to_timestamp(at)).transpose()?;
        let shift = then.map_or(0, |then| then.as_millisecond() - now.0);
        let session = Session::new(id, &bot.id, Millis(now.0 + shift));
        let waiter = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let connector = Shelf::before(Arc::new(Http::new(super::demo::secrets())?));
        let (ahead, timers) = Default::default();
        Ok(Self { bot, session, connector, waiter, shift, ahead, timers, why: args.why, pretend: args.pretend })
    }

    fn now(&self) -> Millis {
        self.clock() + self.ahead
    }

    fn clock(&self) -> Millis {
        Millis(SystemClock.now().0 + self.shift)
    }

    /// Time passes; what was to happen by then happens.
    fn pass(&mut self, length: &str) -> Result<()> {
        let Some(term) = term(length) else { bail!("Say how long, as in `/after 5 minutes`.") };
        let until = self.now() + duration(term);
        for _ in 0..TIMERS {
            let next = self.timers.values().filter(|(due, _)| *due <= until).min_by_key(|(due, _)| *due).cloned();
            let Some((due, timer)) = next else { break };
            self.timers.remove(&timer.key());
            self.ahead = self.ahead.max(due - self.clock());
            self.give(Input::TimerFired { timer })?;
        }
        self.ahead = self.ahead.max(until - self.clock());
        Ok(())
    }

    /// A number taps a button, where buttons are offered and the number is no answer of its own.
    fn read(&self, line: &str, n: usize) -> Result<Input> {
        let cid = format!("t{n}");
        if let Some(path) = line.strip_prefix("/send") {
            return Ok(Input::CustomerSent { file: file(path.trim(), &cid)?, cid });
        }
        if let Some(event) = line.strip_prefix("/event") {
            let mut words = event.split_whitespace();
            let Some(name) = words.next() else { bail!("Say which event, as in `/event cart_abandoned total=80`.") };
            let details = words.map(pair).collect::<Result<_, _>>().map_err(anyhow::Error::msg)?;
            return Ok(Input::EventArrived { name: name.to_lowercase(), details });
        }
        let choices = &self.session.control.choices;
        let tapped = line.parse::<usize>().ok().and_then(|i| choices.get(i.checked_sub(1)?));
        Ok(match tapped {
            Some(choice) => Input::CustomerTapped { cid, choice: choice.id.clone() },
            None => Input::CustomerSaid { cid, text: line.to_owned() },
        })
    }

    fn give(&mut self, input: Input) -> Result<()> {
        let now = self.now();
        let mut inputs = VecDeque::from([(input, now)]);
        while let Some((input, now)) = inputs.pop_front() {
            let turn = engine::turn(&self.bot, &mut self.session, input, now);
            self.show(&turn)?;
            for effect in turn.effects {
                match effect {
                    Effect::Call { call, system, action, args, .. } => {
                        let answer = self.call(call, &system, &action, &args)?;
                        inputs.push_back((Input::CallAnswered { call, answer }, self.now()));
                    }
                    Effect::Queue { .. } => inputs.push_back((Input::NobodyAvailable, now)),
                    // In a terminal a line is a whole thought.
                    Effect::SetTimer { timer: timer @ Timer::More, due } => {
                        inputs.push_back((Input::TimerFired { timer }, due));
                    }
                    Effect::SetTimer { timer, due } => drop(self.timers.insert(timer.key(), (due, timer))),
                    Effect::CancelTimer { timer } => drop(self.timers.remove(&timer.key())),
                }
            }
        }
        Ok(())
    }

    /// Really asks the other system, unless its answers are made up here; the demo's token serves where no other is set.
    fn call(&self, call: u32, system: &str, action: &str, args: &Map<String, Value>) -> Result<Answer> {
        if self.pretend && !self.bot.integrations.systems.get(system).is_some_and(|s| s.own) {
            return self.made_up(system, action, args);
        }
        let key = format!("{}-{call}", self.session.id);
        let (system, action) = (system.to_owned(), action.to_owned());
        let request = Request { bot: self.bot.clone(), system, action, args: args.clone(), key, secret: false };
        Ok(self.waiter.block_on(self.connector.call(request)))
    }

    /// Asks whoever sits here what the system answers.
    fn made_up(&self, system: &str, action: &str, args: &Map<String, Value>) -> Result<Answer> {
        let known = self.bot.integrations.action(system, action);
        let outcomes: Vec<&str> = known.map(|a| a.outcome_names()).unwrap_or_default();
        let outcomes = if outcomes.is_empty() { vec!["ok"] } else { outcomes };
        let fields: Vec<&str> = known.iter().flat_map(|a| a.gives.keys()).map(String::as_str).collect();
        let asked: Vec<String> = args.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        out::line(&format!("      * {system}.{action} is asked with {}", asked.join(", ")))?;
        let with = if fields.is_empty() { String::new() } else { format!(" with {} = …", fields.join(" = …, ")) };
        out::line(&format!(
            "        It answers one of: {}, or fails. Write it like `{}{with}`.",
            outcomes.join(", "),
            outcomes[0]
        ))?;
        loop {
            out::write("it: ")?;
            out::out().flush()?;
            let mut line = String::new();
            if std::io::stdin().lock().read_line(&mut line)? == 0 || line.trim() == "fails" {
                return Ok(Answer::Failed { problem: "it does not answer, as was wanted".into() });
            }
            match answer(line.trim(), &outcomes) {
                Ok(answer) => return Ok(answer),
                Err(problem) => out::line(&format!("      * {problem}"))?,
            }
        }
    }

    /// The examples that what was said is most like.
    fn show_nearest(&self, events: &[Event]) -> std::io::Result<()> {
        let said = events.iter().find_map(|event| match &event.what {
            What::Message { from: Speaker::Customer, text, .. } => Some(text),
            _ => None,
        });
        let language = self.session.language.as_deref().and_then(|tag| self.bot.locales.fitting(tag));
        let reading = said.map(|text| self.bot.topics(language).read(text));
        for scored in reading.iter().flat_map(|reading| reading.ranked.iter().take(3)) {
            out::line(&format!("      |   {} is most like \"{}\"", scored.topic, scored.nearest))?;
        }
        Ok(())
    }

    fn show(&self, turn: &Turn) -> std::io::Result<()> {
        if self.why {
            for step in turn.trace.iter().filter(|s| !s.file.starts_with("house/")) {
                out::line(&format!("      | {}:{} {} ({})", step.file, step.line, step.word, step.flow))?;
            }
        }
        for event in &turn.events {
            if let Some(words) = self.words(&event.what) {
                out::line(&words)?;
            }
            if self.why && matches!(event.what, What::Understood { .. }) {
                self.show_nearest(&turn.events)?;
            }
        }
        Ok(())
    }

    /// What a customer reads, what becomes of the chat, and with `--why` what the bot made of it.
    fn words(&self, what: &What) -> Option<String> {
        Some(match what {
            What::Message { from: Speaker::Bot { name }, text, choices, .. } => {
                let buttons = (1..).zip(choices).map(|(i, choice)| format!("\n      [{i}] {}", choice.label));
                format!("{name}: {}{}", text.replace('\n', "\n      "), buttons.collect::<String>())
            }
            What::Waiting { team, priority, summary, .. } => {
                let priority = priority.word();
                format!("      * {team} is asked for a person (priority {priority}). They read: {summary}")
            }
            What::Resolved { .. } => "      * the chat is resolved".to_owned(),
            What::Faulted { problem } => format!("      * something is wrong with the bot: {problem}"),
            What::Understood { topic, scores, mood } if self.why => {
                let scores: Vec<_> = scores.iter().map(|(t, s)| format!("{t} {s:.2}")).collect();
                let topic = topic.as_deref().unwrap_or("-");
                format!("      | understood: {topic} [{}], mood: {}", scores.join(", "), felt(mood))
            }
            What::Filled { slot, value } if self.why => format!("      | {slot} = {value}"),
            What::Answered { action, outcome, detail, .. } if self.why => {
                let detail = detail.as_ref().map(|d| format!(": {d}")).unwrap_or_default();
                format!("      | {action} answered {outcome}{detail}")
            }
            _ => return None,
        })
    }
}

/// `found with total = 40, item = Lamp`; a value in `[…]` or `{…}` is JSON.
fn answer(line: &str, outcomes: &[&str]) -> Result<Answer> {
    let (outcome, with) = line.split_once(" with ").unwrap_or((line, ""));
    let outcome = if outcome.is_empty() { outcomes.first().copied().unwrap_or("ok") } else { outcome.trim() };
    if !outcomes.contains(&outcome) {
        bail!("`{outcome}` is none of its outcomes: {}, fails.", outcomes.join(", "));
    }
    let mut fields = Map::new();
    for part in parts(with) {
        let (name, value) = pair(&part).map_err(anyhow::Error::msg)?;
        fields.insert(name, value);
    }
    Ok(Answer::Outcome { outcome: outcome.to_owned(), fields })
}

/// Splits at commas that stand in no brackets and no quotes.
fn parts(text: &str) -> Vec<String> {
    let (mut found, mut depth, mut quoted) = (vec![String::new()], 0_i32, false);
    for c in text.chars() {
        quoted ^= c == '"';
        depth += i32::from(matches!(c, '[' | '{')) - i32::from(matches!(c, ']' | '}'));
        match found.last_mut() {
            Some(last) if c != ',' || depth > 0 || quoted => last.push(c),
            _ => found.push(String::new()),
        }
    }
    found.into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

/// `angry 0.60, worried 0.20`; a feeling without a sign of it is left out.
fn felt(mood: &Mood) -> String {
    let all =
        [("angry", mood.anger), ("worried", mood.worry), ("disappointed", mood.disappointment), ("happy", mood.joy)];
    let felt: Vec<String> =
        all.iter().filter(|(_, s)| *s > 0.005).map(|(word, strength)| format!("{word} {strength:.2}")).collect();
    if felt.is_empty() { "calm".to_owned() } else { felt.join(", ") }
}
