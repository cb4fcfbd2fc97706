//! `rapport lsp`: helps an editor over the standard input and output.
use super::load;
use crate::lsp::{self, Disk};
use anyhow::{Result, anyhow};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

struct Folders;

impl Disk for Folders {
    fn texts(&self, folder: &Path) -> Vec<(String, String)> {
        // A folder that cannot be read has no files yet; what is open in the editor is there all the same.
        load::files(folder).map(|files| files.texts).unwrap_or_default()
    }

    fn bots(&self, folder: &Path) -> Vec<PathBuf> {
        load::folders(folder).unwrap_or_default()
    }
}

pub fn run() -> Result<ExitCode> {
    lsp::serve(&Folders).map_err(|e| anyhow!("{e}"))?;
    Ok(ExitCode::SUCCESS)
}
