//! The post: one task for each receiver takes what is due, sends it, and puts off what did not arrive. At least once, with the
//! same id; of one chat in order.
use super::letter;
use super::{Delivery, Name, Parcel, Receiver, Undelivered};
use crate::bot::Bot;
use crate::bot::settings::Webhook;
use crate::engine::Event;
use crate::fault;
use crate::runtime::Inner;
use crate::runtime::ports::Stored;
use crate::time::Millis;
use futures_util::future::join_all;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// Before each further attempt. After the last one a delivery is given up: a good three days after the first.
const PAUSES: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 3600),
    Duration::from_secs(5 * 3600),
    Duration::from_secs(10 * 3600),
    Duration::from_secs(14 * 3600),
    Duration::from_secs(20 * 3600),
    Duration::from_secs(24 * 3600),
];
/// A receiver may ask for a rest, for no longer than this.
const LONGEST_REST: Duration = Duration::from_secs(3600);
/// Deliveries to one receiver that are under way at a time.
const AT_ONCE: usize = 8;
/// The longest sleep between two looks: what another process or the command line made due is found then.
const LOOK: Duration = Duration::from_secs(30);
const PACE: Duration = Duration::from_millis(5);
/// A store that does not answer is asked again after this.
const AGAIN: Duration = Duration::from_secs(1);
/// Who sends something has it so much longer than the receiver may take; then it is free again.
const SLACK: Duration = Duration::from_secs(5);
/// As much of a problem is kept.
const PROBLEM: usize = 300;

/// How the tasks are woken.
#[derive(Debug, Default)]
pub struct Bells(Mutex<BTreeMap<Receiver, Arc<Notify>>>);

impl Inner {
    /// There may be something for the receivers of a bot. A receiver that nobody looks after yet gets its task.
    pub(in crate::runtime) fn wake_webhooks(self: &Arc<Self>, bot: &Bot) {
        let mut bells = self.bells.0.lock().unwrap_or_else(PoisonError::into_inner);
        for hook in bot.settings.webhooks.keys() {
            let receiver = Receiver { bot: bot.id.clone(), hook: hook.clone() };
            if let Some(bell) = bells.get(&receiver) {
                bell.notify_one();
                continue;
            }
            let bell = Arc::new(Notify::new());
            bells.insert(receiver.clone(), bell.clone());
            self.tasks.spawn(self.clone().post(receiver, bell));
        }
    }

    async fn post(self: Arc<Self>, receiver: Receiver, bell: Arc<Notify>) {
        let rounds = async {
            let mut rest = None;
            loop {
                let sleep = self.round(&receiver, &mut rest).await.unwrap_or_else(|problem| {
                    tracing::error!(hook = receiver.hook, %problem, "webhooks wait for the store");
                    AGAIN
                });
                let _ = tokio::time::timeout(sleep, bell.notified()).await;
            }
        };
        tokio::select! {
            () = rounds => {}
            () = self.stopping.cancelled() => {}
        }
    }

    /// Sends everything that is due, unless the receiver rests; how long nothing will be.
    async fn round(&self, receiver: &Receiver, rest: &mut Option<Millis>) -> Stored<Duration> {
        loop {
            let Some(bot) = self.bots.get(&receiver.bot).cloned() else { return Ok(LOOK) };
            let Some(webhook) = bot.settings.webhooks.get(&receiver.hook) else { return Ok(LOOK) };
            let now = self.clock.now();
            if let Some(until) = rest.filter(|until| *until > now) {
                return Ok((until - now).min(LOOK));
            }
            let until = now + webhook.timeout + SLACK;
            let taken = self.store.deliveries().take_deliveries(receiver, now, until, AT_ONCE).await?;
            if taken.now.is_empty() {
                return Ok(taken.next.map_or(LOOK, |at| (at - now).clamp(PACE, LOOK)));
            }
            let mut sent = Vec::new();
            for delivery in &taken.now {
                sent.push(self.send(webhook, delivery));
            }
            for one in join_all(sent).await {
                *rest = one?.map(|pause| self.clock.now() + pause.min(LONGEST_REST)).max(*rest);
            }
        }
    }

    /// One attempt; how long the receiver wants to be left alone.
    async fn send(&self, webhook: &Webhook, delivery: &Delivery) -> Stored<Option<Duration>> {
        let name = &delivery.name;
        let found = self.store.events(name.session, name.seq.saturating_sub(1), 1).await?;
        let body = found
            .first()
            .filter(|e| e.seq == name.seq)
            .and_then(|e: &Event| letter::body(&delivery.bot, name.session, e));
        // What was erased is told to nobody.
        let Some(body) = body else { return self.store.deliveries().delivered(name).await.map(|()| None) };
        let parcel = Parcel { webhook: webhook.clone(), id: name.id(), at: self.clock.now(), body };
        fault::point("webhooks:before-sending");
        let sent = self.connector.deliver(parcel).await;
        fault::point("webhooks:after-sending");
        match sent {
            Ok(()) => self.store.deliveries().delivered(name).await.map(|()| None),
            Err(undelivered) => self.not_arrived(delivery, undelivered).await,
        }
    }

    async fn not_arrived(&self, delivery: &Delivery, undelivered: Undelivered) -> Stored<Option<Duration>> {
        let Undelivered { problem, pause, gone } = undelivered;
        let problem: String = problem.chars().take(PROBLEM).collect();
        let Name { hook, .. } = &delivery.name;
        let tries = usize::try_from(delivery.tries).unwrap_or(usize::MAX);
        match PAUSES.get(tries).filter(|_| !gone) {
            Some(next) => {
                let until = self.clock.now() + scattered(*next).max(pause.unwrap_or_default().min(LONGEST_REST));
                tracing::info!(hook, id = delivery.name.id(), problem, "a webhook is sent again later");
                self.store.deliveries().put_off_delivery(&delivery.name, until, &problem).await?;
            }
            None => {
                tracing::warn!(hook, id = delivery.name.id(), problem, "a webhook is given up");
                self.store.deliveries().give_up_delivery(&delivery.name, &problem).await?;
            }
        }
        Ok(pause)
    }
}

/// Up to a fifth longer: what failed together does not come back together.
fn scattered(pause: Duration) -> Duration {
    let mut byte = [0_u8];
    let part = getrandom::fill(&mut byte).map_or(0, |()| u32::from(byte[0]));
    pause + pause * part / 1280
}
