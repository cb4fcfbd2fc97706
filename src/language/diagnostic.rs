//! What is told to an author: what is wrong, where, and what to do about it.
use super::source::Span;

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

/// The nearest of `candidates` to what was written, where one is near enough to be meant.
pub fn did_you_mean<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.to_lowercase();
    let near = |c: &str| (strsim::damerau_levenshtein(&written, c), c.len());
    let limit = (written.chars().count() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .filter(|c| *c != written)
        .map(|c| (near(c), c))
        .filter(|((distance, _), c)| {
            *distance <= limit
                || (written.len() >= 3 && c.starts_with(&written))
                || (c.len() >= 3 && written.starts_with(*c) && written.len() <= c.len() + 3)
        })
        .min_by(|a, b| a.0.cmp(&b.0).then(a.1.cmp(b.1)))
        .map(|(_, c)| c)
}
