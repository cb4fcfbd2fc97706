//! Finds the filters of a template: minijinja accepts unknown ones and fails only when the text is shown.

/// `| money`: the filter's name and where it stands in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterUse {
    pub name: String,
    pub start: usize,
}

/// The filters used in a text (`in_expression` false) or in an expression (true).
pub fn filter_uses(source: &str, in_expression: bool) -> Vec<FilterUse> {
    let mut found = Vec::new();
    let bytes = source.as_bytes();
    let mut inside = in_expression;
    let mut quote: Option<u8> = None;
    let mut i = 0;
    while let Some(&b) = bytes.get(i) {
        let next = bytes.get(i + 1).copied();
        match (inside, quote) {
            (true, Some(q)) => {
                if b == b'\\' {
                    i += 1;
                } else if b == q {
                    quote = None;
                }
            }
            (true, None) => match b {
                b'"' | b'\'' => quote = Some(b),
                b'}' | b'%' if !in_expression && next == Some(b'}') => inside = false,
                b'|' if next != Some(b'|') && i.checked_sub(1).and_then(|p| bytes.get(p)) != Some(&b'|') => {
                    found.extend(name_at(source, i + 1));
                }
                _ => {}
            },
            (false, _) => {
                if b == b'{' && matches!(next, Some(b'{' | b'%')) {
                    inside = true;
                    i += 1;
                }
            }
        }
        i += 1;
    }
    found
}

/// The most words and signs that stand between `{{` and `}}` or `{%` and `%}`; what stands in quotes is one.
pub(super) fn longest_tag(source: &str) -> usize {
    let (mut most, mut count, mut inside) = (0, 0, false);
    let mut quote: Option<char> = None;
    let (mut last, mut in_word) = (' ', false);
    for c in source.chars() {
        if let Some(open) = quote {
            quote = Some(open).filter(|q| *q != c || last == '\\');
        } else if !inside {
            inside = last == '{' && matches!(c, '{' | '%');
            (count, in_word) = (0, false);
        } else if c == '}' && matches!(last, '}' | '%') {
            inside = false;
        } else {
            let word = c.is_alphanumeric() || c == '_';
            let begins = !word || !in_word;
            count += usize::from(begins && !c.is_whitespace());
            in_word = word;
            most = most.max(count);
            quote = Some(c).filter(|c| matches!(c, '"' | '\''));
        }
        last = c;
    }
    most
}

fn name_at(source: &str, from: usize) -> Option<FilterUse> {
    let rest = source.get(from..)?;
    let start = from + (rest.len() - rest.trim_start().len());
    let name: String = source.get(start..)?.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(FilterUse { name, start })
}
