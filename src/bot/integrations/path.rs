//! Paths into answers, as JSONPath (RFC 9535) writes them; `order.total` is short for `$.order.total`.
use jsonpath_rust::parser::model::{JpQuery, Segment, Selector};
use jsonpath_rust::parser::parse_json_path;
use jsonpath_rust::query::js_path_process;
use serde_json::Value;

#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    written: String,
    query: JpQuery,
}

impl Path {
    /// Reads a path.
    ///
    /// # Errors
    /// What is wrong with it, in plain words.
    pub fn read(written: &str) -> Result<Self, String> {
        let written = written.trim();
        let full = match written.as_bytes().first() {
            None => return Err("the path is missing".into()),
            Some(b'$') => written.to_owned(),
            Some(b'[') => format!("${written}"),
            Some(_) => format!("$.{written}"),
        };
        let query = parse_json_path(&full).map_err(|_| format!("`{written}` is no path into an answer"))?;
        Ok(Self { written: written.to_owned(), query })
    }

    /// A path of one step, to a field of the answer itself.
    pub fn field(name: &str) -> Option<Self> {
        let quoted = name.replace('\\', "\\\\").replace('\'', "\\'");
        let query = parse_json_path(&format!("$['{quoted}']")).ok()?;
        Some(Self { written: name.to_owned(), query })
    }

    pub fn written(&self) -> &str {
        &self.written
    }

    /// Whether it may lead to several places, through all items of a list or those that fit.
    pub fn leads_to_many(&self) -> bool {
        let one = |s: &Segment| matches!(s, Segment::Selector(Selector::Name(_) | Selector::Index(_)));
        !self.query.segments.iter().all(one)
    }

    /// Everything that stands there, without what is `null`.
    pub fn all<'v>(&self, answer: &'v Value) -> Vec<&'v Value> {
        let found = js_path_process(&self.query, answer).unwrap_or_default();
        found.into_iter().map(|found| found.val()).filter(|value| !value.is_null()).collect()
    }

    pub fn first<'v>(&self, answer: &'v Value) -> Option<&'v Value> {
        self.all(answer).into_iter().next()
    }
}
