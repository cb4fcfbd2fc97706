//! Fires timers as they come due; they survive restarts, since they are in the store.
use super::Inner;
use super::actor::Work;
use super::ports::Stored;
use super::refusal::Refusal;
use crate::engine::{Input, Timer};
use crate::fault;
use crate::id::SessionId;
use crate::time::Millis;
use futures_util::{StreamExt, stream};
use std::sync::Arc;
use std::time::Duration;

/// The longest sleep between two looks.
const LOOK: Duration = Duration::from_secs(30);
/// The shortest, so that very many timers at once leave room for the chats.
const PACE: Duration = Duration::from_millis(5);
/// A store that does not answer is asked again after this.
const AGAIN: Duration = Duration::from_millis(500);
/// Who took a timer and fires it has this long; then it is free again for everybody.
const HELD: Duration = Duration::from_secs(60);
/// Timers that are fired at the same time: their turns share commits, and chats that customers write in are not behind them all.
const AT_ONCE: usize = 32;
/// A chat that could not take its timer must not stand in the way of the others.
const LATER: Duration = Duration::from_secs(30);
/// The bot of a chat is gone, or the chat cannot be read; it may come back with the next start.
const MUCH_LATER: Duration = Duration::from_secs(3600);

impl Inner {
    pub(super) async fn timers(self: Arc<Self>) {
        loop {
            let sleep = self.fire().await.unwrap_or_else(|problem| {
                tracing::error!(%problem, "timers could not be looked at");
                AGAIN
            });
            tokio::select! {
                () = tokio::time::sleep(sleep) => {}
                () = self.timers.notified() => {}
                () = self.stopping.cancelled() => return,
            }
        }
    }

    /// There may be timers that come sooner than all others.
    pub(super) fn wake_timers(&self) {
        self.timers.notify_one();
    }

    /// Fires what is due; how long nothing will be.
    async fn fire(self: &Arc<Self>) -> Stored<Duration> {
        let now = self.clock.now();
        let due = self.store.claim(now, now + HELD).await?;
        let all = stream::iter(due.now)
            .take_until(self.stopping.cancelled())
            .map(|(session, timer)| self.fire_one(session, timer, now))
            .buffer_unordered(AT_ONCE);
        let mut all = std::pin::pin!(all);
        let mut result = Ok(());
        while let Some(fired) = all.next().await {
            result = result.and(fired);
        }
        result?;
        Ok(due.next.map_or(LOOK, |at| (at - now).clamp(PACE, LOOK)))
    }

    async fn fire_one(self: &Arc<Self>, session: SessionId, timer: Timer, now: Millis) -> Stored<()> {
        fault::point("timers:claimed");
        let work = Work::Input { input: Input::TimerFired { timer: timer.clone() }, finished: None };
        match self.registry.give(self, session, work).await {
            Ok(_) => Ok(()),
            Err(Refusal::UnknownSession) => self.store.drop_timer(session, timer, now).await,
            Err(refusal) => {
                let wait = if matches!(refusal, Refusal::UnknownBot | Refusal::Damaged) { MUCH_LATER } else { LATER };
                tracing::warn!(%session, timer = timer.key(), problem = %refusal, "a timer waits");
                self.store.postpone(session, timer, now, now + wait).await
            }
        }
    }
}
