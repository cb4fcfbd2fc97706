//! The agents' side: accounts, logins, the inbox and its socket.
pub mod attempts;
pub mod auth;
pub mod files;
pub mod news;
pub mod pages;
pub mod record;
pub mod socket;
