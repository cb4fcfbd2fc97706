//! `rapport knowledge`: articles into a bot, and what they answer.
mod import;
pub mod measure;

use super::{load, out};
use crate::bot::knowledge::{self, FOLDER};
use crate::language::render;
use crate::language::source::{FileId, SourceFile};
use crate::understand::articles::{Articles, ENOUGH, Found};
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, clap::Subcommand)]
pub enum KnowledgeCommand {
    /// Take help articles over: files, folders of them, or web pages. Each becomes a Markdown file in the bot's `knowledge`.
    Import(import::ImportArgs),
    /// Show what a question leads to, and why.
    Ask {
        /// The question, as a customer would put it.
        question: String,
        /// The bot's folder.
        #[arg(long, default_value = ".")]
        bot: PathBuf,
        /// Print JSON, for other programs.
        #[arg(long)]
        json: bool,
    },
}

pub fn run(command: &KnowledgeCommand) -> Result<ExitCode> {
    match command {
        KnowledgeCommand::Import(args) => import::run(args),
        KnowledgeCommand::Ask { question, bot, json } => ask(question, bot, *json),
    }
}

/// The articles of a bot's folder. Its flows may have mistakes.
///
/// # Errors
/// Mistakes in the articles, or that there is none.
pub fn articles(folder: &Path) -> Result<Articles> {
    let files = load::files(folder)?;
    let (mut articles, mut problems) = (Vec::new(), Vec::new());
    for (name, text) in files.texts.into_iter().filter(|(name, _)| name.starts_with(FOLDER)) {
        let source = SourceFile::new(name, text);
        let (article, found) = knowledge::read(FileId(0), &source);
        articles.extend(article);
        let sources = [source];
        problems.extend(found.iter().map(|d| render::text(d, &sources, false)));
    }
    if !problems.is_empty() {
        bail!("{}", problems.join("\n\n"));
    }
    if articles.is_empty() {
        let help = "Write articles into its folder `knowledge`, or take them over with `rapport knowledge import`.";
        bail!("The bot in {} has no articles. {help}", folder.display());
    }
    Ok(Articles::new(articles))
}

fn ask(question: &str, folder: &Path, json: bool) -> Result<ExitCode> {
    let articles = articles(folder)?;
    let found = articles.ask(question);
    if json {
        let all: Vec<serde_json::Value> = found.iter().map(as_json).collect();
        out::line(&serde_json::to_string_pretty(&all)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    match found.first().filter(|best| best.is_enough()) {
        Some(_) => out::line("found")?,
        None => out::line(&format!("not_found: no passage reaches {ENOUGH:.2}"))?,
    }
    for one in &found {
        out::line(&in_words(one))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn in_words(found: &Found<'_>) -> String {
    let heading =
        if found.passage.heading.is_empty() { String::new() } else { format!(" / {}", found.passage.heading) };
    let source = found.article.source.as_deref().unwrap_or("no address");
    let s = found.signs;
    let why = format!(
        "meaning {:.2}, title {:.2}, speaks of {:.2} of the words, has {:.2} of them, rare words {:.2}",
        s.meaning, s.title, s.spoken_of, s.word_for_word, s.words
    );
    let text = found.passage.text.replace('\n', "\n      ");
    format!(
        "\n{:.2}  {}{heading}\n      {} ({source})\n      {why}\n      {text}",
        found.score, found.article.title, found.article.name
    )
}

fn as_json(found: &Found<'_>) -> serde_json::Value {
    serde_json::json!({
        "article": found.article.name,
        "title": found.article.title,
        "heading": found.passage.heading,
        "passage": found.passage.text,
        "source": found.article.source,
        "score": found.score,
        "enough": found.is_enough(),
        "signs": found.signs.list(),
    })
}
