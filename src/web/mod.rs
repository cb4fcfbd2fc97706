//! HTTP and WebSocket: chats for customers, the inbox for agents, the pages, the demo shop.
mod assets;
mod chat;
mod contacts;
mod demo_shop;
mod docs;
mod errors;
mod files;
mod frame;
mod headers;
mod inbox;
mod insights;
mod launcher;
mod leaving;
mod measures;
mod origin;
mod pages;
mod router;
mod server;
mod staff;
mod wire;
mod words;

pub use inbox::record::KeepTests;
pub use leaving::Drain;
pub use server::{Demo, Options, Server};

use crate::runtime::Runtime;
use inbox::attempts::Attempts;
use std::sync::Arc;
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

/// What every handler may use. Cheap to clone.
#[derive(Clone)]
pub(crate) struct App(Arc<Parts>);

pub(crate) struct Parts {
    pub runtime: Runtime,
    pub pages: pages::Pages,
    pub attempts: Attempts,
    /// Logins that wait for their second factor.
    pub halves: inbox::code::Halves,
    /// Open sockets: they say goodbye before the process ends.
    pub sockets: TaskTracker,
    pub leaving: Arc<leaving::Leaving>,
    /// Changes whenever somebody logs out.
    pub logouts: watch::Sender<()>,
    /// Changes whenever replies for all do.
    pub replies: watch::Sender<()>,
    /// How people reach this server: scheme, name and port.
    pub public_url: String,
    /// `/widget.js`, once it was asked for.
    pub launcher: std::sync::OnceLock<assets::Built>,
    pub demo_url: Option<String>,
    /// Where chats are kept as tests; `None` where there is no place.
    pub tests: Option<Arc<dyn KeepTests>>,
}

impl std::ops::Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
