//! The lines of a recorded test, in order: what was given, who said what, how time passed, what came of it.
use super::expected::{bot_said, expected};
use super::given::{self, Given};
use super::secret::{Question, Secrets};
use super::shorten::Texts;
use super::stand_ins::StandIns;
use super::turns::{Began, Turn, turns};
use super::within;
use crate::bot::Bot;
use crate::bot::op::Op;
use crate::engine::session::{HIDDEN, Session};
use crate::engine::{Event, What};
use crate::id::SessionId;
use crate::time::Millis;
use crate::understand::mood::{Feeling, Mood};
use serde_json::{Map, Value};

/// How much of a customer's pauses is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Only long ones, and those at the end of which something happens.
    Brisk,
    /// All, to the second.
    Real,
}

/// A shorter pause of the customer changes nothing.
const LONG: i64 = 10 * 60;
const HOUR: i64 = 3600;
const UNITS: [(i64, &str); 4] = [(86_400, "day"), (HOUR, "hour"), (60, "minute"), (1, "second")];
/// The bot is silent while an agent has the chat: what the two say is between them.
const AGENT: &str = "agent: (a colleague takes over)";
const TO_AGENT: &str = "customer: (words for the colleague)";

/// The whole file of a test.
pub fn script(bot: &Bot, name: &str, events: &[Event], stand_ins: &StandIns, seed: u64, pace: Pace) -> String {
    let turns = turns(events);
    let Some(first) = events.first() else { return String::new() };
    let (today, begun) = given::today(bot, first.at);
    let mut writer = Writer {
        bot,
        stand_ins,
        secrets: Secrets::new(seed),
        texts: Texts::new(bot),
        pace,
        given: given::answers(bot, &turns, stand_ins),
        session: Session::new(SessionId::new(uuid::Uuid::nil()), &bot.id, first.at),
        clock: begun,
        last: first.at,
        mood: Mood::default(),
        lines: vec![today],
    };
    writer.lines.extend(given::customer(bot, first, stand_ins));
    writer.given_for(0);
    turns.iter().for_each(|turn| writer.turn(turn));
    writer.lines.extend(expected(bot, events, stand_ins));
    let lines: String = writer.lines.iter().map(|l| format!("  {l}\n")).collect();
    format!("# From a chat that happened. Names, addresses and numbers in it are made up.\ntest {name}\n{lines}")
}

struct Writer<'a> {
    bot: &'a Bot,
    stand_ins: &'a StandIns,
    secrets: Secrets,
    texts: Texts,
    pace: Pace,
    given: Given,
    /// The chat as it was after each turn.
    session: Session,
    /// What time it is in the test.
    clock: Millis,
    /// When something happened last, really.
    last: Millis,
    /// The customer's mood in the test.
    mood: Mood,
    lines: Vec<String>,
}

impl Writer<'_> {
    fn turn(&mut self, turn: &Turn<'_>) {
        match turn.began {
            Began::Opened | Began::ByItself | Began::AgentSaid => {}
            Began::Unheard => self.once("# The customer wrote while the bot waited for another system."),
            Began::Said(_) if turn.with_agent => self.acts(turn, TO_AGENT.to_owned()),
            Began::Said(text) => self.acts(turn, format!("customer: {}", self.stand_ins.swap(text))),
            Began::WroteOn(text) => self.lines.push(format!("and: {}", self.stand_ins.swap(text))),
            Began::Secret => {
                let words = self.secret(turn).unwrap_or_else(|| HIDDEN.to_owned());
                self.acts(turn, format!("customer: {words}"));
            }
            Began::Event(name, details) => self.event(turn, name, details),
            Began::Tapped(label) => self.acts(turn, format!("customer taps {}", self.stand_ins.swap(label))),
            Began::WantedPerson => self.acts(turn, "customer asks for a person".to_owned()),
            Began::AgentTook => self.acts(turn, AGENT.to_owned()),
            Began::AgentResolved => self.acts(turn, "agent resolves".to_owned()),
            Began::HandedBack => self.acts(turn, "agent hands back".to_owned()),
            Began::Timer => self.timer(turn),
        }
        for event in turn.events {
            self.session.apply(event);
            if let Some(text) = bot_said(event) {
                let line = format!("bot: {}", self.texts.shortened(text, self.stand_ins));
                self.lines.push(line);
            }
            if matches!(event.what, What::Faulted { .. }) {
                self.once("# Something was wrong inside the bot here.");
            }
        }
        self.last = turn.at;
    }

    /// What stands for an answer that is written down nowhere.
    fn secret(&mut self, turn: &Turn<'_>) -> Option<String> {
        let bot = self.bot;
        let frame = self.session.control.topics.last()?.frames.last()?;
        let place = bot.flows.get(&frame.flow)?.ops.get(usize::try_from(frame.at).ok()?)?;
        let Op::Ask(ask) = &place.op else { return None };
        let frame = bot.settings.frame(self.session.language.as_deref(), turn.at);
        self.secrets.instead(&Question { bot, ask, session: &self.session, frame }, turn.events)
    }

    /// Something that happened in the shop; what no flow takes from it is left out.
    fn event(&mut self, turn: &Turn<'_>, name: &str, details: &Map<String, Value>) {
        let Some(taken) = within::taken_from_event(self.bot, name) else { return };
        let known = details.iter().filter(|(name, _)| taken.contains(name.as_str()));
        let known = known.filter_map(|(n, v)| Some(format!("{n} = {}", given::written(v, self.stand_ins)?)));
        let known = known.collect::<Vec<_>>().join(", ");
        let with = if known.is_empty() { known } else { format!(" with {known}") };
        self.acts(turn, format!("event {name} arrives{with}"));
    }

    /// A line of the customer or an agent.
    fn acts(&mut self, turn: &Turn<'_>, line: String) {
        self.pause(turn.at);
        self.given_for(turn.act);
        if line == TO_AGENT || line == AGENT {
            return self.once(&line);
        }
        self.feel(turn, line.strip_prefix("customer: "));
        self.lines.push(line);
    }

    /// The mood is in the customer's words, and a test needs no line for it; where other words stand in the test it does.
    fn feel(&mut self, turn: &Turn<'_>, words: Option<&str>) {
        let understood = turn.events.iter().rev().find_map(|e| match &e.what {
            What::Understood { mood, .. } => Some(*mood),
            _ => None,
        });
        let really = understood.unwrap_or(self.session.mood).strongest();
        let after = |mood: Mood| words.map_or(mood, |words| mood.blend(Mood::measure(words)));
        if let Some(feeling) = really.filter(|_| after(self.mood).strongest() != really) {
            self.lines.push(format!("mood is {}", word(feeling)));
            self.mood = whole(feeling);
        }
        self.mood = after(self.mood);
    }

    fn once(&mut self, line: &str) {
        if self.lines.last().is_none_or(|last| last != line) {
            self.lines.push(line.to_owned());
        }
    }

    fn given_for(&mut self, act: usize) {
        self.lines.extend(self.given.remove(&act).unwrap_or_default());
    }

    /// Time passes until something happens.
    fn timer(&mut self, turn: &Turn<'_>) {
        self.given_for(turn.act);
        let seconds = match self.pace {
            // A timer is a little late, and not always by the same time.
            Pace::Brisk => seconds(self.last, Millis(turn.at.0 + 500)),
            Pace::Real => (turn.at.0 - self.clock.0).div_euclid(1000) + 1,
        };
        self.pass(seconds);
    }

    /// Time passes until the customer or an agent does something.
    fn pause(&mut self, until: Millis) {
        let late = seconds(self.clock, until);
        if self.pace == Pace::Real {
            return self.pass(late);
        }
        let minutes = late - late % 60;
        let rough = if late >= 2 * HOUR { late - late % HOUR } else { minutes };
        if self.same_to_the_bot(self.clock, until) && late < LONG {
            return;
        }
        let fits = |by: &i64| self.same_to_the_bot(Millis(self.clock.0 + by * 1000), until);
        self.pass([rough, minutes, late].into_iter().find(fits).unwrap_or(late));
    }

    /// Whether two moments lie on one day and in the same opening hours.
    fn same_to_the_bot(&self, a: Millis, b: Millis) -> bool {
        let settings = &self.bot.settings;
        let open = |at| settings.hours.open(at, &settings.time_zone);
        let day = |at| given::local(self.bot, at).date();
        open(a) == open(b) && day(a) == day(b)
    }

    fn pass(&mut self, seconds: i64) {
        self.clock = Millis(self.clock.0 + seconds.max(0) * 1000);
        let mut left = seconds.max(0);
        for (length, unit) in UNITS {
            let amount = left / length;
            if amount > 0 {
                left -= amount * length;
                self.lines.push(format!("after {amount} {unit}{}", if amount == 1 { "" } else { "s" }));
            }
        }
    }
}

fn seconds(from: Millis, until: Millis) -> i64 {
    (until.0 - from.0).max(0) / 1000
}

fn word(feeling: Feeling) -> &'static str {
    match feeling {
        Feeling::Angry => "angry",
        Feeling::Worried => "worried",
        Feeling::Disappointed => "disappointed",
        Feeling::Happy => "happy",
    }
}

/// The mood that `mood is` sets.
fn whole(feeling: Feeling) -> Mood {
    let none = Mood::default();
    match feeling {
        Feeling::Angry => Mood { anger: 1.0, ..none },
        Feeling::Worried => Mood { worry: 1.0, ..none },
        Feeling::Disappointed => Mood { disappointment: 1.0, ..none },
        Feeling::Happy => Mood { joy: 1.0, ..none },
    }
}
