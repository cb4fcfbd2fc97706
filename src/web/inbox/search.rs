//! Search from the inbox: chats by what was said in them.
use super::socket::Inbox;
use crate::web::wire::Step;
use serde_json::{Value, json};

/// More are not read; another word narrows it down.
const MOST: usize = 40;

impl Inbox {
    pub(super) async fn search(&mut self, id: Value, text: &str) -> Step {
        match self.app.runtime.store().search().search(text, MOST).await {
            Ok(hits) => self.wire.send(json!({ "t": "found", "id": id, "hits": hits })).await,
            Err(problem) => {
                tracing::error!(%problem, "a search did not work");
                let message = "The search does not work right now. Try again in a moment.";
                self.wire.send(json!({ "t": "refused", "id": id, "code": "busy", "message": message })).await
            }
        }
    }
}
