//! Topics that confuse each other, found by cross-validation: each example is read as if it were none, by what all the others
//! teach.
use super::{Best, Topics, Verdict, verdict, words};
use std::collections::BTreeMap;

/// What is left of a topic with fewer examples teaches too little.
const LEAST: usize = 4;
/// More examples are not looked at: a check must take no time.
const OF_ONE_TOPIC: usize = 50;
const OF_ALL: usize = 2_000;

/// An example that is surely taken for another topic, where it is not among the examples itself.
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
        let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
        for known in &self.examples {
            *sizes.entry(known.topic).or_default() += 1;
        }
        let mut seen: BTreeMap<usize, usize> = BTreeMap::new();
        let looked_at = self.examples.iter().enumerate().filter(|(_, known)| {
            let before = seen.entry(known.topic).or_default();
            *before += 1;
            *before <= OF_ONE_TOPIC && sizes.get(&known.topic).is_some_and(|size| *size >= LEAST)
        });
        looked_at.take(OF_ALL).filter_map(|(at, _)| self.taken_for_another(at)).collect()
    }

    fn taken_for_another(&self, at: usize) -> Option<Confusion> {
        let known = self.examples.get(at)?;
        let own = self.names.get(known.topic)?;
        let mut rows = self.rows(&words(&known.text));
        *rows.get_mut(at)? = 0.0;
        let length = self.lengths.get(known.topic)?;
        let centre = rows.get_mut(self.examples.len() + known.topic)?;
        *centre = without(*centre, *length);
        let mut best = vec![Best { score: 0.0, example: 0 }; self.names.len()];
        self.blend(&rows, 1.0, &mut best);
        let ranked = self.ranked(&best);
        let Verdict::Sure(taken_for) = verdict(&ranked) else { return None };
        let nearest = ranked.into_iter().next().map(|first| first.nearest).unwrap_or_default();
        let (topic, example) = (own.clone(), known.text.clone());
        (taken_for != topic).then_some(Confusion { topic, example, taken_for, nearest })
    }
}

/// The cosine of an example with the centre of its topic, where the example is taken out of that. Examples have length 1.
fn without(cosine: f32, length: f32) -> f32 {
    let with_all = cosine * length;
    let left = (length * length - 2.0 * with_all + 1.0).max(0.0).sqrt();
    if left > f32::EPSILON.sqrt() { ((with_all - 1.0) / left).max(0.0) } else { 0.0 }
}
