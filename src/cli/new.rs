//! `rapport new`: a small bot to start from.
use super::out;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::Path;
use std::process::ExitCode;

const BOT: &str = include_str!("starter/bot.yaml");
const MAIN: &str = include_str!("starter/main.flow");
const TEST: &str = include_str!("starter/first.flow");

pub fn run(folder: &Path) -> Result<ExitCode> {
    let name = folder.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let fits =
        !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_');
    if !fits {
        bail!(
            "`{name}` cannot be a bot's name: it stands in web addresses. Use small letters, digits and `-`, like `my-shop`."
        );
    }
    if folder.exists() {
        bail!("{} is there already. Choose another name, or delete it first.", folder.display());
    }
    fs::create_dir_all(folder.join("tests"))
        .with_context(|| format!("The folder {} cannot be made", folder.display()))?;
    for (file, text) in [("bot.yaml", BOT), ("main.flow", MAIN), ("tests/first.flow", TEST)] {
        fs::write(folder.join(file), text).with_context(|| format!("{file} cannot be written"))?;
    }
    let shown = folder.display();
    out::line(&format!("Made {shown}: a bot with two topics, in bot.yaml and main.flow, and two tests of it.\n"))?;
    out::line(&format!("  rapport chat {shown}     talk to it here"))?;
    out::line(&format!("  rapport check {shown}    after each change: lists every mistake"))?;
    out::line(&format!(
        "  rapport test {shown}     plays the chats in tests/first.flow, and tells what went otherwise"
    ))?;
    out::line(&format!("  rapport serve {shown}    put it on a website, with an inbox for your team"))?;
    Ok(ExitCode::SUCCESS)
}
