//! The folder `knowledge/`: help articles in Markdown, HTML or plain text, which `use knowledge.search` quotes.
use super::yaml::{self, Reader, field};
use crate::language::diagnostic::Diagnostic;
use crate::language::source::{FileId, SourceFile, Span};
use crate::understand::articles::Article;

/// Files in this folder are articles.
pub const FOLDER: &str = "knowledge/";
/// The endings of their names. A PDF is handed over as the text that is in it.
pub const ENDINGS: [&str; 5] = ["md", "html", "htm", "txt", "pdf"];
const FENCE: &str = "---";

/// Reads one article. Between two lines `---` at its top may stand its `title` and its `source`, where people can read it.
pub fn read(file: FileId, source: &SourceFile) -> (Option<Article>, Vec<Diagnostic>) {
    let name = source.name.strip_prefix(FOLDER).unwrap_or(&source.name);
    let (name, ending) = name.rsplit_once('.').unwrap_or((name, "md"));
    let mut reader = Reader::default();
    let (top, body) = parts(&source.text);
    let (mut title, mut address) = (None, None);
    match top.map(|top| yaml::parse(file, &SourceFile::new(source.name.as_str(), top))) {
        Some(Ok(root)) => {
            let fields = reader.map(&root, "What stands between the lines `---`");
            reader.only(fields, &["title", "source"], "An article");
            title = field(fields, "title").and_then(|n| reader.text(n));
            address = field(fields, "source").and_then(|n| address_of(&mut reader, n));
        }
        Some(Err(problem)) => reader.found.push(problem),
        None => {}
    }
    let text = match ending {
        "html" | "htm" => from_html(body),
        _ => Ok(body.to_owned()),
    };
    match text {
        Ok(text) if !text.trim().is_empty() => (Some(Article::new(name, title, address, &text)), reader.found),
        Ok(_) => {
            reader.wrong(Span::new(file, 0, 0), "This article is empty", "Write its text, or remove the file.");
            (None, reader.found)
        }
        Err(problem) => {
            reader.wrong(
                Span::new(file, 0, 0),
                problem,
                "Save the page again as HTML, or write the article as Markdown.",
            );
            (None, reader.found)
        }
    }
}

/// The lines at the top, and the article.
fn parts(text: &str) -> (Option<&str>, &str) {
    let text = text.trim_start_matches('\u{feff}');
    let after = |line: &str| line.trim_end() == FENCE;
    if !text.lines().next().is_some_and(after) {
        return (None, text);
    }
    let mut at = text.find('\n').map_or(text.len(), |n| n + 1);
    for line in text.get(at..).unwrap_or_default().split_inclusive('\n') {
        if after(line) {
            return (text.get(..at), text.get(at + line.len()..).unwrap_or_default());
        }
        at += line.len();
    }
    (None, text)
}

fn address_of(reader: &mut Reader, node: &yaml::Node) -> Option<String> {
    let text = reader.text(node)?;
    let whole = url::Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if !whole {
        let help = "Write it in full, like `https://shop.example/help/returns`.";
        reader.wrong(node.span, format!("`{text}` is not a web address"), help);
    }
    whole.then_some(text)
}

/// The text of a page as Markdown, without what is no text.
///
/// # Errors
/// What is wrong with it, in plain words.
pub fn from_html(html: &str) -> Result<String, String> {
    let skipped = vec!["script", "style", "nav", "footer", "noscript", "svg", "form", "iframe", "head", "template"];
    let converter = htmd::HtmlToMarkdown::builder().skip_tags(skipped).build();
    converter.convert(html).map_err(|e| format!("This page cannot be read: {e}"))
}
