//! `locales/fr.yaml`: a bot's texts in another language. The key of a translation is the text itself, as the author wrote it;
//! a text without one is said as written.
use super::check::filters;
use super::settings::Settings;
use super::template::Templates;
use super::yaml::{self, Reader, field};
use crate::language::ast::Flow;
use crate::language::diagnostic::{Diagnostic, did_you_mean};
use crate::language::source::{FileId, SourceFile, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

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

/// The translations by their tags in small letters: into all languages but the first, and into the first where it is none
/// in which the built-in words are written.
#[derive(Clone, Debug, Default)]
pub struct Locales {
    all: BTreeMap<String, Locale>,
    /// The bot's first language, without its country.
    first: String,
    /// Texts of ours, as written: in English.
    built_in: BTreeSet<String>,
}

/// The language of the built-in words.
const OURS: &str = "en";

impl Locales {
    /// The shipped languages of the house that this bot speaks.
    pub fn of_the_house(languages: &[String]) -> Self {
        let first = languages.first().map_or(OURS, |l| primary(l)).to_lowercase();
        let mut found = Locales { first, ..Locales::default() };
        let spoken = |tag: &str| languages.iter().any(|l| primary(&l.to_lowercase()) == tag);
        for (tag, locale) in SHIPPED.iter().filter(|(tag, _)| spoken(tag)) {
            found.all.insert((*tag).to_owned(), locale.clone());
        }
        found
    }

    /// Adds a file of the author's; his words go before the house's.
    pub fn add(&mut self, tag: &str, locale: Locale) {
        let own = self.all.entry(tag.to_owned()).or_default();
        own.texts.extend(locale.texts);
        own.customers_say.extend(locale.customers_say);
        (own.places, own.flows, own.file) = (locale.places, locale.flows, locale.file);
    }

    /// The tag that serves a customer's language: `de` for `de-AT`. `None` where the texts as written do.
    pub fn fitting(&self, language: &str) -> Option<&str> {
        let whole = language.to_lowercase().replace('_', "-");
        [whole.as_str(), primary(&whole)]
            .into_iter()
            .find_map(|t| self.all.get_key_value(t))
            .map(|(tag, _)| tag.as_str())
    }

    /// A text in a language, where there is a translation.
    pub fn text(&self, tag: &str, source: &str) -> Option<&str> {
        self.all.get(tag)?.texts.get(source).map(String::as_str)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Locale)> {
        self.all.iter().map(|(tag, locale)| (tag.as_str(), locale))
    }

    /// Tells which of the bot's texts are ours.
    pub fn built_in(&mut self, texts: BTreeSet<String>) {
        self.built_in = texts;
    }

    /// Whether an author writes this text in the language itself, or there is nothing in it to translate.
    fn needs_none(&self, tag: &str, text: &str) -> bool {
        let ours = self.built_in.contains(text);
        let written = if ours { primary(tag) == OURS } else { primary(tag) == self.first };
        written || !says_something(text)
    }

    /// Texts of a bot that need a translation into a language.
    pub fn needed<'t>(&self, tag: &str, texts: &'t [String]) -> Vec<&'t str> {
        texts.iter().map(String::as_str).filter(|t| !self.needs_none(tag, t)).collect()
    }

    /// Texts of a bot that a language lacks, in the order in which they were written.
    pub fn missing<'t>(&self, tag: &str, texts: &'t [String]) -> Vec<&'t str> {
        let known = self.all.get(tag);
        let lacks = |text: &&str| known.is_none_or(|l| !l.texts.contains_key(*text));
        self.needed(tag, texts).into_iter().filter(lacks).collect()
    }

    /// Whether a translation is ours, and so need not stand in a file of the author's.
    pub fn ships(tag: &str, source: &str, translation: &str) -> bool {
        SHIPPED.get(tag).and_then(|l| l.texts.get(source)).is_some_and(|own| own == translation)
    }

    /// The same of a flow's sentences.
    pub fn ships_sentences(tag: &str, flow: &str, sentences: &[String]) -> bool {
        SHIPPED.get(tag).and_then(|l| l.customers_say.get(flow)).is_some_and(|own| own == sentences)
    }

    /// Lines of the author's file that translate no text of the bot.
    pub fn stale<'l>(&'l self, tag: &str, texts: &[String]) -> Vec<&'l str> {
        let places = self.all.get(tag).into_iter().flat_map(|l| &l.places).map(|(key, _)| key.as_str());
        places.filter(|key| !texts.iter().any(|text| text == key)).collect()
    }

    /// The author's topics without a sentence of customers in a language.
    pub fn unheard<'f>(&self, tag: &str, flows: &'f [Flow]) -> Vec<&'f Flow> {
        let said =
            |f: &Flow| self.all.get(tag).and_then(|l| l.customers_say.get(&f.name.text)).is_some_and(|s| !s.is_empty());
        flows.iter().filter(|f| primary(tag) != self.first && !f.customers_say.is_empty() && !said(f)).collect()
    }
}

/// The house's texts by their languages.
static SHIPPED: LazyLock<BTreeMap<&str, Locale>> = LazyLock::new(|| {
    let locale = |tag: &'static str, text: &'static str| {
        let source = SourceFile::new(format!("house/{FOLDER}{tag}.yaml"), text);
        let (locale, _) = read(FileId(u32::MAX), &source);
        (tag, Locale { places: vec![], flows: vec![], file: None, ..locale })
    };
    HOUSE.into_iter().map(|(tag, text)| locale(tag, text)).collect()
});

/// Whether a text holds words of its own, besides `{{ … }}` and `{% … %}`.
fn says_something(text: &str) -> bool {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        if before.chars().any(char::is_alphabetic) {
            return true;
        }
        let close = match after.chars().next() {
            Some('{') => "}}",
            Some('%') => "%}",
            Some('#') => "#}",
            _ => return true,
        };
        let Some((_, behind)) = after.split_once(close) else { return true };
        rest = behind;
    }
    rest.chars().any(char::is_alphabetic)
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
        found.extend(locale.file.and_then(|file| untranslated(locales, tag, texts, file)));
    }
    found
}

fn untranslated(locales: &Locales, tag: &str, texts: &[String], place: Span) -> Option<Diagnostic> {
    let (missing, all) = (locales.missing(tag, texts).len(), locales.needed(tag, texts).len());
    let problem = format!("{missing} of {all} texts are not translated into `{tag}`");
    let action = format!("List them with `rapport translate FOLDER {tag}`; until then they are said as written.");
    (missing > 0).then(|| Diagnostic::warning("F130", place, problem, action))
}

/// A bot whose first language is none of ours speaks English between its own words; a topic without sentences in a second
/// language is not found in it.
pub fn check_languages(
    locales: &Locales,
    settings: &Settings,
    own: &[Flow],
    texts: &[String],
    languages: Option<Span>,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let first = &locales.first;
    let missing = locales.missing(first, texts);
    if let Some(span) = languages.filter(|_| !locales.all.contains_key(first) && !missing.is_empty()) {
        let some: Vec<String> = missing.iter().take(3).map(|t| format!("\"{t}\"")).collect();
        let problem = format!(
            "The bot speaks `{first}`, and {} built-in texts stay English, among them {}",
            missing.len(),
            some.join(", ")
        );
        let action = format!("Translate them: `rapport translate FOLDER {first} --write` makes locales/{first}.yaml.");
        found.push(Diagnostic::warning("F133", span, problem, action));
    }
    for language in settings.languages.iter().skip(1) {
        let tag = locales.fitting(language).map_or_else(|| language.to_lowercase(), str::to_owned);
        // Where there is no file yet, the setting that asks for one is the place.
        let no_file = locales.all.get(&tag).is_none_or(|l| l.file.is_none());
        found.extend(languages.filter(|_| no_file).and_then(|span| untranslated(locales, &tag, texts, span)));
        for flow in locales.unheard(&tag, own) {
            let name = &flow.name.text;
            let problem = format!("`{name}` has no sentences of customers in `{tag}`");
            let action = format!(
                "Write some under `customers say` in locales/{tag}.yaml, like `{name}: [\"…\"]`; until then customers who \
                 write in `{tag}` are understood only by its title or in the bot's first language."
            );
            found.push(Diagnostic::warning("F134", flow.name.span, problem, action));
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
