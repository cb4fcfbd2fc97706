//! Chats with events, pages, secrets and corrections in them, recorded: the test passes, and tells nothing of a person.
use crate::support::bot;
use rapport::rehearsal::{Recorded, record, rehearse, tell};

const SETTINGS: &str = "name: Robin\nlanguages: [en-GB]\ntime_zone: Europe/London\nteams: { general: {} }\n";
const BANK: &str = "\
bank:
  base: https://bank.example
  check_pin: { post: /pin, body: { pin: \"{{ pin }}\" }, outcomes: { 200: right, 403: wrong } }
shop:
  base: https://shop.example
  find_order: { get: \"/orders/{{ number }}\", outcomes: { 200: found, 404: not_found }, gives: { item: text } }
";

/// Plays a test and writes its journal down as a test.
fn recorded(flow: &str, test: &str) -> Recorded {
    let files = [("bot.yaml", SETTINGS), ("integrations.yaml", BANK), ("main.flow", flow), ("tests/a.flow", test)];
    let bot = bot(&files);
    let report = rehearse(&bot, &bot.tests[0]);
    assert_eq!(report.failure, None, "{}", tell(&report));
    let recorded = record(&bot, Some("A chat"), &report.journal);
    assert_eq!(recorded.problem, None, "{}", recorded.text);
    recorded
}

/// Whether lines stand in a text in this order, others between them.
fn lines(text: &str, wanted: &[&str]) {
    let mut left = text.lines().map(str::trim);
    for line in wanted {
        assert!(left.any(|l| l == *line), "no {line:?} in its place in\n{text}");
    }
}

const PARCELS: &str = "\
flow main
  triage: What can I do for you?

flow late: A late parcel
  team general
  starts when event parcel_late arrives with order_number, customer_name, days
  say: I'm sorry, {{ customer_name }}: parcel {{ order_number }} is {{ days }} days late.
  ask wait: Will you wait?
    accept yes or no
  if not wait
    escalate: A colleague will look.

flow refund: Return or refund
  customers say
    I want my money back
  ask reason: What is wrong?
    accept text
  say: Noted.
";

#[test]
fn an_event_happens_again_with_other_names_and_numbers() {
    let recorded = recorded(
        PARCELS,
        "test Late\n  customer: I want my money back\n  event unheard_of arrives with iban = DE89370400440532013000\n  \
        event parcel_late arrives with order_number = 204518, customer_name = \"Wilhelmina Oak\", days = 2, iban = DE89370400440532013000\n  \
        bot: I'm sorry, Wilhelmina Oak: parcel 204518 is 2 days late.\n  customer: no\n  agent: Hello.\n  agent hands back\n  customer: no thanks\n  customer taps 5\n  customer taps No, thanks\n  \
        event parcel_late arrives with order_number = 771204, customer_name = \"Barnaby Fish\", days = 3\n  bot: ...771204...\n",
    );
    for personal in ["204518", "771204", "Wilhelmina", "Oak", "Barnaby", "Fish", "DE89", "unheard_of"] {
        assert!(!recorded.text.contains(personal), "{personal} is left in\n{}", recorded.text);
    }
    assert_eq!(recorded.text.matches("event parcel_late arrives with ").count(), 2, "{}", recorded.text);
    lines(
        &recorded.text,
        &["customer: I want my money back", "bot: What is wrong?", "customer: no", "agent hands back"],
    );
}

const CART: &str = "\
flow main
  triage: What can I do for you?

flow cart_help: Help with the cart
  starts when a page matches /cart/* for 45 seconds
  ask stuck: Is something in your way?
    accept yes or no
  say: I see.

flow sale: A sale
  starts when a page matches /sale
  say: All lamps are on sale.
";

#[test]
fn what_a_page_began_begins_again() {
    let page = "test Cart\n  given page is https://shop.example/cart/8841207?mail=minna@private.example\n  after 50 seconds\n  \
        bot: Is something in your way?\n  customer: no\n  bot: I see.\n";
    let cart = recorded(CART, page);
    assert!(!cart.text.contains("8841207") && !cart.text.contains("minna"), "{}", cart.text);
    lines(&cart.text, &["after 45 seconds", "bot: Is something in your way?", "customer: no", "bot: I see."]);
    let sale = recorded(CART, "test Sale\n  given page is https://shop.example/sale/\n  bot: All lamps are on sale.\n");
    lines(&sale.text, &["given page is https://shop.example/sale/", "bot: All lamps are on sale."]);
}

const PIN: &str = "\
flow main
  ask pin: Your four-digit PIN, please.
    accept pattern [0-9]{4}
    secret
    retry: That was not four digits.
    check pin is not \"0000\": Four zeros are no PIN.
    when 5 tries failed
      escalate: Let me bring in a colleague.
  use bank.check_pin with pin
    when wrong
      say: That was wrong.
      ask again pin
    when 3 tries failed
      escalate: Let me bring in a colleague.
  ask word: And your password?
    secret
  use bank.check_pin with pin = word
  say: Thank you.
";

#[test]
fn a_secret_becomes_another_that_fits_as_well_or_as_little() {
    let recorded = recorded(
        PIN,
        "test A PIN\n  given bank.check_pin answers wrong, then right\n  customer: 47112\n  bot: That was not four digits.\n  \
        customer: 0000\n  bot: Four zeros are no PIN.\n  customer: 4711\n  bot: That was wrong.\n  customer: my PIN is 4712\n  \
        bot: And your password?\n  customer: correct horse\n  bot: Thank you.\n",
    );
    for secret in ["4711", "4712", "horse", "•"] {
        assert!(!recorded.text.contains(secret), "{secret} is left in\n{}", recorded.text);
    }
    lines(
        &recorded.text,
        &[
            "customer: (something that does not fit)",
            "bot: That was not four digits.",
            "bot: Four zeros are no PIN.",
            "bot: That was wrong.",
            "bot: And your password?",
            "bot: Thank you.",
        ],
    );
}

const REFUND: &str = "\
flow main
  triage: What can I do for you?

flow refund: Return or refund
  team general
  customers say
    I want my money back
  ask full_name: Your name, please?
    accept name
  ask email: Which e-mail address may we write to?
    accept email
  ask order_number: What is your order number?
    accept pattern [0-9]{6}
  use shop.find_order with number = order_number save as order
    when not_found
      say: I can't find that order.
      ask again order_number
    when 3 tries failed
      escalate: A colleague will find it.
  say: I found your {{ order.item }}, {{ full_name }}.
  ask colour: Which colour?
    button red: Red
    button blue: Blue
  ask reason: What is wrong with the {{ order.item }}?
    accept text
  say: I'll write to {{ email }}.
";

#[test]
fn corrections_are_made_again() {
    let begin = "test A correction\n  given shop.find_order answers found with item = Lamp, then found with item = Bulb\n  \
        customer: I want my money back\n  customer: Wilhelmina Oak\n  customer: minna@private.example\n  customer: 204518\n  bot: I found your Lamp, Wilhelmina Oak.\n";
    let ways = [
        "  customer: no, I meant 204519\n  bot: I found your Bulb...\n  customer taps Red\n  customer: it is broken\n  bot: I'll write to minna@private.example.\n",
        "  customer: sorry, the email is minna.oak@private.example\n  customer taps Blue\n  customer: it is broken\n  bot: I'll write to minna.oak@private.example.\n",
        "  customer: I made a mistake with the order number\n  bot: What is your order number?\n  customer: 204520\n  bot: I found your Bulb...\n",
        "  customer taps Red\n  customer: no, I meant blue\n  customer: it is broken\n  expect colour is blue\n",
        "  customer taps Red\n  customer: sorry, my name is Barnaby Fish\n  bot: ...Barnaby Fish.\n  customer: it is broken\n  expect full_name is \"Barnaby Fish\"\n",
        "  customer taps Red\n  customer: it is broken\n  customer: wait, the order number is 204521\n  bot: I found your Bulb...\n",
    ];
    for way in ways {
        let recorded = recorded(REFUND, &format!("{begin}{way}"));
        for personal in ["Wilhelmina", "Oak", "minna", "2045", "Barnaby", "Fish"] {
            assert!(!recorded.text.contains(personal), "{personal} is left in\n{}", recorded.text);
        }
    }
}
