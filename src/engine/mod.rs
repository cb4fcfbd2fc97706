//! One turn of one chat. Pure and deterministic: no IO, no clock, no randomness of its own, no order that differs from
//! run to run. What must happen outside comes back as data.
#![deny(clippy::disallowed_methods, clippy::disallowed_types, clippy::unwrap_used, clippy::expect_used)]

mod answer;
mod arrive;
mod attach;
mod burst;
mod control;
mod correct;
mod digress;
pub mod effect;
pub mod event;
pub mod file;
pub mod input;
mod ops;
mod person;
mod quarantine;
mod rerun;
mod rounds;
mod run;
mod secret;
pub mod session;
mod start;
mod triage;
pub mod turn;
mod words;

pub use effect::Effect;
pub use event::{Choice, Event, Speaker, What};
pub use file::File;
pub use input::{Answer, Input, Timer};
pub use session::{Control, Holder, Session, Wait};
pub use turn::{Seen, Spoken, Trace, Turn, Walked, Way, turn, watched};
