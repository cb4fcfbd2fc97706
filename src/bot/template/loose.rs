//! Filters after a sum without brackets: `n * n | money` would write `n` as money and multiply `n` with a text.

/// A filter that takes only the last part of the sum before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LooseFilter {
    /// Where the sum begins in the text, and where the filter ends.
    pub start: usize,
    pub end: usize,
    /// `n * n`, as written.
    pub sum: String,
    /// `n`: what the filter takes.
    pub last: String,
    /// `money`, with what stands in its brackets.
    pub filter: String,
}

/// What is open while an expression is read, a level a bracket.
#[derive(Clone, Copy, Default)]
struct Level {
    begin: usize,
    /// Behind the last sign of a sum.
    sign: Option<usize>,
}

/// Words and signs after which another value begins.
const PARTS: [&str; 13] =
    ["and", "or", "not", "if", "else", "elif", "in", "is", "set", "for", "recursive", "contains", "of"];

/// The loose filters of a text (`in_expression` false) or of an expression (true).
pub fn loose_filters(source: &str, in_expression: bool) -> Vec<LooseFilter> {
    if in_expression {
        return of_expression(source, 0, source.len());
    }
    let mut found = Vec::new();
    let mut from = 0;
    while let Some((at, close)) = next_tag(source, from) {
        let end = source.get(at..).and_then(|rest| rest.find(close)).map_or(source.len(), |n| at + n);
        // `{{-` takes the blanks before it away.
        let begin = at + usize::from(source.get(at..end).is_some_and(|inside| inside.starts_with('-')));
        found.extend(of_expression(source, begin, end));
        from = end;
    }
    found
}

/// Where the inside of the next `{{` or `{%` begins, and what closes it.
fn next_tag(source: &str, from: usize) -> Option<(usize, &'static str)> {
    let rest = source.get(from..)?;
    let tags = [("{{", "}}"), ("{%", "%}")].into_iter();
    let first = tags.filter_map(|(open, close)| Some((rest.find(open)?, close))).min()?;
    Some((from + first.0 + 2, first.1))
}

fn of_expression(source: &str, from: usize, to: usize) -> Vec<LooseFilter> {
    let mut found = Vec::new();
    let mut levels = vec![Level { begin: from, sign: None }];
    let mut at = from;
    // A sign stands between two values; `{{-` and `(-5)` are none of a sum.
    let mut after_value = false;
    while let Some(c) = source.get(at..to).and_then(|rest| rest.chars().next()) {
        let next = at + c.len_utf8();
        let Some(level) = levels.last_mut() else { return found };
        match c {
            '"' | '\'' => {
                at = closing(source, next, to, c);
                after_value = true;
                continue;
            }
            '(' | '[' | '{' => levels.push(Level { begin: next, sign: None }),
            ')' | ']' | '}' => {
                levels.truncate(levels.len().saturating_sub(1).max(1));
                after_value = true;
            }
            '+' | '-' | '*' | '/' | '~' | '%' if after_value => {
                (level.sign, after_value) = (Some(next), false);
            }
            '|' => {
                if let Some(sign) = level.sign.take() {
                    found.extend(loose(source, level.begin, sign, at, to));
                }
                // The name of the filter is no value of its own, and what follows it belongs to the same sum.
                at = filter_end(source, next, to);
                after_value = true;
                continue;
            }
            ',' | ':' | '=' | '<' | '>' | '!' => (*level, after_value) = (Level { begin: next, sign: None }, false),
            c if c.is_alphanumeric() || c == '_' => {
                let word: String =
                    source.get(at..to).unwrap_or("").chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                at += word.len();
                after_value = !PARTS.contains(&word.as_str());
                if !after_value {
                    *level = Level { begin: at, sign: None };
                }
                continue;
            }
            _ => {}
        }
        if matches!(c, '(' | '[' | '{') {
            after_value = false;
        }
        at = next;
    }
    found
}

fn loose(source: &str, begin: usize, sign: usize, bar: usize, to: usize) -> Option<LooseFilter> {
    let sum = source.get(begin..bar)?;
    let end = filter_end(source, bar + 1, to);
    Some(LooseFilter {
        start: begin + (sum.len() - sum.trim_start().len()),
        end,
        sum: sum.trim().to_owned(),
        last: source.get(sign..bar)?.trim().to_owned(),
        filter: source.get(bar + 1..end)?.trim().to_owned(),
    })
}

/// Behind the name of a filter and its brackets.
fn filter_end(source: &str, from: usize, to: usize) -> usize {
    let rest = source.get(from..to).unwrap_or("");
    let name = from + (rest.len() - rest.trim_start().len());
    let rest = source.get(name..to).unwrap_or("");
    let end = name + rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    if !source.get(end..to).is_some_and(|rest| rest.starts_with('(')) {
        return end;
    }
    let (mut depth, mut at) = (0_usize, end);
    while let Some(c) = source.get(at..to).and_then(|rest| rest.chars().next()) {
        at += c.len_utf8();
        match c {
            '"' | '\'' => at = closing(source, at, to, c),
            '(' => depth += 1,
            ')' if depth == 1 => return at,
            ')' => depth -= 1,
            _ => {}
        }
    }
    to
}

/// Behind the quotation mark that closes.
fn closing(source: &str, from: usize, to: usize, quote: char) -> usize {
    let mut escaped = false;
    for (n, c) in source.get(from..to).unwrap_or("").char_indices() {
        if c == quote && !escaped {
            return from + n + c.len_utf8();
        }
        escaped = c == '\\' && !escaped;
    }
    to
}
