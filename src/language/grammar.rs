//! One line by `grammar/flow.pest`, as an owned tree whose places are places in the file.
use super::source::{FileId, Span};
use pest::Parser;
use pest::iterators::Pair;

/// The grammar; the only place that knows pest.
#[derive(pest_derive::Parser)]
#[grammar = "../grammar/flow.pest"]
struct Grammar;

/// A piece of a line: which rule, its words, its place, its own pieces.
#[derive(Clone, Debug)]
pub struct Form {
    pub rule: Rule,
    pub text: String,
    pub span: Span,
    pub parts: Vec<Form>,
}

/// Where a line stands in its file.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub file: FileId,
    pub start: usize,
    /// Bytes of the line as written.
    pub length: usize,
    /// The line was mended: its pieces have no exact place any more.
    pub mended: bool,
}

impl Place {
    /// The whole line.
    pub fn span(self) -> Span {
        Span::new(self.file, self.start, self.start + self.length)
    }
}

impl Form {
    /// The first piece of a kind.
    pub fn part(&self, rule: Rule) -> Option<&Form> {
        self.parts.iter().find(|p| p.rule == rule)
    }

    /// All pieces of a kind.
    pub fn all(&self, rule: Rule) -> impl Iterator<Item = &Form> {
        self.parts.iter().filter(move |p| p.rule == rule)
    }
}

/// Reads one line. Every line fits: what has no form is [`Rule::junk`]. A capital letter at the beginning is no mistake.
pub fn read(text: &str, place: Place) -> Form {
    let form = exactly(text, place);
    match super::steps::first_words(text) {
        // ASCII alone changes, so that every place stays what it was.
        Some(word) if form.rule == Rule::junk && !text.starts_with(word) => {
            exactly(&format!("{word}{}", text.get(word.len()..).unwrap_or_default()), place)
        }
        _ => form,
    }
}

/// Reads one line, capital letters being what they are.
pub fn exactly(text: &str, place: Place) -> Form {
    let first = Grammar::parse(Rule::line, text).ok().and_then(|mut pairs| pairs.next());
    let junk = || Form { rule: Rule::junk, text: text.to_owned(), span: place.span(), parts: vec![] };
    first.map_or_else(junk, |pair| form(pair, place))
}

fn form(pair: Pair<'_, Rule>, place: Place) -> Form {
    let (rule, text, from, to) = (pair.as_rule(), pair.as_str(), pair.as_span().start(), pair.as_span().end());
    let leading = text.len() - text.trim_start().len();
    let trimmed = text.trim();
    let span = if place.mended {
        place.span()
    } else {
        let start = place.start + from + leading;
        Span::new(place.file, start, (start + trimmed.len()).min(place.start + to))
    };
    let text = trimmed.to_owned();
    Form { rule, text, span, parts: pair.into_inner().map(|p| form(p, place)).collect() }
}
