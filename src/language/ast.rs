//! The syntax tree: what an author wrote, checked for form only. Shared pieces; each step's own struct is in `steps/`.
use super::source::Span;
use super::steps::Step;

/// One `.flow` file.
#[derive(Clone, Debug, Default)]
pub struct FlowFile {
    pub flows: Vec<Flow>,
}

/// `flow NAME: title` and everything under it.
#[derive(Clone, Debug)]
pub struct Flow {
    pub name: Name,
    /// How people call it: on buttons, for agents, in reports.
    pub title: Option<Phrase>,
    pub team: Option<Name>,
    /// Example sentences; a flow that has some is a topic.
    pub customers_say: Vec<Phrase>,
    pub needs: Vec<Name>,
    pub gives: Vec<Name>,
    /// Only customers for whom this holds ever come here.
    pub for_customers: Option<Expr>,
    /// What begins it without being asked for.
    pub starts: Vec<Start>,
    /// The block of `when something fails`.
    pub when_something_fails: Option<Block>,
    pub body: Block,
    /// The header line.
    pub span: Span,
}

/// `starts when …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// `a chat opens`.
    ChatOpens,
    /// `a page matches /cart for 45 seconds`: the customer stays on a page whose path fits; `*` stands for anything.
    Page { pattern: String, after: Option<Term> },
    /// `the customer is angry`: once in a chat, when it is measured for the first time.
    Feels(Feeling),
    /// `event cart_abandoned arrives with total`: the website or the shop's system tells it, with these details.
    Event { name: String, with: Vec<String> },
}

/// A name as authors write them: lower-cased letters, digits, `_`; dotted where a detail's field is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    pub text: String,
    pub span: Span,
}

/// One text for people: the source of a template, its line breaks kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    pub text: String,
    pub span: Span,
}

/// Words for people with their variations; never empty in a file without errors.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Words {
    pub variations: Vec<Phrase>,
    pub span: Span,
}

/// Steps in order. Lines that could not be read are absent and have been reported.
#[derive(Clone, Debug, Default)]
pub struct Block {
    pub steps: Vec<Step>,
}

/// A condition or a value: the words for people, already turned into a minijinja expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expr {
    /// As written.
    pub source: String,
    pub span: Span,
    /// The same as a minijinja expression.
    pub jinja: String,
    /// Comparisons with a bare word (`reason is damaged`), for the checker to hold against the detail's values.
    pub bare: Vec<BareWord>,
    /// Comparisons with a kind of answer (`contact is an email`), for the checker too.
    pub kinds: Vec<BareWord>,
}

/// `reason is damaged`: the word `damaged` stands for itself. `contact is an email`: the word is a kind of answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BareWord {
    /// The detail on the left, dotted: `reason`, `order.level`. Empty where something else stands there.
    pub detail: String,
    pub word: Name,
}

/// `when …` with what follows it.
#[derive(Clone, Debug)]
pub struct Handler {
    pub when: When,
    /// `when anything else: words`.
    pub words: Option<Words>,
    pub block: Block,
    /// The `when` line.
    pub span: Span,
}

/// What a handler waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// `when not_found` under `use`, `when refund` under `triage`.
    Named(Name),
    ItWorks,
    ItFails,
    /// `when 2 tries failed`; at least 1.
    TriesFailed(u32),
    AnythingElse,
    NobodyIsAvailable,
    /// `when silent for 5 minutes`: the customer does not answer.
    SilentFor(Term),
    /// `when waited 10 minutes`: no person has come.
    Waited(Term),
    /// `when not enough` under `ask 2 of`.
    NotEnough,
    /// `when handed back`: the person gives the chat back.
    HandedBack,
}

/// `3 days`, `4 working hours`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Term {
    /// At least 1.
    pub amount: u32,
    pub unit: Unit,
    /// Counted in the team's opening hours only.
    pub working: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Seconds,
    Minutes,
    Hours,
    Days,
    Weeks,
}

/// How soon a person should look; `low` < `normal` < `high` < `urgent`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    Low,
    #[default]
    Normal,
    High,
    Urgent,
}

impl Priority {
    /// As it stands after `priority`.
    pub fn word(self) -> &'static str {
        match self {
            Priority::Low => "low",
            Priority::Normal => "normal",
            Priority::High => "high",
            Priority::Urgent => "urgent",
        }
    }
}

/// The four moods that `empathize` can follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feeling {
    Angry,
    Worried,
    Disappointed,
    Happy,
}

/// Numbers that people write as words.
const COUNTED: [&str; 12] =
    ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/// Reads `3 days`, `two minutes`, `an hour` or `4 working hours`; `None` where it is no stretch of time.
pub fn term(text: &str) -> Option<Term> {
    let text = text.trim().to_lowercase();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = if digits == 0 { text.split_once(' ')? } else { text.split_at(digits) };
    let counted = || match number {
        "a" | "an" => Some(1),
        word => COUNTED.iter().position(|c| *c == word).and_then(|at| u32::try_from(at + 1).ok()),
    };
    let amount: u32 = number.parse().ok().or_else(counted).filter(|n| *n > 0)?;
    let rest = rest.trim();
    let (working, unit) = rest.strip_prefix("working").map_or((false, rest), |r| (true, r.trim()));
    let unit = match unit {
        "s" | "second" | "seconds" => Unit::Seconds,
        "m" | "min" | "minute" | "minutes" => Unit::Minutes,
        "h" | "hour" | "hours" => Unit::Hours,
        "d" | "day" | "days" => Unit::Days,
        "w" | "week" | "weeks" => Unit::Weeks,
        _ => return None,
    };
    Some(Term { amount, unit, working })
}
