//! `rapport fmt`: one spelling for every file. Words for people, comments and lines that cannot be read keep their words;
//! what a line means never changes.
use super::grammar::{self, Form, Place, Rule};
use super::layout::layout;
use super::lines::{self, Line};
use super::parse::LARGEST;
use super::source::{FileId, SourceFile};
use super::steps;
use std::collections::BTreeMap;

/// Pieces of a line that are kept as they were written.
const KEPT: [Rule; 9] = [
    Rule::text,
    Rule::expr,
    Rule::value,
    Rule::condition,
    Rule::list,
    Rule::option,
    Rule::kind,
    Rule::name,
    Rule::path,
];
/// Mistakes in the indentation: what was meant is for the author to say.
const UNCLEAR: [&str; 5] = ["F001", "F002", "F003", "F004", "F005"];

/// The text of a file as it should be written.
pub fn format(source: &SourceFile) -> String {
    if source.text.len() > LARGEST {
        return source.text.clone();
    }
    let file = FileId(0);
    let (nodes, found) = layout(file, source);
    let clear = !found.iter().any(|d| UNCLEAR.contains(&d.code));
    let lines: BTreeMap<usize, Line> =
        lines::from_nodes(file, &nodes).into_iter().map(|line| (line.start, line)).collect();
    let mut writer = Writer { out: String::new(), clear, gap: false, depth: 0, comments: vec![] };
    let mut start = 0;
    for raw in source.text.split_inclusive('\n') {
        let content = raw.trim_end();
        let text = content.trim_start_matches([' ', '\t']);
        let indent = content.get(..content.len() - text.len()).unwrap_or_default();
        if text.is_empty() {
            writer.blank();
        } else if text == "#" || text.starts_with("# ") {
            writer.comments.push(Some((indent.to_owned(), text.to_owned())));
        } else {
            writer.line(indent, text, lines.get(&(start + indent.len())));
        }
        start += raw.len();
    }
    writer.end()
}

struct Writer {
    out: String,
    /// The indentation says what was meant.
    clear: bool,
    /// An empty line stands before what comes next.
    gap: bool,
    /// Of the last line.
    depth: usize,
    /// Comments that wait for the line they belong to, and empty lines (`None`) after the first of them.
    comments: Vec<Option<(String, String)>>,
}

impl Writer {
    fn blank(&mut self) {
        match self.comments.last() {
            Some(Some(_)) => self.comments.push(None),
            Some(None) => {}
            None => self.gap = true,
        }
    }

    fn line(&mut self, indent: &str, text: &str, line: Option<&Line>) {
        let depth = line.map_or(0, |l| l.depth);
        let begins = line.is_some_and(|l| l.depth == 0 && begins(&l.text));
        self.comments(depth, begins);
        self.gap |= begins && self.last_is_not_comment();
        let text = line.map_or_else(|| text.to_owned(), tidy);
        self.push(indent, depth, &text);
        self.depth = depth;
    }

    /// A flow's own comment was already set apart from what stands before it.
    fn last_is_not_comment(&self) -> bool {
        !self.out.trim_end().lines().last().is_some_and(|l| l.trim_start() == "#" || l.trim_start().starts_with("# "))
    }

    /// Writes the waiting comments, as deep as the line that follows; one that an empty line sets apart from the next flow
    /// stays with what stands before it.
    fn comments(&mut self, depth: usize, begins: bool) {
        let waiting = std::mem::take(&mut self.comments);
        let apart = waiting.iter().rposition(Option::is_none).unwrap_or(0);
        let first = self.out.is_empty();
        for (at, comment) in waiting.into_iter().enumerate() {
            let Some((indent, text)) = comment else {
                self.gap = true;
                continue;
            };
            let stays = at < apart && depth == 0 && !indent.is_empty() && !first;
            // Under a line that has nothing under it: indented all the same, or it would belong elsewhere the next time.
            let own = if stays { self.depth.max(1) } else { depth };
            // The comments right above a flow are set apart together with it.
            self.gap |= begins && !stays && self.last_is_not_comment();
            self.push(&indent, own, &text);
        }
    }

    fn push(&mut self, indent: &str, depth: usize, text: &str) {
        if self.gap && !self.out.is_empty() {
            self.out.push('\n');
        }
        self.gap = false;
        match self.clear {
            true => self.out.push_str(&"  ".repeat(depth)),
            false => self.out.push_str(indent),
        }
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn end(mut self) -> String {
        let last = self.depth;
        let waiting = std::mem::take(&mut self.comments);
        for comment in waiting {
            match comment {
                Some((indent, text)) => {
                    let depth = if indent.is_empty() { 0 } else { last };
                    self.push(&indent, depth, &text);
                }
                None => self.gap = true,
            }
        }
        self.out
    }
}

/// A line that begins a flow or a test, whatever blanks follow the word.
fn begins(text: &str) -> bool {
    let word = text.split_once([' ', '\t']).map_or("", |(word, _)| word);
    ["flow", "test"].iter().any(|w| w.eq_ignore_ascii_case(word))
}

/// One line with its spaces in order. Where that could change what is read, the line stays as it is.
fn tidy(line: &Line) -> String {
    let Some(form) = &line.form else { return line.text.clone() };
    let mut kept = Vec::new();
    places(form, line.start, &mut kept);
    let mut out = String::new();
    let mut at = 0;
    for (start, end) in kept {
        spaces(line.text.get(at..start).unwrap_or_default(), &mut out);
        out.push_str(line.text.get(start..end).unwrap_or_default());
        at = end;
    }
    spaces(line.text.get(at..).unwrap_or_default(), &mut out);
    let mut out = out.trim().to_owned();
    if let Some(word) = steps::first_words(&out) {
        out.replace_range(..word.len(), word);
    }
    let again = grammar::read(&out, Place { file: FileId(0), start: 0, length: out.len(), mended: false });
    if same(form, &again) { out } else { line.text.clone() }
}

/// Where the pieces stand that are kept.
fn places(form: &Form, line: usize, kept: &mut Vec<(usize, usize)>) {
    for part in &form.parts {
        if KEPT.contains(&part.rule) {
            let at = |n: u32| (n as usize).saturating_sub(line);
            kept.push((at(part.span.start), at(part.span.end)));
        } else {
            places(part, line, kept);
        }
    }
}

/// One space where some stand, none before `,` and `:`, one after, one on both sides of `=`.
fn spaces(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            ' ' | '\t' if out.is_empty() || out.ends_with(' ') => {}
            ' ' | '\t' => out.push(' '),
            ',' | ':' => {
                out.truncate(out.trim_end_matches(' ').len());
                out.push(c);
                out.push(' ');
            }
            '=' => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
                out.push_str("= ");
            }
            c => out.push(c),
        }
    }
}

/// The same line but for its spaces.
fn same(a: &Form, b: &Form) -> bool {
    let leaves = a.parts.is_empty() && b.parts.is_empty();
    let texts = !leaves
        || a.text.split_whitespace().eq(b.text.split_whitespace()) && (!KEPT.contains(&a.rule) || a.text == b.text);
    // The word itself may begin with a capital letter.
    let texts = texts || leaves && !KEPT.contains(&a.rule) && a.text.eq_ignore_ascii_case(&b.text);
    a.rule == b.rule && texts && a.parts.len() == b.parts.len() && a.parts.iter().zip(&b.parts).all(|(x, y)| same(x, y))
}
