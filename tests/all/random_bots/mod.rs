//! Random small bots: whatever passes `check` keeps what the check promises, with any customer, desk and shop.
//! `RAPPORT_CAMPAIGN=600 slot cargo test --test all random_bots -- --nocapture` goes on for ten minutes with new bots.
mod bot;
mod chat;
mod dice;

use crate::support::compiled;
use chat::Chat;
use dice::Dice;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use rapport::bot::Compiled;
use rapport::engine::{self, Session};
use rapport::language::diagnostic::Severity;
use std::time::{Duration, Instant};

fn compile(files: &[(String, String)]) -> Compiled {
    let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
    compiled(&files)
}

/// Counts of a run, for who reads its end.
#[derive(Debug, Default)]
struct Tally {
    bots: u32,
    passed: u32,
    chats: u32,
    turns: u64,
}

/// Writes a bot, and plays with it where it passes the check.
fn play(bot: &[u32], chats: &[Vec<u32>], tally: &mut Tally) -> Result<(), String> {
    let files = bot::random_bot(&mut Dice::new(bot.to_vec()));
    let text = || files.first().map(|(_, t)| t.clone()).unwrap_or_default();
    tally.bots += 1;
    let compiled = compile(&files);
    let Some(bot) = compiled.bot else { return Ok(()) };
    tally.passed += 1;
    for numbers in chats {
        let mut chat = Chat::new(&bot);
        let end = chat.play(&mut Dice::new(numbers.clone()));
        tally.chats += 1;
        tally.turns += u64::from(chat.turns);
        let told = |why: &str| format!("{why}\n{}\n{}\n{:?}", text(), chat.lines.join("\n"), bot.bound);
        end.map_err(|why| told(&why))?;
        // (e) The same journal makes the same bytes.
        let mut again = Session::new(chat.session.id, &bot.id, chat.session.began);
        let turns = chat.journal.iter().map(|(at, input)| engine::turn(&bot, &mut again, input.clone(), *at));
        let bytes: String = turns.map(|turn| format!("{turn:?}")).collect();
        if bytes != chat.bytes {
            return Err(told("the same inputs made other bytes"));
        }
    }
    Ok(())
}

fn numbers(length: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(0..10_000_u32, length)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, max_shrink_iters: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn what_passes_the_check_keeps_what_it_promises(
        bot in numbers(20..200),
        chats in prop::collection::vec(numbers(20..200), 1..6),
    ) {
        let end = play(&bot, &chats, &mut Tally::default());
        prop_assert!(end.is_ok(), "{}", end.unwrap_err());
    }
}

/// The generator writes bots that pass often enough for the property to mean something.
#[test]
fn a_good_share_of_random_bots_passes_the_check() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut tally = Tally::default();
    let mut codes = std::collections::BTreeMap::<String, u32>::new();
    for _ in 0..100 {
        let bot = numbers(20..200).new_tree(&mut runner).expect("numbers").current();
        let compiled = compile(&bot::random_bot(&mut Dice::new(bot)));
        tally.bots += 1;
        tally.passed += u32::from(compiled.bot.is_some());
        for d in compiled.diagnostics.iter().filter(|d| d.severity == Severity::Error) {
            *codes.entry(d.code.to_string()).or_default() += 1;
        }
    }
    assert!(tally.passed * 100 > tally.bots * 30, "{tally:?} {codes:?}");
}

/// Goes on for as many seconds as `RAPPORT_CAMPAIGN` says, with other bots each time.
#[test]
fn campaign() {
    let Some(seconds) = std::env::var("RAPPORT_CAMPAIGN").ok().and_then(|s| s.parse().ok()) else { return };
    let until = Instant::now() + Duration::from_secs(seconds);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        max_shrink_iters: 50_000,
        ..ProptestConfig::default()
    });
    let strategy = (numbers(20..300), prop::collection::vec(numbers(20..300), 10..30));
    let tally = std::cell::RefCell::new(Tally::default());
    while Instant::now() < until {
        let found = runner.run(&strategy, |(bot, chats)| {
            let end = play(&bot, &chats, &mut tally.borrow_mut());
            end.map_err(TestCaseError::fail)
        });
        assert!(found.is_ok(), "{}\n{:?}", found.unwrap_err(), tally.borrow());
    }
    println!("{:?}", tally.borrow());
}
