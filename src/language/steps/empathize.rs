//! `empathize`: acknowledges how the customer feels.
use crate::language::ast::{Feeling, Words};
use crate::language::diagnostic::did_you_mean;
use crate::language::grammar::{Form, Rule};
use crate::language::layout::Node;
use crate::language::parse::{Parser, Where};
use crate::language::source::Span;
use crate::language::steps::Spec;

#[derive(Clone, Debug)]
pub struct Empathize {
    /// `empathize disappointed: …`: what the author expects them to feel.
    pub feeling: Option<Feeling>,
    /// Words right after the colon, or `otherwise:`.
    pub words: Option<Words>,
    /// `when angry: …`, in the order written.
    pub moods: Vec<(Feeling, Words)>,
    pub span: Span,
}

pub const SPEC: Spec = Spec {
    word: "empathize",
    summary: "Acknowledges how the customer feels; never with the same line twice.",
    form: "empathize: words",
    clauses: &[("when", "when angry: words"), ("otherwise", "otherwise: words")],
};

const FEELINGS: [(&str, Feeling); 4] = [
    ("angry", Feeling::Angry),
    ("worried", Feeling::Worried),
    ("disappointed", Feeling::Disappointed),
    ("happy", Feeling::Happy),
];

pub fn read(p: &mut Parser, line: &Form, node: &Node<'_>) -> Empathize {
    let (words, rest) = p.words_and_rest(line, node);
    let feeling = line.part(Rule::name).and_then(|n| feeling(p, n));
    let mut empathize = Empathize { feeling, words, moods: vec![], span: line.span };
    for child in rest {
        let clause = p.line(child, Where::Under("empathize"));
        match (clause.rule, clause.part(Rule::name)) {
            (Rule::when, Some(name)) => {
                if let Some(feeling) = self::feeling(p, name) {
                    empathize.moods.push((feeling, p.words(&clause, child)));
                }
            }
            (Rule::otherwise, _) => empathize.words = Some(p.words(&clause, child)),
            _ => p.wrong_under(&clause, child, "empathize"),
        }
    }
    if empathize.words.is_none() && empathize.moods.is_empty() {
        p.report("F015", line.span, "The words are missing after `empathize`", "Write them after the colon.");
    }
    empathize
}

/// A feeling that can be measured.
pub fn feeling(p: &mut Parser, name: &Form) -> Option<Feeling> {
    let written = name.text.to_lowercase();
    let found = FEELINGS.iter().find(|(word, _)| *word == written).map(|(_, f)| *f);
    if found.is_none() {
        let meant = did_you_mean(&written, FEELINGS.iter().map(|(w, _)| *w));
        let action = meant.map_or("Write `angry`, `worried`, `disappointed` or `happy`.".to_owned(), |m| {
            format!("Did you mean `{m}`?")
        });
        p.report("F028", name.span, format!("`{written}` is no feeling that I can measure"), action);
    }
    found
}
