//! The one integration-test binary: everything through public doors, with real parts.
mod architecture;
mod browser;
mod cli;
mod connector;
mod corpus;
mod engine;
mod language;
mod play;
mod runtime;
mod store;
mod support;
mod understand;
