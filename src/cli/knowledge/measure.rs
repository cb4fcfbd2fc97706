//! `rapport evaluate --knowledge`: how well articles are found, on questions whose article is known.
use crate::cli::evaluate::read;
use crate::understand::articles::{Articles, ENOUGH, SHOWN, SIGNS};
use crate::understand::measure::percent;
use anyhow::{Result, bail};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

/// The label of questions that no article answers.
const NONE: &str = "-";

/// What came of one question.
struct Asked {
    question: String,
    /// The articles of which each would do.
    wanted: BTreeSet<String>,
    /// The nearest articles, best first, with their scores.
    found: Vec<(String, f32)>,
    enough: bool,
    signs: Vec<(String, [f32; SIGNS])>,
}

/// Counts over questions.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts {
    pub answerable: usize,
    /// The right article is among the three nearest.
    pub in_three: usize,
    /// It is among those that the customer would be shown.
    pub shown: usize,
    /// It is the one whose passage is quoted.
    pub quoted: usize,
    /// Another article is quoted.
    pub wrong: usize,
    pub unanswerable: usize,
    /// Nothing was said to be found, as it should be.
    pub nothing: usize,
}

/// Which questions are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Half {
    All,
    /// The first, third, fifth … question: those that the weights were chosen on.
    Odd,
    /// The second, fourth, sixth …: those that nothing was chosen on.
    Even,
}

pub struct Measured {
    pub articles: usize,
    pub counts: Counts,
    /// For each question, on one core.
    pub time: Duration,
    asked: Vec<Asked>,
}

/// Asks all questions of a half.
///
/// # Errors
/// A question that names an article that does not exist, or a file that cannot be read.
pub fn measure(articles: &Articles, questions: &Path, half: Half) -> Result<Measured> {
    let names: BTreeSet<&str> = articles.all().iter().map(|a| a.name.as_str()).collect();
    let mut all = Vec::new();
    articles.learn();
    articles.ask("hello");
    let begun = Instant::now();
    for (number, question) in read(questions)?.into_iter().enumerate() {
        let counted = match half {
            Half::All => true,
            Half::Odd => number % 2 == 0,
            Half::Even => number % 2 == 1,
        };
        let wanted: BTreeSet<String> =
            question.topic.split(',').map(|name| name.trim().to_owned()).filter(|name| name != NONE).collect();
        if let Some(missing) = wanted.iter().find(|name| !names.contains(name.as_str())) {
            bail!("{}, line {}: there is no article `{missing}`.", questions.display(), number + 1);
        }
        if counted {
            all.push(ask(articles, question.text, wanted));
        }
    }
    let time = begun.elapsed() / u32::try_from(all.len().max(1)).unwrap_or(u32::MAX);
    let mut counts = Counts::default();
    all.iter().for_each(|asked| count(&mut counts, asked));
    Ok(Measured { articles: names.len(), counts, time, asked: all })
}

fn ask(articles: &Articles, question: String, wanted: BTreeSet<String>) -> Asked {
    let found = articles.weighed(&question);
    let enough = found.first().is_some_and(|best| best.is_enough());
    let signs = found.iter().map(|f| (f.article.name.clone(), f.signs.list())).collect();
    let found = found.iter().take(SHOWN).map(|f| (f.article.name.clone(), f.score)).collect();
    Asked { question, wanted, found, enough, signs }
}

fn count(counts: &mut Counts, asked: &Asked) {
    if asked.wanted.is_empty() {
        counts.unanswerable += 1;
        counts.nothing += usize::from(!asked.enough);
        return;
    }
    counts.answerable += 1;
    let place = asked.found.iter().position(|(name, _)| asked.wanted.contains(name));
    counts.in_three += usize::from(place.is_some());
    let believed = |(_, score): &&(String, f32)| *score >= ENOUGH;
    counts.shown += usize::from(asked.found.iter().filter(believed).any(|(name, _)| asked.wanted.contains(name)));
    counts.quoted += usize::from(asked.enough && place == Some(0));
    counts.wrong += usize::from(asked.enough && place != Some(0));
}

pub fn words(measured: &Measured, list: bool) -> String {
    let Measured { counts: c, .. } = measured;
    let share = |part: usize, of: usize| percent(part, of).map_or_else(|| "-".into(), |p| format!("{p:.1} %"));
    let mut out = format!("{} articles; {:.1} ms a question.\n", measured.articles, measured.time.as_secs_f64() * 1e3);
    let mut line = |name: &str, value: String| out.push_str(&format!("  {name:<58}{value:>8}\n"));
    line("questions that an article answers", c.answerable.to_string());
    line("the right one is among the first three", share(c.in_three, c.answerable));
    line("the right one is shown", share(c.shown, c.answerable));
    line("the right one is quoted", share(c.quoted, c.answerable));
    line("another one is quoted", share(c.wrong, c.answerable));
    line("questions that none answers", c.unanswerable.to_string());
    line("nothing found, as it should be", share(c.nothing, c.unanswerable));
    if list {
        out.push_str("Not as wanted:\n");
        for asked in measured.asked.iter().filter(|asked| !as_wanted(asked)) {
            let wanted: Vec<&str> = asked.wanted.iter().map(String::as_str).collect();
            let wanted = if wanted.is_empty() { "nothing".to_owned() } else { wanted.join(" or ") };
            let found: Vec<String> = asked.found.iter().map(|(name, score)| format!("{name} {score:.2}")).collect();
            out.push_str(&format!("  {} [{wanted}]: {}\n", asked.question, found.join(", ")));
        }
    }
    out
}

fn as_wanted(asked: &Asked) -> bool {
    match asked.found.first() {
        _ if asked.wanted.is_empty() => !asked.enough,
        Some((name, _)) => asked.enough && asked.wanted.contains(name),
        None => false,
    }
}

pub fn to_json(measured: &Measured) -> Value {
    let c = measured.counts;
    let asked = measured.asked.iter().map(|a| {
        let signs = a.signs.iter().map(|(name, signs)| json!({ "article": name, "signs": signs }));
        let (found, signs): (Vec<&String>, Vec<Value>) =
            (a.found.iter().map(|(name, _)| name).collect(), signs.collect());
        json!({ "question": a.question, "wanted": a.wanted, "enough": a.enough, "found": found, "signs": signs })
    });
    json!({
        "articles": measured.articles,
        "milliseconds_per_question": measured.time.as_secs_f64() * 1e3,
        "answerable": c.answerable,
        "in_three": percent(c.in_three, c.answerable),
        "shown": percent(c.shown, c.answerable),
        "quoted": percent(c.quoted, c.answerable),
        "wrong": percent(c.wrong, c.answerable),
        "unanswerable": c.unanswerable,
        "nothing_found": percent(c.nothing, c.unanswerable),
        "questions": asked.collect::<Vec<_>>(),
    })
}
