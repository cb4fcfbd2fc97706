//! Texts and conditions, compiled once by minijinja. Only what authors wrote is ever compiled: never a customer's words.
pub mod filters;
mod loose;
mod scan;
mod shown;
mod sums;
mod words;

pub use loose::{LooseFilter, loose_filters};
pub use scan::{FilterUse, filter_uses};
pub use shown::shown;

use super::locales::Locales;
use super::paths::read_unguarded;
use super::settings::Settings;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;

/// A text costs tens of units; a loop over a long list costs thousands.
const FUEL: u64 = 50_000;
/// No channel shows more in one message.
pub const OUTPUT_CAP: usize = 16 * 1024;

/// More words and signs make no condition that somebody could follow.
const SIGNS: usize = 600;

/// Names that are always there; `check` accepts them without a step that fills them.
pub const BUILT_IN: &[&str] = &[
    "customer",
    "facts",
    "hours",
    "last_message",
    "last_said",
    "answer",
    "within",
    "due",
    "bot",
    "team",
    "today",
    "now",
    "topic",
    "topics",
];

/// Filters that authors may use.
pub const FILTERS: &[&str] = &[
    "date",
    "time",
    "money",
    "duration",
    "list",
    "default",
    "upper",
    "lower",
    "title",
    "capitalize",
    "trim",
    "replace",
    "length",
    "join",
    "first",
    "last",
    "round",
    "int",
    "abs",
    "sort",
    "unique",
    "count",
];

/// What expressions are made of, beside [`COMPARING`], after the words for people have been put into minijinja's; see
/// `language::expr`.
const FUNCTIONS: &[&str] = &["feels", "sum_of", "difference_of", "product_of", "quotient_of"];

/// Those that compare: where one holds, its first operand is known.
pub const COMPARING: &[&str] = &[
    "same",
    "known",
    "one_of",
    "has",
    "before",
    "after",
    "more",
    "less",
    "at_least",
    "at_most",
    "ago_more",
    "ago_at_least",
    "ago_less",
    "ago_at_most",
    "away_more",
    "away_at_least",
    "away_less",
    "away_at_most",
    "is_kind",
];

/// A text for people.
#[derive(Clone, Debug)]
pub struct Text {
    /// As the author wrote it.
    pub source: String,
    /// `None` where the text has no template in it.
    template: Option<Arc<Compiled>>,
    /// The same in other languages, by tag.
    translated: BTreeMap<String, Text>,
    /// Fields that it shows without asking first whether they are known.
    shown: Arc<[String]>,
}

/// A condition or a value.
#[derive(Clone, Debug)]
pub struct Formula {
    compiled: Arc<Compiled>,
    /// As the author wrote it.
    source: String,
    /// As minijinja reads it.
    jinja: String,
}

#[derive(Debug, Default)]
struct Compiled {
    name: String,
    /// Names it reads, dotted where it reads a field.
    paths: Vec<String>,
    /// Their first parts.
    roots: Vec<String>,
}

impl Text {
    pub fn shown(&self) -> &[String] {
        &self.shown
    }

    pub fn paths(&self) -> &[String] {
        self.template.as_ref().map_or(&[], |c| &c.paths)
    }
    pub fn roots(&self) -> &[String] {
        self.template.as_ref().map_or(&[], |c| &c.roots)
    }
}

impl Formula {
    pub fn paths(&self) -> &[String] {
        &self.compiled.paths
    }
    pub fn roots(&self) -> &[String] {
        &self.compiled.roots
    }
    /// As the author wrote it.
    pub fn source(&self) -> &str {
        &self.source
    }
    /// As minijinja reads it.
    pub fn jinja(&self) -> &str {
        &self.jinja
    }
    /// The same, as the author wrote it.
    pub fn written(mut self, source: &str) -> Self {
        source.clone_into(&mut self.source);
        self
    }
}

/// All templates of one bot.
#[derive(Debug)]
pub struct Templates {
    env: Environment<'static>,
    /// By their source: a text is checked and then lowered, and compiled once.
    compiled: BTreeMap<String, Arc<Compiled>>,
    locales: Locales,
}

/// Values by name, as templates see them.
pub type Context = BTreeMap<String, Value>;

impl Templates {
    pub fn new(settings: &Settings) -> Self {
        Self::speaking(settings, &Locales::default())
    }

    /// The same, with translations of the texts that are compiled from now on.
    pub fn speaking(settings: &Settings, locales: &Locales) -> Self {
        let mut env = Environment::new();
        env.set_undefined_behavior(UndefinedBehavior::Chainable);
        env.set_fuel(Some(FUEL));
        env.set_auto_escape_callback(|_| AutoEscape::None);
        // `range` and friends only help to build something huge.
        for name in ["range", "dict", "debug", "namespace"] {
            env.remove_global(name);
        }
        let all = locales.clone();
        env.set_formatter(move |out, state, value| filters::format_value(out, state, value, &all));
        filters::register(&mut env, settings, locales);
        words::register(&mut env, settings);
        sums::register(&mut env);
        Self { env, compiled: BTreeMap::new(), locales: locales.clone() }
    }

    /// Compiles a text for people.
    ///
    /// # Errors
    /// What is wrong with its template, in minijinja's words; `language` has reported it in better ones before.
    pub fn text(&mut self, source: &str) -> Result<Text, String> {
        let mut text = self.one_text(source)?;
        let others = self.locales.iter().filter_map(|(tag, l)| Some((tag.to_owned(), l.texts.get(source)?.clone())));
        for (tag, other) in others.collect::<Vec<_>>() {
            // One that cannot be compiled has been reported with its own place; the text as written serves.
            if let Ok(other) = self.one_text(&other) {
                text.translated.insert(tag, other);
            }
        }
        Ok(text)
    }

    fn one_text(&mut self, source: &str) -> Result<Text, String> {
        let template = if source.contains("{{") || source.contains("{%") || source.contains("{#") {
            Some(self.compile(source.to_owned())?)
        } else {
            None
        };
        let shown = if template.is_some() { read_unguarded(source) } else { vec![] };
        let shown = shown.into_iter().filter(|path| path.contains('.')).collect();
        Ok(Text { source: source.to_owned(), template, translated: BTreeMap::new(), shown })
    }

    /// Compiles a minijinja expression.
    ///
    /// # Errors
    /// What is wrong with it, in minijinja's words.
    pub fn formula(&mut self, jinja: &str) -> Result<Formula, String> {
        // The value of an expression is read back from a variable: an `Expression` would borrow the environment.
        let compiled = self.compile(format!("{{% set result = ({jinja}) %}}"))?;
        Ok(Formula { compiled, source: String::new(), jinja: jinja.to_owned() })
    }

    /// The names that a text reads.
    ///
    /// # Errors
    /// As [`Templates::text`].
    pub fn read_by_text(&mut self, source: &str) -> Result<Vec<String>, String> {
        Ok(self.compile(source.to_owned())?.paths.clone())
    }

    /// A text that is shown as written, for one that could not be compiled.
    pub fn plain(&self, source: &str) -> Text {
        let plain = |text: &str| Text {
            source: text.to_owned(),
            template: None,
            translated: BTreeMap::new(),
            shown: Arc::default(),
        };
        let others = self.locales.iter().filter_map(|(tag, l)| Some((tag.to_owned(), plain(l.texts.get(source)?))));
        Text { translated: others.collect(), ..plain(source) }
    }

    /// A condition that never holds, for one that could not be compiled.
    pub fn never(&mut self) -> Formula {
        let none = || Formula { compiled: Arc::default(), source: String::new(), jinja: String::new() };
        self.formula("false").unwrap_or_else(|_| none())
    }

    fn compile(&mut self, source: String) -> Result<Arc<Compiled>, String> {
        if let Some(known) = self.compiled.get(&source) {
            return Ok(Arc::clone(known));
        }
        followed(&source)?;
        let name = format!("t{}", self.compiled.len());
        // Five kilobytes are reserved for each template, so none is kept until a chat needs it: see `ready`.
        let paths = paths(&self.env.template_from_str(&source).map_err(|e| explained(&e))?);
        let root = |p: &String| p.split('.').next().unwrap_or(p).to_owned();
        let roots: BTreeSet<String> = paths.iter().map(root).collect();
        let compiled = Arc::new(Compiled { name, paths, roots: roots.into_iter().collect() });
        self.compiled.insert(source, Arc::clone(&compiled));
        Ok(compiled)
    }

    /// From here on, what was compiled can be rendered; nothing more can be compiled. Each is made ready when a chat
    /// first needs it. Only what an author wrote has a name here: a customer's words can never be loaded as a template.
    #[must_use]
    pub fn ready(mut self) -> Self {
        let compiled = std::mem::take(&mut self.compiled).into_iter();
        let sources: BTreeMap<String, String> = compiled.map(|(source, c)| (c.name.clone(), source)).collect();
        self.env.set_loader(move |name| Ok(sources.get(name).cloned()));
        self
    }

    /// The words that people read.
    ///
    /// # Errors
    /// What went wrong, for agents and authors: a text that is too long, or a value of the wrong kind.
    pub fn render(&self, text: &Text, context: &Context, language: Option<&str>) -> Result<String, String> {
        let text = language.and_then(|tag| text.translated.get(tag)).unwrap_or(text);
        let Some(compiled) = &text.template else { return Ok(text.source.clone()) };
        let template = self.env.get_template(&compiled.name).map_err(|e| e.to_string())?;
        let mut out = Capped(Vec::new());
        template.render_captured_to(context_value(context), &mut out).map_err(|e| e.to_string())?;
        Ok(String::from_utf8_lossy(&out.0).into_owned())
    }

    /// The value of an expression; `null` where it is unknown.
    ///
    /// # Errors
    /// What went wrong, for agents and authors.
    pub fn value(&self, formula: &Formula, context: &Context) -> Result<serde_json::Value, String> {
        self.evaluate(formula, context).map(|v| to_json(&v))
    }

    /// Whether a condition holds.
    ///
    /// # Errors
    /// What went wrong, for agents and authors.
    pub fn holds(&self, formula: &Formula, context: &Context) -> Result<bool, String> {
        self.evaluate(formula, context).map(|v| v.is_true())
    }

    fn evaluate(&self, formula: &Formula, context: &Context) -> Result<Value, String> {
        let template = self.env.get_template(&formula.compiled.name).map_err(|e| e.to_string())?;
        let captured = template.render_captured_to(context_value(context), io::sink()).map_err(|e| e.to_string())?;
        Ok(captured.state().lookup("result").unwrap_or_default())
    }
}

/// What stands between two braces is read as deep as it has signs; a stack ends somewhere.
fn followed(source: &str) -> Result<(), String> {
    let too_many = || format!("more than {SIGNS} words and signs stand between its braces");
    if scan::longest_tag(source) > SIGNS { Err(too_many()) } else { Ok(()) }
}

fn explained(e: &minijinja::Error) -> String {
    e.detail().unwrap_or("it cannot be read").to_owned()
}

/// The names that a template reads, in order.
fn paths(template: &minijinja::Template<'_, '_>) -> Vec<String> {
    #[expect(clippy::disallowed_types, reason = "minijinja answers with a HashSet; it is sorted at once")]
    let found: std::collections::HashSet<String> = template.undeclared_variables(true);
    let mut paths: Vec<String> =
        found.into_iter().filter(|p| !FUNCTIONS.contains(&p.as_str()) && !COMPARING.contains(&p.as_str())).collect();
    paths.sort();
    paths
}

fn context_value(context: &Context) -> Value {
    Value::from(context.clone())
}

/// Ends a text that grows without end.
struct Capped(Vec<u8>);

impl io::Write for Capped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > OUTPUT_CAP {
            return Err(io::Error::other("the text is longer than 16 KB"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A JSON value as templates see it; `null` is unknown.
pub fn to_jinja(value: &serde_json::Value) -> Value {
    use serde_json::Value as Json;
    match value {
        Json::Null => Value::UNDEFINED,
        Json::Bool(b) => Value::from(*b),
        Json::Number(n) => n.as_i64().map(Value::from).or_else(|| n.as_f64().map(Value::from)).unwrap_or_default(),
        Json::String(s) => Value::from(s.as_str()),
        Json::Array(items) => items.iter().map(to_jinja).collect(),
        Json::Object(map) => {
            let fields: BTreeMap<String, Value> = map.iter().map(|(k, v)| (k.clone(), to_jinja(v))).collect();
            match shown(value) {
                Some(words) => shown::value(fields, words),
                None => Value::from(fields),
            }
        }
    }
}

fn to_json(value: &Value) -> serde_json::Value {
    if value.is_undefined() || value.is_none() {
        return serde_json::Value::Null;
    }
    let json = serde_json::to_value(value).unwrap_or_default();
    // `12.0` came out of arithmetic on whole numbers; authors mean 12.
    match json.as_f64() {
        Some(n) if json.is_f64() && n.fract() == 0.0 && n.abs() < 9e15 => serde_json::Value::from(n as i64),
        _ => json,
    }
}
