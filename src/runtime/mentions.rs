//! `@name` in a note: the colleague of that name is told, until the chat is opened. Whoever may not read the chat is not told of it.
use super::actor::{self, Receipt};
use super::people::{Person, Right};
use super::ports::Stored;
use super::{Refusal, Runtime};
use crate::engine::Input;
use crate::id::{AgentId, SessionId};
use crate::time::Millis;
use async_trait::async_trait;
use serde::Serialize;

/// Colleagues whom one note may name.
const MOST: usize = 20;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mention {
    pub session: SessionId,
    pub seq: u64,
    pub at: Millis,
    /// Who wrote the note.
    pub by: String,
    pub text: String,
    /// How the customer is called.
    pub chat: String,
}

#[async_trait]
pub trait Mentions: Send + Sync {
    /// Keeps a note for those whom it names.
    async fn mention(&self, whom: Vec<AgentId>, mention: Mention) -> Stored<()>;
    /// What somebody has not read yet, the latest first.
    async fn mentions(&self, who: AgentId, limit: usize) -> Stored<Vec<Mention>>;
    /// Somebody has opened the chat; whether there was anything to read.
    async fn mention_read(&self, who: AgentId, session: SessionId) -> Stored<bool>;
}

/// Whom a note names: by the whole name, else by the first one; of several of that name all. Pure.
pub fn named(text: &str, people: &[Person], by: AgentId) -> Vec<AgentId> {
    let may_read = |p: &&Person| p.place.active && p.place.role.may(Right::Read) && p.id != by;
    let people: Vec<(&Person, String)> = people.iter().filter(may_read).map(|p| (p, p.name.to_lowercase())).collect();
    let mut found: Vec<AgentId> = Vec::new();
    let text = text.to_lowercase();
    for (at, _) in text.match_indices('@') {
        // An address is no name.
        if text.get(..at).and_then(|before| before.chars().next_back()).is_some_and(char::is_alphanumeric) {
            continue;
        }
        let rest = text.get(at + 1..).unwrap_or_default();
        let whole = people.iter().filter(|(_, name)| begins(rest, name));
        let longest = whole.clone().map(|(_, name)| name.len()).max();
        let first = |name: &str| name.split_whitespace().next().is_some_and(|first| begins(rest, first));
        match longest {
            Some(length) => found.extend(whole.filter(|(_, name)| name.len() == length).map(|(p, _)| p.id)),
            None => found.extend(people.iter().filter(|(_, name)| first(name)).map(|(p, _)| p.id)),
        }
    }
    found.sort_unstable();
    found.dedup();
    found.truncate(MOST);
    found
}

/// Whether the text begins with this name, and not with a longer word.
fn begins(text: &str, name: &str) -> bool {
    let rest = text.strip_prefix(name).filter(|_| !name.is_empty());
    rest.is_some_and(|rest| !rest.chars().next().is_some_and(char::is_alphanumeric))
}

impl Runtime {
    /// A note for colleagues; whom it names is told.
    ///
    /// # Errors
    /// What is wrong with the words, or `Busy`.
    pub async fn note(
        &self,
        session: SessionId,
        (agent, name): (AgentId, String),
        text: String,
    ) -> Result<Receipt, Refusal> {
        let noted = Input::AgentNoted { agent, name: name.clone(), text: text.clone() };
        let receipt = self.agent(session, noted).await?;
        if text.contains('@')
            && let Err(problem) = self.tell_named(session, receipt.seq, (agent, name), text).await
        {
            // The note itself is kept.
            tracing::error!(%session, %problem, "colleagues were not told of a note that names them");
        }
        Ok(receipt)
    }

    async fn tell_named(
        &self,
        session: SessionId,
        seq: u64,
        (agent, by): (AgentId, String),
        text: String,
    ) -> Result<(), Refusal> {
        let store = self.store();
        let people = store.people().everybody().await.map_err(actor::busy)?;
        let whom = named(&text, &people, agent);
        if whom.is_empty() {
            return Ok(());
        }
        let chat = self.view(session).await?.row.name;
        let mention = Mention { session, seq, at: self.now(), by, text, chat };
        store.mentions().mention(whom.clone(), mention).await.map_err(actor::busy)?;
        self.desk().mentioned(session, whom);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::desk::floor::Seat;
    use crate::runtime::people::{Place, Role};

    fn person(id: i64, name: &str, active: bool) -> Person {
        let place = Place { role: Role::Agent, seat: Seat::default(), active };
        Person { id: AgentId(id), name: name.into(), email: String::new(), place, second: false }
    }

    #[test]
    fn names_are_read_whole_or_by_the_first() {
        let people = [
            person(1, "Ann", true),
            person(2, "Ann Lee", true),
            person(3, "Zoë Müller", true),
            person(4, "Gone", false),
            person(5, "Bob", true),
        ];
        let found = |text: &str| named(text, &people, AgentId(5)).iter().map(|a| a.0).collect::<Vec<_>>();
        for (text, whom) in [
            ("@ann please look", vec![1]),
            ("@Ann Lee, please look", vec![2]),
            ("@ANN and @zoë", vec![1, 3]),
            ("(@Zoë Müller)", vec![3]),
            ("@annabel", vec![]),
            ("write to ann@shop.example", vec![]),
            ("@gone @bob @nobody @", vec![]),
            ("@ann @ann", vec![1]),
        ] {
            assert_eq!(found(text), whom, "{text}");
        }
    }
}
