//! Why something was not done, with the codes of docs/protocol.md.
use std::time::Duration;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("There is no bot of that name.")]
    UnknownBot,
    #[error("There is no such chat. Begin a new one.")]
    UnknownSession,
    #[error("What was kept of this chat cannot be read any more. Begin a new one.")]
    Damaged,
    #[error("This token does not belong to this chat.")]
    WrongToken,
    #[error("Who the customer is could not be verified. Sign it anew.")]
    BadIdentity,
    #[error("This chat is for customers who are signed in.")]
    IdentifyFirst,
    #[error("The customer has to agree to how the chat is kept first.")]
    ConsentNeeded,
    #[error("The message holds nothing that can be read.")]
    Empty,
    #[error("The message is longer than 4,000 characters. Send it in parts.")]
    TooLarge,
    #[error("The file is empty.")]
    EmptyFile,
    #[error("The file is larger than 10 MB. Send a smaller one.")]
    FileTooLarge,
    #[error(
        "This kind of file cannot be sent here. Send a photo (JPEG, PNG, GIF, WebP, HEIC), PDF, text, CSV, Word (docx) or Excel (xlsx)."
    )]
    FileType,
    #[error("This chat holds as many files as it can: 20, or 40 MB together.")]
    TooManyFiles,
    #[error("There is no such file in this chat.")]
    UnknownFile,
    #[error("`cid` must be 1 to 64 characters of A-Z a-z 0-9 _ -.")]
    BadCid,
    #[error("This `cid` came before with other words; the first are kept. Make a new one.")]
    CidReused,
    #[error("This button is not offered now. Send the words instead.")]
    NotOffered,
    #[error("No flow of this bot starts when this event arrives.")]
    UnknownEvent,
    #[error("The event must come with these details: {details}.")]
    EventLacks { details: String },
    #[error("Too many messages at once. Wait a moment, then send it again.")]
    TooFast { retry_after: Duration },
    #[error("The message could not be kept. Send it again in a moment.")]
    Busy,
    #[error("Very many people write at this moment, and the message was not kept. Send it again in a moment.")]
    Crowded { retry_after: Duration },
    #[error("A colleague was first: this chat is taken.")]
    Taken,
    #[error("Something was said while you wrote. Read it, then send your reply, or change it.")]
    Stale,
    #[error("Somebody else has this chat. Take it first.")]
    NotYours,
    #[error("There is no ticket with this reference.")]
    UnknownTicket,
    #[error("Choose a time that is still to come, at most three months from now.")]
    NotThen,
    #[error("There is no team of that name.")]
    UnknownTeam,
    #[error("This chat is resolved already.")]
    Over,
}

impl Refusal {
    /// The stable name.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::UnknownBot => "unknown_bot",
            Refusal::UnknownSession => "unknown_session",
            Refusal::Damaged => "damaged",
            Refusal::WrongToken => "wrong_token",
            Refusal::BadIdentity => "bad_identity",
            Refusal::IdentifyFirst => "identify_first",
            Refusal::ConsentNeeded => "consent_needed",
            Refusal::Empty => "empty",
            Refusal::TooLarge => "too_large",
            Refusal::EmptyFile => "empty",
            Refusal::FileTooLarge => "file_too_large",
            Refusal::FileType => "file_type",
            Refusal::TooManyFiles => "too_many_files",
            Refusal::UnknownFile => "unknown_file",
            Refusal::BadCid => "bad_cid",
            Refusal::CidReused => "cid_reused",
            Refusal::NotOffered => "not_offered",
            Refusal::UnknownEvent => "unknown_event",
            Refusal::EventLacks { .. } => "event_lacks",
            Refusal::TooFast { .. } => "too_fast",
            Refusal::Busy => "busy",
            Refusal::Crowded { .. } => "crowded",
            Refusal::Taken => "taken",
            Refusal::Stale => "stale",
            Refusal::NotYours => "not_yours",
            Refusal::UnknownTicket => "unknown_ticket",
            Refusal::NotThen => "not_then",
            Refusal::UnknownTeam => "unknown_team",
            Refusal::Over => "over",
        }
    }

    /// When to try again, where that helps.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Refusal::TooFast { retry_after } | Refusal::Crowded { retry_after } => Some(*retry_after),
            Refusal::Busy => Some(Duration::from_secs(1)),
            _ => None,
        }
    }
}
