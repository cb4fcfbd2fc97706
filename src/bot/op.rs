//! What a flow becomes: about a dozen operations in a row, with jumps. The engine knows only these.
use super::template::{Formula, Text};
use crate::language::ast::{Feeling, Priority, Start, Term};
use crate::language::source::Span;
use crate::language::steps::Scale;
use crate::understand::answers;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Index of an operation in its flow.
pub type At = u32;

/// One flow, ready to run.
#[derive(Clone, Debug)]
pub struct FlowCode {
    pub name: String,
    /// Its place among the bot's flows, in the order of their names.
    pub number: usize,
    /// How people call it; the name in words where the author gave none.
    pub title: String,
    pub team: Option<String>,
    pub ops: Vec<Placed>,
    /// The block of `when something fails`.
    pub when_something_fails: Option<At>,
    /// Whether customers can ask for it.
    pub topic: bool,
    /// Written by us, not by the author.
    pub house: bool,
    /// It says things and comes to its end: it asks nothing, calls nothing, brings in nobody.
    pub talks: bool,
    /// Details that `do` hands over, where the author says so.
    pub gives: Vec<String>,
    /// Details that must be filled before `do` runs it, where the author says so.
    pub needs: Vec<String>,
    /// Only customers for whom this holds ever come here.
    pub for_customers: Option<Formula>,
    /// What begins it without being asked for.
    pub starts: Vec<Start>,
    /// Where its name stands.
    pub span: Span,
}

impl FlowCode {
    /// Whether customers, the website or the shop can begin it, with nothing known of the matter.
    pub fn begins(&self) -> bool {
        self.topic || !self.starts.is_empty()
    }

    /// Details that it is begun with, where events alone begin it.
    pub fn given(&self) -> BTreeSet<String> {
        let mut all: Option<BTreeSet<String>> = None;
        for start in &self.starts {
            let with = match start {
                Start::Event { with, .. } if !self.topic => with.iter().cloned().collect(),
                _ => BTreeSet::new(),
            };
            all = Some(all.map_or(with.clone(), |known| known.intersection(&with).cloned().collect()));
        }
        all.unwrap_or_default()
    }
}

/// An operation and where it comes from.
#[derive(Clone, Debug)]
pub struct Placed {
    pub op: Op,
    /// Stable name within the flow, by which a waiting chat finds its place in a changed bot.
    pub anchor: String,
    /// Line of the step, from 1, and its file, for `--why`.
    pub line: usize,
    pub file: Arc<str>,
    pub span: Span,
    /// Details it reads; what `ask again` runs anew is decided by them.
    pub reads: Arc<BTreeSet<String>>,
}

/// Words with their variations.
#[derive(Clone, Debug)]
pub struct Words {
    /// Stable key under which the used variations are remembered.
    pub key: String,
    pub variations: Vec<Text>,
}

#[derive(Clone, Debug)]
pub enum Op {
    Greet(Box<Greet>),
    Say {
        words: Words,
    },
    /// The first mood that fits, else `words`; nothing where neither is given. Never the same line twice.
    Empathize {
        moods: Vec<(Feeling, Words)>,
        words: Option<Words>,
    },
    Triage(Box<Triage>),
    Ask(Box<Ask>),
    Feedback(Box<Feedback>),
    Use(Box<Use>),
    /// Goes on with the next operation where the condition holds, else jumps.
    Branch {
        condition: Formula,
        otherwise: At,
    },
    Jump(At),
    /// Waits again at a question that is still open.
    WaitAgain(At),
    Remember {
        slot: String,
        value: Formula,
    },
    Do {
        flow: String,
    },
    GoTo {
        flow: String,
    },
    Return,
    /// Asks again, and runs what used the answers. `counted` is the step whose tries it shares.
    AskAgain {
        slots: Vec<String>,
        from: At,
        counted: Option<At>,
    },
    Escalate(Box<Escalate>),
    /// Waits for the person whom the `escalate` at this place asked for.
    AwaitPerson {
        escalate: At,
    },
    Promise(Box<Promise>),
    Note {
        words: Words,
    },
    Tag {
        tags: Vec<String>,
    },
    Card(Box<Card>),
    /// The next round with the next item, or on behind the loop.
    Each(Box<Each>),
    Enough(Box<Enough>),
    Forget {
        slots: Vec<String>,
    },
    /// Goes on when the time is over.
    Pause {
        length: Term,
    },
    Notify {
        team: String,
        words: Words,
    },
    Resolve {
        words: Option<Words>,
    },
}

#[derive(Clone, Debug)]
pub struct Greet {
    pub first_time: Option<Words>,
    pub returning: Option<Words>,
    pub out_of_hours: Option<Words>,
}

#[derive(Clone, Debug)]
pub struct Triage {
    pub question: Words,
    pub offers: Vec<String>,
    /// Topics handled here.
    pub topics: Vec<(String, At)>,
    pub anything_else: Option<(Option<Words>, At)>,
    pub tries: Vec<(u32, At)>,
    /// Blocks for a customer who does not answer.
    pub silent: Vec<(Term, At)>,
}

#[derive(Clone, Debug)]
pub struct Ask {
    pub slot: String,
    pub question: Words,
    pub accepts: Vec<answers::Kind>,
    pub buttons: Vec<Button>,
    /// A list whose items are buttons, and how many at most.
    pub choices: Option<(Formula, u32)>,
    pub checks: Vec<(Formula, Words)>,
    pub retries: Vec<Words>,
    pub tries: Vec<(u32, At)>,
    pub silent: Vec<(Term, At)>,
    /// No other topic may interrupt the question.
    pub stay: bool,
    /// The answer is written down nowhere, and gone after the next `use`.
    pub secret: bool,
}

#[derive(Clone, Debug)]
pub struct Card {
    pub title: Text,
    pub text: Option<Text>,
    pub picture: Option<Text>,
    pub links: Vec<(Text, Text)>,
    /// Answers to the question that follows: the value, and what stands on the button.
    pub buttons: Vec<(String, Text)>,
}

/// Before each question of an `ask 2 of`, and after the last.
#[derive(Clone, Debug)]
pub struct Enough {
    pub slots: Vec<String>,
    pub need: u32,
    pub save_as: Option<String>,
    pub then: At,
}

#[derive(Clone, Debug)]
pub struct Each {
    pub item: String,
    pub list: Formula,
    pub most: u32,
    /// Behind the last operation of the loop.
    pub end: At,
    /// Details that questions within the loop fill: each round asks anew.
    pub asks: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Button {
    pub name: String,
    pub label: Text,
    /// With a block the button is no answer.
    pub block: Option<At>,
}

#[derive(Clone, Debug)]
pub struct Feedback {
    pub slot: String,
    pub question: Words,
    pub scale: Scale,
    pub comment: Option<Words>,
}

#[derive(Clone, Debug)]
pub struct Use {
    pub system: String,
    pub action: String,
    pub with: Vec<(String, Formula)>,
    pub save_as: Option<String>,
    pub while_waiting: Option<Words>,
    pub outcomes: Vec<(String, At)>,
    pub works: Option<At>,
    pub fails: Option<At>,
    pub tries: Vec<(u32, At)>,
    /// The outcome that means "it works".
    pub good: String,
    /// Details of the bot that are asked as secrets: none outlives this step.
    pub secrets: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Escalate {
    pub team: Option<String>,
    pub priority: Option<Priority>,
    pub words: Option<Words>,
    pub summary: Option<Text>,
    pub nobody: Option<At>,
    /// Blocks for a customer who has waited this long.
    pub waited: Vec<(Term, At)>,
    pub handed_back: Option<At>,
}

#[derive(Clone, Debug)]
pub struct Promise {
    pub name: String,
    pub by: Option<String>,
    pub to: Option<String>,
    pub within: Term,
    pub words: Words,
}

impl Greet {
    /// All that it may say.
    pub fn words(&self) -> impl Iterator<Item = &Words> {
        [&self.first_time, &self.returning, &self.out_of_hours].into_iter().flatten()
    }
}

impl Op {
    /// The detail that it fills itself.
    pub fn fills(&self) -> Option<&str> {
        match self {
            Op::Ask(ask) => Some(&ask.slot),
            Op::Feedback(feedback) => Some(&feedback.slot),
            Op::Use(step) => step.save_as.as_deref(),
            Op::Remember { slot, .. } => Some(slot),
            Op::Each(each) => Some(&each.item),
            Op::Enough(enough) => enough.save_as.as_deref(),
            _ => None,
        }
    }

    /// The step's word, for `--why` and for anchors.
    pub fn word(&self) -> &'static str {
        match self {
            Op::Greet(_) => "greet",
            Op::Say { .. } => "say",
            Op::Empathize { .. } => "empathize",
            Op::Triage(_) => "triage",
            Op::Ask(_) => "ask",
            Op::Feedback(_) => "feedback",
            Op::Use(_) => "use",
            Op::Branch { .. } => "if",
            Op::Jump(_) | Op::WaitAgain(_) | Op::Return | Op::AwaitPerson { .. } | Op::Enough(_) => "",
            Op::Card(_) => "card",
            Op::Each(_) => "for each",
            Op::Forget { .. } => "forget",
            Op::Pause { .. } => "wait",
            Op::Notify { .. } => "notify",
            Op::Remember { .. } => "remember",
            Op::Do { .. } => "do",
            Op::GoTo { .. } => "go to",
            Op::AskAgain { .. } => "ask again",
            Op::Escalate(_) => "escalate",
            Op::Promise(_) => "promise",
            Op::Note { .. } => "note",
            Op::Tag { .. } => "tag",
            Op::Resolve { .. } => "resolve",
        }
    }
}
