//! From examples to what reads with them: features, weights, and how confident a reading must be to count.
use super::features::{Row, Space};
use super::logistic::{School, Weights};
use super::slips::Words;
use super::{Example, MARGIN, RANKED, Strictness};
use crate::understand::normal::{Token, joined, words};
use crate::understand::vectors;
use std::collections::BTreeSet;
use std::num::NonZero;
use std::ops::Range;
use std::thread;

/// The examples are parted so often; each part is read with what the others teach.
const FOLDS: usize = 5;
/// Few examples tell little about their own confidence: the threshold then leans towards that of a usual small bot, as
/// if so many more examples had been read.
const USUAL: f32 = 0.75;
const USUAL_COUNTS: f32 = 10.0;
/// Confidence that a topic has from its nearest example alone, where the weights are undecided.
const AT_REST: f32 = 0.5;
/// What being just like one of its examples is worth to a topic, in what the weights grant.
const NEAREST: f32 = 1.5;
/// What is left of a topic with fewer examples teaches too little to say that one of them is out of place.
const TELLING: usize = 4;
/// Below so many shares to learn, threads cost more than they spare.
const WORTH_THREADS: usize = 2_000;

#[derive(Clone, Debug, Default)]
pub struct Learned {
    pub names: Vec<String>,
    pub examples: Vec<Known>,
    /// By topic: its examples.
    pub ranges: Vec<Range<usize>>,
    pub words: Words,
    pub space: Space,
    weights: Weights,
    pub rows: Vec<Row>,
    threshold: f32,
    /// Examples that were surely taken for another topic when they were not among the examples.
    pub taken: Vec<Taken>,
}

/// An example, and the example of another topic that it was taken for.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    pub example: usize,
    pub nearest: usize,
}

/// What became of an example that was not learned: the best topic, and how confident its own was.
struct Outcome {
    example: usize,
    best: Fit,
    own: f32,
}

#[derive(Clone, Debug)]
pub struct Known {
    /// Index into `names`.
    pub topic: usize,
    pub text: String,
    pub normal: String,
}

/// How well a topic fits.
#[derive(Clone, Copy, Debug)]
pub struct Fit {
    pub topic: usize,
    /// In thresholds: from 1 on it counts.
    pub confidence: f32,
    /// The example of the topic that is nearest.
    pub example: usize,
}

impl Learned {
    /// Examples without a word in them are left out.
    pub fn of(examples: &[Example], strictness: Strictness) -> Learned {
        let texts: Vec<(&Example, Vec<Token>)> = examples.iter().map(|e| (e, words(&e.text))).collect();
        let mut texts: Vec<_> = texts.into_iter().filter(|(_, tokens)| !tokens.is_empty()).collect();
        // in one order, so that the order of the files never matters
        texts.sort_by(|(a, _), (b, _)| (&a.topic, &a.text).cmp(&(&b.topic, &b.text)));
        let names: BTreeSet<&str> = examples.iter().map(|e| e.topic.as_str()).collect();
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        let number = |topic: &str| names.partition_point(|name| name.as_str() < topic);
        let known = texts.iter().map(|(e, tokens)| Known {
            topic: number(&e.topic),
            text: e.text.clone(),
            normal: joined(tokens),
        });
        let known: Vec<Known> = known.collect();
        let own: Vec<usize> = known.iter().map(|known| known.topic).collect();
        let place = |topic: usize| own.partition_point(|own| *own < topic);
        let ranges = (0..names.len()).map(|topic| place(topic)..place(topic + 1)).collect();
        let space = Space::of(texts.iter().map(|(_, tokens)| tokens.as_slice()));
        let rows: Vec<Row> = texts.iter().map(|(e, tokens)| space.row(&e.text, tokens)).collect();
        let school = School::learn(&rows, &own, names.len(), space.len());
        let weights = school.weights.clone();
        let words = Words::of(texts.iter().flat_map(|(_, tokens)| tokens).map(|token| token.text.as_str()));
        let mut learned = Learned {
            names,
            examples: known,
            ranges,
            words,
            space,
            weights,
            rows: vec![],
            threshold: 1.0,
            taken: vec![],
        };
        let held_out = learned.held_out(&school, &rows);
        let right = held_out.iter().filter(|o| own.get(o.example) == Some(&o.best.topic));
        learned.threshold = threshold(right.map(|o| o.best.confidence).collect(), strictness);
        learned.taken = learned.taken_for_another(&held_out);
        learned.rows = rows;
        learned
    }

    /// Those that are surely wrong: confident enough, and clearly before their own topic.
    fn taken_for_another(&self, held_out: &[Outcome]) -> Vec<Taken> {
        let sure = |o: &&Outcome| {
            let (best, own) = (o.best.confidence / self.threshold, o.own / self.threshold);
            best >= 1.0 && best - own >= MARGIN
        };
        let own = |example: usize| self.examples.get(example).map(|known| known.topic);
        let enough = |topic: usize| self.ranges.get(topic).is_some_and(|range| range.len() >= TELLING);
        let wrong =
            held_out.iter().filter(sure).filter(|o| own(o.example).is_some_and(|t| t != o.best.topic && enough(t)));
        let mut taken: Vec<Taken> = wrong.map(|o| Taken { example: o.example, nearest: o.best.example }).collect();
        taken.sort_by_key(|t| t.example);
        taken
    }

    /// What examples are taken for that were not learned.
    fn held_out(&self, school: &School, rows: &[Row]) -> Vec<Outcome> {
        let fold = |fold: usize| {
            let weights = school.without(|at| at % FOLDS == fold);
            let own = self.examples.iter().map(|known| known.topic);
            let held_out = rows.iter().zip(own).enumerate().filter(|(at, _)| at % FOLDS == fold);
            let read = held_out.filter_map(|(example, (row, own))| {
                let fits = self.fits_among(rows, &weights, row, RANKED, |at| at % FOLDS != fold);
                let own = fits.iter().find(|fit| fit.topic == own).map_or(0.0, |fit| fit.confidence);
                Some(Outcome { example, best: *fits.first()?, own })
            });
            read.collect::<Vec<Outcome>>()
        };
        if rows.len() * self.names.len() < WORTH_THREADS {
            return (0..FOLDS).flat_map(fold).collect();
        }
        let threads = thread::available_parallelism().map_or(1, NonZero::get).min(FOLDS);
        let some = |first: usize| (first..FOLDS).step_by(threads).flat_map(fold).collect::<Vec<Outcome>>();
        thread::scope(|scope| {
            let others = (1..threads).map(|first| {
                let begun = thread::Builder::new().spawn_scoped(scope, move || some(first));
                (first, begun)
            });
            let others: Vec<_> = others.collect();
            let mut all = some(0);
            for (first, begun) in others {
                // where no thread can be had, or one came to grief, its part is done here
                let part = begun.ok().and_then(|begun| begun.join().ok());
                all.extend(part.unwrap_or_else(|| some(first)));
            }
            all
        })
    }

    /// The topics that fit a text best, at most so many.
    pub fn fits(&self, text: &str, tokens: &[Token], most: usize) -> Vec<Fit> {
        let row = self.space.row(text, tokens);
        let mut fits = self.fits_among(&self.rows, &self.weights, &row, most, |_| true);
        fits.iter_mut().for_each(|fit| fit.confidence /= self.threshold);
        fits
    }

    fn fits_among(
        &self,
        rows: &[Row],
        weights: &Weights,
        row: &Row,
        most: usize,
        known: impl Fn(usize) -> bool,
    ) -> Vec<Fit> {
        let scores = weights.scores(row);
        let mut order: Vec<(usize, f32)> = scores.into_iter().take(self.names.len()).enumerate().collect();
        order.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        let said = row.said(self.space.len());
        let near = |(topic, score): (usize, f32)| {
            let own = self.ranges.get(topic).cloned().unwrap_or_default().filter(|at| known(*at));
            let near = own.filter_map(|at| Some((likeness(row, &said, rows.get(at)?), at)));
            let (near, example) = near.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
            Some((topic, score + NEAREST * near, near, example))
        };
        let mut near: Vec<_> = order.into_iter().take(most).filter_map(near).collect();
        near.sort_by(|(_, a, ..), (_, b, ..)| b.total_cmp(a));
        // the same for all topics, so that it never changes which is the best
        let likeness = near.iter().map(|(_, _, near, _)| *near).fold(0.0_f32, f32::max);
        let fit = |(topic, score, _, example): (usize, f32, f32, usize)| {
            let confidence = ((score + AT_REST) * likeness).max(0.0);
            Fit { topic, confidence, example }
        };
        near.into_iter().map(fit).collect()
    }
}

/// How alike two texts are, 0 to 1: in meaning, or letter by letter. `said` is [`Row::said`] of `row`.
pub fn likeness(row: &Row, said: &[f32], example: &Row) -> f32 {
    let meanings = row.dense.iter().zip(&example.dense).take(vectors::SIZE);
    let meaning: f32 = meanings.map(|(a, b)| a * b).sum();
    let shared = example.sparse.iter().filter_map(|(feature, value)| Some(value * said.get(*feature as usize)?));
    meaning.max(shared.sum()).clamp(0.0, 1.0)
}

/// The confidence that all but a few right answers reach.
fn threshold(mut right: Vec<f32>, strictness: Strictness) -> f32 {
    right.sort_by(f32::total_cmp);
    let count = right.len() as f32;
    let quantile = right.get((count * strictness.given_up()) as usize).copied().unwrap_or(USUAL);
    ((count * quantile + USUAL_COUNTS * USUAL) / (count + USUAL_COUNTS)).max(f32::MIN_POSITIVE)
}
