//! Plays a transcript on the engine: input lines are given to it, and what it does is written down between them.
use rapport::bot::Bot;
use rapport::engine::file::{File, kind_of};
use rapport::engine::{self, Answer, Effect, Input, Session, Speaker, Timer, Turn, What};
use rapport::id::{AgentId, SessionId};
use rapport::language::ast::term;
use rapport::time::Millis;
use std::collections::{BTreeMap, VecDeque};

/// A file that a customer sends, known by its name alone.
pub fn sent(name: &str) -> File {
    let kind = kind_of(name).unwrap_or_else(|| panic!("{name} is no file that customers can send"));
    File { id: format!("id-{name}"), name: name.to_owned(), kind: kind.to_owned(), size: 2048 }
}

/// A chat under simulated time.
pub struct Play<'a> {
    pub bot: &'a Bot,
    pub session: Session,
    pub now: Millis,
    pub lines: Vec<String>,
    pub events: Vec<engine::Event>,
    calls: VecDeque<(u32, String)>,
    timers: BTreeMap<String, (Millis, Timer)>,
    said: u32,
}

impl<'a> Play<'a> {
    pub fn new(bot: &'a Bot, now: Millis) -> Self {
        let id = SessionId::parse("01a20000-0000-7000-8000-000000000001").expect("a valid id");
        let session = Session::new(id, &bot.id, now);
        let (lines, events) = (vec![], vec![]);
        Self { bot, session, now, lines, events, calls: VecDeque::new(), timers: BTreeMap::new(), said: 0 }
    }

    pub fn open(&mut self) {
        self.give(Input::Opened {
            page: None,
            language: None,
            customer: serde_json::Map::new(),
            returning: false,
            start: None,
        });
    }

    pub fn give(&mut self, input: Input) -> Turn {
        let turn = engine::turn(self.bot, &mut self.session, input, self.now);
        for event in &turn.events {
            self.lines.extend(line(&event.what));
        }
        self.events.extend(turn.events.clone());
        for effect in &turn.effects {
            match effect {
                Effect::Call { call, system, action, .. } => {
                    self.calls.push_back((*call, format!("{system}.{action}")))
                }
                Effect::SetTimer { timer, due } => drop(self.timers.insert(timer.key(), (*due, timer.clone()))),
                Effect::CancelTimer { timer } => drop(self.timers.remove(&timer.key())),
                Effect::Queue { .. } => {}
            }
        }
        turn
    }

    pub fn say(&mut self, text: &str) {
        self.said += 1;
        let cid = format!("c{}", self.said);
        self.give(Input::CustomerSaid { cid, text: text.to_owned() });
    }

    /// The customer has nothing to add to what was said.
    pub fn all_was_said(&mut self) {
        if let Some((due, timer)) = self.timers.remove(&Timer::More.key()) {
            self.now = due;
            self.give(Input::TimerFired { timer });
        }
    }

    pub fn tap(&mut self, label: &str) {
        let offered = &self.session.control.choices;
        let choice = offered.iter().find(|c| c.label == label).map(|c| c.id.clone());
        let choice = choice.unwrap_or_else(|| panic!("no button \"{label}\" is offered, but {offered:?}"));
        self.said += 1;
        self.give(Input::CustomerTapped { cid: format!("c{}", self.said), choice });
    }

    pub fn send(&mut self, name: &str) {
        self.said += 1;
        self.give(Input::CustomerSent { cid: format!("c{}", self.said), file: sent(name) });
    }

    /// Time passes; timers that come due fire in order.
    pub fn pass(&mut self, by: std::time::Duration) {
        let until = self.now + by;
        while let Some((due, timer)) =
            self.timers.values().filter(|(d, _)| *d <= until).min_by_key(|(d, _)| *d).cloned()
        {
            self.timers.remove(&timer.key());
            self.now = due;
            self.give(Input::TimerFired { timer });
        }
        self.now = until;
    }

    /// The system and the action that are asked and have not answered.
    pub fn asked(&self) -> Option<&str> {
        self.calls.front().map(|(_, name)| name.as_str())
    }

    fn answer(&mut self, answer: Answer) {
        let (call, _) = self.calls.pop_front().expect("a system was asked before it answers");
        self.give(Input::CallAnswered { call, answer });
    }

    /// Plays one line of a transcript; false where it is no input.
    pub fn line(&mut self, line: &str) -> bool {
        let ann = || (AgentId(1), "Ann".to_owned());
        if line.starts_with("bot: ") || line.starts_with("* ") {
            return false;
        }
        if let Some(text) = line.strip_prefix("and: ") {
            self.say(text);
            return true;
        }
        self.all_was_said();
        if let Some(text) = line.strip_prefix("customer: ") {
            self.say(text);
        } else if let Some(label) = line.strip_prefix("customer taps ") {
            self.tap(label);
        } else if let Some(name) = line.strip_prefix("customer sends ") {
            self.send(name);
        } else if line == "customer asks for a person" {
            self.said += 1;
            self.give(Input::CustomerWantsPerson { cid: format!("c{}", self.said) });
        } else if line == "nobody is available" {
            self.give(Input::NobodyAvailable);
        } else if line == "agent takes the chat" {
            let (agent, name) = ann();
            self.give(Input::AgentTook { agent, name });
        } else if line == "agent hands back" {
            let (agent, name) = ann();
            self.give(Input::AgentHandedBack { agent, name, flow: None });
        } else if line == "agent resolves" {
            let (agent, name) = ann();
            self.give(Input::AgentResolved { agent, name });
        } else if let Some(text) = line.strip_prefix("agent: ") {
            let (agent, name) = ann();
            self.said += 1;
            self.give(Input::AgentSaid { agent, name, cid: format!("a{}", self.said), text: text.to_owned() });
        } else if let Some(length) = line.strip_prefix("after ") {
            let term = term(length).unwrap_or_else(|| panic!("{length} is no stretch of time"));
            self.pass(rapport::bot::settings::duration(term));
        } else if let Some((_, answer)) = line.split_once(" answers ") {
            let (outcome, fields) = answer.split_once(' ').unwrap_or((answer, "{}"));
            let fields = serde_json::from_str(fields).unwrap_or_else(|e| panic!("{fields} is no JSON object: {e}"));
            self.answer(Answer::Outcome { outcome: outcome.to_owned(), fields });
        } else if let Some((name, details)) = line.strip_prefix("event ").and_then(|l| l.split_once(" arrives")) {
            let details = if details.trim().is_empty() { "{}" } else { details.trim() };
            let details = serde_json::from_str(details).unwrap_or_else(|e| panic!("{details} is no JSON object: {e}"));
            self.give(Input::EventArrived { name: name.to_owned(), details });
        } else if line.ends_with(" does not answer") {
            self.answer(Answer::Failed { problem: "it took too long to answer".into() });
        } else {
            return false;
        }
        true
    }
}

/// How an entry reads in a transcript; `None` for what is no business of a transcript.
fn line(what: &What) -> Option<String> {
    let text = |t: &str| t.replace('\n', " / ");
    Some(match what {
        What::Message { from: Speaker::Bot { .. }, text: words, choices, .. } => {
            let buttons: String = choices.iter().map(|c| format!(" [{}]", c.label)).collect();
            format!("bot: {}{buttons}", text(words))
        }
        What::Called { action, args, .. } => {
            format!("* {action} is asked with {}", serde_json::to_string(args).expect("JSON"))
        }
        What::Waiting { team, priority, summary, .. } => {
            let priority = format!("{priority:?}").to_lowercase();
            format!("* {team} is asked for a person (priority {priority}): {}", text(summary))
        }
        What::Promised { name, owner, contact, .. } => format!("* promised: {name}, by {owner}, to {contact}"),
        What::PromiseLate { name } => format!("* late: {name}"),
        What::PromiseKept { name, .. } => format!("* kept: {name}"),
        What::Feedback { score, comment, .. } => match comment {
            Some(comment) => format!("* feedback: {score}, \"{comment}\""),
            None => format!("* feedback: {score}"),
        },
        What::Note { from: Speaker::Bot { .. }, text: words } => format!("* note: {}", text(words)),
        What::Tagged { tag } => format!("* tag: {tag}"),
        What::Resolved { .. } => "* resolved".to_owned(),
        What::Faulted { problem } => format!("* fault: {problem}"),
        What::Filled { slot, value } => format!("* {slot} = {value}"),
        _ => return None,
    })
}

/// Plays the input lines of a transcript and returns all lines, with what really happened between them.
pub fn transcript(bot: &Bot, now: Millis, script: &str) -> String {
    let mut play = Play::new(bot, now);
    let (given, said): (Vec<&str>, Vec<&str>) =
        script.lines().map(str::trim).filter(|l| !l.is_empty()).partition(|l| l.starts_with("given "));
    let page = given.iter().find_map(|l| l.strip_prefix("given page is ")).map(str::to_owned);
    let customer = given.iter().find_map(|l| l.strip_prefix("given customer is ")).unwrap_or("{}");
    let customer = serde_json::from_str(customer).unwrap_or_else(|e| panic!("{customer} is no JSON object: {e}"));
    play.lines.extend(given.iter().map(|l| (*l).to_owned()));
    play.give(Input::Opened { page, language: None, customer, returning: false, start: None });
    for line in said {
        if !line.starts_with("and: ") {
            play.all_was_said();
        }
        let place = play.lines.len();
        if play.line(line) {
            play.lines.insert(place, line.to_owned());
        }
    }
    play.all_was_said();
    play.lines.join("\n")
}
