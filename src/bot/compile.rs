//! The only way to get a [`Bot`]: from the texts of its files to a bot without mistakes, or to all of them.
use super::check::{self, Subject};
use super::locales::{self, Locale, Locales};
use super::lower::{self, Around};
use super::op::{FlowCode, Op};
use super::philosophy::{self, Philosophy};
use super::settings::{self, Settings};
use super::template::Templates;
use super::{Bot, Integrations, MAIN, house, integrations};
use crate::language::ast::Flow;
use crate::language::diagnostic::{Diagnostic, Severity};
use crate::language::source::{FileId, SourceFile, Span};
use crate::language::test::Test;
use crate::understand::topics::{Example, Topics};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

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
    let Checked { sources, mut parts, templates, flows, bound } = checked(files);
    let sound = parts.found.iter().all(|d| d.severity != Severity::Error);
    let topics = sound.then(|| topics(&parts.flows));
    // Only here: an editor that inspects a bot at each keystroke trains no topics.
    let confused = topics.iter().flat_map(|topics| check::confusions(&parts.flows, parts.own, topics));
    parts.found.extend(confused);
    in_order(&mut parts.found);
    let found = parts.found;
    let bot = topics.map(|topics| Bot {
        id: files.id.clone(),
        hash: hash(files),
        topics,
        topics_in: parts.locales.iter().map(|(tag, l)| (tag.to_owned(), topics_in(&parts.flows, l))).collect(),
        locales: parts.locales,
        texts: parts.texts,
        tests: parts.tests,
        settings: parts.settings,
        integrations: parts.integrations,
        flows,
        templates,
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
    let tags = spoken.iter().map(|(tag, _)| tag.clone());
    parts.locales = Locales::of_the_house(&parts.settings.languages.iter().cloned().chain(tags).collect::<Vec<_>>());
    spoken.into_iter().for_each(|(tag, locale)| parts.locales.add(&tag, locale));
    parts.texts = check::texts_of(&parts.flows, &parts.settings.kinds);
    parts.locales.built_in(built_in(&parts));
    parts
}

/// Texts of the house alone: one that the author writes too is his.
fn built_in(parts: &Parts) -> BTreeSet<String> {
    let house = parts.flows.get(parts.own..).unwrap_or_default();
    let own = check::own_texts(parts.flows.get(..parts.own).unwrap_or_default(), &parts.settings.kinds);
    let ours = check::texts_of(house, &settings::Kinds::default());
    ours.into_iter().filter(|text| !own.contains(text)).collect()
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
    reads_of_do(&mut flows);
    secrets_end_at_use(&mut flows);
    flows
}

/// Secrets live until the next `use`, whichever it is.
fn secrets_end_at_use(flows: &mut BTreeMap<String, FlowCode>) {
    let asked = flows.values().flat_map(|f| &f.ops).filter_map(|p| match &p.op {
        Op::Ask(ask) if ask.secret => Some(ask.slot.clone()),
        _ => None,
    });
    let secrets: Vec<String> = asked.collect::<BTreeSet<_>>().into_iter().collect();
    for placed in flows.values_mut().flat_map(|f| &mut f.ops) {
        if let Op::Use(step) = &mut placed.op {
            step.secrets.clone_from(&secrets);
        }
    }
}

/// Pieces within pieces that are followed, and names that are followed through them; nobody writes more.
const DEEPEST: usize = 32;
const MOST_NAMES: usize = 1_000;

/// `do FLOW` reads what that flow reads: `ask again` must know whether to run it anew.
fn reads_of_do(flows: &mut BTreeMap<String, FlowCode>) {
    let read = |f: &FlowCode| f.ops.iter().flat_map(|p| p.reads.iter().cloned()).collect::<BTreeSet<String>>();
    let mut all: BTreeMap<&str, Arc<BTreeSet<String>>> =
        flows.iter().map(|(n, f)| (n.as_str(), Arc::new(read(f)))).collect();
    let called = |f: &FlowCode| {
        let next = f.ops.iter().filter_map(|p| if let Op::Do { flow } = &p.op { Some(flow.clone()) } else { None });
        next.collect::<BTreeSet<String>>()
    };
    let calls: Vec<(&str, BTreeSet<String>)> = flows.iter().map(|(n, f)| (n.as_str(), called(f))).collect();
    // Each round carries the reads one call further.
    for _ in 0..DEEPEST {
        let mut grew = false;
        for (name, called) in calls.iter().filter(|(_, called)| !called.is_empty()) {
            let Some(own) = all.get(name) else { continue };
            let more = called.iter().filter_map(|c| all.get(c.as_str())).flat_map(|c| c.iter());
            let mut union = BTreeSet::clone(own);
            union.extend(more.take(MOST_NAMES).cloned());
            if union.len() > own.len() && own.len() < MOST_NAMES {
                grew = true;
                all.insert(name, Arc::new(union));
            }
        }
        if !grew {
            break;
        }
    }
    let all: BTreeMap<String, Arc<BTreeSet<String>>> = all.into_iter().map(|(n, r)| (n.to_owned(), r)).collect();
    for placed in flows.values_mut().flat_map(|f| &mut f.ops) {
        if let Op::Do { flow } = &placed.op
            && let Some(reads) = all.get(flow)
        {
            placed.reads = Arc::clone(reads);
        }
    }
}

/// The examples of another language, beside the author's own: customers mix.
fn topics_in(flows: &[Flow], locale: &Locale) -> Topics {
    let mut examples = examples(flows);
    let said = locale.customers_say.iter().flat_map(|(flow, all)| all.iter().map(move |text| (flow, text)));
    examples.extend(said.map(|(flow, text)| Example { topic: flow.clone(), text: text.clone() }));
    let titles = flows.iter().filter(|f| f.name.text != MAIN).filter_map(|f| Some((f, f.title.as_ref()?)));
    let titles = titles.filter_map(|(f, title)| Some((f, locale.texts.get(&title.text)?)));
    examples.extend(titles.map(|(f, text)| Example { topic: f.name.text.clone(), text: text.clone() }));
    Topics::train(&examples)
}

fn topics(flows: &[Flow]) -> Topics {
    Topics::train(&examples(flows))
}

fn examples(flows: &[Flow]) -> Vec<Example> {
    let sayings = flows.iter().flat_map(|f| f.customers_say.iter().map(move |p| (f, p)));
    let mut examples: Vec<Example> =
        sayings.map(|(f, p)| Example { topic: f.name.text.clone(), text: p.text.clone() }).collect();
    // A topic's title is what its button says; typing it must work.
    let titled = flows.iter().filter(|f| !f.customers_say.is_empty() && f.name.text != MAIN);
    examples.extend(
        titled.filter_map(|f| Some(Example { topic: f.name.text.clone(), text: f.title.as_ref()?.text.clone() })),
    );
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
