//! What a sentence means, as a point among others: texts that mean alike lie in like directions, whatever their words.
//!
//! The sum of the rows of its word pieces, from a table that was distilled from a sentence model
//! (`assets/static_256`: how it was made, from what, under which licence). English.
use super::table::{Hash, Table};
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Numbers in a vector.
pub const SIZE: usize = 256;
/// A longer "word" is no word; cut into pieces it would mean anything.
const LONGEST: usize = 100;
/// Bytes of a row's scale.
const SCALE: usize = 4;

static ROWS: &[u8] = include_bytes!("../../assets/static_256/vectors.bin");
static PIECES: &str = include_str!("../../assets/static_256/vocab.txt");
static NUMBERS: LazyLock<Table> = LazyLock::new(|| {
    let mut numbers = Table::default();
    for piece in PIECES.lines() {
        numbers.add(Hash::of(piece));
    }
    numbers
});

/// A direction in the space of meanings, of length 1; of length 0 where nothing is known.
pub type Meaning = Vec<f32>;

/// The meaning of a text.
pub fn meaning(text: &str) -> Meaning {
    let mut sum = vec![0.0; SIZE];
    pieces(text, &mut |piece| add(&mut sum, piece));
    let length = sum.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length > 0.0 {
        sum.iter_mut().for_each(|x| *x /= length);
    }
    sum
}

/// Whether a folded word is known as a whole.
pub fn is_word(folded: &str) -> bool {
    NUMBERS.get(Hash::of(folded)).is_some()
}

/// Whole words, the commonest first.
pub fn words() -> impl Iterator<Item = &'static str> {
    PIECES.lines().filter(|piece| !piece.starts_with(['#', '[']))
}

fn add(sum: &mut [f32], piece: u32) {
    let count = ROWS.len() / (SIZE + SCALE);
    let Ok(piece) = usize::try_from(piece) else { return };
    let scale = ROWS.get(piece * SCALE..(piece + 1) * SCALE).and_then(|bytes| bytes.try_into().ok());
    let scale = scale.map_or(0.0, f32::from_le_bytes);
    let rows = ROWS.get(count * SCALE..).unwrap_or_default();
    let row = rows.get(piece * SIZE..(piece + 1) * SIZE).unwrap_or_default();
    for (sum, value) in sum.iter_mut().zip(row) {
        *sum += scale * f32::from(value.cast_signed());
    }
}

/// Gives the numbers of the word pieces of a text, in order: the longest known beginning of each word, then of the rest.
fn pieces(text: &str, give: &mut impl FnMut(u32)) {
    let mut word = String::new();
    let plain = text.chars().flat_map(char::to_lowercase).nfd().filter(|c| !is_combining_mark(*c));
    for letter in plain {
        if letter.is_whitespace() || letter.is_control() || stands_alone(letter) {
            word_pieces(&word, give);
            word.clear();
            if stands_alone(letter) {
                word_pieces(letter.encode_utf8(&mut [0; 4]), give);
            }
        } else {
            word.push(letter);
        }
    }
    word_pieces(&word, give);
}

/// Signs, and letters of scripts that put no spaces between words.
fn stands_alone(c: char) -> bool {
    c.is_ascii_punctuation()
        || matches!(c, '\u{2010}'..='\u{2027}' | '\u{3000}'..='\u{303f}' | '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}')
        || "¡§«¶·»¿".contains(c)
}

fn word_pieces(word: &str, give: &mut impl FnMut(u32)) {
    if word.is_empty() || word.chars().count() > LONGEST {
        return;
    }
    let mut found = Vec::new();
    let mut rest = word;
    let mut hash = Hash::EMPTY;
    while !rest.is_empty() {
        let mut longest = None;
        for (at, letter) in rest.char_indices() {
            let end = at + letter.len_utf8();
            hash = hash.then(rest.get(at..end).unwrap_or_default());
            longest = NUMBERS.get(hash).map(|number| (number, end)).or(longest);
        }
        // a word with an unknown part is unknown as a whole
        let Some((number, end)) = longest else { return };
        found.push(number);
        rest = rest.get(end..).unwrap_or_default();
        hash = Hash::of("##");
    }
    found.into_iter().for_each(give);
}
