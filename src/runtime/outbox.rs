//! What happens after a turn is kept: requests to other systems, queues, timers. At least once, with a stable key.
use super::Inner;
use super::actor::Work;
use super::ports::{Pending, Request};
use super::refusal::Refusal;
use crate::engine::{Answer, Effect, Input};
use crate::id::SessionId;
use crate::time::Millis;
use std::sync::Arc;
use std::time::Duration;

/// The longest sleep between two looks at the timers.
const LOOK: Duration = Duration::from_secs(30);
/// A chat that is busy gets its answer a little later.
const AGAIN: Duration = Duration::from_millis(500);

impl Inner {
    /// Carries out the effects of a turn that is kept.
    pub(super) fn carry_out(self: Arc<Self>, _session: SessionId, effects: &[Effect], outbox: Vec<Pending>) {
        if effects.iter().any(|e| matches!(e, Effect::SetTimer { .. })) {
            self.timers.notify_one();
        }
        for pending in outbox {
            self.tasks.spawn(self.clone().one(pending));
        }
    }

    /// One effect, until its answer is kept.
    pub(super) async fn one(self: Arc<Self>, pending: Pending) {
        let input = match &pending.effect {
            Effect::Call { call, system, action, args } => {
                let answer = tokio::select! {
                    answer = self.request(&pending, system, action, args) => answer,
                    () = self.stopping.cancelled() => return,
                };
                Input::CallAnswered { call: *call, answer }
            }
            Effect::Queue { .. } if self.desk.anybody() => {
                // An agent sees it in the list: nothing is left to do.
                if let Err(problem) = self.store.finish(&pending).await {
                    tracing::error!(%problem, "an effect could not be ticked off; it will be looked at again");
                }
                return;
            }
            Effect::Queue { .. } => Input::NobodyAvailable,
            Effect::SetTimer { .. } | Effect::CancelTimer { .. } => return,
        };
        let finished = Some((pending.seq, pending.n));
        loop {
            let work = Work::Input { input: input.clone(), finished };
            match self.registry.give(&self, pending.session, work).await {
                Err(Refusal::Busy) if !self.stopping.is_cancelled() => tokio::time::sleep(AGAIN).await,
                _ => return,
            }
        }
    }

    async fn request(
        &self,
        pending: &Pending,
        system: &str,
        action: &str,
        args: &serde_json::Map<String, serde_json::Value>,
    ) -> Answer {
        let bot = match self.store.load(pending.session).await {
            Ok(Some(loaded)) => self.bots.get(&loaded.session.bot).cloned(),
            Ok(None) => None,
            Err(problem) => return Answer::Failed { problem: problem.to_string() },
        };
        let Some(bot) = bot else {
            return Answer::Failed { problem: "the bot of this chat is not there any more".into() };
        };
        let (system, action, key) = (system.to_owned(), action.to_owned(), pending.key());
        let request = Request { bot, system, action, args: args.clone(), key };
        let connector = self.connector.clone();
        // In a task of its own: a connector that panics fails its call and nothing else.
        let call = tokio::spawn(async move { connector.call(request).await });
        call.await.unwrap_or_else(|e| Answer::Failed { problem: format!("the request broke off: {e}") })
    }

    /// Fires timers as they come due; survives restarts, since they are in the store.
    pub(super) async fn timers(self: Arc<Self>) {
        loop {
            let sleep = self.fire().await;
            tokio::select! {
                () = tokio::time::sleep(sleep) => {}
                () = self.timers.notified() => {}
                () = self.stopping.cancelled() => return,
            }
        }
    }

    /// Fires what is due; how long nothing will be.
    async fn fire(self: &Arc<Self>) -> Duration {
        let now = self.clock.now();
        let due = match self.store.due(now).await {
            Ok(found) => found,
            Err(problem) => {
                tracing::error!(%problem, "timers could not be read");
                return AGAIN;
            }
        };
        for (session, timer) in due.now {
            let work = Work::Input { input: Input::TimerFired { timer: timer.clone() }, finished: None };
            match self.registry.give(self, session, work).await {
                Err(Refusal::UnknownSession | Refusal::UnknownBot) => drop(self.store.drop_timer(session, timer).await),
                Err(_) => return AGAIN,
                Ok(_) => {}
            }
        }
        due.next.map_or(LOOK, |at: Millis| (at - now).clamp(Duration::from_millis(5), LOOK))
    }
}
