//! Several languages: the customer's language decides, and what is not translated is said as written.
use crate::play::Play;
use crate::support::{MORNING, bot, compiled, mistakes};
use rapport::engine::{Input, What};
use serde_json::Map;

const FLOW: &str = "flow main
  greet: Hello, I'm Robin.
  triage: What can I do for you?
    offer refund

flow refund: Return or refund
  customers say
    I want my money back
  ask order_number: What is your order number?
    accept pattern [0-9]{6}
  say: Thank you, {{ order_number }}. It was bought on {{ \"2026-05-04\" | date }}.
  promise money within 3 days: You will have it within {{ within }}.
";
const DE: &str = "texts:
  \"Hello, I'm Robin.\": Hallo, ich bin Robin.
  \"What can I do for you?\": Was kann ich für Sie tun?
  Return or refund: Rückgabe
  \"What is your order number?\": Wie ist Ihre Bestellnummer?
  \"Thank you, {{ order_number }}. It was bought on {{ \\\"2026-05-04\\\" | date }}.\": Danke, {{ order_number }}. Gekauft am {{ \"2026-05-04\" | date }}.
customers say:
  refund:
    - Ich will mein Geld zurück
    - Kann ich das zurückgeben
";
const BOT: &str = "languages: [en, de]\n";

fn play(language: &str, script: &[&str]) -> String {
    let bot = bot(&[("a.flow", FLOW), ("bot.yaml", BOT), ("locales/de.yaml", DE)]);
    let mut play = Play::new(&bot, MORNING);
    play.give(Input::Opened {
        page: None,
        language: Some(language.to_owned()),
        customer: Map::new(),
        returning: false,
        start: None,
    });
    script.iter().for_each(|line| play.say(line));
    play.lines.iter().filter(|l| l.starts_with("bot:")).cloned().collect::<Vec<_>>().join("\n")
}

#[test]
fn a_customer_is_spoken_to_in_their_language() {
    insta::assert_snapshot!(play(
        "de-AT",
        &["Ich will mein Geld zurück", "weiß nicht", "204518", "Ich möchte mit einem Menschen sprechen"]
    ));
}

#[test]
fn a_language_that_the_bot_does_not_speak_is_answered_in_its_first() {
    assert!(play("sv", &[]).starts_with("bot: Hello, I'm Robin."));
}

#[test]
fn the_house_is_translated_whole() {
    for language in ["de", "es", "fr"] {
        let settings = format!("languages: [en, {language}]\n");
        let bot = bot(&[("a.flow", "flow main\n  triage: Well?\n"), ("bot.yaml", &settings)]);
        assert_eq!(bot.locales.missing(language, &bot.texts), ["Well?"], "{language}");
    }
}

#[test]
fn mistakes_in_translations_are_told() {
    let wrong = "texts:
  What can I do for yuo?: Was kann ich tun?
  Return or refund: Rückgabe {{ order_number }}
  \"What is your order number?\": Wie ist die {{ Nummer
customers say:
  refnd: [Geld zurück]
";
    let compiled = compiled(&[("a.flow", FLOW), ("bot.yaml", BOT), ("locales/de.yaml", wrong)]);
    insta::assert_snapshot!(mistakes(&compiled));
}

#[test]
fn what_is_said_in_another_language_is_in_the_journal_as_it_was_said() {
    let bot = bot(&[("a.flow", FLOW), ("bot.yaml", BOT), ("locales/de.yaml", DE)]);
    let mut play = Play::new(&bot, MORNING);
    let turn = play.give(Input::Opened {
        page: None,
        language: Some("de".into()),
        customer: Map::new(),
        returning: false,
        start: None,
    });
    let said = turn.events.iter().find_map(|e| match &e.what {
        What::Message { text, .. } => Some(text.clone()),
        _ => None,
    });
    assert_eq!(said.as_deref(), Some("Hallo, ich bin Robin."));
}

#[test]
fn rows_of_tables_are_called_in_the_customers_language() {
    let settings = "languages: [en, de]\nkinds: { colour: { values: { red: Red, dark_blue: Dark blue } } }\n";
    let flow = "flow main\n  ask colour: Which?\n    accept colour\n  if colour is dark_blue\n    say: It is {{ colour }}.\n  triage: What else?\n";
    let german = "texts:\n  Dark blue: Dunkelblau\n  \"It is {{ colour }}.\": Das ist {{ colour }}.\n";
    let bot = bot(&[("a.flow", flow), ("bot.yaml", settings), ("locales/de.yaml", german)]);
    let missing = bot.locales.missing("de", &bot.texts);
    assert!(missing.contains(&"Red") && !missing.contains(&"Dark blue"), "{missing:?}");
    let said = |language: &str, words: &str| {
        let mut play = Play::new(&bot, MORNING);
        let language = Some(language.to_owned());
        play.give(Input::Opened { page: None, language, customer: Map::new(), returning: false, start: None });
        play.say(words);
        play.lines.join("\n")
    };
    let german = said("de", "das dunkelblaue, dunkelblau bitte");
    assert!(german.contains("bot: Das ist Dunkelblau."), "{german}");
    let english = said("en", "dark blue");
    assert!(english.contains("bot: It is Dark blue."), "{english}");
}

/// A filter is as wrong in a translation as in the text itself.
#[test]
fn filters_in_translations_are_looked_at() {
    let flow = "flow main\n  ask x: X?\n    accept number\n  say: It is {{ (x + 2) | money }}.\n  triage: Well?\n";
    let check = |translation: &str| {
        let locale = format!("texts:\n  \"It is {{{{ (x + 2) | money }}}}.\": \"{translation}\"\n");
        let files = [("bot.yaml", "languages: [en, de]\n"), ("a.flow", flow), ("locales/de.yaml", locale.as_str())];
        mistakes(&compiled(&files))
    };
    let told = check("Es ist {{ x + 2 | money }}.");
    assert!(told.contains("F117") && told.contains("locales/de.yaml:2:"), "{told}");
    assert!(check("Es ist {{ (x + 2) | mony }}.").contains("F108"));
    let told = check("Es ist {{ (x + 2) | money }}.");
    assert!(!told.contains("F117") && !told.contains("F108"), "{told}");
}

const GERMAN: &str = "flow main
  triage: Was kann ich für Sie tun?
    offer termin

flow termin: Termin
  customers say
    Ich brauche einen Termin
  ask tag: An welchem Tag möchten Sie kommen?
    accept date
  say: Gut, am {{ tag | date }}. Das kostet {{ 40 | money }}.
";

#[test]
fn a_bot_that_is_written_in_german_speaks_only_german() {
    let bot = bot(&[("a.flow", GERMAN), ("bot.yaml", "languages: [de]\ncurrency: EUR\n")]);
    let mut play = Play::new(&bot, MORNING);
    play.open();
    ["Ich brauche einen Termin", "keine Ahnung", "3. Mai 2027"].iter().for_each(|line| play.say(line));
    let said = play.lines.iter().filter(|l| l.starts_with("bot:")).cloned().collect::<Vec<_>>().join("\n");
    assert!(said.contains("Gut, am 3. Mai 2027. Das kostet 40,00 €."), "{said}");
    assert!(!said.contains("Is there anything else") && !said.contains("Sorry"), "{said}");
}

#[test]
fn a_first_language_that_is_none_of_ours_is_told() {
    let found = compiled(&[("a.flow", GERMAN), ("bot.yaml", "languages: [nl]\n")]).diagnostics;
    let told: Vec<_> = found.iter().filter(|d| d.code == "F133").collect();
    assert_eq!(told.len(), 1, "{found:?}");
    assert!(told[0].problem.contains("stay English"), "{}", told[0].problem);
}

#[test]
fn a_topic_that_nobody_can_name_in_the_second_language_is_told() {
    let found = |locale: &str| {
        let files = [("a.flow", FLOW), ("bot.yaml", BOT), ("locales/de.yaml", locale)];
        compiled(&files).diagnostics.iter().filter(|d| d.code == "F134").count()
    };
    assert_eq!((found("texts: {}\n"), found(DE)), (1, 0));
}
