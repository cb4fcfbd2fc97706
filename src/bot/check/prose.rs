//! What can be counted in a text: sentences, years of school, words.

/// Grades mean nothing for a few words.
const WORDS_FOR_A_GRADE: usize = 12;

/// Whether a text holds these words, not as a part of others.
pub fn has_word(text: &str, word: &str) -> bool {
    let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    !word.is_empty()
        && text.match_indices(word).any(|(at, _)| {
            let before = text.get(..at).and_then(|t| t.chars().next_back());
            let after = text.get(at + word.len()..).and_then(|t| t.chars().next());
            edge(before) && edge(after)
        })
}

/// The text with a short word in the place of each detail.
pub fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = [rest.find("{{"), rest.find("{%"), rest.find("{#")].into_iter().flatten().min() {
        out.push_str(rest.get(..at).unwrap_or(""));
        let tag = rest.get(at..).unwrap_or("");
        if tag.starts_with("{{") {
            out.push_str("it");
        }
        rest = tag.split_once('}').map_or("", |(_, after)| after.trim_start_matches('}'));
    }
    out + rest
}

/// How many sentences a text has.
pub fn sentences(text: &str) -> usize {
    let ends = |w: &str| w.ends_with(['.', '!', '?', '…']) && w.chars().any(char::is_alphanumeric);
    let words: Vec<&str> = text.split_whitespace().collect();
    let open = words.last().is_some_and(|w| !ends(w));
    words.iter().filter(|w| ends(w)).count() + usize::from(open)
}

/// Flesch and Kincaid's grade, for texts long enough to have one.
pub fn grade(text: &str, sentences: usize) -> Option<u32> {
    let words: Vec<&str> = text.split_whitespace().filter(|w| w.chars().any(char::is_alphabetic)).collect();
    if words.len() < WORDS_FOR_A_GRADE || sentences == 0 {
        return None;
    }
    let syllables: usize = words.iter().map(|w| syllables(w)).sum();
    let count = words.len() as f64;
    let grade = 0.39 * count / sentences as f64 + 11.8 * syllables as f64 / count - 15.59;
    (grade > 0.0).then(|| grade.round() as u32)
}

/// Groups of vowels, a silent e at the end apart.
fn syllables(word: &str) -> usize {
    let word: String = word.to_lowercase().chars().filter(|c| c.is_alphabetic()).collect();
    let mut count = 0;
    let mut before = false;
    for c in word.chars() {
        let vowel = matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
        count += usize::from(vowel && !before);
        before = vowel;
    }
    let silent = word.ends_with('e') && !word.ends_with("le") && count > 1;
    (count - usize::from(silent)).max(1)
}
