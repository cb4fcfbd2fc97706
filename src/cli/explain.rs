//! `rapport explain F012`: what a mistake means, with an example and the same mended.
use super::colour::Colour;
use super::out;
use crate::language::codes::{self, PAGES, Page};
use crate::language::diagnostic::did_you_mean;
use anyhow::{Result, bail};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use std::process::ExitCode;

const WIDTH: usize = 80;
/// A blank at which no line ends: a command stays on one.
const KEPT: &str = "\u{a0}";

pub fn run(code: Option<&str>, colour: Colour) -> Result<ExitCode> {
    let Some(code) = code else {
        out::write(&list())?;
        return Ok(ExitCode::SUCCESS);
    };
    let Some(page) = codes::find(code) else {
        let upper = code.to_uppercase();
        let near = nearest(&upper).map_or_else(String::new, |n| format!(" Did you mean `{n}`?"));
        bail!("No mistake has the code {code}.{near} `rapport explain` lists them all.");
    };
    out::write(&shown(page, colour.on()))?;
    Ok(ExitCode::SUCCESS)
}

/// `f12`, `E012` and `F0012` are meant for `F012`.
fn nearest(written: &str) -> Option<&'static str> {
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    let number = digits.parse::<u32>().ok();
    let letter = if written.starts_with('Y') { 'Y' } else { 'F' };
    let same = number.and_then(|n| codes::find(&format!("{letter}{n:03}"))).map(|p| p.code);
    same.or_else(|| did_you_mean(written, PAGES.iter().map(|p| p.code)))
}

/// All codes, a line each.
fn list() -> String {
    let lines: String = PAGES.iter().map(|p| format!("{}  {}\n", p.code, p.title())).collect();
    format!("{lines}\n`rapport explain F012` tells more about one of them.\n")
}

/// A page for a terminal: text as it is, examples indented.
fn shown(page: &Page, colour: bool) -> String {
    let mut out = String::new();
    let (mut words, mut code, mut heading) = (String::new(), false, false);
    for event in Parser::new(page.text) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = true,
            Event::End(TagEnd::Heading(_)) => {
                let (on, off) = if colour { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
                out.push_str(&format!("{on}{}{off}\n\n", std::mem::take(&mut words)));
                heading = false;
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                out.push_str(&file_of(&kind));
                code = true;
            }
            Event::End(TagEnd::CodeBlock) => {
                out.push('\n');
                code = false;
            }
            Event::End(TagEnd::Paragraph) => out.push_str(&format!("{}\n\n", wrapped(&std::mem::take(&mut words)))),
            Event::Text(text) if code => out.extend(text.lines().map(|l| format!("    {l}\n"))),
            Event::Text(text) => words.push_str(&text),
            Event::Code(text) if heading => words.push_str(&text),
            Event::Code(text) => words.push_str(&format!("`{}`", text.replace(' ', KEPT))),
            Event::SoftBreak | Event::HardBreak => words.push(' '),
            _ => {}
        }
    }
    out.trim_end().to_owned() + "\n"
}

/// The file that an example stands in, where it is not a flow.
fn file_of(kind: &CodeBlockKind<'_>) -> String {
    match kind {
        CodeBlockKind::Fenced(name) if !name.starts_with("flow") => format!("  {name}\n"),
        _ => String::new(),
    }
}

fn wrapped(text: &str) -> String {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split(' ').filter(|w| !w.is_empty()) {
        let line = lines.last_mut().map_or(0, |l| l.chars().count());
        if line > 0 && line + 1 + word.chars().count() > WIDTH {
            lines.push(String::new());
        }
        if let Some(last) = lines.last_mut() {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines.join("\n").replace(KEPT, " ")
}
