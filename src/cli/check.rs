//! `rapport check`: every mistake at once.
use super::load;
use crate::bot::compile;
use crate::language::render;
use anyhow::Result;
use serde_json::{Value, json};
use std::path::Path;
use std::process::ExitCode;

pub fn run(path: &Path, as_json: bool) -> Result<ExitCode> {
    let mut wrong = false;
    let mut bots: Vec<Value> = Vec::new();
    for folder in load::folders(path)? {
        let compiled = compile(&load::files(&folder)?);
        wrong |= compiled.bot.is_none();
        if as_json {
            let found: Vec<Value> =
                compiled.diagnostics.iter().map(|d| render::to_json(d, &compiled.sources)).collect();
            bots.push(json!({ "folder": folder, "ok": compiled.bot.is_some(), "diagnostics": found }));
        } else {
            print!("{}", load::report(&folder, &compiled));
        }
    }
    if as_json {
        println!("{}", serde_json::to_string_pretty(&json!({ "ok": !wrong, "bots": bots }))?);
    }
    Ok(if wrong { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
