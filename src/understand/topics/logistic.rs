//! Multinomial logistic regression: weights with which the features of a text speak for and against each topic.
//!
//! Learned in the dual, an example at a time: each example keeps which share it still grants to every topic, and a step
//! solves its own part exactly while all others stand still. A few rounds suffice, and an example can be unlearned. The
//! same examples in the same order give the same weights.
use super::features::{DENSE, Row};

/// How much an example counts against plain weights (the usual C).
const STRENGTH: f32 = 20.0;
/// Rounds over the examples, unless no share still moves by [`STILL`].
const ROUNDS: usize = 20;
const STILL: f32 = 0.01;
/// Rounds to settle after a fold was unlearned.
const ROUNDS_AGAIN: usize = 4;
const SHUFFLE: (u64, u64) = (6_364_136_223_846_793_005, 1_442_695_040_888_963_407);

/// Numbers that are added at once.
const LANES: usize = 8;

/// Weights by feature, then topic.
#[derive(Clone, Debug, Default)]
pub struct Weights {
    /// Room for the topics: a multiple of [`LANES`].
    topics: usize,
    sparse: Vec<f32>,
    dense: Vec<f32>,
}

impl Weights {
    fn new(topics: usize, features: usize) -> Weights {
        let topics = topics.next_multiple_of(LANES);
        Weights { topics, sparse: vec![0.0; features * topics], dense: vec![0.0; DENSE * topics] }
    }

    /// What a text scores for each topic; over all topics they sum to 0. What goes beyond the topics is room.
    pub fn scores(&self, row: &Row) -> Vec<f32> {
        let mut scores = vec![0.0; self.topics];
        for (feature, value) in &row.sparse {
            let at = *feature as usize * self.topics;
            add(&mut scores, self.sparse.get(at..at + self.topics).unwrap_or_default(), *value);
        }
        for (weights, value) in self.dense.chunks_exact(self.topics.max(1)).zip(&row.dense) {
            add(&mut scores, weights, *value);
        }
        scores
    }

    /// Lets the features of a text speak so much more for each topic.
    fn shift(&mut self, row: &Row, by: &[f32]) {
        for (feature, value) in &row.sparse {
            let at = *feature as usize * self.topics;
            add(self.sparse.get_mut(at..at + self.topics).unwrap_or_default(), by, *value);
        }
        for (weights, value) in self.dense.chunks_exact_mut(self.topics.max(1)).zip(&row.dense) {
            add(weights, by, *value);
        }
    }
}

/// Nearly all of the time is spent here.
fn add(to: &mut [f32], what: &[f32], times: f32) {
    if cfg!(debug_assertions) {
        return add_unrolled(to, what, times);
    }
    for (to, what) in to.iter_mut().zip(what) {
        *to += times * *what;
    }
}

/// The same to the last bit. Without an optimising compiler this is several times as fast, so that tests are; with one, it
/// is the other way about.
fn add_unrolled(to: &mut [f32], what: &[f32], times: f32) {
    let (to, what) = (to.as_chunks_mut::<LANES>().0, what.as_chunks::<LANES>().0);
    for (to, what) in to.iter_mut().zip(what) {
        let ([a, b, c, d, e, f, g, h], [p, q, r, s, t, u, v, w]) = (*to, *what);
        let first = [a + times * p, b + times * q, c + times * r, d + times * s];
        let second = [e + times * t, f + times * u, g + times * v, h + times * w];
        let ([a, b, c, d], [e, f, g, h]) = (first, second);
        *to = [a, b, c, d, e, f, g, h];
    }
}

/// Examples on their way to weights.
#[derive(Clone, Debug)]
pub struct School<'a> {
    pub weights: Weights,
    rows: &'a [Row],
    /// By example: the number of its topic.
    own: &'a [usize],
    topics: usize,
    /// By example: its shares of the topics, which sum to 1. As long as all is its own topic's, it has taught nothing.
    shares: Vec<Vec<f32>>,
}

impl<'a> School<'a> {
    /// Learns `rows`, each an example of the topic in `own`.
    pub fn learn(rows: &'a [Row], own: &'a [usize], topics: usize, features: usize) -> School<'a> {
        let shares = own.iter().map(|own| all_to(*own, topics)).collect();
        let mut school = School { weights: Weights::new(topics, features), rows, own, topics, shares };
        school.go_over((0..rows.len()).collect(), ROUNDS);
        school
    }

    /// As learned without some of the examples. What the others learned in their presence is the beginning of it.
    pub fn without(&self, gone: impl Fn(usize) -> bool) -> Weights {
        let mut school = self.clone();
        let (gone, stay): (Vec<usize>, Vec<usize>) = (0..self.rows.len()).partition(|at| gone(*at));
        for at in gone {
            let (Some(row), Some(own), Some(shares)) = (self.rows.get(at), self.own.get(at), self.shares.get(at))
            else {
                continue;
            };
            let none = all_to(*own, shares.len());
            let back: Vec<f32> = shares.iter().zip(none).map(|(share, none)| STRENGTH * (share - none)).collect();
            school.weights.shift(row, &back);
        }
        school.go_over(stay, ROUNDS_AGAIN);
        school.weights
    }

    fn go_over(&mut self, mut order: Vec<usize>, rounds: usize) {
        let mut seed = 1;
        for _ in 0..rounds {
            shuffle(&mut order, &mut seed);
            let moved = order.iter().map(|at| self.step(*at)).fold(0.0, f32::max);
            if moved < STILL {
                return;
            }
        }
    }

    /// Lets one example settle; how far its shares moved.
    fn step(&mut self, at: usize) -> f32 {
        let (Some(row), Some(shares)) = (self.rows.get(at), self.shares.get_mut(at)) else { return 0.0 };
        let square = STRENGTH * square(row);
        let mut scores = self.weights.scores(row);
        add(&mut scores, shares, square);
        let settled = settled(scores.get(..self.topics).unwrap_or_default(), square);
        let mut moved = 0.0_f32;
        for ((by, share), settled) in scores.iter_mut().zip(shares).zip(settled) {
            moved = moved.max((*share - settled).abs());
            *by = STRENGTH * (*share - settled);
            *share = settled;
        }
        self.weights.shift(row, &scores);
        moved
    }
}

fn all_to(own: usize, topics: usize) -> Vec<f32> {
    (0..topics.next_multiple_of(LANES)).map(|topic| if topic == own { 1.0 } else { 0.0 }).collect()
}

fn square(row: &Row) -> f32 {
    row.sparse.iter().map(|(_, v)| v * v).sum::<f32>() + row.dense.iter().map(|v| v * v).sum::<f32>()
}

fn shuffle(order: &mut [usize], seed: &mut u64) {
    for at in (1..order.len()).rev() {
        *seed = seed.wrapping_mul(SHUFFLE.0).wrapping_add(SHUFFLE.1);
        order.swap(at, usize::try_from(*seed >> 33).unwrap_or(0) % (at + 1));
    }
}

/// The shares `p` that sum to 1 with `ln p + square * p = score - level`, whatever the level.
fn settled(scores: &[f32], square: f32) -> Vec<f32> {
    let square = square.max(1e-6);
    let ln_square = square.ln();
    // at this level the largest share is 1; Newton's method in logarithms finds where all sum to 1
    let mut level = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max) - square;
    let mut shares = vec![0.0_f32; scores.len()];
    for _ in 0..12 {
        let (mut sum, mut slope) = (0.0_f32, 0.0_f32);
        for (share, score) in shares.iter_mut().zip(scores) {
            let w = omega(score - level + ln_square);
            *share = w / square;
            sum += *share;
            slope += *share / (1.0 + w);
        }
        if (sum - 1.0).abs() < 1e-4 {
            break;
        }
        level += sum.ln() * sum / slope.max(1e-9);
    }
    let sum = shares.iter().sum::<f32>().max(f32::MIN_POSITIVE);
    shares.iter_mut().for_each(|share| *share /= sum);
    shares
}

/// The number `w` with `w + ln w = x`.
fn omega(x: f32) -> f32 {
    if x < -8.0 {
        return x.exp();
    }
    let mut w = if x < 0.5 { x.exp() / (1.0 + x.exp()) } else { x - x.max(1.0).ln() };
    for _ in 0..2 {
        w *= 1.0 + (x - w - w.ln()) / (1.0 + w);
        w = w.max(f32::MIN_POSITIVE);
    }
    w
}
