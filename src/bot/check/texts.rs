//! Texts and conditions: the details and filters they name, and words that the philosophy forbids.
use super::manner::Rules;
use super::names::Known;
use super::{Subject, visit};
use crate::bot::template::{FILTERS, Templates, filter_uses, loose_filters};
use crate::language::ast::{Flow, Phrase};
use crate::language::diagnostic::{Diagnostic, did_you_mean};
use crate::language::source::Span;
use crate::language::steps::Step;

pub fn step(
    subject: &Subject<'_>,
    known: &Known<'_>,
    templates: &mut Templates,
    flow: &Flow,
    step: &Step,
    found: &mut Vec<Diagnostic>,
) {
    let needs: Vec<&str> = flow.needs.iter().map(|n| n.text.as_str()).collect();
    let fresh = |path: &String| !needs.contains(&path.split('.').next().unwrap_or(path));
    for phrase in visit::texts(step) {
        if phrase.text.contains('{')
            && let Ok(paths) = templates.read_by_text(&phrase.text)
        {
            for path in paths.iter().filter(|p| fresh(p)) {
                known.detail(path, find(phrase, path), found);
            }
            filters(&phrase.text, phrase.span, false, found);
        }
        forbidden(subject, flow, phrase, found);
    }
    for expr in visit::exprs(step) {
        if let Ok(paths) = templates.formula(&expr.jinja) {
            for path in paths.paths().iter().filter(|p| fresh(p)) {
                let inner = Phrase { text: expr.source.to_lowercase(), span: expr.span };
                known.detail(path, find(&inner, path), found);
            }
        }
        filters(&expr.source, expr.span, true, found);
    }
}

/// Where a name stands in a text, where the text stands in the file as it was read.
fn find(phrase: &Phrase, path: &str) -> Span {
    let whole = (phrase.span.end - phrase.span.start) as usize == phrase.text.len();
    match phrase.text.find(path).filter(|_| whole) {
        Some(at) => place(phrase.span, at, path.len()),
        None => phrase.span,
    }
}

fn place(span: Span, at: usize, length: usize) -> Span {
    let start = span.start as usize + at;
    Span::new(span.file, start, start + length)
}

/// Filters that are not there, and those that take less than they seem to.
pub fn filters(source: &str, span: Span, in_expression: bool, found: &mut Vec<Diagnostic>) {
    let as_read = span.end - span.start == source.len() as u32;
    for loose in loose_filters(source, in_expression) {
        let (sum, last, filter) = (&loose.sum, &loose.last, &loose.filter);
        let place = if as_read { place(span, loose.start, loose.end - loose.start) } else { span };
        let problem = format!("`| {filter}` takes only `{last}`, not `{sum}`");
        let before = sum.strip_suffix(last.as_str()).unwrap_or_default();
        let action = format!("Write `({sum}) | {filter}`; if only `{last}` is meant, `{before}({last} | {filter})`.");
        found.push(Diagnostic::error("F117", place, problem, action));
    }
    for used in filter_uses(source, in_expression) {
        if !FILTERS.contains(&used.name.as_str()) {
            let action = match did_you_mean(&used.name, FILTERS.iter().copied()) {
                Some(meant) => format!("Did you mean `{meant}`?"),
                None => "Use one of `date`, `time`, `money`, `default`, `upper`, `lower`, `title`, `round`.".into(),
            };
            let place = if span.end - span.start == source.len() as u32 {
                place(span, used.start, used.name.len())
            } else {
                span
            };
            found.push(Diagnostic::error("F108", place, format!("There is no filter named `{}`", used.name), action));
        }
    }
}

fn forbidden(subject: &Subject<'_>, flow: &Flow, phrase: &Phrase, found: &mut Vec<Diagnostic>) {
    let text = phrase.text.to_lowercase();
    for words in subject.philosophy.never_say.iter().filter(|w| !w.is_empty()) {
        if text.contains(words.as_str()) {
            let problem = format!("`philosophy.yaml` says never to say \"{words}\"");
            let mut rules = Rules { philosophy: subject.philosophy, flow: &flow.name.text, found };
            rules.broken("never_say", "F120", phrase.span, problem, "Say it in other words.", None);
        }
    }
}
