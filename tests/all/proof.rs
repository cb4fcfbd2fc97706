//! What the checker proves: seeded faults are found with the way that leads to them, sound bots are left alone, and what is
//! proved holds in play.
use crate::play::Play;
use crate::support::{MORNING, bot, compiled, mistakes, shipped};
use rapport::engine::{Holder, What};

const BOT: &str =
    "teams: { refunds: {}, general: {} }\ncustomer: { first_name: name, email: email }\nfacts: { days: 30 }\n";
const SHOP: &str = "shop:
  base: https://shop.example/api
  find_order: { get: \"/orders/{{ number }}\", outcomes: { 200: found, 404: not_found }, gives: { number: text, total: money, parts: list } }
  refund: { post: /refunds, body: { order: \"{{ order }}\" }, outcomes: { 201: started, 409: already }, gives: { amount: money } }
";
const MAIN: &str = "flow main\n  triage: What can I do for you?\n";

fn check(flow: &str) -> String {
    let mut files = vec![("a.flow", flow), ("bot.yaml", BOT), ("integrations.yaml", SHOP)];
    if !flow.contains("flow main") {
        files.push(("main.flow", MAIN));
    }
    mistakes(&compiled(&files))
}

const ASK: &str = "flow a\n  customers say\n    help me\n  ask x: X?\n    button yes: Yes\n    button later: Later\n      note: Later.\n";

/// A flow, and words of what must be told of it: the code, and the way.
#[expect(clippy::too_many_lines, reason = "a table of faults")]
fn faults() -> Vec<(String, &'static [&'static str])> {
    let topic = |body: &str| format!("flow a\n  customers say\n    help me\n{body}");
    let with = |body: &str| format!("{ASK}{body}");
    vec![
        // A detail that is not filled on every way.
        (with("  say: {{ x }}\n"), &["F201", "taps \"Later\""]),
        (with("  say: {{ x | upper }}\n"), &["F201", "`x`"]),
        (with("  say:\n    - Hello.\n    - You said {{ x }}.\n"), &["F201"]),
        (with("  empathize: {{ x }}, I'm sorry.\n"), &["F201"]),
        (with("  note: {{ x }}\n"), &["F201"]),
        (with("  escalate: A colleague, please.\n    summary: {{ x }}\n"), &["F201"]),
        (with("  resolve: Bye {{ x }}.\n"), &["F201"]),
        (with("  promise reply within 2 days: About {{ x }}, in {{ within }}.\n"), &["F201"]),
        (with("  ask y: And {{ x }}?\n"), &["F201"]),
        (with("  ask y: And?\n    button b: Like {{ x }}\n"), &["F201"]),
        (with("  ask y: And?\n    accept number\n    retry: Not {{ x }}.\n"), &["F201"]),
        (with("  remember y = x\n"), &["F201"]),
        (with("  use shop.find_order with number = x save as o\n"), &["F201"]),
        (with("  feedback f: How was {{ x }}?\n"), &["F201"]),
        (with("  triage: What about {{ x }}?\n"), &["F201"]),
        (with("  if x is known\n    say: Yes.\n  else\n    say: {{ x }}\n"), &["F201", "x is not known"]),
        (with("  say: {% if x %}{{ x }}{% endif %} and {{ x }}\n"), &["F201"]),
        (
            topic(
                "  use shop.find_order with number = 1 save as o\n    when not_found\n      say: Gone.\n  say: {{ o.total }}\n",
            ),
            &["F201", "answers not_found"],
        ),
        (
            topic(
                "  use shop.find_order with number = 1 save as o\n    when not_found\n      done\n    when it fails\n      say: Down.\n  say: {{ o.total }}\n",
            ),
            &["F201", "fails"],
        ),
        (
            topic(
                "  use shop.find_order with number = 1 save as o\n    when not_found\n      say: No {{ o.total }}.\n",
            ),
            &["F201", "not_found"],
        ),
        (
            topic(
                "  use shop.find_order with number = 1 save as o\n  say: {{ o.total }}\n  when something fails\n    say: {{ o.total }}\n",
            ),
            &["F201"],
        ),
        (topic("  say: {{ customer.first_name }}\n"), &["F201", "customer.first_name"]),
        (topic("  feedback f: Well?\n  say: {{ f }}\n"), &["F201", "no score"]),
        (
            topic(
                "  ask y: Y?\n  do b\n  say: {{ y }}\nflow b\n  use shop.find_order with number = 1 save as o\n  for each n in o.parts, at most 2\n    if n is 2\n      ask y: Y for two?\n        button later: Later\n          note: Later.\n",
            ),
            &["F201", "`y`"],
        ),
        (
            topic(
                "  do b\n  say: {{ y }}\nflow b\n  ask x: X?\n    button yes: Yes\n  if x is yes\n    remember y = 1\n",
            ),
            &["F201", "`y`"],
        ),
        (topic("  do b\n  say: {{ y }}\nflow b\n  ask x: X?\n  if x is yes\n    done\n  remember y = 1\n"), &["F201"]),
        (
            topic(
                "  go to b\nflow b\n  say: {{ z }}\nflow c\n  customers say\n    another thing\n  remember z = 1\n  go to b\n",
            ),
            &["F201"],
        ),
        // needs and gives.
        (
            topic(
                "  do b\nflow b\n  needs x\n  say: {{ x }}\nflow c\n  customers say\n    another thing\n  remember x = 1\n  do b\n",
            ),
            &["F202", "`b` needs `x`"],
        ),
        (with("  do b\nflow b\n  needs x\n  say: {{ x }}\n"), &["F202", "Later"]),
        (with("  go to b\nflow b\n  needs x\n  say: {{ x }}\n"), &["F202"]),
        (topic("  do b\nflow b\n  gives y\n  ask x: X?\n  if x is yes\n    remember y = 1\n"), &["F203", "gives `y`"]),
        (topic("  do b\nflow b\n  gives x\n  ask x: X?\n    button later: Later\n      note: Later.\n"), &["F203"]),
        // Promises that reach nobody.
        (
            topic("  promise reply to customer.email within 2 days: We write in {{ within }}.\n"),
            &["F204", "customer.email"],
        ),
        (with("  promise reply to x within 2 days: We write in {{ within }}.\n"), &["F204", "Later"]),
        // Rounds that nothing counts.
        (
            topic(
                "  ask x: X?\n  use shop.find_order with number = x save as o\n    when not_found\n      ask again x\n",
            ),
            &["F211", "ask again"],
        ),
        (topic("  ask x: X?\n  if x is no\n    ask again x\n"), &["F211"]),
        (topic("  ask x: X?\n  if x is no\n    go to a\n"), &["F211", "`a`"]),
        (topic("  do b\nflow b\n  do a\n"), &["F211"]),
        (topic("  go to b\nflow b\n  ask x: X?\n  go to c\nflow c\n  go to a\n"), &["F211"]),
        (topic("  say: Hi.\nflow not_understood\n  say: Hm.\n"), &["F211", "not_understood"]),
        // Built-in flows that are replaced by ones that leave a customer alone.
        (topic("  say: Hi.\nflow something_broke\n  say: Hm.\n"), &["F217", "something_broke", "without end"]),
        (
            topic("  say: Hi.\nflow something_broke\n  use shop.find_order with number = 1\n  resolve: Sorry.\n"),
            &["F217", "When this fails too"],
        ),
        (
            topic(
                "  say: Hi.\nflow something_broke\n  do b\n  resolve: Sorry.\nflow b\n  use shop.find_order with number = 1\n",
            ),
            &["F217", "When this fails too"],
        ),
        (topic("  say: Hi.\nflow talk_to_a_person\n  say: We are closed.\n"), &["F217", "brings in nobody"]),
        (topic("  say: Hi.\nflow nobody_available\n  note: Nobody.\n"), &["F217", "says nothing"]),
        (topic("  say: Hi.\nflow nobody_available\n  resolve: Come back.\n"), &["F217", "sent away"]),
        (topic("  say: Hi.\nflow nobody_available\n  escalate to refunds: Others, then.\n"), &["F217", "begins again"]),
        (topic("  say: Hi.\nflow gone_quiet\n  say: Are you there?\n"), &["F217", "again and again"]),
        (
            topic("  say: Hi.\nflow gone_quiet\n  ask x: Are you there?\n  resolve: Bye.\n"),
            &["F217", "again and again"],
        ),
        (topic("  say: Hi.\nflow goodbye\n  resolve: Bye.\n"), &["F218", "no thanks"]),
        (
            topic("  say: Hi.\nflow after_the_agent\n  needs x\n  say: It's me.\n  ask x: X?\n"),
            &["F217", "nobody gives it"],
        ),
        // Buttons of cards that nobody sees.
        (
            topic("  card: A lamp\n    button lamp: This one\n  wait 5 minutes\n  ask which: Which?\n"),
            &["F216", "This one"],
        ),
        (topic("  card: A lamp\n    button lamp: This one\n"), &["F216"]),
        (
            topic(
                "  card: A lamp\n    button lamp: This one\n  say: Look.\n  ask which: Which?\n    button none: None\n",
            ),
            &["F216"],
        ),
        // Steps and flows that nothing reaches.
        (topic("  escalate: A colleague, please.\n  say: Never.\n"), &["F214"]),
        (topic("  done\n  say: Never.\n"), &["F214"]),
        (topic("  resolve: Bye.\n  say: Never.\n"), &["F214"]),
        (topic("  go to b\n  say: Never.\nflow b\n  say: Hello.\n"), &["F214"]),
        (topic("  say: Hello.\nflow b\n  say: Never.\n"), &["F215", "`b`"]),
        // A person comes and nobody says so.
        (topic("  escalate\n"), &["F220"]),
        (topic("  ask x: X?\n    when 2 tries failed\n      escalate to refunds\n"), &["F220"]),
        // Something goes wrong and nobody says so.
        (topic("  escalate: Wait.\n    when nobody is available\n      tag late\n"), &["F220", "Nobody is available"]),
        (
            topic(
                "  escalate: Wait.\n    when nobody is available\n      if customer.first_name is known\n        say: X.\n",
            ),
            &["F220"],
        ),
        (topic("  say: Hi.\nflow nobody_available\n  tag late\n"), &["F220"]),
        (topic("  use shop.refund with order = 1\n    when it fails\n      resolve\n"), &["F220", "has failed"]),
        (topic("  use shop.refund with order = 1\n    when it fails\n      wait 2 hours\n"), &["F220"]),
        (
            topic(
                "  do b\n  resolve\nflow b\n  when something fails\n    tag late\n  use shop.refund with order = 1\n",
            ),
            &["F220"],
        ),
        // What is forgotten by a flow that then fails.
        (
            topic(
                "  when something fails\n    say: {{ x }}\n  remember x = 1\n  do b\nflow b\n  forget x\n  use shop.refund with order = 1\n",
            ),
            &["F201", "`x`"],
        ),
        // Rounds through house flows.
        (
            topic("  say: Hi.\nflow not_understood\n  ask x: X?\n    accept number\n  escalate: Wait.\n"),
            &["F211", "when 3 tries failed"],
        ),
        (
            topic("  say: Hi.\nflow nobody_available\n  say: No.\n  escalate: Another, then.\n"),
            &["F211", "nobody is available"],
        ),
    ]
}

#[test]
fn every_seeded_fault_is_found_with_its_way() {
    let mut missed = Vec::new();
    for (flow, words) in faults() {
        let told = check(&flow);
        if !words.iter().all(|w| told.contains(w)) {
            missed.push(format!("{flow}\nshould tell {words:?}, tells\n{told}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n=====\n"));
}

const STRICT: &str = "respect: { never_say: [calm down], reading_grade_max: 8 }
empathy: { after: [not_found, it_fails, 2 tries failed], before: [next_question, escalate] }
clarity: { sentences_per_message_max: 2 }
consistency: { say: { refund: [reimbursement] }, same_promise_everywhere: yes }
accountability: { promise_needs: [owner, due, contact] }
effort: { turns_to_answer_or_person: 40, ask_twice: never }
";

fn check_strictly(flow: &str) -> String {
    let files = [("a.flow", flow), ("main.flow", MAIN), ("bot.yaml", BOT), ("integrations.yaml", SHOP)];
    mistakes(&compiled(&[files.as_slice(), &[("philosophy.yaml", STRICT)]].concat()))
}

#[test]
fn every_fault_against_the_philosophy_is_found() {
    let call = "  ask n: Number?\n  use shop.find_order with number = n save as o\n";
    let end = "    when 3 tries failed\n      escalate: I'm sorry. A colleague will look.\n";
    let hard = "In consideration of aforementioned circumstances, additional identification documentation is obligatory for continuation";
    let faults = [
        ("  say: Calm down.\n".to_owned(), "F120"),
        (format!("  say: {hard}.\n"), "F232"),
        (format!("  ask x: {hard}?\n"), "F232"),
        ("  say: One. Two. Three.\n".into(), "F233"),
        ("  empathize: One! Two! Three!\n".into(), "F233"),
        ("  ask x: One. Two. Three?\n".into(), "F233"),
        ("  say: Your reimbursement.\n".into(), "F234"),
        ("  ask x: X?\n    button a: A reimbursement\n".into(), "F234"),
        (format!("{call}    when not_found\n      ask again n\n{end}"), "F222"),
        (format!("{call}    when not_found\n      say: It is not there.\n      ask again n\n{end}"), "F222"),
        (format!("{call}    when not_found\n      escalate: A colleague will look.\n"), "F222"),
        (format!("{call}    when it fails\n      escalate: A colleague will look.\n"), "F222"),
        (format!("{call}    when it fails\n      do b\nflow b\n  ask y: Why?\n"), "F222"),
        (format!("{call}    when it fails\n      do b\n      ask y: Why?\nflow b\n  note: Down.\n"), "F222"),
        (format!("{call}    when it fails\n      if n is 1\n        empathize: I'm sorry.\n      ask y: Why?\n"), "F222"),
        (format!("{call}    when 2 tries failed\n      escalate: A colleague will look.\n"), "F222"),
        ("  ask x: X?\n    accept number\n    when 2 tries failed\n      escalate: A colleague.\n".into(), "F222"),
        ("  ask x: X?\n    accept number\n    retry: A number, please.\n".into(), "F222"),
        ("  promise reply within 1 hour: Within {{ within }}.\n".into(), "F236"),
        ("  promise reply by refunds within 5 days: Within {{ within }}.\n".into(), "F236"),
        (
            "  promise reply by refunds within 1 hour: In {{ within }}.\n  promise reply by refunds within 2 hours: In {{ within }}.\n".into(),
            "F237",
        ),
        ("  ask x: X?\n    accept email\n  ask y: Y?\n    accept email\n".into(), "F238"),
        ("  ask x: X?\n  ask y: X?\n".into(), "F238"),
        ((0..14).map(|i| format!("  ask x{i}: X{i}?\n")).collect(), "F230"),
        ("  say: We'll get back to you.\n".into(), "F241"),
        (format!("  say: {}\n", "words ".repeat(120)), "F240"),
        (format!("  ask x: X?\n    button a: {}\n", "words ".repeat(8)), "F242"),
        ("  say: Hi.\nflow b\n  customers say\n    Help me!\n  say: Hi.\n".into(), "F244"),
    ];
    let mut missed = Vec::new();
    for (body, code) in faults {
        let told = check_strictly(&format!("flow a\n  customers say\n    help me\n{body}"));
        if !told.contains(&format!("[{code}]")) {
            missed.push(format!("{body}\nshould tell {code}, tells\n{told}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n=====\n"));
}

#[test]
fn what_keeps_to_the_philosophy_is_left_alone() {
    let call = "  ask n: Number?\n  use shop.find_order with number = n save as o\n";
    let end = "    when 3 tries failed\n      escalate: I'm sorry. A colleague will look.\n";
    for body in [
        format!("{call}    when not_found\n      empathize: I'm sorry.\n      ask again n\n{end}"),
        format!("{call}    when not_found\n      say: I'm sorry, it is not there.\n      ask again n\n{end}"),
        format!("{call}    when it fails\n      do b\n      ask y: Why?\nflow b\n  empathize: Oh no.\n"),
        "  ask x: X?\n    accept number\n    retry: A number, please.\n    retry: Sorry, a number.\n".into(),
        "  promise reply by refunds within 1 hour: In {{ within }}.\n".into(),
    ] {
        let flow = format!("flow a\n  customers say\n    help me\n{body}");
        assert_eq!(check_strictly(&flow), "", "{flow}");
    }
}

#[test]
fn what_is_sound_is_left_alone() {
    let topic = |body: &str| format!("flow a\n  customers say\n    help me\n{body}");
    for flow in [
        topic("  ask x: X?\n  say: {{ x }} and {{ days }}\n"),
        format!("{ASK}  say: {{{{ x | default(\"nothing\") }}}}{{% if x %}}{{{{ x }}}}{{% endif %}}\n"),
        format!("{ASK}  if x is known\n    say: {{{{ x }}}}\n"),
        format!("{ASK}  if x is not known\n    done\n  say: {{{{ x }}}}\n"),
        format!("{ASK}  if x is known and x is yes\n    say: {{{{ x }}}}\n"),
        topic("  if customer.email is known\n    promise reply to customer.email within 2 days: In {{ within }}.\n"),
        topic(
            "  use shop.refund with order = 1 save as r\n    when already\n      say: {{ r.amount }}\n  say: {{ r.amount }}\n",
        ),
        topic(
            "  say: Hi.\nflow something_broke\n  use shop.refund with order = 1\n    when already\n      say: So it was.\n    when it fails\n      escalate: A colleague, please.\n  resolve: Sorry.\n",
        ),
        topic(
            "  say: Hi.\nflow nobody_available\n  promise reply within 2 days: We answer in {{ within }}.\n  resolve: Bye.\n",
        ),
        topic(
            "  say: Hi.\nflow gone_quiet\n  ask x: Are you there?\n    when silent for 1 day\n      resolve: Bye.\n  resolve: Bye.\n",
        ),
        topic(
            "  for each n in days, at most 2\n    card: Lamp {{ n }}\n      button lamp: This one\n  note: Shown.\n  ask which: Which?\n    button none: None\n",
        ),
        topic("  do b\n  ask which: Which?\nflow b\n  card: A lamp\n    button lamp: This one\n"),
        topic("  do b\n  say: {{ y }}\nflow b\n  gives y\n  remember y = 1\n"),
        topic("  ask x: X?\n  do b\nflow b\n  say: {{ x }}\n"),
        topic(
            "  ask x: X?\n  use shop.find_order with number = x save as o\n    when not_found\n      ask again x\n    when 2 tries failed\n      escalate: A colleague, please.\n  say: {{ o.total }} {{ x }}\n",
        ),
    ] {
        assert_eq!(check(&flow), "", "{flow}");
    }
}

/// With words that fit nothing, the customer of every shipped bot has a person within the proved number of turns.
#[test]
fn a_customer_whom_nothing_fits_has_a_person_within_the_bound() {
    for bot in shipped() {
        let bound = bot.bound.as_ref().expect("a bound");
        let mut play = Play::new(&bot, MORNING);
        play.open();
        let mut turns = 0;
        while matches!(play.session.holder, Holder::Bot) && turns <= bound.turns {
            play.say("qwrt zxcv");
            play.all_was_said();
            // No article fits either.
            while let Some(name) = play.asked().map(str::to_owned) {
                play.line(&format!("{name} answers not_found"));
            }
            turns += 1;
        }
        assert!(turns <= bound.turns && !matches!(play.session.holder, Holder::Bot), "{turns} turns, {bound:?}");
    }
}

/// What is counted for a bot whose questions come back, are left open or stand in flows of the house.
#[test]
fn the_bound_counts_what_comes_back() {
    let number = "    accept number\n";
    let ask = |name: &str, depth: usize| {
        let pad = "  ".repeat(depth);
        format!("{pad}ask {name}: {name}?\n{pad}  accept number\n{pad}  when 1 tries failed\n{pad}    say: Well.\n")
    };
    let parts = "  for each i in days, at most 3\n";
    let again = "  use shop.find_order with number = x\n    when not_found\n      say: No.\n      ask again x\n    when 3 tries failed\n      escalate: Wait.\n";
    let end = "  resolve: Bye.\n";
    let cases = [
        // A loop, and what follows it.
        (format!("{parts}{}{}{end}", ask("y", 2), ask("z", 1)), 3 + 1),
        // A loop within what is asked again: three rounds of three.
        (format!("  ask x: X?\n{number}{parts}{}{again}{end}", ask("y", 2)), 9 + 9),
        // A question that is asked again within a loop: the tries are those of the whole flow.
        (format!("  ask x: X?\n{number}{again}{}{end}", ask("z", 1)), 9 + 1),
        // A block of silence comes at most three times, and the question is open after it.
        (format!("  ask x: X?\n{number}    when silent for 5 minutes\n{}{end}", ask("y", 3)), 3 + 3),
    ];
    for (body, expected) in cases {
        let flow = format!("flow main\n{body}");
        let bot = bot(&[("main.flow", &flow), ("bot.yaml", BOT), ("integrations.yaml", SHOP)]);
        let bound = bot.bound.as_ref().expect("a bound");
        let own: u32 = bound.steps.iter().filter(|s| s.flow == "main").map(|s| s.turns).sum();
        assert_eq!(own, expected, "{flow}{bound:?}");
    }
}

/// A question takes no more turns than is counted for it, also where the author says how many.
#[test]
fn a_question_holds_its_bound() {
    for (tries, expected) in [
        ("", 3),
        ("    when 2 tries failed\n      escalate: A colleague.\n", 2),
        ("    when 5 tries failed\n      escalate: A colleague.\n", 5),
    ] {
        let flow = format!("flow main\n  ask x: How many?\n    accept number\n{tries}  resolve: {{{{ x }}}}\n");
        let bot = bot(&[("main.flow", &flow), ("bot.yaml", BOT)]);
        let steps = &bot.bound.as_ref().expect("a bound").steps;
        assert_eq!(steps.first().map(|s| s.turns), Some(expected));
        let mut play = Play::new(&bot, MORNING);
        play.open();
        (0..expected).for_each(|_| play.say("qwrt zxcv"));
        assert!(!matches!(play.session.holder, Holder::Bot), "{tries}");
        assert!(!play.events.iter().any(|e| matches!(e.what, What::Faulted { .. })));
    }
}

/// Fifty messages are a flood, however they come together; forty-nine are only long.
#[test]
fn a_flood_is_told_with_its_place() {
    let parts = "  use shop.find_order with number = 1 save as o\n";
    let topic = |body: &str| format!("flow a\n  customers say\n    help me\n{parts}{body}");
    let says = |count: usize, depth: usize| format!("{}say: Well.\n", "  ".repeat(depth)).repeat(count);
    let each =
        |most: usize, depth: usize| format!("{}for each p{depth} in o.parts, at most {most}\n", "  ".repeat(depth));
    let nested = format!("{}{}{}", each(8, 1), each(8, 2), says(1, 3));
    let floods = [
        topic(&nested),
        topic(&format!("{}{}", each(30, 1), says(2, 2))),
        topic(&says(51, 1)),
        // Through other flows.
        topic(&format!("{}    do b\nflow b\n{}", each(20, 1), says(3, 1))),
        topic(&format!("{}    do b\n{}flow b\n{parts}{}", each(2, 1), says(1, 1), says(51, 1))),
        topic(&format!("{}  go to b\nflow b\n{}", says(26, 1), says(26, 1))),
        topic(&format!("  do b\n{}flow b\n{}", says(26, 1), says(26, 1))),
        // Behind the question of the last round.
        topic(&format!("{}    ask y: Y?\n      accept number\n{}{}", each(3, 1), says(26, 2), says(26, 1))),
        // Details that were filled otherwise are not asked.
        topic(&format!("{}    remember y = 1\n    ask y: Y?\n      accept number\n{}", each(20, 1), says(3, 2))),
        // In a block of something else, and where the chat opens.
        topic(&format!("  ask y: Y?\n    accept number\n    when silent for 5 minutes\n{}", says(51, 3))),
        format!(
            "flow one\n  starts when a chat opens\n{}flow two\n  starts when a chat opens\n{}",
            says(26, 1),
            says(26, 1)
        ),
        // Steps that say nothing.
        topic(&format!("{}{}{}      note: N.\n", each(50, 1), each(50, 2), "")),
    ];
    for flow in floods {
        let told = check(&flow);
        assert!(told.contains("F219"), "{told}\n{flow}");
    }
    let sound = [
        topic(&format!("{}{}", each(20, 1), says(2, 2))),
        topic(&says(45, 1)),
        // Cards side by side are one message; what is asked in between makes turns of it.
        topic(&format!("{}    card: {{{{ p1 }}}}\n  say: That is all.\n", each(50, 1))),
        topic(&format!("{}    ask y: Y?\n      accept number\n{}", each(30, 1), says(3, 2))),
        topic(&format!("{}    do b\nflow b\n  ask y: Y?\n    accept number\n{}", each(30, 1), says(3, 1))),
        topic(&format!("{}    use shop.find_order with number = 1 save as q\n{}", each(30, 1), says(3, 2))),
    ];
    for flow in sound {
        let told = check(&flow);
        assert!(!told.contains("F219"), "{told}\n{flow}");
    }
    let told = check(&topic(&nested));
    assert!(told.contains("say 64 things at once") && told.contains(":5:3"), "{told}");
}
