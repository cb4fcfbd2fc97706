//! Listening, and ending in good order.
use super::inbox::attempts::Attempts;
use super::inbox::code::Halves;
use super::leaving::{Drain, Leaving};
use super::{App, KeepTests, Parts, demo_shop, measures, pages::Pages, router};
use crate::runtime::people::Invitation;
use crate::runtime::{Runtime, hashed, secret};
use anyhow::{Result, anyhow};
use axum::serve::{Listener, ListenerExt};
use std::io::ErrorKind;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::task::TaskTracker;

/// How long the link for the first agent works.
const INVITED: Duration = Duration::from_secs(24 * 3600);
/// The share of the time to end that is kept for the chats' states: one in so many.
const FOR_CHATS: u32 = 3;

pub struct Options {
    pub runtime: Runtime,
    pub listen: SocketAddr,
    /// How people reach the server, where that is not the address it listens at.
    pub public_url: Option<String>,
    /// A shop to try the bot in, on a port of its own.
    pub demo: Option<Demo>,
    /// Where agents may keep chats as tests.
    pub tests: Option<Arc<dyn KeepTests>>,
}

#[derive(Clone, Debug)]
pub struct Demo {
    pub listen: SocketAddr,
    /// The bot in the shop's corner.
    pub bot: String,
}

/// A running server.
pub struct Server {
    pub address: SocketAddr,
    pub demo: Option<SocketAddr>,
    /// Where the first agent's account is made; `None` where there are agents.
    pub welcome: Option<String>,
    runtime: Runtime,
    sockets: TaskTracker,
    leaving: Arc<Leaving>,
    tasks: Vec<JoinHandle<()>>,
}

impl Server {
    /// Listens. Everything works when this returns.
    ///
    /// # Errors
    /// An address that is in use, or a store that does not work.
    pub async fn start(options: Options) -> Result<Self> {
        let listener = bind(options.listen, "--listen").await?;
        Self::upon(listener, options).await
    }

    /// Like `start`, upon connections that come from anywhere: a simulated network, pipes in memory.
    ///
    /// # Errors
    /// Those of `start`.
    pub async fn upon<L: Listener<Addr = SocketAddr>>(listener: L, options: Options) -> Result<Self> {
        let address = listener.local_addr()?;
        let public_url = options.public_url.unwrap_or_else(|| url(address));
        let public_url = public_url.trim_end_matches('/').to_owned();
        let demo_listener = match &options.demo {
            Some(demo) => Some((bind(demo.listen, "--shop").await?, demo.bot.clone())),
            None => None,
        };
        let demo = demo_listener.as_ref().and_then(|(l, _)| l.local_addr().ok());
        let runtime = options.runtime;
        let (sockets, leaving) = (TaskTracker::new(), Arc::new(Leaving::default()));
        let parts = Parts {
            runtime: runtime.clone(),
            pages: Pages::default(),
            attempts: Attempts::default(),
            halves: Halves::default(),
            public_url: public_url.clone(),
            demo_url: demo.map(url),
            launcher: std::sync::OnceLock::new(),
            sockets: sockets.clone(),
            leaving: leaving.clone(),
            logouts: watch::Sender::new(()),
            replies: watch::Sender::new(()),
            tests: options.tests,
        };
        let welcome = welcome(&runtime, &public_url).await?;
        let mut tasks = vec![serve(listener, router::router(App(Arc::new(parts))), leaving.clone())];
        if let Some((listener, bot)) = demo_listener {
            tasks.push(serve(listener, demo_shop::router(&public_url, &bot), leaving.clone()));
        }
        Ok(Self { address, demo, welcome, runtime, sockets, leaving, tasks })
    }

    /// Tells what is measured at an address of its own, which customers have no way to.
    ///
    /// # Errors
    /// An address that is in use.
    pub async fn measured_at(&mut self, listen: SocketAddr) -> Result<SocketAddr> {
        let listener = bind(listen, "--metrics").await?;
        let address = listener.local_addr()?;
        self.tasks.push(serve(listener, measures::router(self.runtime.clone()), self.leaving.clone()));
        Ok(address)
    }

    /// How many chats are in memory.
    pub fn live(&self) -> usize {
        self.runtime.live()
    }

    pub fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// Ends at once, in good order.
    pub async fn stop(self) {
        self.drain(Drain::default()).await;
    }

    /// Ends: it says that it is not ready any more, turns in flight are finished, open requests get their answers and sockets a
    /// goodbye, and the chats' states are kept. What takes longer than it may is cut off: nothing that was acknowledged is lost
    /// by that.
    pub async fn drain(self, drain: Drain) {
        self.leaving.begins();
        sleep(drain.notice).await;
        let end = Instant::now() + drain.within;
        let parted = end - drain.within / FOR_CHATS;
        tracing::info!(sockets = self.sockets.len(), chats = self.live(), "the server ends");
        self.leaving.part(self.sockets.len());
        self.sockets.close();
        if timeout_at(parted, self.sockets.wait()).await.is_err() {
            tracing::warn!(sockets = self.sockets.len(), "some sockets did not end in time");
        }
        for mut task in self.tasks {
            if timeout_at(parted, &mut task).await.is_err() {
                task.abort();
            }
        }
        self.runtime.stop_within(end - Instant::now()).await;
    }
}

/// Where a browser on this machine finds an address; "every interface" is no place to go to.
fn url(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
    }
    format!("http://{address}")
}

async fn bind(address: SocketAddr, option: &str) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|e| match e.kind() {
        ErrorKind::AddrInUse => {
            anyhow!("Port {} is in use. End the other program, or choose another with {option}.", address.port())
        }
        ErrorKind::PermissionDenied => {
            anyhow!("This account may not listen on port {}. Choose one above 1023 with {option}.", address.port())
        }
        _ => anyhow!("Nobody can listen at {address}: {e}"),
    })
}

fn serve<L: Listener<Addr = SocketAddr>>(listener: L, router: axum::Router, leaving: Arc<Leaving>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        // The tap does nothing: it is how axum tells the handlers of any listener's connections where they come from.
        let server = axum::serve(listener.tap_io(|_| ()), service)
            .with_graceful_shutdown(async move { leaving.parting().cancelled().await });
        if let Err(problem) = server.await {
            tracing::error!(%problem, "the server ended");
        }
    })
}

/// A single-use link for the first agent, while there is none. Earlier links stop working.
async fn welcome(runtime: &Runtime, public_url: &str) -> Result<Option<String>> {
    if runtime.store().people().agents().await? > 0 {
        return Ok(None);
    }
    let token = secret().map_err(|e| anyhow!("{e}"))?;
    runtime.store().people().invite(hashed(&token), runtime.now() + INVITED, Invitation::first()).await?;
    Ok(Some(format!("{public_url}/welcome/{token}")))
}
