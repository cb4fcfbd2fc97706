//! Web pages that are read once, for a person who asked for them: bounded in time and size, by the same rules as other systems.
use super::clients::Clients;
use super::names::SystemNames;
use super::reply;
use super::trouble::Trouble;
use crate::bot::integrations::Reach;
use std::sync::Arc;
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(20);
/// More than any page of text.
const LARGEST: usize = 8 << 20;
/// From `http` to `https`, from one spelling of an address to another.
const REDIRECTS: usize = 4;

#[derive(Debug)]
pub struct Pages {
    clients: Clients,
    reach: Reach,
}

impl Pages {
    /// # Errors
    /// The TLS library does not start.
    pub fn new(private: bool) -> Result<Self, reqwest::Error> {
        let reach = if private { Reach::Private } else { Reach::Public };
        Ok(Self { clients: Clients::new(Arc::new(SystemNames))?, reach })
    }

    /// The text of a page.
    ///
    /// # Errors
    /// Why there is none, in plain words.
    pub async fn get(&self, address: &str) -> Result<String, String> {
        let mut address = address.to_owned();
        for _ in 0..=REDIRECTS {
            match self.once(&address).await.map_err(|trouble| words(&address, trouble))? {
                Ok(text) => return Ok(text),
                Err(next) => address = next,
            }
        }
        Err("the page leads elsewhere again and again".into())
    }

    /// The page, or where it has gone; each place is judged like the first.
    async fn once(&self, address: &str) -> Result<Result<String, String>, Trouble> {
        let client = self.clients.to(address, &self.reach)?;
        let request = client.get(address).timeout(TIMEOUT).header("Accept", "text/html, text/plain, text/markdown");
        let mut response = request.send().await.map_err(|e| Trouble::from(&e))?;
        let status = response.status();
        if status.is_redirection() {
            let to = response.headers().get("location").and_then(|l| l.to_str().ok());
            let next = url::Url::parse(address).ok().zip(to).and_then(|(base, to)| base.join(to).ok());
            return next.map(|next| Err(next.into())).ok_or_else(|| Trouble::Final("it leads nowhere".into()));
        }
        if !status.is_success() {
            return Err(Trouble::Final(format!("it answered {status}")));
        }
        let kind =
            response.headers().get("content-type").and_then(|c| c.to_str().ok()).unwrap_or("text/html").to_owned();
        if !kind.starts_with("text/") && !kind.contains("html") {
            return Err(Trouble::Final(format!("it is no page of text but {kind}; save it, and import the file")));
        }
        let bytes = reply::bytes(&mut response, LARGEST).await?;
        Ok(Ok(String::from_utf8_lossy(&bytes).into_owned()))
    }
}

fn words(address: &str, trouble: Trouble) -> String {
    let (Trouble::Passing { problem, .. } | Trouble::Final(problem)) = trouble;
    if problem.contains("allow private addresses") {
        return format!("{address} is in your own network: write `--allow-private-addresses` if that is meant");
    }
    problem
}
