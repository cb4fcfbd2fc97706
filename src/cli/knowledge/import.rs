//! `rapport knowledge import`: files, folders and web pages, each to one Markdown file in the bot's folder `knowledge`.
use crate::bot::knowledge::{ENDINGS, from_html};
use crate::cli::load;
use crate::connector::Pages;
use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Folders within folders.
const DEEPEST: usize = 8;
/// Files of one import.
const MOST: usize = 5_000;
/// Letters of a file's name.
const LONGEST_NAME: usize = 60;

#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// Files (Markdown, HTML, PDF, plain text), folders of them, or addresses of web pages.
    #[arg(required = true, value_name = "FILE|FOLDER|URL")]
    from: Vec<String>,
    /// The bot's folder.
    #[arg(long, default_value = ".")]
    bot: PathBuf,
    /// Write over articles of the same name.
    #[arg(long)]
    replace: bool,
    /// Web pages may be on this machine or in your own network.
    #[arg(long)]
    allow_private_addresses: bool,
}

enum From {
    File(PathBuf),
    Page(String),
}

impl std::fmt::Display for From {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            From::File(path) => write!(f, "{}", path.display()),
            From::Page(address) => f.write_str(address),
        }
    }
}

pub fn run(args: &ImportArgs) -> Result<ExitCode> {
    load::folders(&args.bot)?;
    let all = sources(&args.from)?;
    let folder = args.bot.join("knowledge");
    std::fs::create_dir_all(&folder).with_context(|| format!("The folder {} cannot be made", folder.display()))?;
    let waiter = tokio::runtime::Runtime::new()?;
    let pages = Pages::new(args.allow_private_addresses)?;
    let bar = bar(all.len());
    let (mut written, mut problems, mut names) = (0_usize, Vec::new(), BTreeSet::new());
    for from in &all {
        bar.set_message(from.to_string());
        let article = match from {
            From::File(path) => of_file(path),
            From::Page(address) => {
                waiter.block_on(pages.get(address)).map_err(anyhow::Error::msg).and_then(|html| of_page(address, &html))
            }
        };
        match article.and_then(|article| keep(&folder, &article, args.replace, &mut names)) {
            Ok(()) => written += 1,
            Err(problem) => problems.push(format!("left out: {from}: {problem:#}")),
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    problems.iter().for_each(|problem| eprintln!("{problem}"));
    eprintln!("{written} of {} articles written into {}.", all.len(), folder.display());
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Shown in a terminal only.
fn bar(length: usize) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(length).unwrap_or(u64::MAX));
    let style = ProgressStyle::with_template("{bar:30} {pos} of {len}  {wide_msg}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn sources(from: &[String]) -> Result<Vec<From>> {
    let mut all = Vec::new();
    for one in from {
        if one.starts_with("https://") || one.starts_with("http://") {
            all.push(From::Page(one.clone()));
            continue;
        }
        let path = Path::new(one);
        if !path.exists() {
            bail!("There is no file or folder {one}. Addresses of web pages begin with https://.");
        }
        let before = all.len();
        walk(path, DEEPEST, &mut all)?;
        if all.len() == before {
            bail!("{one} holds no article: no file whose name ends with {}.", ENDINGS.join(", "));
        }
    }
    if all.len() > MOST {
        bail!("These are {} files, and more than {MOST} are not taken over at once.", all.len());
    }
    Ok(all)
}

fn walk(path: &Path, deep: usize, all: &mut Vec<From>) -> Result<()> {
    if path.is_file() {
        let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
        if ENDINGS.contains(&ending.as_str()) {
            all.push(From::File(path.to_owned()));
        }
        return Ok(());
    }
    let entries = std::fs::read_dir(path).with_context(|| format!("The folder {} cannot be read", path.display()))?;
    let mut entries: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    entries.sort();
    for entry in entries.iter().filter(|entry| deep > 0 && !entry.is_symlink()) {
        walk(entry, deep - 1, all)?;
    }
    Ok(())
}

/// An article to be written.
struct Article {
    name: String,
    text: String,
}

fn of_file(path: &Path) -> Result<Article> {
    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let text = match ending.as_str() {
        "pdf" => load::pdf(path)?,
        "html" | "htm" => return page(&stem, None, &load::text(path)?),
        _ => load::text(path)?,
    };
    Ok(Article { name: name(&stem)?, text: format!("{}\n", text.trim()) })
}

fn of_page(address: &str, html: &str) -> Result<Article> {
    let url = url::Url::parse(address).with_context(|| format!("{address} is no web address"))?;
    let last = url.path_segments().and_then(|mut parts| parts.rfind(|p| !p.is_empty()).map(str::to_owned));
    let last = last.unwrap_or_else(|| url.host_str().unwrap_or("page").to_owned());
    let stem =
        last.rsplit_once('.').filter(|(_, e)| ENDINGS.contains(e) || *e == "php").map_or(last.as_str(), |(s, _)| s);
    page(stem, Some(address), html)
}

/// A page's main part as Markdown, with its title where no heading stands above it.
fn page(stem: &str, address: Option<&str>, html: &str) -> Result<Article> {
    let text = from_html(between(html, "main").or_else(|| between(html, "article")).unwrap_or(html));
    let text = text.map_err(anyhow::Error::msg)?;
    if text.trim().is_empty() {
        bail!("there is no text on this page. Pages that programs draw in the browser must be saved from there");
    }
    let title = between(html, "title").map(|t| from_html(t).unwrap_or_default().trim().to_owned());
    let headed = text.lines().any(|line| line.starts_with("# "));
    let mut top = String::new();
    if let Some(title) = title.filter(|t| !t.is_empty() && !headed) {
        top.push_str(&format!("title: {}\n", serde_json::to_string(&title)?));
    }
    if let Some(address) = address {
        top.push_str(&format!("source: {}\n", serde_json::to_string(address)?));
    }
    let top = if top.is_empty() { top } else { format!("---\n{top}---\n") };
    Ok(Article { name: name(stem)?, text: format!("{top}{}\n", text.trim()) })
}

/// What stands within the first element of a kind.
fn between<'a>(html: &'a str, element: &str) -> Option<&'a str> {
    let lower = html.to_ascii_lowercase();
    let open = format!("<{element}");
    let mut from = 0;
    let start = loop {
        let at = from + lower.get(from..)?.find(&open)?;
        let after = lower.get(at + open.len()..)?;
        if after.starts_with(|c: char| c == '>' || c.is_ascii_whitespace()) {
            break at + open.len() + after.find('>')? + 1;
        }
        from = at + open.len();
    };
    let end = start + lower.get(start..)?.find(&format!("</{element}"))?;
    html.get(start..end)
}

/// A file's name of small letters, digits and dashes.
fn name(text: &str) -> Result<String> {
    let mut name = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            name.push(c);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    let name: String = name.trim_end_matches('-').chars().take(LONGEST_NAME).collect();
    if name.is_empty() {
        bail!("`{text}` makes no name for a file");
    }
    Ok(name)
}

fn keep(folder: &Path, article: &Article, replace: bool, names: &mut BTreeSet<String>) -> Result<()> {
    if article.text.trim().is_empty() {
        bail!("it is empty");
    }
    let path = folder.join(format!("{}.md", article.name));
    if !names.insert(article.name.clone()) {
        bail!("another one of this import has the name {}.md", article.name);
    }
    if path.exists() && !replace {
        bail!("{} is there already. Write `--replace` to write over it", path.display());
    }
    std::fs::write(&path, &article.text).with_context(|| format!("{} cannot be written", path.display()))
}
