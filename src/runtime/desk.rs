//! Who of the agents is there.
use crate::id::AgentId;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Clone, Debug, Default)]
pub struct Desk {
    /// Open inboxes by agent.
    present: Arc<Mutex<BTreeMap<AgentId, usize>>>,
}

/// An agent is present while one of these lives.
#[derive(Debug)]
pub struct Present {
    desk: Desk,
    agent: AgentId,
}

impl Desk {
    pub fn enter(&self, agent: AgentId) -> Present {
        *self.lock().entry(agent).or_default() += 1;
        Present { desk: self.clone(), agent }
    }

    /// Whether anybody has an inbox open.
    pub fn anybody(&self) -> bool {
        !self.lock().is_empty()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<AgentId, usize>> {
        self.present.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        let mut present = self.desk.lock();
        if let Some(count) = present.get_mut(&self.agent) {
            *count -= 1;
            if *count == 0 {
                present.remove(&self.agent);
            }
        }
    }
}
