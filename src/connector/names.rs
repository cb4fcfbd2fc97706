//! How names become addresses. A connection goes only to an address that passed here: there is no second look-up in between.
use super::address;
use crate::bot::integrations::Reach;
use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// What such a refusal says, so that it is recognised among other errors of a connection.
pub(super) const PRIVATE: &str = "is a private address";

/// Looks names up.
#[async_trait]
pub trait Names: Send + Sync + 'static {
    /// All addresses of a host.
    ///
    /// # Errors
    /// It has none, or nobody can be asked.
    async fn look_up(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// As the system does.
#[derive(Debug)]
pub struct SystemNames;

#[async_trait]
impl Names for SystemNames {
    async fn look_up(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((host, 0)).await?.map(|a| a.ip()).collect())
    }
}

/// Lets only addresses through that a system may have.
#[derive(Clone)]
pub(super) struct Guarded {
    pub names: Arc<dyn Names>,
    pub reach: Reach,
}

impl fmt::Debug for Guarded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guarded").field("reach", &self.reach).finish_non_exhaustive()
    }
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let own = self.clone();
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found = own.names.look_up(&host).await?;
            let fit: Vec<SocketAddr> = found
                .into_iter()
                .filter(|a| address::may_reach(&own.reach, *a))
                .map(|a| SocketAddr::new(a, 0))
                .collect();
            if fit.is_empty() {
                return Err(format!("{host} {PRIVATE}").into());
            }
            let addresses: Addrs = Box::new(fit.into_iter());
            Ok(addresses)
        })
    }
}
