//! The runtime, simulated: three nodes with sockets, a store that they share, a bus between them, customers and agents, over a
//! network that turmoil makes up and in a time that mad-turmoil makes up. Nodes crash, lines break, clocks are wrong; in the end
//! nothing acknowledged is lost, nothing is doubled, and whoever looks sees the same chat. A seed is a whole world, and the same
//! seed is the same world: each is run twice, and their traces must be equal.
//!
//! A program of its own (`cargo test --test simulation`), since it takes the clock and the random numbers away from the whole
//! process. `cargo test --test simulation -- campaign 100` simulates a hundred hours, `-- seed 7` plays one world again and
//! tells what happened.
mod bugs;
mod bus;
mod check;
mod customer;
mod desk;
mod drive;
mod net;
mod shop;
mod store;
mod trace;
mod world;

use std::process::ExitCode;

/// Simulated seconds of one world.
const WORLD: u64 = 600;
/// Simulated hours of an ordinary test run.
const HOURS: u64 = 2;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).filter(|a| !a.starts_with("--")).collect();
    match words.as_slice() {
        ["world", seed, seconds, bug] => world::play(number(seed), number(seconds), bugs::named(bug)),
        ["seed", seed] => drive::tell(number(seed)),
        ["campaign", hours] => drive::campaign(1000, number(hours)),
        // Names of tests that are meant for other programs.
        [name, ..] if !"simulation".contains(name) => ExitCode::SUCCESS,
        _ => drive::ordinary(HOURS),
    }
}

fn number(word: &str) -> u64 {
    word.parse().unwrap_or_else(|_| panic!("`{word}` is not a number"))
}
