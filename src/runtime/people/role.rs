//! Roles, and what each may do.
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Owner,
    Lead,
    Agent,
    Author,
    Viewer,
}

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// Read chats, and see to one's own account.
    Read,
    /// Take chats, answer, write notes.
    Answer,
    /// Keep chats as tests of a bot.
    Write,
    /// Let people in, give them places, read the record.
    Lead,
}

impl Role {
    pub const ALL: [Self; 5] = [Self::Owner, Self::Lead, Self::Agent, Self::Author, Self::Viewer];

    pub fn word(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Lead => "lead",
            Self::Agent => "agent",
            Self::Author => "author",
            Self::Viewer => "viewer",
        }
    }

    /// In a sentence that begins with "may".
    pub fn about(self) -> &'static str {
        match self {
            Self::Owner => "do everything, also make owners and leads",
            Self::Lead => "answer customers, let agents, authors and viewers in, and read the record",
            Self::Agent => "answer customers, and keep chats as tests",
            Self::Author => "read chats, and keep them as tests",
            Self::Viewer => "read chats",
        }
    }

    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.word() == word)
    }

    pub fn may(self, right: Right) -> bool {
        match right {
            Right::Read => true,
            Right::Answer => matches!(self, Self::Owner | Self::Lead | Self::Agent),
            Right::Write => self != Self::Viewer,
            Right::Lead => matches!(self, Self::Owner | Self::Lead),
        }
    }

    /// Whether this role decides about people of another one, and gives it to them.
    pub fn decides(self, about: Self) -> bool {
        match self {
            Self::Owner => true,
            Self::Lead => matches!(about, Self::Agent | Self::Author | Self::Viewer),
            Self::Agent | Self::Author | Self::Viewer => false,
        }
    }
}
