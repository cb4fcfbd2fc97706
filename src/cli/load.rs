//! Bots from folders.
use super::colour::Colour;
use crate::bot::catalog::FILE as CATALOG;
use crate::bot::compile::TESTS;
use crate::bot::knowledge::{ENDINGS, FOLDER};
use crate::bot::{Bot, Compiled, Files, compile};
use crate::language::Severity;
use crate::language::render;
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Larger files are no texts that a person wrote.
const LARGEST: u64 = 8 * 1024 * 1024;
/// A PDF has pictures too.
const LARGEST_PDF: u64 = 64 * 1024 * 1024;
const SETTINGS: [&str; 4] = ["bot.yaml", "integrations.yaml", "philosophy.yaml", CATALOG];
/// Built-in flows are no bot of their own.
const NO_BOT: &str = "house";

/// The folders of bots at a path: the path itself where it holds flows, else its folders that do.
///
/// # Errors
/// Words for people, where there is none.
pub fn folders(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        bail!("{} is a file. Give the bot's folder, the one that holds its `.flow` files.", path.display());
    }
    if !path.is_dir() {
        bail!("There is no folder {}. Is the name right? `rapport new NAME` makes a new bot.", path.display());
    }
    if has_flows(path)? {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in list(path)? {
        if entry.is_dir() && entry.file_name().is_some_and(|n| n != NO_BOT) && has_flows(&entry)? {
            found.push(entry);
        }
    }
    if found.is_empty() {
        bail!("No file in {} ends with `.flow`. `rapport new NAME` makes a bot to start from.", path.display());
    }
    Ok(found)
}

/// The folders of bots at a path by the bots' names.
///
/// # Errors
/// Those of [`folders`].
pub fn homes(path: &Path) -> Result<BTreeMap<String, PathBuf>> {
    folders(path)?.into_iter().map(|folder| Ok((id(&folder), folder))).collect()
}

fn list(path: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(path).with_context(|| format!("The folder {} cannot be read", path.display()))?;
    let mut found: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    found.sort();
    Ok(found)
}

fn has_flows(path: &Path) -> Result<bool> {
    Ok(list(path)?.iter().any(|p| p.extension().is_some_and(|e| e == "flow")))
}

/// A bot is called like its folder.
fn id(folder: &Path) -> String {
    let name = fs::canonicalize(folder).ok().and_then(|p| p.file_name().map(|n| n.to_string_lossy().into_owned()));
    name.unwrap_or_else(|| "bot".into()).to_lowercase().replace(' ', "-")
}

/// Reads one bot's files.
///
/// # Errors
/// A file that cannot be read, in words for people.
pub fn files(folder: &Path) -> Result<Files> {
    let id = id(folder);
    let mut texts = Vec::new();
    for path in list(folder)? {
        let Some(name) = path.file_name().map(|n| n.to_string_lossy().into_owned()) else { continue };
        if name.ends_with(".flow") || SETTINGS.contains(&name.as_str()) {
            texts.push((name, text(&path)?));
        }
    }
    let locales = folder.join("locales");
    if locales.is_dir() {
        for path in list(&locales)?.into_iter().filter(|p| p.extension().is_some_and(|e| e == "yaml")) {
            let Some(name) = path.file_name().map(|n| n.to_string_lossy().into_owned()) else { continue };
            texts.push((format!("locales/{name}"), text(&path)?));
        }
    }
    let knowledge = folder.join("knowledge");
    if knowledge.is_dir() {
        for path in list(&knowledge)? {
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
            if ENDINGS.contains(&ending) {
                texts.push((format!("{FOLDER}{name}"), if ending == "pdf" { pdf(&path)? } else { text(&path)? }));
            }
        }
    }
    let tests = folder.join("tests");
    if tests.is_dir() {
        for path in list(&tests)?.into_iter().filter(|p| p.extension().is_some_and(|e| e == "flow")) {
            let Some(name) = path.file_name().map(|n| n.to_string_lossy().into_owned()) else { continue };
            texts.push((format!("{TESTS}{name}"), text(&path)?));
        }
    }
    Ok(Files { id, texts })
}

/// The text within a PDF. What reads it may break off at files that are damaged; that is told, and nothing ends.
///
/// # Errors
/// It cannot be read, is too large, or holds no text, in words for people.
pub fn pdf(path: &Path) -> Result<String> {
    let size = fs::metadata(path).map(|m| m.len()).unwrap_or(0);
    if size > LARGEST_PDF {
        bail!("{} is larger than 64 MB. Split it, or save it without pictures.", path.display());
    }
    let bytes = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let read = std::panic::catch_unwind(|| pdf_extract::extract_text_from_mem(&bytes));
    let text = match read {
        Ok(Ok(text)) => text,
        Ok(Err(problem)) => bail!("{} cannot be read as a PDF: {problem}", path.display()),
        Err(_) => bail!("{} cannot be read as a PDF: it is damaged, or of an unusual kind.", path.display()),
    };
    if text.trim().is_empty() {
        bail!("{} holds no text, only pictures of it. Use a version whose text can be copied.", path.display());
    }
    Ok(text)
}

/// The text of a file.
///
/// # Errors
/// It cannot be read, is too large, or no UTF-8, in words for people.
pub fn text(path: &Path) -> Result<String> {
    let size = fs::metadata(path).map(|m| m.len()).unwrap_or(0);
    if size > LARGEST {
        bail!("{} is larger than 8 MB. Is it really a text file?", path.display());
    }
    let bytes = fs::read(path).with_context(|| format!("The file {} cannot be read", path.display()))?;
    String::from_utf8(bytes).map_err(|e| {
        let line = e
            .as_bytes()
            .get(..e.utf8_error().valid_up_to())
            .map_or(1, |b| b.iter().filter(|c| **c == b'\n').count() + 1);
        anyhow::anyhow!(
            "{} is not UTF-8 text (line {line}). Save it again with the encoding \"UTF-8\".",
            path.display()
        )
    })
}

/// All mistakes of a bot as text for a terminal.
pub fn report(folder: &Path, compiled: &Compiled) -> String {
    let mut out = Vec::new();
    // A list of bytes takes everything.
    let _ = write_report(&mut out, folder, compiled, Colour::Auto.on());
    String::from_utf8_lossy(&out).into_owned()
}

/// Writes all mistakes of a bot as text, one after the other: there may be very many.
///
/// # Errors
/// Where nothing can be written.
pub fn write_report(out: &mut impl Write, folder: &Path, compiled: &Compiled, colour: bool) -> std::io::Result<()> {
    for diagnostic in &compiled.diagnostics {
        writeln!(out, "{}\n", render::text(diagnostic, &compiled.sources, colour))?;
    }
    let count = |s: Severity| compiled.diagnostics.iter().filter(|d| d.severity == s).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let plural = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
    let summary = match (&compiled.bot, warnings) {
        (Some(bot), w) => {
            let own = bot.flows.values().filter(|f| !f.house);
            let (flows, topics) = (own.clone().count(), own.filter(|f| f.topic).count());
            let warned = if w > 0 { format!(", {}", plural(w, "warning")) } else { String::new() };
            let bound = bot.bound.as_ref().map_or_else(String::new, |b| {
                format!(
                    " From any point at most {} to an answer or a person.",
                    plural(b.turns as usize, "customer turn")
                )
            });
            format!("is fine: {}, {}{warned}.{bound}", plural(flows, "flow"), plural(topics, "topic"))
        }
        (None, _) => format!("has {}. Nothing was changed.", plural(errors, "mistake")),
    };
    writeln!(out, "{} {summary}", folder.display())?;
    let exceptions = compiled.bot.iter().flat_map(|b| b.philosophy.told());
    exceptions.into_iter().try_for_each(|e| writeln!(out, "  Exception: {e}"))
}

/// The bots at a path, all without mistakes.
///
/// # Errors
/// The mistakes of all bots, in words for people.
pub fn bots(path: &Path) -> Result<Vec<Arc<Bot>>> {
    let mut bots = Vec::new();
    let mut problems = String::new();
    for folder in folders(path)? {
        let compiled = compile(&files(&folder)?);
        if compiled.bot.is_none() {
            problems.push_str(&report(&folder, &compiled));
        }
        bots.extend(compiled.bot.map(Arc::new));
    }
    if !problems.is_empty() {
        bail!("{problems}");
    }
    Ok(bots)
}
