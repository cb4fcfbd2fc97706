//! `rapport import`: what other programs know, in rapport's own files.
use super::out;
use crate::bot::integrations::{self, openapi};
use crate::language::render;
use crate::language::source::{FileId, SourceFile};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Descriptions of large systems have a few megabytes.
const LARGEST: u64 = 32 << 20;

#[derive(Debug, clap::Subcommand)]
pub enum ImportCommand {
    /// Write the actions of an OpenAPI 3 description as they stand in `integrations.yaml`.
    Openapi {
        /// The description, YAML or JSON.
        file: PathBuf,
        /// How flows call the system.
        #[arg(long)]
        name: String,
        /// The address that all requests begin with, where the description names none or another one.
        #[arg(long)]
        base: Option<String>,
        /// Add it to the `integrations.yaml` of this bot's folder instead of printing it.
        #[arg(long, value_name = "BOT")]
        into: Option<PathBuf>,
    },
}

pub fn run(command: &ImportCommand) -> Result<ExitCode> {
    let ImportCommand::Openapi { file, name, base, into } = command;
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.is_empty() || !name.chars().all(fits) {
        bail!("`{name}` cannot be a system's name. Use small letters, digits and `_`, like `shop`.");
    }
    let size = std::fs::metadata(file).map(|m| m.len()).unwrap_or(0);
    if size > LARGEST {
        bail!("{} is larger than {} MB.", file.display(), LARGEST >> 20);
    }
    let text = std::fs::read_to_string(file).with_context(|| format!("The file {} cannot be read", file.display()))?;
    let imported = openapi::import(&text, name, base.as_deref()).map_err(anyhow::Error::msg)?;
    if imported.actions == 0 {
        bail!("No action could be made of it.\n{}", imported.left_out.join("\n"));
    }
    match into {
        None => out::write(&imported.yaml)?,
        Some(folder) => add(folder, name, &imported.yaml)?,
    }
    for line in &imported.left_out {
        eprintln!("left out: {line}");
    }
    eprintln!("{} actions.", imported.actions);
    Ok(ExitCode::SUCCESS)
}

/// Appends it, unless the file would then be wrong.
fn add(folder: &Path, name: &str, yaml: &str) -> Result<()> {
    let path = folder.join("integrations.yaml");
    let before = if path.exists() {
        std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?
    } else {
        String::new()
    };
    let joint = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    let source = SourceFile::new("integrations.yaml", format!("{before}{joint}{yaml}"));
    let (_, found) = integrations::read(FileId(0), &source);
    if !found.is_empty() {
        let sources = [source];
        let mistakes: Vec<String> = found.iter().map(|d| render::text(d, &sources, false)).collect();
        let help = format!("Nothing was written. Is there a system named `{name}` already?");
        bail!("{}\n\n{help}", mistakes.join("\n\n"));
    }
    std::fs::write(&path, &source.text).with_context(|| format!("{} cannot be written", path.display()))
}
