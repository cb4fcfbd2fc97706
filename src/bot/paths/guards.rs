//! What a condition makes known, and what a text reads without asking first whether it is known.

use crate::bot::template::COMPARING;

const KEYWORDS: [&str; 16] = [
    "and", "or", "not", "is", "in", "if", "else", "true", "false", "none", "loop", "defined", "True", "False", "None",
    "endif",
];

/// Details that are surely known where a condition holds, or where it does not. Unknown details compare as unequal.
pub fn known_when(jinja: &str, holds: bool) -> Vec<String> {
    // Conditions nest as deep as the grammar of expressions lets them, which is bounded.
    let text = bare(jinja);
    if let Some(inner) = text.strip_prefix("not ") {
        return known_when(inner, !holds);
    }
    if let Some((left, right)) = split(text, if holds { " and " } else { " or " }) {
        let mut all = known_when(left, holds);
        all.extend(known_when(right, holds));
        return all;
    }
    if !holds || split(text, " or ").is_some() {
        return vec![];
    }
    let (function, rest) = text.split_once('(').unwrap_or(("", text));
    let first = rest.split([',', ')']).next().unwrap_or("").trim();
    let is_path = !first.is_empty() && first.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
    if is_path && (function.is_empty() || COMPARING.contains(&function)) && !text.contains("false") {
        return vec![first.to_owned()];
    }
    vec![]
}

/// Without the brackets around the whole.
fn bare(text: &str) -> &str {
    let mut text = text.trim();
    while let Some(inner) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        if !closed_within(inner) {
            break;
        }
        text = inner.trim();
    }
    text
}

fn closed_within(inner: &str) -> bool {
    let mut depth = 0_i32;
    for (_, c) in outside_quotes(inner) {
        depth += i32::from(c == '(') - i32::from(c == ')');
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

fn split<'t>(text: &'t str, word: &str) -> Option<(&'t str, &'t str)> {
    let mut depth = 0_i32;
    for (at, c) in outside_quotes(text) {
        depth += i32::from(c == '(') - i32::from(c == ')');
        if depth == 0 && text.get(at..).is_some_and(|t| t.starts_with(word)) {
            return Some((text.get(..at)?, text.get(at + word.len()..)?));
        }
    }
    None
}

fn outside_quotes(text: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let mut quote = None;
    text.char_indices().filter(move |(_, c)| match quote {
        Some(q) => {
            if *c == q {
                quote = None;
            }
            false
        }
        None => {
            if matches!(c, '"' | '\'') {
                quote = Some(*c);
            }
            true
        }
    })
}

/// The details that a text shows where it would show nothing if they were unknown.
pub fn read_unguarded(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    // What each open `{% if %}` or `{% for %}` makes known.
    let mut open: Vec<Vec<String>> = Vec::new();
    let mut rest = text;
    while let Some((at, shows)) = next_tag(rest) {
        let body = rest.get(at + 2..).unwrap_or("");
        let (inside, after) = body.split_once(if shows { "}}" } else { "%}" }).unwrap_or((body, ""));
        let inside = inside.trim().trim_matches('-').trim();
        rest = after;
        if shows {
            if !inside.contains("default") {
                let fresh = |p: &String| !open.iter().flatten().any(|k| k == p || root(p) == k);
                found.extend(paths(inside).into_iter().filter(fresh));
            }
        } else {
            tag(inside, &mut open);
        }
    }
    found.sort();
    found.dedup();
    found
}

fn next_tag(text: &str) -> Option<(usize, bool)> {
    let at = [text.find("{{"), text.find("{%")].into_iter().flatten().min()?;
    Some((at, text.get(at..)?.starts_with("{{")))
}

fn tag(inside: &str, open: &mut Vec<Vec<String>>) {
    let (word, rest) = inside.split_once(' ').unwrap_or((inside, ""));
    match word {
        "if" | "for" => open.push(paths(rest)),
        "elif" => drop(open.pop().map(|_| open.push(paths(rest)))),
        // What the other arm knows is no matter for alarms: `{% if not x %}…{% else %}{{ x }}` is as good.
        "else" => {}
        "set" => open.insert(0, paths(rest.split('=').next().unwrap_or(""))),
        "endif" | "endfor" => drop(open.pop()),
        _ => {}
    }
}

/// The first part of a dotted name.
pub fn root(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

/// Names in an expression: no strings, no filters, no functions.
fn paths(expression: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut word = String::new();
    let mut after_bar = false;
    for (_, c) in outside_quotes(expression).chain([(0, ' ')]) {
        if c.is_alphanumeric() || matches!(c, '_' | '.') {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            let name = std::mem::take(&mut word);
            let starts_a_name = name.starts_with(|f: char| f.is_alphabetic() || f == '_');
            if starts_a_name && !after_bar && c != '(' && !KEYWORDS.contains(&name.as_str()) {
                found.push(name);
            }
            after_bar = false;
        }
        after_bar |= c == '|';
    }
    found
}
