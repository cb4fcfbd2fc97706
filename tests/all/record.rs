//! A chat that happened as a conversation test: it passes, and nothing personal is left in it.
use crate::support::shipped;
use rapport::rehearsal::{record, rehearse};

#[test]
fn every_shipped_conversation_can_be_recorded_again() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for bot in shipped() {
        for test in &bot.tests {
            let journal = rehearse(&bot, test).journal;
            let recorded = record(&bot, None, &journal);
            count += 1;
            if let Some(problem) = recorded.problem {
                wrong.push(format!("{}: {}\n{problem}\n{}", bot.id, test.name, recorded.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count}\n{}", wrong.len(), wrong.join("\n"));
}
