//! What tests share: bots from text, a clock that stands still, a whole server.
use rapport::bot::{Bot, Compiled, Files, compile, thorough};
use rapport::language::render;
use rapport::runtime::ports::{Connector, Request};
use rapport::time::{Clock, Millis};
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};

/// Monday, 4 May 2026, 10:00 in London.
pub const MORNING: Millis = Millis(1_777_885_200_000);

pub fn compiled(files: &[(&str, &str)]) -> Compiled {
    let texts = files.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect();
    compile(&Files { id: "test".into(), texts })
}

/// As `check` does it: topics that confuse each other are told too.
pub fn thoroughly(files: &[(&str, &str)]) -> Compiled {
    let texts = files.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect();
    thorough(&Files { id: "test".into(), texts })
}

pub fn mistakes(compiled: &Compiled) -> String {
    compiled.diagnostics.iter().map(|d| render::text(d, &compiled.sources, false)).collect::<Vec<_>>().join("\n\n")
}

/// A bot that must have no mistakes.
pub fn bot(files: &[(&str, &str)]) -> Arc<Bot> {
    let compiled = compiled(files);
    let mistakes = mistakes(&compiled);
    Arc::new(compiled.bot.unwrap_or_else(|| panic!("{mistakes}")))
}

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The bots that we ship, read once.
pub fn shipped() -> Vec<Arc<Bot>> {
    static SHIPPED: LazyLock<Vec<Arc<Bot>>> =
        LazyLock::new(|| rapport::cli::load::bots(&root().join("flows")).expect("the shipped bots have no mistakes"));
    SHIPPED.clone()
}

/// Time that passes when a test says so.
#[derive(Debug)]
pub struct Hand(AtomicI64);

impl Hand {
    pub fn new() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(MORNING.0)))
    }
    pub fn forward(&self, by: std::time::Duration) {
        self.0.fetch_add(i64::try_from(by.as_millis()).expect("a short time"), Ordering::SeqCst);
    }
}

impl Clock for Hand {
    fn now(&self) -> Millis {
        Millis(self.0.load(Ordering::SeqCst))
    }
}

/// A connector for bots that use no other system.
#[derive(Debug, Default)]
pub struct NoSystems;

#[async_trait::async_trait]
impl Connector for NoSystems {
    async fn call(&self, request: Request) -> rapport::engine::Answer {
        rapport::engine::Answer::Failed { problem: format!("{}.{} is not there", request.system, request.action) }
    }
}

/// How each migration is undone, the latest first: tests open a store as an earlier version left it.
const UNDO: &[(&str, &str)] = &[
    ("017_mentions", "DROP TABLE mentions;"),
    ("016_visits", "DROP TABLE visits;"),
    ("015_webhooks", "DROP TABLE deliveries;"),
    (
        "012_contacts",
        "DROP TABLE contact_chats; DROP TABLE contact_notes; DROP TABLE contact_words; DROP TABLE contacts;
         DROP INDEX sessions_by_last_word;",
    ),
    ("011_claims", "ALTER TABLE timers DROP COLUMN held;"),
    ("010_canned", "DROP TABLE canned;"),
    ("009_search", "DROP TABLE said;"),
];

/// The database as it was before this migration.
pub fn before(direct: &rusqlite::Connection, migration: &str) {
    let files = std::fs::read_dir(root().join("src/store/migrations")).expect("the migrations");
    let name = |f: std::io::Result<std::fs::DirEntry>| {
        f.ok()?.file_name().to_string_lossy().strip_suffix(".sql").map(str::to_owned)
    };
    let mut files: Vec<String> = files.filter_map(name).collect();
    files.sort();
    let first = files.iter().position(|f| f == migration).expect("such a migration");
    for file in files[first..].iter().rev() {
        let undo = UNDO.iter().find(|(name, _)| name == file);
        let (_, sql) = undo.unwrap_or_else(|| panic!("say in tests/all/support.rs how {file} is undone"));
        direct.execute_batch(sql).unwrap_or_else(|e| panic!("{file}: {e}"));
    }
    direct.pragma_update(None, "user_version", i64::try_from(first).expect("few")).expect("as it was before");
}
