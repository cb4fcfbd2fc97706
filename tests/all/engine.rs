//! The engine: pure, deterministic, bounded; a session is its events, folded.
use crate::play::{Play, sent, transcript};
use crate::support::{MORNING, bot, compiled, shipped};
use proptest::prelude::*;
use rapport::bot::Bot;
use rapport::bot::op::Op;
use rapport::engine::{self, Answer, Event, Holder, Input, Session, Timer, What};
use rapport::id::AgentId;
use serde_json::{Map, json};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

static BLUEBIRD: LazyLock<Arc<Bot>> =
    LazyLock::new(|| shipped().into_iter().find(|b| b.id == "bluebird").expect("bluebird is shipped"));

/// Anything that may reach a chat.
fn input() -> impl Strategy<Value = Input> {
    let words = prop::sample::select(vec![
        "my lamp arrived smashed, again!!",
        "204518",
        "12",
        "I want my money back",
        "yes",
        "no",
        "where is my order?",
        "5",
        "bye",
        "human please",
        "it's broken",
        "thanks",
        "",
        "😀",
        "when are you open",
        "the second one",
        "No, that's all",
        "204 518 I think",
    ]);
    let choices = prop::sample::select(vec![
        "damaged",
        "refund",
        "order_status",
        "goodbye",
        "broken",
        "yes",
        "5",
        "skip",
        "none_of_these",
    ]);
    let cid = "[a-z]{6}";
    let agent = || (AgentId(1), "Ann".to_owned());
    let found = json!({ "number": "204518", "item": "Lamp", "total": 48, "delivered": "2026-05-01", "amount": 48, "reference": "R" });
    let fields: Map<String, serde_json::Value> = found.as_object().cloned().unwrap_or_default();
    let outcomes = prop::sample::select(vec!["found", "not_found", "started", "already_refunded", "what"]);
    prop_oneof![
        8 => (cid, words).prop_map(|(cid, text)| Input::CustomerSaid { cid, text: text.to_owned() }),
        3 => (cid, choices).prop_map(|(cid, choice)| Input::CustomerTapped { cid, choice: choice.to_owned() }),
        1 => cid.prop_map(|cid| Input::CustomerWantsPerson { cid }),
        1 => (cid, prop::sample::select(vec!["a.jpg", "b.pdf"])).prop_map(|(cid, name)| {
            Input::CustomerSent { cid, file: sent(name) }
        }),
        6 => (1..6_u32, outcomes).prop_map(move |(call, outcome)| {
            let answer = Answer::Outcome { outcome: outcome.to_owned(), fields: fields.clone() };
            Input::CallAnswered { call, answer }
        }),
        2 => (1..6_u32).prop_map(|call| Input::CallAnswered { call, answer: Answer::Failed { problem: "gone".into() } }),
        1 => Just(Input::TimerFired { timer: Timer::Quiet }),
        1 => Just(Input::TimerFired { timer: Timer::Promise { name: "refund_paid".into() } }),
        1 => Just(Input::NobodyAvailable),
        1 => Just(Input::AgentTook { agent: agent().0, name: agent().1 }),
        1 => cid.prop_map(move |cid| Input::AgentSaid { agent: agent().0, name: agent().1, cid, text: "Hello".into() }),
        1 => Just(Input::AgentHandedBack { agent: agent().0, name: agent().1, flow: None }),
        1 => Just(Input::AgentTransferred { agent: agent().0, name: agent().1, team: "general".into(), note: Some("Look here.".into()) }),
        1 => Just(Input::AgentLeft { agent: agent().0, name: agent().1 }),
        1 => Just(Input::AgentResolved { agent: agent().0, name: agent().1 }),
        1 => Just(Input::Broke { problem: "a test".into() }),
    ]
}

fn run(bot: &Bot, inputs: &[Input]) -> (Session, Vec<Event>, String) {
    let mut play = Play::new(bot, MORNING);
    play.open();
    let mut bytes = String::new();
    for input in inputs {
        play.now = play.now + Duration::from_secs(7);
        let turn = play.give(input.clone());
        bytes.push_str(&format!("{turn:?}"));
    }
    (play.session.clone(), play.events.clone(), bytes)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_same_inputs_make_the_same_bytes(inputs in prop::collection::vec(input(), 0..40)) {
        let (first, _, bytes) = run(&BLUEBIRD, &inputs);
        let (second, _, again) = run(&BLUEBIRD, &inputs);
        prop_assert_eq!(bytes, again);
        prop_assert_eq!(serde_json::to_string(&first).expect("JSON"), serde_json::to_string(&second).expect("JSON"));
    }

    #[test]
    fn a_session_is_its_events_folded(inputs in prop::collection::vec(input(), 0..40)) {
        let (session, events, _) = run(&BLUEBIRD, &inputs);
        let mut folded = Session::new(session.id, &session.bot, MORNING);
        for event in &events {
            // What a store does: writes it down and reads it back.
            let text = serde_json::to_string(event).expect("JSON");
            folded.apply(&serde_json::from_str::<Event>(&text).expect("an event is read back"));
        }
        prop_assert_eq!(&folded, &session);
        let text = serde_json::to_string(&session).expect("JSON");
        prop_assert_eq!(serde_json::from_str::<Session>(&text).expect("a snapshot is read back"), session);
        for (n, event) in (1_u64..).zip(&events) {
            prop_assert_eq!(event.seq, n);
        }
    }

    #[test]
    fn the_bot_is_silent_while_an_agent_has_the_chat(inputs in prop::collection::vec(input(), 0..40)) {
        let (_, events, _) = run(&BLUEBIRD, &inputs);
        let mut agent = false;
        for event in &events {
            match &event.what {
                What::Joined { .. } => agent = true,
                What::HandedBack { .. } | What::Resolved { .. } => agent = false,
                // Only the agent takes the chat from the agent: by passing it on, or by being gone.
                What::Waiting { why, .. } if agent => {
                    prop_assert!(why.contains("passed this chat on") || why.contains("lost the connection"), "{}", why);
                    agent = false;
                }
                What::Message { from: engine::Speaker::Bot { .. }, text, .. } => prop_assert!(!agent, "the bot said: {}", text),
                _ => {}
            }
        }
    }
}

#[test]
fn a_turn_of_too_many_steps_is_ended_and_a_person_asked() {
    // The checker refuses circles and floods; the engine holds all the same where one comes to it.
    let mut bot =
        compiled(&[("a.flow", "flow main\n  say: Hi.\n  remember a = 1\n  triage: Well?\n")]).bot.expect("a bot");
    if let Some(open) = bot.flows.get_mut("main").and_then(|f| f.ops.get_mut(2)) {
        open.op = Op::Jump(1);
    }
    let mut play = Play::new(&bot, MORNING);
    play.open();
    assert!(matches!(play.session.holder, Holder::Waiting { .. }), "{:?}", play.lines);
    assert!(play.events.len() < 1_100, "a turn is bounded");
}

#[test]
fn a_text_that_grows_without_end_is_ended() {
    let text = "flow main\n  remember a = \"xxxxxxxxxxxxxxxx\"\n  say: {% for i in a %}{% for j in a %}{% for k in a %}{% for l in a %}{{ a }}{% endfor %}{% endfor %}{% endfor %}{% endfor %}\n";
    let bot = bot(&[("a.flow", text)]);
    let mut play = Play::new(&bot, MORNING);
    play.open();
    assert!(play.lines.iter().any(|l| l.starts_with("* fault:")), "{:?}", play.lines);
    assert!(matches!(play.session.holder, Holder::Waiting { .. }));
}

#[test]
fn customers_words_are_never_a_template() {
    let bot = bot(&[("a.flow", "flow main\n  ask name: Name?\n  say: Hello {{ name }}.\n  triage: Well?\n")]);
    let mut play = Play::new(&bot, MORNING);
    play.open();
    play.say("{{ 7 * 7 }} {% for %}");
    assert!(play.lines.contains(&"bot: Hello {{ 7 * 7 }} {% for %}.".to_owned()), "{:?}", play.lines);
}

#[test]
fn a_changed_bot_finds_its_place_by_the_name_of_the_step() {
    let before = bot(&[(
        "a.flow",
        "flow main\n  ask name: Name?\n  ask town: Town?\n  say: {{ name }} from {{ town }}.\n  triage: Well?\n",
    )]);
    let after = bot(&[(
        "a.flow",
        "flow main\n  say: New.\n  ask name: Name?\n  note: x\n  ask town: Which town?\n  say: {{ name }} of {{ town }}.\n  triage: Well?\n",
    )]);
    let mut play = Play::new(&before, MORNING);
    play.open();
    play.say("Ann");
    play.bot = &after;
    play.say("Leeds");
    assert!(play.lines.contains(&"bot: Ann of Leeds.".to_owned()), "{:?}", play.lines);
}

#[test]
fn variations_are_not_repeated_while_others_are_left() {
    let text = "flow main\n  ask x: Say something.\n    accept number\n    retry:\n      - one\n      - two\n      - three\n    when 9 tries failed\n      say: enough\n  triage: Well?\n";
    let bot = bot(&[("a.flow", text)]);
    let mut play = Play::new(&bot, MORNING);
    play.open();
    for _ in 0..3 {
        play.say("hm");
    }
    let mut said: Vec<_> =
        play.lines.iter().filter(|l| ["bot: one", "bot: two", "bot: three"].contains(&l.as_str())).collect();
    said.sort();
    said.dedup();
    assert_eq!(said.len(), 3, "{:?}", play.lines);
}

#[test]
fn a_quiet_customer_is_let_go_and_may_come_back() {
    let bot = bot(&[(
        "a.flow",
        "flow main\n  triage: Well?\n\nflow hours: Hours\n  customers say\n    when are you open\n  say: 9 to 5.\n",
    )]);
    let mut play = Play::new(&bot, MORNING);
    play.open();
    play.pass(Duration::from_secs(3 * 86_400));
    assert!(matches!(play.session.holder, Holder::Resolved { .. }), "{:?}", play.lines);
    play.say("when are you open");
    assert!(play.lines.contains(&"bot: 9 to 5.".to_owned()), "{:?}", play.lines);
}

#[test]
fn words_right_before_a_photo_go_with_it() {
    let flow = "flow main\n  ask photo: A photo, please.\n    accept photo\n    accept text\n  ask name: Your name?\n    accept text\n";
    let bot = bot(&[("main.flow", flow), ("bot.yaml", "wait for more words: 2s\n")]);
    let mut play = Play::new(&bot, MORNING);
    play.open();
    play.say("here it comes");
    play.send("lamp.jpg");
    play.pass(Duration::from_secs(10));
    assert!(play.session.slots.contains_key("photo") && !play.session.slots.contains_key("name"), "{:?}", play.lines);
    assert_eq!(play.lines.last().map(String::as_str), Some("bot: Your name?"));
}

/// Nobody hears a sentence with a hole in it, and what the system left out is told to whoever goes on.
#[test]
fn a_field_that_a_system_left_out_leaves_no_hole() {
    let shop = "shop:\n  base: https://shop.example\n  find: { get: /o, outcomes: { 200: found }, gives: { item: text, total: money } }\n";
    let flow = "flow main\n  use shop.find save as order\n  note: {{ order.item }} costs {{ order.total }}.\n  say: A {{ order.item | default(\"lamp\") }}.\n  say: It costs {{ order.total | money }}.\n  triage: Well?\n";
    let bot = bot(&[("a.flow", flow), ("integrations.yaml", shop)]);
    for (fields, whole) in [
        ("{\"item\": \"Lamp\", \"total\": 4}", true),
        ("{\"total\": 4}", true),
        ("{\"item\": \"Lamp\", \"total\": null}", false),
    ] {
        let heard = transcript(&bot, MORNING, &format!("shop.find answers found {fields}"));
        assert_eq!(heard.contains("bot: It costs €4.00."), whole, "{heard}");
        assert_eq!(heard.contains("bot: Well?"), whole, "{heard}");
        assert_eq!(heard.contains("`order.total`, and there is no value"), !whole, "{heard}");
        assert_eq!(heard.contains("is asked for a person"), !whole, "{heard}");
        assert!(!heard.contains("It costs ."), "{heard}");
    }
}

#[test]
fn an_open_question_is_not_said_again_without_end() {
    let bot = bot(&[("a.flow", "flow main\n  triage: What can I do for you?\n")]);
    let heard = transcript(&bot, MORNING, &"customer: can you say that again\n".repeat(8));
    assert_eq!(heard.matches("Of course.").count(), 5, "{heard}");
    assert!(heard.contains("is asked for a person"), "{heard}");
}

/// What cannot be worked out is a fault: no system is asked with half of the values, and a person goes on.
#[test]
fn nothing_goes_on_with_what_cannot_be_worked_out() {
    let shop = "shop:\n  base: https://shop.example\n  file: { post: /c, body: { price: \"{{ price }}\" } }\n";
    let asks = "flow main\n  ask price: The price?\n    accept text\n";
    let rest = "  triage: Well?\n";
    for step in [
        "  use shop.file with price = price * 2\n",
        "  remember twice = price * 2\n  say: {{ twice }}\n",
        "  if price * 2 is more than 3\n    say: Much.\n  else\n    say: Little.\n",
        "  ask sure: Sure?\n    accept yes or no\n    check price * 2 is more than 3: That is too little.\n  say: Good.\n",
    ] {
        let bot = bot(&[("a.flow", &format!("{asks}{step}{rest}")), ("integrations.yaml", shop)]);
        let heard = transcript(&bot, MORNING, "customer: much\ncustomer: yes");
        assert!(heard.contains("* fault:") && heard.contains("`much` and `2` are not both numbers"), "{step}{heard}");
        assert!(heard.contains("is asked for a person"), "{step}{heard}");
        let told = ["Much.", "Little.", "too little", "bot: Good", "shop.file is asked", "twice ="];
        assert!(told.iter().all(|words| !heard.contains(words)), "{step}{heard}");
    }
}
