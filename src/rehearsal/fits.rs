//! Whether words fit the words of a `bot:` line, in which `...` stands for any words.

/// `...` and `…` are any words, also none. Blanks, line breaks and the shape of quotation marks make no difference.
pub fn fits(written: &str, said: &str) -> bool {
    let (written, said) = (plain(written).replace('…', "..."), plain(said).replace('…', "..."));
    let parts: Vec<&str> = written.split("...").map(str::trim).collect();
    let [first, middle @ .., last] = parts.as_slice() else { return written == said };
    let Some(mut rest) = said.strip_prefix(first) else { return false };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

fn plain(text: &str) -> String {
    let shaped = |c: char| match c {
        '’' | '‘' => '\'',
        '“' | '”' => '"',
        other => other,
    };
    let text: String = text.chars().map(shaped).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How many words two texts share: which of several messages was probably meant.
pub(super) fn likeness(written: &str, said: &str) -> usize {
    let words = |t: &str| {
        let lower = t.to_lowercase();
        lower.split(|c: char| !c.is_alphanumeric()).filter(|w| w.len() > 2).map(str::to_owned).collect::<Vec<_>>()
    };
    let said = words(said);
    words(written).iter().filter(|w| said.contains(w)).count()
}
