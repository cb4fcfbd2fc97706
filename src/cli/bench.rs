//! `rapport bench`: plays transcripts against a server with many customers at once, times it, and looks afterwards whether the
//! server kept its word.
use super::load::text;
use super::out;
use crate::id::SessionId;
use crate::language::SourceFile;
use crate::language::render;
use crate::load::{Counts, Entry, Found, Patience, Plan, Played, Record, Script, Target, Times};
use crate::load::{play, read, reconcile, shown};
use crate::runtime::ports::Store;
use anyhow::{Context, Result, anyhow, bail};
use futures_util::StreamExt;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// Chats whose journals are read at a time.
const READING: usize = 32;
/// Findings of a kind that are printed.
const TOLD: usize = 5;

#[derive(Clone, Debug, clap::Args)]
pub struct BenchArgs {
    /// The server and the bot, like http://127.0.0.1:8080/chat/my-shop.
    #[arg(long)]
    pub url: String,
    /// The bot, where the address does not name it.
    #[arg(long)]
    pub bot: Option<String>,
    /// What customers say: a file of conversation tests. They are played in turn; what the bot should answer is passed over.
    #[arg(long)]
    pub transcript: PathBuf,
    /// How many chats are open at a time.
    #[arg(long, default_value_t = 10)]
    pub chats: usize,
    /// Messages a second, over all chats. Without it every customer writes as soon as the bot has answered.
    #[arg(long)]
    pub rate: Option<f64>,
    /// Begin chats anew for so many seconds. Without it each chat plays one transcript.
    #[arg(long = "for", value_name = "SECONDS")]
    pub seconds: Option<f64>,
    /// The server's data folder, where it is on this machine: the whole journal is read, not only what customers see of it.
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// Print JSON, for other programs.
    #[arg(long)]
    pub json: bool,
}

/// # Errors
/// What keeps it from being run, in words for people.
pub fn run(args: &BenchArgs) -> Result<ExitCode> {
    let plan = plan(args)?;
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let (target, patience) = (plan.target.clone(), plan.patience);
        let played = play(plan).await.map_err(|e| anyhow!(e))?;
        let found = match &args.data {
            Some(data) => by_store(&played.records, data).await?,
            None => by_server(&played.records, &target, patience).await,
        };
        let text = if args.json { pretty(&played, &found)? } else { words(&played, &found) };
        out::line(&text)?;
        let whole = played.records.iter().all(|r| r.gave_up.is_none());
        Ok(if found.is_well() && whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    })
}

fn plan(args: &BenchArgs) -> Result<Plan> {
    let target = Target::new(&args.url, args.bot.as_deref()).map_err(|e| anyhow!(e))?;
    if args.chats == 0 {
        bail!("There must be at least one chat: `--chats 1`.");
    }
    if args.rate.is_some_and(|r| !r.is_finite() || r <= 0.0) {
        bail!("`--rate` is a number of messages a second above 0.");
    }
    let lasting = args.seconds.map(Duration::try_from_secs_f64).transpose();
    let lasting = lasting.map_err(|_| anyhow!("`--for` is a number of seconds."))?;
    let scripts = scripts(&args.transcript)?;
    Ok(Plan { target, chats: args.chats, rate: args.rate, lasting, scripts, patience: Patience::default() })
}

fn scripts(path: &Path) -> Result<Vec<Script>> {
    let source = SourceFile::new(path.display().to_string(), text(path)?);
    let read = read(&source).map_err(|found| {
        let mistakes = found.iter().map(|d| render::text(d, std::slice::from_ref(&source), false));
        anyhow!("{}", mistakes.collect::<Vec<_>>().join("\n\n"))
    })?;
    if read.scripts.is_empty() {
        bail!("No test in {} has a line that a customer says.", path.display());
    }
    if read.left_out > 0 {
        eprintln!(
            "{} lines of {} are passed over: only a rehearsal can do what they say.",
            read.left_out,
            path.display()
        );
    }
    Ok(read.scripts)
}

/// Asks the server for all journals, as their customers.
async fn by_server(records: &[Record], target: &Target, patience: Patience) -> Found {
    let known = records.iter().filter(|r| !r.token.is_empty());
    let each = known.map(|record| async move {
        match shown(target, record, patience).await {
            Ok(journal) => reconcile(record, &journal),
            Err(problem) => unread(record, &problem),
        }
    });
    let all: Vec<Found> = futures_util::stream::iter(each).buffer_unordered(READING).collect().await;
    sum(all)
}

fn unread(record: &Record, problem: &dyn std::fmt::Display) -> Found {
    Found { unread: vec![format!("{}: {problem}", record.session)], ..Found::default() }
}

fn sum(all: impl IntoIterator<Item = Found>) -> Found {
    all.into_iter().fold(Found::default(), |mut sum, found| {
        sum.add(found);
        sum
    })
}

/// Reads the journals where they are kept.
async fn by_store(records: &[Record], data: &Path) -> Result<Found> {
    let file = data.join("rapport.db");
    if !file.exists() {
        bail!("There is no {}. Give the folder that `rapport serve --data` was given.", file.display());
    }
    let store = crate::store::open(&file.display().to_string()).context("The journal cannot be read")?;
    let mut all = Found::default();
    for record in records.iter().filter(|r| !r.token.is_empty()) {
        all.add(match kept(&store, record).await {
            Ok(journal) => reconcile(record, &journal),
            Err(problem) => unread(record, &problem),
        });
    }
    Ok(all)
}

async fn kept(store: &Arc<dyn Store>, record: &Record) -> Result<Vec<Entry>> {
    let id = SessionId::parse(&record.session).context("its id is none")?;
    let events = store.events(id, 0, usize::MAX).await?;
    if let Some((_, event)) = (1..).zip(&events).find(|(place, event)| event.seq != *place) {
        bail!("entry {} stands where another should", event.seq);
    }
    let shown = events.iter().filter(|e| e.what.for_customer());
    shown.map(|e| Ok(serde_json::from_value(serde_json::to_value(e)?)?)).collect()
}

fn pretty(played: &Played, found: &Found) -> Result<String> {
    let Counts { opening, kept, answered, resumed, duplicates, refused, lost } = &played.counts;
    let gave_up: Vec<&String> = played.records.iter().filter_map(|r| r.gave_up.as_ref()).collect();
    let report = json!({
        "chats": played.records.len(), "messages": answered.count(), "opening_s": played.opening.as_secs_f64(),
        "playing_s": played.playing.as_secs_f64(), "messages_per_s": per_second(played),
        "opening": opening.json(), "kept": kept.json(), "answered": answered.json(),
        "resumed": resumed, "duplicates": duplicates, "refused": refused, "lost_connections": lost, "gave_up": gave_up,
        "journal": journal(found),
    });
    Ok(serde_json::to_string_pretty(&report)?)
}

fn journal(found: &Found) -> Value {
    json!({
        "well": found.is_well(), "kept": found.kept, "unacknowledged": found.open, "lost": found.lost,
        "doubled": found.doubled, "torn": found.torn, "misplaced": found.misplaced, "unread": found.unread,
    })
}

fn per_second(played: &Played) -> f64 {
    played.counts.answered.count() as f64 / played.playing.as_secs_f64().max(1e-9)
}

fn words(played: &Played, found: &Found) -> String {
    let counts = &played.counts;
    let mut lines = vec![
        format!(
            "{} chats; the first were opened within {:.1} s. {} messages in {:.1} s, {:.0} a second.\n",
            played.records.len(),
            played.opening.as_secs_f64(),
            counts.answered.count(),
            played.playing.as_secs_f64(),
            per_second(played)
        ),
        format!(
            "{:<24}{:>12}{:>16}{:>18}{:>12}",
            "milliseconds", "half within", "9 of 10 within", "99 of 100 within", "slowest"
        ),
        row("a chat is opened", &counts.opening),
        row("a message is kept", &counts.kept),
        row("a message is answered", &counts.answered),
        String::new(),
    ];
    let mut told = |what: String| lines.push(what);
    for (code, times) in &counts.refused {
        told(format!("The server refused {times} times with `{code}`."));
    }
    for (what, times) in &counts.lost {
        told(format!("{times} times {what}."));
    }
    if counts.resumed > 0 {
        told(format!("{} chats were resumed; {} messages had come before.", counts.resumed, counts.duplicates));
    }
    let gave_up: Vec<&String> = played.records.iter().filter_map(|r| r.gave_up.as_ref()).collect();
    if let Some(first) = gave_up.first() {
        told(format!("{} chats were not played to their end; the first one: {first}.", gave_up.len()));
    }
    told(promises(found));
    lines.join("\n")
}

fn row(name: &str, times: &Times) -> String {
    let [half, nine, most] = [0.5, 0.9, 0.99].map(|part| times.within(part));
    format!("{name:<24}{half:>12.2}{nine:>16.2}{most:>18.2}{:>12.2}", times.slowest())
}

/// What the journal says.
fn promises(found: &Found) -> String {
    let mut lines = vec![format!(
        "The journal: {} acknowledged messages are in it, once, in order, with their words; {} were not acknowledged.",
        found.kept, found.open
    )];
    let kinds = [
        ("lost", &found.lost),
        ("doubled", &found.doubled),
        ("not what was sent or shown", &found.torn),
        ("out of place", &found.misplaced),
        ("chats that could not be read", &found.unread),
    ];
    for (name, list) in kinds.iter().filter(|(_, list)| !list.is_empty()) {
        lines.push(format!("{}: {name}", list.len()));
        lines.extend(list.iter().take(TOLD).map(|one| format!("  {one}")));
    }
    lines.join("\n")
}
