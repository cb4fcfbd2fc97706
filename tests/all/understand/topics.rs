//! Topics learned from a few examples.
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
    for text in ["do you sell elephants", "what's the capital of France", "hello", "😀", "", "204518", "asdf qwer"] {
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
    // "arrived" is known from broken things only
    let reading = shop().read("my package still hasn't arrived");
    assert_eq!(reading.verdict, Verdict::Sure("order_status".to_owned()), "{:#?}", reading.ranked);
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
