//! Examples that teach nothing new: they say what another example of their topic says already.
use super::Topics;
use super::learn::likeness;

/// From this likeness on two sentences are one for who learns from them: "where is my parcel" and "where's my parcel?".
const SAME: f32 = 0.93;

/// An example that says the same as one before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeat {
    pub topic: String,
    pub example: String,
    /// The example of the same topic that says it already.
    pub of: String,
}

impl Topics {
    /// The examples that say nothing new, in the order of topics and texts.
    pub fn repeats(&self) -> Vec<Repeat> {
        let learned = self.learned();
        let mut repeats = Vec::new();
        for (topic, range) in learned.names.iter().zip(&learned.ranges) {
            let mut kept: Vec<usize> = Vec::new();
            for at in range.clone() {
                let Some(row) = learned.rows.get(at) else { continue };
                let said = row.said(learned.space.len());
                let same = |other: &&usize| learned.rows.get(**other).is_some_and(|o| likeness(row, &said, o) >= SAME);
                let text = |at: usize| learned.examples.get(at).map(|known| known.text.clone()).unwrap_or_default();
                match kept.iter().find(same) {
                    Some(of) => repeats.push(Repeat { topic: topic.clone(), example: text(at), of: text(*of) }),
                    None => kept.push(at),
                }
            }
        }
        repeats
    }
}
