//! One line of a conversation test by `grammar/test.pest`.
use pest::Parser;
use pest::iterators::Pair;

/// The grammar; with `language/grammar.rs` the only places that know pest.
#[derive(pest_derive::Parser)]
#[grammar = "../grammar/test.pest"]
struct Grammar;

/// A piece of a line: which rule, its words, where it begins in the line, its own pieces.
#[derive(Clone, Debug)]
pub struct Form {
    pub rule: Rule,
    pub text: String,
    pub start: usize,
    pub parts: Vec<Form>,
}

impl Form {
    pub fn part(&self, rule: Rule) -> Option<&Form> {
        self.parts.iter().find(|p| p.rule == rule)
    }

    pub fn all(&self, rule: Rule) -> impl Iterator<Item = &Form> {
        self.parts.iter().filter(move |p| p.rule == rule)
    }
}

/// Reads one line. Every line fits: what has no form is [`Rule::junk`].
pub fn read(text: &str) -> Form {
    let first = Grammar::parse(Rule::line, text).ok().and_then(|mut pairs| pairs.next());
    first.map_or_else(|| Form { rule: Rule::junk, text: text.to_owned(), start: 0, parts: vec![] }, form)
}

fn form(pair: Pair<'_, Rule>) -> Form {
    let (rule, text) = (pair.as_rule(), pair.as_str());
    let start = pair.as_span().start() + text.len() - text.trim_start().len();
    Form { rule, text: text.trim().to_owned(), start, parts: pair.into_inner().map(form).collect() }
}
