//! How well customers are understood, on public data, as one table: `cargo bench --bench understand -- --data DIR`.
//! DIR holds a folder for each set, with files of lines "text, tab, label"; `docs/understanding.md` says where they come from.
use rapport::cli::evaluate::{Measured, measure, read};
use rapport::understand::measure::{frustration, percent};
use rapport::understand::mood::Mood;
use rapport::understand::topics::{Example, Topics};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Words of a hundred that get a slip.
const MISSPELT: usize = 15;

struct Table {
    data: PathBuf,
}

fn main() {
    let mut args = std::env::args().skip_while(|arg| arg != "--data");
    let Some(data) = args.nth(1).map(PathBuf::from) else {
        // `cargo bench` runs all benches; without data there is nothing to measure
        println!("understand: give the data with `-- --data DIR`");
        return;
    };
    let table = Table { data };
    println!("| measure | here |\n|---|---|");
    table.few_and_full("BANKING77", "banking77");
    table.few_and_full("HWU64", "hwu64");
    table.few_and_full("CLINC150, in scope", "clinc150");
    table.clinc();
    table.hint3();
    table.braun();
    table.misspelt();
    table.training();
    table.frustration();
}

impl Table {
    fn set(&self, name: &str) -> Vec<Example> {
        let path = self.data.join(format!("{name}.tsv"));
        read(Path::new(&path)).unwrap_or_else(|problem| panic!("{problem:#}"))
    }

    fn few_and_full(&self, title: &str, set: &str) {
        let test = self.set(&format!("{set}/test"));
        for (shots, file) in [("5-shot", "train_5"), ("10-shot", "train_10"), ("full", "train")] {
            let measured = measure(self.set(&format!("{set}/{file}")), &test, None);
            println!("| {title}, {shots} | {:.1} % |", best(&measured));
            row(&measured);
        }
    }

    fn clinc(&self) {
        let mut test = self.set("clinc150/test");
        test.extend(self.set("clinc150/oos_test"));
        for (shots, file) in [("10-shot", "train_10"), ("full", "train")] {
            let measured = measure(self.set(&format!("clinc150/{file}")), &test, Some("oos"));
            told_apart(&format!("CLINC150 {shots}"), &measured);
            row(&measured);
        }
    }

    fn hint3(&self) {
        for (version, train, test) in [("v1", "v1_train", "v1_test"), ("v2", "train", "test")] {
            let folder = "hint3_sofmattress";
            let test = self.set(&format!("{folder}/{test}"));
            let measured = measure(self.set(&format!("{folder}/{train}")), &test, Some("NO_NODES_DETECTED"));
            let right = measured.report.right_where_rejected(0.7).unwrap_or_default();
            let auroc = measured.report.auroc().unwrap_or_default();
            println!(
                "| HINT3 sofmattress {version}: in scope / at 70 % out-of-scope recall / AUROC | {:.1} / {right:.1} / {auroc:.1} |",
                best(&measured)
            );
            told_apart(&format!("HINT3 sofmattress {version}"), &measured);
            row(&measured);
        }
    }

    /// One label a message: F1 over all of them is the share of right ones. Messages labelled `None` are left out, as in the
    /// published tables, and counted apart.
    fn braun(&self) {
        let (mut right, mut count, mut all) = (0, 0, Vec::new());
        for set in ["chatbot", "askubuntu", "webapplications"] {
            let test = self.set(&format!("braun_{set}/test"));
            let measured = measure(self.set(&format!("braun_{set}/train")), &test, Some("None"));
            let scope = &measured.report.in_scope;
            right += scope.best;
            count += scope.count;
            all.push(format!("{:.2}", best(&measured) / 100.0));
        }
        let overall = right as f64 / count as f64;
        println!("| Braun et al., F1: {} overall | {overall:.3} |", all.join(" / "));
    }

    fn misspelt(&self) {
        let (train, plain) = (self.set("banking77/train_10"), self.set("banking77/test"));
        let mut dice = 1;
        let slipped: Vec<Example> =
            plain.iter().map(|e| Example { topic: e.topic.clone(), text: with_slips(&e.text, &mut dice) }).collect();
        let (before, after) = (measure(train.clone(), &plain, None), measure(train, &slipped, None));
        println!(
            "| BANKING77 10-shot, {MISSPELT} % of the words misspelt | {:.1} %: {:.1} points lost |",
            best(&after),
            best(&before) - best(&after)
        );
    }

    fn frustration(&self) {
        let frustrated = ["anger", "annoyance", "disgust", "disapproval", "disappointment"].map(str::to_owned);
        let auroc = frustration(&self.set("goemotions/test"), &frustrated).unwrap_or_default();
        println!("| frustration, GoEmotions: AUROC | {auroc:.1} |");
    }

    /// 50 topics with 20 examples each, learned; and messages read for topic and mood.
    fn training(&self) {
        let mut by_topic: BTreeMap<String, Vec<Example>> = BTreeMap::new();
        for example in self.set("clinc150/train") {
            by_topic.entry(example.topic.clone()).or_default().push(example);
        }
        let examples: Vec<Example> = by_topic.values().take(50).flat_map(|all| all.iter().take(20).cloned()).collect();
        let topics: BTreeSet<&str> = examples.iter().map(|e| e.topic.as_str()).collect();
        let learned = Topics::train(&examples);
        let begun = Instant::now();
        learned.learn();
        println!(
            "| learning {} topics with 20 sentences each | {:.0} ms |",
            topics.len(),
            begun.elapsed().as_secs_f64() * 1e3
        );
        let messages = self.set("clinc150/test");
        learned.read("hello");
        let begun = Instant::now();
        let felt = messages.iter().filter(|message| {
            let reading = learned.read(&message.text);
            !reading.ranked.is_empty() && Mood::measure(&message.text).strongest().is_some()
        });
        let felt = felt.count();
        let each = begun.elapsed().as_secs_f64() * 1e6 / messages.len() as f64;
        println!("| one message for topic and mood ({felt} of {} with one) | {each:.0} µs |", messages.len());
    }
}

fn best(measured: &Measured) -> f64 {
    let scope = &measured.report.in_scope;
    percent(scope.best, scope.count).unwrap_or_default()
}

fn told_apart(title: &str, measured: &Measured) {
    let (scope, other) = (&measured.report.in_scope, &measured.report.other);
    let share = |part: usize, of: usize| percent(part, of).unwrap_or_default();
    let (right, rejected) = measured.report.at_rejected_in_scope(0.05).unwrap_or_default();
    let auroc = measured.report.auroc().unwrap_or_default();
    println!(
        "| {title} at 5 % rejected: in scope / out-of-scope recall / AUROC | {right:.1} / {rejected:.1} / {auroc:.1} |"
    );
    println!(
        "| {title} at the bot's own threshold: in scope / out-of-scope recall / wrong routes | {:.1} / {:.1} / {:.1} |",
        share(scope.believed, scope.count),
        share(other.nothing, other.count),
        share(scope.wrong_routes, scope.count)
    );
}

/// What the run looked like, for whoever watches.
fn row(measured: &Measured) {
    let scope = &measured.report.in_scope;
    let share = |part: usize| percent(part, scope.count).unwrap_or_default();
    eprintln!(
        "    {} topics, {} examples in {:.2} s; {:.0} µs a message; sure {:.1}, wrong {:.1}, close {:.1}, without {:.1}, nothing {:.1}",
        measured.topics,
        measured.examples,
        measured.learning.as_secs_f64(),
        measured.reading.as_secs_f64() * 1e6,
        share(scope.sure),
        share(scope.sure_wrong),
        share(scope.close),
        share(scope.close_without),
        share(scope.nothing)
    );
}

/// One slip in so many of the words: a letter left out, doubled with another, replaced, or swapped with its neighbour.
fn with_slips(text: &str, dice: &mut u64) -> String {
    let mut roll = |sides: usize| {
        *dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(*dice >> 33).expect("a small number") % sides
    };
    let mut slip = |word: &str| {
        let mut letters: Vec<char> = word.chars().collect();
        if letters.len() < 2 || roll(100) >= MISSPELT {
            return word.to_owned();
        }
        let (at, other) = (roll(letters.len()), char::from(b"abcdefghijklmnopqrstuvwxyz"[roll(26)]));
        match roll(4) {
            0 => drop(letters.remove(at)),
            1 => letters.insert(at, other),
            2 => letters[at] = other,
            _ => {
                let first = at.min(letters.len() - 2);
                letters.swap(first, first + 1);
            }
        }
        letters.into_iter().collect()
    };
    text.split(' ').map(&mut slip).collect::<Vec<_>>().join(" ")
}
