//! The shop's system: answers after a while, and remembers every key that it was asked with.
use rapport::engine::Answer;
use rapport::runtime::ports::{Connector, Request};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

#[derive(Debug, Default)]
pub struct Shop {
    asked: Mutex<BTreeMap<String, u32>>,
}

impl Shop {
    pub fn was_asked(&self, key: String) {
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default() += 1;
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
