//! Whether a customer asks for a person. Works in every state of a chat, so it must not take a story for a wish.
use super::normal::{clauses, words};

const PEOPLE: &[&str] = &[
    "person",
    "human",
    "someone",
    "somebody",
    "agent",
    "operator",
    "representative",
    "rep",
    "advisor",
    "adviser",
    "colleague",
    "manager",
    "supervisor",
    "people",
    "staff",
    "employee",
];
/// Verbs that make it a wish.
const WISHES: &[&str] =
    &["talk", "speak", "chat", "connect", "transfer", "reach", "contact", "want", "need", "get", "give"];
/// A message of these alone is a wish too.
const FILLERS: &[&str] = &[
    "a", "an", "the", "real", "live", "human", "actual", "please", "now", "to", "with", "i", "want", "can", "me",
    "you", "put", "through", "let", "some", "customer", "service", "support", "pls", "hello", "hi", "ok", "thanks",
    "another", "your", "just",
];

/// "Can I talk to a person?", "human please", "agent!!"; not "the agent was rude".
pub fn asks_for_a_person(message: &str) -> bool {
    std::iter::once(message).chain(clauses(message)).any(wish)
}

fn wish(clause: &str) -> bool {
    let words = words(clause);
    let texts: Vec<&str> = words.iter().map(|w| w.text.as_str()).collect();
    if texts.len() > 14
        || texts.iter().any(|w| matches!(*w, "not" | "don't" | "dont" | "didn't" | "was" | "were" | "stole" | "who"))
    {
        return false;
    }
    let Some(at) = texts.iter().rposition(|w| PEOPLE.contains(w)) else { return false };
    if texts.get(at.wrapping_sub(1)) == Some(&"estate") {
        return false;
    }
    let alone = texts.iter().all(|w| FILLERS.contains(w) || PEOPLE.contains(w));
    let before = texts.get(..at).unwrap_or_default();
    let verb = before.iter().rposition(|w| WISHES.contains(w));
    // "talk to a real person": few words between the verb and the person, and the clause ends soon after.
    let near = verb.is_some_and(|v| {
        let to = before.get(v + 1..).unwrap_or_default();
        let plain = to.iter().all(|w| {
            FILLERS.contains(w) || PEOPLE.contains(w) || matches!(*w, "from" | "in" | "touch" | "hold" | "of")
        });
        to.len() <= 5 && plain && texts.len() - at <= 6
    });
    let strong = ["someone", "somebody", "people", "staff", "employee"].contains(texts.get(at).unwrap_or(&""));
    let speaks =
        before.iter().any(|w| matches!(*w, "talk" | "speak" | "chat" | "connect" | "transfer" | "reach" | "contact"));
    (alone && !(strong && texts.len() == 1)) || (near && (!strong || speaks))
}
