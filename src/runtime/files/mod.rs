//! Photos and files that customers send: what is let in, under which name, and where it is kept. Every way in comes through here.
mod name;
mod sniff;

pub use name::cleaned;
pub use sniff::sniff;

use super::ports::{Filed, Room, StoredFile};
use super::{Receipt, Refusal, Runtime, actor, check_cid};
use crate::engine::{File, Input};
use crate::id::SessionId;
use sha2::{Digest, Sha256};
use tokio::sync::SemaphorePermit;

impl Runtime {
    /// A photo or a file of a customer. Its bytes are on disk before the message that names it is, and both before this
    /// returns. The same bytes under the same client id are the same message, however often they come.
    ///
    /// # Errors
    /// What is wrong with it, or why it was not kept.
    pub async fn customer_file(
        &self,
        session: SessionId,
        cid: &str,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<Receipt, Refusal> {
        check_cid(cid)?;
        if bytes.is_empty() {
            return Err(Refusal::EmptyFile);
        }
        if bytes.len() > self.0.limits.file {
            return Err(Refusal::FileTooLarge);
        }
        let kind = sniff(&bytes, name).ok_or(Refusal::FileType)?;
        let (id, size) = (file_id(session, cid, &bytes), bytes.len() as u64);
        let file = File { id, name: cleaned(name, kind), kind: kind.to_owned(), size };
        let stored = StoredFile { session, file: file.clone(), at: self.now(), bytes };
        let room = Room { files: self.0.limits.files, bytes: self.0.limits.all_files };
        let filed = self.0.store.keep_file(stored, room).await.map_err(actor::busy)?;
        if filed == Filed::Full {
            return Err(Refusal::TooManyFiles);
        }
        // Where this is refused the bytes stay: the next attempt finds them, and another one may be under way.
        self.give(session, Input::CustomerSent { cid: cid.to_owned(), file }).await
    }

    /// A file of this chat and of no other.
    ///
    /// # Errors
    /// `UnknownFile`, `Busy`.
    pub async fn file(&self, session: SessionId, id: &str) -> Result<StoredFile, Refusal> {
        self.0.store.file(session, id).await.map_err(actor::busy)?.ok_or(Refusal::UnknownFile)
    }

    /// A place for a file on its way in; whoever finds none comes back a little later.
    ///
    /// # Errors
    /// `Busy` where all are taken.
    pub fn upload(&self) -> Result<SemaphorePermit<'_>, Refusal> {
        self.0.uploads.try_acquire().map_err(|_| Refusal::Busy)
    }

    /// Most bytes of one file.
    pub fn largest_file(&self) -> usize {
        self.0.limits.file
    }
}

/// Chosen by us, the same for every attempt to send the same.
fn file_id(session: SessionId, cid: &str, bytes: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(session.as_bytes());
    hash.update(cid.as_bytes());
    hash.update([0]);
    hash.update(bytes);
    hash.finalize().iter().take(16).map(|b| format!("{b:02x}")).collect()
}
