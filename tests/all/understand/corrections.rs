//! Earlier answers taken back.
use super::*;
use rapport::understand::answers::correction;

#[test]
fn corrections() {
    let rows = [
        ("no, I meant 204519", "204519", ""),
        ("No I meant 204519.", "204519.", ""),
        ("I meant 204519", "204519", ""),
        ("sorry, it's 204519, not 204518", "204519", ""),
        ("sorry it’s 204519", "204519", ""),
        ("actually the email is ann@x.example", "ann@x.example", "email"),
        ("wait, that's wrong, 204519", "204519", ""),
        ("wait, that's wrong, it should be 204519", "204519", ""),
        ("I made a mistake with the order number", "", "order number"),
        ("I made a mistake with the order number, it's 204519", "204519", "order number"),
        ("I made a mistake", "", ""),
        ("sorry, I gave you the wrong order number", "", "order number"),
        ("I typed the wrong number, it should be 204519", "204519", "number"),
        ("oops, 204519", "204519", ""),
        ("no, 204519", "204519", ""),
        ("oops ann@x.example", "ann@x.example", ""),
        ("correction: 204519", "204519", ""),
        ("it should be 204519 instead of 204518", "204519", ""),
        ("not 204518 but 204519", "204519", ""),
        ("sorry, it's not 204518, it's 204519", "204519", ""),
        ("can I change my email to ann@x.example", "ann@x.example", "email"),
        ("please change the delivery address to 12 High Street", "12 High Street", "delivery address"),
        ("my email is actually ann@x.example", "ann@x.example", "email"),
        ("the order number should be 204519", "204519", "order number"),
        ("sorry, the right order number is #204519", "#204519", "order number"),
        ("make that 3", "3", ""),
        ("actually, my date of birth is 3 May 1989", "3 May 1989", "date of birth"),
        ("actually the order number I gave you was wrong, it's 204519", "204519", "order number"),
    ];
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|(text, rest, about)| {
            let got = correction(text, "en").map(|c| (text[c.rest].to_owned(), c.about));
            (got != Some(((*rest).to_owned(), (*about).to_owned()))).then(|| format!("{text:?}: {got:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_corrects_nothing() {
    let rows = [
        "",
        "no",
        "No.",
        "no, thanks",
        "no thank you",
        "sorry",
        "actually",
        "204519",
        "it's 204519",
        "my email is ann@x.example",
        "that's wrong",
        "no, I need the lamp",
        "you sent the wrong lamp",
        "the wrong item arrived",
        "the lamp is wrong",
        "there's something wrong with my order",
        "you made a mistake with my bill",
        "where is my order",
        "I want a refund for order 204518",
        "no, not yet",
        "yes",
        "change my order",
    ];
    for text in rows {
        assert_eq!(correction(text, "en"), None, "{text:?}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read(text in "(no|sorry|actually|not|but|the|wrong|email|order|number|is|it's|I meant|I made a mistake|with|,|\\.|[0-9]{1,6}|\\PC{0,6}| ){0,20}") {
        if let Some(found) = correction(&text, "en") {
            prop_assert!(text.get(found.rest).is_some());
        }
    }
}
