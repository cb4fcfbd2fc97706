//! How long it takes to read and check a bot, and how that grows with its length: `cargo bench --bench language`.
use rapport::bot::{Files, compile, inspect};
use rapport::language::{FileId, SourceFile, parse};
use std::time::{Duration, Instant};

/// One topic of a real shop, 25 lines.
fn topic(n: usize) -> String {
    format!(
        "flow topic{n}: Topic {n}
  team general
  customers say
    I want number {n} back
    where is number {n}
  empathize
    when angry: I'm sorry, {{{{ customer.first_name | default(\"friend\") }}}}.
    otherwise: Let's see.
  ask order{n}: Which order?
    accept pattern [0-9]{{6}}
    retry: Hmm, {{{{ answer }}}} is none.
  ask reason{n}: Why?
    button broken: It is broken
    button late: It is late
  use shop.find_order with number = order{n} save as found{n}
    when not_found
      ask again order{n}
    when 2 tries failed
      escalate: Let me bring in a colleague.
        summary: {{{{ order{n} }}}} was not found.
  if reason{n} is late
    say: Your order of {{{{ found{n}.total | money }}}} is late.
    done
  promise refund{n} within 3 days: You have it back {{{{ within }}}}.

"
    )
}

const SHOP: &str = "shop:\n  base: https://shop.example\n  find_order: { get: \"/orders/{{ number }}\", outcomes: { 200: found, 404: not_found }, gives: { total: money } }\n";

/// A bot of about this many lines, in files of about 2,500.
fn bot(lines: usize) -> Files {
    let per_file = 100;
    let topics = lines / 25;
    let mut texts = vec![
        ("bot.yaml".to_owned(), "name: Robin\nteams: { general: {} }\ncustomer: { first_name: name }\n".to_owned()),
        ("integrations.yaml".to_owned(), SHOP.to_owned()),
        ("main.flow".to_owned(), "flow main\n  triage: Yes?\n".to_owned()),
    ];
    for from in (0..topics).step_by(per_file) {
        let text = (from..topics.min(from + per_file)).map(topic).collect();
        texts.push((format!("topics{from}.flow"), text));
    }
    Files { id: "shop".into(), texts }
}

/// The best of a few rounds: what the machine does besides is no part of it.
/// Counted until the answer is there; to clean up after it is no part of it either.
fn best<T>(rounds: usize, mut work: impl FnMut() -> T) -> Duration {
    let mut once = || {
        let begun = Instant::now();
        let answer = work();
        let taken = begun.elapsed();
        drop(answer);
        taken
    };
    (0..rounds).map(|_| once()).min().unwrap_or_default()
}

fn main() {
    let mut before: Option<(Duration, Duration)> = None;
    for lines in [5_000, 50_000] {
        let files = bot(lines);
        let sources: Vec<_> = files.texts.iter().map(|(n, t)| SourceFile::new(n.as_str(), t.as_str())).collect();
        let read = best(3, || {
            for (n, source) in (0..).zip(&sources) {
                if source.name.ends_with(".flow") {
                    parse(FileId(n), source);
                }
            }
        });
        let found = inspect(&files).diagnostics;
        assert!(found.is_empty(), "the bot has no mistakes, but {:?}", found.first());
        let checked = best(5, || inspect(&files));
        println!("{lines} lines: read in {read:?}, read and checked in {checked:?}");
        if let Some((read_before, checked_before)) = before {
            let times = |now: Duration, then: Duration| now.as_secs_f64() / then.as_secs_f64();
            println!(
                "10 times the lines: {:.1} times as long to read, {:.1} times to check",
                times(read, read_before),
                times(checked, checked_before)
            );
        }
        before = Some((read, checked));
    }
    let files = bot(5_000);
    let all = best(1, || compile(&files));
    println!("5,000 lines with their topics trained: {all:?}");
}
