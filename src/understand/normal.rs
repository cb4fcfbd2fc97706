//! Words as they are compared: compatibility forms unified, case and Latin accents dropped, apostrophes removed, drawn
//! out letters shortened ("sooooo"), English endings taken off. Every word remembers where it stood in the text.
use super::stem::stem;
use std::ops::Range;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// What is read of one message. Longer ones are cut: nobody states a request later than this.
pub const MAX_CHARS: usize = 4_000;

/// Words longer than this are not compared letter by letter; the work would grow with their square.
const MAX_FUZZY_CHARS: usize = 40;

/// One word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The word, folded: "Isn’t" is `isnt`.
    pub text: String,
    /// Without its English ending: `arrived` and `arrives` are both `arriv`.
    pub stem: String,
    /// Bytes of the original text.
    pub span: Range<usize>,
}

/// The first [`MAX_CHARS`] characters.
pub fn cap(text: &str) -> &str {
    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => text.get(..end).unwrap_or(text),
        None => text,
    }
}

/// The words of a text, in order.
pub fn words(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    for (start, word) in cap(text).unicode_word_indices() {
        let folded = fold(word);
        if !folded.is_empty() {
            found.push(Token { stem: stem(&folded), text: folded, span: start..start + word.len() });
        }
    }
    found
}

/// The words with one space between them: equal for texts that differ only in case, punctuation and the like.
pub fn normal(text: &str) -> String {
    joined(&words(text))
}

/// The folded words with one space between them.
pub fn joined(words: &[Token]) -> String {
    words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// One word, folded: only letters and digits remain.
pub fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    let letters = word.nfkd().flat_map(char::to_lowercase).filter(|c| !is_latin_accent(*c));
    // composed again, so that scripts whose letters fall apart (Hangul) are compared by whole letters
    for letter in letters.nfc() {
        match letter {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            _ if letter.is_alphanumeric() && !drawn_out(&folded, letter) => folded.push(letter),
            _ => {}
        }
    }
    folded
}

/// The dots and strokes that NFKD splits off Latin, Greek and Cyrillic letters.
fn is_latin_accent(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

/// Whether `letter` would be the third of its kind in a row. Digits may repeat: 1000 is not 100.
fn drawn_out(so_far: &str, letter: char) -> bool {
    let mut back = so_far.chars().rev();
    letter.is_alphabetic() && back.next() == Some(letter) && back.next() == Some(letter)
}

/// Words that say little about what a text is about. Negations are not among them.
pub fn is_stop_word(folded: &str) -> bool {
    STOP_WORDS.binary_search(&folded).is_ok()
}

/// Sorted; `tests/all/understand.rs` notices when it is not.
static STOP_WORDS: &[&str] = &[
    "a", "about", "actually", "ah", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "because",
    "been", "being", "but", "by", "can", "could", "dear", "did", "do", "does", "doing", "for", "from", "good", "had",
    "has", "have", "having", "he", "hello", "help", "her", "here", "hey", "hi", "hiya", "him", "his", "how", "i", "id",
    "if", "ill", "im", "in", "into", "is", "it", "its", "ive", "just", "kindly", "know", "let", "like", "may", "me",
    "might", "mine", "morning", "my", "need", "now", "of", "oh", "ok", "okay", "on", "or", "our", "ours", "please",
    "pls", "plz", "really", "shall", "she", "should", "so", "some", "tell", "than", "thank", "thanks", "that", "thats",
    "the", "their", "them", "then", "there", "these", "they", "this", "those", "to", "too", "u", "um", "us", "very",
    "want", "was", "we", "well", "were", "what", "whats", "when", "where", "which", "who", "will", "with", "would",
    "you", "your", "yours",
];

/// The runs of 3 to 5 characters of a word, its edges marked by spaces. Short words are one run.
pub fn char_ngrams(folded: &str) -> Vec<String> {
    let padded: Vec<char> = std::iter::once(' ').chain(folded.chars()).chain(std::iter::once(' ')).collect();
    let mut grams = Vec::new();
    for size in 3..=5 {
        grams.extend(padded.windows(size).map(|run| run.iter().collect::<String>()));
    }
    grams
}

/// Edits (insert, delete, replace, swap of neighbours) between two words; `None` where they are too long to compare.
pub fn distance(a: &str, b: &str) -> Option<usize> {
    let (long, short) = (a.chars().count().max(b.chars().count()), a.chars().count().min(b.chars().count()));
    if long > MAX_FUZZY_CHARS || long - short > 2 {
        return None;
    }
    Some(strsim::osa_distance(a, b))
}

/// How many typing slips a word may hold and still be recognised: short words differ by one letter all the time.
pub fn slips_allowed(word: &str) -> usize {
    match word.chars().count() {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// The same word, give or take a slip of the fingers. Numbers have no slips.
pub fn alike(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let allowed = slips_allowed(a).min(slips_allowed(b));
    let digits = |w: &str| w.chars().any(|c| c.is_ascii_digit());
    allowed > 0 && !digits(a) && !digits(b) && distance(a, b).is_some_and(|d| d <= allowed)
}

/// A text whose digits, dashes, spaces and full-width forms are plain ASCII, and where each of its bytes came from.
/// Values are searched here, so that "２０４５１８" and "204‑518" are found like any other number.
#[derive(Clone, Debug)]
pub struct Flat {
    pub text: String,
    places: Vec<usize>,
}

impl Flat {
    pub fn new(original: &str) -> Flat {
        let original = cap(original);
        let mut flat = Flat { text: String::with_capacity(original.len()), places: Vec::with_capacity(original.len()) };
        for (at, c) in original.char_indices() {
            let plain = plain(c);
            flat.text.push(plain);
            flat.places.extend(std::iter::repeat_n(at, plain.len_utf8()));
        }
        flat.places.push(original.len());
        flat
    }

    /// The bytes of the original text that a match in [`Flat::text`] came from.
    pub fn original(&self, span: Range<usize>) -> Range<usize> {
        let end = self.places.last().copied().unwrap_or(0);
        let place = |at: usize| self.places.get(at).copied().unwrap_or(end);
        place(span.start)..place(span.end)
    }
}

/// The first digit of each script that people type numbers in; nine more follow each.
static ZEROS: &[char] =
    &['\u{660}', '\u{6f0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{be6}', '\u{e50}', '\u{ff10}'];

fn plain(c: char) -> char {
    if c.is_ascii() {
        return c;
    }
    if let Some(zero) = ZEROS.iter().find(|zero| (**zero as u32..**zero as u32 + 10).contains(&(c as u32))) {
        return char::from_digit(c as u32 - *zero as u32, 10).unwrap_or(c);
    }
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xff01 + 0x21).unwrap_or(c),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' => '-',
        '\u{2018}' | '\u{2019}' | '\u{02bc}' => '\'',
        _ if c.is_whitespace() => ' ',
        _ => c,
    }
}
