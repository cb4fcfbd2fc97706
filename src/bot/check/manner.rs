//! The static half of `philosophy.yaml` that reads texts and promises: what is said, rule by rule.
use super::prose::{grade, has_word, plain, sentences};
use super::{Subject, visit};
use crate::bot::paths::Bound;
use crate::bot::philosophy::Philosophy;
use crate::bot::settings::duration;
use crate::language::ast::{Flow, Phrase, Term};
use crate::language::diagnostic::Diagnostic;
use crate::language::source::Span;
use crate::language::steps::{Promise, Step};
use std::collections::BTreeMap;

/// Words that promise something. Outside `promise` nobody keeps them.
const PROMISING: [&str; 10] = [
    "we'll get back to you",
    "we will get back to you",
    "someone will call you",
    "we'll call you",
    "we will call you",
    "we'll write to you",
    "we will write to you",
    "you'll hear from us",
    "you will hear from us",
    "i'll get back to you",
];
/// No longer message is read to its end on a phone.
const MESSAGE_MAX: usize = 640;
/// Longer words do not fit on a button.
const BUTTON_MAX: usize = 40;
/// What WhatsApp shows on a button, and in a message with buttons.
const WHATSAPP_BUTTON: usize = 20;
const WHATSAPP_BUTTONS: usize = 10;

/// Promises of the same name: their time, and where the first stands.
type Promised<'a> = BTreeMap<&'a str, (Term, Span)>;

/// The manner of a bot, step by step.
pub struct Manner<'a> {
    english: bool,
    promised: Promised<'a>,
}

impl<'a> Manner<'a> {
    pub fn new(subject: &Subject<'_>) -> Self {
        let english = subject.settings.languages.iter().any(|l| l.starts_with("en"));
        Self { english, promised: Promised::new() }
    }

    /// A step of a flow that the author wrote.
    pub fn step(&mut self, subject: &Subject<'_>, flow: &Flow, step: &'a Step, found: &mut Vec<Diagnostic>) {
        let mut rules = Rules { philosophy: subject.philosophy, flow: &flow.name.text, found };
        // Notes and notices are for colleagues.
        if !matches!(step, Step::Note(_) | Step::Notify(_)) {
            for phrase in visit::texts(step) {
                rules.phrase(phrase, self.english, matches!(step, Step::Promise(_)));
            }
        }
        match step {
            Step::Promise(promise) => rules.promise(subject, flow, promise, &mut self.promised),
            Step::Ask(ask) => rules.buttons(subject, ask.span, ask.buttons.iter().map(|b| &b.label)),
            Step::Card(card) => rules.buttons(subject, card.title.span, card.buttons.iter().map(|(_, l)| l)),
            _ => {}
        }
    }
}

/// What the manner of the whole bot lacks.
pub fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    exceptions(subject, found);
    shared_examples(subject, found);
}

/// Exceptions that name a flow which is not there.
fn exceptions(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for exception in &subject.philosophy.exceptions {
        let Some(name) = exception.flow.as_ref().filter(|n| subject.flows.iter().all(|f| f.name.text != **n)) else {
            continue;
        };
        let problem = format!("This exception is for the flow `{name}`, which does not exist");
        let action = "Write the name of a flow, or leave `flow` out: the exception then holds everywhere.";
        found.push(Diagnostic::error("F221", exception.span, problem, action));
    }
}

/// Whether customers come to an answer or a person as soon as the philosophy wants.
pub fn effort(philosophy: &Philosophy, bound: &Bound, found: &mut Vec<Diagnostic>) {
    let Some((most, span)) = philosophy.turns_to_answer_or_person.filter(|(most, _)| bound.turns > *most) else {
        return;
    };
    let worst = bound.steps.iter().max_by_key(|s| s.turns);
    let worst = worst.map_or_else(String::new, |s| format!(", most of them at `{}` in `{}`", s.words, s.flow));
    let problem = format!(
        "A customer may have to write {} times before there is an answer or a person, not {most}{worst}",
        bound.turns
    );
    let action =
        "Shorten the longest way, which `rapport check --bound` shows, or bring in a person after fewer tries.";
    Rules { philosophy, flow: "", found }.broken("turns_to_answer_or_person", "F230", span, problem, action, None);
}

/// A sentence that stands under two topics can be understood as either.
fn shared_examples(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<String, (&str, Span)> = BTreeMap::new();
    // Two flows for different customers may well mean the same.
    for flow in subject.flows.iter().filter(|f| f.for_customers.is_none()) {
        for phrase in &flow.customers_say {
            let words = crate::understand::normal::normal(&phrase.text);
            match seen.get(&words) {
                Some((other, first)) if *other != flow.name.text && !words.is_empty() => {
                    let problem = format!("\"{}\" stands under `{other}` and under `{}`", phrase.text, flow.name.text);
                    let action = "Leave it under one of them: I cannot know which of the two is meant.";
                    let told = Diagnostic::warning("F244", phrase.span, problem, action);
                    found.push(told.related(*first, "the other one"));
                }
                Some(_) => {}
                None => drop(seen.insert(words, (&flow.name.text, phrase.span))),
            }
        }
    }
}

/// The rules as they count in one flow.
pub struct Rules<'a, 'f> {
    pub philosophy: &'a Philosophy,
    pub flow: &'a str,
    pub found: &'f mut Vec<Diagnostic>,
}

impl Rules<'_, '_> {
    /// Tells that a rule is broken, as far as it counts here.
    pub fn broken(
        &mut self,
        rule: &str,
        code: &'static str,
        span: Span,
        problem: String,
        action: &str,
        other: Option<Span>,
    ) {
        let (severity, because) = self.philosophy.level(rule, self.flow);
        let Some(severity) = severity else { return };
        let reason = because.map_or_else(String::new, |b| format!(" (only a warning, because: {b})"));
        let told = Diagnostic { severity, ..Diagnostic::error(code, span, format!("{problem}{reason}"), action) };
        self.found.push(match other {
            Some(place) => told.related(place, "the other one"),
            None => told,
        });
    }

    fn phrase(&mut self, phrase: &Phrase, english: bool, promise: bool) {
        let lower = phrase.text.to_lowercase();
        for (word, others) in &self.philosophy.say {
            for other in others.iter().filter(|o| has_word(&lower, o)) {
                let problem = format!("`philosophy.yaml` says \"{word}\" where this text says \"{other}\"");
                self.broken("say", "F234", phrase.span, problem, "Use the same word everywhere.", None);
            }
        }
        let plain = plain(&phrase.text);
        let sentences = sentences(&plain);
        if let Some(most) = self.philosophy.sentences_per_message_max.filter(|m| sentences > *m as usize) {
            let problem = format!("This message has {sentences} sentences; `philosophy.yaml` allows {most}");
            let action = "Shorten it, or say it in two steps.";
            self.broken("sentences_per_message_max", "F233", phrase.span, problem, action, None);
        }
        if let Some(most) = self.philosophy.reading_grade_max.filter(|_| english)
            && let Some(grade) = grade(&plain, sentences).filter(|g| *g > most)
        {
            let problem = format!("This text needs {grade} years of school to read; `philosophy.yaml` allows {most}");
            let action = "Use shorter sentences and shorter words.";
            self.broken("reading_grade_max", "F232", phrase.span, problem, action, None);
        }
        if plain.chars().count() > MESSAGE_MAX {
            let problem = format!("This message is longer than {MESSAGE_MAX} characters");
            self.found.push(Diagnostic::warning("F240", phrase.span, problem, "Say it in two steps, or say less."));
        }
        if let Some(words) = PROMISING.iter().find(|w| !promise && lower.replace('’', "'").contains(*w)) {
            let problem = format!("\"{words}\" promises something that nobody is asked to keep");
            let action = "Write it as a `promise`, so that a team sees it and when it is due.";
            self.found.push(Diagnostic::warning("F241", phrase.span, problem, action));
        }
    }

    fn promise<'a>(&mut self, subject: &Subject<'_>, flow: &Flow, step: &'a Promise, promised: &mut Promised<'a>) {
        let name = step.name.text.as_str();
        match promised.get(name) {
            Some((other, first)) if *other != step.within && self.philosophy.same_promise_everywhere => {
                let problem = format!("`{name}` is promised with another time elsewhere");
                let action = "Promise the same time everywhere, or give this promise another name.";
                self.broken("same_promise_everywhere", "F237", step.name.span, problem, action, Some(*first));
            }
            Some(_) => {}
            None => drop(promised.insert(name, (step.within, step.name.span))),
        }
        let needs = |what: &str| self.philosophy.promise_needs.iter().any(|n| n == what);
        let no_owner = needs("owner") && step.by.is_none() && flow.team.is_none();
        // The customer is gone before the promise is due: this chat no longer reaches them.
        let late = duration(step.within) > subject.settings.quiet_after;
        let no_contact = needs("contact") && step.to.is_none() && late;
        if no_owner {
            let problem = format!("No team is named that keeps the promise `{name}`");
            let action = "Write `by` and a team after its name, or a `team` line under the flow's first line.";
            self.broken("promise_needs", "F236", step.name.span, problem, action, None);
        }
        if no_contact {
            let problem =
                format!("`{name}` is due when this chat may be over, and does not say where it reaches the customer");
            let action = "Ask for an address, and write for example `to email` after its name.";
            self.broken("promise_needs", "F236", step.name.span, problem, action, None);
        }
    }

    fn buttons<'p>(&mut self, subject: &Subject<'_>, span: Span, labels: impl Iterator<Item = &'p Phrase>) {
        let whatsapp = subject.settings.channels.iter().any(|c| c == "whatsapp");
        let mut count = 0;
        for label in labels {
            count += 1;
            let length = plain(&label.text).chars().count();
            if length > BUTTON_MAX {
                let problem = format!("This button is longer than {BUTTON_MAX} characters");
                self.found.push(Diagnostic::warning("F242", label.span, problem, "Say it in fewer words."));
            } else if whatsapp && length > WHATSAPP_BUTTON {
                let problem = format!("WhatsApp shows {WHATSAPP_BUTTON} characters of a button; this one has {length}");
                self.found.push(Diagnostic::error("F243", label.span, problem, "Say it in fewer words."));
            }
        }
        if whatsapp && count > WHATSAPP_BUTTONS {
            let problem = format!("WhatsApp shows at most {WHATSAPP_BUTTONS} buttons; here are {count}");
            self.found.push(Diagnostic::error("F243", span, problem, "Ask in two questions."));
        }
    }
}
