//! Text of `.flow` files to a syntax tree. Pure, and it cannot fail: a line that cannot be read becomes a diagnostic,
//! and the lines under and after it are read all the same.
#![deny(clippy::disallowed_methods, clippy::disallowed_types, clippy::unwrap_used, clippy::expect_used)]

pub mod ast;
pub mod codes;
pub mod diagnostic;
pub mod expr;
mod format;
mod grammar;
mod headers;
mod layout;
pub mod lines;
mod mend;
mod parse;
pub mod render;
pub mod sarif;
pub mod source;
pub mod steps;
pub mod test;

pub use ast::{Flow, FlowFile};
pub use diagnostic::{Diagnostic, Severity};
pub use format::format;
pub use parse::parse;
pub use source::{FileId, SourceFile, Span};
pub use steps::Step;
