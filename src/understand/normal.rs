//! Words as they are compared: one form of each character, small letters, no endings.
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// One word of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// In small letters, apostrophes straight.
    pub text: String,
    /// Without its ending.
    pub stem: String,
    /// Its bytes in the message.
    pub start: usize,
    pub end: usize,
}

/// The words of a message, in order.
pub fn words(message: &str) -> Vec<Word> {
    let upto = message.char_indices().nth(super::LONGEST).map_or(message.len(), |(i, _)| i);
    let message = message.get(..upto).unwrap_or(message);
    let segments = message.unicode_word_indices();
    segments
        .map(|(start, raw)| {
            let text = plain(raw);
            Word { stem: stem(&text), text, start, end: start + raw.len() }
        })
        .collect()
}

/// Small letters, compatibility forms folded, apostrophes straight.
pub fn plain(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).map(|c| if matches!(c, '’' | '‘' | '`') { '\'' } else { c }).collect()
}

/// A message with single blanks and without punctuation: two that are equal here say the same.
pub fn folded(message: &str) -> String {
    words(message).iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// A light English stemmer: enough that `arrived`, `arrives` and `arriving` meet. Other languages keep their words.
pub fn stem(word: &str) -> String {
    let word = word.strip_suffix("'s").unwrap_or(word);
    let squeezed = squeeze(word);
    const ENDINGS: [(&str, &str, usize); 12] = [
        ("ingly", "", 4),
        ("edly", "", 4),
        ("iest", "y", 4),
        ("ied", "y", 3),
        ("ies", "y", 3),
        ("ing", "", 4),
        ("ers", "", 5),
        ("est", "", 5),
        ("ed", "", 4),
        ("er", "", 5),
        ("es", "", 4),
        ("s", "", 3),
    ];
    for (ending, instead, shortest) in ENDINGS {
        if let Some(base) = squeezed.strip_suffix(ending)
            && base.chars().count() + 1 >= shortest
            && !(ending == "s" && base.ends_with(['s', 'u', 'i']))
        {
            let base = format!("{base}{instead}");
            return base.strip_suffix('e').unwrap_or(&base).to_owned();
        }
    }
    if squeezed.chars().count() > 3 { squeezed.strip_suffix('e').unwrap_or(&squeezed).to_owned() } else { squeezed }
}

/// Three of the same letter and more become two, two at the end one: "sooo", "pleeease", "stopp".
fn squeeze(word: &str) -> String {
    let mut out: Vec<char> = Vec::new();
    for c in word.chars() {
        if out.len() < 2 || !out.iter().rev().take(2).all(|p| *p == c) {
            out.push(c);
        }
    }
    if let [.., a, b] = out.as_slice()
        && a == b
        && a.is_alphabetic()
        && out.len() > 3
    {
        out.pop();
    }
    out.into_iter().collect()
}

/// Sentences and clauses of a message: a wish often stands beside a story.
pub fn clauses(message: &str) -> Vec<&str> {
    message.split(['.', '!', '?', ';', '\n', ',']).map(str::trim).filter(|c| !c.is_empty()).take(40).collect()
}
