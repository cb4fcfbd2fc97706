//! `rapport fmt`: writes flow files in the one usual way.
use super::out;
use crate::language::{SourceFile, format};
use anyhow::{Context, Result, bail};
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub fn run(paths: &[PathBuf], check: bool, stdin: bool) -> Result<ExitCode> {
    if stdin {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("The text is not UTF-8")?;
        out::write(&format(&SourceFile::new("(standard input)", text)))?;
        return Ok(ExitCode::SUCCESS);
    }
    if paths.is_empty() {
        bail!("Name the files or folders to format, for example `rapport fmt my-shop`.");
    }
    let mut files = Vec::new();
    for path in paths {
        flows(path, &mut files)?;
    }
    let mut changed = 0;
    for path in &files {
        let text = fs::read_to_string(path).with_context(|| format!("The file {} cannot be read", path.display()))?;
        let tidy = format(&SourceFile::new(path.to_string_lossy(), text.as_str()));
        if tidy != text {
            changed += 1;
            if !check {
                replace(path, &tidy)?;
            }
            out::line(&format!("{} {}", if check { "would change" } else { "changed" }, path.display()))?;
        }
    }
    if changed == 0 {
        let files = format!("{} {}", files.len(), if files.len() == 1 { "file" } else { "files" });
        out::line(&format!("Nothing to change in {files}."))?;
    }
    Ok(if check && changed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The flow files at a path, those in its folders included.
fn flows(path: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_file() {
        found.push(path.to_owned());
        return Ok(());
    }
    let entries = fs::read_dir(path).with_context(|| format!("There is no file or folder {}", path.display()))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    paths.sort();
    for inner in paths {
        let hidden = inner.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.'));
        let folder = inner.is_dir() && !inner.is_symlink();
        if !hidden && (folder || inner.extension().is_some_and(|e| e == "flow")) {
            flows(&inner, found)?;
        }
    }
    Ok(())
}

/// Puts a new text in a file's place, whole or not at all.
fn replace(path: &Path, text: &str) -> Result<()> {
    // A link is followed: it is the file behind it that changes.
    let path = fs::canonicalize(path).with_context(|| format!("The file {} cannot be found", path.display()))?;
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = path.with_file_name(format!(".{name}.{}", std::process::id()));
    let written = (|| {
        let mut file = fs::File::create(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::set_permissions(&beside, fs::metadata(&path)?.permissions())?;
        fs::rename(&beside, &path)
    })();
    if written.is_err() {
        // The file itself is untouched; what is left beside it is of no use.
        fs::remove_file(&beside).ok();
    }
    written.with_context(|| format!("The file {} cannot be written", path.display()))
}
