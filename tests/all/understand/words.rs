//! Words as they are compared.
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
    assert!(!normal::alike("cat", "car") && !normal::alike("204518", "204519") && !normal::alike("refund", "return"));
}
