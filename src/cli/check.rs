//! `rapport check`: every mistake at once.
use super::load;
use crate::bot::compile;
use crate::bot::paths::Bound;
use crate::language::render;
use anyhow::Result;
use serde_json::{Value, json};
use std::path::Path;
use std::process::ExitCode;

pub fn run(path: &Path, as_json: bool, with_bound: bool) -> Result<ExitCode> {
    let mut wrong = false;
    let mut bots: Vec<Value> = Vec::new();
    for folder in load::folders(path)? {
        let compiled = compile(&load::files(&folder)?);
        wrong |= compiled.bot.is_none();
        if as_json {
            let found: Vec<Value> =
                compiled.diagnostics.iter().map(|d| render::to_json(d, &compiled.sources)).collect();
            let turns = compiled.bot.as_ref().and_then(|b| Some(b.bound.as_ref()?.turns));
            bots.push(json!({ "folder": folder, "ok": compiled.bot.is_some(), "diagnostics": found, "turns": turns }));
        } else {
            print!("{}", load::report(&folder, &compiled));
            if let Some(bound) = compiled.bot.as_ref().and_then(|b| b.bound.as_ref()).filter(|_| with_bound) {
                print!("{}", longest_way(bound));
            }
        }
    }
    if as_json {
        println!("{}", serde_json::to_string_pretty(&json!({ "ok": !wrong, "bots": bots }))?);
    }
    Ok(if wrong { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The worst way, a line a step.
fn longest_way(bound: &Bound) -> String {
    let line = |s: &crate::bot::paths::WorstStep| {
        let turns = if s.turns == 1 { "turn" } else { "turns" };
        format!("  {:>3} {turns:<5}  {} in {}  ({}:{})\n", s.turns, s.words, s.flow, s.file, s.line)
    };
    format!("The longest way:\n{}", bound.steps.iter().map(line).collect::<String>())
}
