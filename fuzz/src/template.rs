//! Any text as words of the bot, in which details may be shown: either it is refused with a reason, or it is said within
//! bounds, whatever the details hold.
use super::flow::{compiled, play};

const BEFORE: &str =
    "flow main\n  ask name: Who are you?\n    accept text\n  ask number: Which number?\n    accept text\n";

pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data).replace(['\n', '\r'], " ");
    let flow = format!("{BEFORE}  say: {text}\n  remember sum = {text}\n  say: Done.\n");
    let of_a_text = format!("{BEFORE}  say: {text}\n  say: Done.\n");
    let long = "ab \u{301}c{{ name }}% \" <b>".repeat(150);
    for flow in [flow, of_a_text] {
        if let Some(bot) = &compiled(vec![("main.flow", flow)]).bot {
            play(bot, &[&long, "12", "bye"]);
            play(bot, &["Ann", &long, "-1"]);
        }
    }
}
