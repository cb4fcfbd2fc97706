//! HTTP clients: one for each set of addresses that systems may have. None follows redirects or asks a proxy.
use super::address::may_reach;
use super::names::{Guarded, Names};
use super::trouble::Trouble;
use crate::bot::integrations::Reach;
use reqwest::{Client, redirect};
use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

pub struct Clients {
    names: Arc<dyn Names>,
    made: Mutex<BTreeMap<Reach, Client>>,
}

impl fmt::Debug for Clients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clients").finish_non_exhaustive()
    }
}

impl Clients {
    /// # Errors
    /// The TLS library does not start.
    pub fn new(names: Arc<dyn Names>) -> Result<Self, reqwest::Error> {
        // A second provider cannot be installed; the first one serves.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let public = made(&names, Reach::Public)?;
        Ok(Self { names, made: Mutex::new(BTreeMap::from([(Reach::Public, public)])) })
    }

    /// The client for an address. One that is written in numbers is looked up by nobody, so it is judged here.
    pub fn to(&self, address: &str, reach: &Reach) -> Result<Client, Trouble> {
        let url = url::Url::parse(address).map_err(|e| Trouble::Final(format!("{address} is no web address: {e}")))?;
        let literal: Option<IpAddr> = match url.host() {
            Some(url::Host::Ipv4(a)) => Some(a.into()),
            Some(url::Host::Ipv6(a)) => Some(a.into()),
            _ => None,
        };
        if literal.is_some_and(|a| !may_reach(reach, a)) {
            return Err(Trouble::private());
        }
        let mut all = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = all.get(reach) {
            return Ok(client.clone());
        }
        let client =
            made(&self.names, reach.clone()).map_err(|e| Trouble::Final(format!("connections cannot be made: {e}")))?;
        all.insert(reach.clone(), client.clone());
        Ok(client)
    }
}

fn made(names: &Arc<dyn Names>, reach: Reach) -> Result<Client, reqwest::Error> {
    Client::builder()
        .redirect(redirect::Policy::none())
        .user_agent(concat!("rapport/", env!("CARGO_PKG_VERSION")))
        .no_proxy()
        .dns_resolver(Arc::new(Guarded { names: names.clone(), reach }))
        .build()
}
