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
