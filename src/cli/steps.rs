//! `rapport steps`: the language at a glance.
use super::out;
use crate::language::steps::STEPS;
use anyhow::Result;
use std::process::ExitCode;

pub fn run() -> Result<ExitCode> {
    for step in STEPS {
        out::line(&format!("{}\n    {}\n    {}", step.word, step.summary, step.form))?;
        for (_, form) in step.clauses {
            out::line(&format!("      {form}"))?;
        }
        out::line("")?;
    }
    Ok(ExitCode::SUCCESS)
}
