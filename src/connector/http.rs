//! Requests to shops' systems: bounded in time and size, repeated only where that does nothing twice, never into the own network.
use super::breaker::Breakers;
use super::cache::Cache;
use super::clients::Clients;
use super::names::{Names, SystemNames};
use super::reply::{self, Reply};
use super::secrets::Secrets;
use super::tokens::Tokens;
use super::trouble::Trouble;
use crate::bot::integrations::{Auth, Body, Method, Request as Ready, join};
use crate::engine::Answer;
use crate::runtime::ports::{Connector, Request};
use crate::runtime::webhooks::{Parcel, Undelivered};
use async_trait::async_trait;
use reqwest::{RequestBuilder, StatusCode};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Before the first repetition; doubles.
const PAUSE: Duration = Duration::from_millis(200);
/// A system may ask for a longer pause by `Retry-After`; a customer waits, so after a longer one than this nobody asks again.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// The header that carries the key of a request, where the system names no other.
const REPEAT_KEY: &str = "Idempotency-Key";

/// The connector for `integrations.yaml`.
#[derive(Debug)]
pub struct Http {
    pub(super) clients: Clients,
    pub(super) secrets: Secrets,
    tokens: Tokens,
    breakers: Breakers,
    cache: Cache,
}

/// One request of a flow, on its way.
struct Job<'a> {
    request: &'a Request,
    ready: &'a Ready,
    /// The system, as tokens and rests are kept by it.
    system: String,
}

impl Http {
    /// `secrets` are values for names of the environment that are not set there.
    ///
    /// # Errors
    /// The TLS library does not start.
    pub fn new(secrets: BTreeMap<String, String>) -> Result<Self, reqwest::Error> {
        Self::with_names(secrets, Arc::new(SystemNames))
    }

    /// The same, with another way to look names up.
    ///
    /// # Errors
    /// The TLS library does not start.
    pub fn with_names(secrets: BTreeMap<String, String>, names: Arc<dyn Names>) -> Result<Self, reqwest::Error> {
        Ok(Self {
            clients: Clients::new(names)?,
            secrets: Secrets(secrets),
            tokens: Tokens::default(),
            breakers: Breakers::default(),
            cache: Cache::default(),
        })
    }

    /// All pages of an answer.
    async fn answer(&self, job: &Job<'_>) -> Result<Answer, Trouble> {
        let first = self.with_patience(job, &job.ready.url).await?;
        let Reply { outcome, mut fields, mut next } = first;
        let more = job.ready.pages.as_ref().map_or(0, |pages| pages.at_most.saturating_sub(1));
        for _ in 0..more {
            let Some(address) = next.take() else { break };
            let address = same_place(&job.ready.url, &address)?;
            let reply = self.with_patience(job, &address).await?;
            if reply.outcome != outcome {
                return Err(Trouble::Final(format!("a further page of its answer was `{}`", reply.outcome)));
            }
            join(&mut fields, reply.fields);
            next = reply.next;
        }
        Ok(Answer::Outcome { outcome, fields })
    }

    /// One page, asked for as often as that makes sense.
    async fn with_patience(&self, job: &Job<'_>, address: &str) -> Result<Reply, Trouble> {
        let mut pause = PAUSE;
        let retries = if job.request.secret { 0 } else { job.ready.retries };
        for left in (0..=retries).rev() {
            let trouble = match self.counted(job, address).await {
                Ok(reply) => return Ok(reply),
                Err(trouble) => trouble,
            };
            let Trouble::Passing { problem, pause: asked, undone } = trouble else { return Err(trouble) };
            if !undone && !job.ready.is_repeatable() {
                let why = "it was not asked again, since it may have been done all the same";
                return Err(Trouble::Final(format!("{problem}; {why}")));
            }
            if asked.is_some_and(|asked| asked > LONGEST_PAUSE) {
                let seconds = asked.unwrap_or_default().as_secs();
                return Err(Trouble::Final(format!("{problem} and wants to be left alone for {seconds} seconds")));
            }
            if left == 0 {
                return Err(Trouble::Final(problem));
            }
            tracing::info!(system = job.system, problem, "trying again");
            tokio::time::sleep(asked.unwrap_or_else(|| scattered(pause))).await;
            pause *= 2;
        }
        Err(Trouble::Final("no attempt was made".into()))
    }

    /// One attempt, unless the system rests.
    async fn counted(&self, job: &Job<'_>, address: &str) -> Result<Reply, Trouble> {
        let Some(rest) = job.ready.rest else { return self.attempt(job, address).await };
        if let Err(left) = self.breakers.ask(&job.system) {
            let seconds = left.as_secs();
            return Err(Trouble::Final(format!(
                "it failed too often in a row, and is asked again in {seconds} seconds"
            )));
        }
        let done = self.attempt(job, address).await;
        match &done {
            Err(Trouble::Passing { pause, .. }) => {
                let asked = pause.filter(|asked| *asked > LONGEST_PAUSE);
                self.breakers.failed(&job.system, rest, asked);
            }
            _ => self.breakers.answered(&job.system),
        }
        done
    }

    async fn attempt(&self, job: &Job<'_>, address: &str) -> Result<Reply, Trouble> {
        let mut fresh = false;
        loop {
            let (request, token) = self.build(job, address).await?;
            let response = request.send().await.map_err(|e| Trouble::from(&e))?;
            let refused = response.status() == StatusCode::UNAUTHORIZED;
            match token.filter(|_| refused && !fresh) {
                // A token may be taken back before its end; nothing was done with it.
                Some(token) => {
                    self.tokens.forget(&job.system, &token).await;
                    fresh = true;
                }
                None => return reply::read(response, job.ready, &job.request.bot).await,
            }
        }
    }

    /// The request, and the token that it carries.
    async fn build(&self, job: &Job<'_>, address: &str) -> Result<(RequestBuilder, Option<String>), Trouble> {
        let ready = job.ready;
        let client = self.clients.to(address, &ready.reach)?;
        let method = match ready.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Patch => reqwest::Method::PATCH,
            Method::Delete => reqwest::Method::DELETE,
        };
        let key = ready.repeat_key.as_deref().unwrap_or(REPEAT_KEY);
        let mut request = client.request(method, address).timeout(ready.timeout).header(key, &job.request.key);
        for (name, given) in &ready.headers {
            request = request.header(name, self.secrets.value(given)?);
        }
        request = match &ready.body {
            Some(Body::Json(body)) => request.json(body),
            Some(Body::Form(fields)) => {
                let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
                request.header("Content-Type", "application/x-www-form-urlencoded").body(form)
            }
            None => request,
        };
        let mut token = None;
        request = match &ready.auth {
            Auth::None => request,
            Auth::Bearer { secret } => request.bearer_auth(self.secrets.get(secret)?),
            Auth::Header { name, secret } => request.header(name, self.secrets.get(secret)?),
            Auth::Basic { user, secret } => request.basic_auth(user, Some(self.secrets.get(secret)?)),
            Auth::OAuth(auth) => {
                let own = self.tokens.get(&job.system, auth, &ready.reach, &self.clients, &self.secrets).await?;
                let request = request.bearer_auth(&own);
                token = Some(own);
                request
            }
        };
        Ok((request, token))
    }
}

/// A further page must stand where the first one does: no answer may send the bot elsewhere, with its token.
fn same_place(first: &str, next: &str) -> Result<String, Trouble> {
    let base = url::Url::parse(first).map_err(|e| Trouble::Final(format!("{first} is no web address: {e}")))?;
    let next = base.join(next).map_err(|e| Trouble::Final(format!("its next page has no usable address: {e}")))?;
    if next.origin() == base.origin() {
        return Ok(next.into());
    }
    Err(Trouble::Final("its next page is said to be on another server, which is not asked".into()))
}

/// Up to half as long again: not all chats knock at the same moment.
fn scattered(pause: Duration) -> Duration {
    let mut byte = [0_u8];
    let part = getrandom::fill(&mut byte).map_or(0, |()| u32::from(byte[0]));
    pause + pause * part / 512
}

/// An address with a secret in it must not get into the journal by way of a message.
fn failed(name: &str, problem: &str, request: &Request) -> Answer {
    let problem = if request.secret { "no usable answer came (what is secret is not shown)" } else { problem };
    Answer::Failed { problem: format!("{name}: {problem}") }
}

#[async_trait]
impl Connector for Http {
    fn secret(&self, name: &str) -> Option<String> {
        self.secrets.get(name).ok()
    }

    async fn deliver(&self, parcel: Parcel) -> Result<(), Undelivered> {
        self.send(parcel).await
    }

    async fn call(&self, request: Request) -> Answer {
        let name = format!("{}.{}", request.system, request.action);
        let ready = match request.bot.integrations.request(&request.system, &request.action, &request.args) {
            Ok(ready) => ready,
            Err(problem) => return failed(&name, &problem.to_string(), &request),
        };
        let system = format!("{}/{}", request.bot.id, request.system);
        let cache = ready.cache.filter(|_| !request.secret);
        let key = cache.map(|_| format!("{system}/{}/{} {:?}", request.bot.hash, ready.url, ready.headers));
        if let Some(answer) = key.as_ref().and_then(|key| self.cache.get(key)) {
            return answer;
        }
        match self.answer(&Job { request: &request, ready: &ready, system }).await {
            Ok(answer) => {
                let worked = matches!(&answer, Answer::Outcome { outcome, .. } if ready.outcomes.first().is_some_and(|o| o.name == *outcome));
                if let Some((key, length)) = key.zip(cache).filter(|_| worked) {
                    self.cache.keep(key, answer.clone(), length);
                }
                answer
            }
            Err(Trouble::Passing { problem, .. } | Trouble::Final(problem)) => failed(&name, &problem, &request),
        }
    }
}
