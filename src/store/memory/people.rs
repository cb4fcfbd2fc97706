//! People in memory.
use super::Memory;
use crate::id::AgentId;
use crate::runtime::people::{
    Account, Code, Deed, Invitation, Joined, Login, Newcomer, Open, People, Person, Place, Placed, Role, Second, Stay,
    handle,
};
use crate::runtime::ports::{Hash, StoreError, Stored};
use crate::time::Millis;
use async_trait::async_trait;
use std::collections::BTreeMap;

#[derive(Debug, Default)]
pub struct Staff {
    people: Vec<(Person, String)>,
    invites: BTreeMap<Hash, (Millis, Invitation)>,
    logins: BTreeMap<Hash, Stay>,
    deeds: Vec<Deed>,
    seconds: BTreeMap<AgentId, Second>,
    second_needed: bool,
}

impl Staff {
    fn invitation(&self, token: &Hash, now: Millis) -> Option<Invitation> {
        self.invites.get(token).filter(|(expires, _)| *expires > now).map(|(_, i)| i.clone())
    }

    fn place(&mut self, who: AgentId, place: Place) -> Placed {
        let owner = |p: &Person| p.place.role == Role::Owner && p.place.active;
        let others = self.people.iter().any(|(p, _)| p.id != who && owner(p));
        let Some((person, _)) = self.people.iter_mut().find(|(p, _)| p.id == who) else { return Placed::Unknown };
        if owner(person) && !(place.role == Role::Owner && place.active) && !others {
            return Placed::LastOwner;
        }
        if !place.active {
            self.logins.retain(|_, s| s.agent != who);
        }
        // Whoever made a link for a new password may not decide about this person any more.
        if (person.place.role, person.place.active) != (place.role, place.active) {
            self.invites.retain(|_, (_, i)| i.renews != Some(who));
        }
        person.place = place;
        Placed::Done
    }

    fn set_password(&mut self, who: AgentId, hash: &str, keep: Option<Hash>) {
        if let Some((_, kept)) = self.people.iter_mut().find(|(p, _)| p.id == who) {
            hash.clone_into(kept);
        }
        self.logins.retain(|token, s| s.agent != who || Some(*token) == keep);
    }

    fn join(&mut self, token: Hash, now: Millis, newcomer: Newcomer) -> Joined {
        let Some(invitation) = self.invitation(&token, now) else { return Joined::Gone };
        let email = newcomer.email.to_lowercase();
        let id = match invitation.renews {
            Some(who) => {
                self.set_password(who, &newcomer.password_hash, None);
                who
            }
            None if self.people.iter().any(|(p, _)| p.email == email) => return Joined::EmailTaken,
            None => {
                let id = AgentId(self.people.last().map_or(1, |(p, _)| p.id.0 + 1));
                let place = Place { role: invitation.role, seat: invitation.seat, active: true };
                let person = Person { id, name: newcomer.name, email, place, second: false };
                self.people.push((person, newcomer.password_hash));
                id
            }
        };
        self.invites.remove(&token);
        Joined::As(id)
    }
}

#[async_trait]
impl People for Memory {
    async fn agents(&self) -> Stored<u64> {
        Ok(self.state().staff.people.len() as u64)
    }

    async fn everybody(&self) -> Stored<Vec<Person>> {
        let state = self.state();
        let second = |p: &Person| state.staff.seconds.contains_key(&p.id);
        let mut all: Vec<Person> =
            state.staff.people.iter().map(|(p, _)| Person { second: second(p), ..p.clone() }).collect();
        all.sort_by_key(|p| (!p.place.active, p.name.to_ascii_lowercase(), p.id));
        Ok(all)
    }

    async fn place(&self, who: AgentId, place: Place) -> Stored<Placed> {
        Ok(self.state().staff.place(who, place))
    }

    async fn account(&self, email: &str) -> Stored<Option<Account>> {
        let email = email.to_lowercase();
        let state = self.state();
        let found = state.staff.people.iter().find(|(p, _)| p.email == email && p.place.active);
        Ok(found.map(|(p, hash)| Account { id: p.id, name: p.name.clone(), password_hash: hash.clone() }))
    }

    async fn set_password(&self, who: AgentId, hash: &str, keep: Option<Hash>) -> Stored<()> {
        self.state().staff.set_password(who, hash, keep);
        Ok(())
    }

    async fn invite(&self, token: Hash, expires: Millis, invitation: Invitation) -> Stored<()> {
        let invites = &mut self.state().staff.invites;
        if invitation == Invitation::first() {
            invites.retain(|_, (_, other)| *other != invitation);
        }
        invites.insert(token, (expires, invitation));
        Ok(())
    }

    async fn invitation(&self, token: Hash, now: Millis) -> Stored<Option<Invitation>> {
        Ok(self.state().staff.invitation(&token, now))
    }

    async fn invitations(&self, now: Millis) -> Stored<Vec<Open>> {
        let state = self.state();
        let open = state.staff.invites.iter().filter(|(_, (expires, _))| *expires > now);
        let mut open: Vec<Open> = open
            .map(|(token, (expires, i))| Open { id: handle(token), expires: *expires, invitation: i.clone() })
            .collect();
        open.sort_by_key(|o| std::cmp::Reverse(o.expires));
        Ok(open)
    }

    async fn withdraw(&self, id: &str) -> Stored<()> {
        self.state().staff.invites.retain(|token, _| handle(token) != id);
        Ok(())
    }

    async fn join(&self, token: Hash, now: Millis, newcomer: Newcomer) -> Stored<Joined> {
        Ok(self.state().staff.join(token, now, newcomer))
    }

    async fn log_in(&self, token: Hash, stay: Stay) -> Stored<()> {
        let staff = &mut self.state().staff;
        if !staff.people.iter().any(|(p, _)| p.id == stay.agent) {
            return Err(StoreError::Broken("there is no such account".into()));
        }
        staff.logins.insert(token, stay);
        Ok(())
    }

    async fn login(&self, token: Hash, now: Millis) -> Stored<Option<Login>> {
        let state = self.state();
        let Some(stay) = state.staff.logins.get(&token).filter(|s| s.expires > now) else { return Ok(None) };
        let person = state.staff.people.iter().map(|(p, _)| p).find(|p| p.id == stay.agent && p.place.active);
        Ok(person.map(|p| {
            let (role, seat) = (p.place.role, p.place.seat.clone());
            let lacks_second = state.staff.second_needed && !state.staff.seconds.contains_key(&p.id);
            Login { agent: p.id, name: p.name.clone(), role, seat, csrf: stay.csrf.clone(), lacks_second }
        }))
    }

    async fn log_out(&self, token: Hash) -> Stored<()> {
        self.state().staff.logins.remove(&token);
        Ok(())
    }

    async fn logins(&self, agent: AgentId, now: Millis) -> Stored<Vec<(String, Stay)>> {
        let state = self.state();
        let own = state.staff.logins.iter().filter(|(_, s)| s.agent == agent && s.expires > now);
        let mut own: Vec<_> = own.map(|(token, s)| (handle(token), s.clone())).collect();
        own.sort_by_key(|(_, s)| std::cmp::Reverse(s.since));
        Ok(own)
    }

    async fn end_login(&self, agent: AgentId, id: &str) -> Stored<bool> {
        let logins = &mut self.state().staff.logins;
        let before = logins.len();
        logins.retain(|token, s| s.agent != agent || handle(token) != id);
        Ok(logins.len() < before)
    }

    async fn second(&self, who: AgentId) -> Stored<Option<Second>> {
        Ok(self.state().staff.seconds.get(&who).cloned())
    }

    async fn set_second(&self, who: AgentId, second: Option<Second>) -> Stored<()> {
        let seconds = &mut self.state().staff.seconds;
        match second {
            Some(second) => drop(seconds.insert(who, second)),
            None => drop(seconds.remove(&who)),
        }
        Ok(())
    }

    async fn spend(&self, who: AgentId, code: Code) -> Stored<bool> {
        Ok(self.state().staff.seconds.get_mut(&who).is_some_and(|s| s.spend(code)))
    }

    async fn second_needed(&self) -> Stored<bool> {
        Ok(self.state().staff.second_needed)
    }

    async fn need_second(&self, needed: bool) -> Stored<()> {
        self.state().staff.second_needed = needed;
        Ok(())
    }

    async fn record(&self, deed: Deed) -> Stored<()> {
        let deeds = &mut self.state().staff.deeds;
        let id = deeds.last().map_or(1, |d| d.id + 1);
        deeds.push(Deed { id, ..deed });
        Ok(())
    }

    async fn recorded(&self, before: Option<i64>, limit: usize) -> Stored<Vec<Deed>> {
        let state = self.state();
        let before = before.unwrap_or(i64::MAX);
        Ok(state.staff.deeds.iter().rev().filter(|d| d.id < before).take(limit).cloned().collect())
    }
}
