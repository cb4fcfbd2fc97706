//! Lines and their indentation to a tree: which line stands under which. Tabs among spaces, dedents to nowhere and nesting
//! without end are reported and repaired, so that every line finds its place.
use super::diagnostic::Diagnostic;
use super::source::{FileId, SourceFile, Span};

/// Deeper nesting helps nobody and would exhaust readers and stacks alike.
pub const DEEPEST: usize = 32;
/// A longer line is no line of a flow.
pub const LONGEST: usize = 10_000;

/// A line with the lines that stand under it.
#[derive(Clone, Debug)]
pub struct Node<'s> {
    /// Without indentation and trailing blanks; never empty.
    pub text: &'s str,
    /// Its first byte in the file.
    pub start: usize,
    /// An empty line stands before it.
    pub gap: bool,
    pub under: Vec<Node<'s>>,
}

struct Line<'s> {
    depth: usize,
    node: Node<'s>,
}

/// Reads the indentation of a whole file.
pub fn layout<'s>(file: FileId, source: &'s SourceFile) -> (Vec<Node<'s>>, Vec<Diagnostic>) {
    let mut pass = Pass::new(file, &source.text);
    let mut lines = Vec::new();
    let mut start = 0;
    let mut gap = false;
    for raw in source.text.split_inclusive('\n') {
        let content = raw.trim_end();
        let text = content.trim_start_matches(blank);
        if text.is_empty() {
            gap = true;
        } else if text != "#" && !text.starts_with("# ") {
            let indent = &content[..content.len() - text.len()];
            pass.odd_blanks(indent, start);
            let depth = pass.depth(indent, start);
            let at = start + indent.len();
            if let Some(text) = pass.readable(text, at) {
                lines.push(Line { depth, node: Node { text, start: at, gap, under: vec![] } });
            }
            gap = false;
        }
        start += raw.len();
    }
    (tree(lines), pass.found)
}

/// What indents a line: also what is no space, but looks like one.
fn blank(c: char) -> bool {
    c.is_whitespace() || width_of(c) == 0
}

/// Some blanks take no room at all.
fn width_of(c: char) -> usize {
    usize::from(!matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}'))
}

/// Hangs every line under the last line that is less deep.
fn tree(lines: Vec<Line<'_>>) -> Vec<Node<'_>> {
    let mut roots = Vec::new();
    let mut open: Vec<Line<'_>> = Vec::new();
    for line in lines {
        while open.last().is_some_and(|last| last.depth >= line.depth) {
            move_up(&mut open, &mut roots);
        }
        open.push(line);
    }
    while !open.is_empty() {
        move_up(&mut open, &mut roots);
    }
    roots
}

/// Hangs the last open line under the one before it.
fn move_up<'s>(open: &mut Vec<Line<'s>>, roots: &mut Vec<Node<'s>>) {
    let Some(line) = open.pop() else { return };
    match open.last_mut() {
        Some(parent) => parent.node.under.push(line.node),
        None => roots.push(line.node),
    }
}

struct Pass {
    file: FileId,
    /// Widths of the open levels; the first is 0.
    levels: Vec<usize>,
    /// A width that fitted no level was reported and taken for that level.
    repaired: Option<(usize, usize)>,
    tabs: bool,
    /// Width of one level, for a tab among spaces.
    step: usize,
    too_deep: bool,
    found: Vec<Diagnostic>,
}

impl Pass {
    /// The first indented line decides whether this file is written with spaces or with tabs.
    fn new(file: FileId, text: &str) -> Self {
        let indented = |l: &&str| l.starts_with([' ', '\t']) && !l.trim().is_empty();
        let first = text.lines().find(indented).unwrap_or("  ");
        let tabs = first.starts_with('\t');
        let step = if tabs { 1 } else { first.len() - first.trim_start_matches(' ').len() };
        Self { file, levels: vec![0], repaired: None, tabs, step, too_deep: false, found: vec![] }
    }

    fn depth(&mut self, indent: &str, start: usize) -> usize {
        let width = self.width(indent, start);
        if let Some((odd, depth)) = self.repaired.filter(|(odd, _)| *odd == width) {
            self.levels.truncate(depth + 1);
            self.repaired = Some((odd, depth));
            return depth;
        }
        let top = |levels: &[usize]| levels.last().copied().unwrap_or(0);
        if width > top(&self.levels) {
            return self.deeper(width, indent, start);
        }
        while width < top(&self.levels) {
            self.levels.pop();
        }
        let depth = self.levels.len() - 1;
        self.repaired = None;
        if width > top(&self.levels) {
            self.odd(indent, start);
            self.repaired = Some((width, depth));
        }
        depth
    }

    fn deeper(&mut self, width: usize, indent: &str, start: usize) -> usize {
        if self.levels.len() > DEEPEST {
            if !self.too_deep {
                let action =
                    format!("Move the inner steps into a flow of their own and use `do` (at most {DEEPEST} levels).");
                self.report("F003", indent, start, "These lines are nested too deep to be followed", &action);
            }
            self.too_deep = true;
            return DEEPEST;
        }
        self.levels.push(width);
        self.levels.len() - 1
    }

    /// Blanks that look like spaces, or like nothing at all; they come with text from web pages.
    fn odd_blanks(&mut self, indent: &str, start: usize) {
        if let Some((at, _)) = indent.char_indices().find(|(_, c)| !matches!(c, ' ' | '\t')) {
            let problem = "This line begins with a blank that looks like a space and is none";
            self.report("F005", "", start + at, problem, "Delete it, and indent the line with spaces.");
        }
    }

    fn odd(&mut self, indent: &str, start: usize) {
        let action = "Indent it exactly like the lines that it belongs to.";
        self.report("F002", indent, start, "This line is indented like no line above it", action);
    }

    fn width(&mut self, indent: &str, start: usize) -> usize {
        let wrong = if self.tabs { ' ' } else { '\t' };
        if indent.contains(wrong) {
            let (is, are) = if self.tabs { ("spaces", "tabs") } else { ("a tab", "spaces") };
            let problem = format!("This line is indented with {is}, the rest of the file with {are}");
            self.report("F001", indent, start, &problem, &format!("Use {are} here too."));
        }
        let tab = if self.tabs { 4 } else { self.step };
        let scale = if self.tabs { 4 } else { 1 };
        let width: usize = indent.chars().map(|c| if c == '\t' { tab } else { width_of(c) }).sum();
        // With tabs a level is four wide, so that a stray space is told apart from a level.
        if scale == 4 { width.div_ceil(4) * 4 } else { width }
    }

    /// The line, where it can be read at all.
    fn readable<'s>(&mut self, text: &'s str, at: usize) -> Option<&'s str> {
        if text.len() > LONGEST {
            let action = "Break it into several lines.";
            self.report("F004", "", at, &format!("This line is longer than {LONGEST} characters"), action);
            return None;
        }
        if let Some(odd) = text.char_indices().find(|(_, c)| c.is_control() && *c != '\t') {
            let action = "Delete it; it may have come in by copying from another program.";
            self.report("F005", "", at + odd.0, "This line holds an invisible control character", action);
        }
        Some(text)
    }

    fn report(&mut self, code: &'static str, indent: &str, start: usize, problem: &str, action: &str) {
        let span = Span::new(self.file, start, start + indent.len().max(1));
        self.found.push(Diagnostic::error(code, span, problem, action));
    }
}
