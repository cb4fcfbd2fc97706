//! The shop's system: answers after a while, and remembers every key that it was asked with.
use super::store::Truth;
use super::trace::wrong;
use futures_util::FutureExt;
use rapport::engine::Answer;
use rapport::id::SessionId;
use rapport::runtime::ports::{Connector, Request, Store};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

#[derive(Default)]
pub struct Shop {
    asked: Mutex<BTreeMap<String, u32>>,
    /// Where the turns must be because of which it is asked.
    pub truth: OnceLock<&'static Truth>,
}

impl Shop {
    pub fn was_asked(&self, key: String) {
        if !self.is_kept(&key).unwrap_or(false) {
            wrong(format!("the shop is asked with {key} before the turn is kept"));
        }
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default() += 1;
    }

    /// Whether the journal reaches to the turn with this key: session, place and number.
    fn is_kept(&self, key: &str) -> Option<bool> {
        let (rest, _) = key.rsplit_once('-')?;
        let (session, seq) = rest.rsplit_once('-')?;
        let loading = self.truth.get()?.memory.load(SessionId::parse(session)?);
        let loaded = loading.now_or_never()?.ok()??;
        Some(loaded.session.seq >= seq.parse().ok()?)
    }

    /// How often it was asked, by key.
    pub fn asked(&self) -> BTreeMap<String, u32> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait::async_trait]
impl Connector for &'static Shop {
    async fn call(&self, request: Request) -> Answer {
        self.was_asked(request.key);
        tokio::time::sleep(Duration::from_millis(rand::random_range(20..2_500))).await;
        let fields = json!({ "item": "lamp" }).as_object().cloned().unwrap_or_default();
        Answer::Outcome { outcome: "found".into(), fields }
    }
}
