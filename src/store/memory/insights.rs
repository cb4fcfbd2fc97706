//! Visits in memory: measured when they are asked for.
use super::Memory;
use crate::id::SessionId;
use crate::runtime::insights::{Insights, Range, Visit, visits};
use crate::runtime::ports::Stored;
use async_trait::async_trait;

#[async_trait]
impl Insights for Memory {
    async fn visits(&self, range: Range, limit: usize) -> Stored<Vec<Visit>> {
        let state = self.state();
        let chats = state.chats.iter().flat_map(|(id, chat)| visits(*id, &chat.row.bot, &chat.events));
        let mut found: Vec<Visit> = chats.filter(|v| range.holds(v)).collect();
        found.sort_by_key(|v| (v.began, v.session, v.first));
        found.truncate(limit);
        Ok(found)
    }

    async fn visit(&self, session: SessionId) -> Stored<Option<Visit>> {
        let state = self.state();
        Ok(state.chats.get(&session).and_then(|chat| visits(session, &chat.row.bot, &chat.events).pop()))
    }
}
