//! Mentions in memory.
use super::Memory;
use crate::id::{AgentId, SessionId};
use crate::runtime::mentions::{Mention, Mentions};
use crate::runtime::ports::Stored;
use async_trait::async_trait;
use std::cmp::Reverse;

#[async_trait]
impl Mentions for Memory {
    async fn mention(&self, whom: Vec<AgentId>, mention: Mention) -> Stored<()> {
        let mut state = self.state();
        if state.chats.get(&mention.session).is_some_and(|c| !c.is_erased()) {
            let all = whom.into_iter().map(|who| ((who, mention.session, mention.seq), mention.clone()));
            state.mentions.extend(all);
        }
        Ok(())
    }

    async fn mentions(&self, who: AgentId, limit: usize) -> Stored<Vec<Mention>> {
        let state = self.state();
        let own = state.mentions.iter().filter(|((agent, ..), _)| *agent == who).map(|(_, m)| m);
        let named =
            |m: &Mention| state.chats.get(&m.session).map(|c| Mention { chat: c.row.name.clone(), ..m.clone() });
        let mut own: Vec<Mention> = own.filter_map(named).collect();
        own.sort_by_key(|m| (Reverse(m.at), m.session, Reverse(m.seq)));
        own.truncate(limit);
        Ok(own)
    }

    async fn mention_read(&self, who: AgentId, session: SessionId) -> Stored<bool> {
        let all = &mut self.state().mentions;
        let before = all.len();
        all.retain(|(agent, chat, _), _| (*agent, *chat) != (who, session));
        Ok(all.len() < before)
    }
}
