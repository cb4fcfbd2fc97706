//! `rapport serve` and `rapport demo`: the only place that names concrete adapters.
use super::load;
use super::save::Folders;
use crate::bot::Bot;
use crate::bus::local::LocalBus;
use crate::connector::{Http, Shelf};
use crate::runtime::ports::Store;
use crate::runtime::{Limits, Parts, Runtime};
use crate::store::Sqlite;
use crate::time::SystemClock;
use crate::web::{Demo, KeepTests, Options, Server};
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// What `serve` may be told.
#[derive(Clone, Debug, clap::Args)]
pub struct ServeArgs {
    /// Where to listen. Beyond this machine only with an address of your own, such as 0.0.0.0:8080.
    #[arg(long, default_value = "127.0.0.1:8080", env = "RAPPORT_LISTEN")]
    pub listen: SocketAddr,
    /// The folder for chats and accounts.
    #[arg(long, default_value = "data", env = "RAPPORT_DATA")]
    pub data: PathBuf,
    /// How people reach this server, like https://chat.shop.example.
    #[arg(long, env = "RAPPORT_PUBLIC_URL")]
    pub public_url: Option<String>,
}

/// Where chats and accounts are kept.
pub fn store_file(data: &Path) -> PathBuf {
    data.join("rapport.db")
}

/// Opens it.
///
/// # Errors
/// Those of `Sqlite::open`.
pub fn store(data: &Path) -> Result<Arc<dyn Store>> {
    Ok(Arc::new(Sqlite::open(&store_file(data))?))
}

/// Starts everything: store, bus, connector, runtime, web.
///
/// # Errors
/// A folder that cannot be written, a port in use, a store that does not work.
pub async fn start(
    bots: Vec<Arc<Bot>>,
    args: &ServeArgs,
    demo: Option<Demo>,
    secrets: BTreeMap<String, String>,
    tests: Option<Arc<dyn KeepTests>>,
) -> Result<Server> {
    std::fs::create_dir_all(&args.data)
        .with_context(|| format!("The folder {} cannot be made", args.data.display()))?;
    let store = store(&args.data)?;
    let learning = bots.clone();
    // meanwhile the server starts; a customer who is quicker waits for the rest of it
    std::thread::spawn(move || learning.iter().for_each(|bot| bot.learn()));
    let parts = Parts {
        store,
        bus: Arc::new(LocalBus::default()),
        connector: Arc::new(Shelf::before(Arc::new(Http::new(secrets)?))),
        clock: Arc::new(SystemClock),
        bots,
        limits: Limits::default(),
    };
    let runtime = Runtime::start(parts).await?;
    let public_url = args.public_url.clone();
    Server::start(Options { runtime, listen: args.listen, public_url, demo, tests }).await
}

pub fn run(path: &Path, args: &ServeArgs) -> Result<ExitCode> {
    let bots = load::bots(path)?;
    until_stopped(async { start(bots, args, None, BTreeMap::new(), Folders::at(path)).await })
}

/// Runs a server until Ctrl-C.
pub(super) fn until_stopped(start: impl Future<Output = Result<Server>>) -> Result<ExitCode> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let server = start.await?;
        tell(&server);
        ended().await;
        println!("Ending…");
        server.stop().await;
        Ok(ExitCode::SUCCESS)
    })
}

fn tell(server: &Server) {
    let address = server.address;
    if let Some(demo) = server.demo {
        println!("A shop with the bot in its corner   http://{demo}/");
    }
    println!("Everything at a glance              http://{address}/");
    println!("The inbox for your team             http://{address}/inbox");
    if let Some(link) = &server.welcome {
        println!("\nMake the first agent's account here (works once, for a day):\n  {link}");
    }
    println!("\nCtrl-C ends.");
}

async fn ended() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
