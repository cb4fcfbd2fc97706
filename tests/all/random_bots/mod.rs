//! Random small bots: whatever passes `check` keeps what the check promises, with any customer, desk and shop.
//! `RAPPORT_CAMPAIGN=600 slot cargo test --test all random_bots -- --nocapture` goes on for ten minutes with new bots.
mod bot;
mod chat;
mod dice;
mod found;

use crate::play::transcript;
use crate::support::{MORNING, compiled, mistakes};
use chat::Chat;
use dice::Dice;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngSeed, TestRunner};
use rapport::bot::Compiled;
use rapport::engine::{self, Session};
use rapport::language::diagnostic::Severity;
use std::collections::BTreeMap;
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
    play_with(&bot::random_bot(&mut Dice::new(bot.to_vec())), chats, tally)
}

fn play_with(files: &[(String, String)], chats: &[Vec<u32>], tally: &mut Tally) -> Result<(), String> {
    let text = || files.first().map(|(_, t)| t.clone()).unwrap_or_default();
    tally.bots += 1;
    let compiled = compile(files);
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

fn found(flow: &str) -> Vec<(String, String)> {
    let flow = format!("{flow}{}", bot::EVERYTHING);
    let files = [("a.flow", flow.as_str()), ("bot.yaml", bot::SETTINGS), ("integrations.yaml", bot::SYSTEMS)];
    files.map(|(n, t)| (n.to_owned(), t.to_owned())).to_vec()
}

/// What was once found is refused by now, or keeps what is promised.
#[test]
fn what_was_found_stays_mended() {
    let mut runner = TestRunner::deterministic();
    let chats = prop::collection::vec(numbers(100..400), 15).new_tree(&mut runner).expect("numbers").current();
    let mut wrong = Vec::new();
    for (name, passes, flow) in found::FOUND {
        let files = found(flow);
        let mut tally = Tally::default();
        let end = play_with(&files, &chats, &mut tally);
        wrong.extend(end.err().map(|why| format!("{name}: {why}")));
        if (tally.passed == 1) != passes {
            wrong.push(format!("{name}: {}", mistakes(&compile(&files))));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n=====\n"));
}

#[test]
fn chats_with_what_was_found_end_well() {
    for (name, script, end) in found::CHATS {
        let (_, _, flow) = found::FOUND.iter().find(|(n, ..)| *n == name).expect("a bot of this name");
        let bot = compile(&found(flow)).bot.expect("a bot without mistakes");
        let heard = transcript(&bot, MORNING, script);
        assert!(heard.contains(end), "{name}\n{heard}");
    }
}

fn numbers(length: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(0..10_000_u32, length)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, max_shrink_iters: 2_000, rng_seed: RngSeed::Fixed(4), failure_persistence: None, ..ProptestConfig::default() })]

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
    let mut runner = TestRunner::deterministic();
    let mut tally = Tally::default();
    let mut codes = BTreeMap::<String, u32>::new();
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

/// Goes on for as many seconds as `RAPPORT_CAMPAIGN` says, with other bots each time, and shows the shortest counterexample of
/// each kind.
#[test]
fn campaign() {
    let Some(seconds) = std::env::var("RAPPORT_CAMPAIGN").ok().and_then(|s| s.parse().ok()) else { return };
    let until = Instant::now() + Duration::from_secs(seconds);
    let mut runner = TestRunner::new(ProptestConfig::default());
    let strategy = (numbers(20..200), prop::collection::vec(numbers(20..400), 5..20));
    let (mut tally, mut found) = (Tally::default(), BTreeMap::<String, String>::new());
    while Instant::now() < until {
        let (bot, chats) = strategy.new_tree(&mut runner).expect("numbers").current();
        let Err(told) = play(&bot, &chats, &mut tally) else { continue };
        let kind: String =
            told.split([',', '"', ':', '(']).next().unwrap_or("").chars().filter(|c| !c.is_numeric()).collect();
        let shortest = found.entry(kind).or_insert_with(|| told.clone());
        if told.len() < shortest.len() {
            *shortest = told;
        }
    }
    println!("{tally:?}");
    assert!(found.is_empty(), "{}", found.into_values().collect::<Vec<_>>().join("\n==========\n"));
}
