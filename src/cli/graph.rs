//! `rapport graph`: flows as pictures.
use super::{load, out};
use crate::bot::graph::{Unwalked, graphs, mermaid, svg};
use crate::bot::{Bot, compile};
use crate::language::diagnostic::did_you_mean;
use crate::rehearsal;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Clone, Debug, clap::Args)]
pub struct GraphArgs {
    /// Only this flow.
    #[arg(long)]
    pub flow: Option<String>,
    /// Write the picture into this file. Without it, and without `--mermaid`, it goes to the standard output.
    #[arg(long)]
    pub svg: Option<PathBuf>,
    /// Print Mermaid text, for pages that draw it themselves.
    #[arg(long)]
    pub mermaid: bool,
    /// Play the conversation tests first, and show what none of them walked.
    #[arg(long)]
    pub tested: bool,
}

pub fn run(path: &Path, args: &GraphArgs) -> Result<ExitCode> {
    let folders = load::folders(path)?;
    let [folder] = folders.as_slice() else {
        bail!("{} holds several bots. Give the folder of one of them.", path.display());
    };
    let compiled = compile(&load::files(folder)?);
    let Some(bot) = &compiled.bot else {
        eprint!("{}", load::report(folder, &compiled));
        return Ok(ExitCode::FAILURE);
    };
    if let Some(name) = args.flow.as_ref().filter(|f| !bot.flows.contains_key(*f)) {
        let near = did_you_mean(name, bot.flows.keys().map(String::as_str));
        let action = near.map_or_else(
            || "`rapport graph` without `--flow` draws all.".to_owned(),
            |near| format!("Did you mean `{near}`?"),
        );
        bail!("There is no flow `{name}`. {action}");
    }
    let unwalked = if args.tested { unwalked(bot) } else { Unwalked::new() };
    let drawn = graphs(bot, args.flow.as_deref(), &unwalked);
    if args.mermaid {
        out::write(&mermaid(&drawn))?;
    }
    match &args.svg {
        Some(file) => {
            std::fs::write(file, svg(&drawn))
                .with_context(|| format!("The file {} cannot be written", file.display()))?;
        }
        None if !args.mermaid => out::write(&svg(&drawn))?,
        None => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// What no conversation test walks, whether the test passes or not.
fn unwalked(bot: &Bot) -> Unwalked {
    let walked = bot.tests.iter().flat_map(|t| rehearsal::rehearse(bot, t).walked).collect();
    let coverage = rehearsal::coverage(bot, &walked);
    let mut found = Unwalked::new();
    for place in &coverage.places {
        let own = || coverage.places.iter().filter(|p| p.at == place.at && p.flow == place.flow);
        let missing = found.entry((place.flow.clone(), place.at)).or_default();
        missing.step = own().all(|p| !p.walked);
        if !place.walked && own().any(|p| p.walked) {
            missing.ways.push(place.what.split_once(", ").map_or(place.what.as_str(), |(_, way)| way).to_owned());
        }
    }
    found
}
