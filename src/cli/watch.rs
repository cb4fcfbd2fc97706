//! `rapport test --watch`: the tests again after every change of a file.
use super::out;
use super::test::Round;
use anyhow::{Context, Result};
use jiff::ZonedDateTime;
use notify_debouncer_full::notify::{EventKind, RecursiveMode};
use notify_debouncer_full::{DebouncedEvent, new_debouncer};
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc::channel;
use std::time::Duration;

/// Files that are saved together are one change.
const TOGETHER: Duration = Duration::from_millis(200);

/// Plays a round, then one after each change, until Ctrl-C ends the program. Whatever is wrong with a file, it goes on.
///
/// # Errors
/// A folder that cannot be watched.
pub fn run(path: &Path, mut round: impl FnMut() -> Result<Round>) -> Result<ExitCode> {
    let (tell, changes) = channel();
    // Watched from before the first round: what is saved while it is played counts.
    let mut watcher = new_debouncer(TOGETHER, None, tell)?;
    let watched = || format!("The folder {} cannot be watched", path.display());
    watcher.watch(path, RecursiveMode::Recursive).with_context(watched)?;
    show(round())?;
    out::line(&format!("Watching {}. Ctrl-C ends.", path.display()))?;
    for change in changes {
        match change {
            Ok(events) if events.iter().any(of_the_bot) => show(round())?,
            Ok(_) => {}
            Err(problems) => problems.iter().for_each(|p| eprintln!("A change may have been missed: {p}")),
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The summary, and under it what is wrong.
fn show(round: Result<Round>) -> Result<()> {
    let (summary, wrong) = match round {
        Ok(round) => (round.summary, round.wrong),
        Err(problem) => ("The bot cannot be read; no test was played.".to_owned(), format!("{problem:#}\n")),
    };
    let mut out = std::io::stdout().lock();
    write!(out, "{}  {summary}\n{wrong}", ZonedDateTime::now().strftime("%H:%M:%S"))?;
    Ok(out.flush()?)
}

/// A change of a flow or a setting. Reading files is none, nor what editors and systems keep beside them.
fn of_the_bot(event: &DebouncedEvent) -> bool {
    let ours = |path: &Path| {
        let hidden = path.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.'));
        // A folder that comes, goes or is renamed has no ending.
        !hidden && path.extension().is_none_or(|e| e == "flow" || e == "yaml")
    };
    !matches!(event.kind, EventKind::Access(_)) && event.paths.iter().any(|p| ours(p))
}
