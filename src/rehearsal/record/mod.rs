//! A chat that really happened as a conversation test, with stand-ins for everything personal in it. Pure.
mod expected;
mod given;
mod personal;
mod script;
mod secret;
mod shorten;
mod stand_ins;
mod turns;
mod within;

use super::{Report, rehearse};
use crate::bot::Bot;
use crate::engine::{Event, What};
use crate::language::diagnostic::Diagnostic;
use crate::language::source::{FileId, SourceFile};
use crate::language::test;
use script::Pace;

/// Sets of stand-ins that are tried: one may not pass a check of the author's, such as a check digit.
const SETS: u64 = 3;

/// A chat as a test, and how the test went with the bot as it is.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The whole file.
    pub text: String,
    pub name: String,
    /// Why it does not pass; `None` where it does.
    pub problem: Option<String>,
}

/// Writes a chat down as a test of this name; without one it is called by its topic and its day. Of several ways to write it
/// down the first that passes is taken: as short as it can be, then with each pause of the customer.
pub fn record(bot: &Bot, name: Option<&str>, events: &[Event]) -> Recorded {
    let name = name.map(stand_ins::one_line).filter(|n| !n.is_empty()).unwrap_or_else(|| called(bot, events));
    let mut first = None;
    for seed in 0..SETS {
        let stand_ins = personal::stand_ins(bot, events, seed);
        for pace in [Pace::Brisk, Pace::Real] {
            let text = script::script(bot, &name, events, &stand_ins, seed, pace);
            let problem = problem(bot, &text);
            let passed = problem.is_none();
            let recorded = Recorded { text, name: name.clone(), problem };
            if passed {
                return recorded;
            }
            first.get_or_insert(recorded);
        }
    }
    first.unwrap_or(Recorded { text: String::new(), name, problem: Some("The chat is empty.".into()) })
}

fn called(bot: &Bot, events: &[Event]) -> String {
    let topic = events.iter().find_map(|e| if let What::TopicBegan { flow, .. } = &e.what { Some(flow) } else { None });
    let title = topic.map_or("A chat", |flow| bot.title(flow));
    let title = title.trim_end_matches(['?', '.', '!']);
    let day = events.first().map(|e| given::local(bot, e.at).date());
    day.map_or_else(|| title.to_owned(), |day| format!("{title}, as on {day}"))
}

/// Plays the test; what is wrong with it, in words.
fn problem(bot: &Bot, text: &str) -> Option<String> {
    let (tests, found) = test::parse(FileId(0), &SourceFile::new("the test", text));
    let wrong = |d: &Diagnostic| format!("{}. {}", d.problem, d.action);
    let unread = found.first().map(wrong);
    unread.or_else(|| {
        let failed = |report: Report| report.failure.is_some().then(|| super::tell(&report));
        tests.iter().find_map(|t| failed(rehearse(bot, t)))
    })
}

/// The file name of a test: small letters, digits and `-`.
pub fn file_name(name: &str) -> String {
    let plain: String = name.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
    let words: Vec<&str> = plain.split_whitespace().take(8).collect();
    if words.is_empty() { "recorded".to_owned() } else { words.join("-") }
}
