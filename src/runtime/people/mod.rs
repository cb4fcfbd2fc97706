//! Who works here: accounts with their roles, how one gets one, logins, and the record of who did what. What a role may do stands
//! here and nowhere else.
mod role;
mod second;

pub use role::{Right, Role};
pub use second::{Code, Second, address as otp_address, fits, fresh, recovery_codes, recovery_hash};

use super::desk::floor::Seat;
use super::ports::{Hash, Stored};
use crate::id::AgentId;
use crate::time::Millis;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// What somebody does here, as a lead decides it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub role: Role,
    pub seat: Seat,
    /// Whoever is not active cannot log in; what was written under the name stays.
    pub active: bool,
}

/// Somebody with an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub id: AgentId,
    pub name: String,
    pub email: String,
    pub place: Place,
    /// Whether logging in takes a code, too.
    pub second: bool,
}

/// What a login is checked against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub id: AgentId,
    pub name: String,
    pub password_hash: String,
}

/// What became of a wish to change somebody's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placed {
    Done,
    /// Nobody else could let people in after that.
    LastOwner,
    Unknown,
}

/// What a single-use link is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    pub role: Role,
    pub seat: Seat,
    /// Who made the link; `None` for the first account and from the command line.
    pub by: Option<AgentId>,
    /// Whose password is chosen anew; `None` where an account is made.
    pub renews: Option<AgentId>,
    /// Whom it is meant for, as a reminder in the list.
    pub note: String,
}

impl Invitation {
    /// The first account lets all others in.
    pub fn first() -> Self {
        Self { role: Role::Owner, seat: Seat::default(), by: None, renews: None, note: String::new() }
    }
}

/// A link that still works, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    pub id: String,
    pub expires: Millis,
    pub invitation: Invitation,
}

/// What whoever follows a link says. For a new password only that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newcomer {
    pub name: String,
    pub email: String,
    pub password_hash: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    As(AgentId),
    /// The link is used, unknown or too old.
    Gone,
    /// There is an account with this address; the link is not used up.
    EmailTaken,
}

/// A login: what a cookie stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    pub agent: AgentId,
    pub name: String,
    pub role: Role,
    pub seat: Seat,
    /// Sent along with everything that changes something.
    pub csrf: String,
    /// Everybody needs a second factor, and this account has none yet: it can do nothing but set one up.
    pub lacks_second: bool,
}

impl Login {
    pub fn may(&self, right: Right) -> bool {
        self.role.may(right)
    }
}

/// A login as it is kept, and where it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    pub agent: AgentId,
    pub csrf: String,
    pub since: Millis,
    pub expires: Millis,
    /// What the browser calls itself.
    pub device: String,
    pub address: String,
}

/// The name of a login or a link that gives nothing away.
pub fn handle(token: &Hash) -> String {
    token.iter().take(8).map(|b| format!("{b:02x}")).collect()
}

/// One line of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// 0 until it is kept.
    pub id: i64,
    pub at: Millis,
    /// `None`: the command line.
    pub who: Option<AgentId>,
    /// The name at that time.
    pub name: String,
    /// A word such as `logged_in`.
    pub what: String,
    /// What about, in words.
    pub about: String,
}

/// What a store keeps of people.
#[async_trait]
pub trait People: Send + Sync {
    /// How many have an account.
    async fn agents(&self) -> Stored<u64>;
    /// Everybody, by name; those who are not active last.
    async fn everybody(&self) -> Stored<Vec<Person>>;
    /// Changes somebody's place; whoever becomes inactive is logged out. An active owner stays in any case. Another role, or
    /// access that ends or begins, ends links by which somebody else could choose the person's password.
    async fn place(&self, who: AgentId, place: Place) -> Stored<Placed>;
    /// The account of somebody active.
    async fn account(&self, email: &str) -> Stored<Option<Account>>;
    /// Ends all logins but `keep`.
    async fn set_password(&self, who: AgentId, hash: &str, keep: Option<Hash>) -> Stored<()>;

    /// Makes a single-use link. One for the first account takes the place of earlier ones.
    async fn invite(&self, token: Hash, expires: Millis, invitation: Invitation) -> Stored<()>;
    async fn invitation(&self, token: Hash, now: Millis) -> Stored<Option<Invitation>>;
    /// Links that still work, the newest first.
    async fn invitations(&self, now: Millis) -> Stored<Vec<Open>>;
    async fn withdraw(&self, id: &str) -> Stored<()>;
    /// Uses up the link and makes the account or changes its password, both or neither.
    async fn join(&self, token: Hash, now: Millis, newcomer: Newcomer) -> Stored<Joined>;

    async fn log_in(&self, token: Hash, stay: Stay) -> Stored<()>;
    async fn login(&self, token: Hash, now: Millis) -> Stored<Option<Login>>;
    async fn log_out(&self, token: Hash) -> Stored<()>;
    /// Somebody's logins by their names, the newest first.
    async fn logins(&self, agent: AgentId, now: Millis) -> Stored<Vec<(String, Stay)>>;
    /// Ends one of somebody's logins, by its name; whether there was one.
    async fn end_login(&self, agent: AgentId, id: &str) -> Stored<bool>;

    async fn second(&self, who: AgentId) -> Stored<Option<Second>>;
    async fn set_second(&self, who: AgentId, second: Option<Second>) -> Stored<()>;
    /// Uses up a code; `false` where it was used before.
    async fn spend(&self, who: AgentId, code: Code) -> Stored<bool>;
    async fn second_needed(&self) -> Stored<bool>;
    /// From now on everybody needs a second factor, or not.
    async fn need_second(&self, needed: bool) -> Stored<()>;

    async fn record(&self, deed: Deed) -> Stored<()>;
    /// The record before this line, the newest first.
    async fn recorded(&self, before: Option<i64>, limit: usize) -> Stored<Vec<Deed>>;
}
