//! Money, times, stretches of time, names and addresses in sentences.
use super::*;
use rapport::language::ast::term;
use rapport::understand::answers::Row;

#[test]
fn money() {
    let dollars = |amount: f64| json!({ "amount": json!(amount), "currency": "USD" });
    table(
        &Kind::Money,
        &frame(),
        &[
            ("£40", json!(40)),
            ("about £40 I think", json!(40)),
            ("£ 40.50", json!(40.5)),
            ("40", json!(40)),
            ("it was 40 I think", json!(40)),
            ("roughly 1,250.50 altogether", json!(1250.5)),
            ("40 quid", json!(40)),
            ("forty pounds", json!(40)),
            ("twenty pounds fifty", json!(20.5)),
            ("5 pounds and 30 pence", json!(5.3)),
            ("£5 and 30p", json!(5.3)),
            ("50p", json!(0.5)),
            ("fifty pence", json!(0.5)),
            ("GBP 40", json!(40)),
            ("40GBP", json!(40)),
            ("GBP40", json!(40)),
            ("I bought 2 lamps for £40", json!(40)),
            ("it cost 40, and I paid on 3 May", json!(40)),
            ("£1.2k", json!(1200)),
            ("$40", json!({ "amount": 40, "currency": "USD" })),
            ("US$ 40.5", dollars(40.5)),
            ("40 bucks", json!({ "amount": 40, "currency": "USD" })),
            ("€12.50", json!({ "amount": 12.5, "currency": "EUR" })),
            ("12 euros 50", json!({ "amount": 12.5, "currency": "EUR" })),
            ("100 kr", json!({ "amount": 100, "currency": "SEK" })),
            ("CHF 99", json!({ "amount": 99, "currency": "CHF" })),
            ("20%", Value::Null),
            ("2 lamps", Value::Null),
            ("on 3 May", Value::Null),
            ("May 3", Value::Null),
            ("at 9:30", Value::Null),
            ("3/5/2026", Value::Null),
            ("this one", Value::Null),
            ("a lot", Value::Null),
            ("B12", Value::Null),
            ("", Value::Null),
        ],
    );
    let canada = Frame { currency: "CAD".to_owned(), ..in_region("CA", "en") };
    table(
        &Kind::Money,
        &canada,
        &[("$40", json!(40)), ("50 cents", json!(0.5)), ("US$40", json!({ "amount": 40, "currency": "USD" }))],
    );
    let germany = Frame { currency: "EUR".to_owned(), ..in_region("DE", "de") };
    table(&Kind::Money, &germany, &[("1.250,50 €", json!(1250.5)), ("48,5 Euro", json!(48.5))]);
}

#[test]
fn times() {
    table(
        &Kind::Time,
        &frame(),
        &[
            ("9:30", json!("09:30")),
            ("21:05", json!("21:05")),
            ("at 9.30pm", json!("21:30")),
            ("9.30", json!("09:30")),
            ("9 pm", json!("21:00")),
            ("9am", json!("09:00")),
            ("9 a.m. please", json!("09:00")),
            ("12 am", json!("00:00")),
            ("12pm", json!("12:00")),
            ("9 o'clock", json!("09:00")),
            ("nine o’clock", json!("09:00")),
            ("half past nine", json!("09:30")),
            ("half nine", json!("09:30")),
            ("quarter to ten", json!("09:45")),
            ("a quarter past 4 in the afternoon", json!("16:15")),
            ("ten past nine", json!("09:10")),
            ("20 minutes to eight", json!("07:40")),
            ("five to one", json!("12:55")),
            ("nine thirty", json!("09:30")),
            ("seven oh five", json!("07:05")),
            ("tomorrow at 9", json!("09:00")),
            ("tomorrow at 9 for 2 people", json!("09:00")),
            ("9", json!("09:00")),
            ("nine", json!("09:00")),
            ("maybe 9", json!("09:00")),
            ("9 I think", json!("09:00")),
            ("14", json!("14:00")),
            ("1430", json!("14:30")),
            ("at seven in the evening", json!("19:00")),
            ("tonight at 8", json!("20:00")),
            ("11 at night", json!("23:00")),
            ("5ish", json!("17:00")),
            ("3 in the morning", json!("03:00")),
            ("03:30", json!("03:30")),
            ("noon", json!("12:00")),
            ("around midnight", json!("00:00")),
            ("21h30", json!("21:30")),
            ("on 3/5/2026 at 14:00", json!("14:00")),
            ("2026-05-03T10:00:00Z", json!("10:00")),
            ("the 9th at 10", json!("10:00")),
            ("25:00", Value::Null),
            ("9:75", Value::Null),
            ("9-10", Value::Null),
            ("between 9 and 10", Value::Null),
            ("9am or 10am", Value::Null),
            ("from 9 to 5", Value::Null),
            ("by 3 people", Value::Null),
            ("after 2 weeks", Value::Null),
            ("by 9 May", Value::Null),
            ("half an hour", Value::Null),
            ("2 of us", Value::Null),
            ("204518", Value::Null),
            ("this one", Value::Null),
            ("whenever you like", Value::Null),
            ("", Value::Null),
        ],
    );
}

#[test]
fn stretches_of_time() {
    let rows = [
        ("2 weeks", "2 weeks"),
        ("two weeks", "2 weeks"),
        ("about a week I think", "1 week"),
        ("an hour and a half", "90 minutes"),
        ("one and a half hours", "90 minutes"),
        ("2 and a half weeks", "420 hours"),
        ("1.5 hours", "90 minutes"),
        ("half an hour", "30 minutes"),
        ("half a day", "12 hours"),
        ("three quarters of an hour", "45 minutes"),
        ("a quarter of an hour", "15 minutes"),
        ("a couple of days", "2 days"),
        ("a fortnight", "2 weeks"),
        ("90 minutes", "90 minutes"),
        ("24 hours", "24 hours"),
        ("1 hour and 20 minutes", "80 minutes"),
        ("1h 30m", "90 minutes"),
        ("1h30", "90 minutes"),
        ("2 weeks and 3 days", "17 days"),
        ("2 weeks, 7 days", "3 weeks"),
        ("5m", "5 minutes"),
        ("30min", "30 minutes"),
        ("twenty-four hours", "24 hours"),
        ("3 working days", "3 working days"),
        ("2 months", "60 days"),
        ("a year", "365 days"),
        ("in an hour", "1 hour"),
        ("３ days", "3 days"),
        ("1 ½ hours", "90 minutes"),
    ];
    for (_, words) in rows {
        assert!(term(words).is_some(), "{words} is no term");
    }
    let rows: Vec<(&str, Value)> = rows.iter().map(|(text, words)| (*text, json!(words))).collect();
    table(&Kind::Duration, &frame(), &rows);
    let none = [
        "",
        "5",
        "a few days",
        "2-3 days",
        "2 or 3 days",
        "2 to 3 weeks",
        "wait a minute",
        "just a second",
        "a second time",
        "I'm 30 years old",
        "0 minutes",
        "May",
        "l",
        "m",
        "I'm 5",
        "10000000000 years",
        "0.3 seconds",
    ];
    table(&Kind::Duration, &frame(), &none.map(|text| (text, Value::Null)));
}

#[test]
fn names() {
    table(
        &Kind::Name,
        &frame(),
        &[
            ("Ann Lee", json!("Ann Lee")),
            ("ann lee", json!("Ann Lee")),
            ("ann", json!("Ann")),
            ("my name is Ann Lee", json!("Ann Lee")),
            ("My name is Ann Lee and I want a refund", json!("Ann Lee")),
            ("my name is ann lee", json!("Ann Lee")),
            ("my name's Ann.", json!("Ann")),
            ("I'm Ann", json!("Ann")),
            ("i'm ann", json!("Ann")),
            ("I’m Ann Lee from Leeds", json!("Ann Lee")),
            ("hi, I am Ann, where is my order", json!("Ann")),
            ("this is Ann calling", json!("Ann")),
            ("it's ann", json!("Ann")),
            ("Ann here", json!("Ann")),
            ("call me Al", json!("Al")),
            ("name: Mary-Jane O'Brien", json!("Mary-Jane O'Brien")),
            ("mary-jane o'brien", json!("Mary-Jane O'Brien")),
            ("Ludwig van Beethoven", json!("Ludwig van Beethoven")),
            ("my name is ludwig van beethoven", json!("Ludwig van Beethoven")),
            ("Mr. Smith", json!("Mr. Smith")),
            ("Dr Ann B. Lee", json!("Dr Ann B. Lee")),
            ("hi, ann lee, thanks", json!("Ann Lee")),
            ("ANN LEE", json!("ANN LEE")),
            ("李小龙", json!("李小龙")),
            ("Мария Иванова", json!("Мария Иванова")),
            ("José", json!("José")),
            ("Fred", json!("Fred")),
            ("I'm Will", json!("Will")),
            ("I am angry", Value::Null),
            ("I am Angry", Value::Null),
            ("I'm waiting", Value::Null),
            ("I'm not sure", Value::Null),
            ("I'm furious about this", Value::Null),
            ("this is ridiculous", Value::Null),
            ("This is Unacceptable", Value::Null),
            ("it's broken", Value::Null),
            ("my name is not important", Value::Null),
            ("my name is on the order", Value::Null),
            ("where is my order", Value::Null),
            ("Damaged", Value::Null),
            ("refund", Value::Null),
            ("hello", Value::Null),
            ("no", Value::Null),
            ("why?", Value::Null),
            ("ann@example.com", Value::Null),
            ("204518", Value::Null),
            ("R2D2", Value::Null),
            ("Talk to an agent", Value::Null),
            ("", Value::Null),
        ],
    );
}

#[test]
fn addresses() {
    table(
        &Kind::Address,
        &frame(),
        &[
            ("12 High Street, Leeds", json!("12 High Street, Leeds")),
            ("  12 High Street\nLeeds LS1 4DY \n", json!("12 High Street\nLeeds LS1 4DY")),
            ("my address is 12 High Street, Leeds", json!("12 High Street, Leeds")),
            ("it's 12 High Street, thanks", json!("12 High Street")),
            ("The Old Mill, Church Lane, Bath", json!("The Old Mill, Church Lane, Bath")),
            ("Hauptstraße 5", json!("Hauptstraße 5")),
            ("204518", Value::Null),
            ("Leeds", Value::Null),
            ("I don't know", Value::Null),
            ("where is order 204518?", Value::Null),
            ("I want my money back, 204518", Value::Null),
            ("", Value::Null),
        ],
    );
}

#[test]
fn photos_and_files_are_never_in_words() {
    for text in ["photo.jpg", "here is the photo", "https://x.example/a.png"] {
        assert_eq!((value(&Kind::Photo, text), value(&Kind::File, text)), (None, None));
    }
}

#[test]
fn more_days() {
    table(
        &Kind::Date,
        &frame(),
        &[
            ("the day after tomorrow", json!("2026-05-08")),
            ("in three days", json!("2026-05-09")),
            ("on the 3rd", json!("2026-05-03")),
            ("last Friday", json!("2026-05-01")),
            ("it came the day before yesterday", json!("2026-05-04")),
        ],
    );
}

fn levels() -> Kind {
    let row = |name: &str, label: &str| Row {
        name: name.to_owned(),
        label: label.to_owned(),
        value: json!({ "value": name, "label": label }),
    };
    Kind::Rows(vec![row("gold", "Gold member"), row("silver", "Silver member"), row("on_hold", "Paused")])
}

#[test]
fn rows_of_a_table() {
    let gold = json!({ "value": "gold", "label": "Gold member" });
    let hold = json!({ "value": "on_hold", "label": "Paused" });
    table(
        &levels(),
        &frame(),
        &[
            ("gold", gold.clone()),
            ("Gold member", gold.clone()),
            ("I am a gold member", gold.clone()),
            ("GOLD!", gold.clone()),
            ("the first one", gold),
            ("paused", hold.clone()),
            ("on hold", hold),
            ("member", Value::Null),
            ("gold or silver", Value::Null),
            ("platinum", Value::Null),
        ],
    );
}

#[test]
fn only_what_can_hardly_mean_anything_else_is_taken_from_a_sentence() {
    let pattern = |source: &str| Kind::Pattern(Pattern::new(source).unwrap());
    let one_of = |labels: &[&str]| Kind::OneOf(labels.iter().map(|l| (*l).to_owned()).collect());
    for kind in [
        Kind::Email,
        Kind::Phone,
        pattern("[0-9]{6}"),
        pattern("[A-Z]{2}-\\d{4}"),
        pattern("(INV|ORD)[0-9]{4,}"),
        one_of(&["Premium", "Basicplan"]),
    ] {
        assert!(unambiguous(&kind), "{kind:?}");
    }
    let ambiguous = [
        Kind::Text,
        Kind::Number,
        Kind::Date,
        Kind::Name,
        Kind::Money,
        Kind::YesOrNo,
        Kind::Photo,
        pattern("[A-Z0-9]{8}"),
        pattern("[0-9]{1,3}"),
        pattern("[a-z]+"),
        pattern("[0-9]{6}|none"),
        one_of(&["Small", "Large"]),
        one_of(&["Too small", "Black"]),
    ];
    for kind in ambiguous {
        assert!(!unambiguous(&kind), "{kind:?}");
        assert_eq!(volunteered(&kind, "204518 small none gold", &frame()), None);
    }
    let got = |kind: &Kind, text: &str| volunteered(kind, text, &frame()).map(|found| found.value);
    let six = pattern("[0-9]{6}");
    assert_eq!(got(&six, "refund order 204518 please"), Some(json!("204518")));
    assert_eq!(got(&six, "where is my order"), None);
    // one that tells enough is taken, also where others of the same kind do not
    let plants = one_of(&["Fern", "Peace lily", "Monstera", "Other"]);
    assert_eq!(got(&plants, "how often do I water a monstera?"), Some(json!("Monstera")));
    assert_eq!(got(&plants, "is a peace lily safe for cats"), Some(json!("Peace lily")));
    assert_eq!(got(&plants, "I have some other question"), None);
    let plans = one_of(&["Premium", "Basicplan"]);
    assert_eq!(got(&plans, "I want to cancel my premium plan"), Some(json!("Premium")));
    // an answer would be read from these, a sentence is not
    assert_eq!((got(&plans, "2"), got(&plans, "premum"), got(&plans, "not premium")), (None, None, None));
}
