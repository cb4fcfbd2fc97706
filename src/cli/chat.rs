//! `rapport chat`: a conversation in the terminal, on the real engine; nothing is kept.
use super::load;
use crate::bot::Bot;
use crate::connector::Http;
use crate::engine::{self, Answer, Effect, Event, Input, Session, Speaker, Turn, What};
use crate::id::SessionId;
use crate::runtime::ports::{Connector, Request};
use crate::time::{Clock, SystemClock};
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
    println!(
        "Talking to {}. Write as a customer would; a button's number works too. An empty line ends.\n",
        bot.settings.name
    );
    let mut talk = Talk::new(bot, why)?;
    talk.give(Input::Opened { page: None, language: None, customer: Map::new(), returning: false })?;
    let mut line = String::new();
    for n in 1.. {
        print!("you: ");
        std::io::stdout().flush()?;
        line.clear();
        if std::io::stdin().lock().read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        let input = talk.read(line.trim(), n);
        talk.give(input)?;
    }
    println!("\nGoodbye.");
    Ok(ExitCode::SUCCESS)
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
    fn read(&self, line: &str, n: usize) -> Input {
        let cid = format!("t{n}");
        let choices = &self.session.control.choices;
        let tapped = line.parse::<usize>().ok().and_then(|i| choices.get(i.checked_sub(1)?));
        match tapped {
            Some(choice) => Input::CustomerTapped { cid, choice: choice.id.clone() },
            None => Input::CustomerSaid { cid, text: line.to_owned() },
        }
    }

    fn give(&mut self, input: Input) -> Result<()> {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            let turn = engine::turn(&self.bot, &mut self.session, input, self.clock.now());
            self.show(&turn);
            for effect in turn.effects {
                match effect {
                    Effect::Call { call, system, action, args, .. } => {
                        inputs
                            .push_back(Input::CallAnswered { call, answer: self.call(call, &system, &action, &args) });
                    }
                    Effect::Queue { .. } => inputs.push_back(Input::NobodyAvailable),
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

    /// The examples that what was said is most like.
    fn show_nearest(&self, events: &[Event]) {
        let said = events.iter().find_map(|event| match &event.what {
            What::Message { from: Speaker::Customer, text, .. } => Some(text),
            _ => None,
        });
        let language = self.session.language.as_deref().and_then(|tag| self.bot.locales.fitting(tag));
        let reading = said.map(|text| self.bot.topics(language).read(text));
        for scored in reading.iter().flat_map(|reading| reading.ranked.iter().take(3)) {
            println!("      |   {} is most like \"{}\"", scored.topic, scored.nearest);
        }
    }

    fn show(&self, turn: &Turn) {
        if self.why {
            for step in turn.trace.iter().filter(|s| !s.file.starts_with("house/")) {
                println!("      | {}:{} {} ({})", step.file, step.line, step.word, step.flow);
            }
        }
        for event in &turn.events {
            match &event.what {
                What::Message { from: Speaker::Bot { name }, text, choices, .. } => {
                    println!("{name}: {}", text.replace('\n', "\n      "));
                    for (i, choice) in choices.iter().enumerate() {
                        println!("      [{}] {}", i + 1, choice.label);
                    }
                }
                What::Waiting { team, priority, summary, .. } => {
                    println!("      * {team} is asked for a person (priority {priority:?}). They read: {summary}");
                }
                What::Resolved { .. } => println!("      * the chat is resolved"),
                What::Faulted { problem } => println!("      * something is wrong with the bot: {problem}"),
                What::Understood { topic, scores, mood } if self.why => {
                    let scores: Vec<_> = scores.iter().map(|(t, s)| format!("{t} {s:.2}")).collect();
                    let topic = topic.as_deref().unwrap_or("-");
                    println!("      | understood: {topic} [{}] mood {mood:?}", scores.join(", "));
                    self.show_nearest(&turn.events);
                }
                What::Filled { slot, value } if self.why => println!("      | {slot} = {value}"),
                What::Answered { action, outcome, detail, .. } if self.why => {
                    println!(
                        "      | {action} answered {outcome}{}",
                        detail.as_ref().map(|d| format!(": {d}")).unwrap_or_default()
                    );
                }
                _ => {}
            }
        }
    }
}
