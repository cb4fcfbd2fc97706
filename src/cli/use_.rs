//! `rapport use`: one request to another system, to see what `integrations.yaml` makes of it.
use super::{demo, load, out};
use crate::bot::integrations::{Body, Given, Request as Ready};
use crate::bot::{Bot, Files, catalog, compile, knowledge};
use crate::connector::{Http, Shelf};
use crate::engine::Answer;
use crate::runtime::ports::{Connector, Request};
use anyhow::{Result, bail};
use serde_json::{Map, Value};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// Enough of a bot to ask its systems: flows that are not finished yet keep nobody from trying them.
const FLOW: (&str, &str) = ("main.flow", "flow main\n  say: Hello.\n");

#[derive(Debug, clap::Args)]
pub struct UseArgs {
    /// What to ask, like `shop.find_order`.
    action: String,
    /// Its values, like `number=204518`.
    #[arg(value_name = "NAME=VALUE", value_parser = super::chat::pair)]
    with: Vec<(String, Value)>,
    /// The bot's folder.
    #[arg(long, default_value = ".")]
    bot: PathBuf,
    /// Show what would be sent, and send nothing.
    #[arg(long)]
    dry: bool,
    /// Ask it although it does something that cannot be taken back.
    #[arg(long)]
    really: bool,
}

pub fn run(args: &UseArgs) -> Result<ExitCode> {
    let bot = bot(args)?;
    let Some((system, action)) = args.action.split_once('.') else {
        bail!("Write the system and what it is asked, like `shop.find_order`. {}", known(&bot));
    };
    let (system, action) = (system.to_lowercase(), action.to_lowercase());
    let Some(described) = bot.integrations.action(&system, &action) else {
        bail!("`integrations.yaml` has no `{}`. {}", args.action, known(&bot));
    };
    let values: Map<String, Value> = args.with.iter().cloned().collect();
    let missing: Vec<String> = described.needs().into_iter().filter(|name| !values.contains_key(name)).collect();
    if !missing.is_empty() {
        let examples: Vec<String> = missing.iter().map(|name| format!("{name}=…")).collect();
        bail!("It needs a value for {}. Write {}.", missing.join(", "), examples.join(" "));
    }
    let own = bot.integrations.systems.get(&system).is_some_and(|s| s.own);
    match own {
        true => out::line("Nothing is sent: rapport answers this itself.")?,
        false => out::line(&sent(&bot.integrations.request(&system, &action, &values)?))?,
    }
    if args.dry {
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(effect) = described.effect.as_ref().filter(|_| !args.really) {
        bail!(
            "It does something that cannot be taken back ({effect}). Write `--really` to do it, `--dry` to look only."
        );
    }
    let key = format!("try-{}", uuid::Uuid::new_v4());
    let request = Request { bot: bot.clone(), system, action, args: values, key, secret: false };
    let waiter = tokio::runtime::Runtime::new()?;
    let answer = waiter.block_on(Shelf::before(Arc::new(Http::new(demo::secrets())?)).call(request));
    tell(&bot, &args.action, answer)
}

/// Systems and kinds of the bot's folder.
fn bot(args: &UseArgs) -> Result<Arc<Bot>> {
    let files = load::files(&args.bot)?;
    let mut texts: Vec<(String, String)> = files.texts.into_iter().filter(|(name, _)| is_needed(name)).collect();
    if texts.iter().all(|(name, _)| name == "bot.yaml") {
        let folder = args.bot.display();
        bail!("There is no `integrations.yaml` in {folder}. Name the bot's folder with `--bot flows/my-shop`.");
    }
    texts.push((FLOW.0.into(), FLOW.1.into()));
    let compiled = compile(&Files { id: files.id, texts });
    match compiled.bot {
        Some(bot) => Ok(Arc::new(bot)),
        None => bail!("{}", load::report(&args.bot, &compiled)),
    }
}

/// Files that say what may be asked.
fn is_needed(name: &str) -> bool {
    matches!(name, "bot.yaml" | "integrations.yaml" | catalog::FILE) || name.starts_with(knowledge::FOLDER)
}

fn known(bot: &Bot) -> String {
    let systems = bot.integrations.systems.iter();
    let all: Vec<String> =
        systems.flat_map(|(system, s)| s.actions.keys().map(move |action| format!("{system}.{action}"))).collect();
    if all.is_empty() { "There is none yet.".into() } else { format!("There are: {}.", all.join(", ")) }
}

/// The request as far as it is no secret.
fn sent(ready: &Ready) -> String {
    let mut words = format!("{} {}", ready.method.word(), ready.url);
    for (name, given) in &ready.headers {
        let value = match given {
            Given::Text(text) => text.clone(),
            Given::Secret(name) => format!("(what {name} holds)"),
        };
        words.push_str(&format!("\n  {name}: {value}"));
    }
    match &ready.body {
        Some(Body::Json(json)) => words.push_str(&format!("\n  {json}")),
        Some(Body::Form(fields)) => {
            let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
            words.push_str(&format!("\n  {}", fields.join("&")));
        }
        None => {}
    }
    words
}

fn tell(bot: &Bot, name: &str, answer: Answer) -> Result<ExitCode> {
    let (outcome, fields) = match answer {
        Answer::Failed { problem } => {
            out::line(&format!("It failed: {problem}"))?;
            return Ok(ExitCode::FAILURE);
        }
        Answer::Outcome { outcome, fields } => (outcome, fields),
    };
    let parts = name.split_once('.');
    let action = parts.and_then(|(system, action)| bot.integrations.action(system, action));
    out::line(&format!("It answered: {outcome}"))?;
    for (field, kind) in action.into_iter().flat_map(|a| &a.gives) {
        let value = fields.get(field).map_or_else(|| "(not in the answer)".to_owned(), ToString::to_string);
        out::line(&format!("  {field} = {value}   ({})", kind.kind))?;
    }
    Ok(ExitCode::SUCCESS)
}
