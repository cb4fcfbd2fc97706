//! Syntax tree and settings to a checked, immutable [`Bot`]. Pure.
#![deny(clippy::disallowed_methods, clippy::disallowed_types, clippy::unwrap_used, clippy::expect_used)]

pub mod integrations;
pub mod settings;
pub mod template;
pub mod yaml;

pub use integrations::Integrations;
pub use settings::Settings;

/// A bot that may run: compiled, checked, never changed.
#[derive(Debug)]
pub struct Bot {
    /// The name of its folder; what stands in URLs.
    pub id: String,
    /// Hash of everything it was made from.
    pub hash: String,
    pub settings: Settings,
    pub integrations: Integrations,
}
