//! `rapport translate`: which texts another language lacks.
use super::{load, out};
use crate::bot::locales::{Locales, primary};
use crate::bot::{Bot, MAIN, compile};
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

pub fn run(path: &Path, language: Option<&str>, write: bool) -> Result<ExitCode> {
    let mut missing = 0;
    for folder in load::folders(path)? {
        let compiled = compile(&load::files(&folder)?);
        let Some(bot) = &compiled.bot else { bail!("{}", load::report(&folder, &compiled)) };
        let spoken = bot.settings.languages.iter().skip(1).map(String::as_str);
        let spoken = spoken.map(|l| bot.locales.fitting(l).unwrap_or(l).to_lowercase());
        let asked: Vec<String> = language.map_or_else(|| spoken.collect(), |l| vec![l.to_lowercase()]);
        if asked.is_empty() {
            bail!("{} speaks one language. Name another, like `rapport translate {} fr`.", bot.id, folder.display());
        }
        for tag in asked {
            missing += one(bot, &folder, &tag, write)?;
        }
    }
    Ok(if missing > 0 && !write { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn one(bot: &Bot, folder: &Path, tag: &str, write: bool) -> Result<usize> {
    let missing = bot.locales.missing(tag, &bot.texts);
    let all = bot.locales.needed(tag, &bot.texts).len();
    let done = all - missing.len();
    let stale = bot.locales.stale(tag, &bot.texts);
    let unheard = unheard(bot, tag);
    out::line(&format!("{} in `{tag}`: {done} of {all} texts are translated.", bot.id))?;
    for topic in &unheard {
        out::line(&format!("  The topic `{topic}` has no sentences of customers in `{tag}`."))?;
    }
    if !stale.is_empty() {
        let told = if write { "were taken out" } else { "`--write` takes them out" };
        out::line(&format!("{} translations are of no text of the bot: {told}.", stale.len()))?;
    }
    if missing.is_empty() && unheard.is_empty() && (stale.is_empty() || !write) {
        return Ok(0);
    }
    if write {
        let file = folder.join("locales").join(format!("{tag}.yaml"));
        fs::create_dir_all(folder.join("locales")).with_context(|| format!("{} cannot be made", file.display()))?;
        fs::write(&file, skeleton(bot, tag, &missing, &unheard)?)
            .with_context(|| format!("{} cannot be written", file.display()))?;
        out::line(&format!("Written to {}: fill in what stands empty there.", file.display()))?;
    } else {
        for text in &missing {
            out::line(&format!("  {}", text.replace('\n', "\n  ")))?;
        }
        let command = format!("rapport translate {} {tag} --write", folder.display());
        out::line(&format!("Add them to locales/{tag}.yaml; `{command}` makes the lines."))?;
    }
    Ok(missing.len())
}

/// The author's own translations, and an empty line for each that is missing. JSON strings are YAML strings.
fn skeleton(bot: &Bot, tag: &str, missing: &[&str], unheard: &[&str]) -> Result<String> {
    let mut out = String::from("texts:\n");
    let own = bot.locales.iter().find(|(t, _)| *t == tag).map(|(_, l)| l);
    let known: BTreeMap<&str, &str> =
        own.into_iter().flat_map(|l| &l.texts).map(|(k, v)| (k.as_str(), v.as_str())).collect();
    for text in &bot.texts {
        let key = serde_json::to_string(text)?;
        match known.get(text.as_str()) {
            Some(done) if Locales::ships(tag, text, done) => {}
            Some(done) => out.push_str(&format!("  {key}: {}\n", serde_json::to_string(done)?)),
            None if missing.contains(&text.as_str()) => out.push_str(&format!("  {key}:\n")),
            None => {}
        }
    }
    // A file without any line holds an empty list.
    if out == "texts:\n" {
        out = String::from("texts: {}\n");
    }
    let said: Vec<_> =
        own.into_iter().flat_map(|l| &l.customers_say).filter(|(flow, said)| is_own(bot, tag, flow, said)).collect();
    if !said.is_empty() || !unheard.is_empty() {
        out.push_str("customers say:\n");
    }
    for topic in unheard {
        out.push_str(&format!("  {topic}: []\n"));
    }
    for (flow, sentences) in said {
        out.push_str(&format!("  {flow}:\n"));
        for sentence in sentences {
            out.push_str(&format!("    - {}\n", serde_json::to_string(sentence)?));
        }
    }
    Ok(out)
}

/// Sentences that the author wrote, and for a flow that there still is.
fn is_own(bot: &Bot, tag: &str, flow: &str, said: &[String]) -> bool {
    !said.is_empty() && bot.flows.contains_key(flow) && !Locales::ships_sentences(tag, flow, said)
}

/// The author's topics that nobody can name in this language.
fn unheard<'b>(bot: &'b Bot, tag: &str) -> Vec<&'b str> {
    let first = bot.settings.languages.first().map_or("en", |l| primary(l));
    let said = bot.locales.iter().find(|(t, _)| *t == tag).map(|(_, l)| &l.customers_say);
    let heard = |name: &str| said.and_then(|all| all.get(name)).is_some_and(|s| !s.is_empty());
    let topics = bot.flows.values().filter(|f| f.topic && !f.house && f.name != MAIN && !heard(&f.name));
    topics.map(|f| f.name.as_str()).filter(|_| primary(tag) != first).collect()
}
