//! `rapport steps`: the language at a glance.
use crate::language::steps::STEPS;
use std::process::ExitCode;

pub fn run() -> ExitCode {
    for step in STEPS {
        println!("{}\n    {}\n    {}", step.word, step.summary, step.form);
        for (_, form) in step.clauses {
            println!("      {form}");
        }
        println!();
    }
    ExitCode::SUCCESS
}
