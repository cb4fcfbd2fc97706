//! Named places at which a test may end the process, as `kill -9` would: no destructor runs, nothing is flushed. Without the
//! feature `failpoints`, which only tests switch on, there is nothing here. No dependencies on other rooms.

/// Every place, for those who go through all of them. `tests/all/kill.rs` holds the list to the sources.
pub const PLACES: &[&str] = &[
    "socket:heard",
    "socket:acked",
    "store:in-a-turn",
    "store:in-a-snapshot",
    "store:before-commit",
    "store:after-commit",
    "store:in-a-migration",
    "actor:kept",
    "outbox:before-the-call",
    "outbox:after-the-call",
    "timers:claimed",
    "webhooks:before-sending",
    "webhooks:after-sending",
];

/// Ends the process here where `FAILPOINTS` says so: `socket:heard=16*off->return` does at the seventeenth time.
#[cfg(feature = "failpoints")]
pub fn point(place: &str) {
    fail::fail_point!(place, |_| std::process::abort());
}

#[cfg(not(feature = "failpoints"))]
#[inline(always)]
pub fn point(_place: &str) {}

/// Reads `FAILPOINTS`; call it once, before anything else.
pub fn listen() {
    #[cfg(feature = "failpoints")]
    std::mem::forget(fail::FailScenario::setup());
}
