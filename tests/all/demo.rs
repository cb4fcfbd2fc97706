//! The demo bot on words that its author did not write down.
use crate::support::shipped;
use rapport::understand::topics::Verdict;

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
