//! The one integration-test binary: everything through public doors, with real parts.
mod architecture;
mod browser;
mod cli;
mod connector;
mod corpus;
mod demo;
mod docs;
mod engine;
mod http;
mod language;
mod play;
mod runtime;
mod security;
mod served;
mod store;
mod support;
mod understand;
