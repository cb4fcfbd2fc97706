//! `escalate`: brings in a person.
use crate::language::ast::{Handler, Name, Phrase, Priority, Words};
use crate::language::grammar::{Form, Rule};
use crate::language::layout::Node;
use crate::language::parse::{Parser, Where};
use crate::language::source::Span;
use crate::language::steps::Spec;

#[derive(Clone, Debug)]
pub struct Escalate {
    /// Default: the flow's team.
    pub team: Option<Name>,
    pub priority: Option<Priority>,
    /// For the customer.
    pub words: Option<Words>,
    /// For the agent.
    pub summary: Option<Phrase>,
    /// `NobodyIsAvailable`, `Waited`, `HandedBack`.
    pub handlers: Vec<Handler>,
    pub span: Span,
}

pub const SPEC: Spec = Spec {
    word: "escalate",
    summary: "Brings in a person.",
    form: "escalate to team, priority high: words",
    clauses: &[("summary", "summary: words for the agent"), ("when", "when nobody is available")],
};

const PRIORITIES: [(&str, Priority); 4] =
    [("low", Priority::Low), ("normal", Priority::Normal), ("high", Priority::High), ("urgent", Priority::Urgent)];

pub fn read(p: &mut Parser, line: &Form, node: &Node<'_>) -> Escalate {
    let (words, rest) = p.words_and_rest(line, node);
    let team = line.part(Rule::name).map(|n| p.name(n));
    let priority = line.part(Rule::priority).and_then(|f| priority(p, f));
    let mut escalate = Escalate { team, priority, words, summary: None, handlers: vec![], span: line.span };
    for child in rest {
        let clause = p.line(child, Where::Under("escalate"));
        match clause.rule {
            Rule::summary => escalate.summary = p.words(&clause, child).variations.into_iter().next(),
            Rule::when if waits_for_people(&clause) => escalate.handlers.extend(p.handler(&clause, child)),
            _ => p.wrong_under(&clause, child, "escalate"),
        }
    }
    escalate
}

fn waits_for_people(clause: &Form) -> bool {
    [Rule::nobody, Rule::waited, Rule::handed_back].iter().any(|k| clause.part(*k).is_some())
}

fn priority(p: &mut Parser, form: &Form) -> Option<Priority> {
    let found = PRIORITIES.iter().find(|(word, _)| *word == form.text.to_lowercase()).map(|(_, f)| *f);
    if found.is_none() {
        p.report(
            "F029",
            form.span,
            format!("`{}` is no priority", form.text),
            "Write `low`, `normal`, `high` or `urgent`.",
        );
    }
    found
}
