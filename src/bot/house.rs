//! The flows that every bot has, written in the language and shipped inside the binary. A bot's own flow of the same name
//! takes the place of ours.
use crate::language::source::SourceFile;

pub const TALK_TO_A_PERSON: &str = "talk_to_a_person";
pub const ANYTHING_ELSE: &str = "anything_else";
pub const GOODBYE: &str = "goodbye";
pub const SOMETHING_BROKE: &str = "something_broke";
pub const NOT_UNDERSTOOD: &str = "not_understood";
pub const NOBODY_AVAILABLE: &str = "nobody_available";
pub const AFTER_THE_AGENT: &str = "after_the_agent";
pub const GONE_QUIET: &str = "gone_quiet";

pub const START_OVER: &str = "start_over";
pub const SAY_THAT_AGAIN: &str = "say_that_again";
pub const WHAT_CAN_YOU_DO: &str = "what_can_you_do";
pub const THANKS: &str = "thanks";
pub const BACK_TO: &str = "back_to";
pub const CORRECTION: &str = "correction";
pub const TOO_LATE_TO_CHANGE: &str = "too_late_to_change";

const FILES: [(&str, &str); 15] = [
    (START_OVER, include_str!("../../flows/house/start_over.flow")),
    (SAY_THAT_AGAIN, include_str!("../../flows/house/say_that_again.flow")),
    (WHAT_CAN_YOU_DO, include_str!("../../flows/house/what_can_you_do.flow")),
    (THANKS, include_str!("../../flows/house/thanks.flow")),
    (BACK_TO, include_str!("../../flows/house/back_to.flow")),
    (CORRECTION, include_str!("../../flows/house/correction.flow")),
    (TOO_LATE_TO_CHANGE, include_str!("../../flows/house/too_late_to_change.flow")),
    (TALK_TO_A_PERSON, include_str!("../../flows/house/talk_to_a_person.flow")),
    (ANYTHING_ELSE, include_str!("../../flows/house/anything_else.flow")),
    (GOODBYE, include_str!("../../flows/house/goodbye.flow")),
    (SOMETHING_BROKE, include_str!("../../flows/house/something_broke.flow")),
    (NOT_UNDERSTOOD, include_str!("../../flows/house/not_understood.flow")),
    (NOBODY_AVAILABLE, include_str!("../../flows/house/nobody_available.flow")),
    (AFTER_THE_AGENT, include_str!("../../flows/house/after_the_agent.flow")),
    (GONE_QUIET, include_str!("../../flows/house/gone_quiet.flow")),
];

/// Whether a flow of this name is one that every bot has, ours or the author's in its place.
pub fn is(name: &str) -> bool {
    FILES.iter().any(|(own, _)| *own == name)
}

/// Their source files.
pub fn sources() -> impl Iterator<Item = SourceFile> {
    FILES.iter().map(|(name, text)| SourceFile::new(format!("house/{name}.flow"), *text))
}
