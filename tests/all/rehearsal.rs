//! Conversation tests: every kind of line, every way to fail, and the shipped bots' own tests.
use crate::support::{bot, compiled, mistakes, root, shipped};
use proptest::prelude::*;
use rapport::language::source::{FileId, SourceFile};
use rapport::rehearsal::{self, Report, coverage, fits};
use std::collections::BTreeSet;
use std::process::Command;

const BOT: &str = "\
name: Robin
languages: [en, fr]
time_zone: Europe/London
opening_hours: { monday to friday: 9:00-18:00 }
teams: { orders: {}, general: {} }
customer: { vip: yes or no }
keep for the chat: [city]
";
const SYSTEMS: &str = "\
shop:
  base: https://shop.example
  find: { get: \"/orders/{{ number }}\", outcomes: { 200: found, 404: missing }, gives: { total: money, delivered: date } }
";
const FLOWS: &str = "\
flow main
  greet
    first time: Hi{% if customer.first_name %} {{ customer.first_name }}{% endif %}, I'm Robin.
    returning: Welcome back!
  triage: What can I do for you?
    offer order
    offer weather

flow order: Where is my order?
  team orders
  customers say
    where is my order
  empathize
    when angry: I'm sorry for the wait.
    when worried: I see that this matters.
  ask number: What is its number?
    accept pattern [0-9]{4}
    retry: It has four digits.
  use shop.find with number = number save as found
    when missing
      note: Nothing under {{ number }}.
      tag lost
      escalate, priority high: A colleague will look.
        summary: Order {{ number }} is missing.
  if found.total is more than 100
    say: A big one: {{ found.total | money }}.
  else
    say:
      - It comes soon.
      - It is nearly there.
  promise call_back within 1 day: We call you within {{ within }}.

flow weather: How is the weather?
  customers say
    how is the weather
  ask city: Where are you?
    accept text
  say: It is sunny in {{ city }}.
";

fn files(tests: &str) -> [(&'static str, String); 4] {
    let text = str::to_owned;
    [
        ("bot.yaml", text(BOT)),
        ("integrations.yaml", text(SYSTEMS)),
        ("main.flow", text(FLOWS)),
        ("tests/a.flow", text(tests)),
    ]
}

fn reports(tests: &str) -> Vec<Report> {
    let files = files(tests);
    let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (*n, t.as_str())).collect();
    let bot = bot(&files);
    bot.tests.iter().map(|t| rehearsal::rehearse(&bot, t)).collect()
}

fn told(tests: &str) -> String {
    reports(tests).iter().map(rehearsal::tell).collect()
}

#[test]
fn every_kind_of_line_does_what_it_says() {
    let told = told(
        "\
# A comment stands anywhere.
test An order, from the first word to the last
  given today is 2026-05-04 11:30
  given shop.find answers missing, then found with total = 40, delivered = 2026-05-01
  given page is /cart
  given the customer writes in fr
  given customer first_name = \"Ada\"
  bot: Hi Ada, I'm Robin.
  bot: What can I ... you?
  bot offers Where is my order?, How is the weather?
  bot says nothing else
  mood is angry
  customer: where is my order
  expect empathy before the next question, topic order
  bot: I'm sorry…
  bot: ...number?
  customer: 1234
  bot: A colleague will look.
  expect escalated to orders with priority high, ends with a person
  expect tag lost
  expect note: Nothing under ...
  expect number is 1234, shop.find was asked with number = 1234
  agent: I found it.
  agent hands back
  agent resolves
  expect ends resolved, at most 2 customer turns

test Nobody is there
  given shop.find fails
  given nobody is available
  given customer is returning
  bot: Welcome back!
  customer taps Where is my order?
  customer: \"12\"
  bot: It has four digits.
  customer: 1234
  bot: I'm sorry, something on our side...
  bot: Nobody is free...
  expect ends with a person

test A promise
  given shop.find answers found with total = 140
  customer taps Where is my order?
  customer: 1234
  bot: A big one: ...140.00.
  expect promise call_back by orders
  customer: no thanks
  customer taps 4
  expect feedback 4

test A known city is not asked for
  given detail city = \"Leeds\"
  customer: how is the weather
  bot: It is sunny in Leeds.
  expect shop.find was not asked

test Time passes
  after 25 hours
  bot: I'm closing this chat...
  customer asks for a person
  expect ends with a person
",
    );
    assert_eq!(told.lines().filter(|l| l.starts_with("passed")).count(), 5, "{told}");
}

#[test]
fn each_way_to_fail_says_what_really_happened() {
    insta::assert_snapshot!(told(
        "\
test An answer that is not given
  customer: where is my order
  customer: 1234

test Other words
  customer: where is my order
  bot: What is its nummber?

test Nothing is said
  agent: Hello.
  bot: Hello.

test Words in another order
  bot: What can I do for you?
  bot: Hi, I'm Robin.

test More is said
  bot: Hi, I'm Robin.
  bot says nothing else

test A button that is not there
  customer taps Where is the order?

test A file of no known kind
  customer sends lamp.exe

test Something given too late
  customer: how is the weather
  given page is /cart

test Nobody was asked for
  expect escalated to orders

test Not resolved
  expect ends resolved

test Not with a person
  expect ends with a person

test No promise
  expect promise call_back

test Too long
  customer: how is the weather
  customer: Leeds
  expect at most 1 customer turn

test Not asked
  expect shop.find was asked with number = 1

test Asked
  given shop.find answers found with total = 40
  customer: where is my order
  customer: 1234
  expect shop.find was not asked

test No tag
  expect tag lost

test Another topic
  customer: how is the weather
  expect topic order

test No feedback
  expect feedback 5

test No note
  expect note: something

test No comfort
  customer: where is my order
  expect empathy before the next question

test Another value
  customer: how is the weather
  customer: Leeds
  expect city is York
"
    ));
}

#[test]
fn mistakes_in_tests_are_told_with_the_bots() {
    let files = files(
        "\
customer: hello
test Mistakes
  givn shop.find fails
  given shop.fnd fails
  given shop.find answers gone
  given shop.find answers found with totl = 1
  given today is 2026-13-40
  given customer shoesize = 40
  given something else
  custmer: hello
  after 5 parsecs
  mood is hungry
  expect escalated to order
  expect escalated to orders with priority huge
  expect promise call_bak
  expect topic ordr
  expect wonders
    bot: too deep
test
tset Misspelt
  bott: hello
",
    );
    let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (*n, t.as_str())).collect();
    let compiled = compiled(&files);
    assert!(compiled.bot.is_none());
    insta::assert_snapshot!(mistakes(&compiled));
}

/// A test that walks past a fault of the bot would call it fine.
#[test]
fn a_fault_of_the_bot_fails_its_test() {
    let flow = "flow main\n  ask price: The price?\n    accept text\n  remember twice = price * 2\n  say: {{ twice }}\n  triage: Well?\n";
    let bot = bot(&[("a.flow", flow), ("tests/a.flow", "test One\n  customer: much\n  bot: ...something...\n")]);
    let report = rehearsal::rehearse(&bot, &bot.tests[0]);
    let failure = report.failure.expect("it fails");
    assert_eq!(failure.line, 2);
    assert!(failure.problem.contains("`much` and `2` are not both numbers"), "{}", failure.problem);
}

#[test]
fn a_list_can_be_given() {
    let flow = "flow main\n  use shop.find with number = 1 save as found\n    when missing\n      done\n  \
        for each item in found.items, at most 5\n    say: {{ item.name }} for {{ item.price | money }}\n  triage: Well?\n";
    let systems = SYSTEMS.replace("total: money", "total: money, items: list");
    let play = |list: &str| {
        let test = format!(
            "test A list\n  given shop.find answers found with items = {list}, total = 4\n  bot: Lamp, red for €40.00\n  bot: Bulb for €4.00\n"
        );
        let bot = bot(&[("main.flow", flow), ("integrations.yaml", &systems), ("tests/a.flow", &test)]);
        bot.tests.iter().all(|t| rehearsal::rehearse(&bot, t).failure.is_none())
    };
    assert!(play("[{ name: \"Lamp, red\", price: 40 }, { name: Bulb, price: 4 }]"));
    assert!(!play("[{ name: Bulb, price: 4 }]"));
}

#[test]
fn a_new_variation_breaks_no_test() {
    let test = "test Any of them\n  given shop.find answers found with total = 40\n  customer: where is my order\n  customer: 1234\n  bot: It WORD.\n";
    for word in ["comes soon", "is nearly there"] {
        let told = told(&test.replace("WORD", word));
        assert!(told.starts_with("passed"), "{told}");
    }
    let told = told(&test.replace("WORD", "is lost"));
    assert!(told.starts_with("not passed"), "{told}");
}

#[test]
fn dots_are_any_words() {
    for (written, said) in [
        ("...", ""),
        ("Hi…", "Hi, I'm Robin."),
        ("...order...", "Your order?"),
        ("Let me look that up...", "Let me look that up…"),
        ("It's fine", "It’s  fine"),
        ("a...b...c", "a b b c"),
    ] {
        assert!(fits(written, said), "{written} should fit {said}");
    }
    for (written, said) in [("Hi", "Hi, I'm Robin."), ("order...", "Your order"), ("ab...bc", "abc"), ("...x", "xy")] {
        assert!(!fits(written, said), "{written} should not fit {said}");
    }
}

#[test]
fn what_no_test_walks_is_listed() {
    let files = files("test Weather\n  customer: how is the weather\n  customer: Leeds\n");
    let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (*n, t.as_str())).collect();
    let bot = bot(&files);
    let walked = bot.tests.iter().flat_map(|t| rehearsal::rehearse(&bot, t).walked).collect();
    insta::assert_snapshot!(coverage::text(&bot, &rehearsal::coverage(&bot, &walked)));
    let none = rehearsal::coverage(&bot, &BTreeSet::new());
    assert_eq!(none.walked(), 0);
}

#[test]
fn the_shipped_bots_pass_their_tests_which_walk_every_way() {
    for bot in shipped() {
        let reports: Vec<Report> = bot.tests.iter().map(|t| rehearsal::rehearse(&bot, t)).collect();
        let failed: String = reports.iter().filter(|r| r.failure.is_some()).map(rehearsal::tell).collect();
        assert!(failed.is_empty(), "{failed}");
        let walked = reports.into_iter().flat_map(|r| r.walked).collect();
        let found = rehearsal::coverage(&bot, &walked);
        assert_eq!(found.missing().count(), 0, "{}", coverage::text(&bot, &found));
    }
}

#[test]
fn tests_do_not_change_the_version_of_a_bot() {
    let hash = |tests: &str| {
        let files = files(tests);
        let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (*n, t.as_str())).collect();
        bot(&files).hash.clone()
    };
    assert_eq!(hash("test A\n"), hash("test B\n  customer: hello\n"));
}

fn rapport(args: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_rapport")).args(args).output().expect("rapport runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code().expect("a code"), text(output.stdout), text(output.stderr))
}

#[test]
fn the_command_tells_by_its_code_how_it_went() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("a path");
    let write = |tests: &str| {
        std::fs::create_dir_all(folder.path().join("tests")).expect("a folder");
        for (name, text) in files(tests) {
            std::fs::write(folder.path().join(name), text).expect("written");
        }
    };
    write("");
    let (code, _, problems) = rapport(&["test", path]);
    assert!(code == 2 && problems.contains("There are no tests"), "{problems}");
    write("test Fine\n  bot: Hi...\ntest Not <fine>\n  bot: Bye.\n");
    let report = folder.path().join("report.xml");
    let (code, said, _) = rapport(&["test", path, "--junit", report.to_str().expect("a path")]);
    assert!(code == 1 && said.contains("1 of 2 tests did not pass") && said.contains("passed      Fine"), "{said}");
    let xml = std::fs::read_to_string(&report).expect("a report");
    assert!(xml.contains("tests=\"2\" failures=\"1\"") && xml.contains("Not &lt;fine&gt;"), "{xml}");
    let (code, said, _) = rapport(&["test", path, "FINE", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!((code, json["bots"][0]["tests"][1]["failure"]["line"].as_u64()), (1, Some(4)), "{said}");
    let (code, said, _) = rapport(&["test", path, "not there"]);
    assert_eq!(code, 2, "{said}");
    write("test Fine\n  bott: Hi\n");
    let (code, _, problems) = rapport(&["test", path]);
    assert!(code == 2 && problems.contains("F402"), "{problems}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever stands in a file of tests: it is read, or a place in it is named.
    #[test]
    fn any_text_is_read(lines in prop::collection::vec("( {0,6})(test|given|bot:|customer|expect|after|with|answers|then|,|=|\\.|\"|[a-z0-9 é]{0,8}){0,8}", 0..12)) {
        let source = SourceFile::new("tests/a.flow", lines.join("\n"));
        let (tests, found) = rapport::language::test::parse(FileId(0), &source);
        let size = u32::try_from(source.text.len()).expect("a short text");
        prop_assert!(found.iter().all(|d| d.span.start <= d.span.end && d.span.start <= size));
        let written = source.text.lines().filter(|l| !l.trim().is_empty() && !l.trim_start().starts_with("# ")).count();
        let read = tests.iter().map(|t| t.lines.len() + 1).sum::<usize>();
        prop_assert!(read + found.len() >= written, "{read} lines and {} mistakes of {written}", found.len());
    }
}

#[test]
fn every_test_of_bluebird_reads_the_same_each_time() {
    let bot = shipped().into_iter().find(|b| b.id == "bluebird").expect("bluebird is shipped");
    for test in &bot.tests {
        assert_eq!(rehearsal::rehearse(&bot, test).transcript, rehearsal::rehearse(&bot, test).transcript);
    }
    assert!(root().join("flows/bluebird/tests").is_dir());
}
