//! `locales/fr.yaml`: a bot's texts in another language. The key of a translation is the text itself, as the author wrote it;
//! a text without one is said as written.
use super::check::filters;
use super::phrases;
use super::settings::Settings;
use super::template::Templates;
use super::yaml::{self, Reader, field};
use crate::language::ast::Flow;
use crate::language::diagnostic::{Diagnostic, did_you_mean};
use crate::language::source::{FileId, SourceFile, Span};
use std::collections::{BTreeMap, BTreeSet};

pub const FOLDER: &str = "locales/";
const TEXTS: &str = "texts";
const CUSTOMERS_SAY: &str = "customers say";

/// Languages in which the house flows are shipped.
const HOUSE: [(&str, &str); 3] = [
    ("de", include_str!("../../flows/house/locales/de.yaml")),
    ("es", include_str!("../../flows/house/locales/es.yaml")),
    ("fr", include_str!("../../flows/house/locales/fr.yaml")),
];

/// One language of a bot.
#[derive(Clone, Debug, Default)]
pub struct Locale {
    /// By the text as written.
    pub texts: BTreeMap<String, String>,
    /// Example sentences by flow.
    pub customers_say: BTreeMap<String, Vec<String>>,
    /// Where each key stands.
    places: Vec<(String, Span)>,
    flows: Vec<(String, Span)>,
    file: Option<Span>,
}

/// All languages but the first, by their tags in small letters.
#[derive(Clone, Debug, Default)]
pub struct Locales(BTreeMap<String, Locale>);

impl Locales {
    /// The shipped languages of the house that this bot speaks.
    pub fn of_the_house(languages: &[String]) -> Self {
        let mut found = Locales::default();
        for (tag, text) in HOUSE.iter().filter(|(tag, _)| languages.iter().any(|l| primary(l) == *tag)) {
            let source = SourceFile::new(format!("house/{FOLDER}{tag}.yaml"), *text);
            let (locale, _) = read(FileId(u32::MAX), &source);
            found.0.insert((*tag).to_owned(), Locale { places: vec![], flows: vec![], ..locale });
        }
        found
    }

    /// Adds a file of the author's; his words go before the house's.
    pub fn add(&mut self, tag: &str, locale: Locale) {
        let own = self.0.entry(tag.to_owned()).or_default();
        own.texts.extend(locale.texts);
        own.customers_say.extend(locale.customers_say);
        (own.places, own.flows, own.file) = (locale.places, locale.flows, locale.file);
    }

    /// The tag that serves a customer's language: `de` for `de-AT`. `None` where the texts as written do.
    pub fn fitting(&self, language: &str) -> Option<&str> {
        let whole = language.to_lowercase().replace('_', "-");
        [whole.as_str(), primary(&whole)].into_iter().find_map(|t| self.0.get_key_value(t)).map(|(tag, _)| tag.as_str())
    }

    /// A text in a language, where there is a translation.
    pub fn text(&self, tag: &str, source: &str) -> Option<&str> {
        self.0.get(tag)?.texts.get(source).map(String::as_str)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Locale)> {
        self.0.iter().map(|(tag, locale)| (tag.as_str(), locale))
    }

    /// Texts of a bot that a language lacks, in the order in which they were written.
    pub fn missing<'t>(&self, tag: &str, texts: &'t [String]) -> Vec<&'t str> {
        let known = self.0.get(tag);
        texts.iter().map(String::as_str).filter(|t| known.is_none_or(|l| !l.texts.contains_key(*t))).collect()
    }
}

/// `de` of `de-AT`.
pub fn primary(language: &str) -> &str {
    language.split(['-', '_']).next().unwrap_or(language)
}

/// The language of a file: `fr` of `locales/fr.yaml`.
pub fn tag(file: &str) -> Option<String> {
    let name = file.strip_prefix(FOLDER)?.strip_suffix(".yaml")?;
    Some(name.to_lowercase().replace('_', "-"))
}

/// Reads one file.
pub fn read(file: FileId, source: &SourceFile) -> (Locale, Vec<Diagnostic>) {
    let mut locale = Locale { file: Some(Span::new(file, 0, 0)), ..Locale::default() };
    let root = match yaml::parse(file, source) {
        Ok(root) => root,
        // What such a file lacks is no second mistake.
        Err(d) => return (Locale::default(), vec![d]),
    };
    let mut reader = Reader::default();
    let entries = reader.map(&root, "This file");
    reader.only(entries, &[TEXTS, CUSTOMERS_SAY], "a file of translations");
    for (key, node) in field(entries, TEXTS).map(|n| reader.map(n, "`texts`")).unwrap_or_default() {
        locale.places.push((key.text.clone(), key.span));
        // An empty one is still to be done.
        if matches!(node.value, yaml::Kind::Nothing) {
            continue;
        }
        if let Some(text) = reader.text(node).filter(|t| !t.is_empty()) {
            locale.texts.insert(key.text.clone(), text);
        }
    }
    for (key, node) in field(entries, CUSTOMERS_SAY).map(|n| reader.map(n, "`customers say`")).unwrap_or_default() {
        let name = key.text.to_lowercase();
        locale.flows.push((name.clone(), key.span));
        locale.customers_say.insert(name, reader.texts(node).into_iter().map(|(t, _)| t).collect());
    }
    (locale, reader.found)
}

/// Every text of a bot that customers may read: steps, titles, labels of rows, and the engine's own words.
pub fn texts(
    flows: &[Flow],
    labels: impl Iterator<Item = String>,
    of_step: impl Fn(&Flow) -> Vec<String>,
) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut seen = BTreeSet::new();
    let titles = |f: &Flow| f.title.as_ref().map(|t| t.text.clone());
    let own = flows.iter().flat_map(|f| titles(f).into_iter().chain(of_step(f)));
    for text in own.chain(labels).chain(phrases::all().map(str::to_owned)) {
        if text.chars().any(char::is_alphabetic) && seen.insert(text.clone()) {
            found.push(text);
        }
    }
    found
}

const LOOKED_FOR: usize = 200;

/// What is wrong between translations and the bot.
pub fn check(locales: &Locales, settings: &Settings, flows: &[Flow], texts: &[String]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut templates = Templates::new(settings);
    let said: BTreeSet<&str> = texts.iter().map(String::as_str).collect();
    // In a file of another bot, what each line may have meant is not looked for again and again.
    let mut looked_for = 0;
    let names: BTreeSet<&str> = flows.iter().map(|f| f.name.text.as_str()).collect();
    for (tag, locale) in locales.iter() {
        for (key, span) in &locale.places {
            if said.contains(key.as_str()) {
                found.extend(reads_the_same(&mut templates, key, locale.texts.get(key), *span));
                locale.texts.get(key).iter().for_each(|text| filters(text, *span, false, &mut found));
                continue;
            }
            looked_for += 1;
            let near = texts.iter().map(String::as_str).filter(|_| looked_for <= LOOKED_FOR);
            let action = match did_you_mean(key, near) {
                Some(meant) => format!("Did you mean `{meant}`?"),
                None => "Write the text exactly as it stands in the flow, or take the line out.".to_owned(),
            };
            found.push(Diagnostic::warning("F131", *span, "No text of the bot reads like this", action));
        }
        for (name, span) in locale.flows.iter().filter(|(n, _)| !names.contains(n.as_str())) {
            let action = match did_you_mean(name, names.iter().copied()) {
                Some(meant) => format!("Did you mean `{meant}`?"),
                None => "Name a flow of the bot.".to_owned(),
            };
            found.push(Diagnostic::error("F103", *span, format!("There is no flow named `{name}`"), action));
        }
        let missing = locales.missing(tag, texts).len();
        if let Some(file) = locale.file.filter(|_| missing > 0) {
            let problem = format!("{missing} of {} texts are not translated into `{tag}`", texts.len());
            let action =
                format!("List them with `rapport translate FOLDER {tag}`; until then they are said as written.");
            found.push(Diagnostic::warning("F130", file, problem, action));
        }
    }
    found
}

/// A translation may only show what the text itself shows: nothing else is sure to be known there.
fn reads_the_same(
    templates: &mut Templates,
    text: &str,
    translation: Option<&String>,
    span: Span,
) -> Option<Diagnostic> {
    let translation = translation?;
    match (templates.text(text), templates.text(translation)) {
        (Ok(own), Ok(other)) => {
            let more = other.roots().iter().find(|r| !own.roots().contains(r))?;
            let problem = format!("The translation shows `{more}`, and the text itself does not");
            Some(Diagnostic::error("F132", span, problem, "Show the same details in both."))
        }
        (_, Err(why)) => {
            let problem = format!("This translation cannot be filled in: {why}");
            let action = "Write names as `{{ name }}` and conditions as `{% if name %}…{% endif %}`.";
            Some(Diagnostic::error("F132", span, problem, action))
        }
        _ => None,
    }
}
