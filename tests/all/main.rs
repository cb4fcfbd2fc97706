//! The one integration-test binary: everything through public doors, with real parts.
mod architecture;
mod cli;
mod connector;
mod corpus;
mod engine;
mod http;
mod inbox;
mod language;
mod play;
mod runtime;
mod security;
mod served;
mod settings;
mod store;
mod support;
mod understand;
