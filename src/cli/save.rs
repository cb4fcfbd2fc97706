//! `rapport test save`: a chat that happened as a conversation test.
use super::{load, out};
use crate::bot::{Bot, compile};
use crate::engine::Event;
use crate::id::SessionId;
use crate::rehearsal::{Recorded, record};
use crate::store;
use crate::web::KeepTests;
use anyhow::{Context, Result, anyhow, bail};
use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Tests of one name are numbered up to here.
const MOST: usize = 1_000;

#[derive(Clone, Debug, clap::Args)]
pub struct SaveArgs {
    /// The chat: its id, or the address of the inbox with the chat open.
    pub chat: String,
    /// The folder for chats and accounts, the one that `rapport serve` uses.
    #[arg(long, default_value = "data", env = "RAPPORT_DATA")]
    pub data: PathBuf,
    /// The bot's folder. Without it, a folder of the bot's name is looked for here and in `flows`.
    #[arg(long)]
    pub bot: Option<PathBuf>,
    /// Where the test is written. Without it, into the bot's folder `tests`.
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// What the test is called. Without it, by its topic and its day.
    #[arg(long)]
    pub name: Option<String>,
    /// Write it without asking.
    #[arg(long)]
    pub yes: bool,
}

pub fn run(args: &SaveArgs) -> Result<ExitCode> {
    let (bot_id, events) = journal(args)?;
    let folder = folder(args, &bot_id)?;
    let bot = bot(&folder)?;
    let recorded = record(&bot, args.name.as_deref(), &events);
    out::line(&recorded.text)?;
    tell(&recorded)?;
    let (tests, name) = place(args, &folder, &recorded);
    if !(args.yes || agreed(&tests, &name)?) {
        return Ok(ExitCode::SUCCESS);
    }
    let written = keep(&tests, &name, &recorded.text)?;
    out::line(&format!("Written to {}.", written.display()))?;
    Ok(ExitCode::from(u8::from(recorded.problem.is_some())))
}

/// The chat's bot, and all that happened in it.
fn journal(args: &SaveArgs) -> Result<(String, Vec<Event>)> {
    let Some(chat) = id(&args.chat) else {
        bail!(
            "`{}` is no chat. Open the chat in the inbox and copy the address of the page, or what stands behind `chat=` in it.",
            args.chat
        );
    };
    let file = args.data.join("rapport.db");
    if !file.is_file() {
        bail!("There are no chats in {}. Name the folder that `rapport serve` uses with --data.", args.data.display());
    }
    let store = store::open(&format!("sqlite:{}", file.display()))?;
    let waiter = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    waiter.block_on(async {
        let loaded = store.load(chat).await?;
        let loaded = loaded.ok_or_else(|| anyhow!("There is no chat {chat} in {}.", args.data.display()))?;
        Ok((loaded.session.bot, store.events(chat, 0, usize::MAX).await?))
    })
}

/// A chat's id, alone or at the end of an address of the inbox.
fn id(written: &str) -> Option<SessionId> {
    let end = written.rsplit_once("chat=").map_or(written, |(_, id)| id);
    SessionId::parse(end.trim())
}

fn folder(args: &SaveArgs, bot: &str) -> Result<PathBuf> {
    if let Some(folder) = &args.bot {
        return Ok(folder.clone());
    }
    for place in [".", "flows", bot] {
        let Ok(found) = load::homes(Path::new(place)) else { continue };
        if let Some(folder) = found.get(bot) {
            return Ok(folder.clone());
        }
    }
    bail!("The chat is with the bot `{bot}`, and there is no such folder here. Name the bot's folder with --bot.")
}

fn bot(folder: &Path) -> Result<Bot> {
    let compiled = compile(&load::files(folder)?);
    let report = load::report(folder, &compiled);
    compiled.bot.ok_or_else(|| anyhow!("{report}"))
}

fn tell(recorded: &Recorded) -> Result<()> {
    match &recorded.problem {
        None => out::line("It passes with the bot as it is.")?,
        Some(problem) => out::line(&format!("It does not pass with the bot as it is:\n{problem}"))?,
    }
    out::line("Read it before you keep it: a name in the middle of a sentence may still be a real one.")?;
    Ok(())
}

/// The folder and the name of the file.
fn place(args: &SaveArgs, folder: &Path, recorded: &Recorded) -> (PathBuf, String) {
    let name = crate::rehearsal::record::file_name(&recorded.name);
    let Some(out) = &args.out else { return (folder.join("tests"), name) };
    let stem = out.file_stem().map_or(name, |n| n.to_string_lossy().into_owned());
    (out.parent().map_or_else(PathBuf::new, Path::to_owned), stem)
}

/// Asks; where nobody can answer, says how to keep the test.
fn agreed(tests: &Path, name: &str) -> Result<bool> {
    let file = tests.join(format!("{name}.flow"));
    if !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
        out::line(&format!("Nothing was written. With --yes it is written to {}.", file.display()))?;
        return Ok(false);
    }
    out::write(&format!("Write it to {}? [y/N] ", file.display()))?;
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// Writes a test into a folder, never over another file: `name-2.flow` where there is a `name.flow`.
fn keep(tests: &Path, name: &str, text: &str) -> Result<PathBuf> {
    let problem = || format!("Nothing can be written into the folder {}", tests.display());
    if !tests.as_os_str().is_empty() {
        fs::create_dir_all(tests).with_context(problem)?;
    }
    for n in 1..=MOST {
        let file = tests.join(if n == 1 { format!("{name}.flow") } else { format!("{name}-{n}.flow") });
        match fs::OpenOptions::new().write(true).create_new(true).open(&file) {
            Ok(mut open) => {
                let written = open.write_all(text.as_bytes()).and_then(|()| open.sync_all());
                if written.is_err() {
                    // Half a test would be a mistake in the bot.
                    fs::remove_file(&file).ok();
                }
                return written.with_context(problem).map(|()| file);
            }
            Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
            Err(e) => return Err(e).with_context(problem),
        }
    }
    bail!("There are too many tests called `{name}` in {}. Give this one another name.", tests.display())
}

/// Keeps tests from the inbox in the folders that the bots came from.
pub struct Folders(BTreeMap<String, PathBuf>);

impl Folders {
    /// `None` where the bots come from no folder.
    pub fn at(path: &Path) -> Option<Arc<dyn KeepTests>> {
        Some(Arc::new(Self(load::homes(path).ok()?)))
    }
}

impl KeepTests for Folders {
    fn has(&self, bot: &str) -> bool {
        self.0.contains_key(bot)
    }

    fn keep(&self, bot: &str, name: &str, text: &str) -> Result<String, String> {
        let Some(folder) = self.0.get(bot) else { return Err("This bot came from no folder.".into()) };
        let file = keep(&folder.join("tests"), name, text).map_err(|e| format!("{e:#}"))?;
        Ok(file.display().to_string())
    }
}
