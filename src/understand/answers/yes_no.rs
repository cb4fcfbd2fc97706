//! Yes or no, in the many ways people say it. Only an answer counts: "I have no idea" and "no lamp came" are none.
use crate::understand::normal::{Token, alike, words};
use std::ops::Range;

/// Whether the text says yes, and where.
pub(super) fn yes_or_no(text: &str) -> Option<(bool, Range<usize>)> {
    let tokens = words(text);
    if tokens.is_empty() {
        return thumb(text);
    }
    let start = tokens.iter().position(|token| !FILLERS.contains(&token.text.as_str()))?;
    let rest = tokens.get(start..)?;
    if UNSURE.iter().any(|phrase| begins(rest, phrase)) {
        return None;
    }
    let no = longest(NO, rest).filter(|used| says_no(text, rest, *used));
    let yes = longest(YES, rest);
    let (said, used) = match (yes, no) {
        (Some(yes), Some(no)) => (yes > no, yes.max(no)),
        (Some(yes), None) => (true, yes),
        (None, Some(no)) => (false, no),
        (None, None) => return at_the_end(rest),
    };
    let contradicted = rest.get(used..).is_some_and(|after| contradicts(said, after));
    let span = rest.first()?.span.start..rest.get(used - 1)?.span.end;
    (!contradicted).then_some((said, span))
}

fn thumb(text: &str) -> Option<(bool, Range<usize>)> {
    let (at, face) = text.char_indices().find(|(_, c)| "👍👌✅✔👎❌".contains(*c))?;
    Some((!"👎❌".contains(face), at..at + face.len_utf8()))
}

/// Words of the longest of these phrases that the text begins with.
fn longest(phrases: &[&str], tokens: &[Token]) -> Option<usize> {
    phrases.iter().filter(|phrase| begins(tokens, phrase)).map(|phrase| phrase.split(' ').count()).max()
}

fn begins(tokens: &[Token], phrase: &str) -> bool {
    let mut said = tokens.iter();
    phrase.split(' ').all(|word| said.next().is_some_and(|token| same(&token.text, word)))
}

/// Long words may have a slip in them ("definately").
fn same(said: &str, word: &str) -> bool {
    said == word || (word.len() > 6 && alike(said, word))
}

/// A bare "no" in front of a noun counts things; in front of anything else it answers.
fn says_no(text: &str, tokens: &[Token], used: usize) -> bool {
    let [first, second, ..] = tokens else { return true };
    if used > 1 || first.text != "no" {
        return true;
    }
    let gap = text.get(first.span.end..second.span.start).unwrap_or("");
    !gap.trim().is_empty() || AFTER_NO.contains(&second.text.as_str())
}

/// "yes and no", "yeah no": neither.
fn contradicts(said: bool, after: &[Token]) -> bool {
    let opposite: &[&str] = if said { &["no", "nope", "nah"] } else { &["yes", "yeah", "yep"] };
    let next = after.iter().find(|token| !matches!(token.text.as_str(), "and" | "but" | "or"));
    next.is_some_and(|token| opposite.contains(&token.text.as_str()))
}

/// "I think so", "I'd say no".
fn at_the_end(tokens: &[Token]) -> Option<(bool, Range<usize>)> {
    let [.., before, last] = tokens else { return None };
    let thinks = matches!(before.text.as_str(), "think" | "say" | "guess" | "suppose" | "believe" | "hope" | "afraid");
    let said = match last.text.as_str() {
        "so" | "yes" if before.text != "afraid" || last.text == "so" => true,
        "no" | "not" => false,
        _ => return None,
    };
    let denied = tokens.iter().any(|token| matches!(token.text.as_str(), "dont" | "not") && token.span != last.span);
    (thinks && tokens.len() <= 5).then(|| (said && !denied, before.span.start..last.span.end))
}

static FILLERS: &[&str] = &[
    "ah", "aha", "alright", "and", "er", "erm", "hello", "hey", "hi", "hm", "hmm", "honestly", "mm", "now", "oh",
    "ooh", "so", "uh", "um", "umm", "well",
];

/// Said about yes-or-no questions and neither.
static UNSURE: &[&str] = &[
    "not sure",
    "not really sure",
    "im not sure",
    "not certain",
    "no idea",
    "no clue",
    "no problem",
    "no worries",
    "not a clue",
    "dont know",
    "i dont know",
    "i do not know",
    "i have no",
    "not that i know",
    "dunno",
    "maybe",
    "perhaps",
    "possibly",
    "it depends",
    "depends",
    "sure about",
    "not only",
    "no matter",
    "no longer",
    "no one",
    "ok but",
    "right now",
    "right after",
    "do you",
    "does it",
    "did you",
    "correct me",
];

static YES: &[&str] = &[
    "yes",
    "yess",
    "yea",
    "yeah",
    "yeh",
    "yep",
    "yepp",
    "yup",
    "yupp",
    "ya",
    "yah",
    "yas",
    "ye",
    "aye",
    "y",
    "true",
    "ok",
    "okay",
    "okey",
    "k",
    "kk",
    "okie",
    "sure",
    "surely",
    "sure thing",
    "of course",
    "ofcourse",
    "certainly",
    "definitely",
    "absolutely",
    "totally",
    "indeed",
    "correct",
    "right",
    "thats right",
    "that is right",
    "thats correct",
    "that is correct",
    "its correct",
    "it is correct",
    "exactly",
    "precisely",
    "affirmative",
    "agreed",
    "i agree",
    "fine",
    "thats fine",
    "that is fine",
    "sounds good",
    "sounds great",
    "sounds fine",
    "looks good",
    "looks right",
    "good idea",
    "great",
    "perfect",
    "please",
    "please do",
    "yes please",
    "go ahead",
    "go for it",
    "do it",
    "do that",
    "do so",
    "lets do it",
    "lets do that",
    "lets go",
    "why not",
    "by all means",
    "with pleasure",
    "gladly",
    "id love to",
    "i would love to",
    "id like that",
    "i would like that",
    "i do",
    "i did",
    "i have",
    "i am",
    "i can",
    "i will",
    "it is",
    "it does",
    "it did",
    "it has",
    "it was",
    "they are",
    "they did",
    "they do",
    "we do",
    "we did",
    "we have",
    "that works",
    "works for me",
    "all good",
    "no doubt",
    "for sure",
    "hell yes",
    "you bet",
    "confirmed",
    "i confirm",
    "i think so",
    "i guess so",
    "i believe so",
    "i suppose so",
    "i hope so",
    "kind of",
    "most likely",
    "probably",
    "100",
    "si",
    "oui",
    "ja",
];

static NO: &[&str] = &[
    "no",
    "noo",
    "nope",
    "nop",
    "nah",
    "naw",
    "nay",
    "n",
    "negative",
    "false",
    "never",
    "not",
    "none",
    "nein",
    "non",
    "no thanks",
    "no thank you",
    "no thx",
    "no ty",
    "no way",
    "no chance",
    "no need",
    "not really",
    "not yet",
    "not at all",
    "not now",
    "not today",
    "not quite",
    "not exactly",
    "not this time",
    "not necessary",
    "not needed",
    "not correct",
    "not right",
    "of course not",
    "ofcourse not",
    "certainly not",
    "definitely not",
    "absolutely not",
    "surely not",
    "probably not",
    "please dont",
    "please do not",
    "please not",
    "dont",
    "do not",
    "dont do that",
    "i dont",
    "i do not",
    "i didnt",
    "i did not",
    "i havent",
    "i have not",
    "i am not",
    "im not",
    "i cant",
    "i can not",
    "i cannot",
    "i wont",
    "i will not",
    "i wouldnt",
    "i would not",
    "id rather not",
    "i would rather not",
    "rather not",
    "it isnt",
    "it is not",
    "its not",
    "it doesnt",
    "it does not",
    "it didnt",
    "it did not",
    "it wasnt",
    "it was not",
    "it hasnt",
    "it has not",
    "they arent",
    "they are not",
    "they didnt",
    "they did not",
    "they dont",
    "we dont",
    "we didnt",
    "we havent",
    "we have not",
    "that isnt",
    "that is not",
    "thats not",
    "thats wrong",
    "that is wrong",
    "wrong",
    "incorrect",
    "i think not",
    "i dont think so",
    "i do not think so",
    "i disagree",
    "hell no",
    "stop",
    "cancel that",
    "nevermind",
    "never mind",
    "i am afraid not",
    "im afraid not",
    "unfortunately not",
    "sadly not",
    "unlikely",
];

/// After these, "no" was an answer: "no it isn't", "no I don't", "no please don't".
static AFTER_NO: &[&str] = &[
    "actually", "but", "cause", "because", "dear", "did", "didnt", "do", "does", "dont", "i", "id", "im", "it", "its",
    "ive", "just", "mate", "maam", "my", "never", "no", "not", "please", "pls", "sir", "so", "sorry", "still", "thank",
    "thanks", "that", "thats", "the", "there", "they", "theyre", "this", "thx", "we", "weve", "wrong", "you", "your",
];
