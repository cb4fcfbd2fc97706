//! What is made of a customer's words.
use crate::support::{MORNING, shipped};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use rapport::understand::answers::{Frame, Kind, asks_for_a_person, choose, find};
use rapport::understand::mood::{Feeling, Mood};
use rapport::understand::topics::{Example, Topics, Verdict};
use serde_json::{Value, json};

fn frame() -> Frame {
    Frame { now: MORNING, zone: TimeZone::UTC, region: Some("GB".into()) }
}

fn found(kind: &Kind, words: &str) -> Option<Value> {
    find(kind, words, &frame()).map(|f| f.value)
}

fn six_digits() -> Kind {
    Kind::Pattern(regex::Regex::new("[0-9]{6}").expect("a pattern"))
}

#[test]
fn answers_are_found_in_sentences() {
    let one_of = Kind::OneOf(vec!["Standard".into(), "Express".into()]);
    let table: Vec<(Kind, &str, Option<Value>)> = vec![
        (six_digits(), "it's 204518 I think", Some(json!("204518"))),
        (six_digits(), "#204518", Some(json!("204518"))),
        (six_digits(), "204 518", Some(json!("204518"))),
        (six_digits(), "2045189", None),
        (six_digits(), "20451", None),
        (Kind::Number, "£1,250.50 please", Some(json!(1250.5))),
        (Kind::Number, "twenty two", Some(json!(22))),
        (Kind::Number, "none", None),
        (Kind::WholeNumber, "3", Some(json!(3))),
        (Kind::WholeNumber, "3.5", None),
        (Kind::Email, "Write to Ann.Lee@Example.co.uk!", Some(json!("ann.lee@example.co.uk"))),
        (Kind::Email, "ann@localhost", None),
        (Kind::Phone, "my number is 020 7946 0018", Some(json!("+442079460018"))),
        (Kind::Phone, "12", None),
        (Kind::Date, "2026-05-07", Some(json!("2026-05-07"))),
        (Kind::Date, "on 7/5/2026", Some(json!("2026-05-07"))),
        (Kind::Date, "May 7th", Some(json!("2026-05-07"))),
        (Kind::Date, "the 7th of May 2025", Some(json!("2025-05-07"))),
        (Kind::Date, "yesterday", Some(json!("2026-05-03"))),
        (Kind::Date, "last Friday", Some(json!("2026-05-01"))),
        (Kind::Date, "3 days ago", Some(json!("2026-05-01"))),
        (Kind::Date, "in two weeks", Some(json!("2026-05-18"))),
        (Kind::Date, "31/02/2026", None),
        (Kind::Date, "soon", None),
        (Kind::YesOrNo, "yes please", Some(json!(true))),
        (Kind::YesOrNo, "Nope, sorry", Some(json!(false))),
        (Kind::YesOrNo, "not really", Some(json!(false))),
        (Kind::YesOrNo, "👍", Some(json!(true))),
        (Kind::YesOrNo, "the blue one", None),
        (one_of.clone(), "expres", Some(json!("Express"))),
        (one_of, "the first one", Some(json!("Standard"))),
        (Kind::Text, "  hello  ", Some(json!("hello"))),
        (Kind::Text, "   ", None),
    ];
    for (kind, words, expected) in table {
        assert_eq!(found(&kind, words), expected, "{kind:?} in {words:?}");
    }
}

#[test]
fn typed_buttons_are_recognised() {
    let labels = ["Something arrived damaged", "Return or refund", "Where is my order?"].map(str::to_owned);
    let table = [
        ("return or refund", Some(1)),
        ("Where is my order", Some(2)),
        ("2", Some(1)),
        ("the second one", Some(1)),
        ("damaged", Some(0)),
        ("retrun or refund", Some(1)),
        ("or", None),
        ("7", None),
        ("hello there", None),
    ];
    for (words, expected) in table {
        assert_eq!(choose(&labels, words), expected, "{words}");
    }
}

#[test]
fn asking_for_a_person_is_told_from_talking_about_one() {
    for words in [
        "human please",
        "can I talk to a real person?",
        "I want to speak to someone",
        "agent!!",
        "Talk to a person",
        "connect me with an agent now",
        "my lamp broke. can I please speak to a manager",
        "operator",
        "let me talk to somebody",
    ] {
        assert!(asks_for_a_person(words), "{words}");
    }
    for words in [
        "the agent was rude to me",
        "someone stole my parcel",
        "the person who delivered it broke it",
        "I am a real estate agent",
        "somebody",
        "I don't want to talk to a person",
        "did people like the lamp?",
        "my manager bought it",
        "I want a refund",
    ] {
        assert!(!asks_for_a_person(words), "{words}");
    }
}

#[test]
fn moods_are_measured() {
    let table = [
        ("my lamp arrived smashed, this is the second time!!", Some(Feeling::Angry)),
        ("THIS IS THE WORST SHOP EVER", Some(Feeling::Angry)),
        ("I'm worried it won't arrive before the wedding", Some(Feeling::Worried)),
        ("oh no, it's the wrong colour, what a pity", Some(Feeling::Disappointed)),
        ("I am not happy with it, I'm disappointed", Some(Feeling::Disappointed)),
        ("thanks so much!!", Some(Feeling::Happy)),
        ("when are you open?", None),
        ("I'd like to return a lamp", None),
        ("204518", None),
    ];
    for (words, expected) in table {
        let mood = Mood::measure(words);
        assert_eq!(mood.strongest(), expected, "{words}: {mood:?}");
    }
}

#[test]
fn a_mood_fades() {
    let mut mood = Mood::measure("this is unacceptable, I am furious!!");
    for _ in 0..6 {
        mood = mood.blend(Mood::measure("ok"));
    }
    assert_eq!(mood.strongest(), None, "{mood:?}");
}

#[test]
fn the_demo_understands_its_customers() {
    let bot = shipped().into_iter().find(|b| b.id == "bluebird").expect("bluebird");
    let table = [
        ("my lmap arived smashed", "damaged"),
        ("The glass of my lamp is cracked, I am so sad", "damaged"),
        ("i want a refund", "refund"),
        ("Hi! I bought a lamp last week. can I send it back?", "refund"),
        ("where's my order", "order_status"),
        ("when will my package arrive?", "order_status"),
        ("what time do you open", "hours"),
        ("how much is the delivery", "shipping"),
        ("nope, that's all", "goodbye"),
    ];
    for (words, topic) in table {
        let reading = bot.topics.read(words);
        assert_eq!(reading.verdict, Verdict::Sure(topic.into()), "{words}: {:?}", reading.ranked);
    }
    for words in ["what is the meaning of life", "qwertz", "my dog is called Rex", ""] {
        let reading = bot.topics.read(words);
        assert!(!matches!(reading.verdict, Verdict::Sure(_)), "{words}: {:?}", reading.ranked);
    }
}

#[test]
fn two_near_topics_lead_to_a_question() {
    let example = |topic: &str, text: &str| Example { topic: topic.into(), text: text.into() };
    let topics =
        Topics::train(&[example("cancel_order", "cancel my order"), example("cancel_contract", "cancel my contract")]);
    assert!(matches!(topics.read("please cancel").verdict, Verdict::Close(flows) if flows.len() == 2));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn any_words_are_read(words in "\\PC{0,200}") {
        let kinds = [Kind::Text, Kind::Number, Kind::WholeNumber, Kind::Email, Kind::Phone, Kind::Date, Kind::YesOrNo, six_digits(),
            Kind::OneOf(vec!["a b".into(), words.clone()])];
        for kind in kinds {
            if let Some(found) = find(&kind, &words, &frame()) {
                prop_assert!(words.get(found.span).is_some(), "the place of an answer is in the message");
            }
        }
        Mood::measure(&words);
        asks_for_a_person(&words);
        choose(&[words.clone(), "x".into()], &words);
    }
}
