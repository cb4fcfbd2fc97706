//! Requests to shops' systems: bounded in time and size, repeated where that is harmless, never into the own network.
use super::address::{PublicOnly, is_public};
use crate::bot::integrations::{Auth, Method, Request as Ready};
use crate::engine::Answer;
use crate::runtime::ports::{Connector, Request};
use async_trait::async_trait;
use reqwest::{Client, RequestBuilder, StatusCode, redirect};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// More than any answer that a chat needs.
const LARGEST: usize = 256 * 1024;
/// Before the first repetition; doubles.
const PAUSE: Duration = Duration::from_millis(200);
/// A system may ask for a longer pause by `Retry-After`; a customer waits, so no longer than this.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The connector for `integrations.yaml`.
#[derive(Debug)]
pub struct Http {
    public: Client,
    private: Client,
    /// Secrets given by the caller, before the environment.
    secrets: BTreeMap<String, String>,
}

impl Http {
    /// Makes the clients. `secrets` are values for names of the environment that are not set there.
    ///
    /// # Errors
    /// The TLS library does not start.
    pub fn new(secrets: BTreeMap<String, String>) -> Result<Self, reqwest::Error> {
        // A second provider cannot be installed; the first one serves.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = || {
            Client::builder()
                .redirect(redirect::Policy::none())
                .user_agent(concat!("rapport/", env!("CARGO_PKG_VERSION")))
                .no_proxy()
        };
        let public = builder().dns_resolver(Arc::new(PublicOnly)).build()?;
        Ok(Self { public, private: builder().build()?, secrets })
    }

    fn secret(&self, name: &str) -> Result<String, String> {
        let found = std::env::var(name).ok().or_else(|| self.secrets.get(name).cloned());
        found.filter(|s| !s.is_empty()).ok_or_else(|| {
            format!("the secret {name} is not set: set the environment variable {name} where rapport is started")
        })
    }

    fn client(&self, ready: &Ready) -> Result<&Client, String> {
        if ready.private {
            return Ok(&self.private);
        }
        let url = url::Url::parse(&ready.url).map_err(|e| format!("{} is no web address: {e}", ready.url))?;
        let literal: Option<IpAddr> = match url.host() {
            Some(url::Host::Ipv4(a)) => Some(a.into()),
            Some(url::Host::Ipv6(a)) => Some(a.into()),
            _ => None,
        };
        if literal.is_some_and(|a| !is_public(a)) {
            return Err(PRIVATE.to_owned());
        }
        Ok(&self.public)
    }

    fn build(&self, ready: &Ready, key: &str) -> Result<RequestBuilder, String> {
        let client = self.client(ready)?;
        let method = match ready.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Patch => reqwest::Method::PATCH,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut request = client.request(method, &ready.url).timeout(ready.timeout).header("Idempotency-Key", key);
        request = match &ready.auth {
            Auth::None => request,
            Auth::Bearer { secret } => request.bearer_auth(self.secret(secret)?),
            Auth::Header { name, secret } => request.header(name, self.secret(secret)?),
            Auth::Basic { user, secret } => request.basic_auth(user, Some(self.secret(secret)?)),
        };
        Ok(match &ready.body {
            Some(body) => request.json(body),
            None => request,
        })
    }

    async fn attempt(&self, ready: &Ready, key: &str) -> Result<Answer, Trouble> {
        let request = self.build(ready, key).map_err(Trouble::Final)?;
        let response = request.send().await.map_err(|e| trouble(&e))?;
        let status = response.status();
        let known = ready.outcomes.iter().position(|(code, _)| *code == status.as_u16());
        if let Some((at, (_, outcome))) = known.and_then(|at| Some((at, ready.outcomes.get(at)?))) {
            let fields = match fields(response, &ready.gives).await {
                // Many systems say "not found" with a page for people: the status says all that the flow asks for.
                Err(Trouble::Final(_)) if at > 0 => Map::new(),
                read => read?,
            };
            return Ok(Answer::Outcome { outcome: outcome.clone(), fields });
        }
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            return Err(Trouble::Passing { problem: format!("it answered {status}"), pause: asked_pause(&response) });
        }
        let known: Vec<String> = ready.outcomes.iter().map(|(code, _)| code.to_string()).collect();
        Err(Trouble::Final(format!("it answered {status}, and `outcomes` names only {}", known.join(", "))))
    }
}

/// `Retry-After` in seconds.
fn asked_pause(response: &reqwest::Response) -> Option<Duration> {
    let seconds = response.headers().get(reqwest::header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_PAUSE))
}

const PRIVATE: &str = "this is a private address: write `allow private addresses: yes` under the system in integrations.yaml if that is meant";

/// Why an attempt led to no answer.
enum Trouble {
    /// Worth another attempt, after the pause that the system asked for.
    Passing {
        problem: String,
        pause: Option<Duration>,
    },
    Final(String),
}

fn trouble(e: &reqwest::Error) -> Trouble {
    let mut words = Vec::new();
    let mut source: Option<&dyn std::error::Error> = std::error::Error::source(e);
    while let Some(inner) = source {
        words.push(inner.to_string());
        source = inner.source();
    }
    if words.iter().any(|w| w.contains("is a private address")) {
        return Trouble::Final(PRIVATE.to_owned());
    }
    let last = words.pop().unwrap_or_else(|| e.to_string());
    // A header or an address that cannot be sent stays so.
    if e.is_builder() {
        return Trouble::Final(format!("the request cannot be sent: {last}"));
    }
    let problem = if e.is_timeout() {
        "it took too long to answer".to_owned()
    } else {
        format!("it could not be reached: {last}")
    };
    Trouble::Passing { problem, pause: None }
}

async fn fields(mut response: reqwest::Response, gives: &[String]) -> Result<Map<String, Value>, Trouble> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|e| trouble(&e))? {
        if bytes.len() + chunk.len() > LARGEST {
            return Err(Trouble::Final("its answer is longer than 256 KB".into()));
        }
        bytes.extend_from_slice(&chunk);
    }
    if gives.is_empty() || bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    let answer: Value =
        serde_json::from_slice(&bytes).map_err(|e| Trouble::Final(format!("its answer is no JSON: {e}")))?;
    let Value::Object(all) = answer else {
        return Err(Trouble::Final("its answer is no JSON object with fields".into()));
    };
    Ok(all.into_iter().filter(|(name, value)| gives.contains(name) && !value.is_null()).collect())
}

/// An address with a secret in it must not get into the journal by way of a message.
fn failed(name: &str, problem: &str, request: &Request) -> Answer {
    let problem = if request.secret { "no usable answer came (what is secret is not shown)" } else { problem };
    Answer::Failed { problem: format!("{name}: {problem}") }
}

#[async_trait]
impl Connector for Http {
    async fn call(&self, request: Request) -> Answer {
        let name = format!("{}.{}", request.system, request.action);
        let ready = match request.bot.integrations.request(&request.system, &request.action, &request.args) {
            Ok(ready) => ready,
            Err(problem) => return failed(&name, &problem.to_string(), &request),
        };
        let mut pause = PAUSE;
        let retries = if request.secret { 0 } else { ready.retries };
        for left in (0..=retries).rev() {
            match self.attempt(&ready, &request.key).await {
                Ok(answer) => return answer,
                Err(Trouble::Passing { problem, pause: asked }) if left > 0 => {
                    tracing::info!(%name, problem, "trying again");
                    tokio::time::sleep(asked.unwrap_or(pause)).await;
                    pause *= 2;
                }
                Err(Trouble::Passing { problem, .. } | Trouble::Final(problem)) => {
                    return failed(&name, &problem, &request);
                }
            }
        }
        failed(&name, "no attempt was made", &request)
    }
}
