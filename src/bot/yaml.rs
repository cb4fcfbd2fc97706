//! YAML with places: every value knows where it stands, so that a mistake in it looks like a mistake in a flow.
use crate::language::diagnostic::{Diagnostic, did_you_mean};
use crate::language::source::{FileId, SourceFile, Span};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::Spanned;
use std::fmt;

/// Files of settings are small; larger ones are a mistake or an attack.
const FILE_CAP: usize = 1 << 20;

/// No setting lies deeper than a handful; each level costs the reader a good piece of its stack.
const DEEPEST: usize = 24;
/// Descriptions of other systems lie deeper than settings.
const FOREIGN_DEEPEST: usize = 64;
/// As much of a value is pointed at; a file may be one line.
const LONGEST_WORD: usize = 200;

/// One value and its place.
#[derive(Clone, Debug)]
pub struct Node {
    pub span: Span,
    pub value: Kind,
    /// A number, a yes or a no as it stands in the file: `007` and `No` may be meant as words.
    written: Option<String>,
}

#[derive(Clone, Debug)]
pub enum Kind {
    Nothing,
    Yes(bool),
    Number(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

#[derive(Clone, Debug)]
pub struct Key {
    pub text: String,
    pub span: Span,
}

/// What the parser hands over; spans become ours afterwards.
struct Raw(Spanned<RawKind>);

enum RawKind {
    Nothing,
    Yes(bool),
    Number(f64),
    Text(String),
    List(Vec<Raw>),
    Map(Vec<(Spanned<String>, Raw)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Spanned::<RawKind>::deserialize(d).map(Raw)
    }
}

impl<'de> Deserialize<'de> for RawKind {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(AnyKind)
    }
}

struct AnyKind;

impl<'de> Visitor<'de> for AnyKind {
    type Value = RawKind;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_bool<E>(self, v: bool) -> Result<RawKind, E> {
        Ok(RawKind::Yes(v))
    }
    fn visit_i64<E>(self, v: i64) -> Result<RawKind, E> {
        Ok(RawKind::Number(v as f64))
    }
    fn visit_u64<E>(self, v: u64) -> Result<RawKind, E> {
        Ok(RawKind::Number(v as f64))
    }
    fn visit_f64<E>(self, v: f64) -> Result<RawKind, E> {
        Ok(RawKind::Number(v))
    }
    fn visit_str<E>(self, v: &str) -> Result<RawKind, E> {
        Ok(RawKind::Text(v.to_owned()))
    }
    fn visit_unit<E>(self) -> Result<RawKind, E> {
        Ok(RawKind::Nothing)
    }
    fn visit_none<E>(self) -> Result<RawKind, E> {
        Ok(RawKind::Nothing)
    }
    fn visit_some<D: Deserializer<'de>>(self, d: D) -> Result<RawKind, D::Error> {
        RawKind::deserialize(d)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<RawKind, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = seq.next_element()? {
            list.push(item);
        }
        Ok(RawKind::List(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawKind, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(RawKind::Map(entries))
    }
}

/// Reads a file of settings. An empty file is an empty map.
///
/// # Errors
/// One diagnostic where the text is no YAML; the parser cannot go on after that.
pub fn parse(file: FileId, source: &SourceFile) -> Result<Node, Diagnostic> {
    if source.text.len() > FILE_CAP {
        let span = Span::new(file, 0, 0);
        return Err(Diagnostic::error("Y002", span, "This file is larger than 1 MB", "Remove what is not needed."));
    }
    let options = serde_yaml::options! {
        budget: serde_yaml::budget! { max_events: 100_000, max_nodes: 50_000, max_depth: DEEPEST, max_aliases: 100, max_anchors: 100 },
    };
    match serde_yaml::from_str_with_options::<Raw>(&source.text, options) {
        Ok(raw) => Ok(place(file, source, raw)),
        Err(e) => Err(syntax_error(file, source, &e)),
    }
}

/// A file of another program, YAML or JSON: larger and deeper than ours, and without places.
///
/// # Errors
/// What is wrong with it, in plain words.
pub fn foreign(text: &str) -> Result<serde_json::Value, String> {
    let options = serde_yaml::options! {
        budget: serde_yaml::budget! { max_events: 4_000_000, max_nodes: 2_000_000, max_depth: FOREIGN_DEEPEST, max_aliases: 10_000, max_anchors: 10_000 },
    };
    let words = |e: serde_yaml::Error| e.without_snippet().to_string().lines().next().unwrap_or("").to_owned();
    serde_yaml::from_str_with_options::<serde_json::Value>(text, options)
        .map_err(|e| format!("The file is neither YAML nor JSON: {}", words(e)))
}

fn place(file: FileId, source: &SourceFile, raw: Raw) -> Node {
    let mut span = span_of(file, source, &raw.0.referenced);
    if let RawKind::Text(text) = &raw.0.value
        && source.text.get(span.start as usize..).is_some_and(|rest| rest.starts_with(text.as_str()))
    {
        span = Span::new(file, span.start as usize, span.start as usize + text.len());
    }
    let plain = matches!(raw.0.value, RawKind::Yes(_) | RawKind::Number(_));
    let written = source.text.get(span.start as usize..span.end as usize).filter(|_| plain).and_then(plain_word);
    let value = match raw.0.value {
        RawKind::Nothing => Kind::Nothing,
        // YAML reads a bare `off` as "no"; people mean the word.
        RawKind::Yes(_) if written.as_ref().is_some_and(|w| !is_yes_or_no(w)) => {
            Kind::Text(written.clone().unwrap_or_default())
        }
        RawKind::Yes(b) => Kind::Yes(b),
        // A code, not a number: `007`.
        RawKind::Number(_) if written.as_ref().is_some_and(|w| is_code(w)) => {
            Kind::Text(written.clone().unwrap_or_default())
        }
        RawKind::Number(n) => Kind::Number(n),
        RawKind::Text(t) => Kind::Text(t),
        RawKind::List(items) => Kind::List(items.into_iter().map(|i| place(file, source, i)).collect()),
        RawKind::Map(entries) => Kind::Map(
            entries
                .into_iter()
                .map(|(k, v)| {
                    let span = span_of(file, source, &k.referenced);
                    (Key { text: k.value, span }, place(file, source, v))
                })
                .collect(),
        ),
    };
    Node { span, value, written }
}

/// A value without what may stand behind it on its line.
fn plain_word(text: &str) -> Option<String> {
    let word = text.split([',', '}', ']']).next().unwrap_or(text).trim();
    (!word.is_empty()).then(|| word.to_owned())
}

fn is_code(word: &str) -> bool {
    word.len() > 1 && word.starts_with('0') && word.bytes().all(|b| b.is_ascii_digit())
}

fn is_yes_or_no(word: &str) -> bool {
    ["yes", "no", "true", "false"].iter().any(|known| known.eq_ignore_ascii_case(word))
}

fn span_of(file: FileId, source: &SourceFile, at: &serde_yaml::Location) -> Span {
    let (line_start, line_end) = source.line_span(usize::try_from(at.line()).unwrap_or(1).max(1));
    let skip = usize::try_from(at.column()).unwrap_or(1).saturating_sub(1);
    let start = source.byte_of(line_start, skip).min(line_end);
    let mut upto = line_end.min(start + LONGEST_WORD);
    while !source.text.is_char_boundary(upto) {
        upto -= 1;
    }
    let rest = source.text.get(start..upto).unwrap_or("");
    let word = rest.split(" #").next().unwrap_or(rest).trim_end();
    let end = start + word.find(": ").unwrap_or(word.len()).min(word.trim_end_matches([',', ':', '}', ']']).len());
    Span::new(file, start, end.max(start))
}

fn syntax_error(file: FileId, source: &SourceFile, e: &serde_yaml::Error) -> Diagnostic {
    let span = e.location().map_or(Span::new(file, 0, 0), |at| span_of(file, source, &at));
    let words = e.without_snippet().to_string();
    let words = words.lines().next().unwrap_or("").trim().to_owned();
    let lower = words.to_lowercase();
    let (problem, action) = if lower.contains("depth") {
        ("These settings lie too deep within each other".into(), "Close the brackets, or indent the lines less.")
    } else if lower.contains("tab") {
        ("A tab is used to indent this line".into(), "Use spaces instead: two for each level.")
    } else if lower.contains("duplicate") {
        ("This name stands here twice".into(), "Remove one of them, or join what they say.")
    } else if lower.contains("quot") {
        ("A quotation mark is opened here and never closed".into(), "Add the closing quotation mark.")
    } else {
        let cause = words.split(" at line").next().unwrap_or(&words).to_owned();
        (
            format!("This cannot be read as a list of settings: {cause}"),
            "Check the indentation and the colons of this line and the one above it; write `name: value`.",
        )
    };
    Diagnostic::error("Y001", span, problem, action)
}

/// Collects mistakes while a file of settings is read.
#[derive(Default)]
pub struct Reader {
    pub found: Vec<Diagnostic>,
}

impl Reader {
    pub fn wrong(&mut self, span: Span, problem: impl Into<String>, action: impl Into<String>) {
        self.found.push(Diagnostic::error("Y003", span, problem, action));
    }

    /// The entries of a map; anything else is a mistake. `what` completes "… must be a list of `name: value` lines".
    pub fn map<'a>(&mut self, node: &'a Node, what: &str) -> &'a [(Key, Node)] {
        match &node.value {
            Kind::Map(entries) => entries,
            Kind::Nothing => &[],
            _ => {
                self.wrong(
                    node.span,
                    format!("{what} is not a list of names and values"),
                    "Write one `name: value` per line under it, indented by two spaces.",
                );
                &[]
            }
        }
    }

    /// Reports names that are not among `known`.
    pub fn only(&mut self, entries: &[(Key, Node)], known: &[&str], place: &str) {
        for (key, _) in entries.iter().filter(|(k, _)| !known.contains(&k.text.as_str())) {
            let action = match did_you_mean(&key.text, known.iter().copied()) {
                Some(near) => format!("Did you mean `{near}`?"),
                None => format!("Remove it, or use one of: {}.", known.join(", ")),
            };
            self.found.push(Diagnostic::error(
                "Y004",
                key.span,
                format!("{place} has no setting `{}`", key.text),
                action,
            ));
        }
    }

    pub fn text(&mut self, node: &Node) -> Option<String> {
        match &node.value {
            Kind::Text(t) => Some(t.clone()),
            Kind::Number(n) => Some(node.written.clone().unwrap_or_else(|| n.to_string())),
            Kind::Yes(b) => Some(node.written.clone().unwrap_or_else(|| if *b { "yes" } else { "no" }.into())),
            _ => {
                self.wrong(node.span, "A text is needed here", "Write it on the same line after the colon.");
                None
            }
        }
    }

    pub fn yes(&mut self, node: &Node) -> bool {
        match &node.value {
            Kind::Yes(b) => *b,
            Kind::Text(t) if ["yes", "on"].iter().any(|w| t.eq_ignore_ascii_case(w)) => true,
            Kind::Text(t) if ["no", "off"].iter().any(|w| t.eq_ignore_ascii_case(w)) => false,
            _ => {
                self.wrong(node.span, "`yes` or `no` is needed here", "Write `yes` or `no`.");
                false
            }
        }
    }

    pub fn whole(&mut self, node: &Node, range: std::ops::RangeInclusive<u32>) -> Option<u32> {
        match &node.value {
            Kind::Number(n) if n.fract() == 0.0 && range.contains(&(*n as u32)) && *n >= 0.0 => Some(*n as u32),
            _ => {
                let words = format!("A whole number from {} to {} is needed here", range.start(), range.end());
                self.wrong(node.span, words, "Write the number alone, without quotes.");
                None
            }
        }
    }

    /// A list, or a single value standing for a list of one.
    pub fn texts(&mut self, node: &Node) -> Vec<(String, Span)> {
        match &node.value {
            Kind::List(items) => items.iter().filter_map(|i| self.text(i).map(|t| (t, i.span))).collect(),
            Kind::Nothing => vec![],
            _ => self.text(node).map(|t| (t, node.span)).into_iter().collect(),
        }
    }
}

/// The value of one name in a map.
pub fn field<'a>(entries: &'a [(Key, Node)], name: &str) -> Option<&'a Node> {
    entries.iter().find(|(k, _)| k.text == name).map(|(_, v)| v)
}

/// A plain JSON value of the same shape.
pub fn to_json(node: &Node) -> serde_json::Value {
    use serde_json::Value;
    match &node.value {
        Kind::Nothing => Value::Null,
        Kind::Yes(b) => Value::Bool(*b),
        Kind::Number(n) if n.fract() == 0.0 && n.abs() < 9e15 => Value::from(*n as i64),
        Kind::Number(n) => Value::from(*n),
        Kind::Text(t) => Value::String(t.clone()),
        Kind::List(items) => items.iter().map(to_json).collect(),
        Kind::Map(entries) => Value::Object(entries.iter().map(|(k, v)| (k.text.clone(), to_json(v))).collect()),
    }
}
