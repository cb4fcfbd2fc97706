//! Words that the engine itself needs. Everything longer is a house flow, which a bot may replace.

pub const DID_YOU_MEAN: &str = "I want to be sure I get you right. Do you mean one of these?";
pub const SOMETHING_ELSE: &str = "Something else";
pub const SAY_IT_AGAIN: &str = "I'm not sure I follow. Could you put it another way?";
pub const DOES_NOT_FIT: &str = "Sorry, that doesn't seem to fit.";
pub const FINISH_OR_SWITCH: &str = "I can help with that too ({topic}). Shall we finish this first, or switch now?";
pub const FINISH_FIRST: &str = "Finish this first";
pub const SWITCH: &str = "Switch to: {topic}";
/// What a customer says who writes while the bot waits for a time to pass.
pub const A_MOMENT: &str = "Thank you, I have noted that. I'll go on here as soon as I can.";
pub const SKIP: &str = "No, thanks";
pub const THUMBS_UP: &str = "👍";
pub const THUMBS_DOWN: &str = "👎";
/// When even the house flows cannot run.
pub const APOLOGY: &str = "I'm sorry, something went wrong on our side. A colleague will go on from here.";
