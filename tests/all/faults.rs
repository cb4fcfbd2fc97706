//! Seeded faults: what authors get wrong, one fault a bot, in several shapes. Each must be told by its code and on its line,
//! and nothing else with it. What is proved of ways through a bot has its own table in proof.rs.
use crate::support::{compiled, mistakes};
use std::collections::BTreeSet;

const BOT: &str = "teams: { refunds: {}, general: {} }
customer: { first_name: name }
facts: { days: 30 }
kinds:
  order_number: { pattern: \"[0-9]{6}\", words: a six-digit order number }
";
const SHOP: &str = "shop:
  base: https://shop.example/api
  find_order: { get: \"/orders/{{ number }}\", outcomes: { 200: found, 404: not_found }, gives: { number: text, total: money } }
  refund: { post: /refunds, body: { order: \"{{ order }}\" }, outcomes: { 201: started, 409: already }, gives: { amount: money } }
";
const MAIN: &str = "flow main\n  triage: What can I do for you?\n";
/// A question, so that there is something to read.
const ASK: &str = "  ask x: X?\n    button yes: Yes\n    button no: No\n";

/// A fault: its name, the file it is in, its text, the code and the line.
type Fault = (&'static str, &'static str, String, &'static str, usize);

/// A flow that is a topic, so that something leads to it; the body begins on line 4.
fn topic(body: &str) -> String {
    format!("flow a\n  customers say\n    help me\n{body}")
}

fn flow(name: &'static str, text: impl Into<String>, code: &'static str, line: usize) -> Fault {
    (name, "a.flow", text.into(), code, line)
}

fn layout_and_words() -> Vec<Fault> {
    vec![
        flow("a tab among spaces", topic("  say: One.\n\tsay: Two.\n"), "F001", 5),
        flow("spaces among tabs", "flow a\n\tcustomers say\n\t\thelp me\n    say: One.\n", "F001", 4),
        flow("a dedent to nowhere", topic("  if x is known\n      say: One.\n    say: Two.\n  ask x: X?\n"), "F002", 6),
        flow("a step indented by one more", topic("  ask x: X?\n    accept text\n   say: Two.\n"), "F002", 6),
        flow("a line that is endless", topic(&format!("  say: {}\n", "long ".repeat(3_000))), "F004", 4),
        flow("a bell", topic("  say: Ding\u{7}.\n"), "F005", 4),
        flow("an escape sequence", topic("  note: \u{1b}[31mred\n"), "F005", 4),
        flow("a blank that is no space", topic("  say: One.\n\u{a0}\u{a0}say: Two.\n"), "F005", 5),
        flow("letters swapped", topic("  sya: Hello.\n"), "F010", 4),
        flow("British empathy", topic("  empathise: I am sorry.\n"), "F010", 4),
        flow("another tool's word", topic("  send: Hello.\n"), "F010", 4),
        flow("a word that nobody knows", topic("  frobnicate: Hello.\n"), "F010", 4),
        flow("plain words", topic("  Hello there\n"), "F010", 4),
        flow("a misspelt clause", topic("  ask x: X?\n    rety: Hm.\n"), "F010", 5),
        flow("a misspelt header", "flow a\n  custmers say\n    help me\n  say: One.\n", "F010", 2),
        flow("a misspelt flow", "flwo a\n  customers say\n    help me\n  say: One.\n", "F010", 1),
        flow("remember without a value", topic("  remember x\n"), "F011", 4),
        flow("for each without a list", topic("  for each x\n    say: One.\n"), "F011", 4),
        flow("a use without an action", topic("  use shop\n"), "F011", 4),
        flow("a step at the left edge", topic("  say: One.\nsay: Two.\n"), "F012", 5),
        flow("prose above the flows", format!("Our bot.\n{}", topic("  say: One.\n")), "F012", 1),
        flow("a retry beside its question", topic("  ask x: X?\n    accept number\n  retry: Hm.\n"), "F013", 6),
        flow("a button under say", topic("  triage: Well?\n    button x: X\n"), "F013", 5),
        flow("a team among steps", topic("  if days > 3\n    team refunds\n    say: One.\n"), "F013", 5),
        flow("a step under a tag", topic("  tag late\n    say: One.\n"), "F014", 5),
        flow("a step under done", topic("  done\n    say: One.\n"), "F014", 5),
        flow("a retry under accept", topic("  ask x: X?\n    accept number\n      retry: Hm.\n"), "F014", 6),
        flow("a say without words", topic("  say:\n"), "F015", 4),
        flow("a question without words", topic("  ask x:\n"), "F015", 4),
        flow("a promise without words", topic("  promise reply within 2 days:\n"), "F015", 4),
        flow("a button without a label", topic("  ask x: X?\n    button yes:\n"), "F015", 5),
        flow("an else alone", topic("  else\n    say: One.\n"), "F016", 4),
        flow(
            "a second else",
            topic("  if days > 3\n    say: A.\n  else\n    say: B.\n  else\n    say: C.\n"),
            "F016",
            8,
        ),
        flow(
            "an else after another step",
            topic("  if days > 3\n    say: A.\n  say: B.\n  else\n    say: C.\n"),
            "F016",
            7,
        ),
        flow("words among variations", topic("  say:\n    - One.\n    Two.\n"), "F017", 6),
        flow("braces that stay open", topic("  say: In {{ days days.\n"), "F018", 4),
        flow("a condition that stays open", topic("  say: {% if days > 3 A{{ days }}\n"), "F018", 4),
        flow("an if with nothing", topic("  if days > 3\n  say: One.\n"), "F019", 4),
        flow("a when with nothing", topic("  triage: Well?\n    when anything else\n"), "F019", 5),
        flow("a round with nothing", topic("  for each x in days, at most 3\n  say: One.\n"), "F019", 4),
        flow("no tries", topic("  triage: Well?\n    when 0 tries failed\n      say: One.\n"), "F020", 5),
        flow("a hundred tries", topic("  triage: Well?\n    when 100 tries failed\n      say: One.\n"), "F020", 5),
        flow("no example sentence", "flow a\n  customers say\n  say: One.\n", "F021", 2),
    ]
}

fn forms() -> Vec<Fault> {
    vec![
        flow("say without a colon", topic("  say Hello there\n"), "F022", 4),
        flow("ask without a colon", topic("  ask x What is it?\n"), "F022", 4),
        flow("escalate without a colon", topic("  note Look at this\n"), "F022", 4),
        flow("a detail of two words", topic("  ask order number: Which?\n"), "F023", 4),
        flow("a flow of two words", topic("  do find order\n"), "F023", 4),
        flow("a button of two words", topic("  ask x: X?\n    button too small: Too small\n"), "F023", 5),
        flow("a test among flows", format!("{}test One\n  bot: Well?\n", topic("  say: One.\n")), "F024", 5),
        flow(
            "a value without its sign",
            topic("  ask x: X?\n  use shop.find_order with number x save as o\n"),
            "F025",
            5,
        ),
        flow("a tag with a colon", topic("  tag: late\n"), "F026", 4),
        flow("a do with a colon", topic("  done:\n"), "F026", 4),
        flow("a mood that is none", topic("  empathize:\n    when grumpy: Oh.\n    otherwise: Well.\n"), "F028", 5),
        flow("a priority that is none", topic("  escalate, priority soon: A colleague comes.\n"), "F029", 4),
        flow("a kind with a word too many", topic("  ask x: X?\n    accept email address\n"), "F030", 5),
        flow("a kind of several words", topic("  ask x: X?\n    accept something nice\n"), "F030", 5),
        flow("a misspelt pattern", topic("  ask x: X?\n    accept patern [0-9]+\n"), "F030", 5),
        flow("a time without end", topic("  promise reply within 3 moons: Soon.\n"), "F031", 4),
        flow("a wait without a unit", topic("  wait 5 lightyears\n"), "F031", 4),
        flow("a condition that breaks off", topic("  if days >\n    say: One.\n"), "F032", 4),
        flow("a condition with an odd sign", topic("  if days ? 3\n    say: One.\n"), "F032", 4),
        flow("hours added to now", topic("  remember limit = now + 24 hours\n  say: {{ limit }}\n"), "F032", 4),
        flow(
            "days taken from a day",
            topic("  ask day: When?\n    accept date\n  if day - 2 days is before today\n    say: One.\n"),
            "F032",
            6,
        ),
        flow(
            "a stretch of time with a sign",
            topic("  ask day: When?\n    accept date\n  if day is more than -1 days ago\n    say: One.\n"),
            "F032",
            6,
        ),
        flow(
            "braces within a value",
            topic(
                "  ask amount: How much?\n    accept number\n  remember line = \"It was {{ amount }}\"\n  say: {{ line }}\n",
            ),
            "F032",
            6,
        ),
        flow(
            "a slip beside the button of a card",
            topic(
                "  card: A lamp\n    button one: This one\n  ask choice: Which?\n    button none: None of these\n  if choice is oen\n    say: One.\n",
            ),
            "F111",
            8,
        ),
        flow(
            "a value of a card that stands at another question",
            topic(
                "  card: A lamp\n    button one: This one\n  ask choice: Which?\n    button none: None of these\n  ask size: Size?\n    button small: Small\n  if size is one\n    say: {{ choice }}.\n",
            ),
            "F111",
            10,
        ),
        flow("a bracket that stays open", topic("  if (days > 3\n    say: One.\n"), "F032", 4),
        flow("a condition with a colon", topic("  if days > 3:\n    say: One.\n"), "F032", 4),
        flow("a step inside of a text", topic("  say: One.\n    note: Two.\n"), "F034", 5),
        flow("a promise with in", topic("  promise reply in 2 days: Soon.\n"), "F035", 4),
        flow("a remember with is", topic("  remember y is 5\n"), "F035", 4),
        flow("a question without a name", topic("  ask: X?\n"), "F036", 4),
        flow("a score without a name", topic("  feedback: How was it?\n"), "F036", 4),
        flow("a variation alone", topic("  say: One.\n  - Two.\n"), "F037", 5),
        flow("a round without an end", topic("  for each x in days\n    say: One.\n"), "F038", 4),
        flow("a round of a thousand", topic("  for each x in days, at most 1000\n    say: One.\n"), "F038", 4),
        flow("a link without an address", topic("  card: Lamp\n    link: In the shop\n"), "F039", 5),
        flow(
            "more answers than questions",
            topic("  ask 3 of: Who are you?\n    ask x: X?\n    ask y: Y?\n"),
            "F040",
            4,
        ),
    ]
}

fn names() -> Vec<Fault> {
    let with = |body: &str| topic(&format!("{ASK}{body}"));
    vec![
        flow("a template that is none", topic("  say: {{ days || upper }}\n"), "F101", 4),
        flow("a block that is never ended", topic("  say: {% if days %}One.\n"), "F101", 4),
        flow("two flows of one name", format!("{0}{0}", topic("  say: One.\n")), "F102", 5),
        flow("do nothing", topic("  do nowhere\n"), "F103", 4),
        flow("go to a misspelt flow", topic("  go to mian\n"), "F103", 4),
        flow("offer a flow that is gone", topic("  triage: Well?\n    offer nowhere\n"), "F103", 5),
        flow("when a topic that is gone", topic("  triage: Well?\n    when nowhere\n      say: One.\n"), "F103", 5),
        flow("a team that is gone", topic("  escalate to rockets: A colleague comes.\n"), "F104", 4),
        flow(
            "a flow's team that is gone",
            "flow a\n  team refund\n  customers say\n    help me\n  say: One.\n",
            "F104",
            2,
        ),
        flow("a promise by nobody", topic("  promise reply by nobody within 2 days: Soon.\n"), "F104", 4),
        flow("notify a team that is gone", topic("  notify rockets: Look.\n"), "F104", 4),
        flow("a kind that is gone", topic("  ask y: Y?\n    accept order_nummer\n"), "F105", 5),
        flow("a system that is gone", topic("  use shoop.find_order with number = 1\n"), "F106", 4),
        flow("an action that is gone", topic("  use shop.find_ordr with number = 1\n"), "F106", 4),
        flow(
            "an outcome that never comes",
            topic("  use shop.find_order with number = 1\n    when gone\n      say: One.\n"),
            "F107",
            5,
        ),
        flow("a filter that is none", topic("  say: {{ days | uper }}\n"), "F108", 4),
        flow("a filter that is none, in a condition", topic("  if days | uper > 3\n    say: One.\n"), "F108", 4),
        flow("a detail that nobody fills", topic("  say: {{ dayz }}\n"), "F109", 4),
        flow("a condition about nothing", topic("  if nothing_at_all is known\n    say: One.\n"), "F109", 4),
        flow("forget what never was", topic("  forget whatever\n"), "F109", 4),
        flow("a field of a customer", topic("  say: {{ customer.nickname | default(\"you\") }}\n"), "F110", 4),
        flow(
            "a field of an answer",
            topic(
                "  use shop.find_order with number = 1 save as o\n    when not_found\n      done\n  say: {{ o.totl }}\n",
            ),
            "F110",
            7,
        ),
        flow("a value that no button has", with("  if x is maybe\n    say: One.\n"), "F111", 7),
        flow("a value with a slip", with("  if x is yess\n    say: One.\n"), "F111", 7),
        flow("a pattern that stays open", topic("  ask y: Y?\n    accept pattern [0-9{6}\n"), "F112", 5),
        flow("a pattern that begins with a plus", topic("  ask y: Y?\n    accept pattern (((\n"), "F112", 5),
        flow("triage that fails", topic("  triage: Well?\n    when it fails\n      say: One.\n"), "F113", 5),
        flow(
            "a system that knows no topic",
            topic("  use shop.find_order with number = 1\n    when anything else\n      say: One.\n"),
            "F113",
            5,
        ),
        flow("ask again what was not asked", with("  ask again y\n"), "F114", 7),
        flow("a value that the system needs", topic("  use shop.find_order\n"), "F116", 4),
        flow("a body without its value", topic("  use shop.refund\n"), "F116", 4),
    ]
}

fn other_files() -> Vec<Fault> {
    let test = |line: &str| format!("test One\n  {line}\n");
    let file = |name, file, text: &str, code, line| (name, file, text.to_owned(), code, line);
    vec![
        ("a test with another name", "tests/a.flow", "tset One\n  bot: Well?\n".into(), "F401", 1),
        ("a test without a name", "tests/a.flow", "test\n  bot: Well?\n".into(), "F401", 1),
        ("who is this", "tests/a.flow", test("robot: Well?"), "F402", 2),
        ("an expectation of nothing", "tests/a.flow", test("expect something good"), "F402", 2),
        ("a day that is none", "tests/a.flow", test("given today is 2026-02-31 10:00"), "F403", 2),
        ("a mood that is none, in a test", "tests/a.flow", test("mood is grumpy"), "F403", 2),
        ("a test line too deep", "tests/a.flow", test("bot: Well?\n    customer: Hello"), "F404", 3),
        ("a test of no action", "tests/a.flow", test("given shop.find fails"), "F410", 2),
        ("a test of no outcome", "tests/a.flow", test("given shop.find_order answers lost"), "F411", 2),
        ("a test of no field", "tests/a.flow", test("given shop.find_order answers found with sum = 3"), "F412", 2),
        ("a test of no team", "tests/a.flow", test("expect escalated to rockets"), "F413", 2),
        ("a test of no flow", "tests/a.flow", test("expect topic nowhere"), "F414", 2),
        ("a test of no field of customers", "tests/a.flow", test("given customer nickname = Ada"), "F415", 2),
        ("a test of no promise", "tests/a.flow", test("expect promise anything"), "F416", 2),
        file("a quotation mark that stays open", "bot.yaml", "name: Robin\ntitle: \"Hello\n", "Y001", 2),
        file("a name twice", "bot.yaml", "name: Robin\nname: Ada\n", "Y001", 2),
        file("a tab in settings", "bot.yaml", "teams:\n\tgeneral: {}\n", "Y001", 2),
        file("a setting with a slip", "bot.yaml", "name: Robin\nlangages: [en]\n", "Y004", 2),
        file("a time zone that is none", "bot.yaml", "name: Robin\ntime_zone: London\n", "Y003", 2),
        file("hours that are none", "bot.yaml", "opening_hours:\n  monday: nine to five\n", "Y003", 2),
        file("a kind that says nothing", "bot.yaml", "kinds:\n  size: { words: a size }\n", "Y003", 2),
        file(
            "a system without an address",
            "integrations.yaml",
            "shop:\n  find_order: { get: /x, outcomes: { 200: found } }\n",
            "Y003",
            1,
        ),
        file(
            "a path without a slash",
            "integrations.yaml",
            "shop:\n  base: https://shop.example\n  find: { get: x, outcomes: { 200: found } }\n",
            "Y003",
            3,
        ),
        file(
            "an action with a slip",
            "integrations.yaml",
            "shop:\n  base: https://shop.example\n  find: { get: /x, outcome: { 200: found } }\n",
            "Y004",
            3,
        ),
        file("a philosophy with a slip", "philosophy.yaml", "respekt:\n  never_say: [calm down]\n", "Y004", 1),
    ]
}

/// Codes and lines that are told of a fault's file.
fn told(file: &str, text: &str) -> (BTreeSet<(&'static str, usize)>, String) {
    let mut files = vec![(file, text)];
    for (name, usual) in [("main.flow", MAIN), ("bot.yaml", BOT), ("integrations.yaml", SHOP)] {
        if name != file {
            files.push((name, usual));
        }
    }
    let compiled = compiled(&files);
    let place = |d: &rapport::language::Diagnostic| {
        let source = &compiled.sources[d.span.file.0 as usize];
        let elsewhere = if source.name == file { 0 } else { 1_000_000 };
        (d.code, source.line_col(d.span.start).0 + elsewhere)
    };
    (compiled.diagnostics.iter().map(place).collect(), mistakes(&compiled))
}

fn check(faults: Vec<Fault>, least: usize) {
    assert!(faults.len() >= least, "{} faults", faults.len());
    let mut missed = Vec::new();
    for (name, file, text, code, line) in faults {
        let (found, words) = told(file, &text);
        if found != BTreeSet::from([(code, line)]) {
            missed.push(format!("{name}: {code} on line {line} expected, {found:?} told\n{text}\n{words}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n=====\n"));
}

#[test]
fn faults_of_layout_and_words_are_told() {
    check(layout_and_words(), 40);
}

#[test]
fn faults_of_form_are_told() {
    check(forms(), 30);
}

#[test]
fn faults_of_names_are_told() {
    check(names(), 30);
}

#[test]
fn faults_of_tests_and_settings_are_told() {
    check(other_files(), 25);
}

#[test]
fn the_usual_files_are_no_fault() {
    assert_eq!(mistakes(&compiled(&[("main.flow", MAIN), ("bot.yaml", BOT), ("integrations.yaml", SHOP)])), "");
}
