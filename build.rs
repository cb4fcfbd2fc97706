//! Puts the browser files of a customer's chat together: each entry with what it imports in one file, minified. The sources in
//! `web/` stay plain modules that a browser could load as they are; there is no node anywhere.
use oxc_allocator::Allocator;
use oxc_codegen::{Codegen, CodegenOptions, CommentOptions};
use oxc_minifier::{CompressOptions, MangleOptions, Minifier, MinifierOptions};
use oxc_parser::Parser;
use oxc_semantic::SemanticBuilder;
use oxc_span::SourceType;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Component, Path, PathBuf};
use std::{env, fs};

/// What a browser asks for by name. All others are parts of these.
const ENTRIES: [&str; 11] = [
    "widget/widget.js",
    "widget/frame.js",
    "widget/clip.js",
    "widget/deck.js",
    "widget/menu.js",
    "widget/consent.js",
    "widget/scale.js",
    "widget/sound.js",
    "shared/protocol.js",
    "shared/http.js",
    "shared/upload.js",
];
const SHEETS: [&str; 3] = ["widget/frame.css", "widget/more.css", "widget/page.css"];

fn main() {
    println!("cargo:rerun-if-changed=web");
    println!("cargo:rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo says where to"));
    let mut table = String::from("&[\n");
    let sheets = SHEETS.map(|file| sheet(Path::new(file))).concat();
    for entry in ENTRIES.iter().chain(&SHEETS) {
        let built =
            if entry.ends_with(".css") { used(&sheet(Path::new(entry)), &sheets) } else { script(Path::new(entry)) };
        let name = entry.replace('/', "-");
        let mut zipped = Vec::new();
        zopfli::compress(zopfli::Options::default(), zopfli::Format::Gzip, built.as_bytes(), &mut zipped)
            .expect("memory takes it");
        fs::write(out.join(&name), built).expect("the output folder can be written");
        fs::write(out.join(format!("{name}.gz")), zipped).expect("the output folder can be written");
        let bytes = |end: &str| format!("include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}{end}\")) as &[u8]");
        writeln!(table, "({entry:?}, {}, {}),", bytes(""), bytes(".gz")).expect("a text grows");
    }
    table.push(']');
    fs::write(out.join("built.rs"), table).expect("the output folder can be written");
}

fn read(file: &Path) -> String {
    fs::read_to_string(Path::new("web").join(file)).unwrap_or_else(|e| panic!("web/{}: {e}", file.display()))
}

/// The entry and all that it imports, smaller.
fn script(entry: &Path) -> String {
    let mut modules = Vec::new();
    let whole = private(&joined(entry, entry, &mut modules));
    let kind = if entry.ends_with("widget.js") { SourceType::script() } else { SourceType::mjs() };
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, &whole, kind).parse();
    assert!(parsed.diagnostics.is_empty(), "{}: {:?}", entry.display(), parsed.diagnostics);
    let mut program = parsed.program;
    // Two modules with the same name at their top would read each other's.
    let checked = SemanticBuilder::new().with_check_syntax_error(true).build(&program);
    assert!(checked.diagnostics.is_empty(), "{}: {:?}", entry.display(), checked.diagnostics);
    let options = MinifierOptions {
        mangle: Some(MangleOptions::default()),
        compress: Some(CompressOptions::smallest()),
        ..MinifierOptions::default()
    };
    let small = Minifier::new(options).minify(&allocator, &mut program);
    let options = CodegenOptions { minify: true, comments: CommentOptions::disabled(), ..CodegenOptions::default() };
    Codegen::new().with_options(options).with_scoping(small.scoping).build(&program).code.to_string()
}

/// A module behind those that it imports, each once. Imports and exports are lines of their own here, and names are never changed.
fn joined(entry: &Path, file: &Path, done: &mut Vec<PathBuf>) -> String {
    if done.iter().any(|d| d == file) {
        return String::new();
    }
    done.push(file.to_owned());
    let folder = file.parent().unwrap_or(Path::new(""));
    let (mut before, mut own) = (String::new(), String::new());
    for line in read(file).lines() {
        if let Some((_, from)) = line.strip_prefix("import {").and_then(|l| l.split_once("} from \"")) {
            before += &joined(entry, &plain(&folder.join(from.trim_end_matches("\";"))), done);
            continue;
        }
        let kept = if file == entry { line } else { line.strip_prefix("export ").unwrap_or(line) };
        // What is fetched later is named from where the entry stands.
        own += &kept.replace("import(\"./", &format!("import(\"../{}/", folder.display()));
        own.push('\n');
    }
    before + &own
}

/// Private members under short names. Each is used as `x.#name` somewhere; in texts and addresses no dot or space stands before the `#`.
fn private(whole: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let uses = whole.split(".#").skip(1).map(|rest| rest.split(|c| !is_word(c)).next().unwrap_or(""));
    let names: BTreeMap<&str, usize> =
        uses.collect::<BTreeSet<_>>().into_iter().enumerate().map(|(n, name)| (name, n)).collect();
    let mut pieces = whole.split('#');
    let mut small = pieces.next().unwrap_or("").to_owned();
    for piece in pieces {
        let name = piece.split(|c| !is_word(c)).next().unwrap_or("");
        let before = small.chars().next_back();
        small.push('#');
        match names.get(name).filter(|_| before.is_none_or(|c| c == '.' || c.is_whitespace())) {
            Some(n) => write!(small, "p{n:x}{}", piece.strip_prefix(name).unwrap_or(piece)).expect("a text grows"),
            None => small.push_str(piece),
        }
    }
    small
}

/// Without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut whole, part| {
        match part {
            Component::ParentDir => drop(whole.pop()),
            Component::CurDir => {}
            part => whole.push(part),
        }
        whole
    })
}

/// A style sheet with those that it imports, without comments and line breaks.
fn sheet(file: &Path) -> String {
    let mut whole = String::new();
    for line in read(file).lines() {
        match line.strip_prefix("@import \"").and_then(|l| l.strip_suffix("\";")) {
            Some(other) => whole += &sheet(&plain(&file.parent().unwrap_or(Path::new("")).join(other))),
            None => writeln!(whole, "{}", line.trim()).expect("a text grows"),
        }
    }
    while let Some((before, rest)) = whole.split_once("/*") {
        whole = format!("{before}{}", rest.split_once("*/").map_or("", |(_, after)| after));
    }
    let mut small = whole.replace('\n', "");
    for sign in ["{", "}", ":", ";", ","] {
        small = small.replace(&format!("{sign} "), sign);
    }
    small.replace(" {", "{").replace(" }", "}").replace(";}", "}").replace(" 0.", " .")
}

/// Without the values of the design that none of the `sheets` uses.
fn used(sheet: &str, sheets: &str) -> String {
    let mut left = sheet.to_owned();
    for name in sheet.split("--").skip(1).filter_map(|rest| rest.split_once(':').map(|(name, _)| name)) {
        if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') && !sheets.contains(&format!("var(--{name}")) {
            let start = format!("--{name}:");
            while let Some((before, rest)) = left.split_once(&start) {
                let end = rest.find([';', '}']).unwrap_or(rest.len());
                left = format!("{before}{}", rest[end..].strip_prefix(';').unwrap_or(&rest[end..]));
            }
        }
    }
    left
}
