//! From `philosophy.yaml` to [`Philosophy`]: every mistake at once, each with its place.
use super::{Empathy, Exception, Goal, Manner, Persona, Philosophy, RULES};
use crate::bot::yaml::{self, Key, Kind, Node, Reader, field};
use crate::language::ast::{Feeling, Term, term};
use crate::language::diagnostic::{Diagnostic, Severity, did_you_mean};
use crate::language::expr;
use crate::language::source::{FileId, SourceFile};

/// Each part and its settings.
const PARTS: &[(&str, &[&str])] = &[
    ("respect", &["never_say", "reading_grade_max"]),
    ("empathy", &["after", "before"]),
    ("responsiveness", &["bot_reply", "person_joins", "tell_if_slower"]),
    ("clarity", &["sentences_per_message_max"]),
    ("consistency", &["say", "same_promise_everywhere"]),
    ("accountability", &["promise_needs", "remind_before"]),
    ("effort", &["turns_to_answer_or_person", "ask_twice", "digressions"]),
    ("personas", &[]),
    ("goals", &["csat", "resolved_without_a_person", "first_person_reply", "promises_kept"]),
    ("exceptions", &[]),
];

const MANNERS: [(&str, Manner); 7] = [
    ("usual", Manner::Usual),
    ("reassuring", Manner::Reassuring),
    ("brief", Manner::Brief),
    ("angry", Manner::Feeling(Feeling::Angry)),
    ("worried", Manner::Feeling(Feeling::Worried)),
    ("disappointed", Manner::Feeling(Feeling::Disappointed)),
    ("happy", Manner::Feeling(Feeling::Happy)),
];

/// Reads `philosophy.yaml`.
pub fn read(file: FileId, source: &SourceFile) -> (Philosophy, Vec<Diagnostic>) {
    let mut philosophy = Philosophy::default();
    let root = match yaml::parse(file, source) {
        Ok(root) => root,
        Err(d) => return (philosophy, vec![d]),
    };
    let mut reader = Reader::default();
    let entries = reader.map(&root, "This file");
    let names: Vec<&str> = PARTS.iter().map(|(n, _)| *n).collect();
    reader.only(entries, &names, "`philosophy.yaml`");
    for (part, known) in PARTS.iter().filter(|(part, _)| *part != "exceptions") {
        let Some(node) = field(entries, part) else { continue };
        let place = format!("`{part}`");
        let fields = reader.map(node, &place);
        if !known.is_empty() {
            reader.only(fields, known, &place);
        }
        for (key, value) in fields {
            setting(&mut philosophy, &mut reader, part, key, value);
        }
    }
    if let Some(node) = field(entries, "exceptions") {
        exceptions(&mut philosophy, &mut reader, node);
    }
    (philosophy, reader.found)
}

fn setting(p: &mut Philosophy, reader: &mut Reader, part: &str, key: &Key, node: &Node) {
    let texts = |reader: &mut Reader| reader.texts(node).into_iter().map(|(t, _)| t).collect::<Vec<_>>();
    match key.text.as_str() {
        "never_say" => p.never_say = texts(reader).iter().map(|t| t.to_lowercase()).collect(),
        "reading_grade_max" => p.reading_grade_max = reader.whole(node, 1..=20),
        "after" => after(&mut p.empathy, reader, node),
        "before" => {
            let found = one_of(reader, node, &["next_question", "escalate"]);
            p.empathy.before_question = found.iter().any(|t| t == "next_question");
            p.empathy.before_escalate = found.iter().any(|t| t == "escalate");
        }
        "sentences_per_message_max" => p.sentences_per_message_max = reader.whole(node, 1..=50),
        "say" => {
            for (word, others) in reader.map(node, "`say`") {
                let others = reader.texts(others).into_iter().map(|(t, _)| t.to_lowercase()).collect();
                p.say.insert(word.text.clone(), others);
            }
        }
        "same_promise_everywhere" => p.same_promise_everywhere = reader.yes(node),
        "promise_needs" => p.promise_needs = one_of(reader, node, &["owner", "due", "contact"]),
        "remind_before" => p.remind_before = time(reader, node),
        "turns_to_answer_or_person" => {
            p.turns_to_answer_or_person = reader.whole(node, 1..=1000).map(|n| (n, node.span));
        }
        "ask_twice" => p.ask_twice_never = one_of(reader, node, &["never", "allowed"]).iter().any(|t| t == "never"),
        "digressions" => p.digressions = reader.whole(node, 0..=100),
        "bot_reply" => p.bot_reply = time(reader, node),
        "person_joins" => p.person_joins = time(reader, node),
        "tell_if_slower" => p.tell_if_slower = reader.yes(node),
        name if part == "goals" => {
            if let Some(goal) = goal(reader, node) {
                p.goals.insert(name.to_owned(), goal);
            }
        }
        name if part == "personas" => {
            let persona = persona(reader, name, node);
            p.personas.insert(name.to_owned(), persona);
        }
        // An unknown name was reported.
        _ => {}
    }
}

/// `not_found`, `it_fails`, `2 tries failed`.
fn after(empathy: &mut Empathy, reader: &mut Reader, node: &Node) {
    for (text, span) in reader.texts(node) {
        let tries = text.strip_suffix("tries failed").or_else(|| text.strip_suffix("try failed"));
        match tries.map(|n| n.trim().parse::<u32>()) {
            Some(Ok(n)) if n > 0 => empathy.tries = Some(empathy.tries.map_or(n, |m| m.min(n))),
            Some(_) => {
                reader.wrong(span, format!("`{text}` does not say how many tries"), "Write it like `2 tries failed`.");
            }
            None if text == "it_fails" => empathy.it_fails = true,
            None => empathy.outcomes.push((text.to_lowercase(), span)),
        }
    }
}

fn persona(reader: &mut Reader, name: &str, node: &Node) -> Persona {
    let place = format!("`{name}`");
    let fields = reader.map(node, &place);
    reader.only(fields, &["where", "empathize", "offer_person_after"], &place);
    let condition = field(fields, "where").and_then(|n| Some((reader.text(n)?, n.span)));
    let condition = condition.map(|(text, span)| {
        let (expr, found) = expr::read(&text, span);
        reader.found.extend(found);
        expr
    });
    if condition.is_none() {
        let action = "Write for example `where: customer.tags contains parent`.";
        reader.wrong(node.span, format!("The persona `{name}` does not say who it is"), action);
    }
    let manners = MANNERS.map(|(word, _)| word);
    let written = field(fields, "empathize").map(|n| one_of(reader, n, &manners)).unwrap_or_default();
    let manner = MANNERS.iter().find(|(word, _)| written.iter().any(|w| w == word)).map(|(_, m)| *m);
    let offer_person_after = field(fields, "offer_person_after").and_then(|n| reader.whole(n, 1..=20));
    Persona { condition, empathize: manner.unwrap_or_default(), offer_person_after }
}

fn one_of(reader: &mut Reader, node: &Node, known: &[&str]) -> Vec<String> {
    let found = reader.texts(node);
    for (text, span) in found.iter().filter(|(t, _)| !known.contains(&t.as_str())) {
        let action = match did_you_mean(text, known.iter().copied()) {
            Some(meant) => format!("Did you mean `{meant}`?"),
            None => format!("Write one of: {}.", known.join(", ")),
        };
        reader.wrong(*span, format!("`{text}` means nothing here"), action);
    }
    found.into_iter().map(|(t, _)| t).collect()
}

fn time(reader: &mut Reader, node: &Node) -> Option<Term> {
    let text = reader.text(node)?;
    let found = term(&text);
    if found.is_none() {
        reader.wrong(
            node.span,
            format!("`{text}` is no stretch of time"),
            "Write it like `2s`, `3m`, `2h` or `1 day`.",
        );
    }
    found
}

fn goal(reader: &mut Reader, node: &Node) -> Option<Goal> {
    if let Kind::Number(n) = node.value {
        return Some(Goal::Number(n));
    }
    let text = reader.text(node)?;
    let share = text.strip_suffix('%').and_then(|t| t.trim().parse::<f64>().ok()).filter(|n| (0.0..=100.0).contains(n));
    let found = share.map(|n| Goal::Share(n / 100.0)).or_else(|| term(&text).map(Goal::Within));
    if found.is_none() {
        reader.wrong(node.span, format!("`{text}` is no figure"), "Write it like `4.3`, `60%` or `3m`.");
    }
    found
}

fn exceptions(p: &mut Philosophy, reader: &mut Reader, node: &Node) {
    let Kind::List(items) = &node.value else {
        let action = "Write `- { rule: reading_grade_max, level: warn, because: legal text }` under it.";
        return reader.wrong(node.span, "`exceptions` is not a list", action);
    };
    for item in items {
        let fields = reader.map(item, "This exception");
        reader.only(fields, &["rule", "level", "because", "flow"], "An exception");
        let mut text = |name: &str| field(fields, name).and_then(|n| reader.text(n));
        let (rule, level, because, flow) = (text("rule"), text("level"), text("because"), text("flow"));
        let Some(rule) = rule.clone().filter(|r| RULES.contains(&r.as_str())) else {
            let meant = rule.as_deref().and_then(|r| did_you_mean(r, RULES.iter().copied()));
            let action = match meant {
                Some(meant) => format!("Did you mean `{meant}`?"),
                None => format!("Write `rule:` and one of: {}.", RULES.join(", ")),
            };
            reader.wrong(item.span, "This exception names no rule that `check` knows", action);
            continue;
        };
        let severity = match level.as_deref() {
            Some("warn") => Some(Severity::Warning),
            Some("off" | "no") => None,
            _ => {
                reader.wrong(
                    item.span,
                    "This exception does not say how much the rule counts",
                    "Write `level: warn` or `level: off`.",
                );
                continue;
            }
        };
        let Some(because) = because.filter(|b| !b.trim().is_empty()) else {
            reader.wrong(
                item.span,
                "This exception gives no reason",
                "Write `because:` and why; colleagues will read it.",
            );
            continue;
        };
        p.exceptions.push(Exception { rule, severity, because, span: item.span, flow });
    }
}
