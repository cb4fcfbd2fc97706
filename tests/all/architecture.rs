//! The house: a room imports only rooms above it, files stay small, and packages stay in their places.
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Rooms, and what each may see. `id` and `time` are seen by all.
const ROOMS: &[(&str, &[&str])] = &[
    ("language", &[]),
    ("understand", &[]),
    ("bot", &["language", "understand"]),
    ("lsp", &["language", "understand", "bot"]),
    ("load", &["language"]),
    ("engine", &["language", "understand", "bot"]),
    ("rehearsal", &["language", "understand", "bot", "engine"]),
    ("runtime", &["language", "understand", "bot", "engine"]),
    ("store", &["language", "understand", "bot", "engine", "runtime"]),
    ("bus", &["language", "understand", "bot", "engine", "runtime"]),
    ("channel", &["language", "understand", "bot", "engine", "runtime"]),
    ("connector", &["language", "understand", "bot", "engine", "runtime"]),
    (
        "web",
        &["language", "understand", "bot", "engine", "rehearsal", "runtime", "store", "bus", "channel", "connector"],
    ),
    (
        "cli",
        &[
            "language",
            "understand",
            "bot",
            "engine",
            "rehearsal",
            "runtime",
            "store",
            "bus",
            "channel",
            "connector",
            "web",
            "load",
            "lsp",
        ],
    ),
];
const SHARED: &[&str] = &["fault", "id", "time"];
/// A package and the only places that may name it.
const PACKAGES: &[(&str, &[&str])] = &[
    ("pest", &["language/grammar.rs", "language/test/grammar.rs"]),
    ("serde_yaml", &["bot/yaml.rs"]),
    ("minijinja", &["bot/", "engine/words.rs", "web/"]),
    ("dashmap", &["runtime/registry.rs", "bus/local.rs"]),
    ("rusqlite", &["store/"]),
    ("axum", &["web/"]),
    ("lsp_server", &["lsp/"]),
    ("reqwest", &["connector/"]),
    ("tokio_tungstenite", &["load/"]),
];
const LONGEST_FILE: usize = 600;

fn sources() -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("src can be listed").flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    walk(&root, &mut paths);
    let name = |p: &PathBuf| p.strip_prefix(&root).expect("below src").to_string_lossy().replace('\\', "/");
    paths.iter().map(|p| (name(p), fs::read_to_string(p).expect("a source file"))).collect()
}

/// The first parts of all `crate::…` paths of a file, in code of any kind.
fn rooms_seen(text: &str) -> BTreeSet<String> {
    let code = text.lines().filter(|l| !l.trim_start().starts_with("//"));
    let mut seen = BTreeSet::new();
    for line in code {
        for (at, _) in line.match_indices("crate::") {
            let rest = &line[at + "crate::".len()..];
            let names = rest.strip_prefix('{').map_or_else(|| vec![rest], |inner| inner.split(',').collect());
            for name in names {
                let name: String = name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                seen.insert(name);
            }
        }
    }
    seen
}

#[test]
fn a_room_sees_only_rooms_above_it() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        let Some((room, allowed)) = ROOMS.iter().find(|(r, _)| file.starts_with(&format!("{r}/"))) else { continue };
        for seen in rooms_seen(&text) {
            let known = ROOMS.iter().any(|(r, _)| *r == seen);
            if known && seen != *room && !allowed.contains(&seen.as_str()) && !SHARED.contains(&seen.as_str()) {
                wrong.push(format!("src/{file}: `{room}` must not see `{seen}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_room_is_on_the_map() {
    for (file, _) in sources() {
        let room = file.split('/').next().expect("a name");
        let known = ROOMS.iter().any(|(r, _)| *r == room)
            || ["lib.rs", "main.rs", "fault.rs", "id.rs", "time.rs"].contains(&room);
        assert!(known, "src/{file} stands in no room of tests/all/architecture.rs");
    }
}

#[test]
fn packages_stay_in_their_places() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        for (package, places) in PACKAGES {
            let used = text.lines().any(|l| !l.trim_start().starts_with("//") && l.contains(&format!("{package}::")));
            if used && !places.iter().any(|p| file.starts_with(p)) {
                wrong.push(format!("src/{file} uses {package}, which belongs into {places:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_stay_small_and_say_what_they_are_for() {
    for (file, text) in sources() {
        assert!(text.lines().count() <= LONGEST_FILE, "src/{file} is longer than {LONGEST_FILE} lines");
        assert!(text.starts_with("//!"), "src/{file} does not say what it is for");
        assert!(!file.contains("utils"), "src/{file}: a name that says nothing");
    }
}

#[test]
fn concrete_adapters_are_named_in_few_places() {
    for (file, text) in sources().iter().filter(|(f, _)| f.starts_with("cli/")) {
        let names = text.contains("Sqlite") || text.contains("LocalBus");
        assert!(!names || file == "cli/serve.rs", "src/{file} names an adapter; only cli/serve.rs may");
    }
}

#[test]
fn every_step_has_a_documentation_page_that_is_a_test() {
    for spec in rapport::language::steps::STEPS {
        let page = format!("docs/steps/{}.md", spec.word.replace(' ', "_"));
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(&page).exists(), "{page} is missing");
    }
}
