//! Learns the model of feelings from GoEmotions, and says how well it does:
//! `cargo bench --bench feelings -- --data DIR [--write FILE]`. DIR holds `train.tsv`, `val.tsv` and `test.tsv`: text, tab, labels joined
//! by `+`. The file is `src/understand/data/feelings.bin`. The number of rounds was chosen on `val.tsv`.
use rapport::understand::feelings::{FEELINGS, HASHED, PLACES, features};
use rapport::understand::measure::{auroc, labelled};
use rapport::understand::normal::words;
use std::path::PathBuf;

const ROUNDS: usize = 3;
const RATE: f32 = 0.2;
/// Keeps the first steps small.
const CALM: f32 = 0.01;

struct Set {
    rows: Vec<Vec<(usize, f32)>>,
    labels: Vec<Vec<String>>,
}

/// A feeling's weights, behind them where it begins.
struct Learned {
    weights: Vec<f32>,
    start: f32,
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let value = |name: &str| args.iter().skip_while(|arg| *arg != name).nth(1).map(PathBuf::from);
    let Some(data) = value("--data") else {
        println!("feelings: give the data with `-- --data DIR`");
        return;
    };
    let set = |name: &str| {
        let text = std::fs::read_to_string(data.join(format!("{name}.tsv"))).expect("the data");
        let all = labelled(&text).expect("texts with labels");
        let rows = all.iter().map(|e| features(&e.text, &words(&e.text))).collect();
        Set { rows, labels: all.iter().map(|e| e.topic.split('+').map(str::to_owned).collect()).collect() }
    };
    let (train, val, test) = (set("train"), set("val"), set("test"));
    let mut file = Vec::new();
    for (name, from) in FEELINGS {
        let learned = learn(&train, from);
        let (val, test) = (tells_apart(&learned, &val, from), tells_apart(&learned, &test, from));
        println!("{name}: AUROC {val:.1} on val, {test:.1} on test");
        file.extend(bytes(&learned));
    }
    if let Some(path) = value("--write") {
        std::fs::write(path, file).expect("written");
    }
}

fn felt(labels: &[String], from: &[&str]) -> bool {
    labels.iter().any(|label| from.contains(&label.as_str()))
}

impl Learned {
    fn score(&self, row: &[(usize, f32)]) -> f32 {
        self.start + row.iter().map(|(place, value)| self.weights[*place] * value).sum::<f32>()
    }
}

/// Logistic regression by small steps, smaller where many were taken (Adagrad).
fn learn(set: &Set, from: &[&str]) -> Learned {
    let mut learned = Learned { weights: vec![0.0; PLACES], start: 0.0 };
    let (mut taken, mut taken_at_start) = (vec![CALM; PLACES], CALM);
    let (mut order, mut dice): (Vec<usize>, u64) = ((0..set.rows.len()).collect(), 1);
    for _ in 0..ROUNDS {
        for at in (1..order.len()).rev() {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            order.swap(at, usize::try_from(dice >> 33).expect("a small number") % (at + 1));
        }
        for at in &order {
            let row = &set.rows[*at];
            let wanted = f32::from(u8::from(felt(&set.labels[*at], from)));
            let error = 1.0 / (1.0 + (-learned.score(row)).exp()) - wanted;
            taken_at_start += error * error;
            learned.start -= RATE * error / taken_at_start.sqrt();
            for (place, value) in row {
                let slope = error * value;
                taken[*place] += slope * slope;
                learned.weights[*place] -= RATE * slope / taken[*place].sqrt();
            }
        }
    }
    learned
}

fn tells_apart(learned: &Learned, set: &Set, from: &[&str]) -> f64 {
    let scored = set.rows.iter().zip(&set.labels).map(|(row, labels)| (learned.score(row), felt(labels, from)));
    let (with, without): (Vec<_>, Vec<_>) = scored.partition(|(_, felt)| *felt);
    let scores = |all: Vec<(f32, bool)>| all.into_iter().map(|(score, _)| score).collect::<Vec<f32>>();
    auroc(&scores(with), &scores(without)).expect("both kinds")
}

/// Weights as signed bytes, with what a step of them is worth.
fn bytes(learned: &Learned) -> Vec<u8> {
    let (hashed, meaning) = learned.weights.split_at(HASHED);
    let step = |weights: &[f32]| weights.iter().fold(0.0_f32, |most, weight| most.max(weight.abs())) / 127.0;
    let (of_hashed, of_meaning) = (step(hashed), step(meaning));
    let mut bytes: Vec<u8> = [learned.start, of_hashed, of_meaning].iter().flat_map(|n| n.to_le_bytes()).collect();
    let signed = |weight: &f32, step: f32| (weight / step).round() as i8;
    bytes.extend(hashed.iter().map(|weight| signed(weight, of_hashed).cast_unsigned()));
    bytes.extend(meaning.iter().map(|weight| signed(weight, of_meaning).cast_unsigned()));
    bytes
}
