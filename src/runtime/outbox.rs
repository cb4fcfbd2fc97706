//! What happens after a turn is kept: requests to other systems, and queues. At least once, with a stable key.
use super::Inner;
use super::actor::Work;
use super::ports::{Pending, Request};
use super::refusal::Refusal;
use crate::bot::Bot;
use crate::engine::{Answer, Effect, Input};
use crate::fault;
use futures_util::FutureExt;
use serde_json::{Map, Value};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A chat that is busy gets its answer a little later; doubles.
const AGAIN: Duration = Duration::from_millis(500);
const AGAIN_AT_MOST: Duration = Duration::from_secs(30);
/// What a connector may need for one attempt beyond the time that the author gives it: pauses, names, connections.
const SLACK: Duration = Duration::from_secs(10);

impl Inner {
    /// Carries out the effects of a turn that is kept.
    pub(super) fn carry_out(self: Arc<Self>, effects: &[Effect], outbox: Vec<Pending>) {
        if effects.iter().any(|e| matches!(e, Effect::SetTimer { .. })) {
            self.wake_timers();
        }
        for pending in outbox {
            self.tasks.spawn(self.clone().one(pending));
        }
    }

    /// One effect, until its answer is kept or the runtime ends; after the next start it is carried out again.
    pub(super) async fn one(self: Arc<Self>, pending: Pending) {
        let stopping = self.stopping.clone();
        tokio::select! {
            () = self.carried_out(&pending) => {}
            () = stopping.cancelled() => {}
        }
    }

    async fn carried_out(self: &Arc<Self>, pending: &Pending) {
        let input = match &pending.effect {
            Effect::Call { call, system, action, args, .. } => {
                fault::point("outbox:before-the-call");
                let Some(answer) = self.request(pending, system, action, args).await else { return };
                fault::point("outbox:after-the-call");
                Input::CallAnswered { call: *call, answer }
            }
            // An agent sees it in the list: nothing is left to do.
            Effect::Queue { team, .. } if self.desk.somebody(team) => return self.ticked_off(pending).await,
            Effect::Queue { .. } => Input::NobodyAvailable,
            Effect::SetTimer { .. } | Effect::CancelTimer { .. } => return,
        };
        let mut pauses = pauses();
        loop {
            // What was never stored is not ticked off.
            let finished = (!pending.is_secret()).then_some((pending.seq, pending.n));
            let work = Work::Input { input: input.clone(), finished };
            match self.registry.give(self, pending.session, work).await {
                Err(Refusal::Busy) => pauses.pause().await,
                Err(Refusal::UnknownSession) => return self.ticked_off(pending).await,
                // A bot that is gone may come back, a chat that cannot be read may be mended: the effect stays for the next start.
                Err(problem) => {
                    return tracing::warn!(session = %pending.session, %problem, "an effect stays undone");
                }
                Ok(_) => return,
            }
        }
    }

    /// Where the store is away this goes on until it is back; otherwise the effect would wait for the next start.
    async fn ticked_off(&self, pending: &Pending) {
        let mut pauses = pauses();
        while let Err(problem) = self.store.finish(pending).await {
            tracing::error!(%problem, "an effect could not be ticked off yet");
            pauses.pause().await;
        }
    }

    /// Asks the other system. `None` where there is nothing to ask for any more.
    async fn request(
        &self,
        pending: &Pending,
        system: &str,
        action: &str,
        args: &Map<String, Value>,
    ) -> Option<Answer> {
        let failed = |problem: String| Some(Answer::Failed { problem: format!("{system}.{action}: {problem}") });
        let bot = self.bot_of(pending).await?;
        let limit = deadline(&bot, system, action);
        let _place = self.calls.acquire().await.ok()?;
        let request = Request {
            bot,
            system: system.to_owned(),
            action: action.to_owned(),
            args: args.clone(),
            key: pending.key(),
            secret: pending.is_secret(),
        };
        let since = Instant::now();
        // A connector that panics or hangs must not leave the customer waiting for ever.
        let call = AssertUnwindSafe(self.connector.call(request)).catch_unwind();
        let answer = match tokio::time::timeout(limit, call).await {
            Ok(Ok(answer)) => Some(answer),
            Ok(Err(_)) => failed("the connector broke off".into()),
            Err(_) => failed(format!("it did not answer within {} seconds", limit.as_secs())),
        };
        let outcome = match &answer {
            Some(Answer::Outcome { outcome, .. }) => outcome,
            _ => "failed",
        };
        self.meter.called(system, action, outcome, since);
        answer
    }

    /// The bot of the chat. A store that does not answer is no answer of the other system: it is asked again.
    async fn bot_of(&self, pending: &Pending) -> Option<Arc<Bot>> {
        let mut pauses = pauses();
        loop {
            match self.store.load(pending.session).await {
                Ok(Some(loaded)) => return self.bots.get(&loaded.session.bot).cloned(),
                Ok(None) => {
                    self.ticked_off(pending).await;
                    return None;
                }
                Err(problem) => tracing::error!(%problem, "a request waits for the store"),
            }
            pauses.pause().await;
        }
    }
}

/// All attempts of an action, with their pauses.
fn deadline(bot: &Bot, system: &str, action: &str) -> Duration {
    let found = bot.integrations.systems.get(system).and_then(|s| s.actions.get(action));
    found.map_or(SLACK, |a| a.patience(SLACK))
}

/// Longer and longer pauses.
struct Pauses(Duration);

fn pauses() -> Pauses {
    Pauses(AGAIN)
}

impl Pauses {
    async fn pause(&mut self) {
        tokio::time::sleep(self.0).await;
        self.0 = (self.0 * 2).min(AGAIN_AT_MOST);
    }
}
