//! `rapport understand`: what a bot makes of a customer's words, and why.
use super::load;
use crate::understand::mood::Mood;
use crate::understand::topics::{ENOUGH, Reading, Verdict};
use anyhow::{Result, bail};
use serde_json::{Value, json};
use std::path::Path;
use std::process::ExitCode;

#[derive(Clone, Debug, clap::Args)]
pub struct UnderstandArgs {
    /// What the customer says, in quotes.
    pub words: String,
    /// The customer's language, like `fr`, where the bot speaks several.
    #[arg(long)]
    pub language: Option<String>,
    /// Print JSON, for other programs.
    #[arg(long)]
    pub json: bool,
}

pub fn run(path: &Path, args: &UnderstandArgs) -> Result<ExitCode> {
    for bot in load::bots(path)? {
        let language = args.language.as_deref();
        if let Some(tag) = language.filter(|tag| !bot.settings.languages.iter().any(|l| l == tag)) {
            let spoken = bot.settings.languages.join(", ");
            bail!("{} does not speak `{tag}`. Its languages are {spoken}.", bot.id);
        }
        let reading = bot.topics(language).read(&args.words);
        let mood = Mood::measure(&args.words);
        if args.json {
            println!("{}", serde_json::to_string_pretty(&to_json(&bot.id, &reading, mood))?);
            continue;
        }
        println!("{}: {}", bot.id, told(&reading));
        for scored in &reading.ranked {
            println!("  {:.2}  {:<28} most like \"{}\"", scored.score, scored.topic, scored.nearest);
        }
        match mood.strongest() {
            Some(felt) => println!("  mood: {felt:?} {mood:?}"),
            None => println!("  mood: nothing in particular"),
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn told(reading: &Reading) -> String {
    match &reading.verdict {
        Verdict::Sure(topic) => format!("the topic is {topic}."),
        Verdict::Close(topics) => format!("it asks which is meant: {}?", topics.join(" or ")),
        Verdict::Nothing => format!("not understood; no topic scores {ENOUGH} or more."),
    }
}

fn to_json(bot: &str, reading: &Reading, mood: Mood) -> Value {
    let (verdict, topics) = match &reading.verdict {
        Verdict::Sure(topic) => ("sure", vec![topic.clone()]),
        Verdict::Close(topics) => ("close", topics.clone()),
        Verdict::Nothing => ("nothing", vec![]),
    };
    let scored = reading.ranked.iter();
    let scored = scored.map(|s| json!({ "topic": s.topic, "score": s.score, "nearest": s.nearest }));
    json!({ "bot": bot, "verdict": verdict, "topics": topics, "ranked": scored.collect::<Vec<_>>(), "mood": mood })
}
