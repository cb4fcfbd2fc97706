//! Where chats are kept.
pub mod memory;
pub mod sqlite;

pub use memory::Memory;
pub use sqlite::Sqlite;

use crate::runtime::ports::{Store, StoreError, Stored};
use std::path::Path;
use std::sync::Arc;

/// Opens the store at an address: `memory:`, `sqlite:PATH`, or just the path of a file.
///
/// # Errors
/// An address of another kind, or a store that does not work.
pub fn open(url: &str) -> Stored<Arc<dyn Store>> {
    match url.split_once(':') {
        Some(("memory", "")) => Ok(Arc::new(Memory::default())),
        Some(("sqlite", path)) if !path.is_empty() => Ok(Arc::new(Sqlite::open(Path::new(path))?)),
        Some((kind, _)) if kind.len() > 1 && !kind.contains(['/', '\\', '.']) => {
            let problem = format!("there is no store `{kind}:`; write `sqlite:PATH` or `memory:`");
            Err(StoreError::Broken(problem))
        }
        _ if url.is_empty() => Err(StoreError::Broken("the address of the store is empty".into())),
        _ => Ok(Arc::new(Sqlite::open(Path::new(url))?)),
    }
}
