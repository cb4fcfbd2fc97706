//! `rapport doctor`: is everything as it must be? Bots, secrets, folder, disk, and the database from end to end. Changes nothing.
use super::backup::{bar, told};
use super::{load, out, serve};
use crate::bot::thorough;
use crate::language::Severity;
use crate::store::sqlite::doctor::{Seen, examine};
use anyhow::Result;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Below this much room on the disk the database cannot grow for long.
const ROOM: u64 = 1024 * 1024 * 1024;

#[derive(Clone, Debug, clap::Args)]
pub struct DoctorArgs {
    /// The bot's folder, or a folder of bots; without it only the data is looked at.
    pub path: Option<PathBuf>,
    /// The server's folder for chats and accounts. The server may go on running.
    #[arg(long, default_value = "data", env = "RAPPORT_DATA")]
    pub data: PathBuf,
    /// Print JSON, for other programs.
    #[arg(long)]
    pub json: bool,
}

/// What is wrong, and what to do about it.
struct Finding {
    kind: &'static str,
    what: String,
    todo: String,
}

pub fn run(args: &DoctorArgs) -> Result<ExitCode> {
    let mut found = Vec::new();
    if let Some(path) = &args.path {
        bots(path, &mut found)?;
    }
    folder(&args.data, &mut found);
    let bar = bar("looked at");
    let examined = examine(&serve::store_file(&args.data), &mut told(&bar));
    bar.finish_and_clear();
    let (seen, damage) = examined?;
    found.extend(damage.into_iter().map(|f| Finding { kind: f.kind, what: f.what, todo: f.todo.into() }));
    if args.json {
        as_json(&seen, &found)?
    } else {
        in_words(&seen, &found)?
    }
    Ok(if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Mistakes in the bots, and secrets that they need and that are not set here.
fn bots(path: &Path, found: &mut Vec<Finding>) -> Result<()> {
    for folder in load::folders(path)? {
        let compiled = thorough(&load::files(&folder)?);
        let mistakes = compiled.diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
        let Some(bot) = compiled.bot else {
            let what = format!("The bot in {} has {mistakes} mistakes and is not served.", folder.display());
            found.push(Finding {
                kind: "bot",
                what,
                todo: format!("`rapport check {}` lists them.", folder.display()),
            });
            continue;
        };
        for name in bot.secrets() {
            if std::env::var(&name).is_ok_and(|value| !value.is_empty()) {
                continue;
            }
            let what = format!("The bot `{}` needs the secret {name}, which is not set.", bot.id);
            let todo = format!("Set the environment variable {name} where rapport is started (and where doctor is).");
            found.push(Finding { kind: "secret", what, todo });
        }
    }
    Ok(())
}

/// The folder can be written to, is closed to others, and has room.
fn folder(data: &Path, found: &mut Vec<Finding>) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let open = |path: &Path| std::fs::metadata(path).is_ok_and(|m| m.permissions().mode() & 0o007 != 0);
        if open(data) && open(&serve::store_file(data)) {
            let what = format!("Everybody on this machine can read {}.", data.display());
            found.push(Finding { kind: "permissions", what, todo: format!("chmod o-rwx {}", data.display()) });
        }
        let Ok(disk) = rustix::fs::statvfs(data) else { return };
        let (free, total) = (disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize);
        let needed = std::fs::metadata(serve::store_file(data)).map_or(ROOM, |m| m.len().max(ROOM));
        if free < needed {
            let what = format!("The disk with {} has {free} of {total} bytes left.", data.display());
            let todo = "Make room: a full disk means that no message is taken any more.".to_owned();
            found.push(Finding { kind: "disk", what, todo });
        }
    }
}

fn as_json(seen: &Seen, found: &[Finding]) -> Result<()> {
    let all: Vec<Value> = found.iter().map(|f| json!({ "kind": f.kind, "what": f.what, "todo": f.todo })).collect();
    let Seen { chats, turns, files, timers, effects } = seen;
    let seen = json!({ "chats": chats, "turns": turns, "files": files, "timers": timers, "effects": effects });
    out::line(&serde_json::to_string_pretty(&json!({ "ok": found.is_empty(), "seen": seen, "findings": all }))?)?;
    Ok(())
}

fn in_words(seen: &Seen, found: &[Finding]) -> Result<()> {
    for Finding { kind, what, todo } in found {
        out::line(&format!("{kind}: {what}\n  {todo}\n"))?;
    }
    let Seen { chats, turns, files, timers, effects } = seen;
    let all = format!("{chats} chats, {turns} turns, {files} files, {timers} timers, {effects} requests under way");
    match found.len() {
        0 => out::line(&format!("Looked at {all}. Nothing is wrong."))?,
        n => out::line(&format!("Looked at {all}. {n} findings."))?,
    }
    Ok(())
}
