//! What every store keeps of people: links, places, logins, the record.
use crate::support::MORNING;
use rapport::id::AgentId;
use rapport::runtime::desk::floor::Seat;
use rapport::runtime::hashed;
use rapport::runtime::people::{Deed, Invitation, Joined, Newcomer, Place, Placed, Role, Stay, handle};
use rapport::runtime::ports::{Hash, Store};
use rapport::store::{Memory, Sqlite};
use rapport::time::Millis;
use std::sync::Arc;
use std::time::Duration;

type Any = Arc<dyn Store>;
const DAY: Duration = Duration::from_secs(86_400);

macro_rules! every_store {
    ($($check:ident)*) => {
        mod memory {
            use super::*;
            $(#[tokio::test] async fn $check() { super::$check(Arc::new(Memory::default())).await; })*
        }
        mod sqlite {
            use super::*;
            $(#[tokio::test] async fn $check() {
                let folder = tempfile::tempdir().expect("a folder");
                super::$check(Arc::new(Sqlite::open(&folder.path().join("a.db")).expect("a store"))).await;
            })*
        }
    };
}

every_store! {
    an_invitation_makes_one_account
    a_first_link_replaces_the_ones_before_and_no_other
    places_are_kept_and_an_owner_stays
    a_link_for_a_password_ends_with_the_role
    logins_end_by_time_by_name_and_with_the_access
    a_new_password_ends_logins
    the_record_is_read_backwards
}

fn newcomer(email: &str) -> Newcomer {
    Newcomer { name: "Ann".into(), email: email.into(), password_hash: "hash".into() }
}

async fn joins(store: &Any, role: Role, email: &str) -> AgentId {
    let invitation = Invitation { role, note: email.into(), ..Invitation::first() };
    store.people().invite(hashed(email), MORNING + DAY, invitation).await.expect("kept");
    match store.people().join(hashed(email), MORNING, newcomer(email)).await.expect("asked") {
        Joined::As(id) => id,
        other => panic!("{other:?}"),
    }
}

async fn an_invitation_makes_one_account(store: Any) {
    let (link, now, later) = (hashed("link"), MORNING, MORNING + DAY);
    let invitation = Invitation { role: Role::Author, note: "Ann".into(), ..Invitation::first() };
    store.people().invite(link, later, invitation.clone()).await.expect("kept");
    let found = async |link: Hash, at: Millis| store.people().invitation(link, at).await.expect("read");
    assert_eq!(found(link, now).await, Some(invitation));
    assert_eq!(found(link, later).await, None, "it ends");
    assert_eq!(found(hashed("other"), now).await, None);
    let open = store.people().invitations(now).await.expect("read");
    assert_eq!(open.iter().map(|o| o.id.clone()).collect::<Vec<_>>(), [handle(&link)]);
    let joins = (0..6).map(|n| {
        let (store, email) = (store.clone(), format!("Ann{n}@example.com"));
        async move { store.people().join(link, now, newcomer(&email)).await.expect("asked") }
    });
    let joined = futures_util::future::join_all(joins).await;
    assert_eq!(joined.iter().filter(|j| matches!(j, Joined::As(_))).count(), 1, "one link, one account");
    let people = store.people().everybody().await.expect("read");
    assert_eq!((people.len(), people[0].place.role), (1, Role::Author));
    store.people().invite(link, later, Invitation::first()).await.expect("kept");
    let again = store.people().join(link, now, newcomer(&people[0].email.to_uppercase())).await.expect("asked");
    assert_eq!(again, Joined::EmailTaken, "an address has one account");
    assert!(found(link, now).await.is_some(), "and the link is not used up by that");
    let account = store.people().account(&people[0].email.to_uppercase()).await.expect("read");
    assert_eq!(account.map(|a| a.id), Some(people[0].id));
    store.people().withdraw(&handle(&link)).await.expect("withdrawn");
    assert_eq!(found(link, now).await, None);
}

async fn a_first_link_replaces_the_ones_before_and_no_other(store: Any) {
    let other = Invitation { role: Role::Agent, ..Invitation::first() };
    for (token, invitation) in [("first", Invitation::first()), ("agent", other), ("second", Invitation::first())] {
        store.people().invite(hashed(token), MORNING + DAY, invitation).await.expect("kept");
    }
    let works = async |token: &str| store.people().invitation(hashed(token), MORNING).await.expect("read").is_some();
    assert_eq!((works("first").await, works("agent").await, works("second").await), (false, true, true));
}

async fn places_are_kept_and_an_owner_stays(store: Any) {
    let (ann, bob) =
        (joins(&store, Role::Owner, "ann@x.example").await, joins(&store, Role::Agent, "bob@x.example").await);
    let seat = Seat { teams: ["refunds".to_owned()].into(), skills: ["french".to_owned()].into(), capacity: 2 };
    let place = async |who, role, active| {
        store.people().place(who, Place { role, seat: seat.clone(), active }).await.expect("asked")
    };
    assert_eq!(place(ann, Role::Lead, true).await, Placed::LastOwner);
    assert_eq!(place(ann, Role::Owner, false).await, Placed::LastOwner);
    assert_eq!(place(AgentId(99), Role::Owner, true).await, Placed::Unknown);
    assert_eq!(place(bob, Role::Owner, false).await, Placed::Done);
    assert_eq!(place(ann, Role::Lead, true).await, Placed::LastOwner, "an owner without access lets nobody in");
    assert_eq!(place(bob, Role::Owner, true).await, Placed::Done);
    assert_eq!(place(ann, Role::Lead, true).await, Placed::Done);
    let people = store.people().everybody().await.expect("read");
    assert!(people.iter().all(|p| p.place.seat == seat));
    assert_eq!(people.iter().map(|p| p.place.role).collect::<Vec<_>>(), [Role::Lead, Role::Owner]);
}

fn stay(agent: AgentId, minutes: u64) -> Stay {
    let since = MORNING + Duration::from_secs(60 * minutes);
    let (device, address) = ("Firefox".to_owned(), "127.0.0.1".to_owned());
    Stay { agent, csrf: format!("csrf {minutes}"), since, expires: since + DAY, device, address }
}

async fn logins_end_by_time_by_name_and_with_the_access(store: Any) {
    let (ann, bob) =
        (joins(&store, Role::Owner, "ann@x.example").await, joins(&store, Role::Agent, "bob@x.example").await);
    assert!(store.people().log_in(hashed("nobody"), stay(AgentId(99), 0)).await.is_err(), "nobody logs in as nobody");
    for (n, (token, who)) in (0..).zip([("a", ann), ("b", bob), ("c", bob), ("d", bob)]) {
        store.people().log_in(hashed(token), stay(who, n)).await.expect("kept");
    }
    let named = async |token: &str, at: Millis| {
        store.people().login(hashed(token), at).await.expect("read").map(|l| (l.agent, l.role, l.csrf))
    };
    assert_eq!(named("b", MORNING).await, Some((bob, Role::Agent, "csrf 1".into())));
    assert_eq!(named("b", MORNING + DAY + Duration::from_secs(60)).await, None, "a login ends");
    let list = async |who| store.people().logins(who, MORNING).await.expect("read");
    let names: Vec<String> = list(bob).await.into_iter().map(|(id, _)| id).collect();
    assert_eq!(names, [handle(&hashed("d")), handle(&hashed("c")), handle(&hashed("b"))], "the newest first");
    assert_eq!(list(bob).await[0].1, stay(bob, 3));
    let end = async |who, token: &str| store.people().end_login(who, &handle(&hashed(token))).await.expect("asked");
    assert!(!end(ann, "b").await, "another one's");
    assert!(end(bob, "b").await && !end(bob, "b").await);
    assert_eq!(named("b", MORNING).await, None);
    store.people().log_out(hashed("c")).await.expect("kept");
    assert_eq!(named("c", MORNING).await, None);
    let gone = Place { role: Role::Agent, seat: Seat::default(), active: false };
    store.people().place(bob, gone.clone()).await.expect("placed");
    assert_eq!(named("d", MORNING).await, None);
    assert_eq!(store.people().account("bob@x.example").await.expect("read"), None);
    store.people().place(bob, Place { active: true, ..gone }).await.expect("placed");
    assert_eq!(named("d", MORNING).await, None, "it does not come back");
    assert!(named("a", MORNING).await.is_some());
}

async fn a_new_password_ends_logins(store: Any) {
    let ann = joins(&store, Role::Owner, "ann@x.example").await;
    for token in ["a", "b"] {
        store.people().log_in(hashed(token), stay(ann, 0)).await.expect("kept");
    }
    store.people().set_password(ann, "another", Some(hashed("b"))).await.expect("kept");
    let works = async |token: &str| store.people().login(hashed(token), MORNING).await.expect("read").is_some();
    assert_eq!((works("a").await, works("b").await), (false, true));
    let renews = Invitation { renews: Some(ann), ..Invitation::first() };
    store.people().invite(hashed("link"), MORNING + DAY, renews).await.expect("kept");
    let joined = store.people().join(hashed("link"), MORNING, newcomer("")).await.expect("asked");
    assert_eq!((joined, works("b").await), (Joined::As(ann), false));
    let account = store.people().account("ann@x.example").await.expect("read").expect("an account");
    assert_eq!(account.password_hash, "hash");
    assert_eq!(store.people().agents().await.expect("read"), 1);
}

async fn the_record_is_read_backwards(store: Any) {
    for n in 0..5 {
        let (name, what, about) = ("Ann".into(), "invited".into(), n.to_string());
        let deed = Deed { id: 0, at: MORNING, who: (n % 2 == 0).then_some(AgentId(1)), name, what, about };
        store.people().record(deed).await.expect("kept");
    }
    let read = async |before| store.people().recorded(before, 2).await.expect("read");
    let mut told = vec![];
    let mut before = None;
    loop {
        let page = read(before).await;
        let Some(last) = page.last() else { break };
        before = Some(last.id);
        told.extend(page.into_iter().map(|d| (d.about, d.who.is_some())));
    }
    let expected: Vec<_> = (0..5).rev().map(|n| (n.to_string(), n % 2 == 0)).collect();
    assert_eq!(told, expected);
}

async fn a_link_for_a_password_ends_with_the_role(store: Any) {
    joins(&store, Role::Owner, "o@example.com").await;
    let bob = joins(&store, Role::Agent, "b@example.com").await;
    let place = |role, active| Place { role, seat: Seat::default(), active };
    let open = async || store.people().invitations(MORNING).await.expect("read").len();
    let link = Invitation { renews: Some(bob), role: Role::Agent, ..Invitation::first() };
    for (name, next, left) in [
        ("other teams", place(Role::Agent, true), 1),
        ("another role", place(Role::Owner, true), 0),
        ("no access", place(Role::Owner, false), 0),
    ] {
        store.people().invite(hashed(name), MORNING + DAY, link.clone()).await.expect("kept");
        assert_eq!(store.people().place(bob, next).await.expect("asked"), Placed::Done);
        assert_eq!(open().await, left, "{name}");
    }
    let other = Invitation { role: Role::Agent, ..Invitation::first() };
    store.people().invite(hashed("somebody else"), MORNING + DAY, other).await.expect("kept");
    store.people().place(bob, place(Role::Agent, true)).await.expect("asked");
    assert_eq!(open().await, 1, "links for others stay");
}
