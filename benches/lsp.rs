//! How long the editor's server takes for a keystroke in a bot of 2,000 lines: `cargo bench --bench lsp`.
use lsp_server::Notification;
use rapport::lsp::{Disk, Server};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

struct Texts(Vec<(String, String)>);

impl Disk for Texts {
    fn texts(&self, _: &Path) -> Vec<(String, String)> {
        self.0.clone()
    }
    fn bots(&self, _: &Path) -> Vec<PathBuf> {
        vec![]
    }
}

/// Topics like those of a real shop, 20 lines each.
fn flows(from: usize, count: usize) -> String {
    let one = |n: usize| {
        format!(
            "flow topic{n}: Topic {n}\n  team general\n  customers say\n    I want number {n} back\n    where is number {n}\n  empathize\n    when angry: I'm sorry, {{{{ customer.first_name | default(\"friend\") }}}}.\n    otherwise: Let's see.\n  ask order{n}: Which order?\n    accept pattern [0-9]{{6}}\n    retry: Hmm, {{{{ answer }}}} is none.\n  ask reason{n}: Why?\n    button broken: It is broken\n    button late: It is late\n    accept text\n  if reason{n} is late\n    say: Order {{{{ order{n} }}}} is late.\n    done\n  escalate: A colleague will help.\n    summary: {{{{ order{n} }}}}, {{{{ reason{n} }}}}.\n\n"
        )
    };
    (from..from + count).map(one).collect()
}

fn main() {
    let settings = "name: Robin\nteams: { general: {} }\ncustomer: { first_name: name }\n".to_owned();
    let main = format!("flow main\n  triage: Yes?\n\n{}", flows(0, 30));
    let mut texts = vec![("bot.yaml".to_owned(), settings), ("main.flow".to_owned(), main.clone())];
    texts.extend([30, 62].map(|n| (format!("more{n}.flow"), flows(n, 32))));
    let lines: usize = texts.iter().map(|(_, t)| t.lines().count()).sum();
    let disk = Texts(texts);
    let mut server = Server::new(&disk, &json!({}));
    let uri = "file:///shop/main.flow";
    let mut times: Vec<Duration> = Vec::new();
    for n in 0..100 {
        let text = main.replacen("Yes?", &format!("Yes {n}?"), 1);
        let params = json!({ "textDocument": { "uri": uri }, "contentChanges": [{ "text": text }] });
        let begun = Instant::now();
        let told = server.told(&Notification { method: "textDocument/didChange".into(), params });
        times.push(begun.elapsed());
        assert!(!told.is_empty(), "every keystroke is answered");
        // A bot with mistakes is not proved, which would be cheaper.
        let found = told.iter().filter_map(|t| t.params["diagnostics"].as_array()).flatten();
        let first = found.into_iter().find(|d| d["severity"] == 1);
        assert!(first.is_none(), "the bot has no mistakes, but {first:?}");
    }
    times.sort_unstable();
    println!(
        "a keystroke in {lines} lines: median {:?}, 95 of 100 within {:?}, slowest {:?}",
        times[50], times[95], times[99]
    );
}
