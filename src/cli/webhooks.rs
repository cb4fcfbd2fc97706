//! `rapport webhooks`: what could not be delivered, and sending it again.
use super::out;
use super::serve;
use crate::runtime::ports::Store;
use crate::runtime::webhooks::{Delivery, Name, Receiver};
use crate::time::{Clock, SystemClock};
use anyhow::{Context, Result, anyhow, bail};
use std::path::PathBuf;
use std::process::ExitCode;

/// Lines of one list.
const LINES: usize = 500;

#[derive(Debug, clap::Args)]
pub struct WebhooksArgs {
    #[command(subcommand)]
    what: WebhooksCommand,
    /// The server's folder for chats and accounts. The server may go on running.
    #[arg(long, default_value = "data", env = "RAPPORT_DATA", global = true)]
    data: PathBuf,
}

#[derive(Debug, clap::Subcommand)]
enum WebhooksCommand {
    /// List what waits for another attempt, and what was given up.
    List,
    /// Send again, from the first attempt on. A server that runs does so within half a minute.
    Replay {
        /// A name out of the list, or BOT/WEBHOOK for all of one receiver.
        what: String,
    },
}

pub fn run(args: &WebhooksArgs) -> Result<ExitCode> {
    let file = serve::store_file(&args.data);
    if !file.exists() {
        bail!("There are no chats in {}. Name the server's folder with --data.", args.data.display());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let store = serve::store(&args.data).context("The chats cannot be read")?;
        match &args.what {
            WebhooksCommand::List => list(&*store).await,
            WebhooksCommand::Replay { what } => replay(&*store, what).await,
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

async fn list(store: &dyn Store) -> Result<()> {
    let found = store.deliveries().undelivered(LINES).await?;
    if found.is_empty() {
        return out::line("Everything is delivered.").map_err(Into::into);
    }
    for Delivery { name, bot, tries, dead, problem, .. } in &found {
        let state = if *dead { "given up" } else { "waiting" };
        let problem = if problem.is_empty() { "not sent yet" } else { problem };
        out::line(&format!("{state:<9} {bot}  {name}  attempts: {tries}  {problem}"))?;
    }
    if found.len() == LINES {
        out::line(&format!("These are the first {LINES}."))?;
    }
    Ok(())
}

async fn replay(store: &dyn Store, what: &str) -> Result<()> {
    let now = SystemClock.now();
    let count = if let Some((bot, hook)) = what.split_once('/') {
        let receiver = Receiver { bot: bot.to_owned(), hook: hook.to_owned() };
        store.deliveries().replay_deliveries(&receiver, now).await?
    } else {
        let name: Name = what.parse().map_err(|problem| anyhow!("{problem}"))?;
        u64::from(store.deliveries().replay_delivery(&name, now).await?)
    };
    if count == 0 {
        bail!("Nothing waits by the name {what}. `rapport webhooks list` shows what does.");
    }
    out::line(&format!("To be sent again: {count}."))?;
    Ok(())
}
