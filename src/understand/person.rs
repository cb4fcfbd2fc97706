//! Whether a customer asks for a person. It works everywhere in a chat, at once, so it must neither miss a plain
//! request nor take "the agent was rude" for one.
use super::lists::Lists;
use super::normal::{Token, alike, cap, words};
use std::sync::LazyLock;

static LISTS: LazyLock<Lists> = LazyLock::new(|| Lists::read(include_str!("data/person_en.txt")));
static GERMAN: LazyLock<Lists> = LazyLock::new(|| Lists::of_languages("", &[include_str!("data/person_de.txt")]));
static FRENCH: LazyLock<Lists> = LazyLock::new(|| Lists::of_languages("", &[include_str!("data/person_fr.txt")]));
static SPANISH: LazyLock<Lists> = LazyLock::new(|| Lists::of_languages("", &[include_str!("data/person_es.txt")]));

/// "talk to a person", "human please", "agent"; not "someone stole my parcel".
pub fn asks_for_a_person(text: &str) -> bool {
    let tokens = words(cap(text));
    let said: Vec<&str> = tokens.iter().map(|token: &Token| token.text.as_str()).collect();
    is_only_a_person(&said)
        || (0..said.len()).any(|at| asks_at(&said, at))
        || others().iter().any(|lists| asks_in(lists, &said))
}

/// Of each language but English: in these the verb may stand anywhere.
fn others() -> [&'static Lists; 3] {
    [&GERMAN, &FRENCH, &SPANISH]
}

/// "Mitarbeiter bitte", "kann ich mit einem Menschen sprechen", "nicht mit einem Bot reden"; not "der Mitarbeiter war frech".
fn asks_in(lists: &Lists, said: &[&str]) -> bool {
    let around = |word: &&str| ["polite", "articles", "adjectives"].iter().any(|list| lists.has(list, word));
    let named = |word: &&str| lists.has("nouns", word);
    let only = said.iter().all(|word| around(word) || named(word));
    if only && said.iter().any(|word| named(word) && !lists.has("vague", word)) {
        return true;
    }
    let speaks = said.iter().any(|word| lists.has("contact", word));
    let denied = said.iter().any(|word| lists.has("denials", word));
    let wanted = if denied { "bots" } else { "nouns" };
    let with_one = |at: usize| {
        let after = said.get(at + 1..).unwrap_or_default().iter();
        let next = after.into_iter().find(|word| !["articles", "adjectives"].iter().any(|list| lists.has(list, word)));
        next.is_some_and(|word| lists.has(wanted, word))
    };
    speaks && said.iter().enumerate().any(|(at, word)| lists.has("with", word) && with_one(at))
}

/// One way of asking begins at this word.
fn asks_at(said: &[&str], at: usize) -> bool {
    let before = said.get(..at).unwrap_or_default();
    let rest = said.get(at..).unwrap_or_default();
    // "the contact person", "my phone": no verbs; "am I talking to a person" wonders
    let wonders = matches!(before, [.., "am", "i"]) && rest.first().is_some_and(|verb| verb.ends_with("ing"));
    let noun =
        wonders || before.last().is_some_and(|word| matches!(*word, "the" | "my" | "your" | "a" | "new" | "this"));
    let wants = (wants_contact(rest) && !noun) || wants_one(rest) || is_there_one(rest) || someone_calls(rest);
    let refused = refused(before);
    if refused { refuses_the_bot(rest) } else { wants }
}

/// "I don't want to …", but not "this is no good, can I …": a new thought ends the reach of a denial.
fn refused(before: &[&str]) -> bool {
    let near = before.iter().rev().take(4);
    let thought =
        near.take_while(|word| !matches!(**word, "let" | "can" | "could" | "may" | "please" | "and" | "but" | "so"));
    thought.into_iter().any(|word| LISTS.has("denials", word))
}

/// Nothing but a person and politeness: "agent", "real person please", "customer service rep".
fn is_only_a_person(said: &[&str]) -> bool {
    let telling: Vec<&str> = said.iter().copied().filter(|word| !LISTS.has("polite", word)).collect();
    let mut rest = telling.as_slice();
    let mut alone = false;
    while !rest.is_empty() {
        match person(rest).filter(|_| !matches!(rest, ["someone" | "somebody" | "anyone" | "anybody" | "people", ..])) {
            Some(length) => {
                alone = true;
                rest = rest.get(length..).unwrap_or_default();
            }
            None => return false,
        }
    }
    alone
}

/// "speak to someone", "put me through to an agent", "contact customer service".
fn wants_contact(rest: &[&str]) -> bool {
    let Some(verb) =
        LISTS.of("contact").iter().filter(|verb| begins(rest, verb)).map(|verb| verb.split(' ').count()).max()
    else {
        return false;
    };
    let to = (verb..verb + 3).find(|at| matches!(rest.get(*at), Some(&"to" | &"with")));
    let direct = matches!(rest.first(), Some(&"contact" | &"reach" | &"call" | &"phone"));
    let object = match to {
        Some(to) => rest.get(to + 1..),
        None if direct => rest.get(verb..),
        None => None,
    };
    let desk = |object: &[&str]| matches!(object, ["support" | "service" | "sales", ..]).then_some(1);
    object.is_some_and(|object| match person(object).or_else(|| desk(object)) {
        // "call someone names" and "reach people" are no request; "contact support" is
        Some(_) if to.is_none() => !matches!(object.first(), Some(&"someone" | &"somebody" | &"people" | &"anyone")),
        Some(length) => !matches!(object.get(length), Some(&"about" | &"who")) || to.is_some(),
        None => false,
    })
}

/// "I need a human", "get me a manager", "I want someone to help me".
fn wants_one(rest: &[&str]) -> bool {
    let verb = match rest {
        ["want" | "need" | "get" | "give" | "require" | "prefer" | "send", "me" | "us", ..] => 2,
        ["want" | "need" | "get" | "require" | "prefer" | "bring", "in", ..] => 2,
        ["want" | "need" | "get" | "require" | "prefer" | "have" | "request", ..] => 1,
        ["would" | "id", "like", ..] => 2,
        ["asked" | "asking" | "ask", "for", ..] => 2,
        _ => return false,
    };
    let object = rest.get(verb..).unwrap_or_default();
    let Some(length) = person(object) else { return false };
    let after = object.get(length..).unwrap_or_default();
    let vague = matches!(object.first(), Some(&"someone" | &"somebody" | &"anyone" | &"anybody" | &"people"));
    match after {
        [] => !vague,
        ["to" | "who" | "that", rest @ ..] => helps(rest),
        [next, ..] => !vague && LISTS.has("endings", next),
    }
}

/// "help me", "can talk to me", "I can speak with".
fn helps(words: &[&str]) -> bool {
    let helping = words.iter().position(|word| !matches!(*word, "i" | "we" | "can" | "could" | "will" | "actually"));
    let verb = helping.and_then(|at| words.get(at..)).unwrap_or_default();
    matches!(verb, ["talk" | "speak" | "chat" | "help" | "assist" | "call" | "contact", ..])
}

/// "is there a real person I can talk to?", "is there a human here"
fn is_there_one(rest: &[&str]) -> bool {
    let [first, "there" | "here", object @ ..] = rest else { return false };
    if !matches!(*first, "is" | "isnt" | "are") {
        return false;
    }
    let Some(length) = person(object) else { return false };
    let vague = matches!(object.first(), Some(&"someone" | &"somebody" | &"anyone" | &"anybody" | &"people"));
    match object.get(length..).unwrap_or_default() {
        [] => !vague,
        ["i" | "we" | "to" | "who" | "that" | "can", rest @ ..] => helps(rest),
        [next, ..] => !vague && matches!(*next, "here" | "there" | "available" | "around"),
    }
}

/// "can someone call me". "Can somebody help me" is how people greet a bot too, and is left to the topics.
fn someone_calls(rest: &[&str]) -> bool {
    matches!(
        rest,
        ["someone" | "somebody" | "anyone" | "anybody", "call" | "phone" | "ring" | "contact", "me" | "us", ..]
            | ["someone" | "somebody", "to", "call" | "phone" | "ring" | "contact", "me" | "us", ..]
            | [
                "someone" | "somebody" | "anyone" | "anybody",
                "there" | "here",
                "i" | "we",
                "can",
                "speak" | "talk",
                ..
            ]
            | ["someone" | "somebody" | "anyone" | "anybody", "i" | "we", "can", "speak" | "talk" | "chat", ..]
    )
}

/// After "I don't want to …": "… talk to a bot" asks for a person too.
fn refuses_the_bot(rest: &[&str]) -> bool {
    let [verb, "to" | "with", object @ ..] = rest else { return false };
    let noun = object.iter().find(|word| !LISTS.has("articles", word));
    matches!(*verb, "talk" | "talking" | "speak" | "speaking" | "chat" | "chatting" | "deal" | "dealing")
        && noun
            .is_some_and(|noun| matches!(*noun, "bot" | "robot" | "chatbot" | "machine" | "computer" | "ai" | "bots"))
}

/// How many words name a person at the start of these, articles and adjectives included.
fn person(words: &[&str]) -> Option<usize> {
    let mut at = 0;
    let mut known = false;
    while let Some(word) = words.get(at) {
        let named = names_person(word);
        let goes_on =
            if known { after_human(words, at) } else { LISTS.has("articles", word) || LISTS.has("adjectives", word) };
        if !named && !goes_on {
            break;
        }
        known |= named;
        at += 1;
    }
    // "customer service" and "human support" are people too; "your support" is not
    let adjectives = words.get(..at).unwrap_or_default();
    let desk = adjectives.iter().any(|word| matches!(*word, "customer" | "human" | "live"))
        && adjectives.last().is_some_and(|word| matches!(*word, "service" | "services" | "support" | "care" | "chat"));
    let human = adjectives.last().is_some_and(|word| matches!(*word, "human"));
    (known || desk || human).then_some(at)
}

/// "human being", "human support": the noun goes on.
fn after_human(words: &[&str], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|at| words.get(at));
    before == Some(&"human") && matches!(words.get(at), Some(&("being" | "beings" | "support" | "service" | "help")))
}

fn names_person(word: &str) -> bool {
    LISTS.of("nouns").iter().any(|noun| *noun == word || (noun.len() >= 6 && slipped(word, noun)))
}

/// One slip only, and not in the last letter: "operated" and "persons" are words of their own.
fn slipped(word: &str, noun: &str) -> bool {
    alike(word, noun)
        && word.chars().last() == noun.chars().last()
        && super::normal::distance(word, noun).is_some_and(|edits| edits == 1)
}

fn begins(words: &[&str], phrase: &str) -> bool {
    let mut said = words.iter();
    phrase.split(' ').all(|word| said.next() == Some(&word))
}
