//! Conversation tests (`tests/*.flow`): text to a list of lines that a rehearsal plays. Cannot fail, like the flows' reader.
mod grammar;
mod line;

use super::ast::{Feeling, Phrase, Priority, Term};
use super::diagnostic::{Diagnostic, did_you_mean};
use super::layout::{Node, layout};
use super::parse::too_large;
use super::source::{FileId, SourceFile, Span};

/// One conversation, as written.
#[derive(Clone, Debug)]
pub struct Test {
    pub name: String,
    pub file: String,
    pub lines: Vec<Line>,
    pub span: Span,
}

/// One line of it.
#[derive(Clone, Debug)]
pub struct Line {
    /// As written, for the transcript.
    pub text: String,
    /// From 1.
    pub number: usize,
    pub span: Span,
    pub act: Act,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    Given(Given),
    /// The customer writes, taps, sends a photo or a file, asks for a person.
    Customer(String),
    /// … and writes on before the bot has its turn.
    WritesOn(String),
    Taps(String),
    Sends(String),
    WantsPerson,
    /// The bot says something that fits; `...` is any words.
    Bot(String),
    Silent,
    Offers(Vec<String>),
    Agent(String),
    HandsBack,
    Resolves,
    After(Term),
    Mood(Feeling),
    /// Something happened in the shop or on the website.
    Event {
        name: Named,
        with: Vec<(Named, Written)>,
    },
    Expect(Vec<Expect>),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// `2026-05-04 10:00`, in the bot's time zone.
    Today(jiff::civil::DateTime),
    Answers {
        action: Named,
        answers: Vec<GivenAnswer>,
    },
    Fails {
        action: Named,
    },
    Nobody,
    Returning,
    Language(String),
    Page(String),
    Detail(Named, Written),
    Contact(Named, Written),
}

/// How a system answers.
#[derive(Clone, Debug, PartialEq)]
pub struct GivenAnswer {
    pub outcome: Named,
    pub fields: Vec<(Named, Written)>,
}

/// A value as written: what it is depends on what it is for.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    pub text: String,
    pub quoted: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Expect {
    Promise { name: Named, by: Option<Named> },
    Escalated { to: Named, priority: Option<Priority> },
    EndsResolved,
    EndsWithPerson,
    Turns(usize),
    Asked { action: Named, with: Vec<(Named, Written)> },
    NotAsked { action: Named },
    Tag(String),
    Topic(Named),
    Feedback(u8),
    Note(String),
    Comforts,
    Holds(Named, Written),
}

/// A name and where it stands.
pub type Named = Phrase;

/// How lines begin, for "did you mean".
const BEGINNINGS: &[&str] = &[
    "test",
    "given",
    "customer:",
    "customer taps",
    "customer sends",
    "customer asks for a person",
    "bot:",
    "bot says nothing else",
    "bot offers",
    "agent:",
    "agent hands back",
    "agent resolves",
    "after",
    "mood is",
    "event",
    "expect",
];

/// Reads one file of tests.
pub fn parse(file: FileId, source: &SourceFile) -> (Vec<Test>, Vec<Diagnostic>) {
    if let Some(refused) = too_large(file, source) {
        return (vec![], vec![refused]);
    }
    let (nodes, mut found) = layout(file, source);
    let mut tests: Vec<Test> = Vec::new();
    for node in &nodes {
        let span = whole(file, node);
        let form = grammar::read(node.text);
        let name = form.part(grammar::Rule::text).filter(|n| form.rule == grammar::Rule::test && !n.text.is_empty());
        let title = name.map_or_else(String::new, |n| n.text.clone());
        let mut test = Test { name: title, file: source.name.clone(), lines: vec![], span };
        // What stands under a line that begins no test is read all the same: its mistakes are told too.
        node.under.iter().for_each(|n| add(file, source, n, &mut test, &mut found));
        if name.is_none() {
            found.push(outside(node.text, span));
        }
        tests.push(test);
    }
    (tests, found)
}

fn add(file: FileId, source: &SourceFile, node: &Node<'_>, test: &mut Test, found: &mut Vec<Diagnostic>) {
    let span = whole(file, node);
    match line::read(&grammar::read(node.text), span) {
        Ok(act) => {
            let number = source.line_col(span.start).0;
            test.lines.push(Line { text: node.text.to_owned(), number, span, act });
        }
        Err(Some((problem, action))) => found.push(Diagnostic::error("F403", span, problem, action)),
        Err(None) => found.push(unknown(node.text, span)),
    }
    node.under.iter().for_each(|deeper| too_deep(file, deeper, found));
}

/// `layout` has capped the depth.
fn too_deep(file: FileId, node: &Node<'_>, found: &mut Vec<Diagnostic>) {
    let action = "Lines of a test all stand under `test`, none under another; take it back to their level.";
    found.push(Diagnostic::error("F404", whole(file, node), "This line is indented too far", action));
    node.under.iter().for_each(|deeper| too_deep(file, deeper, found));
}

/// A line at the margin that begins no test.
fn outside(text: &str, span: Span) -> Diagnostic {
    let first = text.split_whitespace().next().unwrap_or_default();
    let example = "`test Refund inside 30 days`";
    let (problem, action) = match first {
        "test" => ("This test has no name", format!("Say in a few words what it shows, like {example}.")),
        _ if did_you_mean(first, ["test"]).is_some() => {
            ("This is not how a test begins", format!("Did you mean `test`, as in {example}?"))
        }
        _ => {
            let action = format!("Begin each test with a line such as {example}, and indent its lines by two spaces.");
            ("This line stands outside of every test", action)
        }
    };
    Diagnostic::error("F401", span, problem, action)
}

fn whole(file: FileId, node: &Node<'_>) -> Span {
    Span::new(file, node.start, node.start + node.text.len())
}

fn unknown(text: &str, span: Span) -> Diagnostic {
    let known = BEGINNINGS.iter().filter(|b| text.starts_with(**b)).max_by_key(|b| b.len());
    let problem = match known {
        Some(word) => format!("This line begins with `{word}`, and then goes on in a way that tests do not know"),
        None => "This is not a line of a test".to_owned(),
    };
    let mut nearest = (1..=4).rev().filter_map(|words| {
        let end = text.match_indices(' ').nth(words - 1).map_or(text.len(), |(i, _)| i);
        did_you_mean(text.get(..end)?, BEGINNINGS.iter().copied())
    });
    let action = match (known, nearest.next()) {
        (Some(&"given"), _) => "Write it like `given shop.find_order answers found with number = 1`, `given shop.find_order fails` or `given today is 2026-05-04 10:00`.".to_owned(),
        (Some(&"expect"), _) => "Write it like `expect ends resolved`, `expect escalated to TEAM`, `expect promise NAME` or `expect DETAIL is VALUE`.".to_owned(),
        (None, Some(meant)) => format!("Did you mean `{meant}`?"),
        _ => "Lines of a test begin with `given`, `customer:`, `customer taps`, `bot:`, `agent:`, `after` or `expect`.".to_owned(),
    };
    Diagnostic::error("F402", span, problem, action)
}
