//! What is told to an author: what is wrong, where, and what to do about it.
use super::source::{SourceFile, Span};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The bot cannot run.
    Error,
    /// The bot runs, and a customer may be worse off than the author thinks.
    Warning,
}

/// One mistake, in words for a support lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable name such as `F012`; see `codes`.
    pub code: &'static str,
    pub severity: Severity,
    pub span: Span,
    /// One sentence on what is wrong, without a full stop.
    pub problem: String,
    /// One sentence on what to do, starting with a verb. Includes "Did you mean …?" where something is close.
    pub action: String,
    /// Other places that explain it, each with a few words.
    pub related: Vec<(Span, String)>,
}

impl Diagnostic {
    pub fn error(code: &'static str, span: Span, problem: impl Into<String>, action: impl Into<String>) -> Self {
        Self { code, severity: Severity::Error, span, problem: problem.into(), action: action.into(), related: vec![] }
    }

    pub fn warning(code: &'static str, span: Span, problem: impl Into<String>, action: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, span, problem, action) }
    }

    pub fn related(mut self, span: Span, words: impl Into<String>) -> Self {
        self.related.push((span, words.into()));
        self
    }
}

/// A change that puts a mistake right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    pub span: Span,
    pub text: String,
}

impl Diagnostic {
    /// The change that the action's "Did you mean" stands for.
    pub fn fix(&self, source: &SourceFile) -> Option<Fix> {
        let meant = self.action.strip_prefix("Did you mean `")?.strip_suffix("`?")?;
        let meant = meant.strip_prefix("accept ").unwrap_or(meant);
        let (start, end) = (self.span.start as usize, self.span.end as usize);
        let written = source.text.get(start..end)?.to_lowercase();
        if meant.contains('…') || written.contains('\n') {
            return None;
        }
        // The last name of the problem that stands in that place: "`order` has no field named `totl`".
        let named: Vec<&str> = self.problem.split('`').skip(1).step_by(2).collect();
        let (at, length) = named.iter().rev().find_map(|n| Some((written.find(&n.to_lowercase())?, n.len())))?;
        Some(Fix { span: Span::new(self.span.file, start + at, start + at + length), text: meant.to_owned() })
    }
}

/// Longer ones are no names that somebody misspelt.
const LONGEST_NAME: usize = 200;

/// Which letters a word is made of, a bit each.
fn letters_of(word: &str) -> u32 {
    word.chars().fold(0, |all, c| all | 1 << (u32::from(c) % 32))
}

/// One slip changes two letters at most.
fn alike(one: u32, other: u32, slips: usize) -> bool {
    (one ^ other).count_ones() as usize <= 2 * slips
}

/// The nearest of `candidates` to what was written, where one is near enough to be meant.
pub fn did_you_mean<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.to_lowercase();
    let length = written.chars().count();
    if length > LONGEST_NAME {
        return None;
    }
    let near = |c: &str| (strsim::damerau_levenshtein(&written, c), c.len());
    let limit = (length / 3).clamp(1, 3);
    let letters = letters_of(&written);
    let begins = |c: &str| {
        (written.len() >= 3 && c.starts_with(&written))
            || (c.len() >= 3 && written.starts_with(c) && written.len() <= c.len() + 3)
    };
    candidates
        .into_iter()
        .filter(|c| *c != written && c.len() <= 4 * LONGEST_NAME)
        // Comparing letter by letter is dear; words of very different lengths are not alike.
        .filter(|c| begins(c) || (c.chars().count().abs_diff(length) <= limit && alike(letters, letters_of(c), limit)))
        .map(|c| (near(c), c))
        .filter(|((distance, _), c)| *distance <= limit || begins(c))
        .min_by(|a, b| a.0.cmp(&b.0).then(a.1.cmp(b.1)))
        .map(|(_, c)| c)
}
