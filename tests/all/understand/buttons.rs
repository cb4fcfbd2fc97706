//! Typed words against the labels of buttons.
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
