//! What whoever runs a server does with it: copies that are made under load and put back, a doctor that finds every planted
//! damage, and chats for other programs. With the real program and real files.
use super::kill::{bot, program::Program};
use super::served::Socket;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

const SOCKET: &str = "/v1/chat/test/socket";

struct House {
    program: Program,
    folder: TempDir,
}

/// A chat, its token, and what was acknowledged in it.
struct Chat {
    session: String,
    token: String,
    acked: Vec<String>,
}

impl House {
    async fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        bot(&folder.path().join("test"), 9);
        let mut program = Program::new(folder.path());
        program.start(None).await;
        Self { program, folder }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn rapport(&self, args: &[&str]) -> (i32, String) {
        let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_rapport"))
            .args(args)
            .current_dir(self.folder.path())
            .output()
            .expect("rapport starts");
        let words = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        (status.code().expect("a code"), words)
    }

    async fn connect(&self) -> Socket {
        Socket::connect(SocketAddr::from(([127, 0, 0, 1], self.program.port)), SOCKET, &[]).await.expect("it opens")
    }

    /// A chat in which so much was said.
    async fn chat(&self, messages: usize) -> Chat {
        let mut socket = self.connect().await;
        socket.send(json!({ "t": "hello" })).await;
        let welcome = socket.until("welcome").await;
        let text = |name: &str| welcome[name].as_str().expect("a text").to_owned();
        let mut chat = Chat { session: text("session"), token: text("token"), acked: vec![] };
        for n in 0..messages {
            let cid = format!("m{n}");
            let answer = socket.answer(json!({ "t": "say", "cid": cid, "text": "tell me a number" })).await;
            assert_eq!(answer["t"], "ack", "{answer}");
            chat.acked.push(cid);
        }
        chat
    }

    /// Everything that was acknowledged is there.
    async fn has(&self, chat: &Chat) {
        let mut socket = self.connect().await;
        let hello = json!({ "t": "hello", "session": chat.session, "token": chat.token, "after": 0 });
        assert_eq!(socket.answer(hello).await["t"], "welcome");
        for cid in &chat.acked {
            let answer = socket.answer(json!({ "t": "say", "cid": cid, "text": "tell me a number" })).await;
            assert_eq!(answer["duplicate"], true, "{cid} is lost: {answer}");
        }
    }

    fn database(&self) -> Connection {
        Connection::open(self.program.database()).expect("the database opens")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_made_under_load_holds_all_that_was_acknowledged_before() {
    let mut house = House::new().await;
    let mut before = Vec::new();
    for _ in 0..6 {
        before.push(house.chat(4).await);
    }
    let mut picture = vec![0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a];
    picture.resize(3_000, 7);
    let direct = house.database();
    let id = uuid::Uuid::parse_str(&before[0].session).expect("an id");
    let sql = "INSERT INTO files (session, id, name, type, size, at, bytes) VALUES (?1, 'f', 'a.png', 'image/png', 3000, 1, ?2)";
    direct.execute(sql, rusqlite::params![id.as_bytes(), picture]).expect("a file");
    let sql =
        "INSERT INTO contacts (bot, known_as, fields, tags, created, seen) VALUES ('test', 'mara', '{}', '[]', 1, 1)";
    direct.execute(sql, []).expect("a customer");
    drop(direct);
    // The server goes on writing while the copy is made.
    let folder = house.folder.path().to_owned();
    let copying = tokio::task::spawn_blocking(move || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rapport"));
        command.args(["backup", "copy.db"]).current_dir(folder).output().expect("it runs")
    });
    let (copied, during) = tokio::join!(copying, house.chat(8));
    let copied = copied.expect("it ended");
    assert!(copied.status.success(), "{copied:?}");
    let said = String::from_utf8_lossy(&copied.stdout).into_owned();
    assert!(said.contains("copy.db holds") && said.contains(" 1 files"), "{said}");
    let (code, said) = house.rapport(&["backup", "copy.db"]);
    assert!(code == 2 && said.contains("exists already"), "{said}");
    let later = house.chat(3).await;
    // What is erased after the copy stays erased in it.
    let gone = uuid::Uuid::parse_str(&before[5].session).expect("an id");

    let (code, said) = house.rapport(&["restore", "copy.db", "--yes"]);
    assert!(code == 2 && said.contains("A server is at work"), "{said}");
    house.program.asked_to_end().await;
    let (code, said) = house.rapport(&["restore", "copy.db"]);
    assert!(code == 2 && said.contains("--yes"), "{said}");
    house.database().execute("UPDATE sessions SET state = 'erased' WHERE id = ?1", [gone.as_bytes()]).expect("erased");
    house.database().execute("UPDATE contacts SET erased = 5, known_as = NULL", []).expect("erased");
    let epoch = |house: &House| -> Option<String> {
        house.database().query_row("SELECT value FROM meta WHERE key = 'epoch'", [], |r| r.get(0)).ok()
    };
    let first = epoch(&house).expect("an epoch");
    let (code, said) = house.rapport(&["restore", "copy.db", "--yes"]);
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("2 chats and customers had been erased") && said.contains("Customers who have a chat open"),
        "{said}"
    );
    assert_eq!(house.rapport(&["doctor"]).0, 0, "{:?}", house.rapport(&["doctor"]));
    let bytes: i64 =
        house.database().query_row("SELECT length(bytes) FROM files", [], |r| r.get(0)).expect("the photo is back");
    assert_eq!(bytes, 3_000);
    let known: i64 = house
        .database()
        .query_row("SELECT count(*) FROM contacts WHERE known_as IS NOT NULL", [], |r| r.get(0))
        .expect("a count");
    assert_eq!(known, 0, "whoever was erased stays so");
    house.program.start(None).await;
    for chat in &before[..5] {
        house.has(chat).await;
    }
    for chat in [&before[5], &later] {
        let mut socket = house.connect().await;
        let hello = json!({ "t": "hello", "session": chat.session, "token": chat.token, "after": 0 });
        assert_eq!(socket.answer(hello).await["t"], "reset", "erased since, or begun later");
    }
    assert!(!during.acked.is_empty());
    assert_ne!(epoch(&house).expect("an epoch"), first, "pages see that the journal is another one");
}

#[tokio::test]
async fn what_is_no_copy_is_not_put_back() {
    let mut house = House::new().await;
    house.chat(3).await;
    assert_eq!(house.rapport(&["backup", "good.db"]).0, 0);
    house.program.asked_to_end().await;
    let good = std::fs::read(house.at("good.db")).expect("a copy");
    std::fs::write(house.at("words.db"), "no database at all, but long enough to be read as one. ".repeat(40))
        .expect("written");
    std::fs::write(house.at("half.db"), &good[..good.len() / 2]).expect("written");
    std::fs::copy(house.at("good.db"), house.at("changed.db")).expect("copied");
    let sql = "UPDATE turns SET body = replace(body, 'number', 'wonder')";
    assert!(Connection::open(house.at("changed.db")).expect("opened").execute(sql, []).expect("changed") > 0);
    std::fs::copy(house.at("good.db"), house.at("later.db")).expect("copied");
    let later = Connection::open(house.at("later.db")).expect("opened");
    later.pragma_update(None, "user_version", 999).expect("a later version");
    drop(later);
    let state = |house: &House| std::fs::read(house.program.database()).expect("read");
    let before = state(&house);
    for (file, words) in [
        ("nothing.db", "There is no database"),
        ("words.db", "no database of rapport"),
        ("half.db", "is damaged"),
        ("changed.db", "are not what was written"),
        ("later.db", "later version"),
    ] {
        let (code, said) = house.rapport(&["restore", file, "--yes"]);
        assert!(code == 2 && said.contains(words), "{file}: {said}");
        assert!(state(&house) == before, "{file} changed something");
    }
    let (code, said) = house.rapport(&["restore", "good.db", "--data", "elsewhere/data"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(house.rapport(&["doctor", "--data", "elsewhere/data"]).0, 0);
    assert!(!house.at("elsewhere/data/rapport.db.restoring").exists());
}

/// What is done to a healthy database, and what the doctor must say.
const DAMAGES: &[(&str, &str)] = &[
    (
        "turn-damaged",
        "UPDATE turns SET body = replace(body, 'number', 'wonder') WHERE first = (SELECT min(first) FROM turns WHERE body LIKE '%number%')",
    ),
    ("turn-damaged", "UPDATE turns SET sum = sum + 1 WHERE first = 1"),
    ("journal-gap", "DELETE FROM turns WHERE first = (SELECT min(first) FROM turns WHERE first > 1)"),
    ("place-wrong", "UPDATE sessions SET seq = seq + 3"),
    ("row-damaged", "UPDATE sessions SET row = '{}'"),
    ("state-damaged", "UPDATE sessions SET snapshot = replace(snapshot, 'number', 'wonder')"),
    ("state-damaged", "UPDATE sessions SET snapshot_sum = zeroblob(32)"),
    ("state-ahead", "DELETE FROM turns WHERE first = (SELECT max(first) FROM turns)"),
    ("id-missing", "DELETE FROM cids"),
    ("no-chat", "INSERT INTO outbox (session, seq, n, effect) VALUES (zeroblob(16), 1, 0, '{}')"),
    ("no-chat", "INSERT INTO timers (session, key, timer, due) VALUES (zeroblob(16), 'x', '{}', 1)"),
    ("timer-damaged", "INSERT INTO timers (session, key, timer, due) SELECT id, 'x', '{', 1 FROM sessions"),
    ("effect-damaged", "INSERT INTO outbox (session, seq, n, effect) SELECT id, 1, 9, '{' FROM sessions"),
    (
        "file-wrong",
        "INSERT INTO files (session, id, name, type, size, at, bytes) SELECT id, 'f', 'a', 'b', 9, 1, x'00' FROM sessions",
    ),
    ("not-erased", "UPDATE sessions SET state = 'erased'"),
    ("earlier-version", "PRAGMA user_version = 3"),
];

fn kinds(house: &House, data: &str) -> (i32, Vec<String>) {
    let (code, said) = house.rapport(&["doctor", "--json", "--data", data]);
    let read: Value = serde_json::from_str(&said).unwrap_or_else(|e| panic!("{e}: {said}"));
    let all = read["findings"].as_array().expect("findings");
    assert_eq!(read["ok"], all.is_empty());
    for finding in all {
        assert!(finding["what"].as_str().is_some_and(|w| w.len() > 10), "{finding}");
        assert!(finding["todo"].as_str().is_some_and(|t| t.len() > 10), "{finding}");
    }
    (code, all.iter().map(|f| f["kind"].as_str().expect("a kind").to_owned()).collect())
}

fn copied(house: &House, name: &str) -> Connection {
    let data = house.at(name);
    std::fs::create_dir(&data).expect("a folder");
    std::fs::copy(house.program.database(), data.join("rapport.db")).expect("copied");
    closed(&data);
    Connection::open(data.join("rapport.db")).expect("opened")
}

#[cfg(unix)]
fn closed(data: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(data, std::fs::Permissions::from_mode(0o700)).expect("closed");
}

#[tokio::test]
async fn the_doctor_finds_every_planted_damage() {
    let mut house = House::new().await;
    house.chat(3).await;
    closed(&house.at("data"));
    assert_eq!(kinds(&house, "data"), (0, vec![]), "healthy, while the server is at work");
    house.program.asked_to_end().await;
    assert_eq!(kinds(&house, "data"), (0, vec![]), "healthy, with every state parked");
    for (n, (kind, sql)) in DAMAGES.iter().enumerate() {
        let name = format!("damage{n}");
        let direct = copied(&house, &name);
        direct.pragma_update(None, "foreign_keys", false).expect("no keys");
        direct.execute_batch(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
        drop(direct);
        let before = std::fs::read(house.at(&name).join("rapport.db")).expect("read");
        let (code, found) = kinds(&house, &name);
        assert_eq!(code, 1, "{sql}: {found:?}");
        assert!(found.iter().any(|k| k == kind), "{sql}: {found:?}");
        let after = std::fs::read(house.at(&name).join("rapport.db")).expect("read");
        assert!(before == after, "{sql}: the doctor changes nothing");
    }
    // A state that does not follow from the journal, with a sum that fits.
    let direct = copied(&house, "other");
    let text: String = direct.query_row("SELECT snapshot FROM sessions", [], |r| r.get(0)).expect("a state");
    let mut state: Value = serde_json::from_str(&text).expect("JSON");
    state["tags"] = json!(["planted"]);
    let text = state.to_string();
    let sum: [u8; 32] = sha2::Digest::finalize(<sha2::Sha256 as sha2::Digest>::new_with_prefix(&text)).into();
    direct
        .execute("UPDATE sessions SET snapshot = ?1, snapshot_sum = ?2", rusqlite::params![text, sum])
        .expect("planted");
    drop(direct);
    assert_eq!(kinds(&house, "other"), (1, vec!["state-wrong".to_owned()]));
    // Pages that a disk overwrote.
    drop(copied(&house, "pages"));
    let path = house.at("pages").join("rapport.db");
    let mut bytes = std::fs::read(&path).expect("read");
    let at = bytes.len() / 4096 / 2 * 4096;
    bytes[at..at + 4096].fill(0xA5);
    std::fs::write(&path, bytes).expect("written");
    let (code, found) = kinds(&house, "pages");
    assert!(code == 1 && found.iter().all(|k| k == "file-damaged"), "{found:?}");
}

#[tokio::test]
async fn the_doctor_looks_at_bots_secrets_and_the_folder() {
    let mut house = House::new().await;
    house.chat(1).await;
    house.program.asked_to_end().await;
    closed(&house.at("data"));
    let systems = "shop: { base: \"https://shop.example\", auth: { bearer: \"${A_TOKEN_NOBODY_SET}\" }, find: { get: /x, outcomes: { 200: found }, gives: { item: text } } }\n";
    std::fs::write(house.at("test/integrations.yaml"), systems).expect("written");
    let (code, said) = house.rapport(&["doctor", "test"]);
    assert!(code == 1 && said.contains("A_TOKEN_NOBODY_SET"), "{said}");
    std::fs::write(house.at("test/main.flow"), "flow main\n  sya: Hello\n").expect("written");
    let (code, said) = house.rapport(&["doctor", "test"]);
    assert!(code == 1 && said.contains("mistakes") && said.contains("rapport check test"), "{said}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(house.at("data"), std::fs::Permissions::from_mode(0o755)).expect("opened");
        let (code, said) = house.rapport(&["doctor"]);
        assert!(code == 1 && said.contains("chmod o-rwx data"), "{said}");
    }
    let (code, said) = house.rapport(&["doctor", "--data", "nowhere"]);
    assert!(code == 2 && said.contains("--data"), "{said}");
}

#[tokio::test]
async fn chats_go_out_for_other_programs() {
    let house = House::new().await;
    let first = house.chat(2).await;
    let mut socket = house.connect().await;
    socket.send(json!({ "t": "hello" })).await;
    let second = socket.until("welcome").await["session"].as_str().expect("an id").to_owned();
    let formula = "=HYPERLINK(\"https://evil.example\", \"a\nlamp\")";
    assert_eq!(socket.answer(json!({ "t": "say", "cid": "f", "text": formula })).await["t"], "ack");
    let (code, said) = house.rapport(&["export"]);
    assert_eq!(code, 0, "{said}");
    let lines: Vec<Value> = said.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    assert_eq!(lines.len(), 2);
    let own = lines.iter().find(|l| l["chat"] == first.session.as_str()).expect("the first chat");
    let journal = own["journal"].as_array().expect("entries");
    assert_eq!(journal.iter().filter(|e| e["text"] == "tell me a number").count(), 2);
    assert!(journal.iter().all(|e| e["kind"] != "moved"));
    assert!(!said.contains(&first.token), "no secrets");
    let (code, sheet) = house.rapport(&["export", "--format", "csv", "--chat", &second]);
    assert_eq!(code, 0, "{sheet}");
    let mut rows = csv::Reader::from_reader(sheet.as_bytes());
    let rows: Vec<csv::StringRecord> = rows.records().map(|r| r.expect("a row")).collect();
    assert!(rows.iter().all(|r| r[0] == second));
    assert!(rows.iter().any(|r| r[8] == format!("'{formula}") && r[6] == *"customer"), "{rows:?}");
    let (code, said) = house.rapport(&["export", "--since", "2999-01-01"]);
    assert_eq!((code, said.as_str()), (0, ""));
    let (code, said) = house.rapport(&["export", "--chat", "0190a5a0-0000-7000-8000-000000000000"]);
    assert!(code == 2 && said.contains("no such chat"), "{said}");
    let (code, said) = house.rapport(&["export", "--contact", "nobody@shop.example", "--out", "none.jsonl"]);
    assert!(code == 0 && said.contains("0 chats"), "{said}");
    let (code, said) = house.rapport(&["export", "--out", "none.jsonl"]);
    assert!(code == 2 && said.contains("none.jsonl"), "never over a file: {said}");
}
