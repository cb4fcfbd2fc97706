//! `rapport test`: plays the conversation tests of a bot.
use super::{load, out, watch};
use crate::bot::{Bot, compile};
use crate::rehearsal::{self, Coverage, Report, coverage};
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Could not be run at all: mistakes in the bot, or no tests.
const NOT_RUN: u8 = 2;

#[derive(Clone, Debug, clap::Args)]
pub struct TestArgs {
    /// Only tests whose name contains this.
    pub filter: Option<String>,
    /// Print JSON, for other programs.
    #[arg(long)]
    pub json: bool,
    /// Also write the results as JUnit XML, for build servers.
    #[arg(long)]
    pub junit: Option<PathBuf>,
    /// List what no test walked.
    #[arg(long)]
    pub coverage: bool,
    /// Stay, and play them again whenever a file of the bot changes. Ctrl-C ends.
    #[arg(long, conflicts_with = "json")]
    pub watch: bool,
}

/// What came of playing all tests once.
pub struct Round {
    /// One line.
    pub summary: String,
    /// Tests that did not pass, and mistakes.
    pub wrong: String,
    /// All that a single run prints, and whether it goes to the standard output.
    told: String,
    ran: bool,
    code: u8,
}

impl Round {
    fn not_run(summary: &str, words: String) -> Self {
        Self { summary: summary.to_owned(), wrong: words.clone(), told: words, ran: false, code: NOT_RUN }
    }
}

struct Played {
    bot: Bot,
    reports: Vec<Report>,
    coverage: Coverage,
}

pub fn run(path: &Path, args: &TestArgs) -> Result<ExitCode> {
    if args.watch {
        return watch::run(path, || round(path, args));
    }
    let round = round(path, args)?;
    if round.ran {
        out::write(&round.told)?;
    } else {
        eprint!("{}", round.told);
    }
    Ok(ExitCode::from(round.code))
}

/// Plays all tests once.
fn round(path: &Path, args: &TestArgs) -> Result<Round> {
    let mut all = Vec::new();
    for folder in load::folders(path)? {
        let compiled = compile(&load::files(&folder)?);
        if compiled.bot.is_none() {
            return Ok(Round::not_run("The bot has mistakes; no test was played.", load::report(&folder, &compiled)));
        }
        all.extend(compiled.bot.map(|bot| play(bot, args.filter.as_deref())));
    }
    if all.iter().all(|p| p.reports.is_empty()) {
        return Ok(Round::not_run("No test was played.", none(path, args)));
    }
    if let Some(file) = &args.junit {
        let suites: String = all.iter().map(|p| rehearsal::junit(&p.bot.id, p.reports.iter())).collect();
        let xml = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n{suites}</testsuites>\n");
        std::fs::write(file, xml).with_context(|| format!("The file {} cannot be written", file.display()))?;
    }
    let told = if args.json {
        let bots: Vec<Value> = all.iter().map(to_json).collect();
        format!("{}\n", serde_json::to_string_pretty(&json!({ "bots": bots }))?)
    } else {
        all.iter().map(|p| words(p, args)).collect()
    };
    let failed = |r: &&Report| r.failure.is_some();
    let mut wrong: String = all.iter().flat_map(|p| &p.reports).filter(failed).map(rehearsal::tell).collect();
    let code = u8::from(!wrong.is_empty());
    if args.coverage {
        wrong.extend(all.iter().map(|p| coverage::text(&p.bot, &p.coverage)));
    }
    let summary = all.iter().map(passed).collect::<Vec<_>>().join(" ");
    Ok(Round { summary, wrong, told, ran: true, code })
}

fn none(path: &Path, args: &TestArgs) -> String {
    match &args.filter {
        Some(filter) => format!("No test's name contains \"{filter}\".\n"),
        None => {
            format!("There are no tests. Write the first one into {}.\n", path.join("tests/first.flow").display())
        }
    }
}

/// How the tests of one bot went, in a sentence.
fn passed(played: &Played) -> String {
    let failed = played.reports.iter().filter(|r| r.failure.is_some()).count();
    let count = played.reports.len();
    let went = match (failed, count) {
        (0, 1) => "the test passed".to_owned(),
        (0, _) => format!("all {count} tests passed"),
        (_, 1) => "the test did not pass".to_owned(),
        _ => format!("{failed} of {count} tests did not pass"),
    };
    format!("{}: {went}.", played.bot.id)
}

fn play(bot: Bot, filter: Option<&str>) -> Played {
    let wanted = |name: &str| filter.is_none_or(|f| name.to_lowercase().contains(&f.to_lowercase()));
    let reports: Vec<Report> =
        bot.tests.iter().filter(|t| wanted(&t.name)).map(|t| rehearsal::rehearse(&bot, t)).collect();
    let walked = reports.iter().flat_map(|r| r.walked.iter().cloned()).collect();
    let coverage = rehearsal::coverage(&bot, &walked);
    Played { bot, reports, coverage }
}

fn words(played: &Played, args: &TestArgs) -> String {
    let mut out: String = played.reports.iter().map(rehearsal::tell).collect();
    out.push_str(&format!("\n{}\n", passed(played)));
    let (walked, places) = (played.coverage.walked(), played.coverage.places.len());
    let more = if walked < places && !args.coverage { "; `--coverage` lists the others" } else { "" };
    out.push_str(&format!("{walked} of {places} steps and ways walked{more}.\n"));
    if args.coverage {
        out.push_str(&coverage::text(&played.bot, &played.coverage));
    }
    out
}

fn to_json(played: &Played) -> Value {
    let test = |r: &Report| {
        let failure = r.failure.as_ref();
        let failure = failure.map(|f| json!({ "line": f.line, "problem": f.problem, "action": f.action }));
        json!({ "name": r.name, "file": r.file, "passed": failure.is_none(), "failure": failure })
    };
    let place = |p: &coverage::Place| json!({ "flow": p.flow, "file": &*p.file, "line": p.line, "what": p.what });
    json!({
        "bot": played.bot.id,
        "tests": played.reports.iter().map(test).collect::<Vec<_>>(),
        "walked": played.coverage.walked(),
        "places": played.coverage.places.len(),
        "not_walked": played.coverage.missing().map(place).collect::<Vec<_>>(),
    })
}
