//! Why an attempt led to no answer, in words for agents, and whether another one makes sense.
use super::names::PRIVATE;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::{Response, StatusCode, header};
use std::time::Duration;

#[derive(Debug)]
pub enum Trouble {
    /// Worth another attempt, after the pause that the system asked for.
    Passing {
        problem: String,
        pause: Option<Duration>,
        /// It cannot have been carried out, so that sending it again cannot do it twice.
        undone: bool,
    },
    Final(String),
}

impl Trouble {
    pub fn private() -> Self {
        let help = "write `allow private addresses: yes` under the system in integrations.yaml if that is meant, or name its \
                    address there";
        Self::Final(format!("this {PRIVATE}: {help}"))
    }

    /// Another status than those that mean something.
    pub fn status(response: &Response, known: &[u16]) -> Self {
        let status = response.status();
        let limited = status == StatusCode::TOO_MANY_REQUESTS;
        if status.is_server_error() || limited {
            let problem = format!("it answered {status}");
            return Self::Passing { problem, pause: asked_pause(response), undone: limited };
        }
        if status.is_redirection() {
            let problem = format!("it answered {status}, which leads elsewhere; only the address in `base` is asked");
            return Self::Final(problem);
        }
        let known: Vec<String> = known.iter().map(u16::to_string).collect();
        Self::Final(format!("it answered {status}, and `outcomes` names only {}", known.join(", ")))
    }
}

impl From<&reqwest::Error> for Trouble {
    fn from(e: &reqwest::Error) -> Self {
        let mut words = Vec::new();
        let mut source: Option<&dyn std::error::Error> = std::error::Error::source(e);
        while let Some(inner) = source {
            words.push(inner.to_string());
            source = inner.source();
        }
        if words.iter().any(|w| w.contains(PRIVATE)) {
            return Self::private();
        }
        let last = words.pop().unwrap_or_else(|| "no more is known".into());
        // A header or an address that cannot be sent stays so.
        if e.is_builder() {
            return Self::Final(format!("the request cannot be sent: {last}"));
        }
        let problem = if e.is_timeout() {
            "it took too long to answer".to_owned()
        } else if e.is_connect() {
            format!("it could not be reached: {last}")
        } else {
            format!("its answer broke off: {last}")
        };
        Self::Passing { problem, pause: None, undone: e.is_connect() }
    }
}

/// `Retry-After`, in seconds or as a moment.
pub fn asked_pause(response: &Response) -> Option<Duration> {
    let text = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = rfc2822::parse(text).ok()?.timestamp();
    Duration::try_from(until.duration_since(Timestamp::now())).ok()
}
