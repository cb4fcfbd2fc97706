//! `keep` in bot.yaml: chats and customers that nobody needs any more are erased, once a day.
use crate::bot::Bot;
use crate::runtime::people::Deed;
use crate::runtime::{Inner, Refusal, Runtime, actor};
use std::sync::Arc;
use std::time::Duration;

/// How often the rules are looked at: a server that slept through its hour comes to it a little later.
const LOOK: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);
/// Chats that are erased between two looks at whether the server ends.
const TOGETHER: usize = 100;

/// How much was erased.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    pub chats: usize,
    pub customers: usize,
}

impl Runtime {
    /// Erases now what the rules of `keep` do not keep.
    ///
    /// # Errors
    /// `Busy` where the store does not work; the rest is done the next time.
    pub async fn sweep(&self) -> Result<Swept, Refusal> {
        self.0.sweep().await
    }
}

impl Inner {
    /// Once a day until the end, for the first time at the start.
    pub(in crate::runtime) async fn keeps(self: Arc<Self>) {
        let mut next = self.clock.now();
        loop {
            let now = self.clock.now();
            if now >= next {
                next = now + DAY;
                if let Err(problem) = self.sweep().await {
                    tracing::error!(%problem, "old chats could not be erased; it is tried again in an hour");
                    next = now;
                }
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = self.stopping.cancelled() => return,
            }
        }
    }

    async fn sweep(self: &Arc<Self>) -> Result<Swept, Refusal> {
        let mut all = Swept::default();
        let bots: Vec<Arc<Bot>> = self.bots.values().cloned().collect();
        for bot in bots {
            let swept = self.sweep_one(&bot).await?;
            (all.chats, all.customers) = (all.chats + swept.chats, all.customers + swept.customers);
        }
        Ok(all)
    }

    async fn sweep_one(self: &Arc<Self>, bot: &Bot) -> Result<Swept, Refusal> {
        let (store, now) = (self.store.contacts(), self.clock.now());
        let mut swept = Swept::default();
        if let Some(keep) = bot.settings.keep_chats {
            let mut last = None;
            while !self.stopping.is_cancelled() {
                let old = store.old_chats(&bot.id, now.before(keep), TOGETHER).await.map_err(actor::busy)?;
                // What could not be erased would come again and again.
                if old.is_empty() || old.first() == last.as_ref() {
                    break;
                }
                last = old.first().copied();
                for session in old {
                    self.erase(session).await?;
                    swept.chats += 1;
                }
            }
        }
        if let Some(keep) = bot.settings.keep_customers {
            while !self.stopping.is_cancelled() {
                let old = store.old_contacts(&bot.id, now.before(keep), TOGETHER).await.map_err(actor::busy)?;
                if old.is_empty() {
                    break;
                }
                for contact in old {
                    self.erase_contact(contact).await?;
                    swept.customers += 1;
                }
            }
        }
        if swept != Swept::default() {
            let about = format!("{}: {} chats, {} customers", bot.id, swept.chats, swept.customers);
            let (name, what) = ("a rule of bot.yaml".to_owned(), "swept".to_owned());
            let deed = Deed { id: 0, at: now, who: None, name, what, about };
            self.store.people().record(deed).await.map_err(actor::busy)?;
        }
        Ok(swept)
    }
}
