//! What the bot said as a `bot:` line: the author's own words, with `...` where a value stood or where it goes on for long.
use super::stand_ins::{StandIns, one_line};
use crate::bot::Bot;
use crate::rehearsal::fits;

/// A longer line is cut behind a word.
const LONG: usize = 90;
const CUT: usize = 64;
/// With fewer letters of its own a text could be any text.
const TELLING: usize = 6;

/// The bot's texts as they fit what was said.
pub struct Texts(Vec<(String, usize)>);

impl Texts {
    pub fn new(bot: &Bot) -> Self {
        let translated = bot.locales.iter().flat_map(|(_, l)| l.texts.values());
        let mut all: Vec<_> = bot.texts.iter().chain(translated).map(|t| fitting(t)).collect();
        all.retain(|(_, letters)| *letters >= TELLING);
        // What says the most itself is tried first.
        all.sort_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
        Self(all)
    }

    /// Words of the bot, as a test may expect them.
    pub fn shortened(&self, said: &str, stand_ins: &StandIns) -> String {
        let own = self.0.iter().find(|(pattern, _)| fits(pattern, said));
        cut(own.map_or_else(|| stand_ins.swap(said), |(pattern, _)| pattern.clone()))
    }
}

/// Whether words may be what came of a text.
pub fn is_of(source: &str, said: &str) -> bool {
    let (pattern, letters) = fitting(source);
    letters >= TELLING && fits(&pattern, said)
}

/// `Done! {{ amount }} is on its way.` as `Done! ... is on its way.`, and how many letters are left.
fn fitting(source: &str) -> (String, usize) {
    let mut out = String::new();
    let (mut rest, mut depth) = (source, 0_usize);
    while let Some(at) = rest.find('{') {
        let (words, tag) = rest.split_at(at);
        let end = [("{{", "}}"), ("{%", "%}"), ("{#", "#}")].into_iter().find(|(open, _)| tag.starts_with(open));
        let Some((close, length)) = end.and_then(|(_, close)| Some((close, tag.find(close)? + close.len()))) else {
            let (brace, after) = tag.split_at(1);
            add(&mut out, &format!("{words}{brace}"), depth);
            rest = after;
            continue;
        };
        add(&mut out, words, depth);
        let inside = tag.get(2..length - 2).unwrap_or_default();
        let word = inside.trim_matches(|c: char| c == '-' || c.is_whitespace()).split_whitespace().next();
        if close == "%}" {
            match word {
                Some("if" | "for") => depth += 1,
                Some("endif" | "endfor") => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        if close != "#}" {
            out.push_str("...");
        }
        rest = tag.get(length..).unwrap_or_default();
    }
    add(&mut out, rest, depth);
    let mut out = one_line(&out);
    while out.contains("......") || out.contains("... ...") {
        out = out.replace("......", "...").replace("... ...", "...");
    }
    // What follows the last value is a full stop, mostly.
    let words = out.trim_end_matches(|c: char| !c.is_alphanumeric()).len();
    if let Some(at) = out.get(words..).and_then(|end| end.find("...")) {
        out.truncate(words + at);
        out.push_str("...");
    }
    let letters = out.chars().filter(|c| c.is_alphanumeric()).count();
    (out, letters)
}

/// What stands in a branch may be said or not.
fn add(out: &mut String, words: &str, depth: usize) {
    out.push_str(if depth == 0 { words } else { "" });
}

fn cut(line: String) -> String {
    if line.chars().count() <= LONG {
        return line;
    }
    let end = line.char_indices().nth(CUT).map_or(line.len(), |(i, _)| i);
    let begin = line.get(..end).unwrap_or_default();
    let words = begin.rsplit_once(' ').map_or(begin, |(words, _)| words);
    format!("{}...", words.trim_end_matches('.').trim_end())
}
