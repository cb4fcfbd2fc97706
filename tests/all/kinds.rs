//! Kinds with tables on their way through a bot: from a system or a customer, into texts, tests, requests and summaries.
use crate::support::{MORNING, bot};
use rapport::rehearsal;
use serde_json::{Map, Value, json};

const SETTINGS: &str = "\
name: Robin
currency: GBP
kinds:
  level:
    values:
      gold:   { label: Gold member,   return_window: 90 days, points: 3 }
      silver: { label: Silver member, return_window: 30 days, points: 1 }
customer: { level: level }
";
const SYSTEMS: &str = "\
shop:
  base: https://shop.example
  find: { get: \"/orders/{{ number }}\", outcomes: { 200: found, 404: missing }, gives: { level: level, total: money } }
  upgrade: { post: \"/levels/{{ level }}\", body: { to: \"{{ level }}\", words: \"now {{ level }}\" }, outcomes: { 201: done } }
";
const FLOWS: &str = "\
flow main
  ask level: Which level?
    accept level
  use shop.find with number = 1 save as order
    when missing
      escalate: A colleague will look.
  use shop.upgrade with level = order.level
  if customer.level is gold
    say: You have {{ customer.level.points * 2 }} points, {{ customer.level }}.
  say: {{ level | upper }} before, {{ order.level.label }} now, {{ order.total | money }}.
  triage: What else?
";

fn tested(test: &str) -> Option<String> {
    let bot =
        bot(&[("bot.yaml", SETTINGS), ("integrations.yaml", SYSTEMS), ("main.flow", FLOWS), ("tests/a.flow", test)]);
    bot.tests.iter().find_map(|t| rehearsal::rehearse(&bot, t).failure.map(|f| format!("{f:?}")))
}

#[test]
fn a_row_goes_from_a_system_and_a_customer_into_texts_and_tests() {
    let test = "test Rows\n  given customer level = GOLD\n  given shop.find answers found with level = Silver member, total = 40\n  \
        given shop.upgrade answers done\n  customer: gold\n  bot: You have 6 points, Gold member.\n  \
        bot: GOLD MEMBER before, Silver member now, £40.00.\n  expect level is gold\n  expect level is Gold member\n  \
        expect shop.upgrade was asked with level = silver\n";
    assert_eq!(tested(test), None);
    assert!(tested(&test.replace("expect level is gold", "expect level is silver")).is_some());
    // a level that the table does not have stays a text
    let unknown = "test Rows\n  given shop.find answers found with level = bronze, total = 4\n  given shop.upgrade answers done\n  \
        customer: silver\n  expect shop.upgrade was asked with level = bronze\n";
    assert_eq!(tested(unknown), None);
}

#[test]
fn agents_read_the_label() {
    let test = "test Missing\n  given shop.find answers missing\n  customer: silver\n  bot: A colleague will look.\n";
    let bot = bot(&[("bot.yaml", SETTINGS), ("integrations.yaml", SYSTEMS), ("main.flow", FLOWS)]);
    let mut play = crate::play::Play::new(&bot, MORNING);
    play.open();
    play.line("customer: silver");
    play.line("shop.find answers missing");
    let told = play.lines.join("\n");
    assert!(told.contains("level: Silver member"), "{told}");
    assert_eq!(tested(test), None);
}

#[test]
fn other_systems_are_sent_the_name_of_a_row() {
    let bot = bot(&[("bot.yaml", SETTINGS), ("integrations.yaml", SYSTEMS), ("main.flow", FLOWS)]);
    let fields: Map<String, Value> =
        [("level".to_owned(), json!("SILVER")), ("other".to_owned(), json!(1))].into_iter().collect();
    let shaped = bot.shape("shop", "find", fields);
    assert_eq!(shaped.get("level").and_then(|l| l.get("return_window")), Some(&json!("30 days")));
    assert_eq!(shaped.get("other"), Some(&json!(1)));
    let request = bot.integrations.request("shop", "upgrade", &shaped).expect("a request");
    assert_eq!(request.url, "https://shop.example/levels/silver");
    let body = json!({ "to": "silver", "words": "now silver" });
    assert_eq!(request.body, Some(rapport::bot::integrations::Body::Json(body)));
    let plain: Map<String, Value> = [("level".to_owned(), json!("bronze"))].into_iter().collect();
    assert_eq!(bot.shape("shop", "find", plain.clone()), plain);
    assert_eq!(bot.shape("shop", "nothing", plain.clone()), plain);
}

/// What a condition makes of a value of each kind.
#[test]
fn each_kind_of_answer_knows_its_own() {
    let rows = [
        ("email", "\"ann@example.com\"", "\"ann at home\""),
        ("phone", "\"+442079460123\"", "\"204518\""),
        ("number", "4.5", "\"four\""),
        ("whole number", "4", "4.5"),
        ("money", "4.5", "\"£4.50\""),
        ("date", "\"2026-05-03\"", "\"soon\""),
        ("time", "\"09:30\"", "\"25:00\""),
        ("duration", "\"90 minutes\"", "\"long\""),
        ("name", "\"Ann Lee\"", "\"204518\""),
        ("address", "\"12 High Street\"", "\"204518\""),
        ("text", "\"anything\"", "3"),
        ("code", "\"AB12\"", "\"12AB\""),
        ("size", "\"small\"", "\"huge\""),
        ("yes or no", "yes", "\"yes\""),
    ];
    let settings = "kinds: { code: { pattern: \"[A-Z]{2}[0-9]{2}\" }, size: { values: [small, large] } }\nkeep for the chat: [nothing]\n";
    for (kind, fits, other) in rows {
        let flow = format!(
            "flow main\n  remember a = {fits}\n  remember b = {other}\n  if a is a {kind} and b is not a {kind}\n    \
             say: right\n  if nothing is a {kind}\n    say: wrong\n  triage: Well?\n"
        );
        let bot = bot(&[("bot.yaml", settings), ("main.flow", &flow)]);
        let said = crate::play::transcript(&bot, MORNING, "");
        assert!(said.contains("bot: right") && !said.contains("wrong"), "{kind}: {said}");
    }
}

#[test]
fn a_telephone_number_without_a_country_is_one_of_the_bots_country() {
    let flow = "flow main\n  ask phone: Your number?\n    accept phone\n  resolve: I call {{ phone }}.\n";
    let test = "test Number\n  customer: it's 030 901820\n  bot: I call +4930901820.\n";
    let said = |settings: &str| {
        let bot = bot(&[("bot.yaml", settings), ("main.flow", flow), ("tests/a.flow", test)]);
        bot.tests.iter().find_map(|t| rehearsal::rehearse(&bot, t).failure.map(|f| format!("{f:?}")))
    };
    assert_eq!(said("languages: [en-GB]\ncountry: de\n"), None);
    assert!(said("languages: [en-GB]\n").is_some(), "a British reading of a number from Berlin");
    let found = crate::support::compiled(&[("bot.yaml", "country: Germany\n"), ("main.flow", flow)]).diagnostics;
    assert_eq!(found.first().map(|d| d.problem.as_str()), Some("A country is two letters"));
}
