//! All values of a kind in a text, where a question takes the first: "from the 3rd to the 7th".
use super::{Found, Frame, Kind, find, times};
use crate::understand::normal::cap;

/// A message holds no more that matter.
const MOST: usize = 16;

/// Every value of this kind, by its place. What was read is blanked out and the rest is read again, so that the words around
/// still say what is meant.
pub fn find_all(kind: &Kind, text: &str, frame: &Frame) -> Vec<Found> {
    let text = cap(text);
    let mut rest = text.to_owned();
    let mut all = Vec::new();
    // One end of a range answers no question; both are times all the same.
    let next = |rest: &str| if let Kind::Time = kind { times::any_time(rest, frame) } else { find(kind, rest, frame) };
    while let Some(found) = next(&rest).filter(|_| all.len() < MOST) {
        let span = found.span.clone();
        // One blank for each byte: places stay what they are.
        let Some(read) = rest.get(span.clone()).filter(|read| !read.trim().is_empty()) else { break };
        let blank = " ".repeat(read.len());
        rest.replace_range(span, &blank);
        all.push(found);
    }
    all.sort_by_key(|found| found.span.start);
    all
}
