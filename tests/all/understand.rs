//! The understander through its public doors: tables of what customers type, and what must be made of it.
use jiff::tz::TimeZone;
use proptest::prelude::*;
use rapport::time::Millis;
use rapport::understand::answers::{Found, Frame, Kind, Pattern, asks_for_a_person, choose, find};
use rapport::understand::mood::{Feeling, Mood};
use rapport::understand::normal;
use rapport::understand::topics::{Example, RANKED, Topics, Verdict};
use serde_json::{Value, json};

/// Wednesday, 6 May 2026, 10:00 in London.
fn frame() -> Frame {
    let zone = TimeZone::get("Europe/London").unwrap();
    Frame { now: Millis(1_778_058_000_000), zone, language: "en".to_owned(), region: Some("GB".to_owned()) }
}

fn in_region(region: &str, language: &str) -> Frame {
    Frame { region: Some(region.to_owned()), language: language.to_owned(), ..frame() }
}

fn value(kind: &Kind, text: &str) -> Option<Value> {
    find(kind, text, &frame()).map(|found| found.value)
}

/// Each line: what is typed, and the value it must give; `null` for none.
fn table(kind: &Kind, frame: &Frame, rows: &[(&str, Value)]) {
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|(text, wanted)| {
            let got = find(kind, text, frame).map_or(Value::Null, |found| found.value);
            (got != *wanted).then(|| format!("{text:?}: wanted {wanted}, got {got}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

mod words {
    use super::*;

    #[test]
    fn spelling_that_does_not_matter_is_gone() {
        for (a, b) in [
            ("Isn’t it?", "isn't it"),
            ("WHERE IS MY ORDER", "where is my order?!"),
            ("sooooo good", "soo good"),
            ("Ｈｅｌｌｏ", "hello"),
            ("café Übergröße", "cafe ubergrosse"),
            ("money-back", "money back"),
        ] {
            assert_eq!(normal::normal(a), normal::normal(b));
        }
        assert_ne!(normal::normal("1000"), normal::normal("100"));
    }

    #[test]
    fn spans_are_places_in_the_text() {
        let text = "  Él dijo: “isn’t”…";
        let found: Vec<&str> = normal::words(text).iter().map(|word| &text[word.span.clone()]).collect();
        assert_eq!(found, ["Él", "dijo", "isn’t"]);
    }

    #[test]
    fn forms_of_a_word_share_a_stem() {
        for forms in [
            &["arrive", "arrives", "arrived", "arriving", "arrival"][..],
            &["cancel", "cancelled", "canceled", "cancelling", "cancellation"],
            &["deliver", "delivery", "delivered", "deliveries"],
            &["ship", "shipped", "shipping", "shipment"],
            &["return", "returns", "returned"],
            &["pay", "paid", "paying", "payment", "payments"],
            &["charge", "charged", "charges", "charging"],
            &["order", "orders", "ordered"],
            &["break", "broke", "broken"],
            &["try", "tries", "tried"],
            &["address", "addresses"],
        ] {
            let stems: Vec<String> = forms.iter().map(|form| normal::words(form)[0].stem.clone()).collect();
            assert!(stems.iter().all(|stem| *stem == stems[0]), "{forms:?}: {stems:?}");
        }
        for (a, b) in [("bus", "buy"), ("delivery", "delete"), ("ring", "r"), ("need", "ne"), ("address", "add")] {
            assert_ne!(normal::words(a)[0].stem, normal::words(b)[0].stem);
        }
    }

    #[test]
    fn every_stop_word_is_found() {
        for word in ["a", "about", "good", "hello", "please", "the", "whats", "yours"] {
            assert!(normal::is_stop_word(word), "{word}");
        }
        for word in ["not", "no", "refund", "cannot"] {
            assert!(!normal::is_stop_word(word), "{word}");
        }
    }

    #[test]
    fn slips_of_the_fingers_are_forgiven_and_numbers_are_not() {
        assert!(normal::alike("lmap", "lamp") && normal::alike("recieved", "received"));
        assert!(
            !normal::alike("cat", "car") && !normal::alike("204518", "204519") && !normal::alike("refund", "return")
        );
    }
}

mod values {
    use super::*;

    #[test]
    fn numbers() {
        table(
            &Kind::Number,
            &frame(),
            &[
                ("3", json!(3)),
                ("1,250.50", json!(1250.5)),
                ("£48", json!(48)),
                ("it was 48€ I think", json!(48)),
                ("twenty two", json!(22)),
                ("Twenty-two, please", json!(22)),
                ("a hundred and five", json!(105)),
                ("two thousand three hundred", json!(2300)),
                ("two and a half", json!(2.5)),
                ("one point five", json!(1.5)),
                ("a dozen", json!(12)),
                ("-5", json!(-5)),
                ("minus five", json!(-5)),
                ("about 10k", json!(10000)),
                ("5kg", json!(5)),
                ("x3", json!(3)),
                ("1,250", json!(1250)),
                ("1.250", json!(1.25)),
                ("0.5", json!(0.5)),
                (".5", json!(0.5)),
                ("٣٥", json!(35)),
                ("２０", json!(20)),
                ("2, 3 or 4", json!(2)),
                ("this one is broken", Value::Null),
                ("model B12", Value::Null),
                ("none", Value::Null),
                ("", Value::Null),
                ("99999999999999999999999", Value::Null),
            ],
        );
        table(
            &Kind::Number,
            &in_region("DE", "de"),
            &[("1.250,50", json!(1250.5)), ("1.250", json!(1250)), ("48,5", json!(48.5)), ("1 250", json!(1250))],
        );
    }

    #[test]
    fn whole_numbers() {
        table(
            &Kind::WholeNumber,
            &frame(),
            &[
                ("3 please", json!(3)),
                ("three", json!(3)),
                ("3.0", json!(3)),
                ("3.5", Value::Null),
                ("two and a half", Value::Null),
                ("lots", Value::Null),
            ],
        );
    }

    #[test]
    fn email_addresses() {
        table(
            &Kind::Email,
            &frame(),
            &[
                ("anna.b+shop@Mail.Example.com", json!("anna.b+shop@mail.example.com")),
                ("it's anna@example.com.", json!("anna@example.com")),
                ("(anna@example.co.uk)", json!("anna@example.co.uk")),
                ("mailto:anna@example.com", json!("anna@example.com")),
                ("jürgen@müller.de", json!("jürgen@müller.de")),
                ("anna@example", Value::Null),
                ("@anna", Value::Null),
                ("anna at home", Value::Null),
                ("a@1.2", Value::Null),
            ],
        );
    }

    #[test]
    fn telephone_numbers() {
        table(
            &Kind::Phone,
            &frame(),
            &[
                ("020 7946 0123", json!("+442079460123")),
                ("call me on (020) 7946-0123 please", json!("+442079460123")),
                ("+44 (0)20 7946 0123", json!("+442079460123")),
                ("+49 30 901820", json!("+4930901820")),
                ("0049 30 901820", json!("+4930901820")),
                ("07400 123456", json!("+447400123456")),
                ("204518", Value::Null),
                ("none", Value::Null),
                ("12345678901234567890", Value::Null),
            ],
        );
        table(&Kind::Phone, &in_region("US", "en"), &[("(202) 456-1111", json!("+12024561111"))]);
        let nowhere = Frame { region: None, ..frame() };
        table(&Kind::Phone, &nowhere, &[("020 7946 0123", Value::Null), ("+44 20 7946 0123", json!("+442079460123"))]);
    }

    #[test]
    fn days() {
        table(
            &Kind::Date,
            &frame(),
            &[
                ("2026-05-03", json!("2026-05-03")),
                ("2026/5/3", json!("2026-05-03")),
                ("2026-05-03T10:00:00Z", json!("2026-05-03")),
                ("3/5/2026", json!("2026-05-03")),
                ("03.05.26", json!("2026-05-03")),
                ("3-5-89", json!("1989-05-03")),
                ("5/13/2026", json!("2026-05-13")),
                ("on 3/5", json!("2026-05-03")),
                ("3 May", json!("2026-05-03")),
                ("3rd of May 2025", json!("2025-05-03")),
                ("the third of May", json!("2026-05-03")),
                ("May 3rd 2026", json!("2026-05-03")),
                ("May 3rd, 2026", json!("2026-05-03")),
                ("3-May-2026", json!("2026-05-03")),
                ("Dec 24", json!("2025-12-24")),
                ("24 Sept", json!("2026-09-24")),
                ("29 Feb", json!("2028-02-29")),
                ("today", json!("2026-05-06")),
                ("yesterday evening", json!("2026-05-05")),
                ("tomorrow", json!("2026-05-07")),
                ("the day before yesterday", json!("2026-05-04")),
                ("day after tomorrow", json!("2026-05-08")),
                ("last Friday", json!("2026-05-01")),
                ("last Wednesday", json!("2026-04-29")),
                ("next Monday", json!("2026-05-11")),
                ("this Friday", json!("2026-05-08")),
                ("on Friday", json!("2026-05-08")),
                ("it arrived on Friday", json!("2026-05-01")),
                ("in 3 days", json!("2026-05-09")),
                ("in two weeks", json!("2026-05-20")),
                ("3 days ago", json!("2026-05-03")),
                ("a week ago", json!("2026-04-29")),
                ("about a couple of weeks ago", json!("2026-04-22")),
                ("a month ago", json!("2026-04-06")),
                ("a fortnight from now", json!("2026-05-20")),
                ("the 3rd", json!("2026-05-03")),
                ("31/2/2026", Value::Null),
                ("I may come", Value::Null),
                ("the 2nd time", Value::Null),
                ("last week", Value::Null),
                ("204518", Value::Null),
                ("in 99999999999999999999 days", Value::Null),
                ("in 9999 years", Value::Null),
                ("http://x.example/3/5/2026/4", Value::Null),
            ],
        );
        table(
            &Kind::Date,
            &in_region("US", "en"),
            &[("3/5/2026", json!("2026-03-05")), ("13/5/2026", json!("2026-05-13"))],
        );
    }

    #[test]
    fn the_day_is_the_customers() {
        let late = Frame { now: Millis(1_778_108_400_000), zone: TimeZone::get("Asia/Tokyo").unwrap(), ..frame() };
        table(&Kind::Date, &late, &[("today", json!("2026-05-07"))]);
    }

    #[test]
    fn yes_or_no() {
        let yes = [
            "yes",
            "Yep",
            "yeah!",
            "sure",
            "SURE THING",
            "ok",
            "of course",
            "yes please",
            "oh yes",
            "definately",
            "y",
            "absolutely, go ahead",
            "that's right",
            "I think so",
            "please do",
            "👍",
            "why not",
            "hmm, okay",
            "it is",
            "yesss",
            "no doubt",
            "yes it arrived yesterday",
        ];
        let no = [
            "no",
            "nope",
            "nah",
            "not really",
            "no thanks",
            "No, thank you",
            "n",
            "of course not",
            "not yet",
            "I don't think so",
            "no I don't",
            "no it isn't",
            "👎",
            "I'd rather not",
            "never",
            "nooo",
            "absolutely not",
            "I haven't",
            "no, I need the lamp",
            "not at all",
        ];
        let neither = [
            "",
            "...",
            "I have no idea",
            "not sure",
            "I don't know",
            "maybe",
            "no lamp came",
            "yes and no",
            "no idea",
            "that's all",
            "where is my order?",
            "two",
            "is it broken or not",
            "no problem",
            "I am not sure",
        ];
        for (texts, wanted) in [(&yes[..], Some(json!(true))), (&no[..], Some(json!(false))), (&neither[..], None)] {
            for text in texts {
                assert_eq!(value(&Kind::YesOrNo, text), wanted, "{text:?}");
            }
        }
    }

    #[test]
    fn a_shops_own_pattern() {
        let six = Kind::Pattern(Pattern::new("[0-9]{6}").unwrap());
        table(
            &six,
            &frame(),
            &[
                ("204518", json!("204518")),
                ("it's 204518 I think", json!("204518")),
                ("it's 204518.", json!("204518")),
                ("#204518", json!("204518")),
                ("order no.:204518", json!("204518")),
                ("204 518", json!("204518")),
                ("it's 204-518, ok?", json!("204518")),
                ("20 45 18", json!("204518")),
                ("２０４５１８", json!("204518")),
                ("2045189", Value::Null),
                ("20451", Value::Null),
                ("204518x", Value::Null),
                ("12 204518", json!("204518")),
                ("no number", Value::Null),
            ],
        );
        let dashed = Kind::Pattern(Pattern::new("[A-Z]{2}-[0-9]{4}").unwrap());
        table(&dashed, &frame(), &[("(AB-1234)", json!("AB-1234")), ("my code is ab-1234", json!("ab-1234"))]);
        assert!(Pattern::new("(").is_err() && Pattern::new("a)|(b").is_err());
        assert!(Pattern::new("(([0-9]{1000}){1000}){1000}").unwrap_err().contains("too large"));
        assert!(Pattern::new("a|bc").unwrap().matches("bc") && !Pattern::new("a|bc").unwrap().matches("ac"));
    }

    #[test]
    fn one_of_some_labels() {
        let reason = Kind::OneOf(["Too small", "Damaged", "Wrong colour"].map(str::to_owned).to_vec());
        table(
            &reason,
            &frame(),
            &[
                ("too small", json!("Too small")),
                ("it arrived damaged", json!("Damaged")),
                ("it's the wrong colour!", json!("Wrong colour")),
                ("damagd", json!("Damaged")),
                ("colour", json!("Wrong colour")),
                ("it's not damaged, it's too small", json!("Too small")),
                ("damaged and too small", Value::Null),
                ("blue", Value::Null),
            ],
        );
    }

    #[test]
    fn spans_hold_the_value() {
        let text = "well, it’s 204518 I think";
        let Found { span, .. } = find(&Kind::WholeNumber, text, &frame()).unwrap();
        assert_eq!(&text[span], "204518");
        let text = "ordered ２ days ago…";
        let Found { span, .. } = find(&Kind::Date, text, &frame()).unwrap();
        assert_eq!(&text[span], "２ days ago");
        let Found { value, span } = find(&Kind::Text, "  a lamp\n", &frame()).unwrap();
        assert_eq!((value, span), (json!("a lamp"), 2..8));
        assert_eq!(find(&Kind::Text, " \n ", &frame()), None);
    }
}

mod buttons {
    use super::*;

    fn pick(labels: &[&str], text: &str) -> Option<usize> {
        choose(&labels.iter().map(|label| (*label).to_owned()).collect::<Vec<_>>(), text)
    }

    #[test]
    fn words_choose_a_button() {
        let labels = ["It doesn't fit", "It arrived damaged", "I changed my mind"];
        for (text, wanted) in [
            ("It doesn't fit", Some(0)),
            ("it doesnt fit", Some(0)),
            ("damaged", Some(1)),
            ("it arived damagd", Some(1)),
            ("changed my mind sorry", Some(2)),
            ("2", Some(1)),
            ("#3", Some(2)),
            ("the second one", Some(1)),
            ("the last one please", Some(2)),
            ("number two", Some(1)),
            ("1st", Some(0)),
            ("4", None),
            ("0", None),
            ("", None),
            ("I have a question about delivery", None),
        ] {
            assert_eq!(pick(&labels, text), wanted, "{text:?}");
        }
    }

    #[test]
    fn the_longer_label_wins_and_equals_do_not() {
        assert_eq!(pick(&["Refund", "Refund status"], "my refund status please"), Some(1));
        assert_eq!(pick(&["Refund", "Refund status"], "refund"), Some(0));
        assert_eq!(pick(&["Red lamp", "Blue lamp"], "lamp"), None);
        assert_eq!(pick(&["Red lamp", "Blue lamp"], "blue"), Some(1));
        assert_eq!(pick(&["Track order", "Cancel order"], "cancl my ordr"), Some(1));
    }

    #[test]
    fn numbers_in_labels_come_before_numbers_of_labels() {
        assert_eq!(pick(&["2", "1"], "1"), Some(1));
        assert_eq!(pick(&["3 lamps", "2 lamps"], "2"), Some(1));
    }

    #[test]
    fn yes_and_no_buttons_take_any_yes_or_no() {
        let labels = ["Yes, please", "No, thanks"];
        assert_eq!(pick(&labels, "yep"), Some(0));
        assert_eq!(pick(&labels, "nah"), Some(1));
        assert_eq!(pick(&labels, "I have no idea"), None);
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn a_person_is_asked_for() {
    let (mut missed, mut mistaken) = (Vec::new(), Vec::new());
    for text in [
        "talk to a person",
        "human please",
        "real person",
        "agent",
        "Agent!!",
        "speak to someone",
        "operator",
        "HUMAN",
        "can I talk to somebody",
        "customer service rep",
        "I want to speak with a representative",
        "connect me to an agent",
        "put me through to a real person please",
        "I need a human",
        "get me a manager",
        "let me speak to your supervisor",
        "is there a real person I can talk to?",
        "can i chat with a live agent",
        "I'd like to talk to a human being",
        "why can't I speak to someone",
        "I don't want to talk to a bot",
        "I need someone to help me",
        "customer service",
        "transfer me to customer support",
        "live agent",
        "please, a human",
        "How can I contact customer service?",
        "This is useless. I want to talk to a real person now",
        "talk to a persn",
        "i want human support",
        "could I please speak to one of your advisors",
        "agent agent agent",
        "give me a human",
        "representative",
        "can I get a person please",
        "is anyone there I can speak to?",
        "i'm not talking to a robot",
        "let me talk to a human!!!",
        "Hi, I need to speak with customer service about my bill",
        "please connect me with support",
        "any human here?",
        "I would like to speak to someone about my order",
        "I want a real person, not a bot",
        "get me your supervisor now",
        "forward me to a colleague",
        "can someone call me please",
        "I'd rather talk to a person",
        "sorry but could you put me on to a human",
        "want to speak to agent",
        "speak with agent",
        "chat with a person",
        "talk to agent",
        "human agent",
        "a real human being please",
        "transfer to agent",
        "i wanna talk to someone",
        "Speak to an actual human",
    ] {
        missed.extend((!asks_for_a_person(text)).then_some(text));
    }
    for text in [
        "the agent was rude",
        "someone stole my parcel",
        "the person who delivered it",
        "real estate agent",
        "",
        "hello",
        "I spoke to someone yesterday",
        "the driver gave it to another person",
        "a lamp for two persons",
        "I don't want to talk to a person",
        "can someone else pick it up?",
        "where is my order",
        "the delivery agent lied",
        "your operator hung up on me",
        "I want to talk about my order",
        "human hair wig",
        "is this a gift for someone special?",
        "call me tomorrow",
        "I need someone's address changed",
        "the manager of the shop promised me a refund",
        "I want a refund",
        "stuff is missing",
        "can I get a personal discount",
        "my order was delivered to the wrong person",
        "what do people say about it",
        "I am a real person",
        "are you human?",
        "are you a real person",
        "my agent number is 5",
        "the operator of the machine",
        "I bought it for another person",
        "does this person work for you",
        "agent orange poster",
        "I already talked to an agent and he said no",
        "someone called me from your company",
        "someone else signed for it",
        "can someone else collect my order",
        "the person I spoke to was great",
        "my travel agent booked it",
        "somebody took it",
        "I need a person's address",
        "do I have to talk to the seller?",
        "no need to call me",
        "no, I don't need an agent",
        "the contact lenses are broken",
        "I want to change the contact person",
        "how many people fit in it",
        "can somebody help me with my order",
        "customer service was terrible",
        "I need help with my order",
    ] {
        mistaken.extend(asks_for_a_person(text).then_some(text));
    }
    assert!(missed.is_empty() && mistaken.is_empty(), "missed {missed:#?}, mistaken {mistaken:#?}");
}

mod moods {
    use super::*;

    #[test]
    fn how_messages_feel() {
        use Feeling::*;
        for (text, wanted) in [
            ("my lamp arrived smashed, this is the second time!!", Some(Angry)),
            ("THIS IS RIDICULOUS", Some(Angry)),
            ("I am so fed up with you", Some(Angry)),
            ("still waiting and nobody answers", Some(Angry)),
            ("WHERE IS MY ORDER, I have asked TWICE!!", Some(Angry)),
            ("this is unacceptable", Some(Angry)),
            ("thanks for nothing", Some(Angry)),
            ("I'm worried it won't arrive before the wedding", Some(Worried)),
            ("what if it got lost? I'm really anxious", Some(Worried)),
            ("I think my account has been hacked", Some(Worried)),
            ("oh no, it's the wrong colour, what a pity", Some(Disappointed)),
            ("I'm not happy with it", Some(Disappointed)),
            ("not very impressed to be honest", Some(Disappointed)),
            ("I expected better", Some(Disappointed)),
            ("thanks so much!", Some(Happy)),
            ("you're the best, I love it", Some(Happy)),
            ("great, that works perfectly 😊", Some(Happy)),
            ("😡", Some(Angry)),
            ("where is my order?", None),
            ("my lamp is broken", None),
            ("no thanks", None),
            ("thanks", None),
            ("could you help me please?", None),
            ("I'm not angry", None),
            ("don't worry", None),
            ("it would be great if you could check", None),
            ("My TV and my PC", None),
            ("204518", None),
            ("", None),
        ] {
            let mood = Mood::measure(text);
            assert_eq!(mood.strongest(), wanted, "{text:?}: {mood:?}");
        }
    }

    #[test]
    fn moods_fade_and_are_overturned() {
        let angry = Mood::measure("this is unacceptable!!");
        let later = angry.blend(Mood::measure("the number is 204518"));
        assert!(later.anger < angry.anger && later.strongest() == Some(Feeling::Angry));
        let glad = angry.blend(Mood::measure("oh wonderful, thanks so much!"));
        assert_eq!(glad.strongest(), Some(Feeling::Happy));
        assert!(glad.anger < later.anger);
        let neutral = (0..5).fold(angry, |mood, _| mood.blend(Mood::default()));
        assert_eq!(neutral.strongest(), None);
    }

    #[test]
    fn moods_are_stored_as_plain_fields() {
        let mood = Mood { anger: 0.5, ..Mood::default() };
        let stored = json!({"anger": 0.5, "worry": 0.0, "disappointment": 0.0, "joy": 0.0});
        assert_eq!(serde_json::to_value(mood).unwrap(), stored);
        assert_eq!(serde_json::to_value(Feeling::Disappointed).unwrap(), json!("disappointed"));
    }
}

mod topics {
    use super::*;

    const SHOP: &[(&str, &[&str])] = &[
        ("refund", &["I want my money back", "can I send this back? the shoes don't fit", "I'd like a refund"]),
        ("order_status", &["where is my order", "has my parcel been sent yet", "track my delivery"]),
        ("damaged", &["my lamp arrived broken", "the glass is cracked", "it came in pieces"]),
        ("hours", &["when are you open?", "are you open on Sunday", "what are your opening hours"]),
        ("change_address", &["I need to change my delivery address", "I moved house, please update my address"]),
        ("discount", &["do you have a discount code", "my voucher doesn't work"]),
    ];

    fn shop() -> Topics {
        train(SHOP)
    }

    fn train(topics: &[(&str, &[&str])]) -> Topics {
        let example = |topic: &str, text: &str| Example { topic: topic.to_owned(), text: text.to_owned() };
        let examples = topics.iter().flat_map(|(topic, texts)| texts.iter().map(move |text| example(topic, text)));
        Topics::train(&examples.collect::<Vec<_>>())
    }

    #[test]
    fn few_examples_go_a_long_way() {
        let shop = shop();
        for (text, wanted) in [
            ("my lmap arived smashed", "damaged"),
            ("the vase is shattered", "damaged"),
            ("i want to return these shoes", "refund"),
            ("please give me my money back!!", "refund"),
            ("wheres my parcel", "order_status"),
            ("has my package been sent", "order_status"),
            ("tracking number please", "order_status"),
            ("are you guys open tomorrow", "hours"),
            ("opening times", "hours"),
            ("can you change the address of my order", "change_address"),
            ("is there a promo code", "discount"),
        ] {
            let reading = shop.read(text);
            assert_eq!(reading.verdict, Verdict::Sure(wanted.to_owned()), "{text:?}: {:#?}", reading.ranked);
        }
    }

    #[test]
    fn an_example_word_for_word_is_certain() {
        let reading = shop().read("  Where is MY order?? ");
        assert_eq!(reading.verdict, Verdict::Sure("order_status".to_owned()));
        assert_eq!((reading.ranked[0].score, reading.ranked[0].nearest.as_str()), (1.0, "where is my order"));
        assert!(reading.ranked[1..].iter().all(|scored| scored.score < 1.0));
    }

    #[test]
    fn the_request_is_found_in_a_long_message() {
        let text = "Hi there! Hope you are all having a nice week. I bought a present for my sister some time ago and we had a \
                    lovely party with cake and music. Anyway, where is my order? Best wishes, Anna from Leeds";
        assert_eq!(shop().read(text).verdict, Verdict::Sure("order_status".to_owned()));
    }

    #[test]
    fn other_matters_are_no_topic() {
        for text in ["do you sell elephants", "what's the capital of France", "hello", "😀", "", "204518", "asdf qwer"]
        {
            let reading = shop().read(text);
            assert_eq!(reading.verdict, Verdict::Nothing, "{text:?}: {:#?}", reading.ranked);
        }
        assert_eq!(Topics::train(&[]).read("where is my order").verdict, Verdict::Nothing);
    }

    #[test]
    fn equals_are_a_close_call() {
        let topics = train(&[
            ("cancel_order", &["cancel my order"]),
            ("cancel_plan", &["cancel my plan"]),
            ("hours", &["when are you open"]),
        ]);
        let Verdict::Close(mut offered) = topics.read("I want to cancel").verdict else { panic!("not close") };
        offered.sort();
        assert_eq!(offered, ["cancel_order", "cancel_plan"]);
        // "arrived" is known from broken things, "hasn't arrived" from a synonym of asking where they are
        let reading = shop().read("my package still hasn't arrived");
        assert_eq!(reading.verdict, Verdict::Close(vec!["order_status".to_owned(), "damaged".to_owned()]));
        let twins = train(&[("b", &["hello there"]), ("a", &["Hello there!"])]);
        assert_eq!(twins.read("hello there").verdict, Verdict::Close(vec!["a".to_owned(), "b".to_owned()]));
    }

    #[test]
    fn other_languages_are_compared_by_their_letters() {
        let topics = train(&[
            ("remboursement", &["je veux être remboursé", "rendez-moi mon argent"]),
            ("commande", &["où est ma commande", "suivre ma livraison"]),
            ("доставка", &["где мой заказ", "когда придёт посылка"]),
        ]);
        assert_eq!(topics.read("ou est ma comande ?").verdict, Verdict::Sure("commande".to_owned()));
        assert_eq!(topics.read("где моя посылка").verdict, Verdict::Sure("доставка".to_owned()));
    }

    #[test]
    fn the_order_of_the_examples_does_not_matter() {
        let reversed: Vec<_> = SHOP.iter().rev().copied().collect();
        let (one, other) = (shop(), train(&reversed));
        for text in ["my lamp is broken and I want my money back", "open", "change my order", "sunday delivery?"] {
            let (a, b) = (one.read(text), other.read(text));
            assert_eq!(a.verdict, b.verdict, "{text}");
            assert!(a.ranked.iter().zip(&b.ranked).all(|(a, b)| (a.score - b.score).abs() < 1e-4), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_can_be_read_and_learned(texts in prop::collection::vec(any::<String>(), 1..8), said in any::<String>()) {
            let examples: Vec<Example> = texts
                .iter()
                .enumerate()
                .map(|(at, text)| Example { topic: format!("t{}", at % 3), text: text.clone() })
                .collect();
            let reading = Topics::train(&examples).read(&said);
            prop_assert!(reading.ranked.len() <= RANKED);
            prop_assert!(reading.ranked.iter().all(|scored| scored.score > 0.0 && scored.score <= 1.0));
            prop_assert!(reading.ranked.windows(2).all(|pair| pair[0].score >= pair[1].score));
            if let Verdict::Close(offered) = reading.verdict {
                prop_assert!((2..=3).contains(&offered.len()));
            }
        }

        #[test]
        fn what_was_learned_is_known(texts in prop::collection::vec("[a-z]{1,8}( [a-z]{1,8}){0,6}", 1..8), pick in any::<prop::sample::Index>()) {
            let examples: Vec<Example> =
                texts.iter().map(|text| Example { topic: text.clone(), text: text.clone() }).collect();
            let said = pick.get(&texts);
            let reading = Topics::train(&examples).read(&said.to_uppercase());
            prop_assert_eq!(reading.ranked[0].score, 1.0);
        }
    }
}

/// Texts that look like what the readers look for, and texts that look like nothing.
fn anything() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        any::<String>(),
        "[0-9+()./,: -]{0,30}",
        "(in|last|next|the|a|no|not|yes|one|two|hundred|and|half|May|3rd|31|Friday|days|weeks|ago|to|person|talk|[0-9]{1,20}| ){0,12}",
        "[0-9]{1,4}[-/.][0-9]{1,4}[-/.][0-9]{1,6}",
        "\\+?[0-9 ()-]{5,20}",
        "\\PC{0,40}",
    ];
    prop::collection::vec(pieces, 0..6).prop_map(|pieces| pieces.join(" "))
}

fn kinds() -> Vec<Kind> {
    vec![
        Kind::Text,
        Kind::Number,
        Kind::WholeNumber,
        Kind::Email,
        Kind::Phone,
        Kind::Date,
        Kind::YesOrNo,
        Kind::OneOf(vec!["Yes".to_owned(), "It's the wrong colour".to_owned(), String::new(), "\u{1f600}".to_owned()]),
        Kind::Pattern(Pattern::new("[A-Z]{0,2}[0-9]{4,6}").unwrap()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn nothing_that_is_typed_breaks_anything(text in anything(), now in any::<i64>(), region in "[A-Z]{2}|\\PC{0,3}") {
        for now in [now, frame().now.0] {
            let frame = Frame { now: Millis(now), region: Some(region.clone()), ..frame() };
            for kind in kinds() {
                if let Some(found) = find(&kind, &text, &frame) {
                    prop_assert!(text.get(found.span.clone()).is_some(), "{:?} is no place in {:?}", found.span, text);
                }
            }
        }
        for token in normal::words(&text) {
            prop_assert!(text.get(token.span.clone()).is_some() && !token.text.is_empty() && !token.stem.is_empty());
        }
        asks_for_a_person(&text);
        choose(&[text.clone(), "Yes".to_owned(), "2".to_owned()], &text);
        let mood = Mood::measure(&text);
        let fields = [mood.anger, mood.worry, mood.disappointment, mood.joy];
        prop_assert!(fields.iter().all(|field| (0.0..=1.0).contains(field)));
        prop_assert!(mood.blend(mood) == mood || mood.strongest().is_some());
    }

    #[test]
    fn any_pattern_is_taken_or_refused(source in "\\PC{0,30}|[a-z0-9(){}|*+?^$\\[\\]\\\\.-]{0,20}", text in anything()) {
        if let Ok(pattern) = Pattern::new(&source) {
            let found = find(&Kind::Pattern(pattern.clone()), &text, &frame());
            if let Some(Found { value, .. }) = found {
                prop_assert!(pattern.matches(value.as_str().unwrap()));
            }
        }
    }
}

#[test]
fn long_texts_are_read_in_no_time() {
    let shop = Topics::train(&[Example { topic: "a".to_owned(), text: "where is my order".to_owned() }]);
    let began = std::time::Instant::now();
    for text in
        ["1 ".repeat(50_000), "a".repeat(100_000), "no, ".repeat(30_000), "1,".repeat(50_000), "@.".repeat(50_000)]
    {
        for kind in kinds() {
            find(&kind, &text, &frame());
        }
        shop.read(&text);
        Mood::measure(&text);
        asks_for_a_person(&text);
        choose(std::slice::from_ref(&text), &text);
    }
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}
