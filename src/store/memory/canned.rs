//! Canned replies in memory.
use super::Memory;
use crate::runtime::canned::{Canned, Keeping, MOST, Replies};
use crate::runtime::ports::Stored;
use async_trait::async_trait;

#[async_trait]
impl Replies for Memory {
    async fn canned(&self, bot: &str) -> Stored<Vec<Canned>> {
        let state = self.state();
        let own = state.canned.iter().filter(|((b, _), _)| b == bot);
        Ok(own.map(|((_, name), text)| Canned { name: name.clone(), text: text.clone() }).collect())
    }

    async fn keep_canned(&self, bot: &str, canned: Canned) -> Stored<Keeping> {
        let all = &mut self.state().canned;
        if all.keys().filter(|(b, name)| b == bot && *name != canned.name).count() >= MOST {
            return Ok(Keeping::Full);
        }
        all.insert((bot.to_owned(), canned.name), canned.text);
        Ok(Keeping::Done)
    }

    async fn drop_canned(&self, bot: &str, name: &str) -> Stored<()> {
        self.state().canned.remove(&(bot.to_owned(), name.to_owned()));
        Ok(())
    }
}
