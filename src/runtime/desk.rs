//! Who of the agents is there, and the queues in front of them.
use super::Inner;
use super::ports::Notice;
use crate::id::AgentId;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// Changes of a queue within this time are told together.
const TOGETHER: Duration = Duration::from_millis(200);
/// Those further back hear of their place when they come nearer.
const TOLD: usize = 100;

#[derive(Clone, Debug, Default)]
pub struct Desk {
    /// Open inboxes by agent.
    present: Arc<Mutex<BTreeMap<AgentId, usize>>>,
    /// Teams whose queues changed.
    changed: Arc<Mutex<BTreeSet<String>>>,
    news: Arc<Notify>,
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

    /// A chat came into a team's queue or left it.
    pub fn moved(&self, team: &str) {
        self.changed().insert(team.to_owned());
        self.news.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<AgentId, usize>> {
        self.present.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Lets those who wait know that their place in the queue may be another one.
    pub(super) async fn queues(self: Arc<Self>) {
        loop {
            tokio::select! {
                () = self.desk.news.notified() => {}
                () = self.stopping.cancelled() => return,
            }
            tokio::time::sleep(TOGETHER).await;
            let teams = std::mem::take(&mut *self.desk.changed());
            for team in teams {
                match self.store.queue(&team, TOLD).await {
                    Ok(waiting) => waiting.into_iter().for_each(|s| self.bus.publish(s, Notice::Events { upto: 0 })),
                    Err(problem) => tracing::warn!(%problem, team, "a queue could not be read"),
                }
            }
        }
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
