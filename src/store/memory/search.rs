//! Search in memory: everything is looked through.
use super::Memory;
use crate::runtime::ports::Stored;
use crate::runtime::search::{BEGIN, END, Hit, Search, said, words};
use async_trait::async_trait;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

fn plain(text: &str) -> String {
    text.to_lowercase().nfd().filter(|c| !is_combining_mark(*c)).collect()
}

/// The text with marks around each word that begins like one of these; `None` where one of them is missing.
fn marked(text: &str, wanted: &[String]) -> Option<String> {
    let mut left: Vec<&String> = wanted.iter().collect();
    let mut out = String::new();
    for part in text.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let word = part.trim_end_matches(|c: char| !c.is_alphanumeric());
        let folded = plain(word);
        let fits = |w: &String| !folded.is_empty() && folded.starts_with(w.as_str());
        left.retain(|w| !fits(w));
        if wanted.iter().any(fits) {
            out.push(BEGIN);
            out.push_str(word);
            out.push(END);
            out.push_str(part.strip_prefix(word).unwrap_or_default());
        } else {
            out.push_str(part);
        }
    }
    left.is_empty().then_some(out)
}

/// Whether each of these words, or one that begins like it, stands in the text.
pub fn holds(text: &str, wanted: &str) -> bool {
    let wanted: Vec<String> = words(wanted).iter().map(|w| plain(w)).collect();
    marked(text, &wanted).is_some()
}

#[async_trait]
impl Search for Memory {
    async fn search(&self, text: &str, limit: usize) -> Stored<Vec<Hit>> {
        let wanted: Vec<String> = words(text).iter().map(|w| plain(w)).collect();
        if wanted.is_empty() {
            return Ok(vec![]);
        }
        let state = self.state();
        let mut hits = Vec::new();
        for (session, chat) in &state.chats {
            for said in chat.events.iter().filter_map(said) {
                let Some(text) = marked(&said.text, &wanted) else { continue };
                let (session, by, row) = (*session, said.by.to_owned(), chat.row.clone());
                hits.push(Hit { session, seq: said.seq, at: said.at, by, text, row });
            }
        }
        hits.sort_by_key(|h| std::cmp::Reverse((h.at, h.seq)));
        hits.truncate(limit);
        Ok(hits)
    }
}
