//! Ways to other systems.
mod address;
mod breaker;
mod cache;
mod clients;
mod http;
mod names;
mod reply;
mod secrets;
mod tokens;
mod trouble;

pub use http::Http;
pub use names::Names;
