//! The files of deploy/: what they name is there, and they hold to what docs/operations.md promises. No image is built here.
use super::support::root;
use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

fn file(name: &str) -> String {
    fs::read_to_string(root().join("deploy").join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// The instructions of a Dockerfile, lines joined.
fn instructions(text: &str) -> Vec<(String, String)> {
    let joined = text.lines().filter(|l| !l.starts_with('#')).collect::<Vec<_>>().join("\n").replace("\\\n", " ");
    let lines = joined.lines().filter(|l| !l.trim().is_empty());
    lines
        .map(|line| {
            let (word, rest) = line.split_once(' ').unwrap_or_else(|| panic!("no instruction: {line}"));
            (word.to_owned(), rest.split_whitespace().collect::<Vec<_>>().join(" "))
        })
        .collect()
}

#[test]
fn the_image_is_one_static_file_without_a_root() {
    let all = instructions(&file("Dockerfile"));
    let known =
        ["FROM", "RUN", "WORKDIR", "COPY", "USER", "ENV", "VOLUME", "EXPOSE", "STOPSIGNAL", "ENTRYPOINT", "CMD"];
    for (word, rest) in &all {
        assert!(known.contains(&word.as_str()) && !rest.is_empty(), "{word} {rest}");
    }
    let stages: Vec<&str> = all.iter().filter(|(w, _)| w == "FROM").map(|(_, rest)| rest.as_str()).collect();
    let [build, image] = stages[..] else { panic!("two stages: {stages:?}") };
    // The oldest Rust that the manifest allows, with musl: what it links is static.
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("the manifest");
    let least = manifest.lines().find_map(|l| l.strip_prefix("rust-version = \"")).expect("a version");
    assert_eq!(build, format!("rust:{}-alpine AS build", least.trim_end_matches('"')));
    assert_eq!(image, "scratch");
    assert!(manifest.contains("[profile.dist]") && file("Dockerfile").contains("--profile dist --bin rapport"));
    let last = |word: &str| all.iter().rev().find(|(w, _)| w == word).map(|(_, rest)| rest.as_str());
    assert!(last("USER").is_some_and(|user| !user.starts_with('0') && user != "root"));
    assert_eq!(last("STOPSIGNAL"), Some("SIGTERM"), "the signal by which the server ends in good order");
    let words = |word: &str| -> Vec<String> { serde_json::from_str(last(word).expect("it is there")).expect("JSON") };
    assert_eq!([words("ENTRYPOINT"), words("CMD")].concat(), ["/rapport", "serve", "/bots"]);
    for (_, copy) in all.iter().filter(|(w, rest)| w == "COPY" && rest.contains("--from=")) {
        assert!(copy.contains("--from=build"), "{copy}");
    }
}

/// The entries of a unit by their names; a name may come twice.
fn unit() -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in file("rapport.service").lines().filter(|l| !l.starts_with(['#', '[']) && !l.is_empty()) {
        let (name, value) = line.split_once('=').unwrap_or_else(|| panic!("no entry: {line}"));
        all.entry(name.to_owned()).or_default().push(value.to_owned());
    }
    all
}

#[test]
fn the_unit_starts_what_there_is_and_gives_it_time_to_end() {
    let unit = unit();
    let start: Vec<&str> = unit["ExecStart"][0].split(' ').collect();
    assert_eq!(start[..2], ["/usr/local/bin/rapport", "serve"]);
    let help = Command::new(env!("CARGO_BIN_EXE_rapport")).args(["serve", "--help"]).output().expect("it runs");
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    for pair in unit["Environment"][0].split(' ') {
        let name = pair.split('=').next().expect("a name");
        assert!(help.contains(name), "`rapport serve` knows no {name}");
    }
    let stop: u64 = unit["TimeoutStopSec"][0].parse().expect("seconds");
    let drain = rapport::web::Drain::default();
    assert!(stop > (drain.notice + drain.within).as_secs() + 5, "systemd must not cut the end short");
    for closed in ["ProtectSystem", "NoNewPrivileges", "PrivateTmp", "CapabilityBoundingSet", "SystemCallFilter"] {
        assert!(unit.contains_key(closed), "{closed}");
    }
}

#[test]
fn systemd_understands_the_unit() {
    // Where there is no systemd its words cannot be asked for; the other test reads the unit all the same.
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rapport.service");
    let text = file("rapport.service").replace("/usr/local/bin/rapport", env!("CARGO_BIN_EXE_rapport"));
    fs::write(&path, text).expect("written");
    let Ok(verified) = Command::new("systemd-analyze").arg("verify").arg(&path).output() else { return };
    let said = String::from_utf8_lossy(&verified.stderr).into_owned();
    let ours: Vec<&str> = said.lines().filter(|l| l.contains("rapport.service")).collect();
    assert!(ours.is_empty(), "{}", ours.join("\n"));
}
