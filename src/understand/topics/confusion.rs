//! Topics that confuse each other, found by cross-validation: examples that are surely taken for another topic's while they
//! are not among the examples themselves.
use super::Topics;

/// An example that is surely taken for another topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confusion {
    pub topic: String,
    pub example: String,
    /// The topic that it is taken for.
    pub taken_for: String,
    /// The example of that topic that it is most like.
    pub nearest: String,
}

impl Topics {
    /// The examples that are taken for another topic than their own, in their order.
    pub fn confusions(&self) -> Vec<Confusion> {
        let learned = self.learned();
        let named = |at: usize| {
            let known = learned.examples.get(at)?;
            Some((learned.names.get(known.topic)?.clone(), known.text.clone()))
        };
        let told = |taken: &super::learn::Taken| {
            let ((topic, example), (taken_for, nearest)) = (named(taken.example)?, named(taken.nearest)?);
            Some(Confusion { topic, example, taken_for, nearest })
        };
        learned.taken.iter().filter_map(told).collect()
    }
}
