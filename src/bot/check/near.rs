//! What a name that means nothing may have meant, and lists of the names that mean something.
use crate::bot::house;
use crate::language::diagnostic::did_you_mean;
use std::cell::Cell;

/// In a bot with thousands of unknown names among thousands of known ones, what each may have meant is no longer looked for
/// after so many comparisons: a check must not take the square of a file's length.
const COMPARISONS: usize = 2_000_000;

/// Looks for names that are nearly the same, as long as that takes no time.
pub struct Near(Cell<usize>);

impl Default for Near {
    fn default() -> Self {
        Near(Cell::new(COMPARISONS))
    }
}

impl Near {
    pub fn suggest<'c>(
        &self,
        written: &str,
        candidates: impl Iterator<Item = &'c str>,
        otherwise: impl FnOnce() -> String,
    ) -> String {
        self.meant(written, candidates).map_or_else(otherwise, |m| format!("Did you mean `{m}`?"))
    }

    pub fn meant<'c>(&self, written: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
        let (left, mut count) = (self.0.get(), 0);
        let counted = candidates.take(left).inspect(|_| count += 1);
        let meant = did_you_mean(written, counted.filter(|c| *c != house::SOMETHING_BROKE));
        self.0.set(left - count);
        meant
    }
}

/// Names for a message: all of a few, the first of many.
pub fn listed<'n>(mut names: impl Iterator<Item = &'n str>) -> String {
    const MOST: usize = 12;
    let first: Vec<&str> = names.by_ref().take(MOST).collect();
    let more = if names.next().is_some() { "`, …" } else { "`" };
    format!("`{}{more}", first.join("`, `"))
}
