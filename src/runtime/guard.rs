//! Runs a turn so that a panic stays in its chat: the customer gets an apology and a person, and nothing of what they sent
//! is lost.
use crate::bot::{Bot, house, phrases};
use crate::engine::{self, Effect, Event, Holder, Input, Session, Speaker, Turn, What};
use crate::language::ast::Priority;
use crate::time::Millis;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs the turn on a copy of the session; the copy and what happened.
pub fn turn(bot: &Bot, session: &Session, input: &Input, now: Millis) -> (Session, Turn) {
    let run = || {
        let mut session = session.clone();
        let turn = engine::turn(bot, &mut session, input.clone(), now);
        (session, turn)
    };
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let problem = words(panic.as_ref());
        tracing::error!(session = %session.id, problem, "a turn panicked");
        broke(bot, session.clone(), input, problem, now)
    })
}

fn words(panic: &(dyn Any + Send)) -> String {
    let plain = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
    plain.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a turn broke off".into())
}

fn broke(bot: &Bot, mut session: Session, input: &Input, problem: String, now: Millis) -> (Session, Turn) {
    let mut turn = Turn::default();
    if let Some(what) = heard(bot, &session, input) {
        let event = Event { seq: session.seq + 1, at: now, what };
        session.apply(&event);
        turn.events.push(event);
    }
    let mut apologised = session.clone();
    let apology =
        AssertUnwindSafe(|| engine::turn(bot, &mut apologised, Input::Broke { problem: problem.clone() }, now));
    match catch_unwind(apology) {
        Ok(apology) => {
            turn.events.extend(apology.events);
            turn.effects.extend(apology.effects);
            (apologised, turn)
        }
        Err(_) => by_hand(bot, session, turn, problem, now),
    }
}

/// Not even the apology can be made by the engine, so that nothing of the bot is used here but its name and its team.
fn by_hand(bot: &Bot, mut session: Session, mut turn: Turn, problem: String, now: Millis) -> (Session, Turn) {
    let mut all = vec![What::Faulted { problem: problem.clone() }];
    if matches!(session.holder, Holder::Bot | Holder::Resolved { .. }) {
        let (team, priority) = (bot.settings.default_team.clone(), Priority::High);
        let from = Speaker::Bot { name: bot.settings.name.clone() };
        all.push(What::message(from, phrases::APOLOGY.to_owned(), None));
        let (why, summary) = ("Something went wrong inside the bot".to_owned(), problem);
        all.push(What::Waiting { team: team.clone(), priority, why, summary });
        turn.effects.push(Effect::Queue { team, priority });
    }
    for what in all {
        let event = Event { seq: session.seq + 1, at: now, what };
        session.apply(&event);
        turn.events.push(event);
    }
    (session, turn)
}

/// The customer's words are kept all the same, under their client id: sent again they are a duplicate.
fn heard(bot: &Bot, session: &Session, input: &Input) -> Option<What> {
    let mut file = None;
    let (text, cid, choice) = match input {
        Input::CustomerSaid { cid, text } => (text.clone(), cid, None),
        Input::CustomerSent { cid, file: sent } => {
            file = Some(sent);
            (sent.name.clone(), cid, None)
        }
        Input::CustomerTapped { cid, choice } => {
            let offered = session.control.choices.iter().find(|c| c.id == *choice)?;
            (offered.label.clone(), cid, Some(choice.clone()))
        }
        Input::CustomerWantsPerson { cid } => {
            (bot.title(house::TALK_TO_A_PERSON).to_owned(), cid, Some("person".to_owned()))
        }
        _ => return None,
    };
    let mut what = What::message(Speaker::Customer, text, Some(cid.clone()));
    if let What::Message { choice: tapped, files, .. } = &mut what {
        *tapped = choice;
        files.extend(file.cloned());
    }
    Some(what)
}
