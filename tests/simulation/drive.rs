//! Plays worlds, each in a process of its own, and tells what was found. This process has no clock and needs none.
use super::{WORLD, bugs};
use std::process::{Child, Command, ExitCode, Stdio};

/// Worlds until a planted bug must have shown itself.
const TRIES: u64 = 6;

fn begin(seed: u64, seconds: u64, bug: &str) -> Child {
    let own = std::env::current_exe().expect("this program");
    let (seed, seconds) = (seed.to_string(), seconds.to_string());
    let mut command = Command::new(own);
    command.args(["world", &seed, &seconds, bug]).stdout(Stdio::piped()).stderr(Stdio::inherit());
    command.spawn().expect("a world begins")
}

/// Whether all went well, and what was told.
fn end(child: Child) -> (bool, String) {
    let output = child.wait_with_output().expect("a world ends");
    (output.status.success(), String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}

/// Each world twice, at the same time: nothing wrong, and nothing different.
fn worlds(seeds: std::ops::Range<u64>) -> bool {
    let mut fine = true;
    for seed in seeds {
        let (one, two) = (begin(seed, WORLD, "none"), begin(seed, WORLD, "none"));
        let ((well, told), (_, again)) = (end(one), end(two));
        println!("{told}");
        if told != again {
            println!("  the same seed made another world: {again}");
        }
        fine &= well && told == again;
    }
    fine
}

/// Every planted bug is found.
fn planted() -> bool {
    let mut fine = true;
    let names: Vec<&str> = bugs::ALL.iter().map(|(name, _)| *name).collect();
    for pair in names.chunks(2) {
        let found = std::thread::scope(|s| {
            let hunts: Vec<_> = pair.iter().map(|name| s.spawn(|| hunt(name))).collect();
            hunts.into_iter().map(|h| h.join().expect("no panic")).collect::<Vec<_>>()
        });
        for (name, found) in pair.iter().zip(found) {
            fine &= found.is_some();
            match found {
                Some((seed, how)) => println!("planted {name}: found by seed {seed}: {how}"),
                None => println!("planted {name}: NOT FOUND in {TRIES} worlds"),
            }
        }
    }
    fine
}

fn hunt(bug: &str) -> Option<(u64, String)> {
    (1..=TRIES).find_map(|seed| {
        let (well, told) = end(begin(seed, WORLD / 2, bug));
        let how = told.lines().nth(1).unwrap_or_default().trim().chars().take(110).collect();
        (!well).then_some((seed, how))
    })
}

/// What an ordinary test run does.
pub fn ordinary(hours: u64) -> ExitCode {
    println!("simulating {hours} hours twice, then the planted bugs");
    let fine = worlds(1..1 + hours * 3600 / WORLD);
    let found = planted();
    if fine && found { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Many hours, each world once or twice as in an ordinary run.
pub fn campaign(first: u64, hours: u64) -> ExitCode {
    if worlds(first..first + hours * 3600 / WORLD) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// One world, told line by line.
pub fn tell(seed: u64) -> ExitCode {
    let own = std::env::current_exe().expect("this program");
    let (seed, seconds) = (seed.to_string(), WORLD.to_string());
    let mut command = Command::new(own);
    let status = command.args(["world", &seed, &seconds, "none"]).env("SIMULATION_TELLS", "1").status();
    if status.is_ok_and(|s| s.success()) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
