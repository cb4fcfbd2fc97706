//! Which chats are live, and their mailboxes. The map stays in here: no guard of it crosses an await.
use super::Inner;
use super::actor::{Actor, Mail, Receipt, Work};
use super::meter::{Stage, timed};
use super::refusal::Refusal;
use crate::id::SessionId;
use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::{mpsc, oneshot};

/// Times that a mailbox may close right before it is written to.
const ATTEMPTS: usize = 8;

#[derive(Debug, Default)]
pub struct Registry {
    live: DashMap<SessionId, mpsc::Sender<Mail>>,
}

impl Registry {
    /// How many chats are in memory.
    pub fn len(&self) -> usize {
        self.live.len()
    }

    /// Gives work to a chat, waking it where it sleeps, and waits until it is done.
    pub async fn give(&self, inner: &Arc<Inner>, id: SessionId, work: Work) -> Result<Receipt, Refusal> {
        let mut work = work;
        for _ in 0..ATTEMPTS {
            let (reply, answer) = oneshot::channel();
            let mailbox = self.mailbox(inner, id).ok_or(Refusal::Busy)?;
            match mailbox.try_send(Mail { work, reply, since: Instant::now() }) {
                Ok(()) => return answer.await.unwrap_or(Err(Refusal::Busy)),
                Err(mpsc::error::TrySendError::Full(_)) => return Err(Refusal::Busy),
                Err(mpsc::error::TrySendError::Closed(mail)) => {
                    work = mail.work;
                    self.forget(id, &mailbox);
                    tokio::task::yield_now().await;
                }
            }
        }
        Err(Refusal::Busy)
    }

    /// `None` where there are too many chats in memory to wake one more.
    fn mailbox(&self, inner: &Arc<Inner>, id: SessionId) -> Option<mpsc::Sender<Mail>> {
        if let Some(live) = self.live.get(&id) {
            return Some(live.clone());
        }
        if self.live.len() >= inner.limits.live {
            tracing::warn!(live = self.live.len(), "too many chats at once");
            return None;
        }
        match self.live.entry(id) {
            Entry::Occupied(live) => Some(live.get().clone()),
            Entry::Vacant(vacant) => {
                let (tx, rx) = mpsc::channel(inner.limits.mailbox);
                vacant.insert(tx.clone());
                inner.tasks.spawn(life(inner.clone(), id, rx));
                Some(tx)
            }
        }
    }

    fn forget(&self, id: SessionId, mailbox: &mpsc::Sender<Mail>) {
        self.live.remove_if(&id, |_, current| current.same_channel(mailbox));
    }

    fn forget_closed(&self, id: SessionId) {
        self.live.remove_if(&id, |_, current| current.is_closed());
    }
}

/// From waking to sleeping. The mailbox is closed before the last look into it: nothing that was accepted is lost.
async fn life(inner: Arc<Inner>, id: SessionId, rx: mpsc::Receiver<Mail>) {
    // Dropped in this order, also by a panic: first the mailbox is closed, then forgotten.
    let leaves = Leaves { inner: inner.clone(), id };
    let mut rx = rx;
    match timed(&inner.meter, Stage::Wake, Actor::wake(inner.clone(), id)).await {
        Ok(mut actor) => {
            lives(&mut actor, &mut rx).await;
            rx.close();
            while let Some(mail) = rx.recv().await {
                actor.one(mail).await;
            }
            if !actor.erased {
                actor.park().await;
            }
        }
        Err(refusal) => {
            rx.close();
            while let Some(mail) = rx.recv().await {
                let _ = mail.reply.send(Err(refusal.clone()));
            }
        }
    }
    drop(rx);
    drop(leaves);
}

/// Work by work, until there is none for a while or the process ends. What is not known of the last turn is asked meanwhile.
async fn lives(actor: &mut Actor, rx: &mut mpsc::Receiver<Mail>) {
    let (idle, stopping) = (actor.inner.limits.idle, actor.inner.stopping.clone());
    loop {
        let patience = actor.doubts().unwrap_or(idle);
        let next = tokio::select! {
            next = tokio::time::timeout(patience, rx.recv()) => next,
            () = stopping.cancelled() => return,
        };
        match next {
            Ok(Some(mail)) => {
                actor.one(mail).await;
                if actor.erased {
                    return;
                }
            }
            Ok(None) => return,
            Err(_) if actor.doubts().is_some() => {
                actor.settle().await;
            }
            Err(_) => return,
        }
    }
}

/// Takes a chat that ended off the list, however it ended.
struct Leaves {
    inner: Arc<Inner>,
    id: SessionId,
}

impl Drop for Leaves {
    fn drop(&mut self) {
        self.inner.registry.forget_closed(self.id);
        self.inner.seen.forget(self.id);
    }
}
