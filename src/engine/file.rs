//! What a customer sent besides words: a photo or a file. The bytes lie in the store; the chat holds what is known of them.
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Kinds of files that a chat takes, by the end of their names; the first end is the usual one.
const KINDS: [(&str, &[&str]); 10] = [
    ("image/jpeg", &["jpg", "jpeg"]),
    ("image/png", &["png"]),
    ("image/gif", &["gif"]),
    ("image/webp", &["webp"]),
    ("image/heic", &["heic", "heif"]),
    ("application/pdf", &["pdf"]),
    ("text/plain", &["txt"]),
    ("text/csv", &["csv"]),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", &["docx"]),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &["xlsx"]),
];

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// The store's name for it.
    pub id: String,
    /// As the customer calls it.
    pub name: String,
    /// A media type, as found in the bytes.
    #[serde(rename = "type")]
    pub kind: String,
    /// In bytes.
    pub size: u64,
}

impl File {
    pub fn is_picture(&self) -> bool {
        self.kind.starts_with("image/")
    }

    /// What flows see of it: `{{ photo.name }}`.
    pub fn value(&self) -> Value {
        json!({ "id": self.id, "name": self.name, "type": self.kind, "size": self.size })
    }
}

/// What an open question takes besides words; tells a chat page which files to offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Takes {
    Photo,
    File,
}

/// The media type of a file with this name, where it is one that a chat takes.
pub fn kind_of(name: &str) -> Option<&'static str> {
    let end = name.rsplit_once('.')?.1.to_lowercase();
    KINDS.iter().find(|(_, ends)| ends.contains(&end.as_str())).map(|(kind, _)| *kind)
}

/// How names of files of this type end; nothing for a type that no chat takes.
pub fn ends_of(kind: &str) -> &'static [&'static str] {
    KINDS.iter().find(|(known, _)| *known == kind).map_or(&[], |(_, ends)| ends)
}
