//! One file a step kind: its struct, how it is read, and what editors and docs say of it.
pub mod ask;
pub mod ask_again;
pub mod do_;
pub mod done;
pub mod empathize;
pub mod escalate;
pub mod feedback;
pub mod go_to;
pub mod greet;
pub mod if_;
pub mod note;
pub mod promise;
pub mod remember;
pub mod resolve;
pub mod say;
pub mod tag;
pub mod triage;
pub mod use_;

pub use ask::{Accept, AcceptKind, Ask, Button, Check};
pub use ask_again::AskAgain;
pub use do_::Do;
pub use done::Done;
pub use empathize::Empathize;
pub use escalate::Escalate;
pub use feedback::{Feedback, Scale};
pub use go_to::GoTo;
pub use greet::Greet;
pub use if_::If;
pub use note::Note;
pub use promise::Promise;
pub use remember::Remember;
pub use resolve::Resolve;
pub use say::Say;
pub use tag::Tag;
pub use triage::Triage;
pub use use_::Use;

/// One step as written.
#[derive(Clone, Debug)]
pub enum Step {
    Greet(Greet),
    Triage(Triage),
    Ask(Ask),
    AskAgain(AskAgain),
    Say(Say),
    Empathize(Empathize),
    Use(Use),
    If(If),
    Remember(Remember),
    Do(Do),
    GoTo(GoTo),
    Done(Done),
    Escalate(Escalate),
    Promise(Promise),
    Feedback(Feedback),
    Note(Note),
    Tag(Tag),
    Resolve(Resolve),
}
