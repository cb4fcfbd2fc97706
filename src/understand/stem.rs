//! A light English stemmer: plural, -ed, -ing and the commonest noun endings, and the irregular words of service chats.
//! It only has to map the forms of one word onto one spelling; the spelling itself is never shown to anybody.

/// The word without its English ending. Words of other scripts, with digits, or of three letters stay as they are.
pub fn stem(word: &str) -> String {
    if let Some((_, base)) = IRREGULAR.iter().find(|(form, _)| *form == word) {
        return (*base).to_owned();
    }
    if word.len() <= 3 || !word.bytes().all(|b| b.is_ascii_lowercase()) {
        return word.to_owned();
    }
    let singular = without_plural(word);
    let base = without_suffix(without_verb_ending(&singular).as_str());
    tidy(&base)
}

static IRREGULAR: &[(&str, &str)] = &[
    ("arrival", "arriv"),
    ("bought", "buy"),
    ("broke", "break"),
    ("broken", "break"),
    ("brought", "bring"),
    ("came", "come"),
    ("children", "child"),
    ("died", "die"),
    ("chose", "choos"),
    ("chosen", "choos"),
    ("fees", "fee"),
    ("forgot", "forget"),
    ("forgotten", "forget"),
    ("found", "find"),
    ("gave", "giv"),
    ("given", "giv"),
    ("gone", "go"),
    ("got", "get"),
    ("gotten", "get"),
    ("lied", "lie"),
    ("lost", "los"),
    ("made", "mak"),
    ("news", "news"),
    ("paid", "pay"),
    ("payed", "pay"),
    ("ran", "run"),
    ("said", "say"),
    ("sent", "send"),
    ("sold", "sell"),
    ("spoke", "speak"),
    ("spoken", "speak"),
    ("stole", "steal"),
    ("stolen", "steal"),
    ("took", "tak"),
    ("taken", "tak"),
    ("tore", "tear"),
    ("torn", "tear"),
    ("went", "go"),
    ("wrote", "writ"),
    ("written", "writ"),
];

fn without_plural(word: &str) -> String {
    if let Some(rest) = word.strip_suffix("ies") {
        return if rest.len() > 1 { format!("{rest}y") } else { format!("{rest}ie") };
    }
    if let Some(rest) = word.strip_suffix("es")
        && ["ss", "sh", "ch", "x", "z"].iter().any(|end| rest.ends_with(end))
    {
        return rest.to_owned();
    }
    match word.strip_suffix('s') {
        Some(rest) if !["s", "u", "i"].iter().any(|end| rest.ends_with(end)) => rest.to_owned(),
        _ => word.to_owned(),
    }
}

fn without_verb_ending(word: &str) -> String {
    for ending in ["ingly", "edly", "ing", "ied", "ed"] {
        let Some(rest) = word.strip_suffix(ending) else { continue };
        if ending == "ied" && rest.len() > 1 {
            return format!("{rest}y");
        }
        if rest.len() > 1 && has_vowel(rest) && !(ending == "ed" && rest.ends_with('e')) {
            return undoubled(rest).to_owned();
        }
    }
    word.to_owned()
}

fn without_suffix(word: &str) -> String {
    for (ending, shortest) in [("ation", 4), ("ment", 3), ("ness", 4), ("able", 4), ("ible", 4), ("ate", 4)] {
        if let Some(rest) = word.strip_suffix(ending)
            && rest.len() >= shortest
        {
            return undoubled(rest).to_owned();
        }
    }
    if let Some(rest) = word.strip_suffix("ion")
        && rest.len() >= 3
        && (rest.ends_with('t') || rest.ends_with('s'))
    {
        return rest.to_owned();
    }
    match word.strip_suffix("ly") {
        Some(rest) if rest.len() >= 4 => rest.to_owned(),
        _ => word.to_owned(),
    }
}

/// What is left differs by a silent e or by y and i: "cancel/cancell", "charge/charg", "deliver/delivery".
fn tidy(word: &str) -> String {
    let word = undoubled(word);
    let word = match word.strip_suffix("ery") {
        Some(rest) if rest.len() >= 4 => word.strip_suffix('y').unwrap_or(word),
        _ => word,
    };
    match word.strip_suffix('e') {
        Some(rest) if rest.len() >= 3 => rest.to_owned(),
        _ => word.to_owned(),
    }
}

/// "shipp" is "ship"; "fall", "miss" and "buzz" would lose a letter they own, on both sides alike.
fn undoubled(word: &str) -> &str {
    let mut back = word.chars().rev();
    match (back.next(), back.next()) {
        (Some(a), Some(b)) if a == b && !"aeious".contains(a) && word.len() > 3 => {
            word.get(..word.len() - 1).unwrap_or(word)
        }
        _ => word,
    }
}

fn has_vowel(word: &str) -> bool {
    word.chars().any(|c| "aeiouy".contains(c))
}
