//! Bugs that are planted to see that they are found: a simulation that finds nothing has shown nothing.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// A turn is told to be kept before it is; a crash of the store loses it.
    AckBeforeCommit,
    /// Whoever lost the race for a version writes all the same.
    NoVersionCheck,
    /// The same client id is not recognised.
    NoDedupe,
    /// The last entry of a turn gets lost now and then.
    TornTurn,
    /// What a turn causes elsewhere is not kept with it.
    NoOutbox,
    /// Other systems are asked before the turn is kept.
    EffectBeforeCommit,
    /// A timer is deleted when it is claimed.
    TimerForgotten,
    /// An effect is never ticked off.
    NeverTickedOff,
    /// A page of the journal leaves something out.
    HoleInAPage,
    /// A state is read that is older than what the reader was told.
    StaleRead,
    /// A snapshot is not the state that it should be.
    WrongSnapshot,
    /// Something of one chat gets into another.
    WrongChat,
}

pub const ALL: [(&str, Bug); 12] = [
    ("ack-before-commit", Bug::AckBeforeCommit),
    ("no-version-check", Bug::NoVersionCheck),
    ("no-dedupe", Bug::NoDedupe),
    ("torn-turn", Bug::TornTurn),
    ("no-outbox", Bug::NoOutbox),
    ("effect-before-commit", Bug::EffectBeforeCommit),
    ("timer-forgotten", Bug::TimerForgotten),
    ("never-ticked-off", Bug::NeverTickedOff),
    ("hole-in-a-page", Bug::HoleInAPage),
    ("stale-read", Bug::StaleRead),
    ("wrong-snapshot", Bug::WrongSnapshot),
    ("wrong-chat", Bug::WrongChat),
];

pub fn named(name: &str) -> Option<Bug> {
    ALL.iter().find(|(n, _)| *n == name).map(|(_, bug)| *bug)
}
