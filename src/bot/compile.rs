//! The only way to get a [`Bot`]: from the texts of its files to a bot without mistakes, or to all of them.
use super::check::{self, Subject};
use super::locales::{self, Locale, Locales};
use super::lower::{self, Around};
use super::op::FlowCode;
use super::philosophy::{self, Philosophy};
use super::settings::{self, Settings};
use super::template::Templates;
use super::{Bot, Integrations, MAIN, catalog, house, integrations, knowledge};
use crate::language::ast::Flow;
use crate::language::diagnostic::{Diagnostic, Severity};
use crate::language::source::{FileId, SourceFile, Span};
use crate::language::test::Test;
use crate::understand::articles::{Article, Articles};
use crate::understand::catalog::Catalog;
use crate::understand::topics::{Example, Strictness, Topics};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// Files in this folder hold conversation tests.
pub const TESTS: &str = "tests/";

/// The files of one bot, read by whoever may read files.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// The name of the bot's folder.
    pub id: String,
    /// Path relative to the folder, and text.
    pub texts: Vec<(String, String)>,
}

/// A bot, or why there is none.
#[derive(Debug)]
pub struct Compiled {
    /// `None` where a diagnostic is an error.
    pub bot: Option<Bot>,
    /// What the places in the diagnostics refer to.
    pub sources: Vec<SourceFile>,
    /// By file and place.
    pub diagnostics: Vec<Diagnostic>,
}

struct Parts {
    flows: Vec<Flow>,
    /// How many of the flows are the author's; the house flows follow.
    own: usize,
    settings: Settings,
    integrations: Integrations,
    articles: Vec<Article>,
    catalog: Catalog,
    philosophy: Philosophy,
    locales: Locales,
    texts: Vec<String>,
    tests: Vec<Test>,
    found: Vec<Diagnostic>,
}

/// What an editor asks of a bot: its mistakes, and what its settings name. No topic is trained for it.
#[derive(Debug)]
pub struct Inspected {
    /// The author's files in the order given, then the house flows.
    pub sources: Vec<SourceFile>,
    pub diagnostics: Vec<Diagnostic>,
    pub settings: Settings,
    pub integrations: Integrations,
}

/// Compiles a bot. Every mistake in every file is reported at once.
pub fn compile(files: &Files) -> Compiled {
    made(files, checked(files))
}

/// The same, and what only shows when the topics are learned: those that confuse each other.
pub fn thorough(files: &Files) -> Compiled {
    let checked = checked(files);
    let (flows, own) = (checked.parts.flows.clone(), checked.parts.own);
    let mut compiled = made(files, checked);
    if let Some(bot) = &compiled.bot {
        compiled.diagnostics.extend(check::confusions(&flows, own, &bot.topics));
        compiled.diagnostics.extend(check::teaching(&flows, own, &bot.topics));
        in_order(&mut compiled.diagnostics);
    }
    compiled
}

fn made(files: &Files, checked: Checked) -> Compiled {
    let Checked { sources, parts, templates, flows, bound } = checked;
    let sound = parts.found.iter().all(|d| d.severity != Severity::Error);
    let found = parts.found;
    let strictness = parts.settings.understand;
    let bot = sound.then(|| Bot {
        id: files.id.clone(),
        hash: hash(files),
        topics: Topics::with(examples(&parts.flows), strictness),
        topics_in: parts
            .locales
            .iter()
            .map(|(tag, l)| (tag.to_owned(), topics_in(&parts.flows, l, strictness)))
            .collect(),
        locales: parts.locales,
        texts: parts.texts,
        tests: parts.tests,
        settings: parts.settings,
        integrations: parts.integrations,
        knowledge: Articles::new(parts.articles),
        catalog: parts.catalog,
        flows,
        templates: templates.ready(),
        bound,
        philosophy: parts.philosophy,
    });
    Compiled { bot, sources, diagnostics: found }
}

/// Everything that [`compile`] would report, without making the bot.
pub fn inspect(files: &Files) -> Inspected {
    let Checked { sources, parts, .. } = checked(files);
    let Parts { settings, integrations, found, .. } = parts;
    Inspected { sources, diagnostics: found, settings, integrations }
}

/// The parts of a bot with all their mistakes.
struct Checked {
    sources: Vec<SourceFile>,
    parts: Parts,
    templates: Templates,
    flows: BTreeMap<String, FlowCode>,
    bound: Option<super::paths::Bound>,
}

fn checked(files: &Files) -> Checked {
    let mut sources: Vec<SourceFile> =
        files.texts.iter().map(|(n, t)| SourceFile::new(n.as_str(), t.as_str())).collect();
    let author_files = sources.len();
    sources.extend(house::sources());
    let mut parts = read(&files.id, &sources, author_files);
    let subject = Subject {
        flows: &parts.flows,
        own: parts.own,
        settings: &parts.settings,
        integrations: &parts.integrations,
        philosophy: &parts.philosophy,
        tests: &parts.tests,
    };
    let mut templates = Templates::speaking(&parts.settings, &parts.locales);
    let mut checked = check::check(&subject, &mut templates);
    // House flows lead to the author's `main`; that it is missing is told once, as the author's mistake.
    checked.retain(|d| d.code != "F103" || usize::try_from(d.span.file.0).is_ok_and(|file| file < author_files));
    parts.found.extend(checked);
    let translated = locales::check(&parts.locales, &parts.settings, &parts.flows, &parts.texts);
    parts.found.extend(translated);
    let own = parts.flows.get(..parts.own).unwrap_or_default();
    let languages = languages_span(&sources);
    let spoken = locales::check_languages(&parts.locales, &parts.settings, own, &parts.texts, languages);
    parts.found.extend(spoken);
    let flows = lowered(&mut parts, &sources, &mut templates);
    // What is proved of a bot with mistakes would only repeat them.
    let sound = parts.found.iter().all(|d| d.severity != Severity::Error);
    let Parts { settings, integrations, philosophy, found, .. } = &mut parts;
    let bound = sound.then(|| check::prove(&flows, settings, integrations, philosophy, found)).flatten();
    in_order(found);
    found.dedup();
    // A name that was mended by us exists nowhere; that it does not is no second mistake.
    let mended: BTreeSet<_> = found.iter().filter(|d| d.code == "F023").map(|d| d.span).collect();
    found.retain(|d| !d.code.starts_with("F10") || !mended.contains(&d.span));
    Checked { sources, parts, templates, flows, bound }
}

fn in_order(found: &mut [Diagnostic]) {
    found.sort_by(|a, b| (a.span.file, a.span.start, a.code).cmp(&(b.span.file, b.span.start, b.code)));
}

fn read(id: &str, sources: &[SourceFile], author_files: usize) -> Parts {
    let mut parts = Parts {
        flows: vec![],
        own: 0,
        settings: settings::defaults(id),
        integrations: Integrations::default(),
        articles: vec![],
        catalog: Catalog::default(),
        philosophy: Philosophy::default(),
        locales: Locales::default(),
        texts: vec![],
        tests: vec![],
        found: vec![],
    };
    let mut spoken = Vec::new();
    for (index, source) in sources.iter().enumerate() {
        let file = FileId(u32::try_from(index).unwrap_or(u32::MAX));
        if index == author_files {
            parts.own = parts.flows.len();
        }
        let found = match source.name.as_str() {
            "bot.yaml" => {
                let (settings, found) = settings::read(id, file, source);
                parts.settings = settings;
                found
            }
            "integrations.yaml" => {
                let (integrations, found) = integrations::read(file, source);
                parts.integrations = integrations;
                found
            }
            "philosophy.yaml" => {
                let (philosophy, found) = philosophy::read(file, source);
                parts.philosophy = philosophy;
                found
            }
            name if name.starts_with(locales::FOLDER) => {
                let (locale, found) = locales::read(file, source);
                spoken.extend(locales::tag(name).map(|tag| (tag, locale)));
                found
            }
            catalog::FILE => {
                let (catalog, found) = catalog::read(file, source);
                parts.catalog = catalog;
                found
            }
            name if name.starts_with(knowledge::FOLDER) => {
                let (article, found) = knowledge::read(file, source);
                parts.articles.extend(article);
                found
            }
            name if name.starts_with(TESTS) => {
                let (tests, found) = crate::language::test::parse(file, source);
                parts.tests.extend(tests);
                found
            }
            _ => {
                let (tree, found) = crate::language::parse(file, source);
                let replaced =
                    |f: &Flow| index >= author_files && parts.flows.iter().any(|own| own.name.text == f.name.text);
                let fresh: Vec<Flow> = tree.flows.into_iter().filter(|f| !replaced(f)).collect();
                parts.flows.extend(fresh);
                found
            }
        };
        parts.found.extend(found);
    }
    own_systems(&mut parts);
    let tags = spoken.iter().map(|(tag, _)| tag.clone());
    parts.locales = Locales::of_the_house(&parts.settings.languages.iter().cloned().chain(tags).collect::<Vec<_>>());
    spoken.into_iter().for_each(|(tag, locale)| parts.locales.add(&tag, locale));
    parts.texts = check::texts_of(&parts.flows, &parts.settings.kinds);
    parts.locales.built_in(built_in(&parts));
    parts
}

/// What rapport answers itself. A system of the author's by the same name takes its place.
fn own_systems(parts: &mut Parts) {
    let there = [
        (integrations::own::KNOWLEDGE, !parts.articles.is_empty()),
        (integrations::own::CATALOG, !parts.catalog.is_empty()),
    ];
    for (own, _) in there.into_iter().filter(|(_, there)| *there) {
        parts.integrations.systems.entry(own.system.into()).or_insert_with(|| own.described());
    }
}

/// Texts of the house alone: one that the author writes too is his.
fn built_in(parts: &Parts) -> BTreeSet<String> {
    let house = parts.flows.get(parts.own..).unwrap_or_default();
    let mut ours: BTreeSet<String> = check::texts_of(house, &settings::Kinds::default()).into_iter().collect();
    for text in check::own_texts(parts.flows.get(..parts.own).unwrap_or_default(), &parts.settings.kinds) {
        ours.remove(text);
    }
    ours
}

/// Where `languages` stands in `bot.yaml`.
fn languages_span(sources: &[SourceFile]) -> Option<Span> {
    let index = sources.iter().position(|s| s.name == "bot.yaml")?;
    let text = &sources.get(index)?.text;
    let start = if text.starts_with("languages") { 0 } else { text.find("\nlanguages")? + 1 };
    let at = |n: usize| u32::try_from(n).ok();
    Some(Span::new(FileId(at(index)?), start, start + "languages".len()))
}

fn lowered(parts: &mut Parts, sources: &[SourceFile], templates: &mut Templates) -> BTreeMap<String, FlowCode> {
    let some = parts.flows.iter().filter_map(|f| Some((f.name.text.as_str(), f.for_customers.as_ref()?)));
    let around =
        Around { settings: &parts.settings, integrations: &parts.integrations, sources, for_customers: some.collect() };
    let (mut flows, mut patterns) = (BTreeMap::new(), lower::Patterns::new());
    for (index, flow) in parts.flows.iter().enumerate() {
        let code = lower::flow(flow, index >= parts.own, &around, templates, &mut patterns, &mut parts.found);
        flows.entry(code.name.clone()).or_insert(code);
    }
    lower::across(&mut flows, &parts.settings);
    (0..).zip(flows.values_mut()).for_each(|(number, flow)| flow.number = number);
    flows
}

/// The examples of another language, beside the author's own: customers mix.
fn topics_in(flows: &[Flow], locale: &Locale, strictness: Strictness) -> Topics {
    let mut examples = examples(flows);
    let said = locale.customers_say.iter().flat_map(|(flow, all)| all.iter().map(move |text| (flow, text)));
    examples.extend(said.map(|(flow, text)| Example { topic: flow.clone(), text: text.clone() }));
    let titles = flows.iter().filter(|f| f.name.text != MAIN).filter_map(|f| Some((f, f.title.as_ref()?)));
    let titles = titles.filter_map(|(f, title)| Some((f, locale.texts.get(&title.text)?)));
    examples.extend(titles.map(|(f, text)| Example { topic: f.name.text.clone(), text: text.clone() }));
    Topics::with(examples, strictness)
}

fn examples(flows: &[Flow]) -> Vec<Example> {
    let sayings = flows.iter().flat_map(|f| f.customers_say.iter().map(move |p| (f, p)));
    let mut examples: Vec<Example> =
        sayings.map(|(f, p)| Example { topic: f.name.text.clone(), text: p.text.clone() }).collect();
    // A topic's title is what its button says; typing it must work. Without a title its name says what it is about.
    let topics = flows.iter().filter(|f| !f.customers_say.is_empty() && f.name.text != MAIN);
    let title = |f: &Flow| f.title.as_ref().map_or_else(|| lower::title(&f.name.text), |title| title.text.clone());
    examples.extend(topics.map(|f| Example { topic: f.name.text.clone(), text: title(f) }));
    examples
}

fn hash(files: &Files) -> String {
    let mut hasher = Sha256::new();
    // A test changes nothing for a customer: chats go on in the same version.
    for (name, text) in files.texts.iter().filter(|(n, _)| !n.starts_with(TESTS)) {
        hasher.update(name.as_bytes());
        hasher.update([0]);
        hasher.update(text.as_bytes());
        hasher.update([0]);
    }
    hasher.finalize().iter().take(8).map(|b| format!("{b:02x}")).collect()
}
