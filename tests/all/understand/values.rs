//! Values in sentences.
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
            ("3 thousand", json!(3000)),
            ("1.5 million of them", json!(1500000)),
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
            ("next Friday", json!("2026-05-15")),
            ("Monday last week", json!("2026-04-27")),
            ("next week Friday", json!("2026-05-15")),
            ("Thursday in two weeks", json!("2026-05-21")),
            ("Friday, 3 April 2026", json!("2026-04-03")),
            ("I ordered it on 24 December", json!("2025-12-24")),
            ("I ordered it on 3 November", json!("2025-11-03")),
            ("by 3 February", json!("2027-02-03")),
            ("3rd", json!("2026-05-03")),
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
            ("the 7th of January 2018", json!("2018-01-07")),
            ("on Friday the 1st of May", json!("2026-05-01")),
            ("from the 3rd to the 8th", json!("2026-05-03")),
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
        "please, where is my order",
        "I have a question",
        "I am Anna",
        "ok where is my order",
        "I would love to, but no",
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

#[test]
fn money() {
    table(
        &Kind::Money,
        &frame(),
        &[
            ("about £40 I think", json!(40)),
            ("£1,250.50", json!(1250.5)),
            ("40", json!(40)),
            ("2 shirts for £40", json!(40)),
            ("forty pounds", json!(40)),
            ("fifty quid", json!(50)),
            ("two pounds fifty", json!(2.5)),
            ("99p", json!(0.99)),
            ("GBP 12", json!(12)),
            ("it was 10k", json!(10000)),
            ("€20", json!({ "amount": 20, "currency": "EUR" })),
            ("20,50 euros", json!({ "amount": 20.5, "currency": "EUR" })),
            ("$5", json!({ "amount": 5, "currency": "USD" })),
            ("5kg", Value::Null),
            ("20%", Value::Null),
            ("a lot of money", Value::Null),
            ("l", Value::Null),
        ],
    );
    let canada = Frame { currency: "CAD".to_owned(), ..frame() };
    assert_eq!(find(&Kind::Money, "$5 or so", &canada), Some(Found { value: json!(5), span: 0..2 }));
}

#[test]
fn times() {
    table(
        &Kind::Time,
        &frame(),
        &[
            ("tomorrow at 9", json!("09:00")),
            ("half past nine", json!("09:30")),
            ("half past nine in the evening", json!("21:30")),
            ("quarter to five", json!("16:45")),
            ("ten past eleven", json!("11:10")),
            ("9am", json!("09:00")),
            ("at 3 p.m.", json!("15:00")),
            ("9 05 in the morning", json!("09:05")),
            ("8 10 p.m. please", json!("20:10")),
            ("8 10 of them", Value::Null),
            ("earlier than 11", json!("11:00")),
            ("from 10 am to 2 pm", Value::Null),
            ("12 am", json!("00:00")),
            ("12pm", json!("12:00")),
            ("14:30 works", json!("14:30")),
            ("03:30", json!("03:30")),
            ("3:30", json!("15:30")),
            ("9.30am", json!("09:30")),
            ("at 9.30", json!("09:30")),
            ("nine o'clock", json!("09:00")),
            ("nine thirty, please", json!("09:30")),
            ("at nine", json!("09:00")),
            ("noon", json!("12:00")),
            ("around midnight", json!("00:00")),
            ("9", json!("09:00")),
            ("at 9 Baker Street", Value::Null),
            ("one is broken", Value::Null),
            ("£9.30", Value::Null),
            ("3/5/2026", Value::Null),
            ("25:00", Value::Null),
            ("I am waiting", Value::Null),
            ("five to six people", Value::Null),
        ],
    );
}

#[test]
fn durations() {
    let rows = [
        ("an hour and a half", json!("90 minutes")),
        ("2 weeks", json!("2 weeks")),
        ("1 hour", json!("1 hour")),
        ("1h 30m", json!("90 minutes")),
        ("1.5 hours", json!("90 minutes")),
        ("half an hour", json!("30 minutes")),
        ("three quarters of an hour", json!("45 minutes")),
        ("two days and three hours", json!("51 hours")),
        ("about a couple of days", json!("2 days")),
        ("a fortnight", json!("2 weeks")),
        ("a month", json!("30 days")),
        ("a day and a half", json!("36 hours")),
        ("for 90min", json!("90 minutes")),
        ("0 days", Value::Null),
        ("a few days", Value::Null),
        ("a long time", Value::Null),
        ("I am a d", Value::Null),
    ];
    table(&Kind::Duration, &frame(), &rows);
    for (_, words) in rows.iter().filter(|(_, words)| !words.is_null()) {
        assert!(rapport::bot::settings::read_term(words.as_str().unwrap()).is_some(), "{words}");
    }
}

#[test]
fn names() {
    table(
        &Kind::Name,
        &frame(),
        &[
            ("my name is Ann Lee", json!("Ann Lee")),
            ("Hi, I'm Ann", json!("Ann")),
            ("I’m Ann from Leeds", json!("Ann")),
            ("Ann Lee", json!("Ann Lee")),
            ("ann lee", json!("Ann Lee")),
            ("ann-marie o'brien", json!("Ann-Marie O'Brien")),
            ("Ludwig van Beethoven", json!("Ludwig van Beethoven")),
            ("Dr. Ann Lee", json!("Dr. Ann Lee")),
            ("it's Will Smith, thanks", json!("Will Smith")),
            ("call me bob please", json!("Bob")),
            ("This is Jürgen Groß speaking", json!("Jürgen Groß")),
            ("王小明", json!("王小明")),
            ("Sure. My name is Joy", json!("Joy")),
            ("I am angry", Value::Null),
            ("I'm waiting", Value::Null),
            ("I AM ANGRY", Value::Null),
            ("it's broken", Value::Null),
            ("refund please", Value::Null),
            ("why do you need that?", Value::Null),
            ("no", Value::Null),
            ("where is my order", Value::Null),
            ("l", Value::Null),
            ("204518", Value::Null),
            ("", Value::Null),
        ],
    );
}

#[test]
fn addresses_and_attachments() {
    table(
        &Kind::Address,
        &frame(),
        &[
            (" 12 High Street, Leeds LS1 4AB ", json!("12 High Street, Leeds LS1 4AB")),
            ("Rose Cottage\nChurch Lane", json!("Rose Cottage\nChurch Lane")),
            ("Leeds", Value::Null),
            ("why do you need that?", Value::Null),
            ("12345", Value::Null),
        ],
    );
    for kind in [Kind::Photo, Kind::File] {
        table(&kind, &frame(), &[("here is the photo.jpg", Value::Null)]);
    }
}

#[test]
fn a_day_without_a_year_is_one_that_the_question_is_about() {
    let asked = |question: &str| Frame { days: Days::asked(question, &frame()), ..frame() };
    // today is 6 May 2026, a Wednesday
    for (question, answer, wanted) in [
        ("When did you buy it?", "3 July", json!("2025-07-03")),
        ("Until when do you need it?", "3 March", json!("2027-03-03")),
        ("Which day is it about?", "3 March", json!("2026-03-03")),
        ("Which day is it about?", "3 July", json!("2026-07-03")),
        ("When did you buy it?", "6 May", json!("2026-05-06")),
        ("When did you buy it?", "3/7", json!("2025-07-03")),
        ("When did you buy it?", "on Friday", json!("2026-05-01")),
        ("When did you buy it?", "the 20th", json!("2026-04-20")),
        ("Until when do you need it?", "the 3rd", json!("2026-06-03")),
        // the question counts before the answer's own words
        ("When did you buy it?", "on 3 July, it will break again", json!("2025-07-03")),
        ("Which day is it about?", "it came on 3 July", json!("2025-07-03")),
        ("When did you buy it?", "3 July 2026", json!("2026-07-03")),
    ] {
        let got = find(&Kind::Date, answer, &asked(question)).map(|found| found.value);
        assert_eq!(got, Some(wanted), "{question} {answer}");
    }
}
