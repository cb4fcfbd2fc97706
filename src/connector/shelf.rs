//! What rapport answers itself, before anything is sent anywhere: articles and products, by `bot/shelf.rs`.
use crate::bot::shelf;
use crate::engine::Answer;
use crate::runtime::ports::{Connector, Request};
use crate::runtime::webhooks::{Parcel, Undelivered};
use async_trait::async_trait;
use std::fmt;
use std::sync::Arc;

/// Answers built-in systems, and hands all others on.
pub struct Shelf(Arc<dyn Connector>);

impl Shelf {
    pub fn before(others: Arc<dyn Connector>) -> Self {
        Self(others)
    }
}

impl fmt::Debug for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shelf").finish_non_exhaustive()
    }
}

#[async_trait]
impl Connector for Shelf {
    fn secret(&self, name: &str) -> Option<String> {
        self.0.secret(name)
    }

    async fn deliver(&self, parcel: Parcel) -> Result<(), Undelivered> {
        self.0.deliver(parcel).await
    }

    async fn call(&self, request: Request) -> Answer {
        let own = request.bot.integrations.systems.get(&request.system).is_some_and(|system| system.own);
        if !own {
            return self.0.call(request).await;
        }
        let name = format!("{}.{}", request.system, request.action);
        // The first question of a bot makes its index, which takes a while with many articles.
        let search = move || shelf::answer(&request.bot, &request.system, &request.action, &request.args);
        match tokio::task::spawn_blocking(search).await {
            Ok(Some((outcome, fields))) => Answer::Outcome { outcome, fields },
            Ok(None) => Answer::Failed { problem: format!("{name}: there is nothing to search") },
            Err(_) => Answer::Failed { problem: format!("{name}: the search broke off") },
        }
    }
}
