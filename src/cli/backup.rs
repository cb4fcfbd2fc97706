//! `rapport backup` and `rapport restore`: a copy of everything in one file, made while the server runs, and put back.
use super::{out, serve};
use crate::store::sqlite::backup::{Copied, backup, restore};
use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Clone, Debug, clap::Args)]
pub struct BackupArgs {
    /// The file to make.
    pub file: PathBuf,
    /// The server's folder for chats and accounts. The server may go on running.
    #[arg(long, default_value = "data", env = "RAPPORT_DATA")]
    pub data: PathBuf,
}

#[derive(Clone, Debug, clap::Args)]
pub struct RestoreArgs {
    /// The file that `rapport backup` made.
    pub file: PathBuf,
    /// The server's folder for chats and accounts. The server must not run.
    #[arg(long, default_value = "data", env = "RAPPORT_DATA")]
    pub data: PathBuf,
    /// Replace the chats and accounts that are there.
    #[arg(long)]
    pub yes: bool,
}

pub fn make(args: &BackupArgs) -> Result<ExitCode> {
    let bar = bar("copied");
    let copied = backup(&serve::store_file(&args.data), &args.file, &mut told(&bar));
    bar.finish_and_clear();
    out::line(&format!("{} holds {}.", args.file.display(), words(&copied?)))?;
    Ok(ExitCode::SUCCESS)
}

pub fn put_back(args: &RestoreArgs) -> Result<ExitCode> {
    serve::folder(&args.data)?;
    let bar = bar("restored");
    let restored = restore(&args.file, &serve::store_file(&args.data), args.yes, &mut told(&bar));
    bar.finish_and_clear();
    let restored = restored?;
    out::line(&format!("{} is back with {}.", args.data.display(), words(&restored.copied)))?;
    if restored.erased > 0 {
        out::line(&format!(
            "{} chats and customers had been erased since the backup, and are erased again.",
            restored.erased
        ))?;
    }
    out::line(
        "When the server starts:
  Customers who have a chat open are shown it as it was then; a chat that began later begins anew.
  Timers that came due meanwhile fire, and requests that were under way are asked again under the same key.
  Accounts, passwords and logins are those of the backup.",
    )?;
    Ok(ExitCode::SUCCESS)
}

fn words(copied: &Copied) -> String {
    let Copied { chats, turns, files, bytes } = copied;
    format!("{chats} chats, {turns} turns and {files} files in {bytes} bytes")
}

/// Shown where somebody looks.
pub(super) fn bar(what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {percent}% {msg}");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())).with_message(what)
}

pub(super) fn told(bar: &ProgressBar) -> impl FnMut(u64, u64) + '_ {
    |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    }
}
