//! The one integration-test binary.
mod connector;
