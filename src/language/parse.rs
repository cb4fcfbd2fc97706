//! From lines to the syntax tree. Every line is read; one that does not fit is reported, repaired where its meaning is
//! plain, and left out where it is not.
use super::ast::{Block, Expr, Flow, FlowFile, Handler, Name, Phrase, Term, Unit, When, Words, term};
use super::diagnostic::Diagnostic;
use super::expr;
use super::grammar::{self, Form, Place, Rule};
use super::layout::{Node, layout};
use super::mend;
use super::source::{FileId, SourceFile, Span};
use super::steps::{self, Step};
use std::collections::BTreeSet;

/// More text than any flow file; larger ones are refused before they are read.
pub const LARGEST: usize = 2 * 1024 * 1024;

/// Reads one file. Never fails: what is wrong is in the list.
pub fn parse(file: FileId, source: &SourceFile) -> (FlowFile, Vec<Diagnostic>) {
    if let Some(refused) = too_large(file, source) {
        return (FlowFile::default(), vec![refused]);
    }
    let (nodes, found) = layout(file, source);
    let mut p = Parser { file, found, unclosed: BTreeSet::new() };
    let mut flows: Vec<Flow> = Vec::new();
    for node in &nodes {
        let line = p.line(node, Where::File);
        if line.rule == Rule::flow {
            flows.extend(p.flow(&line, node));
        } else if line.rule != Rule::junk {
            let action = match flows.last() {
                Some(flow) => format!("Indent it by two spaces to make it a part of `flow {}`.", flow.name.text),
                None => "Begin the file with a line such as `flow main`, and indent what belongs to it by two spaces."
                    .into(),
            };
            p.report("F012", line.span, "This line stands outside of every flow", action);
            if let Some(flow) = flows.last_mut() {
                flow.body.steps.extend(p.steps(std::slice::from_ref(node)).steps);
            }
        }
    }
    let mut found = p.found;
    found.sort_by_key(|d| (d.span.start, d.code));
    // A line outside of every flow is read twice: as itself, then as a step.
    found.dedup();
    (FlowFile { flows }, found)
}

/// Refuses a file that is larger than any flow file.
pub(super) fn too_large(file: FileId, source: &SourceFile) -> Option<Diagnostic> {
    let action = "Split it into several `.flow` files; all files of a folder make one bot.";
    let refused = || Diagnostic::error("F006", Span::new(file, 0, 1), "This file is larger than 2 MB", action);
    (source.text.len() > LARGEST).then(refused)
}

/// What kind of line is expected: decides what a misspelt one may have meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    File,
    Steps,
    /// Under the step of this word.
    Under(&'static str),
}

pub struct Parser {
    pub(super) file: FileId,
    pub(super) found: Vec<Diagnostic>,
    /// Texts with braces that are never closed, once told.
    unclosed: BTreeSet<Span>,
}

impl Parser {
    pub fn report(&mut self, code: &'static str, span: Span, problem: impl Into<String>, action: impl Into<String>) {
        self.found.push(Diagnostic::error(code, span, problem, action));
    }

    /// The place of a whole line.
    pub fn span(&self, node: &Node<'_>) -> Span {
        Span::new(self.file, node.start, node.start + node.text.len())
    }

    /// Reads one line; one that fits no form is reported, and read as what it seems to mean.
    pub fn line(&mut self, node: &Node<'_>, place: Where) -> Form {
        let at = Place { file: self.file, start: node.start, length: node.text.len(), mended: false };
        let form = grammar::read(node.text, at);
        match form.rule {
            Rule::later => {
                self.found.push(mend::not_yet(&form));
                Form { rule: Rule::junk, ..form }
            }
            Rule::junk => {
                let (diagnostic, mended) = mend::explain(node.text, at, place);
                self.found.push(diagnostic);
                mended.unwrap_or(form)
            }
            _ => form,
        }
    }

    /// Reads steps in order.
    pub fn steps(&mut self, nodes: &[Node<'_>]) -> Block {
        let mut steps: Vec<Step> = Vec::new();
        for node in nodes {
            let line = self.line(node, Where::Steps);
            match line.rule {
                Rule::junk => self.read_orphans(node),
                Rule::else_if | Rule::else_ => match steps.last_mut() {
                    Some(Step::If(open)) if open.otherwise.is_none() => open.go_on(self, &line, node),
                    _ => {
                        let action = "Put it right under an `if`, as deep as the `if` itself.";
                        self.report("F016", line.span, "There is no `if` right before this `else`", action);
                        self.steps(&node.under);
                    }
                },
                _ => match steps::read(self, &line, node) {
                    Some(step) => steps.push(step),
                    None => self.misplaced(&line, node),
                },
            }
        }
        Block { steps }
    }

    /// Lines under one that could not be read: their own mistakes are still worth telling, but a line whose parent is
    /// unknown cannot be in the wrong place.
    fn read_orphans(&mut self, node: &Node<'_>) {
        for child in &node.under {
            let at = Place { file: self.file, start: child.start, length: child.text.len(), mended: false };
            let form = grammar::read(child.text, at);
            if steps::is_step(form.rule) {
                self.steps(std::slice::from_ref(child));
            } else {
                self.read_orphans(child);
            }
        }
    }

    fn misplaced(&mut self, line: &Form, node: &Node<'_>) {
        let word = steps::word(&line.text);
        let (problem, action) = match line.rule {
            Rule::flow => {
                ("A flow cannot stand inside of another flow".to_owned(), "Move the line to the left edge.".to_owned())
            }
            Rule::team | Rule::needs | Rule::gives | Rule::customers_say | Rule::for_customers | Rule::starts => (
                format!("`{word}` describes a flow and cannot stand here"),
                "Put it right under the `flow` line.".to_owned(),
            ),
            _ => (
                format!("`{word}` is no step of its own"),
                format!("Indent it under {}, or delete it.", steps::homes(word)),
            ),
        };
        self.report("F013", line.span, problem, action);
        self.read_orphans(node);
    }

    /// Reports a line that stands under a step where it means nothing.
    pub fn wrong_under(&mut self, line: &Form, node: &Node<'_>, step: &str) {
        if line.rule == Rule::junk {
            self.read_orphans(node);
            return;
        }
        let word = steps::word(&line.text);
        let action = if steps::is_step(line.rule) {
            format!("Indent it less, so that it follows `{step}`.")
        } else if let Some(form) = steps::clause_form(step, word) {
            format!("Under `{step}` write `{form}`.")
        } else {
            format!("Move it under {}.", steps::homes(word))
        };
        self.report("F013", line.span, format!("`{word}` cannot stand under `{step}`"), action);
        if steps::is_step(line.rule) {
            self.steps(std::slice::from_ref(node));
        } else {
            self.read_orphans(node);
        }
    }

    /// Reports lines under one that takes none.
    pub fn nothing_under(&mut self, node: &Node<'_>, what: &str) {
        if let Some(first) = node.under.first() {
            let action = "Indent it less, so that it stands where it belongs.";
            self.report("F014", self.span(first), format!("Nothing can stand under {what}"), action);
            for child in &node.under {
                self.read_orphans(child);
            }
        }
    }

    /// A name, in small letters.
    pub fn name(&mut self, form: &Form) -> Name {
        Name { text: form.text.to_lowercase(), span: form.span }
    }

    /// The name of a value that conditions can ask for.
    pub fn value_name(&mut self, form: &Form) -> Name {
        let name = self.name(form);
        self.can_be_asked_for(&name.text, name.span);
        name
    }

    /// `if reason is unknown` would never mean the button named `unknown`.
    pub fn can_be_asked_for(&mut self, name: &str, span: Span) {
        if let Some((does, instead)) = expr::read_otherwise(name) {
            let problem = format!("No condition can ask for a value named `{name}`: `is {name}` {does}");
            self.report("F041", span, problem, format!("Give it another name, such as `{instead}`."));
        }
    }

    /// The names of a list.
    pub fn names(&mut self, form: &Form) -> Vec<Name> {
        let list = form.part(Rule::names).cloned();
        list.iter().flat_map(|l| l.all(Rule::name)).map(|n| self.name(n)).collect()
    }

    /// A condition or a value.
    pub fn expr(&mut self, form: &Form) -> Expr {
        let (expr, problems) = expr::read(&form.text, form.span);
        self.found.extend(problems);
        expr
    }

    /// A text on the step's own line; `None` where nothing stands there.
    pub fn inline(&mut self, form: &Form) -> Option<Phrase> {
        let text = if form.rule == Rule::text { form } else { form.part(Rule::text)? };
        if text.text.is_empty() {
            return None;
        }
        let phrase = phrase(text);
        self.braces(&phrase);
        Some(phrase)
    }

    /// Words of a step that takes nothing else: every line under it belongs to them.
    pub fn words(&mut self, line: &Form, node: &Node<'_>) -> Words {
        let words = self.optional_words(line, &node.under.iter().collect::<Vec<_>>());
        words.unwrap_or_else(|| {
            let action = "Write them after the colon.";
            self.report(
                "F015",
                line.span,
                format!("The words are missing after `{}`", steps::word(&line.text)),
                action,
            );
            Words { variations: vec![], span: line.span }
        })
    }

    /// The question of a step that needs one.
    pub fn question(&mut self, words: Option<Words>, line: &Form) -> Words {
        words.unwrap_or_else(|| {
            let word = steps::word(&line.text);
            self.report(
                "F015",
                line.span,
                format!("The question is missing after `{word}`"),
                "Write it after the colon.",
            );
            Words { variations: vec![], span: line.span }
        })
    }

    /// Words of a step with clauses: `- ` lines belong to the words, the other lines are given back.
    pub fn words_and_rest<'n, 's>(&mut self, line: &Form, node: &'n Node<'s>) -> (Option<Words>, Vec<&'n Node<'s>>) {
        let (own, rest): (Vec<_>, Vec<_>) = node.under.iter().partition(|n| n.text.starts_with("- "));
        (self.optional_words(line, &own), rest)
    }

    fn optional_words(&mut self, line: &Form, under: &[&Node<'_>]) -> Option<Words> {
        let inline = line.part(Rule::text).cloned().and_then(|t| self.inline(&t));
        let mut variations = Vec::new();
        if under.first().is_some_and(|n| n.text.starts_with("- ")) {
            variations.extend(inline);
            for node in under {
                self.variation(&mut variations, node);
            }
        } else {
            let long = self.long(inline, under);
            variations.extend(long);
        }
        if let [only] = variations.as_slice() {
            self.means_a_step(line, only);
        }
        let (first, last) = (variations.first()?.span, variations.last()?.span);
        variations.iter().for_each(|v| self.braces(v));
        Some(Words { variations, span: first.to(last) })
    }

    fn variation(&mut self, variations: &mut Vec<Phrase>, node: &Node<'_>) {
        let span = self.span(node);
        let Some(text) = node.text.strip_prefix("- ") else {
            let action = "Begin it with `- ` too, or indent it further to make it part of the line above.";
            self.report("F017", span, "This line stands among variations but is none", action);
            return;
        };
        let first = Phrase { text: text.trim().to_owned(), span };
        let more: Vec<_> = node.under.iter().collect();
        variations.extend(self.long(Some(first), &more));
    }

    /// One message of several lines.
    fn long(&mut self, first: Option<Phrase>, under: &[&Node<'_>]) -> Option<Phrase> {
        let mut text = first;
        let mut open: Vec<&Node<'_>> = under.iter().rev().copied().collect();
        while let Some(node) = open.pop() {
            let span = self.span(node);
            self.looks_like_a_step(node);
            match &mut text {
                None => text = Some(Phrase { text: node.text.to_owned(), span }),
                Some(all) => {
                    all.text.push_str(if node.gap { "\n\n" } else { "\n" });
                    all.text.push_str(node.text);
                    all.span = all.span.to(span);
                }
            }
            open.extend(node.under.iter().rev());
        }
        text
    }

    /// A step that is indented too far would be read out to customers.
    fn looks_like_a_step(&mut self, node: &Node<'_>) {
        let at = Place { file: self.file, start: node.start, length: node.text.len(), mended: false };
        let form = grammar::exactly(node.text, at);
        if form.part(Rule::text).is_some() {
            let word = steps::word(node.text);
            let problem = format!("This `{word}` belongs to the text above it and would be read out to customers");
            let action =
                "Indent it less to make it a line of its own, or begin it with a capital letter to keep it as text.";
            self.report("F034", form.span, problem, action);
        }
    }

    /// `when 2 tries failed: escalate` would say "escalate" to the customer.
    fn means_a_step(&mut self, line: &Form, words: &Phrase) {
        // Colleagues may well read the name of a step.
        let for_colleagues = matches!(line.rule, Rule::note | Rule::notify | Rule::summary);
        let at = Place { file: self.file, start: 0, length: words.text.len(), mended: true };
        let form = grammar::exactly(&words.text, at);
        // "if you like" and "forget it" are things to say.
        let plain = !matches!(form.rule, Rule::if_ | Rule::forget | Rule::do_) && steps::is_step(form.rule);
        let written = (words.span.end - words.span.start) as usize == words.text.len();
        let alone = form.part(Rule::text).is_none_or(|t| t.text.is_empty());
        if plain && written && !for_colleagues && (alone || line.rule == Rule::when) {
            let problem =
                format!("\"{}\" is said to the customer here: what stands after a colon is read out", words.text);
            let action = match line.rule {
                Rule::when => {
                    format!("Write `{}` on a line of its own under this one, and take the colon away.", words.text)
                }
                _ => format!(
                    "Write `{}` on a line of its own, or begin it with a capital letter to keep it as words.",
                    words.text
                ),
            };
            self.found.push(Diagnostic::warning("F042", words.span, problem, action));
        }
    }

    /// `{{` that is never closed shows code to customers.
    fn braces(&mut self, phrase: &Phrase) {
        for (open, close) in [("{{", "}}"), ("{%", "%}"), ("{#", "#}")] {
            if phrase.text.matches(open).count() > phrase.text.matches(close).count() {
                // Words with variations are looked at twice.
                if self.unclosed.insert(phrase.span) {
                    let problem = format!("`{open}` is opened but never closed");
                    self.report("F018", phrase.span, problem, format!("Write `{close}` after the name."));
                }
            }
        }
    }

    /// `when …` under a step, with what it waits for.
    pub fn handler(&mut self, line: &Form, node: &Node<'_>) -> Option<Handler> {
        let when = self.when(line)?;
        let (words, rest) = self.words_and_rest(line, node);
        let rest: Vec<Node<'_>> = rest.into_iter().cloned().collect();
        let block = self.steps(&rest);
        if words.is_none() && block.steps.is_empty() && node.under.is_empty() {
            let action = "Write the steps under it, indented by two spaces.";
            self.report("F019", line.span, "Nothing stands under this `when`", action);
        }
        Some(Handler { when, words, block, span: line.span })
    }

    /// A stretch of time within a line; one that cannot be read is told and taken for a day.
    pub fn term(&mut self, form: &Form) -> Term {
        let written = form.part(Rule::term).unwrap_or(form);
        term(&written.text).unwrap_or_else(|| {
            let action = "Write a number and a unit, like `4 hours`, `3 days` or `2 working days`.";
            self.report("F031", written.span, format!("`{}` is no stretch of time", written.text), action);
            Term { amount: 1, unit: Unit::Days, working: false }
        })
    }

    fn when(&mut self, line: &Form) -> Option<When> {
        let kind = line.parts.first()?;
        Some(match kind.rule {
            Rule::it_works => When::ItWorks,
            Rule::it_fails => When::ItFails,
            Rule::anything_else => When::AnythingElse,
            Rule::nobody => When::NobodyIsAvailable,
            Rule::silent => When::SilentFor(self.term(kind)),
            Rule::waited => When::Waited(self.term(kind)),
            Rule::handed_back => When::HandedBack,
            Rule::not_enough => When::NotEnough,
            Rule::tries_failed => {
                let written = kind.part(Rule::number).and_then(|n| n.text.parse::<u32>().ok());
                let tries = written.filter(|n| (1..=20).contains(n));
                if tries.is_none() {
                    self.report("F020", kind.span, "This is no number of tries", "Write a number from 1 to 20.");
                }
                When::TriesFailed(tries.unwrap_or(3))
            }
            Rule::name => When::Named(self.name(kind)),
            _ => return None,
        })
    }
}

pub fn phrase(form: &Form) -> Phrase {
    Phrase { text: form.text.clone(), span: form.span }
}
