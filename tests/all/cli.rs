//! The commands, as somebody types them.
use crate::support::root;
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

pub fn rapport(folder: &Path, args: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rapport"))
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("rapport starts");
    child.stdin.take().expect("its input").write_all(input.as_bytes()).expect("written");
    child.wait_with_output().expect("it ends")
}

pub fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Before the shop's systems are there, whoever writes the bot says what they answer.
#[test]
fn answers_of_systems_are_made_up_in_the_terminal() {
    let args = [
        "chat",
        "flows/bluebird",
        "--pretend",
        "--returning",
        "--customer",
        "first_name=Ann",
        "--at",
        "2026-05-04 10:00",
    ];
    let lines = "where is my order\n204518\nlost\nnot_found\n204519\nfails\n\n";
    let said = words(&rapport(&root(), &args, lines));
    // At night the shop's greeting for the night comes first.
    assert!(said.contains("Welcome back, Ann") || said.contains("The team is back"), "{said}");
    for words in ["`lost` is none of its outcomes", "I can't find 204518", "asked for a person"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    // In the evening the same customer hears when somebody is back.
    let late = ["chat", "flows/bluebird", "--customer", "first_name=Ann", "--at", "2026-05-04 22:00"];
    let said = words(&rapport(&root(), &late, ""));
    assert!(said.contains("The team is back tomorrow at 9:00"), "{said}");
    let odd = words(&rapport(&root(), &["chat", "flows/bluebird", "--at", "tonight"], ""));
    assert!(odd.contains("like `2026-05-04 18:30`"), "{odd}");
    let odd = words(&rapport(&root(), &["chat", "flows/bluebird", "--customer", "Ann"], ""));
    assert!(odd.contains("write it like `first_name=Ann`"), "{odd}");
}

#[test]
fn a_new_bot_is_fine_and_talks() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = rapport(folder.path(), &["new", "my-shop"], "");
    assert!(made.status.success(), "{}", words(&made));
    let checked = rapport(folder.path(), &["check", "my-shop"], "");
    assert!(checked.status.success() && words(&checked).contains("is fine"), "{}", words(&checked));
    let tested = rapport(folder.path(), &["test", "my-shop"], "");
    assert!(tested.status.success() && words(&tested).contains("all 2 tests passed"), "{}", words(&tested));
    assert!(words(&made).contains("rapport test my-shop"), "{}", words(&made));
    let talk = rapport(folder.path(), &["chat", "my-shop", "--why"], "when are you open\nno thanks\n\n");
    let said = words(&talk);
    assert!(said.contains("Monday to Friday from 9 to 17") && said.contains("opening_hours"), "{said}");
    let long_after = words(&rapport(folder.path(), &["chat", "my-shop"], "/after 25 hours\n/after tomorrow\n\n"));
    assert!(
        long_after.contains("I'm closing this chat") && long_after.contains("as in `/after 5 minutes`"),
        "{long_after}"
    );
    let twice = rapport(folder.path(), &["new", "my-shop"], "");
    assert!(!twice.status.success() && words(&twice).contains("is there already"), "{}", words(&twice));
    let odd = rapport(folder.path(), &["new", "My Shop"], "");
    assert!(!odd.status.success() && words(&odd).contains("small letters"), "{}", words(&odd));
}

#[test]
fn a_photo_is_sent_from_the_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    let flow = "flow main\n  ask photo: A photo, please.\n    accept photo\n  say: {{ photo.name }} has {{ photo.size }} bytes.\n";
    for (name, text) in [("main.flow", flow), ("lamp.jpg", "12345"), ("lamp.exe", "1")] {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    let lines = "/send\n/send gone.jpg\n/send lamp.exe\n/send lamp.jpg\n\n";
    let said = words(&rapport(folder.path(), &["chat", "."], lines));
    for part in ["Say which file", "There is no file gone.jpg", "lamp.exe is none of these", "lamp.jpg has 5 bytes."] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn mistakes_end_with_code_one_as_text_and_as_json() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("main.flow"), "flow main\n  sya: Hello\n").expect("written");
    std::fs::write(folder.path().join("bot.yaml"), "nmae: Robin\n").expect("written");
    let text = rapport(folder.path(), &["check", "."], "");
    assert_eq!(text.status.code(), Some(1));
    assert!(
        words(&text).contains("Did you mean `say`?") && words(&text).contains("has 2 mistakes"),
        "{}",
        words(&text)
    );
    let json = rapport(folder.path(), &["check", ".", "--json"], "");
    assert_eq!(json.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!(report["ok"], false);
    let found = report["bots"][0]["diagnostics"].as_array().expect("a list");
    let flow = found.iter().find(|d| d["file"] == "main.flow").expect("the flow's mistake");
    assert_eq!(
        (&flow["code"], &flow["line"], &flow["column"]),
        (&Value::from("F010"), &Value::from(2), &Value::from(3))
    );
}

#[test]
fn what_cannot_be_read_is_told_in_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = rapport(folder.path(), &["check", "nowhere"], "");
    assert!(!missing.status.success() && words(&missing).contains("There is no folder"), "{}", words(&missing));
    let empty = rapport(folder.path(), &["check", "."], "");
    assert!(words(&empty).contains("No file in . ends with `.flow`"), "{}", words(&empty));
    std::fs::write(folder.path().join("main.flow"), b"flow main\n  say: caf\xe9\n").expect("written");
    let latin = rapport(folder.path(), &["check", "."], "");
    assert!(words(&latin).contains("is not UTF-8 text (line 2)"), "{}", words(&latin));
    let port = rapport(folder.path(), &["serve", ".", "--listen", "everywhere"], "");
    assert!(!port.status.success(), "{}", words(&port));
}

#[test]
fn what_we_ship_is_fine() {
    let checked = rapport(&root(), &["check", "flows"], "");
    assert!(checked.status.success(), "{}", words(&checked));
}

#[test]
fn help_names_every_command_in_plain_words() {
    let help = words(&rapport(&root(), &["--help"], ""));
    for command in ["new", "check", "chat", "serve", "demo", "steps"] {
        assert!(help.contains(command), "{help}");
    }
    let steps = words(&rapport(&root(), &["steps"], ""));
    assert!(steps.contains("escalate") && steps.contains("when nobody is available"), "{steps}");
}

/// A reader that goes away, as `head` does.
fn read_no_more(folder: &Path, args: &[&str]) -> (Option<i32>, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rapport"))
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("rapport starts");
    drop(child.stdout.take());
    let ended = child.wait_with_output().expect("it ends");
    (ended.status.code(), String::from_utf8_lossy(&ended.stderr).into_owned())
}

#[test]
fn a_reader_that_goes_away_is_no_mistake() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("main.flow"), "flow main\n  sya: Hello\n").expect("written");
    // The mistakes are there whether somebody reads of them or not.
    for (args, code) in [(&["check", "."][..], 1), (&["check", ".", "--json"], 1), (&["explain"], 0), (&["steps"], 0)] {
        assert_eq!(read_no_more(folder.path(), args), (Some(code), String::new()), "{args:?}");
    }
}

#[test]
fn why_speaks_plain_words() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(rapport(folder.path(), &["new", "my-shop"], "").status.success());
    let said =
        words(&rapport(folder.path(), &["chat", "my-shop", "--why"], "this is awful, I am so angry\nagent please\n\n"));
    assert!(said.contains("mood: angry 0.") && said.contains("(priority high)"), "{said}");
    assert!(!said.contains("Mood") && !said.contains("High"), "{said}");
}

#[test]
fn what_a_bot_makes_of_words_is_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(rapport(folder.path(), &["new", "my-shop"], "").status.success());
    let shown = rapport(folder.path(), &["understand", "my-shop", "whn are you open on 3 May?"], "");
    let said = words(&shown);
    assert!(shown.status.success() && said.contains("the topic is opening_hours."), "{said}");
    assert!(said.contains("most like \"when are you open") && said.contains("mood: anger 0.00"), "{said}");
    assert!(said.contains("date: \""), "{said}");
    let shown = rapport(folder.path(), &["understand", "my-shop", "qwertz", "--json"], "");
    let read: Value = serde_json::from_slice(&shown.stdout).expect("JSON");
    assert_eq!((&read["verdict"], &read["topics"]), (&Value::from("nothing"), &Value::Array(vec![])));
    let foreign = rapport(folder.path(), &["understand", "my-shop", "bonjour", "--language", "fr"], "");
    assert_eq!(foreign.status.code(), Some(2));
    assert!(words(&foreign).contains("my-shop does not speak `fr`"), "{}", words(&foreign));
}

#[test]
fn understanding_is_measured_on_anyones_data() {
    let data = root().join("tests/data/banking_sample");
    let measure = |more: &[&str]| {
        rapport(
            &data,
            &[&["evaluate", "--train", "train.tsv", "--test", "test.tsv", "--none", "other"], more].concat(),
            "",
        )
    };
    let told = words(&measure(&[]));
    assert!(told.starts_with("12 topics learned from 120 examples in "), "{told}");
    assert!(told.contains("messages about other matters") && told.contains("times "), "{told}");
    let json = measure(&["--json"]);
    let read: Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert!(json.status.success() && read["in_scope"]["accuracy"].as_f64().is_some_and(|share| share > 90.0), "{read}");
    assert!(read["auroc"].as_f64().is_some_and(|auroc| auroc > 90.0), "{read}");
    let folder = tempfile::tempdir().expect("a folder");
    let felt = "what a bunch of morons\tanger+surprise\nthis is so annoying\tannoyance\nlovely, thank you\tgratitude\n";
    std::fs::write(folder.path().join("felt.tsv"), felt).expect("written");
    let moods = |label: &str| rapport(folder.path(), &["evaluate", "--mood", "felt.tsv", "--positive", label], "");
    assert!(words(&moods("anger")).starts_with("3 messages; frustration is told apart with AUROC "));
    assert_eq!(moods("boredom").status.code(), Some(2));
    std::fs::write(folder.path().join("a.tsv"), "hello\tgreeting\nno label\n").expect("written");
    let wrong = rapport(folder.path(), &["evaluate", "--train", "a.tsv", "--test", "a.tsv"], "");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(words(&wrong).contains("a.tsv, line 2: write the text, a tab, and its topic."), "{}", words(&wrong));
}

/// `rapport evaluate … | head`: what nobody reads any more is no mistake. All commands write through one door, which knows that.
#[test]
fn no_command_ends_with_a_panic_where_nobody_reads_on() {
    for entry in std::fs::read_dir(root().join("src/cli")).expect("the commands").flatten() {
        let Ok(text) = std::fs::read_to_string(entry.path()) else { continue };
        let plain = text.replace("eprintln!", "").replace("eprint!", "");
        assert!(!plain.contains("println!(") && !plain.contains("print!("), "{} does not", entry.path().display());
    }
    let mut child = Command::new(env!("CARGO_BIN_EXE_rapport"))
        .args(["understand", "flows/bluebird", "where is my order"])
        .current_dir(root())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("rapport starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success() && output.stderr.is_empty(), "{}", words(&output));
}
