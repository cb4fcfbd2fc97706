//! How well topics are understood, held to what was measured on public messages.
use super::*;
use crate::support::root;
use rapport::understand::measure::{Report, auroc, labelled};
use rapport::understand::topics::{ENOUGH, Reading, Scored, Strictness};

fn sample(name: &str) -> Vec<Example> {
    let path = root().join("tests/data/banking_sample").join(name);
    labelled(&std::fs::read_to_string(path).expect("the sample")).expect("texts with labels")
}

fn read_sample(strictness: Strictness) -> Report {
    let topics = Topics::with(sample("train.tsv"), strictness);
    let mut report = Report::default();
    for message in sample("test.tsv") {
        report.count(Some(message.topic.as_str()).filter(|topic| *topic != "other"), &topics.read(&message.text));
    }
    report
}

#[test]
fn a_banks_customers_are_understood_as_well_as_when_it_was_measured() {
    let report = read_sample(Strictness::Normal);
    let (scope, other) = (&report.in_scope, &report.other);
    assert_eq!((scope.count, other.count), (180, 60));
    assert!(scope.best >= 170, "{scope:?}");
    assert!(scope.sure_wrong + scope.close_without <= 8 && scope.nothing <= 12, "{scope:?}");
    // all of these are about a bank too
    assert!(other.nothing >= 30, "{other:?}");
    assert!(report.auroc().is_some_and(|auroc| auroc >= 93.0), "{:?}", report.auroc());
}

#[test]
fn a_strict_bot_begins_fewer_wrong_topics_and_a_lenient_one_understands_more() {
    let [strict, normal, lenient] = [Strictness::Strict, Strictness::Normal, Strictness::Lenient].map(read_sample);
    let others = |report: &Report| report.other.nothing;
    assert!(others(&strict) > others(&normal) && others(&normal) > others(&lenient));
    assert!(strict.in_scope.nothing >= normal.in_scope.nothing && normal.in_scope.nothing >= lenient.in_scope.nothing);
}

#[test]
fn slips_of_the_fingers_cost_little() {
    let topics = Topics::train(&sample("train.tsv"));
    for (text, topic) in [
        ("I lsot my crad yesterday", "lost_or_stolen_card"),
        ("when wil my new card arive?", "card_arrival"),
        ("how do i chagne my pin", "change_pin"),
        ("my refnud is not shwoing", "refund_not_showing_up"),
    ] {
        let best = topics.read(text).ranked.into_iter().next().expect("a best topic");
        assert!(best.topic == topic && best.score >= ENOUGH, "{text}: {best:?}");
    }
}

#[test]
fn meaning_reaches_beyond_the_words() {
    let topics = Topics::train(&[
        Example { topic: "pets".to_owned(), text: "do you have food for kittens".to_owned() },
        Example { topic: "pets".to_owned(), text: "my puppy needs a leash".to_owned() },
        Example { topic: "travel".to_owned(), text: "I want to fly to Madrid".to_owned() },
        Example { topic: "travel".to_owned(), text: "which trains go to the coast".to_owned() },
    ]);
    // no word of these stands in an example
    for (text, topic) in
        [("cats", "pets"), ("dog collar", "pets"), ("airport", "travel"), ("railway station", "travel")]
    {
        let best = topics.read(text).ranked.into_iter().next().expect("a best topic");
        assert_eq!(best.topic, topic, "{text}");
    }
}

#[test]
fn a_topic_counts_from_the_same_score_on_in_every_bot() {
    for some in [20, 60, 120] {
        let topics = Topics::train(&sample("train.tsv")[..some]);
        for message in sample("test.tsv") {
            let reading = topics.read(&message.text);
            let best = reading.ranked.first().map_or(0.0, |best| best.score);
            assert_eq!(reading.verdict == Verdict::Nothing, best < ENOUGH, "{}: {best}", message.text);
        }
    }
}

fn reading(verdict: Verdict, ranked: &[(&str, f32)]) -> Reading {
    let scored =
        |(topic, score): &(&str, f32)| Scored { topic: (*topic).to_owned(), score: *score, nearest: String::new() };
    Reading { verdict, ranked: ranked.iter().map(scored).collect() }
}

#[test]
fn readings_are_counted() {
    let mut report = Report::default();
    report.count(Some("a"), &reading(Verdict::Sure("a".to_owned()), &[("a", 0.9), ("b", 0.1)]));
    report.count(Some("a"), &reading(Verdict::Sure("b".to_owned()), &[("b", 0.8)]));
    report.count(Some("a"), &reading(Verdict::Close(vec!["b".to_owned(), "a".to_owned()]), &[("b", 0.6), ("a", 0.59)]));
    report.count(Some("a"), &reading(Verdict::Nothing, &[("a", 0.3)]));
    for score in [0.2, 0.4, 0.85] {
        let verdict = if score < 0.5 { Verdict::Nothing } else { Verdict::Sure("a".to_owned()) };
        report.count(None, &reading(verdict, &[("a", score)]));
    }
    let scope = &report.in_scope;
    assert_eq!((scope.count, scope.best, scope.believed, scope.wrong_routes), (4, 2, 1, 2));
    assert_eq!((scope.sure, scope.sure_wrong, scope.close, scope.close_without, scope.nothing), (1, 1, 1, 0, 1));
    assert_eq!((report.other.count, report.other.sure, report.other.nothing), (3, 1, 2));
    assert_eq!(report.confusions.get(&("a".to_owned(), "b".to_owned())), Some(&2));
    // 0.9 beats all three, 0.8 and 0.6 two, 0.3 one
    assert_eq!(report.auroc(), Some(100.0 * 8.0 / 12.0));
    // two of three others are rejected above 0.4; what is right there is 0.9 alone
    assert_eq!(report.right_where_rejected(0.6), Some(25.0));
    assert_eq!(report.right_where_rejected(0.0), None);
    assert_eq!(auroc(&[0.5], &[0.5]), Some(50.0));
}

#[test]
fn labelled_texts_are_read_line_by_line() {
    let read = labelled("where is it\torder\n\nhello\tgreeting\tfold 3\n").expect("both lines");
    let read: Vec<_> = read.iter().map(|e| (e.text.as_str(), e.topic.as_str())).collect();
    assert_eq!(read, [("where is it", "order"), ("hello", "greeting")]);
    assert_eq!(labelled("a\tb\nno label\n"), Err(2));
}
