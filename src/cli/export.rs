//! `rapport export`: chats in files that other programs read. What was secret was never kept, so it is in no export.
use super::{out, serve};
use crate::engine::{Event, Session, What};
use crate::id::SessionId;
use crate::runtime::PAGE;
use crate::runtime::ports::Store;
use crate::runtime::view::Row;
use crate::time::Millis;
use anyhow::{Context, Result, anyhow, bail};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const STATES: [&str; 4] = ["bot", "waiting", "agent", "resolved"];

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// JSON Lines: a chat a line, with all that is known of it and its whole journal.
    Jsonl,
    /// CSV: a line for everything that was said or happened, for spreadsheets.
    Csv,
}

#[derive(Clone, Debug, clap::Args)]
pub struct ExportArgs {
    /// The server's folder for chats and accounts. The server may go on running.
    #[arg(long, default_value = "data", env = "RAPPORT_DATA")]
    pub data: PathBuf,
    /// How the chats are written.
    #[arg(long, value_enum, default_value = "jsonl")]
    pub format: Format,
    /// Only chats in which something happened on this day or later, like 2026-05-01 (by UTC).
    #[arg(long, value_name = "DAY")]
    pub since: Option<Date>,
    /// Only this chat.
    #[arg(long, value_name = "ID")]
    pub chat: Option<String>,
    /// Only chats of the customer with this id, name or e-mail address.
    #[arg(long)]
    pub contact: Option<String>,
    /// Write into a new file, which only you can read, instead of the standard output.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

pub fn run(args: &ExportArgs) -> Result<ExitCode> {
    let file = serve::store_file(&args.data);
    if !file.exists() {
        bail!("There are no chats in {}. Name the server's folder with --data.", args.data.display());
    }
    let wish = Wish::read(args)?;
    let to: Box<dyn Write> = match &args.out {
        Some(path) => Box::new(new_file(path)?),
        None => Box::new(out::out()),
    };
    let mut sheet = Sheet::new(BufWriter::new(to), args.format)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let written = runtime.block_on(async {
        let store = serve::store(&args.data).context("The chats cannot be read")?;
        all(&*store, &wish, &mut sheet).await
    })?;
    sheet.finish()?;
    if wish.chat.is_some() && written == 0 {
        bail!("There is no such chat in {}.", args.data.display());
    }
    if let Some(path) = &args.out {
        out::line(&format!("{written} chats are in {}.", path.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn new_file(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).with_context(|| format!("{} cannot be made", path.display()))
}

/// Which chats.
struct Wish {
    since: Option<Millis>,
    chat: Option<SessionId>,
    contact: Option<String>,
}

impl Wish {
    fn read(args: &ExportArgs) -> Result<Self> {
        let since = match args.since {
            Some(day) => Some(Millis(day.to_zoned_datetime(TimeZone::UTC)?.timestamp().as_millisecond())),
            None => None,
        };
        let chat = match &args.chat {
            Some(id) => Some(SessionId::parse(id).ok_or_else(|| {
                anyhow!("`{id}` is no id of a chat. It is a UUID; the inbox has it in the address of the chat.")
            })?),
            None => None,
        };
        Ok(Self { since, chat, contact: args.contact.as_ref().map(|c| c.trim().to_lowercase()) })
    }

    fn takes(&self, row: &Row) -> bool {
        self.since.is_none_or(|since| row.updated >= since) && self.chat.is_none_or(|id| row.session == id)
    }

    /// Whether the chat is with the customer who is asked for.
    fn is_with(&self, session: &Session) -> bool {
        let Some(contact) = &self.contact else { return true };
        ["id", "name", "email"]
            .iter()
            .filter_map(|detail| session.customer.get(*detail))
            .any(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned).to_lowercase() == *contact)
    }
}

/// Writes every chat that is asked for; how many.
async fn all<W: Write>(store: &dyn Store, wish: &Wish, sheet: &mut Sheet<W>) -> Result<u64> {
    let mut written = 0;
    for row in store.rows(&STATES, None, usize::MAX).await?.iter().filter(|r| wish.takes(r)) {
        let session = match store.load(row.session).await {
            Ok(Some(loaded)) => loaded.session,
            // Erased meanwhile.
            Ok(None) => continue,
            Err(problem) => {
                eprintln!("{} is left out: {problem}. `rapport doctor` tells more.", row.session);
                continue;
            }
        };
        if !wish.is_with(&session) {
            continue;
        }
        sheet.chat(row, &session, &journal(store, row.session).await?)?;
        written += 1;
    }
    Ok(written)
}

/// Everything but where the bot stands, which is its own business.
async fn journal(store: &dyn Store, id: SessionId) -> Result<Vec<Event>> {
    let (mut all, mut after) = (Vec::new(), 0);
    loop {
        let page = store.events(id, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(all) };
        after = last.seq;
        all.extend(page.into_iter().filter(|e| !matches!(e.what, What::Moved { .. })));
    }
}

enum Sheet<W: Write> {
    Lines(W),
    Csv(Box<csv::Writer<W>>),
}

impl<W: Write> Sheet<W> {
    fn new(to: W, format: Format) -> Result<Self> {
        if format == Format::Jsonl {
            return Ok(Sheet::Lines(to));
        }
        let mut sheet = csv::Writer::from_writer(to);
        sheet.write_record(["chat", "bot", "customer", "place", "at", "kind", "from", "name", "text"])?;
        Ok(Sheet::Csv(Box::new(sheet)))
    }

    fn chat(&mut self, row: &Row, session: &Session, events: &[Event]) -> Result<()> {
        match self {
            Sheet::Lines(to) => {
                serde_json::to_writer(&mut *to, &line(row, session, events))?;
                to.write_all(b"\n")?;
            }
            Sheet::Csv(sheet) => {
                for event in events {
                    sheet.write_record(record(row, event)?.iter().map(|cell| harmless(cell)))?;
                }
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<()> {
        match self {
            Sheet::Lines(mut to) => to.flush()?,
            Sheet::Csv(mut sheet) => sheet.flush()?,
        }
        Ok(())
    }
}

fn line(row: &Row, session: &Session, events: &[Event]) -> Value {
    let Session { customer, slots, tags, feedback, page, language, promises, began, .. } = session;
    json!({
        "chat": row.session, "bot": row.bot, "state": row.state, "name": row.name, "began": began, "updated": row.updated,
        "page": page, "language": language, "customer": customer, "details": slots, "tags": tags, "feedback": feedback,
        "promises": promises, "journal": events,
    })
}

fn record(row: &Row, event: &Event) -> Result<[String; 9]> {
    let entry = serde_json::to_value(event)?;
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let from = entry.get("from").or(entry.get("by")).unwrap_or(&Value::Null);
    let name = from.get("name").or(entry.get("name")).unwrap_or(&Value::Null);
    let text = ["text", "summary", "words", "tag", "value"].iter().find_map(|field| entry.get(*field));
    let text = text.map_or_else(String::new, |t| t.as_str().map_or_else(|| t.to_string(), str::to_owned));
    let at = jiff::Timestamp::from_millisecond(event.at.0).map_or_else(|_| event.at.0.to_string(), |at| at.to_string());
    let (kind, role) =
        (word(entry.get("kind").unwrap_or(&Value::Null)), word(from.get("role").unwrap_or(&Value::Null)));
    Ok([
        row.session.to_string(),
        row.bot.clone(),
        row.name.clone(),
        event.seq.to_string(),
        at,
        kind,
        role,
        word(name),
        text,
    ])
}

/// A cell that a spreadsheet would take for a formula is text: customers write what they like.
fn harmless(cell: &str) -> String {
    let formula = |c: char| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠');
    if cell.trim_start_matches([' ', '\u{a0}', '"', '\'']).starts_with(formula) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn formulas_are_text() {
        for formula in ["=1+1", "+1", "-2", "@SUM(A1)", "\t=1", "\r=1", " =1", "\"=1", "＝1", "\n=1"] {
            assert_eq!(harmless(formula), format!("'{formula}"));
        }
        assert_eq!(harmless("My lamp = broken"), "My lamp = broken");
        assert_eq!(harmless(""), "");
    }
}
