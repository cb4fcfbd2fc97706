//! Any text as a flow file: it is read, its mistakes are told, it is formatted once and for all; and where it makes a bot,
//! a chat with that bot keeps its promises.
use rapport::bot::{Bot, Compiled, Files, compile};
use rapport::engine::{Effect, Input, Session, turn};
use rapport::id::SessionId;
use rapport::language::{SourceFile, format, render};
use rapport::time::Millis;
use serde_json::json;
use std::time::Duration;

const BEGAN: Millis = Millis(1_777_885_200_000);
/// Messages that one turn may cause; the engine stops a chat that says more.
const MOST_SAID: usize = 120;

pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data).into_owned();
    let tidy = format(&SourceFile::new("main.flow", text.as_str()));
    let again = format(&SourceFile::new("main.flow", tidy.as_str()));
    assert_eq!(tidy, again, "what is tidy stays as it is");
    let compiled = compiled(vec![("main.flow", text)]);
    if let Some(bot) = &compiled.bot {
        play(bot, &["hello", "I want my money back", "204518", "yes", "no", "talk to a person"]);
    }
}

/// Compiles, and makes everything of the mistakes that may be made of them.
pub fn compiled(files: Vec<(&str, String)>) -> Compiled {
    let texts = files.into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
    let compiled = compile(&Files { id: "test".into(), texts });
    assert!(compiled.bot.is_some() || !compiled.diagnostics.is_empty(), "no bot, and no reason");
    for diagnostic in compiled.diagnostics.iter().take(20) {
        assert!(!diagnostic.problem.is_empty() && !diagnostic.action.is_empty(), "{diagnostic:?}");
        render::text(diagnostic, &compiled.sources, true);
        render::to_json(diagnostic, &compiled.sources);
    }
    compiled
}

/// Plays a chat. After each turn the state is the journal, folded, and survives being written down.
pub fn play(bot: &Bot, words: &[&str]) {
    let id = SessionId::parse("0198c2f4-0000-7000-8000-000000000000").expect("an id");
    let mut session = Session::new(id, &bot.id, BEGAN);
    let mut folded = session.clone();
    let mut now = BEGAN;
    let opened =
        Input::Opened { page: None, language: None, customer: Default::default(), returning: false, start: None };
    let said = words
        .iter()
        .enumerate()
        .map(|(n, text)| Input::CustomerSaid { cid: format!("c{n}"), text: (*text).to_owned() });
    let mut inputs: Vec<Input> = std::iter::once(opened).chain(said).collect();
    inputs.reverse();
    let mut caused = 0;
    while let Some(input) = inputs.pop() {
        now = now + Duration::from_secs(30);
        let turn = turn(bot, &mut session, input, now);
        assert!(turn.events.len() < MOST_SAID * 10, "{} entries in one turn", turn.events.len());
        for event in &turn.events {
            assert_eq!(event.seq, folded.seq + 1, "no gap");
            let kept = serde_json::from_value(json!(event)).expect("an entry can be read again");
            folded.apply(&kept);
        }
        assert_eq!(folded, session, "the state is the journal, folded");
        let text = serde_json::to_string(&session).expect("a state can be written");
        assert_eq!(serde_json::from_str::<Session>(&text).expect("and read"), session);
        // What is due later is due at once; that must come to an end too.
        for effect in turn.effects {
            caused += 1;
            match effect {
                Effect::SetTimer { timer, due } if caused < 40 => {
                    now = now.max(due);
                    inputs.push(Input::TimerFired { timer });
                }
                _ => {}
            }
        }
    }
}
