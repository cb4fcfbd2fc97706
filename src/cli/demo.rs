//! `rapport demo`: the bots in `flows`, in a shop to try them in.
use super::load;
use super::save::Folders;
use super::serve::{ServeArgs, start, until_stopped};
use crate::bot::{Bot, Files, compile};
use crate::web::Demo;
use anyhow::{Result, bail};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

/// The bot that knows the shop, inside the binary: `demo` works in an empty folder too.
#[derive(rust_embed::RustEmbed)]
#[folder = "flows/bluebird/"]
#[include = "*.flow"]
#[include = "*.yaml"]
#[include = "knowledge/*"]
#[include = "catalog.csv"]
#[exclude = "tests/*"]
struct Bluebird;

/// Where `flows/bluebird/integrations.yaml` expects the shop.
const SHOP: &str = "127.0.0.1:8081";

pub fn run(flows: &Path, args: &ServeArgs, shop: SocketAddr) -> Result<ExitCode> {
    let bots = bots(flows, shop)?;
    until_stopped(args.drain(), async { start(bots, args, Some(demo(shop)), secrets(), Folders::at(flows)).await })
}

/// The shop carries the bot that knows it.
pub fn demo(listen: SocketAddr) -> Demo {
    Demo { listen, bot: "bluebird".into() }
}

/// The shop's token; a real one would stand in the environment.
pub fn secrets() -> BTreeMap<String, String> {
    BTreeMap::from([("SHOP_TOKEN".to_owned(), "demo".to_owned())])
}

/// The bots of a folder, and the built-in one where it is not among them. The shop's page may embed it.
///
/// # Errors
/// Mistakes in the bots, in words for people.
pub fn bots(flows: &Path, shop: SocketAddr) -> Result<Vec<Arc<Bot>>> {
    let mut all = Vec::new();
    if flows.is_dir() {
        for folder in load::folders(flows)? {
            all.push(load::files(&folder)?);
        }
    }
    if all.iter().all(|f| f.id != "bluebird") {
        let text = |name: &str| Some(String::from_utf8_lossy(&Bluebird::get(name)?.data).into_owned());
        let texts = Bluebird::iter().filter_map(|name| Some((name.to_string(), text(&name)?))).collect();
        all.push(Files { id: "bluebird".into(), texts });
    }
    all.into_iter().map(|files| one(files, shop)).collect()
}

fn one(mut files: Files, shop: SocketAddr) -> Result<Arc<Bot>> {
    if files.id == "bluebird" {
        for (name, text) in &mut files.texts {
            match name.as_str() {
                "integrations.yaml" => *text = text.replace(SHOP, &shop.to_string()),
                "bot.yaml" => {
                    text.push_str(&format!("websites: [\"http://{shop}\", \"http://localhost:{}\"]\n", shop.port()))
                }
                _ => {}
            }
        }
    }
    let compiled = compile(&files);
    match compiled.bot {
        Some(bot) => Ok(Arc::new(bot)),
        None => bail!("{}", load::report(Path::new(&files.id), &compiled)),
    }
}
