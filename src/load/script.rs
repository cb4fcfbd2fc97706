//! Conversation tests as transcripts to play: what the customer does in them. What the bot shall answer, and what only a
//! rehearsal can do (let days pass, answer for other systems), is left out, and counted.
use crate::language::test::{Act, Given, Test, parse};
use crate::language::{Diagnostic, FileId, SourceFile};

/// What a customer does, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    pub name: String,
    /// The page that the customer is on.
    pub page: Option<String>,
    pub language: Option<String>,
    pub moves: Vec<Move>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Move {
    Says(String),
    /// A button by its words; where none is offered that says so, the words are written.
    Taps(String),
    WantsPerson,
}

/// The transcripts of a file.
#[derive(Clone, Debug, Default)]
pub struct Scripts {
    pub scripts: Vec<Script>,
    /// Lines of the customer's side that cannot be played against a server.
    pub left_out: usize,
}

/// Reads a file of conversation tests.
///
/// # Errors
/// What is wrong in the file.
pub fn read(source: &SourceFile) -> Result<Scripts, Vec<Diagnostic>> {
    let (tests, found) = parse(FileId(0), source);
    if !found.is_empty() {
        return Err(found);
    }
    let mut read = Scripts::default();
    for test in tests {
        let script = script(test, &mut read.left_out);
        read.scripts.extend(Some(script).filter(|s| !s.moves.is_empty()));
    }
    Ok(read)
}

fn script(test: Test, left_out: &mut usize) -> Script {
    let mut script = Script { name: test.name, ..Script::default() };
    for line in test.lines {
        match line.act {
            Act::Customer(text) | Act::WritesOn(text) => script.moves.push(Move::Says(text)),
            Act::Taps(label) => script.moves.push(Move::Taps(label)),
            Act::WantsPerson => script.moves.push(Move::WantsPerson),
            Act::Given(Given::Page(page)) => script.page = Some(page),
            Act::Given(Given::Language(language)) => script.language = Some(language),
            Act::Bot(_) | Act::Offers(_) | Act::Silent | Act::Expect(_) => {}
            _ => *left_out += 1,
        }
    }
    script
}

#[cfg(test)]
mod tests {
    use super::{Move, SourceFile, read};

    #[test]
    fn the_customers_lines_are_played() {
        let text = "test A parcel\n  given page is https://shop.example/\n  bot: Hi\n  customer: where is it\n  \
                    after 5 minutes\n  customer taps Yes\n  customer asks for a person\n\ntest Nobody speaks\n  bot: Hi\n";
        let scripts = read(&SourceFile::new("tests/a.flow", text)).expect("no mistakes");
        let says = Move::Says("where is it".into());
        assert_eq!(scripts.left_out, 1);
        assert_eq!(scripts.scripts.len(), 1, "a test without customer lines is none");
        assert_eq!(scripts.scripts[0].moves, [says, Move::Taps("Yes".into()), Move::WantsPerson]);
        assert_eq!(scripts.scripts[0].page.as_deref(), Some("https://shop.example/"));
    }

    #[test]
    fn mistakes_are_told() {
        assert!(read(&SourceFile::new("a.flow", "test A\n  customer shouts hey\n")).is_err());
    }
}
