//! How well topics are understood: messages whose topic is known are read and counted.
use super::feelings;
use super::topics::{Example, Reading, Verdict};
use std::collections::BTreeMap;

/// Text and label a line, with a tab between them; what stands behind a second tab is left out.
///
/// # Errors
/// The number of the first line without a tab.
pub fn labelled(file: &str) -> Result<Vec<Example>, usize> {
    let lines = file.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let example = |(at, line): (usize, &str)| {
        let mut cells = line.split('\t');
        match (cells.next(), cells.next()) {
            (Some(text), Some(label)) => Ok(Example { topic: label.trim().to_owned(), text: text.to_owned() }),
            _ => Err(at + 1),
        }
    };
    lines.map(example).collect()
}

/// Counts of messages.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub in_scope: Scope,
    /// Messages about other matters.
    pub other: Other,
    /// Wanted topic and the one that scored best, where they differ, with how often.
    pub confusions: BTreeMap<(String, String), usize>,
    /// The best scores of messages in scope, and whether the best topic was right; of others.
    scores: Vec<(f32, bool)>,
    others: Vec<f32>,
}

#[derive(Clone, Debug, Default)]
pub struct Scope {
    pub count: usize,
    /// The best topic is right, however low its score.
    pub best: usize,
    /// The best topic is right, and its score is enough.
    pub believed: usize,
    /// The best topic is wrong, and its score is enough.
    pub wrong_routes: usize,
    /// By verdict.
    pub sure: usize,
    pub sure_wrong: usize,
    /// Close, the right topic among those offered.
    pub close: usize,
    pub close_without: usize,
    pub nothing: usize,
}

#[derive(Clone, Debug, Default)]
pub struct Other {
    pub count: usize,
    pub sure: usize,
    pub close: usize,
    pub nothing: usize,
}

impl Report {
    /// Counts a reading of a message about `topic`, or about none.
    pub fn count(&mut self, topic: Option<&str>, reading: &Reading) {
        let best = reading.ranked.first();
        let score = best.map_or(0.0, |best| best.score);
        let Some(topic) = topic else {
            self.others.push(score);
            self.other.count += 1;
            match reading.verdict {
                Verdict::Sure(_) => self.other.sure += 1,
                Verdict::Close(_) => self.other.close += 1,
                Verdict::Nothing => self.other.nothing += 1,
            }
            return;
        };
        let right = best.is_some_and(|best| best.topic == topic);
        self.scores.push((score, right));
        let scope = &mut self.in_scope;
        scope.count += 1;
        scope.best += usize::from(right);
        match &reading.verdict {
            Verdict::Sure(read) if read == topic => scope.sure += 1,
            Verdict::Sure(_) => scope.sure_wrong += 1,
            Verdict::Close(offered) if offered.iter().any(|read| read == topic) => scope.close += 1,
            Verdict::Close(_) => scope.close_without += 1,
            Verdict::Nothing => scope.nothing += 1,
        }
        if reading.verdict != Verdict::Nothing {
            scope.believed += usize::from(right);
            scope.wrong_routes += usize::from(!right);
        }
        if !right {
            let read = best.map_or_else(String::new, |best| best.topic.clone());
            *self.confusions.entry((topic.to_owned(), read)).or_default() += 1;
        }
    }

    /// Of the messages in scope, how many are answered rightly where the score is set so that this share of the others is
    /// rejected, in per cent.
    pub fn right_where_rejected(&self, share: f64) -> Option<f64> {
        let mut others = self.others.clone();
        others.sort_by(f32::total_cmp);
        let rejected = (others.len() as f64 * share).ceil() as usize;
        let highest = *others.get(rejected.checked_sub(1)?)?;
        let right = self.scores.iter().filter(|(score, right)| *right && *score > highest).count();
        percent(right, self.scores.len())
    }

    /// Of the others, how many are rejected where the score is set so that this share of the messages in scope is, in per
    /// cent; and how many of those in scope are then right.
    pub fn at_rejected_in_scope(&self, share: f64) -> Option<(f64, f64)> {
        let mut scores: Vec<f32> = self.scores.iter().map(|(score, _)| *score).collect();
        scores.sort_by(f32::total_cmp);
        let least = *scores.get((scores.len() as f64 * share) as usize)?;
        let right = self.scores.iter().filter(|(score, right)| *right && *score >= least).count();
        let rejected = self.others.iter().filter(|score| **score < least).count();
        Some((percent(right, self.scores.len())?, percent(rejected, self.others.len())?))
    }

    /// How often a message in scope scores higher than another, in per cent: 50 is chance.
    pub fn auroc(&self) -> Option<f64> {
        let scores: Vec<f32> = self.scores.iter().map(|(score, _)| *score).collect();
        auroc(&scores, &self.others)
    }
}

/// How well frustration is told apart in texts that have one of some labels (joined by `+`) and texts that have none.
pub fn frustration(messages: &[Example], positive: &[String]) -> Option<f64> {
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for message in messages {
        let [.., frustration] = feelings::likely(&message.text);
        let felt = message.topic.split('+').any(|label| positive.iter().any(|wanted| wanted == label));
        if felt { with.push(frustration) } else { without.push(frustration) }
    }
    auroc(&with, &without)
}

pub fn percent(part: usize, of: usize) -> Option<f64> {
    (of > 0).then(|| 100.0 * part as f64 / of as f64)
}

/// How often one of `high` is above one of `low`, in per cent; equals count half.
pub fn auroc(high: &[f32], low: &[f32]) -> Option<f64> {
    if high.is_empty() || low.is_empty() {
        return None;
    }
    let mut low = low.to_vec();
    low.sort_by(f32::total_cmp);
    let wins = high.iter().map(|score| {
        let (below, not_above) = (low.partition_point(|l| l < score), low.partition_point(|l| l <= score));
        (below + not_above) as f64 / 2.0
    });
    Some(100.0 * wins.sum::<f64>() / (high.len() as f64 * low.len() as f64))
}
