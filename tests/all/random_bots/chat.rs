//! A random customer, desk and shop talk to a bot; what is promised of every turn is looked at after each.
use super::bot::TOPICS;
use super::dice::Dice;
use crate::support::MORNING;
use rapport::bot::op::Op;
use rapport::bot::paths::TRIES;
use rapport::bot::{Bot, house};
use rapport::engine::{self, Answer, Effect, Event, Holder, Input, Session, Speaker, Timer, Turn, Wait, What};
use rapport::id::{AgentId, SessionId};
use rapport::time::Millis;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, VecDeque};

const NONSENSE: &str = "qwrt zxcv";
/// Words that are no answer, each understood as something else.
const ASIDES: [&str; 8] = [
    "tell me everything you know",
    "thank you",
    "what can you do",
    "can you say that again",
    "let's begin again from the start",
    "no, that's all",
    "human please",
    "",
];
const ANSWERS: [&str; 9] = ["the blue one", "12", "yes", "no", "red", "2045", "ann@example.com", "4", "Lamp"];

pub struct Chat<'a> {
    pub bot: &'a Bot,
    pub session: Session,
    pub lines: Vec<String>,
    pub journal: Vec<(Millis, Input)>,
    pub bytes: String,
    pub turns: u32,
    now: Millis,
    calls: VecDeque<(u32, String)>,
    timers: BTreeMap<String, (Millis, Timer)>,
    /// The desk was asked for somebody and has not answered.
    queued: bool,
    /// Turns of the customer since a request began, and how many are on the account of digressions.
    counted: u32,
    aside: u32,
    /// A failed call, an escalation or "nobody is available" that no word has followed yet.
    untold: Option<String>,
    manner: Manner,
}

/// How a customer is.
#[derive(Clone, Copy, PartialEq)]
enum Manner {
    Any,
    /// Answers at the last try.
    Slow,
    /// Asks for something new all the time.
    Restless,
}

/// What the session was before a turn.
struct Before {
    wait: Wait,
    bot_has_it: bool,
    digressions: u32,
    /// The open question at which the bot waits: its flow, the topics that it handles in place and those it offers.
    triage: Option<(String, Vec<String>, Vec<String>)>,
}

impl<'a> Chat<'a> {
    pub fn new(bot: &'a Bot) -> Self {
        let id = SessionId::parse("01a20000-0000-7000-8000-000000000001").expect("a valid id");
        Self {
            bot,
            session: Session::new(id, &bot.id, MORNING),
            lines: vec![],
            journal: vec![],
            bytes: String::new(),
            turns: 0,
            now: MORNING,
            calls: VecDeque::new(),
            timers: BTreeMap::new(),
            queued: false,
            counted: 0,
            aside: 0,
            untold: None,
            manner: Manner::Any,
        }
    }

    /// Plays until the dice are used up.
    pub fn play(&mut self, dice: &mut Dice) -> Result<(), String> {
        self.manner = [Manner::Any, Manner::Any, Manner::Slow, Manner::Slow, Manner::Restless][dice.upto(5)];
        let mut customer = Map::new();
        if dice.chance(30) {
            customer.insert("vip".into(), json!(true));
        }
        self.give(Input::Opened { page: None, language: None, customer, returning: dice.chance(20), start: None })?;
        while !dice.over() {
            let input = self.next(dice);
            self.give(input)?;
        }
        Ok(())
    }

    /// What happens next: mostly what the bot waits for.
    fn next(&mut self, dice: &mut Dice) -> Input {
        let agent = || (AgentId(1), "Ann".to_owned());
        if let Some((call, action)) = self.calls.front().cloned()
            && dice.chance(85)
        {
            self.calls.pop_front();
            return Input::CallAnswered { call, answer: answer(&action, dice) };
        }
        if self.queued && dice.chance(60) {
            self.queued = false;
            return Input::NobodyAvailable;
        }
        if let Holder::Agent { .. } = self.session.holder {
            let (agent, name) = agent();
            return match dice.upto(4) {
                0 | 1 => Input::AgentHandedBack { agent, name, flow: None },
                2 => Input::AgentResolved { agent, name },
                _ => self.says(dice),
            };
        }
        if matches!(self.session.holder, Holder::Waiting { .. }) && dice.chance(40) {
            self.queued = false;
            let (agent, name) = agent();
            return Input::AgentTook { agent, name };
        }
        let quiet = if matches!(self.session.control.wait, Wait::Pause) { 60 } else { 7 };
        if dice.chance(quiet)
            && let Some((due, timer)) = self.timers.values().min_by_key(|(due, _)| *due).cloned()
        {
            self.timers.remove(&timer.key());
            self.now = due.max(self.now);
            return Input::TimerFired { timer };
        }
        self.says(dice)
    }

    /// The customer writes, taps, or asks for a person.
    fn says(&mut self, dice: &mut Dice) -> Input {
        let cid = format!("c{}", self.journal.len());
        let pick = |all: &[&str], dice: &mut Dice| all.get(dice.upto(all.len())).copied().unwrap_or("").to_owned();
        let choices = &self.session.control.choices;
        let how = match self.manner {
            Manner::Slow if dice.chance(90) => self.slowly(dice),
            Manner::Restless if dice.chance(70) => 55,
            _ => dice.upto(100),
        };
        let text = match how {
            0..25 => NONSENSE.to_owned(),
            25..50 if !choices.is_empty() => {
                let choice = choices.get(dice.upto(choices.len())).map(|c| c.id.clone()).unwrap_or_default();
                return Input::CustomerTapped { cid, choice };
            }
            50..62 => TOPICS.get(dice.upto(TOPICS.len())).map_or("", |(_, says)| says[dice.upto(2)]).to_owned(),
            62..72 => pick(&ASIDES, dice),
            72..74 => return Input::CustomerWantsPerson { cid },
            _ => pick(&ANSWERS, dice),
        };
        Input::CustomerSaid { cid, text }
    }

    /// What the slowest customer does: answers when one more try would be too many.
    fn slowly(&self, dice: &mut Dice) -> usize {
        let last = |tries: &[(u32, u32)]| tries.iter().map(|(n, _)| *n).max().unwrap_or(TRIES);
        let frame = self.session.control.topics.last().and_then(|t| t.frames.last());
        let (limit, fits) = match self.op() {
            Some((_, Op::Ask(ask))) => (last(&ask.tries), if ask.buttons.is_empty() { 99 } else { 30 }),
            Some((_, Op::Triage(triage))) => (last(&triage.tries), 55),
            _ => return 30 + 60 * dice.upto(2),
        };
        let failed = frame.and_then(|f| f.tries.get(&f.anchor)).copied().unwrap_or(0);
        if failed + 1 < limit { 0 } else { fits }
    }

    fn op(&self) -> Option<(&str, &Op)> {
        let frame = self.session.control.topics.last()?.frames.last()?;
        let op = &self.bot.flows.get(&frame.flow)?.ops.get(usize::try_from(frame.at).ok()?)?.op;
        Some((&frame.flow, op))
    }

    fn before(&self) -> Before {
        let triage = self.op().and_then(|(flow, op)| match op {
            Op::Triage(t) => {
                Some((flow.to_owned(), t.topics.iter().map(|(n, _)| n.clone()).collect(), t.offers.clone()))
            }
            _ => None,
        });
        Before {
            wait: self.session.control.wait.clone(),
            bot_has_it: self.session.holder == Holder::Bot,
            digressions: self.session.control.digressions,
            triage,
        }
    }

    fn give(&mut self, input: Input) -> Result<(), String> {
        self.now = self.now + std::time::Duration::from_secs(7);
        self.journal.push((self.now, input.clone()));
        let before = self.before();
        let turn = engine::turn(self.bot, &mut self.session, input.clone(), self.now);
        self.bytes.push_str(&format!("{turn:?}"));
        self.lines.push(format!("> {}", told(&input)));
        self.lines.extend(turn.events.iter().filter_map(shown));
        for effect in &turn.effects {
            match effect {
                Effect::Call { call, system, action, .. } => {
                    self.calls.push_back((*call, format!("{system}.{action}")));
                }
                Effect::SetTimer { timer, due } => drop(self.timers.insert(timer.key(), (*due, timer.clone()))),
                Effect::CancelTimer { timer } => drop(self.timers.remove(&timer.key())),
                Effect::Queue { .. } => self.queued = true,
            }
        }
        self.whole(&turn)?;
        self.told(&turn)?;
        self.waits()?;
        self.within_the_bound(&before, &input, &turn)
    }

    // ------------------------------------------------------------ what is promised

    /// (a) No fault, and no hole in a text or in what another system is sent.
    fn whole(&self, turn: &Turn) -> Result<(), String> {
        for event in &turn.events {
            match &event.what {
                What::Faulted { problem } => return Err(format!("a fault: {problem}")),
                What::Message { from: Speaker::Bot { .. }, text, .. }
                | What::Note { text, .. }
                | What::Notified { text, .. }
                    if text.contains("(…)") =>
                {
                    return Err(format!("a hole in \"{text}\""));
                }
                What::Called { action, args, .. } if args.values().any(Value::is_null) => {
                    return Err(format!("{action} is asked with {args:?}"));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// (c) Words follow a failed call, an escalation and "nobody is available", before anything is waited for but an answer.
    fn told(&mut self, turn: &Turn) -> Result<(), String> {
        for event in &turn.events {
            match &event.what {
                What::Message { from: Speaker::Bot { .. }, .. } => self.untold = None,
                What::Answered { action, outcome, .. } if outcome == "failed" && action != "an earlier request" => {
                    self.untold = Some(format!("{action} failed"));
                }
                What::NobodyAvailable { .. } => self.untold = Some("nobody is available".into()),
                What::Joined { .. } => self.untold = None,
                What::Waiting { .. } => {
                    let earlier = turn.events.iter().take_while(|e| e.seq < event.seq);
                    let said = |e: &Event| matches!(e.what, What::Message { from: Speaker::Bot { .. }, .. });
                    if !earlier.into_iter().any(said) {
                        return Err("a person is asked for without a word".into());
                    }
                }
                _ => {}
            }
        }
        match &self.untold {
            Some(what) if !matches!(self.session.control.wait, Wait::Call { .. }) => {
                Err(format!("{what}, and not a word follows"))
            }
            _ => Ok(()),
        }
    }

    /// (d) What the bot waits for can happen.
    fn waits(&self) -> Result<(), String> {
        let (wait, holder) = (&self.session.control.wait, &self.session.holder);
        let op = self.op().map(|(_, op)| op);
        let fits = match wait {
            Wait::Opening => false,
            Wait::Answer => matches!(op, Some(Op::Ask(_) | Op::Triage(_) | Op::Feedback(_))),
            Wait::Meaning { .. } => matches!(op, Some(Op::Triage(_))),
            Wait::Switch { .. } => matches!(op, Some(Op::Ask(_))),
            Wait::Comment { .. } => matches!(op, Some(Op::Feedback(_))),
            Wait::Call { call } => self.calls.iter().any(|(c, _)| c == call),
            Wait::Pause => self.timers.contains_key("pause"),
            Wait::Person => matches!(holder, Holder::Waiting { .. } | Holder::Agent { .. }),
            Wait::Nothing => matches!(holder, Holder::Resolved { .. }),
        };
        if fits { Ok(()) } else { Err(format!("it waits for {wait:?} at {op:?}, while the chat is with {holder:?}")) }
    }

    /// (b) No more turns of the customer from the beginning of a request to its end or a person than is proved.
    fn within_the_bound(&mut self, before: &Before, input: &Input, turn: &Turn) -> Result<(), String> {
        let spoke = matches!(input, Input::CustomerSaid { .. } | Input::CustomerTapped { .. });
        if spoke {
            self.turns += 1;
        }
        if spoke && before.bot_has_it && before.wait.is_question() {
            self.counted += 1;
            self.lines.push(format!("  (turn {} of {})", self.counted, self.most()));
        }
        if self.session.control.digressions > before.digressions {
            self.aside += 1;
        }
        let bot_has_it = self.session.holder == Holder::Bot;
        if !bot_has_it || !before.bot_has_it || self.begins_anew(before, input, turn) {
            (self.counted, self.aside) = (0, 0);
        }
        let asks = bot_has_it && self.session.control.wait.is_question();
        if self.counted > self.most() || (self.counted == self.most() && asks) {
            return Err(format!("{} turns, and still no end; proved are {}", self.counted, self.most()));
        }
        Ok(())
    }

    fn most(&self) -> u32 {
        let bound = self.bot.bound.as_ref().expect("a bound");
        bound.turns + bound.aside * self.aside
    }

    /// Whether the customer asked for something new in this turn.
    fn begins_anew(&self, before: &Before, input: &Input, turn: &Turn) -> bool {
        let person = |e: &Event| matches!(&e.what, What::Opened { .. });
        if matches!(input, Input::TimerFired { timer: Timer::Quiet }) || turn.events.iter().any(person) {
            return true;
        }
        let understood = turn.events.iter().rev().find_map(|e| match &e.what {
            What::Understood { topic, .. } => topic.clone(),
            _ => None,
        });
        let tapped = match input {
            Input::CustomerTapped { choice, .. } => Some(choice.clone()).filter(|c| self.bot.flows.contains_key(c)),
            _ => None,
        };
        let began = turn.events.iter().any(|e| {
            let house_own = |f: &str| house::is(f) && f != house::THANKS && f != house::WHAT_CAN_YOU_DO;
            matches!(&e.what, What::TopicBegan { flow, .. } if !house_own(flow))
        });
        let asked_for = tapped.or(understood);
        match (&before.triage, asked_for) {
            (Some((flow, own, offers)), Some(topic)) => {
                let within = own.contains(&topic) || (house::is(flow) && house::is(&topic) && offers.contains(&topic));
                !within || (began && !own.contains(&topic))
            }
            (None, Some(topic)) if topic == house::START_OVER => true,
            // A switch, or what was put off: the flow begins.
            (None, _) | (Some(_), None) => began && !matches!(before.wait, Wait::Opening),
        }
    }
}

/// What another system answers.
fn answer(action: &str, dice: &mut Dice) -> Answer {
    let (outcomes, fields): (&[&str], _) = match action {
        "shop.find" => (&["found", "not_found", "locked"], json!({ "number": "204518", "total": 48 })),
        "shop.refund" => (&["started", "already"], json!({ "amount": 48 })),
        _ => {
            let names = ["Lamp", "Bulb", "Box"].into_iter().cycle().take([3, 60][dice.upto(2)]);
            let items: Vec<Value> = names.map(|name| json!({ "name": name })).collect();
            (&["listed"], json!({ "items": items }))
        }
    };
    if dice.chance(20) {
        return Answer::Failed { problem: "it does not answer".into() };
    }
    let outcome = outcomes.get(dice.upto(outcomes.len())).copied().unwrap_or("found");
    let fields = if outcome == "not_found" { json!({}) } else { fields };
    Answer::Outcome { outcome: outcome.into(), fields: fields.as_object().cloned().unwrap_or_default() }
}

fn told(input: &Input) -> String {
    match input {
        Input::CustomerSaid { text, .. } => format!("customer: {text}"),
        Input::CustomerTapped { choice, .. } => format!("customer taps {choice}"),
        other => format!("{other:?}").chars().take(100).collect(),
    }
}

fn shown(event: &Event) -> Option<String> {
    match &event.what {
        What::Moved { .. } | What::Message { from: Speaker::Customer, .. } => None,
        What::Message { text, choices, .. } => {
            let labels: String = choices.iter().map(|c| format!(" [{}]", c.id)).collect();
            Some(format!("bot: {text}{labels}"))
        }
        What::Understood { topic, .. } => topic.as_ref().map(|t| format!("* understood: {t}")),
        other => Some(format!("* {}", format!("{other:?}").chars().take(110).collect::<String>())),
    }
}
