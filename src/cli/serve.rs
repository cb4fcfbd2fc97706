//! `rapport serve` and `rapport demo`: the only place that names concrete adapters.
use super::load;
use super::out;
use super::save::Folders;
use crate::bot::Bot;
use crate::bus::local::LocalBus;
use crate::connector::{Http, Shelf};
use crate::runtime::ports::Store;
use crate::runtime::{Limits, Parts, Runtime};
use crate::store::Sqlite;
use crate::time::SystemClock;
use crate::web::{Demo, Drain, KeepTests, Options, Server};
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// Beyond the time that the end may take, for a disk that does not answer.
const LAST_PATIENCE: Duration = Duration::from_secs(3);
/// The end was cut short.
const CUT_SHORT: i32 = 1;

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
    /// Where to tell what is measured, for Prometheus at /metrics, like 127.0.0.1:9090. Not at an address that customers reach.
    #[arg(long, env = "RAPPORT_METRICS")]
    pub metrics: Option<SocketAddr>,
    /// Seconds for which the server goes on serving after it was asked to end and `/readyz` says so: as long as your load balancer
    /// takes to notice.
    #[arg(long, default_value = "0", value_name = "SECONDS", value_parser = seconds, env = "RAPPORT_DRAIN_NOTICE")]
    pub drain_notice: Duration,
    /// Seconds that open requests, connections and chats then have to come to their end.
    #[arg(long, default_value = "10", value_name = "SECONDS", value_parser = seconds, env = "RAPPORT_DRAIN_WITHIN")]
    pub drain_within: Duration,
}

/// Longer than any load balancer needs; what is longer is a slip.
const LONGEST_DRAIN: u64 = 600;

fn seconds(text: &str) -> Result<Duration, String> {
    let whole = text.parse().ok().filter(|s| *s <= LONGEST_DRAIN);
    whole.map(Duration::from_secs).ok_or_else(|| format!("write a whole number of seconds, at most {LONGEST_DRAIN}"))
}

impl ServeArgs {
    pub(super) fn drain(&self) -> Drain {
        Drain { notice: self.drain_notice, within: self.drain_within }
    }
}

/// Where chats and accounts are kept.
pub fn store_file(data: &Path) -> PathBuf {
    data.join("rapport.db")
}

/// Makes the folder where there is none: nobody else on the machine may read what customers say.
///
/// # Errors
/// A folder that cannot be made.
pub fn folder(data: &Path) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(data).with_context(|| format!("The folder {} cannot be made", data.display()))
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
    folder(&args.data)?;
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
    let mut server = Server::start(Options { runtime, listen: args.listen, public_url, demo, tests }).await?;
    if let Some(listen) = args.metrics {
        server.measured_at(listen).await?;
    }
    Ok(server)
}

pub fn run(path: &Path, args: &ServeArgs) -> Result<ExitCode> {
    let bots = load::bots(path)?;
    until_stopped(args.drain(), async { start(bots, args, None, BTreeMap::new(), Folders::at(path)).await })
}

/// Runs a server until it is asked to end, by Ctrl-C or by whoever manages services; asked twice, it ends at once.
pub(super) fn until_stopped(drain: Drain, start: impl Future<Output = Result<Server>>) -> Result<ExitCode> {
    let runtime = tokio::runtime::Runtime::new()?;
    let result = runtime.block_on(async {
        let server = start.await?;
        tell(&server)?;
        ended().await;
        out::line("Ending… Ctrl-C again ends at once.")?;
        at_the_latest(drain.notice + drain.within + LAST_PATIENCE);
        tokio::select! {
            () = server.drain(drain) => Ok(ExitCode::SUCCESS),
            () = ended() => {
                tracing::warn!("asked twice: the server ends at once");
                std::process::exit(CUT_SHORT)
            }
        }
    });
    // A task that waits for a disk must not hold up the end.
    runtime.shutdown_timeout(LAST_PATIENCE / 3);
    result
}

/// Ends the process where a disk that does not answer keeps it from its end. Nothing that was acknowledged is lost by that.
fn at_the_latest(time: Duration) {
    std::thread::spawn(move || {
        std::thread::sleep(time);
        eprintln!("The end took too long: something, perhaps a disk, does not answer. The process is cut off.");
        std::process::exit(CUT_SHORT)
    });
}

fn tell(server: &Server) -> Result<()> {
    let address = server.address;
    if let Some(demo) = server.demo {
        out::line(&format!("A shop with the bot in its corner   http://{demo}/"))?;
    }
    out::line(&format!("Everything at a glance              http://{address}/"))?;
    out::line(&format!("The inbox for your team             http://{address}/inbox"))?;
    if let Some(link) = &server.welcome {
        out::line(&format!("\nMake the first agent's account here (works once, for a day):\n  {link}"))?;
    }
    out::line("\nCtrl-C ends.")?;
    Ok(())
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
