//! `rapport evaluate`: how well topics are understood, on anyone's data.
use super::catalog;
use super::knowledge::{self, measure::Half};
use super::out;
use crate::bot::title;
use crate::time::Millis;
use crate::understand::answers::{Days, Frame};
use crate::understand::gold;
use crate::understand::measure::{Report, frustration, labelled, percent};
use crate::understand::topics::{Example, Topics};
use anyhow::{Context, Result, bail};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Confusions that are printed.
const CONFUSIONS: usize = 20;
/// The published rejection rate that results are compared at.
const REJECTED: f64 = 0.7;

#[derive(Clone, Debug, clap::Args)]
pub struct EvaluateArgs {
    /// Examples to learn from: a text, a tab and its topic on each line.
    #[arg(long, required_unless_present_any = ["mood", "knowledge", "catalog", "answers"])]
    pub train: Option<PathBuf>,
    /// Messages to read, written alike. May be given several times.
    #[arg(long, required_unless_present_any = ["mood", "knowledge", "catalog", "answers"])]
    pub test: Vec<PathBuf>,
    /// The label of messages about other matters. They are never learned.
    #[arg(long)]
    pub none: Option<String>,
    /// Messages with their feelings, joined by `+`: measures how well frustration is recognised.
    #[arg(long, requires = "positive", conflicts_with_all = ["train", "test"])]
    pub mood: Option<PathBuf>,
    /// A label of frustrated messages. May be given several times.
    #[arg(long)]
    pub positive: Vec<String>,
    /// Questions with the names of the articles that answer them, joined by `,`; `-` where none does.
    #[arg(long, requires = "bot", conflicts_with_all = ["train", "test", "mood"])]
    pub knowledge: Option<PathBuf>,
    /// Wishes with the conditions that products must fulfil, like `kind=rug,colour!=red,price<=80`; `-` where none can.
    #[arg(long, requires = "bot", conflicts_with_all = ["train", "test", "mood", "knowledge"])]
    pub catalog: Option<PathBuf>,
    /// The bot whose articles or products are asked.
    #[arg(long)]
    pub bot: Option<PathBuf>,
    /// Ask all questions, or every other one.
    #[arg(long, value_enum, default_value = "all")]
    pub half: Half,
    /// List the questions that did not go as wanted.
    #[arg(long)]
    pub list: bool,
    /// Messages in which dates, times, amounts and numbers are marked: kind, text, start, end, span and value, with tabs between
    /// them. Measures how well answers are found.
    #[arg(long, value_name = "FILE", requires = "now", conflicts_with_all = ["train", "test", "mood", "knowledge", "catalog"])]
    pub answers: Option<PathBuf>,
    /// The day on which these messages were written, like `2022-03-15`.
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub now: Option<Date>,
    /// Which days they were asked about, where the message does not tell whether "3 May" is over or to come.
    #[arg(long, value_enum, default_value = "closest")]
    pub days: AskedDays,
    /// Print JSON, for other programs.
    #[arg(long)]
    pub json: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum AskedDays {
    Past,
    Closest,
    Coming,
}

impl From<AskedDays> for Days {
    fn from(days: AskedDays) -> Days {
        match days {
            AskedDays::Past => Days::Past,
            AskedDays::Closest => Days::Closest,
            AskedDays::Coming => Days::Coming,
        }
    }
}

/// What was counted, and how long it took.
pub struct Measured {
    pub topics: usize,
    pub examples: usize,
    pub report: Report,
    pub learning: Duration,
    /// For each message, on one core.
    pub reading: Duration,
}

pub fn run(args: &EvaluateArgs) -> Result<ExitCode> {
    if let Some(file) = &args.mood {
        return mood(file, args);
    }
    if let (Some(file), Some(bot)) = (&args.knowledge, &args.bot) {
        let measured = knowledge::measure::measure(&knowledge::articles(bot)?, file, args.half)?;
        match args.json {
            true => out::line(&serde_json::to_string_pretty(&knowledge::measure::to_json(&measured))?)?,
            false => out::write(&knowledge::measure::words(&measured, args.list))?,
        }
        return Ok(ExitCode::SUCCESS);
    }
    if let (Some(file), Some(bot)) = (&args.catalog, &args.bot) {
        let (counts, odd) = catalog::measure(&catalog::of(bot)?, file)?;
        match args.json {
            true => out::line(&serde_json::to_string_pretty(&catalog::to_json(&counts, &odd))?)?,
            false => out::write(&catalog::words(&counts, &odd, args.list))?,
        }
        return Ok(ExitCode::SUCCESS);
    }
    if let (Some(file), Some(day)) = (&args.answers, args.now) {
        return answers(file, day, args.days, args.json);
    }
    let Some(file) = &args.train else { bail!("Give examples to learn from with `--train`.") };
    let train = read(file)?;
    let mut test = Vec::new();
    for file in &args.test {
        test.extend(read(file)?);
    }
    let measured = measure(train, &test, args.none.as_deref());
    if measured.examples == 0 {
        bail!("There is nothing to learn in {}: all its lines are about other matters.", file.display());
    }
    if args.json {
        out::line(&serde_json::to_string_pretty(&to_json(&measured))?)?;
    } else {
        out::write(&words(&measured))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn mood(file: &Path, args: &EvaluateArgs) -> Result<ExitCode> {
    let messages = read(file)?;
    let Some(auroc) = frustration(&messages, &args.positive) else {
        let labels = args.positive.join(", ");
        bail!("{} needs messages that are labelled {labels}, and others.", file.display());
    };
    if args.json {
        out::line(&serde_json::to_string_pretty(&json!({ "messages": messages.len(), "auroc": auroc }))?)?;
    } else {
        out::line(&format!("{} messages; frustration is told apart with AUROC {auroc:.1}.", messages.len()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "write the day like `2022-03-15`".to_owned())
}

/// As English customers in Britain mean it, at noon of the day.
fn answers(file: &Path, day: Date, days: AskedDays, json: bool) -> Result<ExitCode> {
    let text = std::fs::read_to_string(file).with_context(|| format!("The file {} cannot be read", file.display()))?;
    let gold = gold::gold(&text);
    let gold = gold.or_else(|(line, problem)| bail!("{}, line {line}: {problem}.", file.display()))?;
    let now = TimeZone::UTC.to_timestamp(day.at(12, 0, 0, 0))?;
    let frame = Frame {
        now: Millis(now.as_millisecond()),
        zone: TimeZone::UTC,
        language: "en-GB".into(),
        region: Some("GB".into()),
        country: Some("GB".into()),
        currency: "GBP".into(),
        days: days.into(),
    };
    let counted = gold::compare(&gold, &frame);
    if json {
        let kinds = counted.iter().map(|(kind, of)| {
            let right = percent(of.right, of.count);
            (
                kind.clone(),
                json!({ "count": of.count, "right": right, "wrong": of.wrong.len(), "missed": of.missed.len() }),
            )
        });
        out::line(&serde_json::to_string_pretty(&kinds.collect::<serde_json::Map<_, _>>())?)?;
        return Ok(ExitCode::SUCCESS);
    }
    for (kind, of) in &counted {
        let right = percent(of.right, of.count).unwrap_or(0.0);
        out::line(&format!(
            "{kind}: {right:.1} % of {} right; {} read as another value, {} not found",
            of.count,
            of.wrong.len(),
            of.missed.len()
        ))?;
        for (gold, read) in &of.wrong {
            out::line(&format!("  `{}` is {} and was read as {read}: {}", gold.span, gold.value, gold.text))?;
        }
        for gold in &of.missed {
            out::line(&format!("  `{}` is {} and was not found: {}", gold.span, gold.value, gold.text))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Reads a file of texts and labels.
///
/// # Errors
/// What is wrong with it, in words for people.
pub fn read(path: &Path) -> Result<Vec<Example>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("The file {} cannot be read", path.display()))?;
    let examples = labelled(&text);
    examples.or_else(|line| bail!("{}, line {line}: write the text, a tab, and its topic.", path.display()))
}

/// Learns one set and reads the other. As in a bot, a topic's title is an example too: its label's words.
pub fn measure(train: Vec<Example>, test: &[Example], none: Option<&str>) -> Measured {
    let train: Vec<Example> = train.into_iter().filter(|e| none.is_none_or(|none| e.topic != none)).collect();
    let mut names: Vec<&str> = train.iter().map(|e| e.topic.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let (topics, examples) = (names.len(), train.len());
    let titles = names.iter().map(|name| Example { topic: (*name).to_owned(), text: title(name) });
    let learned = Topics::train(&train.iter().cloned().chain(titles).collect::<Vec<_>>());
    let begun = Instant::now();
    learned.learn();
    let learning = begun.elapsed();
    // what is made once for the whole program is no part of a message's time
    learned.read("hello");
    let begun = Instant::now();
    let readings: Vec<_> = test.iter().map(|message| learned.read(&message.text)).collect();
    let reading = begun.elapsed() / u32::try_from(test.len().max(1)).unwrap_or(u32::MAX);
    let mut report = Report::default();
    for (message, reading) in test.iter().zip(&readings) {
        let topic = Some(message.topic.as_str()).filter(|topic| none != Some(*topic));
        report.count(topic, reading);
    }
    Measured { topics, examples, report, learning, reading }
}

fn words(measured: &Measured) -> String {
    let Measured { report, .. } = measured;
    let (scope, other) = (&report.in_scope, &report.other);
    let share = |part: usize, of: usize| percent(part, of).map_or_else(|| "-".into(), |p| format!("{p:.1} %"));
    let mut out = format!(
        "{} topics learned from {} examples in {:.0} ms; {:.0} µs a message.\n",
        measured.topics,
        measured.examples,
        measured.learning.as_secs_f64() * 1e3,
        measured.reading.as_secs_f64() * 1e6
    );
    let mut line = |name: &str, value: String| out.push_str(&format!("  {name:<58}{value:>8}\n"));
    if scope.count > 0 {
        line("messages about the topics", scope.count.to_string());
        line("right topic, whatever its score", share(scope.best, scope.count));
        line("right topic, and believed", share(scope.believed, scope.count));
        line("wrong topic, and believed", share(scope.wrong_routes, scope.count));
        line("begun at once: right", share(scope.sure, scope.count));
        line("begun at once: wrong", share(scope.sure_wrong, scope.count));
        line("asked \"did you mean\": the right one among them", share(scope.close, scope.count));
        line("asked \"did you mean\": the right one not among them", share(scope.close_without, scope.count));
        line("not understood", share(scope.nothing, scope.count));
    }
    if other.count > 0 {
        line("messages about other matters", other.count.to_string());
        line("not understood, as it should be", share(other.nothing, other.count));
        line("asked \"did you mean\"", share(other.close, other.count));
        line("a topic begun at once", share(other.sure, other.count));
    }
    if let (Some(right), Some(auroc)) = (report.right_where_rejected(REJECTED), report.auroc()) {
        line("right topic where 70 % of other matters are rejected", format!("{right:.1} %"));
        line("how well the score tells both apart (AUROC)", format!("{auroc:.1}"));
    }
    let confusions = confusions(report);
    if !confusions.is_empty() {
        out.push_str("Most often confused:\n");
    }
    for (wanted, read, count) in confusions.iter().take(CONFUSIONS) {
        let read = if read.is_empty() { "nothing" } else { read };
        out.push_str(&format!("  {count:>5} times {wanted} was read as {read}\n"));
    }
    out
}

/// The commonest first.
fn confusions(report: &Report) -> Vec<(&str, &str, usize)> {
    let all = report.confusions.iter().map(|((wanted, read), count)| (wanted.as_str(), read.as_str(), *count));
    let mut all: Vec<_> = all.collect();
    all.sort_by_key(|(_, _, count)| std::cmp::Reverse(*count));
    all
}

fn to_json(measured: &Measured) -> Value {
    let Measured { report, .. } = measured;
    let (scope, other) = (&report.in_scope, &report.other);
    let confused = confusions(report);
    let confused = confused.iter().map(|(wanted, read, n)| json!({ "label": wanted, "read_as": read, "count": n }));
    json!({
        "topics": measured.topics,
        "examples": measured.examples,
        "training_ms": measured.learning.as_secs_f64() * 1e3,
        "microseconds_per_message": measured.reading.as_secs_f64() * 1e6,
        "in_scope": {
            "count": scope.count,
            "accuracy": percent(scope.best, scope.count),
            "accuracy_with_threshold": percent(scope.believed, scope.count),
            "wrong_routes": percent(scope.wrong_routes, scope.count),
            "sure_right": percent(scope.sure, scope.count),
            "sure_wrong": percent(scope.sure_wrong, scope.count),
            "close_with_right": percent(scope.close, scope.count),
            "close_without_right": percent(scope.close_without, scope.count),
            "not_understood": percent(scope.nothing, scope.count),
        },
        "out_of_scope": {
            "count": other.count,
            "recall": percent(other.nothing, other.count),
            "close": percent(other.close, other.count),
            "sure": percent(other.sure, other.count),
        },
        "in_scope_accuracy_at_70_out_of_scope_recall": report.right_where_rejected(REJECTED),
        "auroc": report.auroc(),
        "confusions": confused.collect::<Vec<_>>(),
    })
}
