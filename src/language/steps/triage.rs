//! `triage`: an open question; the words are matched against every topic.
use crate::language::ast::{Handler, Name, Words};
use crate::language::grammar::{Form, Rule};
use crate::language::layout::Node;
use crate::language::parse::{Parser, Where};
use crate::language::source::Span;
use crate::language::steps::Spec;

#[derive(Clone, Debug)]
pub struct Triage {
    pub question: Words,
    /// Flows shown as buttons.
    pub offers: Vec<Name>,
    /// `Named` (a topic), `AnythingElse`, `TriesFailed`.
    pub handlers: Vec<Handler>,
    pub span: Span,
}

pub const SPEC: Spec = Spec {
    word: "triage",
    summary: "An open question; the answer is matched against every topic.",
    form: "triage: What can I help you with?",
    clauses: &[("offer", "offer flow_name"), ("when", "when anything else: words")],
};

pub fn read(p: &mut Parser, line: &Form, node: &Node<'_>) -> Triage {
    let (words, rest) = p.words_and_rest(line, node);
    let question = p.question(words, line);
    let mut triage = Triage { question, offers: vec![], handlers: vec![], span: line.span };
    for child in rest {
        let clause = p.line(child, Where::Under("triage"));
        match clause.rule {
            Rule::offer => {
                p.nothing_under(child, "`offer`");
                triage.offers.extend(clause.part(Rule::name).map(|n| p.name(n)));
            }
            Rule::when => triage.handlers.extend(p.handler(&clause, child)),
            _ => p.wrong_under(&clause, child, "triage"),
        }
    }
    triage
}
