//! The one integration-test binary.
mod understand;
