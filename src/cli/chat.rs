//! `rapport chat`: a conversation in the terminal, on the real engine; nothing is kept.
use super::{load, out};
use crate::bot::Bot;
use crate::connector::Http;
use crate::engine::file::{File, kind_of};
use crate::engine::{self, Answer, Effect, Input, Session, Speaker, Timer, Turn, What};
use crate::id::SessionId;
use crate::runtime::ports::{Connector, Request};
use crate::time::{Clock, SystemClock};
use crate::understand::mood::Mood;
use anyhow::{Result, bail};
use serde_json::{Map, Value};
use std::collections::VecDeque;
use std::io::{BufRead, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

pub fn run(path: &Path, why: bool) -> Result<ExitCode> {
    let mut bots = load::bots(path)?;
    if bots.len() > 1 {
        let names: Vec<_> = bots.iter().map(|b| b.id.clone()).collect();
        bail!("There are several bots in {}: {}. Name one of their folders.", path.display(), names.join(", "));
    }
    let Some(bot) = bots.pop() else { bail!("There is no bot in {}.", path.display()) };
    let name = &bot.settings.name;
    let how =
        "Write as a customer would; a button's number works too, and `/send FILE` sends a photo. An empty line ends.";
    out::line(&format!("Talking to {name}. {how}\n"))?;
    let mut talk = Talk::new(bot, why)?;
    talk.give(Input::Opened { page: None, language: None, customer: Map::new(), returning: false, start: None })?;
    let mut line = String::new();
    for n in 1.. {
        out::write("you: ")?;
        out::out().flush()?;
        line.clear();
        if std::io::stdin().lock().read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        match talk.read(line.trim(), n) {
            Ok(input) => talk.give(input)?,
            Err(problem) => out::line(&format!("      * {problem}"))?,
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
    connector: Http,
    waiter: tokio::runtime::Runtime,
    clock: SystemClock,
    why: bool,
}

impl Talk {
    fn new(bot: Arc<Bot>, why: bool) -> Result<Self> {
        let id = SessionId::new(uuid::Uuid::now_v7());
        let session = Session::new(id, &bot.id, SystemClock.now());
        let waiter = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { bot, session, connector: Http::new(super::demo::secrets())?, waiter, clock: SystemClock, why })
    }

    /// A number taps a button, where buttons are offered and the number is no answer of its own.
    fn read(&self, line: &str, n: usize) -> Result<Input> {
        let cid = format!("t{n}");
        if let Some(path) = line.strip_prefix("/send") {
            return Ok(Input::CustomerSent { file: file(path.trim(), &cid)?, cid });
        }
        let choices = &self.session.control.choices;
        let tapped = line.parse::<usize>().ok().and_then(|i| choices.get(i.checked_sub(1)?));
        Ok(match tapped {
            Some(choice) => Input::CustomerTapped { cid, choice: choice.id.clone() },
            None => Input::CustomerSaid { cid, text: line.to_owned() },
        })
    }

    fn give(&mut self, input: Input) -> Result<()> {
        let now = self.clock.now();
        let mut inputs = VecDeque::from([(input, now)]);
        while let Some((input, now)) = inputs.pop_front() {
            let turn = engine::turn(&self.bot, &mut self.session, input, now);
            self.show(&turn)?;
            for effect in turn.effects {
                match effect {
                    Effect::Call { call, system, action, args, .. } => {
                        let answer = self.call(call, &system, &action, &args);
                        inputs.push_back((Input::CallAnswered { call, answer }, self.clock.now()));
                    }
                    Effect::Queue { .. } => inputs.push_back((Input::NobodyAvailable, now)),
                    // In a terminal a line is a whole thought.
                    Effect::SetTimer { timer: timer @ Timer::More, due } => {
                        inputs.push_back((Input::TimerFired { timer }, due));
                    }
                    Effect::SetTimer { .. } | Effect::CancelTimer { .. } => {}
                }
            }
        }
        Ok(())
    }

    /// Really asks the other system; the demo's token serves where no other is set.
    fn call(&self, call: u32, system: &str, action: &str, args: &Map<String, Value>) -> Answer {
        let key = format!("{}-{call}", self.session.id);
        let (system, action) = (system.to_owned(), action.to_owned());
        let request = Request { bot: self.bot.clone(), system, action, args: args.clone(), key, secret: false };
        self.waiter.block_on(self.connector.call(request))
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

/// `angry 0.60, worried 0.20`; a feeling without a sign of it is left out.
fn felt(mood: &Mood) -> String {
    let all =
        [("angry", mood.anger), ("worried", mood.worry), ("disappointed", mood.disappointment), ("happy", mood.joy)];
    let felt: Vec<String> =
        all.iter().filter(|(_, s)| *s > 0.005).map(|(word, strength)| format!("{word} {strength:.2}")).collect();
    if felt.is_empty() { "calm".to_owned() } else { felt.join(", ") }
}
