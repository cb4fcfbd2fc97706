//! The agents' side: accounts, logins, the inbox and its socket.
pub mod attempts;
pub mod auth;
pub mod code;
pub mod files;
mod half;
pub mod news;
pub mod pages;
pub mod record;
mod search;
pub mod socket;
