//! Passages by their words: an index in memory that ranks by how rare the shared words are (BM25).
//!
//! Words go in as stems, as all words are compared here. A question is a list of words and never a query language: nothing that a
//! customer types has a meaning of its own.
use super::read::{Article, Passage};
use crate::understand::normal::words;
use tantivy::collector::TopDocs;
use tantivy::directory::RamDirectory;
use tantivy::query::{BooleanQuery, BoostQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions, Value};
use tantivy::{IndexReader, ReloadPolicy, TantivyDocument, Term};

/// Candidates that are weighed.
const CANDIDATES: usize = 64;
/// Memory for words before they are written into the index, which lies in memory too.
const BUDGET: usize = 32 << 20;
/// Words of a title say more of an article than words of its text.
const TITLE: f32 = 2.0;
const HEADING: f32 = 1.5;
/// Words of a question that are looked up.
const MOST_WORDS: usize = 200;

pub struct Index {
    reader: IndexReader,
    title: Field,
    heading: Field,
    text: Field,
    number: Field,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").finish_non_exhaustive()
    }
}

impl Index {
    pub fn of(articles: &[Article], passages: &[Passage]) -> tantivy::Result<Self> {
        let mut schema = Schema::builder();
        let indexed =
            TextFieldIndexing::default().set_tokenizer("whitespace").set_index_option(IndexRecordOption::WithFreqs);
        let stems_only = TextOptions::default().set_indexing_options(indexed);
        let [title, heading, text] =
            ["title", "heading", "text"].map(|name| schema.add_text_field(name, stems_only.clone()));
        let number = schema.add_u64_field("number", STORED);
        // one segment, written by this thread: the same articles give the same index
        let mut writer = tantivy::Index::builder()
            .schema(schema.build())
            .single_segment_index_writer(RamDirectory::create(), BUDGET)?;
        for (at, passage) in (0_u64..).zip(passages) {
            let mut document = TantivyDocument::default();
            document.add_text(title, articles.get(passage.article).map(|a| stems(&a.title)).unwrap_or_default());
            document.add_text(heading, stems(&passage.heading));
            document.add_text(text, stems(&passage.text));
            document.add_u64(number, at);
            writer.add_document(document)?;
        }
        let index = writer.finalize()?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self { reader, title, heading, text, number })
    }

    /// Passages with these stems, each with its weight, and how well they fit, best first.
    pub fn candidates(&self, question: &[(String, f32)]) -> Vec<(usize, f32)> {
        self.search(question).unwrap_or_default()
    }

    fn search(&self, question: &[(String, f32)]) -> tantivy::Result<Vec<(usize, f32)>> {
        let fields = [(self.title, TITLE), (self.heading, HEADING), (self.text, 1.0)];
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        for (stem, weight) in question.iter().take(MOST_WORDS) {
            for (field, of_field) in fields {
                let term = TermQuery::new(Term::from_field_text(field, stem), IndexRecordOption::WithFreqs);
                clauses.push((Occur::Should, Box::new(BoostQuery::new(Box::new(term), weight * of_field))));
            }
        }
        let searcher = self.reader.searcher();
        let best = searcher.search(&BooleanQuery::new(clauses), &TopDocs::with_limit(CANDIDATES).order_by_score())?;
        let mut found = Vec::new();
        for (score, address) in best {
            let document: TantivyDocument = searcher.doc(address)?;
            let number = document.get_first(self.number).and_then(|value| value.as_u64());
            found.extend(number.and_then(|n| usize::try_from(n).ok()).map(|n| (n, score)));
        }
        Ok(found)
    }
}

fn stems(text: &str) -> String {
    words(text).iter().map(|word| word.stem.as_str()).collect::<Vec<_>>().join(" ")
}
