//! Nothing that is typed breaks anything, or takes long.
use super::*;
use rapport::understand::answers::{Row, correction};

/// Texts that look like what the readers look for, and texts that look like nothing.
fn anything() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        any::<String>(),
        "[0-9+()./,: -]{0,30}",
        "(my name is|i am|Ann|van|Dr. |£|pounds|quarter to|at|9|pm|an hour|in|last|next|the|a|no|not|yes|one|two|hundred|and|half|May|3rd|31|Friday|days|weeks|ago|to|person|talk|[0-9]{1,20}| ){0,12}",
        "[0-9]{1,4}[-/.][0-9]{1,4}[-/.][0-9]{1,6}",
        "\\+?[0-9 ()-]{5,20}",
        "\\PC{0,40}",
        "(£|\\$|€|p|pence|pounds?|quarter|half|past|to|o'clock|noon|am|pm|an|hour|and|a|weeks?|h|m|½|[0-9]{1,3}|[0-9]:[0-9]{2}|:|-| ){0,12}",
        "(my name is|I'm|Ann|lee|van|Mr\\.|not|sorry|angry|it's|actually|wrong|,|the|[0-9]{1,3}|street| ){0,12}",
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
        Kind::Money,
        Kind::Time,
        Kind::Duration,
        Kind::Name,
        Kind::Address,
        Kind::Photo,
        Kind::File,
        Kind::Rows(vec![Row {
            name: "on_hold".to_owned(),
            label: "It's paused".to_owned(),
            value: json!({ "value": "on_hold" }),
        }]),
        Kind::YesOrNo,
        Kind::OneOf(vec!["Yes".to_owned(), "It's the wrong colour".to_owned(), String::new(), "\u{1f600}".to_owned()]),
        Kind::Pattern(Pattern::new("[A-Z]{0,2}[0-9]{4,6}").unwrap()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn nothing_that_is_typed_breaks_anything(text in anything(), now in any::<i64>(), region in "[A-Z]{2}|\\PC{0,3}") {
        for now in [now, frame().now.0] {
            let frame = Frame { now: Millis(now), region: Some(region.clone()), ..frame() };
            for kind in kinds() {
                for found in [find(&kind, &text, &frame), volunteered(&kind, &text, &frame)].into_iter().flatten() {
                    prop_assert!(text.get(found.span.clone()).is_some(), "{:?} is no place in {:?}", found.span, text);
                }
            }
        }
        for token in normal::words(&text) {
            prop_assert!(text.get(token.span.clone()).is_some() && !token.text.is_empty() && !token.stem.is_empty());
        }
        asks_for_a_person(&text);
        prop_assert!(correction(&text, "en").is_none_or(|found| text.get(found.rest).is_some()));
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
    for text in [
        "1 ".repeat(50_000),
        "a".repeat(100_000),
        "no, ".repeat(30_000),
        "1,".repeat(50_000),
        "@.".repeat(50_000),
        "wehre si my prarcel. ".repeat(5_000),
    ] {
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

#[test]
fn what_is_no_word_is_no_topic() {
    let shop = Topics::train(&[
        Example { topic: "order".to_owned(), text: "where is my order".to_owned() },
        Example { topic: "hours".to_owned(), text: "when are you open".to_owned() },
        Example { topic: "faces".to_owned(), text: "\u{1f600}".to_owned() },
    ]);
    for text in [
        "",
        " ",
        "\u{301}\u{301}\u{301}",
        "\u{1f600}\u{1f44d}",
        "?!?!",
        "\u{0}\u{7f}",
        "ขอบคุณ",
        "谢谢你",
        "\u{200d}\u{fe0f}",
    ] {
        assert_eq!(shop.read(text).verdict, Verdict::Nothing, "{text:?}");
    }
}
