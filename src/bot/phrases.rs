//! Words that the engine itself needs. Everything longer is a house flow, which a bot may replace. Translated like all texts.

pub const DID_YOU_MEAN: &str = "I want to be sure I get you right. Do you mean one of these?";
pub const SOMETHING_ELSE: &str = "Something else";
pub const SAY_IT_AGAIN: &str = "I'm not sure I follow. Could you put it another way?";
/// Above the likeliest topics, as the last try.
pub const IS_IT_ONE_OF_THESE: &str = "I'm still not sure what you need. Is it one of these?";
pub const DOES_NOT_FIT: &str = "Sorry, that doesn't seem to fit.";
pub const FINISH_OR_SWITCH: &str = "I can help with that too ({topic}). Shall we finish this first, or switch now?";
pub const FINISH_FIRST: &str = "Finish this first";
pub const SWITCH: &str = "Switch to: {topic}";
/// What a customer says who writes while the bot waits for a time to pass.
pub const A_MOMENT: &str = "Thank you, I have noted that. I'll go on here as soon as I can.";
/// What is said to a photo or a file where no question asked for one.
pub const FILE_KEPT: &str = "Thank you, I have kept that here. I can't look at it myself, but a colleague can.";
pub const SKIP: &str = "No, thanks";
pub const THUMBS_UP: &str = "👍";
pub const THUMBS_DOWN: &str = "👎";
/// When even the house flows cannot run.
pub const APOLOGY: &str = "I'm sorry, something went wrong on our side. A colleague will go on from here.";

pub const I_DONT_HAVE_IT: &str = "I don't have it";
pub const TODAY_AT: &str = "today at {time}";
pub const TOMORROW_AT: &str = "tomorrow at {time}";
pub const ON_DAY_AT: &str = "on {day} at {time}";
pub const WORKING: &str = "{amount} working {unit}";
/// How the filters `list` and `duration` join the last of several.
pub const AND: &str = "{all} and {last}";
/// How the filter `date` writes a day.
pub const DATE: &str = "{day} {month} {year}";
pub const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const UNITS: [&str; 10] = ["second", "seconds", "minute", "minutes", "hour", "hours", "day", "days", "week", "weeks"];
const SENTENCES: [&str; 19] = [
    DID_YOU_MEAN,
    SOMETHING_ELSE,
    SAY_IT_AGAIN,
    IS_IT_ONE_OF_THESE,
    DOES_NOT_FIT,
    FINISH_OR_SWITCH,
    FINISH_FIRST,
    SWITCH,
    A_MOMENT,
    FILE_KEPT,
    SKIP,
    APOLOGY,
    I_DONT_HAVE_IT,
    TODAY_AT,
    TOMORROW_AT,
    ON_DAY_AT,
    WORKING,
    AND,
    DATE,
];

/// All that are words, for translations.
pub fn all() -> impl Iterator<Item = &'static str> {
    SENTENCES.into_iter().chain(DAYS).chain(MONTHS).chain(UNITS)
}
