//! Ways to other systems.
mod address;
mod breaker;
mod cache;
mod clients;
mod http;
mod names;
mod pages;
mod reply;
mod secrets;
mod shelf;
mod tokens;
mod trouble;
mod webhook;

pub use http::Http;
pub use names::Names;
pub use pages::Pages;
pub use shelf::Shelf;
