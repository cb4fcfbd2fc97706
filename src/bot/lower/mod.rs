//! Steps to operations. Each step becomes its operation, the way past its blocks, and the blocks.
mod across;
mod cards;
mod steps;

pub use across::across;

use super::op::{At, FlowCode, Op, Placed, Words};
use super::settings::{Settings, pattern};
use super::template::{Formula, Templates, Text};
use super::{Integrations, integrations};
use crate::language::ast::{Block, Expr, Flow, Name, Phrase, Words as Written};
use crate::language::diagnostic::Diagnostic;
use crate::language::source::{SourceFile, Span};
use crate::language::steps::Step;
use crate::understand::answers::Pattern;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What lowering needs to know of the bot.
pub struct Around<'a> {
    pub settings: &'a Settings,
    pub integrations: &'a Integrations,
    pub sources: &'a [SourceFile],
    /// Flows that are for some customers only.
    pub for_customers: BTreeMap<&'a str, &'a Expr>,
}

/// Patterns by their text: to read one takes longer than all else of a question, and many questions have the same.
pub type Patterns = BTreeMap<String, Pattern>;

/// Nobody follows a longer flow, and what is proved of a flow takes the square of its length.
const LONGEST: usize = 1_000;

/// Lowers one flow. Mistakes in its templates are reported.
pub fn flow(
    flow: &Flow,
    house: bool,
    around: &Around<'_>,
    templates: &mut Templates,
    patterns: &mut Patterns,
    found: &mut Vec<Diagnostic>,
) -> FlowCode {
    let file = around.sources.get(usize::try_from(flow.span.file.0).unwrap_or(usize::MAX));
    let mut l = Lowerer {
        flow: flow.name.text.clone(),
        file: file.map_or_else(Arc::default, |s| s.name.as_str().into()),
        around,
        templates,
        patterns,
        found,
        ops: vec![],
        anchors: BTreeMap::new(),
        asks: BTreeMap::new(),
        counted: None,
    };
    l.block(&flow.body);
    l.push(Op::Return, "end", flow.span, BTreeSet::new());
    let when_something_fails = flow.when_something_fails.as_ref().map(|block| {
        let at = l.here();
        l.block(block);
        l.push(Op::Return, "end", flow.span, BTreeSet::new());
        at
    });
    let for_customers = flow.for_customers.as_ref().map(|condition| l.formula(condition));
    let mut ops = l.ops;
    ops.shrink_to_fit();
    if ops.len() > LONGEST {
        let problem = format!("The flow `{}` has more than {LONGEST} steps", flow.name.text);
        let action = "Move steps that belong together into flows of their own, and use `do`.";
        found.push(Diagnostic::error("F007", flow.span, problem, action));
    }
    FlowCode {
        talks: ops.iter().all(|p| talks(&p.op)),
        span: flow.name.span,
        needs: flow.needs.iter().map(|n| n.text.clone()).collect(),
        name: flow.name.text.clone(),
        number: 0,
        title: flow.title.as_ref().map_or_else(|| title(&flow.name.text), |t| t.text.clone()),
        team: flow.team.as_ref().map(|t| t.text.clone()),
        ops,
        when_something_fails,
        topic: !flow.customers_say.is_empty(),
        house,
        gives: flow.gives.iter().map(|n| n.text.clone()).collect(),
        for_customers,
        starts: flow.starts.clone(),
    }
}

fn talks(op: &Op) -> bool {
    let words = matches!(op, Op::Greet(_) | Op::Say { .. } | Op::Empathize { .. } | Op::Card(_));
    let silent = matches!(op, Op::Note { .. } | Op::Tag { .. } | Op::Notify { .. } | Op::Remember { .. });
    words || silent || matches!(op, Op::Forget { .. } | Op::Each(_) | Op::Branch { .. } | Op::Jump(_) | Op::Return)
}

/// `order_status` to `Order status`.
pub fn title(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().collect::<String>() + chars.as_str())
}

pub(super) struct Lowerer<'a> {
    flow: String,
    file: Arc<str>,
    around: &'a Around<'a>,
    templates: &'a mut Templates,
    patterns: &'a mut Patterns,
    found: &'a mut Vec<Diagnostic>,
    ops: Vec<Placed>,
    anchors: BTreeMap<String, u32>,
    /// The latest question for each detail.
    asks: BTreeMap<String, At>,
    /// The `use` whose handlers are being lowered: `ask again` shares its tries.
    counted: Option<At>,
}

impl Lowerer<'_> {
    fn here(&self) -> At {
        At::try_from(self.ops.len()).unwrap_or(At::MAX)
    }

    /// Adds an operation. `name` makes its anchor readable.
    fn push(&mut self, op: Op, name: &str, span: Span, reads: BTreeSet<String>) -> At {
        let at = self.here();
        let base = format!("{} {name}", op.word());
        let count = self.anchors.entry(base.clone()).or_default();
        *count += 1;
        let anchor = format!("{}#{count}", base.trim());
        let source = self.around.sources.get(usize::try_from(span.file.0).unwrap_or(usize::MAX));
        let line = source.map_or(0, |s| s.line_col(span.start).0);
        let file = Arc::clone(&self.file);
        self.ops.push(Placed { op, anchor, line, file, span, reads: Arc::new(reads) });
        at
    }

    /// A jump whose goal is known later.
    fn jump(&mut self, span: Span) -> At {
        self.push(Op::Jump(0), "on", span, BTreeSet::new())
    }

    /// Lets earlier jumps end here.
    fn land(&mut self, jumps: &[At]) {
        let here = self.here();
        for at in jumps {
            if let Some(placed) = self.op(*at) {
                placed.op = Op::Jump(here);
            }
        }
    }

    fn op(&mut self, at: At) -> Option<&mut Placed> {
        self.ops.get_mut(usize::try_from(at).ok()?)
    }

    fn block(&mut self, block: &Block) {
        for step in &block.steps {
            self.step(step);
        }
    }

    fn text(&mut self, phrase: &Phrase) -> Text {
        match self.templates.text(&phrase.text) {
            Ok(text) => text,
            Err(why) => {
                let action = "Write names as `{{ name }}` and conditions as `{% if name %}…{% endif %}`.";
                let opened = |open, close| phrase.text.matches(open).count() > phrase.text.matches(close).count();
                let unclosed = opened("{{", "}}") || opened("{%", "%}") || opened("{#", "#}");
                // `language` has said this in better words.
                if !unclosed {
                    self.found.push(Diagnostic::error(
                        "F101",
                        phrase.span,
                        format!("This text cannot be filled in: {why}"),
                        action,
                    ));
                }
                self.templates.plain(&phrase.text)
            }
        }
    }

    /// `do` and `go to`. A flow that is for some customers only is passed over for the others.
    fn other_flow(&mut self, op: Op, flow: &Name) {
        let condition = self.around.for_customers.get(flow.text.as_str()).copied();
        let branch = condition.map(|expr| {
            let condition = self.formula(expr);
            let reads = formula_reads([&condition]);
            self.push(Op::Branch { condition, otherwise: 0 }, "if", flow.span, reads)
        });
        self.push(op, &flow.text, flow.span, BTreeSet::new());
        let here = self.here();
        if let Some(Op::Branch { otherwise, .. }) = branch.and_then(|at| self.op(at)).map(|p| &mut p.op) {
            *otherwise = here;
        }
    }

    fn formula(&mut self, expr: &Expr) -> Formula {
        match self.templates.formula(&expr.jinja) {
            Ok(formula) => formula.written(&expr.source),
            Err(why) => {
                let action = "Write it like `reason is damaged` or `order.total > 50`.";
                self.found.push(Diagnostic::error(
                    "F101",
                    expr.span,
                    format!("This condition cannot be read: {why}"),
                    action,
                ));
                self.templates.never()
            }
        }
    }

    /// Words with a key that stays the same while the flow does.
    fn words(&mut self, written: &Written, what: &str) -> Words {
        let variations = written.variations.iter().map(|v| self.text(v)).collect();
        let count = self.anchors.entry(format!("words {what}")).or_default();
        *count += 1;
        Words { key: format!("{}/{what}#{count}", self.flow), variations }
    }

    fn maybe_words(&mut self, written: Option<&Written>, what: &str) -> Option<Words> {
        written.map(|w| self.words(w, what))
    }

    fn pattern(&mut self, text: &str) -> Result<Pattern, String> {
        if let Some(known) = self.patterns.get(text) {
            return Ok(known.clone());
        }
        let read = pattern(text)?;
        self.patterns.insert(text.to_owned(), read.clone());
        Ok(read)
    }

    fn action(&self, system: &str, action: &str) -> Option<&integrations::Action> {
        self.around.integrations.action(system, action)
    }
}

/// The details that texts read.
fn reads<'t>(words: impl IntoIterator<Item = &'t Words>) -> BTreeSet<String> {
    words.into_iter().flat_map(|w| &w.variations).flat_map(|t| t.roots().iter().cloned()).collect()
}

fn formula_reads<'f>(formulas: impl IntoIterator<Item = &'f Formula>) -> BTreeSet<String> {
    formulas.into_iter().flat_map(|f| f.roots().iter().cloned()).collect()
}

/// Steps that lowering knows: one arm each.
impl Lowerer<'_> {
    fn step(&mut self, step: &Step) {
        match step {
            Step::Greet(s) => self.greet(s),
            Step::Triage(s) => self.triage(s),
            Step::Ask(s) => self.ask(s),
            Step::AskAgain(s) => self.ask_again(s),
            Step::Say(s) => self.say(s),
            Step::Empathize(s) => self.empathize(s),
            Step::Use(s) => self.use_(s),
            Step::If(s) => self.if_(s),
            Step::Remember(s) => self.remember(s),
            Step::Do(s) => self.other_flow(Op::Do { flow: s.flow.text.clone() }, &s.flow),
            Step::GoTo(s) => self.other_flow(Op::GoTo { flow: s.flow.text.clone() }, &s.flow),
            Step::Done(s) => {
                self.push(Op::Return, "done", s.span, BTreeSet::new());
            }
            Step::Escalate(s) => self.escalate(s),
            Step::Promise(s) => self.promise(s),
            Step::Feedback(s) => self.feedback(s),
            Step::Note(s) => self.note(s),
            Step::Tag(s) => {
                let tags = s.tags.iter().map(|t| t.text.clone()).collect();
                self.push(Op::Tag { tags }, "tag", s.span, BTreeSet::new());
            }
            Step::Card(s) => self.card(s),
            Step::ForEach(s) => self.for_each(s),
            Step::AskSome(s) => self.ask_some(s),
            Step::Notify(s) => self.notify(s),
            Step::Wait(s) => {
                self.push(Op::Pause { length: s.length }, "wait", s.span, BTreeSet::new());
            }
            Step::Forget(s) => {
                let slots = s.slots.iter().map(|n| n.text.clone()).collect();
                self.push(Op::Forget { slots }, "forget", s.span, BTreeSet::new());
            }
            Step::Resolve(s) => {
                let words = self.maybe_words(s.words.as_ref(), "resolve");
                let reads = reads(&words);
                self.push(Op::Resolve { words }, "end", s.span, reads);
            }
        }
    }
}
