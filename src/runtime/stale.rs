//! Replies that were written on an older state of the chat: whoever wrote one is told what came meanwhile, and sends it again or not.
use super::actor::{Actor, Receipt, busy};
use super::{PAGE, Refusal};
use crate::engine::{Event, Input, Speaker, What};
use crate::id::AgentId;

impl Actor {
    /// A reply by somebody who has seen the chat up to a place.
    pub(super) async fn reply(&mut self, input: Input, seen: u64) -> Result<Receipt, Refusal> {
        // One that has arrived before is not judged anew by what was said after it.
        if let Some(receipt) = self.heard(&input).await? {
            return Ok(receipt);
        }
        if let Input::AgentSaid { agent, .. } = &input
            && self.is_stale(*agent, seen).await?
        {
            return Err(Refusal::Stale);
        }
        self.input(input, None).await
    }

    /// Whether the customer or a colleague said something after that place.
    async fn is_stale(&self, agent: AgentId, seen: u64) -> Result<bool, Refusal> {
        if self.session.seq <= seen {
            return Ok(false);
        }
        let by_others = |e: &Event| match &e.what {
            What::Message { from: Speaker::Customer, .. } => true,
            What::Message { from: Speaker::Agent { id, .. }, .. } => *id != agent,
            _ => false,
        };
        let since = self.inner.store.events(self.session.id, seen, PAGE).await.map_err(busy)?;
        // So far behind that it does not fit on a page: certainly not seen.
        Ok(since.len() >= PAGE || since.iter().any(by_others))
    }
}
