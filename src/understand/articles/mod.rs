//! Which article answers a question, learned from nothing but the articles.
//!
//! An article is cut into passages (`read`), each short enough to be quoted. Words find candidates in an index (`index`), and so do
//! meanings; each candidate is then weighed (`weigh`): how much of the question it speaks of, word by word and as a whole. The best
//! must be good enough: a question that no article answers gets no answer.
//!
//! How well it does, and on what its constants were chosen: `docs/knowledge.md`.
mod index;
mod read;
mod weigh;

pub use read::{Article, Passage};
pub use weigh::{SIGNS, Signs};

use index::Index;
use std::sync::{Arc, OnceLock};
use weigh::Scales;

/// From here on a passage is held for an answer.
pub const ENOUGH: f32 = 0.5;
/// Articles that a question leads to.
pub const SHOWN: usize = 3;

/// A passage that may answer a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Found<'a> {
    pub article: &'a Article,
    pub passage: &'a Passage,
    /// 0 to 1; from [`ENOUGH`] on it is an answer.
    pub score: f32,
    /// Why it has that score.
    pub signs: Signs,
}

impl Found<'_> {
    pub fn is_enough(&self) -> bool {
        self.score >= ENOUGH
    }
}

/// All articles of a bot. What is needed to search them is made when the first question comes, or with [`Articles::learn`].
#[derive(Clone, Debug, Default)]
pub struct Articles {
    articles: Vec<Article>,
    ready: Arc<OnceLock<Ready>>,
}

#[derive(Debug)]
struct Ready {
    passages: Vec<Passage>,
    index: Option<Index>,
    scales: Scales,
}

impl Articles {
    pub fn new(articles: Vec<Article>) -> Self {
        Self { articles, ready: Arc::default() }
    }

    pub fn is_empty(&self) -> bool {
        self.articles.is_empty()
    }

    pub fn all(&self) -> &[Article] {
        &self.articles
    }

    /// Makes ready what questions need, so that no customer waits for it.
    pub fn learn(&self) {
        self.ready();
    }

    fn ready(&self) -> &Ready {
        self.ready.get_or_init(|| {
            let passages: Vec<Passage> =
                (0..).zip(&self.articles).flat_map(|(number, article)| read::passages(number, article)).collect();
            let index = Index::of(&self.articles, &passages).ok();
            Ready { index, scales: Scales::of(&self.articles, &passages), passages }
        })
    }

    /// The passages that are nearest to a question, best first, one an article.
    pub fn ask(&self, question: &str) -> Vec<Found<'_>> {
        let mut found = self.weighed(question);
        found.truncate(SHOWN);
        found
    }

    /// All that were weighed for a question.
    pub fn weighed(&self, question: &str) -> Vec<Found<'_>> {
        if self.is_empty() {
            return vec![];
        }
        let ready = self.ready();
        let asked = ready.scales.read(question);
        let by_words =
            ready.index.as_ref().map(|index| index.candidates(&ready.scales.wanted(&asked))).unwrap_or_default();
        let mut found: Vec<Found<'_>> = Vec::new();
        for number in ready.scales.candidates(&asked, &by_words) {
            let (Some(passage), Some(signs)) =
                (ready.passages.get(number), ready.scales.signs(&asked, number, &by_words))
            else {
                continue;
            };
            let Some(article) = self.articles.get(passage.article) else { continue };
            found.push(Found { article, passage, score: signs.score(), signs });
        }
        found.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.article.name.cmp(&b.article.name)));
        let mut seen = std::collections::BTreeSet::new();
        found.retain(|f| seen.insert(f.passage.article));
        found
    }
}
