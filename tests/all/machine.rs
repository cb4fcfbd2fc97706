//! The machine under the program goes wrong: a disk that does not sync or is full, a process that stands still, a clock that
//! jumps. Nothing is acknowledged that is not kept, and when the machine is well again the chat goes on.
use super::kill::bot;
use super::kill::program::{Program, Shop};
use super::served::client;
use rapport::engine::{Speaker, What};
use rapport::id::SessionId;
use rapport::runtime::ports::Store;
use rapport::store::Sqlite;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::time::sleep;

/// Longer than anything takes that works.
const PATIENCE: Duration = Duration::from_secs(40);

/// Whether something can be used here; where not, the reader of the test run is told.
fn there(what: &str, found: bool) -> bool {
    if !found {
        eprintln!("LEFT OUT: this test needs {what}; tests/run installs what it can");
    }
    found
}

fn runs(program: &str) -> bool {
    Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success())
}

/// The program with a bot that counts, and one chat.
struct Chat {
    program: Program,
    client: reqwest::Client,
    session: String,
    token: String,
}

impl Chat {
    async fn opens(folder: &Path, mut program: Program, shop: u16) -> Self {
        if !folder.join("test").exists() {
            bot(&folder.join("test"), shop);
        }
        program.listens().await;
        let client = client();
        let url = format!("http://127.0.0.1:{}/v1/chat/test/sessions", program.port);
        let opened: Value = client.post(url).send().await.expect("answered").json().await.expect("a chat");
        let text = |name: &str| opened[name].as_str().expect("a text").to_owned();
        Self { session: text("session"), token: text("token"), program, client }
    }

    /// Somebody else comes in.
    async fn has_company(&self) {
        let url = format!("http://127.0.0.1:{}/v1/chat/test/sessions", self.program.port);
        let opened = self.client.post(url).send().await.expect("answered");
        assert_eq!(opened.status().as_u16(), 201);
    }

    fn url(&self, what: &str) -> String {
        format!("http://127.0.0.1:{}/v1/chat/test/sessions/{}/{what}", self.program.port, self.session)
    }

    /// Says something; the status, or 0 where there is no answer.
    async fn says(&self, cid: &str, text: &str, patience: Duration) -> u16 {
        let request = self.client.post(self.url("messages")).bearer_auth(&self.token).timeout(patience);
        let sent = request.json(&json!({ "cid": cid, "text": text })).send().await;
        sent.map_or(0, |response| response.status().as_u16())
    }

    /// Says it again until it is acknowledged; a program that ended is started again.
    async fn gets_through(&mut self, cid: &str, text: &str) {
        let begun = Instant::now();
        while !matches!(self.says(cid, text, Duration::from_secs(5)).await, 200 | 201) {
            assert!(begun.elapsed() < PATIENCE, "{cid} is never acknowledged: {}", self.program.errors());
            if self.program.has_ended() {
                self.program.start(None).await;
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// Everything said, as the customer reads it.
    async fn reads(&self) -> Vec<String> {
        let request = self.client.get(self.url("events?after=0")).bearer_auth(&self.token);
        let page: Value = request.send().await.expect("answered").json().await.expect("a page");
        let items = page["items"].as_array().expect("items").iter();
        items.filter_map(|i| i["text"].as_str().map(str::to_owned)).collect()
    }

    async fn reads_until(&self, fits: impl Fn(&[String]) -> bool) -> Vec<String> {
        let begun = Instant::now();
        loop {
            let all = self.reads().await;
            if fits(&all) {
                return all;
            }
            assert!(begun.elapsed() < PATIENCE, "it never comes: {all:?} {}", self.program.errors());
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Ends the program; the client ids in the journal, which has no gap.
    async fn kept(mut self) -> Vec<String> {
        self.program.ended_within(Duration::ZERO).await;
        let store = Sqlite::open(&self.program.database()).expect("the database opens");
        let own = SessionId::parse(&self.session).expect("an id");
        let events = store.events(own, 0, usize::MAX).await.expect("a journal");
        assert!(events.iter().zip(1..).all(|(e, seq)| e.seq == seq), "no gap");
        let cids = events.into_iter().filter_map(|e| match e.what {
            What::Message { from: Speaker::Customer, cid, .. } => cid,
            _ => None,
        });
        cids.collect()
    }
}

fn numbers(all: &[String]) -> Vec<&str> {
    all.iter().filter(|t| t.starts_with("Number ")).map(String::as_str).collect()
}

/// Syncing fails for a running program while this lives.
struct NoSync {
    strace: Child,
    program: u32,
}

impl NoSync {
    async fn begins(program: u32) -> Option<Self> {
        let inject = ["-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO", "-o", "/dev/null"];
        let mut command = Command::new("strace");
        command.args(["-f", "-p", &program.to_string()]).args(inject).stderr(Stdio::null());
        let mut strace = command.spawn().ok()?;
        while !Self::traces(program).iter().all(|traced| *traced) {
            if strace.try_wait().ok()?.is_some() {
                return None;
            }
            sleep(Duration::from_millis(10)).await;
        }
        Some(Self { strace, program })
    }

    /// For each thread, whether somebody looks over its shoulder.
    fn traces(program: u32) -> Vec<bool> {
        let tasks = fs::read_dir(format!("/proc/{program}/task")).into_iter().flatten().flatten();
        let status = tasks.map(|t| fs::read_to_string(t.path().join("status")).unwrap_or_default());
        status.map(|s| s.lines().any(|l| l.starts_with("TracerPid:") && !l.ends_with("\t0"))).collect()
    }

    async fn ends(mut self) {
        // Asked to end, strace lets the program go on; killed, it might take it along.
        let _ = Command::new("kill").args(["-TERM", &self.strace.id().to_string()]).status();
        let _ = self.strace.wait();
        while Self::traces(self.program).iter().any(|traced| *traced) {
            sleep(Duration::from_millis(10)).await;
        }
    }
}

#[tokio::test]
async fn a_disk_that_does_not_sync_acknowledges_nothing() {
    if !there("strace", runs("strace")) {
        return;
    }
    let folder = TempDir::new().expect("a folder");
    bot(&folder.path().join("test"), 9);
    let mut program = Program::new(folder.path());
    program.begin(None);
    let mut chat = Chat::opens(folder.path(), program, 9).await;
    assert_eq!(chat.says("a", "tell me a number", PATIENCE).await, 201);
    let fault = NoSync::begins(chat.program.id()).await;
    let Some(fault) = fault else {
        there("the right to trace a process", false);
        return;
    };
    let status = chat.says("b", "tell me a number", Duration::from_secs(8)).await;
    assert!(!matches!(status, 200 | 201), "acknowledged without being on disk: {status}");
    fault.ends().await;
    chat.gets_through("b", "tell me a number").await;
    let all = chat.reads().await;
    assert_eq!(numbers(&all), ["Number 1.", "Number 2."]);
    assert_eq!(chat.kept().await, ["a", "b"]);
}

/// A small disk, until it is dropped.
struct SmallDisk(TempDir);

impl SmallDisk {
    fn new() -> Option<Self> {
        let folder = TempDir::new().ok()?;
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=6m", "none"]).arg(folder.path()).stderr(Stdio::null());
        mount.status().ok()?.success().then_some(Self(folder))
    }

    /// Takes all the room that is left.
    fn fill(&self) -> PathBuf {
        let path = self.0.path().join("filler");
        let mut filler = File::create(&path).expect("a file");
        let mut piece = 64 * 1024;
        while piece > 0 {
            if filler.write_all(&vec![7; piece]).is_err() {
                piece /= 2;
            }
        }
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[tokio::test]
async fn a_full_disk_refuses_and_heals() {
    let Some(disk) = SmallDisk::new() else {
        there("the right to mount a small disk", false);
        return;
    };
    let folder = disk.0.path();
    bot(&folder.join("test"), 9);
    let mut program = Program::new(folder);
    program.begin(None);
    let mut chat = Chat::opens(folder, program, 9).await;
    assert_eq!(chat.says("a", "tell me a number", PATIENCE).await, 201);
    let filler = disk.fill();
    let mut said = 0;
    let refused = loop {
        // The file of the latest turns may have some room of its own.
        said += 1;
        let status = chat.says(&format!("b{said}"), "tell me a number", Duration::from_secs(8)).await;
        if status != 201 {
            break status;
        }
        assert!(said < 9, "a full disk takes everything");
        sleep(Duration::from_millis(1_100)).await;
    };
    assert_eq!(refused, 503, "it says so: {}", chat.program.errors());
    assert_eq!(numbers(&chat.reads().await).len(), said, "what is there can be read");
    fs::remove_file(filler).expect("room again");
    chat.gets_through(&format!("b{said}"), "tell me a number").await;
    let all = chat.reads_until(|all| numbers(all).len() > said).await;
    assert_eq!(numbers(&all).len(), said + 1);
    let expected: Vec<String> = std::iter::once("a".to_owned()).chain((1..=said).map(|n| format!("b{n}"))).collect();
    assert_eq!(chat.kept().await, expected);
}

fn signal(program: u32, name: &str) {
    let sent = Command::new("kill").args([name, &program.to_string()]).status();
    assert!(sent.is_ok_and(|s| s.success()), "{name}");
}

#[tokio::test]
async fn a_program_that_stands_still_acknowledges_nothing_and_goes_on() {
    let folder = TempDir::new().expect("a folder");
    bot(&folder.path().join("test"), 9);
    let mut program = Program::new(folder.path());
    program.begin(None);
    let mut chat = Chat::opens(folder.path(), program, 9).await;
    signal(chat.program.id(), "-STOP");
    let (one, two) = tokio::join!(
        chat.says("a", "tell me a number", Duration::from_millis(700)),
        chat.says("a", "tell me a number", Duration::from_millis(900)),
    );
    assert_eq!((one, two), (0, 0), "nobody answers");
    signal(chat.program.id(), "-CONT");
    chat.gets_through("a", "tell me a number").await;
    chat.gets_through("b", "tell me a number").await;
    let all = chat.reads_until(|all| numbers(all).len() >= 2).await;
    assert_eq!(numbers(&all), ["Number 1.", "Number 2."], "each is one message, however often it came");
    assert_eq!(chat.kept().await, ["a", "b"]);
}

/// The library that tells a program another time.
fn faketime() -> Option<PathBuf> {
    let under = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib", "/usr/local/lib"];
    under.iter().map(|u| Path::new(u).join("faketime/libfaketimeMT.so.1")).find(|p| p.exists())
}

#[tokio::test]
async fn a_clock_that_jumps_changes_no_order_and_loses_no_timer() {
    let Some(library) = faketime() else {
        there("libfaketime", false);
        return;
    };
    let folder = TempDir::new().expect("a folder");
    let shop = Shop::opens().await;
    bot(&folder.path().join("test"), shop.port);
    let clock = folder.path().join("clock");
    let says = |offset: &str| {
        let new = folder.path().join("clock.new");
        fs::write(&new, format!("{offset}\n")).and_then(|()| fs::rename(new, &clock)).expect("written");
    };
    says("+0h");
    let mut program = Program::new(folder.path());
    let mut command = program.command();
    command.env("LD_PRELOAD", library).env("FAKETIME_TIMESTAMP_FILE", &clock);
    command.env("FAKETIME_NO_CACHE", "1").env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    program.run(command);
    let mut chat = Chat::opens(folder.path(), program, shop.port).await;
    for (n, offset) in ["+0h", "+1h", "-1h", "+0h"].into_iter().enumerate() {
        says(offset);
        chat.gets_through(&format!("n{n}"), "tell me a number").await;
        if n == 1 {
            // Its wait is set an hour ahead, and is over an hour later by the clock of that moment.
            chat.gets_through("order", "where is my order").await;
            chat.reads_until(|all| all.iter().any(|t| t == "It is a lamp.")).await;
        }
    }
    says("+2h");
    // What is due is looked for now and then; with a new chat at once.
    chat.has_company().await;
    let all = chat.reads_until(|all| all.iter().any(|t| t == "Still there.")).await;
    assert_eq!(numbers(&all), ["Number 1.", "Number 2.", "Number 3.", "Number 4."]);
    assert_eq!(all.iter().filter(|t| *t == "Still there.").count(), 1, "a timer fires once");
    assert_eq!(chat.kept().await, ["n0", "n1", "order", "n2", "n3"]);
}
