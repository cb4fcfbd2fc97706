//! `feedback`: asks how it went.
use crate::language::ast::{Name, Words};
use crate::language::grammar::{Form, Rule};
use crate::language::layout::Node;
use crate::language::parse::{Parser, Where};
use crate::language::source::Span;
use crate::language::steps::Spec;

#[derive(Clone, Debug)]
pub struct Feedback {
    pub slot: Name,
    pub question: Words,
    pub scale: Scale,
    /// `comment: words`: an open question after the score, which may be skipped.
    pub comment: Option<Words>,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// 1 to 5, 5 is best.
    #[default]
    OneToFive,
    /// Thumbs: 1 is down, 5 is up, so that both scales average alike.
    Thumbs,
}

pub const SPEC: Spec = Spec {
    word: "feedback",
    summary: "Asks how it went: 1 to 5, or thumbs.",
    form: "feedback name: How did I do?",
    clauses: &[("thumbs", "thumbs"), ("comment", "comment: What could be better?")],
};

pub fn read(p: &mut Parser, line: &Form, node: &Node<'_>) -> Option<Feedback> {
    let (words, rest) = p.words_and_rest(line, node);
    let question = p.question(words, line);
    let slot = p.name(line.part(Rule::name)?);
    let mut feedback = Feedback { slot, question, scale: Scale::default(), comment: None, span: line.span };
    for child in rest {
        let clause = p.line(child, Where::Under("feedback"));
        match clause.rule {
            Rule::thumbs => feedback.scale = Scale::Thumbs,
            Rule::comment => feedback.comment = Some(p.words(&clause, child)),
            _ => p.wrong_under(&clause, child, "feedback"),
        }
    }
    Some(feedback)
}
