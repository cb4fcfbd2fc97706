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

fn name_at(source: &str, from: usize) -> Option<FilterUse> {
    let rest = source.get(from..)?;
    let start = from + (rest.len() - rest.trim_start().len());
    let name: String = source.get(start..)?.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(FilterUse { name, start })
}
