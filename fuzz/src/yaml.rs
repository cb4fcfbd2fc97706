//! Any text as a file of settings; its first byte says which.
use super::flow::{compiled, play};

const FILES: [&str; 4] = ["bot.yaml", "integrations.yaml", "philosophy.yaml", "locales/de.yaml"];
const MAIN: &str = "flow main\n  triage: Well?\n\nflow refund\n  customers say\n    money back\n  say: Hello, that is {{ 3 | money }}.\n";

pub fn run(data: &[u8]) {
    let Some((which, text)) = data.split_first() else { return };
    let name = FILES[usize::from(*which) % FILES.len()];
    let text = String::from_utf8_lossy(text).into_owned();
    if let Some(bot) = &compiled(vec![("main.flow", MAIN.to_owned()), (name, text)]).bot {
        play(bot, &["money back", "hello"]);
    }
}
