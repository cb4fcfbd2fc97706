//! Says what is wrong with a line that fits no form, in words for someone who never programmed, and reads it as what it
//! seems to mean, so that one mistake is told once and hides no other.
use super::diagnostic::{Diagnostic, did_you_mean};
use super::grammar::{self, Form, Place, Rule};
use super::parse::Where;
use super::source::Span;
use super::steps::{self, HEADER_WORDS, STEPS};

/// A fix that was tried and led to a readable line.
struct Fix {
    code: &'static str,
    problem: String,
    action: String,
    mended: String,
}

/// What is wrong with a line, and the line as it was probably meant.
pub fn explain(text: &str, place: Place, expected: Where) -> (Diagnostic, Option<Form>) {
    let span = place.span();
    if let Some(word) = steps::first_words(text) {
        let works = |f: &Fix| readable(&f.mended, place).is_some() || deeper(&f.mended, word, place).is_some();
        return match fixes(text, word).into_iter().find(works) {
            Some(fix) => fixed(fix, word, place),
            None => (unfit(text, word, span), None),
        };
    }
    match misspelt(text, expected) {
        Some((written, meant)) => {
            let mended = format!("{meant}{}", &text[written.len()..]);
            let form = readable(&mended, place).or_else(|| deeper(&mended, meant, place));
            let word_span = Span::new(place.file, place.start, place.start + written.len());
            let problem = match expected {
                Where::File => format!("`{written}` is not how a flow begins"),
                Where::Steps => format!("`{written}` is not a step"),
                Where::Under(step) => format!("`{written}` means nothing under `{step}`"),
            };
            (Diagnostic::error("F010", word_span, problem, format!("Did you mean `{meant}`?")), form)
        }
        None => (unknown(text, span, expected), None),
    }
}

/// A misspelt line that describes a flow; `None` where it does not seem to be one.
pub fn header(text: &str, place: Place) -> Option<(Diagnostic, Form)> {
    if steps::first_words(text).is_some_and(|w| !HEADER_WORDS.contains(&w)) {
        return None;
    }
    let (diagnostic, form) = if steps::first_words(text).is_some() {
        explain(text, place, Where::Steps)
    } else {
        let steps: Vec<_> = STEPS.iter().map(|s| s.word).collect();
        if nearest(text, &steps).is_some() {
            return None;
        }
        let (written, meant) = nearest(text, HEADER_WORDS)?;
        let span = Span::new(place.file, place.start, place.start + written.len());
        let problem = format!("`{written}` is not a step, and describes no flow");
        let found = Diagnostic::error("F010", span, problem, format!("Did you mean `{meant}`?"));
        (found, readable(&format!("{meant}{}", &text[written.len()..]), place))
    };
    Some((diagnostic, form?))
}

/// Refuses a form that the language has and this version does not run.
pub fn not_yet(form: &Form) -> Diagnostic {
    let inner = form.parts.first().map_or(form.text.as_str(), |p| p.text.as_str());
    if matches!(inner.trim(), "test" | "given") {
        let action = "Put conversation tests into files of their own, such as `tests/first.flow` in the bot's folder.";
        return Diagnostic::error("F024", form.span, "A conversation test stands among the flows", action);
    }
    let problem = format!("`{inner}` is not supported yet");
    let action = "Delete the line, or replace it by steps that this version knows (`rapport steps` lists them).";
    Diagnostic::error("F024", form.span, problem, action)
}

fn readable(mended: &str, place: Place) -> Option<Form> {
    let form = grammar::read(mended, Place { mended: true, ..place });
    (!matches!(form.rule, Rule::junk | Rule::later)).then_some(form)
}

fn fixed(fix: Fix, word: &str, place: Place) -> (Diagnostic, Option<Form>) {
    let form = readable(&fix.mended, place).or_else(|| deeper(&fix.mended, word, place));
    (Diagnostic::error(fix.code, place.span(), fix.problem, fix.action), form)
}

/// The corrected word was not the only mistake of the line; the others are told once it is mended.
fn deeper(mended: &str, word: &str, place: Place) -> Option<Form> {
    fixes(mended, word).into_iter().find_map(|f| readable(&f.mended, place))
}

fn unfit(text: &str, word: &str, span: Span) -> Diagnostic {
    let form = steps::form(word);
    let rest = text.get(word.len()..).unwrap_or_default().trim_start();
    if NAMED.contains(&word) && rest.starts_with(':') && word != "escalate" {
        let problem = format!("A name is missing between `{word}` and the colon");
        return Diagnostic::error("F036", span, problem, format!("Write it like `{form}`."));
    }
    let problem = format!("This line does not have the form of `{word}`");
    Diagnostic::error("F011", span, problem, format!("Write it like `{form}`."))
}

fn unknown(text: &str, span: Span, expected: Where) -> Diagnostic {
    let first = text.split([' ', ':']).next().unwrap_or(text);
    let shown: String = first.chars().take(40).collect();
    match expected {
        Where::File => Diagnostic::error(
            "F012",
            span,
            "This line stands outside of every flow",
            "Begin a flow with a line such as `flow refund: Refunds`, and indent what belongs to it by two spaces.",
        ),
        Where::Under(step) => {
            let clauses = steps::clauses(step).join("`, `");
            let action = match clauses.is_empty() {
                true => format!("Delete it, or indent it less so that it follows `{step}`."),
                false => format!("Under `{step}` these can stand: `{clauses}`."),
            };
            Diagnostic::error("F010", span, format!("`{shown}` means nothing under `{step}`"), action)
        }
        Where::Steps if text.starts_with("- ") => {
            let action = "Put it right under the step whose words it belongs to, indented by two spaces.";
            Diagnostic::error("F037", span, "This variation belongs to no words", action)
        }
        Where::Steps => {
            let action = "Begin the line with a step. Words for the customer go after `say:`.";
            Diagnostic::error("F010", span, format!("`{shown}` is not a step"), action)
        }
    }
}

/// The misspelt beginning of the line and the word that it may mean: what fits the place before what does not.
fn misspelt(text: &str, expected: Where) -> Option<(&str, &'static str)> {
    let steps: Vec<_> = STEPS.iter().map(|s| s.word).chain(["else if", "else"]).collect();
    match expected {
        Where::File => nearest(text, &["flow"]),
        Where::Steps => {
            other_name(text).or_else(|| nearest(text, &steps)).or_else(|| nearest(text, steps::all_words()))
        }
        Where::Under(step) => nearest(text, &steps::clauses(step)).or_else(|| nearest(text, &steps)),
    }
}

/// What other tools call our steps.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("send", "say"),
    ("message", "say"),
    ("reply", "say"),
    ("print", "say"),
    ("text", "say"),
    ("tell", "say"),
    ("question", "ask"),
    ("prompt", "ask"),
    ("input", "ask"),
    ("call", "use"),
    ("request", "use"),
    ("api", "use"),
    ("goto", "go to"),
    ("jump", "go to"),
    ("elif", "else if"),
    ("elseif", "else if"),
    ("elsif", "else if"),
    ("transfer", "escalate"),
    ("handoff", "escalate"),
    ("handover", "escalate"),
    ("agent", "escalate"),
    ("set", "remember"),
    ("let", "remember"),
    ("save", "remember"),
    ("apologize", "empathize"),
    ("apologise", "empathize"),
    ("comfort", "empathize"),
    ("welcome", "greet"),
    ("menu", "triage"),
    ("end", "done"),
    ("stop", "done"),
    ("return", "done"),
    ("close", "resolve"),
    ("finish", "resolve"),
    ("run", "do"),
    ("rating", "feedback"),
    ("label", "tag"),
];

fn other_name(text: &str) -> Option<(&str, &'static str)> {
    let first = first_words(text, 1)?;
    let known = OTHER_NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(first));
    known.map(|(_, step)| (first, *step))
}

/// As many words of the line as the candidate has are compared with it.
fn nearest<'t>(text: &'t str, candidates: &[&'static str]) -> Option<(&'t str, &'static str)> {
    for count in [3, 2, 1] {
        let fitting: Vec<_> = candidates.iter().copied().filter(|c| c.split(' ').count() == count).collect();
        let written = first_words(text, count)?;
        if written.split(' ').count() == count
            && let Some(meant) = did_you_mean(written, fitting)
        {
            return Some((written, meant));
        }
    }
    None
}

/// The first `count` words, up to a colon.
fn first_words(text: &str, count: usize) -> Option<&str> {
    let head = text.split(':').next()?.trim_end();
    let end = head.match_indices(' ').nth(count - 1).map_or(head.len(), |(i, _)| i);
    head.get(..end).filter(|t| !t.is_empty())
}

/// What may be wrong with a line whose first word is known, likeliest first.
fn fixes(text: &str, word: &str) -> Vec<Fix> {
    let rest = text.get(word.len()..).unwrap_or_default();
    let mut found = Vec::new();
    if word == "use" {
        found.extend(missing_equals(text));
    }
    found.extend(other_word(word, rest));
    found.extend(priority_in_words(word, rest));
    found.extend(name_with_spaces(word, rest));
    found.extend(missing_colon(word, rest));
    found.extend(needless_colon(text, word, rest));
    found
}

/// `promise cake in 3 days` and `remember total is 5`: the right thing in another word.
fn other_word(word: &str, rest: &str) -> Option<Fix> {
    let (wrong, right) = match word {
        "promise" => (" in ", " within "),
        "remember" => (" is ", " = "),
        _ => return None,
    };
    let mended = format!("{word}{}", rest.replacen(wrong, right, 1));
    let problem = format!("`{word}` needs `{}` before the value", right.trim());
    rest.contains(wrong).then(|| Fix { code: "F035", problem, action: format!("Write `{mended}`."), mended })
}

/// `escalate to orders with high priority`: as people say it.
fn priority_in_words(word: &str, rest: &str) -> Option<Fix> {
    let (head, words) = rest.split_once(':').map_or((rest, None), |(h, w)| (h, Some(w)));
    let lower = head.to_lowercase();
    let named: Vec<&str> = lower.split_whitespace().collect();
    let at = named.iter().position(|w| w.trim_end_matches(',') == "priority").filter(|_| word == "escalate")?;
    let is = |w: &&str| ["low", "normal", "high", "urgent"].contains(w);
    let around = [at.checked_sub(1), Some(at + 1), Some(at + 2)];
    let priority = around.into_iter().flatten().filter_map(|i| named.get(i).copied()).find(is)?;
    let team = named.iter().position(|w| *w == "to").and_then(|to| named.get(to + 1));
    let team = team.map_or_else(String::new, |team| format!(" to {}", team.trim_end_matches(',')));
    let words = words.map_or_else(String::new, |words| format!(":{words}"));
    let mended = format!("escalate{team}, priority {priority}{words}");
    let shown: String = mended.chars().take(60).collect();
    let problem = "`escalate` is told its priority in other words".to_owned();
    Some(Fix { code: "F035", problem, action: format!("Write `{shown}`."), mended })
}

/// Lines that have a name or a team between their word and the colon.
const NAMED: &[&str] = &["ask", "button", "feedback", "promise", "escalate", "flow", "check"];

/// `say Hello` and `ask name What is your name?`.
fn missing_colon(word: &str, rest: &str) -> Vec<Fix> {
    let rest = rest.trim();
    if rest.is_empty() {
        let mended = format!("{word}:");
        return vec![colon_fix(word, mended)];
    }
    let mut found = Vec::new();
    // Where a colon stands already, it is the name before it that is wrong.
    if NAMED.contains(&word) && rest.contains(':') {
        return found;
    }
    if let Some((name, words)) = rest.split_once(' ') {
        found.push(colon_fix(&format!("{word} {name}"), format!("{word} {name}: {}", words.trim())));
    }
    // A step of words alone is the likelier reading.
    found.insert(0, colon_fix(word, format!("{word}: {rest}")));
    found
}

fn colon_fix(head: &str, mended: String) -> Fix {
    let shown: String = mended.chars().take(60).collect();
    Fix {
        code: "F022",
        problem: format!("A colon is missing after `{head}`"),
        action: format!("Write `{shown}`."),
        mended,
    }
}

/// `ask order number: …`: names are one word.
fn name_with_spaces(word: &str, rest: &str) -> Option<Fix> {
    if !NAMED.contains(&word) && !["do", "go to", "offer", "team", "when"].contains(&word) {
        return None;
    }
    let (before, rest) = match rest.trim_start().strip_prefix("to ").filter(|_| word == "escalate") {
        Some(team) => (" to", team),
        None => ("", rest),
    };
    let (name, tail) = rest.split_once(':').map_or((rest, None), |(n, t)| (n, Some(t)));
    let name = name.trim();
    let plain = name.chars().all(|c| c.is_alphanumeric() || c == ' ' || c == '_' || c == '-' || c == '\'');
    if !name.contains([' ', '-', '\'']) || !plain || name.split_whitespace().count() > 5 {
        return None;
    }
    let joined = name.replace('\'', "").split([' ', '-']).filter(|p| !p.is_empty()).collect::<Vec<_>>().join("_");
    let mended = tail.map_or_else(|| format!("{word}{before} {joined}"), |t| format!("{word}{before} {joined}:{t}"));
    Some(Fix {
        code: "F023",
        problem: format!("A name is one word, and `{name}` is several"),
        action: format!("Did you mean `{joined}`?"),
        mended,
    })
}

/// `if reason is damaged:`, `done:` and `tag: cake`: nothing for people follows.
fn needless_colon(text: &str, word: &str, rest: &str) -> Option<Fix> {
    const PLAIN: &[&str] = &[
        "do",
        "tag",
        "go to",
        "use",
        "offer",
        "accept",
        "ask again",
        "remember",
        "team",
        "needs",
        "gives",
        "if",
        "else if",
    ];
    let colon_first = rest.trim_start().strip_prefix(':').filter(|_| PLAIN.contains(&word));
    let mended = match (text.strip_suffix(':').filter(|_| !NAMED.contains(&word)), colon_first) {
        (Some(line), _) => line.trim_end().to_owned(),
        (None, Some(rest)) => format!("{word} {}", rest.trim()),
        (None, None) => return None,
    };
    let action = format!("Write `{mended}`.");
    Some(Fix { code: "F026", problem: format!("`{word}` takes no colon"), action, mended })
}

/// `with number order_number`.
fn missing_equals(text: &str) -> Option<Fix> {
    let (head, args) = text.split_once(" with ")?;
    let (args, tail) = args.split_once(" save as ").map_or((args, None), |(a, t)| (a, Some(t)));
    let mend = |arg: &str| match arg.trim().split_once(' ') {
        Some((name, value)) if !arg.contains('=') => format!("{name} = {}", value.trim()),
        _ => arg.trim().to_owned(),
    };
    let mended = args.split(',').map(mend).collect::<Vec<_>>().join(", ");
    let tail = tail.map(|t| format!(" save as {t}")).unwrap_or_default();
    Some(Fix {
        code: "F025",
        problem: "After `with`, a name and its value are joined by `=`".into(),
        action: format!("Write `with {mended}`."),
        mended: format!("{head} with {mended}{tail}"),
    })
}
