//! `card`: a picture with a title, words, links and buttons. Several in a row stand side by side.
use crate::language::ast::{Name, Phrase};
use crate::language::grammar::{Form, Rule};
use crate::language::layout::Node;
use crate::language::parse::{Parser, Where};
use crate::language::source::Span;
use crate::language::steps::Spec;

#[derive(Clone, Debug)]
pub struct Card {
    pub title: Phrase,
    pub text: Option<Phrase>,
    /// An address of a picture.
    pub picture: Option<Phrase>,
    /// Words and an address.
    pub links: Vec<(Phrase, Phrase)>,
    /// Answers to the question that follows.
    pub buttons: Vec<(Name, Phrase)>,
    pub span: Span,
}

pub const SPEC: Spec = Spec {
    word: "card",
    summary: "A title with a picture, words, links and buttons. Cards in a row stand side by side.",
    form: "card: {{ item.name }}",
    clauses: &[
        ("text", "text: words"),
        ("picture", "picture: https://shop.example/lamp.jpg"),
        ("link", "link: See it in the shop https://shop.example/lamp"),
        ("button", "button lamp: This one"),
    ],
};

pub fn read(p: &mut Parser, line: &Form, node: &Node<'_>) -> Card {
    let title = p.inline(line).unwrap_or_else(|| {
        p.report("F015", line.span, "The words are missing after `card`", "Write the title after the colon.");
        Phrase { text: String::new(), span: line.span }
    });
    let (text, picture, links, buttons) = Default::default();
    let mut card = Card { title, text, picture, links, buttons, span: line.span };
    for child in &node.under {
        let clause = p.line(child, Where::Under("card"));
        match clause.rule {
            Rule::words_of_card => card.text = p.words(&clause, child).variations.into_iter().next(),
            Rule::picture => card.picture = p.inline(&clause),
            Rule::link => card.links.extend(link(p, &clause)),
            Rule::button => {
                p.nothing_under(child, "a button of a card");
                card.buttons.extend(clause.part(Rule::name).map(|n| p.value_name(n)).zip(p.inline(&clause)));
            }
            _ => p.wrong_under(&clause, child, "card"),
        }
    }
    card
}

/// Words, then the address.
fn link(p: &mut Parser, clause: &Form) -> Option<(Phrase, Phrase)> {
    let whole = p.inline(clause)?;
    let parts = whole.text.rsplit_once(' ').filter(|(words, address)| !words.is_empty() && is_address(address));
    let Some((words, address)) = parts else {
        let action =
            "Write what people read, then the address, like `link: See it in the shop https://shop.example/lamp`.";
        p.report("F039", whole.span, "This link does not end with an address", action);
        return None;
    };
    let part = |text: &str| Phrase { text: text.trim().to_owned(), span: whole.span };
    Some((part(words), part(address)))
}

/// Of the web, a mail or telephone link, or one that a detail holds.
fn is_address(text: &str) -> bool {
    ["https://", "http://", "mailto:", "tel:"].iter().any(|start| text.starts_with(start)) || text.ends_with("}}")
}
