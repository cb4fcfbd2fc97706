//! `rapport check`: every mistake at once.
use super::colour::Colour;
use super::{load, out};
use crate::bot::paths::Bound;
use crate::bot::thorough;
use crate::language::{render, sarif};
use anyhow::Result;
use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Clone, Debug, clap::Args)]
pub struct CheckArgs {
    /// The bot's folder, or a folder of bots.
    pub path: PathBuf,
    /// Print JSON, for other programs.
    #[arg(long, conflicts_with = "sarif")]
    pub json: bool,
    /// Print SARIF 2.1.0, for code hosts and editors that show mistakes beside the lines.
    #[arg(long)]
    pub sarif: bool,
    /// Show the longest way to an answer or a person, step by step.
    #[arg(long)]
    pub bound: bool,
    /// Whether the text has colours; `NO_COLOR` is honoured.
    #[arg(long, value_enum, default_value_t)]
    pub color: Colour,
}

pub fn run(args: &CheckArgs) -> Result<ExitCode> {
    let colour = args.color.on();
    let mut out = out::out();
    let (mut wrong, mut explained) = (false, None);
    let (mut bots, mut runs): (Vec<Value>, Vec<Value>) = (vec![], vec![]);
    for folder in load::folders(&args.path)? {
        let compiled = thorough(&load::files(&folder)?);
        wrong |= compiled.bot.is_none();
        let bound = compiled.bot.as_ref().and_then(|b| b.bound.as_ref());
        if args.sarif {
            runs.push(sarif::run(&compiled.diagnostics, &compiled.sources, &folder.to_string_lossy()));
        } else if args.json {
            let found: Vec<Value> =
                compiled.diagnostics.iter().map(|d| render::to_json(d, &compiled.sources)).collect();
            let turns = bound.map(|b| b.turns);
            bots.push(json!({ "folder": folder, "ok": compiled.bot.is_some(), "diagnostics": found, "turns": turns }));
        } else {
            load::write_report(&mut out, &folder, &compiled, colour)?;
            explained = explained.or(compiled.diagnostics.first().map(|d| d.code));
            if let Some(bound) = bound.filter(|_| args.bound) {
                write!(out, "{}", longest_way(bound))?;
            }
        }
    }
    if args.sarif {
        writeln!(out, "{}", serde_json::to_string_pretty(&sarif::log(runs))?)?;
    } else if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&json!({ "ok": !wrong, "bots": bots }))?)?;
    } else if let Some(code) = explained {
        writeln!(out, "`rapport explain {code}` tells more.")?;
    }
    Ok(if wrong { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The worst way, a line a step.
fn longest_way(bound: &Bound) -> String {
    let line = |s: &crate::bot::paths::WorstStep| {
        let turns = if s.turns == 1 { "turn" } else { "turns" };
        format!("  {:>3} {turns:<5}  {} in {}  ({}:{})\n", s.turns, s.words, s.flow, s.file, s.line)
    };
    let steps = bound.steps.iter().map(line).collect::<String>();
    let aside = bound.aside;
    format!("The longest way:\n{steps}Each change of the subject in the middle of a question adds at most {aside}.\n")
}
