//! A file as its lines: which line of the language each is, how deep it stands, and the names in it. What formatting and
//! editors work on; it goes by the grammar's pieces, so that a new step needs nothing here.
use super::grammar::{self, Form, Place, Rule};
use super::layout::{Node, layout};
use super::source::{FileId, SourceFile, Span};
use super::{expr, steps};

/// One line that is neither blank nor a comment.
#[derive(Clone, Debug)]
pub struct Line {
    /// Without indentation and trailing blanks.
    pub text: String,
    /// Its first byte in the file.
    pub start: usize,
    pub depth: usize,
    /// The line that it stands under: an index into the list.
    pub parent: Option<usize>,
    /// The word of the language that it begins with; `None` for a text or a line that cannot be read.
    pub word: Option<&'static str>,
    pub names: Vec<Mention>,
    /// What may stand under it.
    pub(super) inside: Inside,
    pub(super) form: Option<Form>,
}

/// A name and what it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    pub role: Role,
    /// In small letters.
    pub text: String,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// `flow refund`.
    FlowHere,
    Flow,
    /// A step that fills a detail.
    Fills,
    /// A detail that is read. In a condition also any other word: whoever asks knows which details there are.
    Reads,
    /// `with reason`, short for `with reason = reason`: the detail and the argument of that name.
    Given,
    Team,
    Kind,
    System,
    /// An action, with its system: `shop.find_order`.
    Action,
    /// `when NAME`: a flow under `triage`, an outcome under `use`, a feeling under `empathize`.
    When,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inside {
    /// Steps, and what describes a flow.
    Steps,
    /// Lines of this step, and its words.
    Clauses(&'static str),
    /// Words for people.
    Text,
}

impl Line {
    /// Whether steps may stand under it.
    pub fn takes_steps(&self) -> bool {
        self.inside == Inside::Steps
    }

    /// The step whose clauses may stand under it.
    pub fn takes_clauses_of(&self) -> Option<&'static str> {
        if let Inside::Clauses(step) = self.inside { Some(step) } else { None }
    }

    /// The first name of a kind.
    pub fn name(&self, role: Role) -> Option<&Mention> {
        self.names.iter().find(|m| m.role == role)
    }
}

/// The lines of a file, in order. A line that is longer than any line of a flow is left out.
pub fn lines(file: FileId, source: &SourceFile) -> Vec<Line> {
    let (nodes, _) = layout(file, source);
    from_nodes(file, &nodes)
}

pub(super) fn from_nodes(file: FileId, nodes: &[Node<'_>]) -> Vec<Line> {
    let mut found = Vec::new();
    for node in nodes {
        add(file, node, None, 0, &mut found);
    }
    found
}

fn add(file: FileId, node: &Node<'_>, parent: Option<usize>, depth: usize, found: &mut Vec<Line>) {
    let at = Place { file, start: node.start, length: node.text.len(), mended: false };
    let form = grammar::read(node.text, at);
    let around = parent.and_then(|p| found.get(p)).map(|p| p.inside);
    let form = belongs(&form, node.text, around).then_some(form);
    let word = form.as_ref().and_then(|_| steps::first_words(node.text));
    let inside = form.as_ref().map_or(Inside::Text, |f| under(f, word, around));
    let mut names = Vec::new();
    match &form {
        Some(form) => mentions(form, &mut names),
        None => template(node.text, Span::new(file, node.start, node.start + node.text.len()), &mut names),
    }
    let index = found.len();
    found.push(Line { text: node.text.to_owned(), start: node.start, depth, parent, word, names, inside, form });
    for child in &node.under {
        add(file, child, Some(index), depth + 1, found);
    }
}

/// Whether a line is one of the language where it stands.
fn belongs(form: &Form, text: &str, around: Option<Inside>) -> bool {
    let readable = !matches!(form.rule, Rule::junk | Rule::later) && !text.starts_with("- ");
    readable
        && match around {
            None => form.rule == Rule::flow,
            Some(Inside::Steps) => true,
            Some(Inside::Clauses(step)) => steps::first_words(text).is_some_and(|w| steps::clauses(step).contains(&w)),
            Some(Inside::Text) => false,
        }
}

fn under(form: &Form, word: Option<&'static str>, around: Option<Inside>) -> Inside {
    let speaks = form.part(Rule::text).is_some();
    match form.rule {
        Rule::flow | Rule::if_ | Rule::else_if | Rule::else_ | Rule::button => Inside::Steps,
        Rule::customers_say => Inside::Text,
        Rule::when if !speaks && around != Some(Inside::Clauses("empathize")) => Inside::Steps,
        _ => match word.filter(|w| around == Some(Inside::Steps) && steps::STEPS.iter().any(|s| s.word == *w)) {
            Some(step) if !steps::clauses(step).is_empty() => Inside::Clauses(step),
            Some(_) if !speaks => Inside::Steps,
            _ => Inside::Text,
        },
    }
}

fn mentions(form: &Form, names: &mut Vec<Mention>) {
    let mut note = |role, part: &Form| names.push(mention(role, part.text.as_str(), part.span));
    let role = match form.rule {
        Rule::flow => Some(Role::FlowHere),
        Rule::do_ | Rule::go_to | Rule::offer => Some(Role::Flow),
        Rule::ask | Rule::feedback | Rule::remember | Rule::use_ | Rule::for_each => Some(Role::Fills),
        Rule::team | Rule::escalate | Rule::promise | Rule::notify => Some(Role::Team),
        Rule::when => Some(Role::When),
        _ => None,
    };
    // The name of a promise is its own.
    let named = form.part(Rule::name).filter(|_| form.rule != Rule::promise);
    if let (Some(role), Some(name)) = (role, named) {
        note(role, name);
    }
    if form.rule == Rule::use_
        && let (Some(system), Some(action)) = (form.part(Rule::system), form.part(Rule::action))
    {
        note(Role::System, system);
        let whole = format!("{}.{}", system.text, action.text);
        names.push(mention(Role::Action, &whole, action.span));
    }
    for part in &form.parts {
        inner(form, part, names);
    }
}

fn inner(form: &Form, part: &Form, names: &mut Vec<Mention>) {
    match part.rule {
        Rule::by => names.push(mention(Role::Team, &part.text, part.span)),
        Rule::to => names.push(mention(Role::Reads, root(&part.text), root_span(part.span, &part.text))),
        Rule::kind => names.push(mention(Role::Kind, &part.text, part.span)),
        Rule::names if form.rule != Rule::tag => {
            names.extend(part.all(Rule::name).map(|n| mention(Role::Reads, &n.text, n.span)));
        }
        Rule::text if form.rule != Rule::customers_say => template(&part.text, part.span, names),
        Rule::expr | Rule::condition | Rule::value | Rule::list => expression(&part.text, part.span, names),
        Rule::args => {
            for arg in part.all(Rule::arg) {
                match (arg.part(Rule::value), arg.part(Rule::name)) {
                    (Some(value), _) => expression(&value.text, value.span, names),
                    (None, Some(name)) => names.push(mention(Role::Given, &name.text, name.span)),
                    (None, None) => {}
                }
            }
        }
        _ => {}
    }
}

fn mention(role: Role, text: &str, span: Span) -> Mention {
    Mention { role, text: text.to_lowercase(), span }
}

fn root(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

fn root_span(span: Span, path: &str) -> Span {
    Span::new(span.file, span.start as usize, span.start as usize + root(path).len())
}

/// The words of a condition, those left out that stand for themselves (`reason is damaged`).
fn expression(text: &str, span: Span, names: &mut Vec<Mention>) {
    let (read, _) = expr::read(text, span);
    let bare =
        |m: &Mention| read.bare.iter().any(|b| b.word.span.start <= m.span.start && m.span.end <= b.word.span.end);
    let mut found = Vec::new();
    words(text, span, &mut found);
    names.extend(found.into_iter().filter(|m| !bare(m)));
}

/// The words inside of `{{ }}` and `{% %}`.
fn template(text: &str, span: Span, names: &mut Vec<Mention>) {
    let mut from = 0;
    while let Some(open) = text.get(from..).and_then(|rest| rest.find("{{").into_iter().chain(rest.find("{%")).min()) {
        let begin = from + open + 2;
        let rest = text.get(begin..).unwrap_or_default();
        let length = rest.find("}}").into_iter().chain(rest.find("%}")).min().unwrap_or(rest.len());
        let start = span.start as usize + begin;
        words(rest.get(..length).unwrap_or_default(), Span::new(span.file, start, start + length), names);
        from = begin + length;
    }
}

/// Names that stand outside of quotes and after neither `.` nor `|`.
fn words(text: &str, span: Span, names: &mut Vec<Mention>) {
    let mut quote: Option<char> = None;
    let mut before = ' ';
    let mut skip = 0;
    for (at, c) in text.char_indices().filter(|(_, c)| *c != ' ') {
        if at < skip {
            continue;
        }
        if quote.is_some() || matches!(c, '"' | '\'') {
            quote = match quote {
                Some(open) if open == c => None,
                Some(open) => Some(open),
                None => Some(c),
            };
        } else if c.is_alphabetic() || c == '_' {
            let rest = text.get(at..).unwrap_or_default();
            let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            skip = at + length;
            if !matches!(before, '.' | '|') && !before.is_ascii_digit() {
                let start = span.start as usize + at;
                let place = Span::new(span.file, start, start + length);
                names.push(mention(Role::Reads, rest.get(..length).unwrap_or_default(), place));
            }
        }
        before = c;
    }
}
