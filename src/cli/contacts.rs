//! `rapport contacts`: customers from a CSV file into the server's store, and out of it.
use super::{load, serve};
use crate::bot::Bot;
use crate::runtime::contacts::table::{Problem, Rows, Sheet, read};
use crate::runtime::contacts::{After, Fresh};
use crate::runtime::people::Deed;
use crate::runtime::ports::Store;
use crate::time::{Clock, SystemClock};
use anyhow::{Context, Result, anyhow, bail};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Customers of one write, and of one read.
const TOGETHER: usize = 500;

#[derive(Debug, clap::Args)]
pub struct ContactsArgs {
    #[command(subcommand)]
    what: ContactsCommand,
    /// The bot's folder: its `bot.yaml` says which fields customers have.
    #[arg(long, default_value = ".", global = true)]
    bot: PathBuf,
    /// The server's folder for chats and accounts. The server may go on running.
    #[arg(long, default_value = "data", env = "RAPPORT_DATA", global = true)]
    data: PathBuf,
}

#[derive(Debug, clap::Subcommand)]
enum ContactsCommand {
    /// Take customers over from a CSV file with a column `id`, the name under which your website signs them.
    ///
    /// Rows that do not fit are told by their line and left out. Ends with 0 where all were taken, 1 where some were left out.
    Import { file: PathBuf },
    /// Write all customers of the bot as CSV to the standard output.
    Export,
}

pub fn run(args: &ContactsArgs) -> Result<ExitCode> {
    let file = serve::store_file(&args.data);
    if !file.exists() {
        bail!("There are no chats in {}. Name the server's folder with --data.", args.data.display());
    }
    let bot = one_bot(&args.bot)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let store = serve::store(&args.data).context("The customers cannot be read")?;
    match &args.what {
        ContactsCommand::Import { file } => runtime.block_on(import(&*store, &bot, file)),
        ContactsCommand::Export => runtime.block_on(export(&*store, &bot)),
    }
}

fn one_bot(path: &Path) -> Result<Arc<Bot>> {
    let mut bots = load::bots(path)?;
    match (bots.pop(), bots.is_empty()) {
        (Some(bot), true) => Ok(bot),
        _ => Err(anyhow!("{} holds several bots. Name the folder of one with --bot.", path.display())),
    }
}

async fn import(store: &dyn Store, bot: &Bot, file: &Path) -> Result<ExitCode> {
    let bytes = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let now = SystemClock.now();
    let Rows { fresh, problems } = read(bot, &bytes, now).map_err(|e| anyhow!("{}: {e}", file.display()))?;
    let bar = bar(fresh.len());
    let mut new = 0;
    for some in fresh.chunks(TOGETHER) {
        new += store.contacts().take_over(some.to_vec(), now).await?;
        bar.inc(u64::try_from(some.len()).unwrap_or_default());
    }
    bar.finish_and_clear();
    let (name, what) = ("the command line".to_owned(), "contacts_imported".to_owned());
    let about = format!("{} customers of {}", fresh.len(), bot.id);
    store.people().record(Deed { id: 0, at: now, who: None, name, what, about }).await?;
    Ok(told(&fresh, new, &problems, file))
}

fn told(fresh: &[Fresh], new: usize, problems: &[Problem], file: &Path) -> ExitCode {
    problems.iter().for_each(|p| eprintln!("{}:{}: {}", file.display(), p.line, p.words));
    eprintln!("{} customers taken over: {new} new, {} that were there.", fresh.len(), fresh.len() - new);
    if problems.is_empty() {
        return ExitCode::SUCCESS;
    }
    eprintln!("{} lines left out.", problems.len());
    ExitCode::FAILURE
}

/// Shown in a terminal only.
fn bar(length: usize) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(length).unwrap_or(u64::MAX));
    let style = ProgressStyle::with_template("{bar:30} {pos} of {len} customers");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

async fn export(store: &dyn Store, bot: &Bot) -> Result<ExitCode> {
    let sheet = Sheet::new(bot);
    let mut out = std::io::stdout().lock();
    out.write_all(sheet.head().as_bytes())?;
    let mut after = None;
    loop {
        let some = store.contacts().contacts("", after, TOGETHER).await?;
        for line in some.iter().filter_map(|contact| sheet.line(contact)) {
            out.write_all(line.as_bytes())?;
        }
        match some.last().filter(|_| some.len() == TOGETHER) {
            Some(last) => after = Some(After { seen: last.seen, id: last.id }),
            None => return Ok(ExitCode::SUCCESS),
        }
    }
}
