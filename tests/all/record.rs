//! A chat that happened as a conversation test: it passes, and nothing personal is left in it.
use crate::support::{bot, shipped};
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

const ASKING: &str = "\
flow main
  greet: Hello{% if customer.first_name %} {{ customer.first_name }}{% endif %}.
  triage: What can I do for you?

flow move: I am moving
  team general
  customers say
    I am moving house
    my address changes
  ask full_name: What is your name?
    accept name
  say: Thank you, {{ full_name }}.
  ask email: Where can we write to you?
    accept email
    retry: {{ answer }} is no e-mail address.
  ask phone: And call you?
    accept phone
  ask address: Where do you move to?
    accept address
  ask number: What is your customer number?
    accept pattern C-[0-9]{5}
  use crm.move with number, address, email save as account
    when missing
      say: I can't find {{ number }}.
      ask again number
    when 3 tries failed
      escalate: A colleague will find it.
  say: {{ account.owner_name }}, your post goes to {{ address }} from now on. We write to {{ account.email }}.
  ask why: Is there anything we should know?
    accept text
    when silent for 5 minutes: No hurry.
  note: {{ full_name }} says {{ why }}.
  escalate: A colleague looks at it.
    summary: {{ full_name }} moves to {{ address }}.
";
const CRM: &str = "\
crm:
  base: https://crm.example
  move:
    post: /moves
    body: { number: \"{{ number }}\", to: \"{{ address }}\", mail: \"{{ email }}\" }
    outcomes: { 200: moved, 404: missing }
    gives: { owner_name: name, email: email, since: date }
";
const SETTINGS: &str = "name: Robin\nlanguages: [en-GB]\ntime_zone: Europe/London\nteams: { general: {} }\n";

const LIVED: &str = "\
test Moving
  given today is 2026-03-30 09:12
  given customer first_name = Wilhelmina
  given customer email = \"minna@private.example\"
  given page is https://shop.example/account?mail=minna@private.example
  given crm.move answers missing, then moved with owner_name = \"Wilhelmina Zabłocka\", email = \"minna@private.example\", since = 2019-04-01
  customer: hello, I am moving house
  customer: my name is wilhelmina zabłocka, thanks
  customer: minna at private
  customer: it's Minna@Private.example
  after 20 hours
  customer: call me on 020 7946 0958
  customer: 17 Larkspur Gardens, Hexham
  customer: C-48213
  customer: sorry, C-48 217
  customer: C-48217
  after 5 minutes
  bot: No hurry.
  customer: my neighbour is Barnaby? my name is Wilhelmina, my card is 4929 1111 2222 3333, or write to barnaby.x@private.example, 22 Larkspur Road
  agent: Hello Wilhelmina, shall I send it to Larkspur Gardens?
  customer: yes, and my IBAN is DE89370400440532013000
  agent: Done, minna.
  agent hands back
";

#[test]
fn nothing_personal_is_left() {
    let bot = bot(&[("bot.yaml", SETTINGS), ("integrations.yaml", CRM), ("main.flow", ASKING), ("tests/a.flow", LIVED)]);
    let report = rehearse(&bot, &bot.tests[0]);
    assert_eq!(report.failure, None, "{}", rapport::rehearsal::tell(&report));
    let recorded = record(&bot, Some("A move"), &report.journal);
    let text = recorded.text.to_lowercase();
    for personal in [
        "wilhelmina", "zabłocka", "minna", "private", "7946 0958", "79460958", "larkspur", "hexham", "48213", "48217", "48 217",
        "c-48", "217",
        "4929", "3333", "de89", "532013000", "barnaby",
    ] {
        assert!(!text.contains(personal), "{personal} is left in\n{}", recorded.text);
    }
    assert_eq!(recorded.problem, None, "{}", recorded.text);
}
