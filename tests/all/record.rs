//! A chat that happened as a conversation test: it passes, and nothing personal is left in it. From the code, the command and
//! the inbox.
use crate::served::Served;
use crate::support::{MORNING, bot, mistakes, root, shipped};
use crate::visitor::{Browser, ann, at_work};
use proptest::prelude::*;
use rapport::bot::Bot;
use rapport::engine::{Answer, Event, Input, Session, Timer, turn};
use rapport::id::SessionId;
use rapport::rehearsal::{record, rehearse};
use rapport::time::Millis;
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

#[test]
fn every_shipped_conversation_can_be_recorded_again() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for bot in shipped() {
        for test in &bot.tests {
            let journal = rehearse(&bot, test).journal;
            let recorded = record(&bot, None, &journal);
            count += 1;
            if let Some(problem) = recorded.problem {
                wrong.push(format!("{}: {}\n{problem}\n{}", bot.id, test.name, recorded.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count}\n{}", wrong.len(), wrong.join("\n"));
}

const ASKING: &str = "\
flow main
  greet: Hello{% if customer.first_name %} {{ customer.first_name }}{% endif %}.
  triage: What can I do for you?

flow move: I am moving
  team general
  customers say
    I am moving house
    my address changes
  ask full_name: What is your name?
    accept name
  say: Thank you, {{ full_name }}.
  ask email: Where can we write to you?
    accept email
    retry: {{ answer }} is no e-mail address.
  ask phone: And call you?
    accept phone
  ask address: Where do you move to?
    accept address
  ask number: What is your customer number?
    accept pattern C-[0-9]{5}
  use crm.move with number, address, email save as account
    when missing
      say: I can't find {{ number }}.
      ask again number
    when 3 tries failed
      escalate: A colleague will find it.
  say: {{ account.owner_name }}, your post goes to {{ address }} from now on. We write to {{ account.email }}.
  ask why: Is there anything we should know?
    accept text
    when silent for 5 minutes: No hurry.
  note: {{ full_name }} says {{ why }}.
  escalate: A colleague looks at it.
    summary: {{ full_name }} moves to {{ address }}.
";
const CRM: &str = "\
crm:
  base: https://crm.example
  move:
    post: /moves
    body: { number: \"{{ number }}\", to: \"{{ address }}\", mail: \"{{ email }}\" }
    outcomes: { 200: moved, 404: missing }
    gives: { owner_name: name, email: email, since: date }
";
const SETTINGS: &str = "name: Robin\nlanguages: [en-GB]\ntime_zone: Europe/London\nteams: { general: {} }\n";

const LIVED: &str = "\
test Moving
  given today is 2026-03-30 09:12
  given customer first_name = Wilhelmina
  given customer email = \"minna@private.example\"
  given page is https://shop.example/account?mail=minna@private.example
  given crm.move answers missing, then moved with owner_name = \"Wilhelmina Zabłocka\", email = \"minna@private.example\", since = 2019-04-01
  customer: hello, I am moving house
  customer: my name is wilhelmina zabłocka, thanks
  customer: minna at private
  customer: it's Minna@Private.example
  after 20 hours
  customer: call me on 020 7946 0958
  customer: 17 Larkspur Gardens, Hexham
  customer: C-48213
  customer: sorry, C-48 217
  customer: C-48217
  after 5 minutes
  bot: No hurry.
  customer: my neighbour is Barnaby? my name is Wilhelmina, my card is 4929 1111 2222 3333, or write to barnaby.x@private.example, 22 Larkspur Road
  agent: Hello Wilhelmina, shall I send it to Larkspur Gardens?
  customer: yes, and my IBAN is DE89370400440532013000
  agent: Done, minna.
  agent hands back
";

#[test]
fn nothing_personal_is_left() {
    let bot =
        bot(&[("bot.yaml", SETTINGS), ("integrations.yaml", CRM), ("main.flow", ASKING), ("tests/a.flow", LIVED)]);
    let report = rehearse(&bot, &bot.tests[0]);
    assert_eq!(report.failure, None, "{}", rapport::rehearsal::tell(&report));
    let recorded = record(&bot, Some("A move"), &report.journal);
    let text = recorded.text.to_lowercase();
    for personal in [
        "wilhelmina",
        "zabłocka",
        "minna",
        "private",
        "7946 0958",
        "79460958",
        "larkspur",
        "hexham",
        "48213",
        "48217",
        "48 217",
        "c-48",
        "217",
        "4929",
        "3333",
        "de89",
        "532013000",
        "barnaby",
    ] {
        assert!(!text.contains(personal), "{personal} is left in\n{}", recorded.text);
    }
    assert_eq!(recorded.problem, None, "{}", recorded.text);
}

/// A mistyped number leaves nothing of the right one.
#[test]
fn parts_of_a_number_are_replaced_with_the_whole() {
    let test = "test A move\n  customer: I am moving house\n  customer: Ada Byron\n  customer: ada@byron.example\n  customer: 946 0958\n  \
        customer: 020 7946 0958\n  customer: 1 Long Lane, York\n";
    let bot = bot(&[("bot.yaml", SETTINGS), ("integrations.yaml", CRM), ("main.flow", ASKING), ("tests/a.flow", test)]);
    let recorded = record(&bot, None, &rehearse(&bot, &bot.tests[0]).journal);
    assert_eq!(recorded.problem, None, "{}", recorded.text);
    assert!(!recorded.text.contains("946 0") && !recorded.text.contains("0958"), "{}", recorded.text);
}

fn rapport(folder: &Path, args: &[&str]) -> (i32, String) {
    let run = Command::new(env!("CARGO_BIN_EXE_rapport")).args(args).current_dir(folder).stdin(Stdio::null()).output();
    let Output { status, stdout, stderr } = run.expect("rapport runs");
    let text = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    (status.code().expect("a code"), text)
}

const ROBIN: &str = "\
flow main
  greet
    first time: Hello there.
  ask colour: Which colour?
    button red: Red
    button blue: Blue
    accept text
  say: You chose {{ colour }}.
  ask size: Which size?
    accept text
";

/// A served chat with a number in it, whose bot has a folder.
async fn chatted() -> (Served, String) {
    let served = Served::new().await;
    fs::create_dir_all(served.data.path().join("test")).expect("a folder");
    fs::write(served.data.path().join("test/main.flow"), ROBIN).expect("written");
    fs::write(served.data.path().join("test/bot.yaml"), "name: Robin\n").expect("written");
    let served = served.again().await;
    let (mut chat, session, _) = served.begin().await;
    chat.send(json!({ "t": "say", "cid": "c-1", "text": "the colour of my order 8841207" })).await;
    chat.items_until("Which size?").await;
    (served, session)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_shows_a_chat_and_writes_it_only_when_told_to() {
    let (served, session) = chatted().await;
    let folder = served.data.path().to_owned();
    served.server.stop().await;
    let link = format!("http://127.0.0.1:8080/inbox#chat={session}");
    let (code, shown) = rapport(&folder, &["test", "save", &link, "--data", "."]);
    assert!(code == 0 && shown.contains("It passes") && shown.contains("Nothing was written. With --yes"), "{shown}");
    assert!(shown.contains("bot: You chose ...") && !shown.contains("8841207"), "{shown}");
    assert!(!folder.join("test/tests").exists());
    let save = ["test", "save", &session, "--data", ".", "--name", "A colour", "--yes"];
    for name in ["a-colour.flow", "a-colour-2.flow"] {
        let (code, told) = rapport(&folder, &save);
        assert!(code == 0 && told.contains(name), "{told}");
        assert!(fs::read_to_string(folder.join("test/tests").join(name)).expect("a test").contains("test A colour\n"));
    }
    let (code, played) = rapport(&folder, &["test", "test"]);
    assert!(code == 0 && played.contains("all 2 tests passed"), "{played}");

    // With another bot it does not pass, and is shown all the same.
    fs::write(folder.join("test/main.flow"), ROBIN.replace("You chose", "You wanted")).expect("written");
    let (code, told) =
        rapport(&folder, &["test", "save", &session, "--data", ".", "--bot", "test", "--out", "own.flow", "--yes"]);
    assert!(code == 1 && told.contains("It does not pass") && told.contains("says something else"), "{told}");
    assert!(folder.join("own.flow").exists());

    let (code, told) = rapport(&folder, &["test", "save", "0190b1c0-0000-7000-8000-000000000001", "--data", "."]);
    assert!(code == 2 && told.contains("There is no chat"), "{told}");
    let (code, told) = rapport(&folder, &["test", "save", "ann", "--data", "."]);
    assert!(code == 2 && told.contains("is no chat"), "{told}");
    let (code, told) = rapport(&root(), &["test", "save", &session, "--data", "nowhere"]);
    assert!(code == 2 && told.contains("--data"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_saves_a_chat_as_a_test() {
    let (served, session) = chatted().await;
    let mut agent = ann(&served).await;
    let csrf = agent.get("/inbox").await.csrf();
    at_work(&served, &mut agent).await;
    let path = format!("/v1/inbox/chats/{session}/test");
    let shown = agent.get(&format!("{path}?name=A%20colour")).await;
    let test: Value = serde_json::from_str(&shown.text).expect("JSON");
    assert_eq!((shown.status, &test["problem"], &test["saves"]), (200, &Value::Null, &Value::Bool(true)), "{test}");
    let text = test["text"].as_str().expect("a text").to_owned();
    assert!(text.contains("test A colour\n") && !text.contains("8841207"), "{text}");

    let post = |browser: Browser, origin: &str, csrf: &str| {
        let request = browser.client.post(format!("{}{path}", browser.base)).header("origin", origin);
        let body = json!({ "name": "A colour", "csrf": csrf, "text": "flow evil" }).to_string();
        let request = request.header("content-type", "application/json").body(body);
        async move {
            let mut browser = browser;
            browser.send(request).await
        }
    };
    let own = agent.base.clone();
    assert_eq!(post(Browser::new(&served), &own, &csrf).await.status, 401);
    assert_eq!(post(agent.clone(), &own, "").await.status, 403);
    assert_eq!(post(agent.clone(), "https://evil.example", &csrf).await.status, 403);
    assert_eq!(Browser::new(&served).get(&path).await.status, 401);
    let tests = served.data.path().join("test/tests");
    assert!(!tests.exists(), "nothing of this wrote anything");

    for name in ["a-colour.flow", "a-colour-2.flow"] {
        let saved = post(agent.clone(), &own, &csrf).await;
        assert!(saved.status == 201 && saved.text.contains(name), "{}", saved.text);
        assert_eq!(fs::read_to_string(tests.join(name)).expect("a test"), text, "what was shown is what is kept");
    }
    let gone = agent.get("/v1/inbox/chats/0190b1c0-0000-7000-8000-000000000001/test").await;
    assert_eq!(gone.status, 404, "{}", gone.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_the_bots_folder_says_so() {
    let served = Served::new().await;
    let (_chat, session, _) = served.begin().await;
    let mut agent = ann(&served).await;
    let csrf = agent.get("/inbox").await.csrf();
    let path = format!("/v1/inbox/chats/{session}/test");
    let shown = agent.get(&path).await;
    assert!(shown.status == 200 && shown.text.contains("\"saves\":false"), "{}", shown.text);
    let request = agent.client.post(format!("{}{path}", agent.base)).header("content-type", "application/json");
    let answer = agent.send(request.body(json!({ "csrf": csrf }).to_string())).await;
    assert!(answer.status == 409 && answer.text.contains("Download"), "{}", answer.text);
}

/// Ends a process, however the test ends.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Lines up to one that holds these words.
fn until(lines: &Receiver<String>, words: &str) -> String {
    let (start, mut seen) = (Instant::now(), String::new());
    while start.elapsed() < Duration::from_secs(30) {
        match lines.recv_timeout(Duration::from_millis(200)) {
            Ok(line) => {
                seen.push_str(&format!("{line}\n"));
                if line.contains(words) {
                    return seen;
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    panic!("no {words:?} in\n{seen}");
}

#[test]
fn a_watched_bot_is_tested_after_every_change() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |file: &str, text: &str| fs::write(folder.path().join(file), text).expect("written");
    fs::create_dir(folder.path().join("tests")).expect("a folder");
    write("main.flow", ROBIN);
    write("tests/a.flow", "test A colour\n  customer taps Red\n  bot: You chose red.\n");
    let child = Command::new(env!("CARGO_BIN_EXE_rapport"))
        .args(["test", "--watch"])
        .arg(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut process = Process(child.expect("rapport starts"));
    let output = BufReader::new(process.0.stdout.take().expect("its output"));
    let (tell, lines) = channel();
    std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| tell.send(line)));
    let first = until(&lines, "Ctrl-C ends");
    assert!(first.lines().next().is_some_and(|l| l.ends_with("the test passed.")), "{first}");
    write("main.flow", &ROBIN.replace("You chose", "You wanted"));
    until(&lines, "the test did not pass");
    assert!(until(&lines, "= ").contains("not passed  A colour"));
    write("main.flow", &ROBIN.replace("say:", "sya:"));
    until(&lines, "The bot has mistakes; no test was played.");
    until(&lines, "Did you mean `say`?");
    write("notes.txt", "no file of a bot");
    write("main.flow", ROBIN);
    let last = until(&lines, "the test passed.");
    assert!(!last.contains("not passed"), "{last}");
    assert!(process.0.try_wait().expect("a state").is_none(), "it goes on");
}

const LATE: &str = "\
flow main
  triage: Well?

flow call: Call me back
  team general
  customers say
    please call me back
  ask day: On which day?
    accept date
    when silent for 5 minutes: No hurry.
    when silent for 6 minutes: Really not.
  use crm.move with number = day, address = day, email = day save as booked
    when missing
      say: No time then.
      done
    when it fails
      say: It does not answer.
      done
  promise call_back within 1 day: We call within {{ within }}.
";

/// A chat as the engine really has it, with times in milliseconds.
fn lived(bot: &Bot, inputs: Vec<(i64, Input)>) -> Vec<Event> {
    let began = MORNING.0 + 21_345;
    let mut session =
        Session::new(SessionId::parse("0190b1c0-0000-7000-8000-000000000001").expect("an id"), &bot.id, Millis(began));
    let open =
        Input::Opened { page: None, language: None, customer: serde_json::Map::new(), returning: false, start: None };
    let all = std::iter::once((0, open)).chain(inputs);
    all.flat_map(|(at, input)| turn(bot, &mut session, input, Millis(began + at)).events).collect()
}

fn says(cid: &str, text: &str) -> Input {
    Input::CustomerSaid { cid: cid.into(), text: text.into() }
}

fn fires(timer: Timer) -> Input {
    Input::TimerFired { timer }
}

fn answers(call: u32, outcome: &str) -> Input {
    let answer = Answer::Outcome { outcome: outcome.into(), fields: serde_json::Map::new() };
    Input::CallAnswered { call, answer }
}

#[test]
fn pauses_silence_and_late_promises_happen_again() {
    let bot = bot(&[("bot.yaml", SETTINGS), ("integrations.yaml", CRM), ("main.flow", LATE)]);
    let day = 24 * 3_600_000;
    let failed = Input::CallAnswered { call: 1, answer: Answer::Failed { problem: "timed out".into() } };
    let journal = lived(
        &bot,
        vec![
            (47_310, says("a", "please call me back")),
            (47_310 + 300_007, fires(Timer::Silent { n: 0 })),
            (47_310 + 360_004, fires(Timer::Silent { n: 1 })),
            (480_950, says("b", "on 12 May 2026")),
            (482_000, failed),
            (530_000, says("c", "please call me back")),
            (561_500, says("d", "on 13 May 2026")),
            (562_000, says("e", "hello?")),
            (563_000, answers(2, "moved")),
            (643_000, says("f", "no thanks")),
            (563_000 + day + 3, fires(Timer::Promise { name: "call_back".into() })),
        ],
    );
    let recorded = record(&bot, Some("Late"), &journal);
    assert_eq!(recorded.problem, None, "{}", recorded.text);
    insta::assert_snapshot!(recorded.text);
}

/// A test that is kept must not be a mistake in the bot, whatever the bot has become.
#[test]
fn a_chat_with_another_bot_is_recorded_without_a_mistake_in_it() {
    let bots = shipped();
    for (bot, other) in bots.iter().zip(bots.iter().rev()) {
        let mut files = rapport::cli::load::files(&root().join("flows").join(&other.id)).expect("its files");
        for (n, test) in bot.tests.iter().enumerate() {
            let recorded = record(other, None, &rehearse(bot, test).journal);
            files.texts.push((format!("tests/recorded-{n}.flow"), recorded.text));
        }
        let compiled = rapport::bot::compile(&files);
        assert!(compiled.bot.is_some(), "{}", mistakes(&compiled));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whoever it was: the test passes, and tells nobody who it was.
    #[test]
    fn nobody_is_told_who_it_was(
        first in "[A-Z][a-z]{5,8}", last in "[A-Z][a-z]{6,9}", mail in "[a-z]{4,8}[0-9]{0,3}", number in "C-[1-9][0-9]{4}",
        house in 1_u8..99, phone in 0_u32..999, lower: bool,
    ) {
        prop_assume!(first.to_lowercase() != last.to_lowercase());
        let named = if lower { format!("{first} {last}").to_lowercase() } else { format!("{first} {last}") };
        let email = format!("{mail}@{}.example", last.to_lowercase());
        let test = format!(
            "test A move\n  given customer first_name = \"{first}\"\n  given crm.move answers moved with owner_name = \"{first} {last}\", email = \"{email}\"\n  \
            customer: I am moving house\n  customer: my name is {named}\n  customer: {email}\n  customer: 020 7946 0{phone:03}\n  \
            customer: {house} {last} Street, {last}ville\n  customer: it is {number}\n  customer: no, that is all from {first}\n  agent: Thank you, {first}.\n  agent resolves\n"
        );
        let bot = bot(&[("bot.yaml", SETTINGS), ("integrations.yaml", CRM), ("main.flow", ASKING), ("tests/a.flow", &test)]);
        let report = rehearse(&bot, &bot.tests[0]);
        prop_assume!(report.failure.is_none());
        let recorded = record(&bot, None, &report.journal);
        prop_assert!(recorded.problem.is_none(), "{}\n{}", recorded.problem.unwrap_or_default(), recorded.text);
        let text = recorded.text.to_lowercase();
        for personal in [&first, &last, &mail, &number, &format!("{house} {last}"), &format!("7946 0{phone:03}")] {
            let whole = text.split(|c: char| !c.is_alphanumeric() && c != '-').any(|w| w == personal.to_lowercase());
            let part = personal.contains(' ') && text.contains(&personal.to_lowercase());
            prop_assert!(!(whole || part), "{personal} is left in\n{}", recorded.text);
        }
    }
}
