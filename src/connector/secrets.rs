//! Secrets by the names that `integrations.yaml` gives them: out of the environment, and nowhere else in a product.
use super::trouble::Trouble;
use crate::bot::integrations::Given;
use std::collections::BTreeMap;

/// Values for names that are not set in the environment, as the demo has them.
pub struct Secrets(pub BTreeMap<String, String>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Secrets").field(&self.0.keys()).finish()
    }
}

impl Secrets {
    pub fn get(&self, name: &str) -> Result<String, Trouble> {
        let found = std::env::var(name).ok().or_else(|| self.0.get(name).cloned());
        found.filter(|s| !s.is_empty()).ok_or_else(|| {
            let problem = "set the environment variable";
            Trouble::Final(format!("the secret {name} is not set: {problem} {name} where rapport is started"))
        })
    }

    /// What is written, or the secret that it names.
    pub fn value(&self, given: &Given) -> Result<String, Trouble> {
        match given {
            Given::Text(text) => Ok(text.clone()),
            Given::Secret(name) => self.get(name),
        }
    }
}
