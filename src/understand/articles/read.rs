//! From an article, written in Markdown, to passages that can be quoted: plain text, each with the heading it stands under.
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use unicode_segmentation::UnicodeSegmentation;

/// Characters of a passage. A customer reads a few lines in a chat, and no page.
const LONGEST: usize = 600;
/// Passages of one article; a longer one is a book.
const MOST: usize = 500;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Article {
    /// Its file, without the folder and the ending.
    pub name: String,
    pub title: String,
    /// Where people can read it.
    pub source: Option<String>,
    /// Markdown.
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// Which of the articles it is of.
    pub article: usize,
    /// The heading that it stands under, below the title; empty right under the title.
    pub heading: String,
    pub text: String,
}

impl Article {
    /// An article by its first heading, or by the name of its file where it has none.
    pub fn new(name: &str, title: Option<String>, source: Option<String>, text: &str) -> Self {
        let title = title.or_else(|| first_heading(text)).unwrap_or_else(|| in_words(name));
        Self { name: name.to_owned(), title, source, text: text.to_owned() }
    }
}

/// `how-to-return` is "How to return".
fn in_words(name: &str) -> String {
    let words = name.replace(['-', '_'], " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}

fn first_heading(text: &str) -> Option<String> {
    let mut heading: Option<String> = None;
    for event in Parser::new(text) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(words) | Event::Code(words) => heading.iter_mut().for_each(|h| h.push_str(&words)),
            Event::End(TagEnd::Heading(_)) => break,
            _ => {}
        }
    }
    heading.map(|h| h.trim().to_owned()).filter(|h| !h.is_empty())
}

/// The passages of an article, in order.
pub fn passages(number: usize, article: &Article) -> Vec<Passage> {
    let mut found: Vec<Passage> = Vec::new();
    for (heading, block) in blocks(article) {
        for piece in pieces(&block) {
            let joined = found
                .last_mut()
                .filter(|last| last.heading == heading && last.text.chars().count() + piece.chars().count() < LONGEST);
            match joined {
                Some(last) => {
                    last.text.push('\n');
                    last.text.push_str(&piece);
                }
                None => found.push(Passage { article: number, heading: heading.clone(), text: piece }),
            }
        }
    }
    found.truncate(MOST);
    found
}

/// Paragraphs, items of lists and rows of tables as plain text, each with its heading.
fn blocks(article: &Article) -> Vec<(String, String)> {
    let mut reading = Blocks { title: &article.title, ..Blocks::default() };
    for event in Parser::new_ext(&article.text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { .. }) => reading.end(),
            Event::End(TagEnd::Heading(level)) => reading.headed(level),
            Event::Start(Tag::Item) => {
                reading.end();
                reading.text.push_str("• ");
            }
            Event::Start(Tag::Image { .. }) => reading.hidden += 1,
            Event::End(TagEnd::Image) => reading.hidden = reading.hidden.saturating_sub(1),
            Event::End(TagEnd::TableCell) => reading.text.push_str(" · "),
            Event::End(TagEnd::TableRow | TagEnd::TableHead) => {
                let row = reading.text.trim_end_matches([' ', '·']).to_owned();
                reading.text = row;
                reading.end();
            }
            Event::End(TagEnd::Paragraph | TagEnd::Item | TagEnd::CodeBlock | TagEnd::BlockQuote(_)) => reading.end(),
            Event::Text(words) | Event::Code(words) if reading.hidden == 0 => reading.text.push_str(&words),
            Event::SoftBreak | Event::HardBreak => reading.text.push(' '),
            _ => {}
        }
    }
    reading.end();
    reading.found
}

#[derive(Default)]
struct Blocks<'a> {
    title: &'a str,
    found: Vec<(String, String)>,
    heading: String,
    text: String,
    /// Within a picture, whose words stand for what nobody sees here.
    hidden: usize,
}

impl Blocks<'_> {
    fn end(&mut self) {
        let text = std::mem::take(&mut self.text);
        let text = text.trim();
        if !text.is_empty() && text != "•" {
            self.found.push((self.heading.clone(), text.to_owned()));
        }
    }

    fn headed(&mut self, level: HeadingLevel) {
        let heading = std::mem::take(&mut self.text).trim().to_owned();
        let is_title = level == HeadingLevel::H1 || heading == self.title;
        self.heading = if is_title { String::new() } else { heading };
    }
}

/// A paragraph that is too long to be quoted, cut between its sentences.
fn pieces(block: &str) -> Vec<String> {
    if block.chars().count() <= LONGEST {
        return vec![block.to_owned()];
    }
    let mut found: Vec<String> = Vec::new();
    for sentence in block.unicode_sentences() {
        match found.last_mut().filter(|last| last.chars().count() + sentence.chars().count() <= LONGEST) {
            Some(last) => last.push_str(sentence),
            None => found.extend(cut(sentence)),
        }
    }
    found.iter().map(|piece| piece.trim().to_owned()).filter(|piece| !piece.is_empty()).collect()
}

/// A "sentence" without an end, as tables that were made text have them.
fn cut(sentence: &str) -> Vec<String> {
    let letters: Vec<char> = sentence.chars().collect();
    letters.chunks(LONGEST).map(|part| part.iter().collect()).collect()
}
