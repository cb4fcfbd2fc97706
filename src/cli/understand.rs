//! `rapport understand`: what a bot makes of a customer's words, and why.
use super::{load, out};
use crate::bot::Bot;
use crate::time::{Clock, SystemClock};
use crate::understand::answers::{self, Kind};
use crate::understand::mood::Mood;
use crate::understand::topics::{ENOUGH, Reading, Verdict};
use anyhow::{Result, bail};
use serde_json::{Map, Value, json};
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
        let spoken = |tag: &str| bot.locales.fitting(tag).is_some() || bot.settings.languages.iter().any(|l| l == tag);
        let language = args.language.as_deref().and_then(|tag| bot.locales.fitting(tag));
        if let Some(tag) = args.language.as_deref().filter(|tag| !spoken(tag)) {
            let spoken = bot.settings.languages.join(", ");
            bail!("{} does not speak `{tag}`. Its languages are {spoken}.", bot.id);
        }
        let reading = bot.topics(language).read(&args.words);
        let mood = Mood::measure(&args.words);
        if args.json {
            out::line(&serde_json::to_string_pretty(&to_json(
                &bot.id,
                &reading,
                mood,
                &answers(&bot, language, &args.words),
            ))?)?;
            continue;
        }
        out::line(&format!("{}: {}", bot.id, told(&reading)))?;
        for scored in &reading.ranked {
            out::line(&format!("  {:.2}  {:<28} most like \"{}\"", scored.score, scored.topic, scored.nearest))?;
        }
        let Mood { anger, worry, disappointment, joy } = mood;
        out::line(&format!(
            "  mood: anger {anger:.2}, worry {worry:.2}, disappointment {disappointment:.2}, joy {joy:.2}"
        ))?;
        for (name, value) in answers(&bot, language, &args.words) {
            out::line(&format!("  {name}: {value}"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What the words would answer, were that kind of answer asked for.
fn answers(bot: &Bot, language: Option<&str>, words: &str) -> Vec<(String, Value)> {
    let frame = bot.settings.frame(language, SystemClock.now());
    let plain = [
        ("yes or no", Kind::YesOrNo),
        ("number", Kind::Number),
        ("amount", Kind::Money),
        ("date", Kind::Date),
        ("time", Kind::Time),
        ("duration", Kind::Duration),
        ("email", Kind::Email),
        ("phone", Kind::Phone),
        ("name", Kind::Name),
    ];
    let plain = plain.into_iter().map(|(name, kind)| (name.to_owned(), kind));
    plain.filter_map(|(name, kind)| Some((name, answers::find(&kind, words, &frame)?.value))).collect()
}

fn told(reading: &Reading) -> String {
    match &reading.verdict {
        Verdict::Sure(topic) => format!("the topic is {topic}."),
        Verdict::Close(topics) => format!("it asks which is meant: {}?", topics.join(" or ")),
        Verdict::Nothing => format!("not understood; no topic scores {ENOUGH} or more."),
    }
}

fn to_json(bot: &str, reading: &Reading, mood: Mood, answers: &[(String, Value)]) -> Value {
    let (verdict, topics) = match &reading.verdict {
        Verdict::Sure(topic) => ("sure", vec![topic.clone()]),
        Verdict::Close(topics) => ("close", topics.clone()),
        Verdict::Nothing => ("nothing", vec![]),
    };
    let scored = reading.ranked.iter();
    let scored = scored.map(|s| json!({ "topic": s.topic, "score": s.score, "nearest": s.nearest }));
    let scored: Vec<Value> = scored.collect();
    let answers: Map<String, Value> = answers.iter().cloned().collect();
    json!({ "bot": bot, "verdict": verdict, "topics": topics, "ranked": scored, "mood": mood, "answers": answers })
}
