//! Ways to other systems.
mod address;
mod http;

pub use http::Http;
