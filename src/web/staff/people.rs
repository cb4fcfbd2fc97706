//! Who works here: the list, and invitations.
use super::deeds::note;
use super::show::{self, Fields, Sent, field};
use crate::id::AgentId;
use crate::runtime::desk::floor::Seat;
use crate::runtime::people::{Invitation, Login, Open, Person, Role};
use crate::runtime::{hashed, secret};
use crate::web::App;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::{Value, context};
use std::collections::BTreeSet;
use std::time::Duration;

/// How long a link works.
pub const INVITED: Duration = Duration::from_secs(3 * 24 * 3600);
const NOTE: usize = 80;
const SKILLS: usize = 20;
const CAPACITY: usize = 50;

pub async fn list(State(app): State<App>, Extension(me): Extension<Login>) -> Response {
    whole(&app, &me, StatusCode::OK, context! {}).await
}

/// The list with what has just happened.
async fn whole(app: &App, me: &Login, status: StatusCode, news: Value) -> Response {
    let store = app.runtime.store().people();
    let (Ok(people), Ok(open)) = (store.everybody().await, store.invitations(app.runtime.now()).await) else {
        return show::later(app);
    };
    let here: BTreeSet<AgentId> = app.runtime.desk().people().into_iter().map(|(id, ..)| id).collect();
    let line = |p: &Person| {
        let (teams, skills) = (joined(&p.place.seat.teams), joined(&p.place.seat.skills));
        context! {
            id => p.id.0, name => &p.name, email => &p.email, role => p.place.role.word(), teams, skills,
            active => p.place.active, here => here.contains(&p.id), own => p.id == me.agent, second => p.second,
        }
    };
    let name = |id: AgentId| people.iter().find(|p| p.id == id).map(|p| p.name.clone());
    let link = |o: &Open| {
        let Invitation { role, by, renews, note, .. } = &o.invitation;
        let (by, renews) = (by.and_then(name), renews.and_then(name));
        let until = show::when(app, o.expires);
        context! { id => &o.id, role => role.word(), by, renews, note, until, mine => me.role.decides(*role) }
    };
    let lines: Vec<Value> = people.iter().map(line).collect();
    let links: Vec<Value> = open.iter().map(link).collect();
    let teams: Vec<Value> = show::teams(app).iter().map(|t| context! { name => t, on => false }).collect();
    let needed = store.second_needed().await.unwrap_or_default();
    let values = context! { needed, lines, links, teams, roles => show::roles(me), person => context! {}, ..news };
    show::with(app, me, status, "pages/people.html", values)
}

fn joined(words: &BTreeSet<String>) -> String {
    words.iter().cloned().collect::<Vec<_>>().join(", ")
}

/// What a form says of a role and a seat; the other way round, what is wrong with it.
pub fn wanted(app: &App, me: &Login, fields: &Fields) -> Result<(Role, Seat), &'static str> {
    let role = Role::read(field(fields, "role")).ok_or("Please choose a role.")?;
    if !me.role.decides(role) {
        return Err("This role is given by an owner.");
    }
    let ticked = |team: &String| fields.contains_key(&format!("team.{team}"));
    let teams: BTreeSet<String> = show::teams(app).into_iter().filter(ticked).collect();
    let skills = field(fields, "skills").split(',').map(|s| s.trim().to_lowercase()).filter(|s| !s.is_empty());
    let skills: BTreeSet<String> = skills.collect();
    if skills.len() > SKILLS || skills.iter().any(|s| s.chars().count() > NOTE) {
        return Err("These are too many skills, or too long ones.");
    }
    let capacity = match field(fields, "capacity") {
        "" => Seat::default().capacity,
        number => number.parse().ok().filter(|n| *n <= CAPACITY).ok_or("Chats at a time are a number up to 50.")?,
    };
    Ok((role, Seat { teams, skills, capacity }))
}

pub async fn invite(Sent { app, me, fields }: Sent) -> Response {
    let (role, seat) = match wanted(&app, &me, &fields) {
        Ok(wanted) => wanted,
        Err(problem) => return whole(&app, &me, StatusCode::UNPROCESSABLE_ENTITY, context! { problem }).await,
    };
    let remark: String = field(&fields, "note").chars().take(NOTE).collect();
    let about = if remark.is_empty() { role.word().to_owned() } else { format!("{}, for {remark}", role.word()) };
    let invitation = Invitation { role, seat, by: Some(me.agent), renews: None, note: remark };
    match link(&app, invitation).await {
        Some(link) => {
            note(&app, &me, "invited", about).await;
            whole(&app, &me, StatusCode::CREATED, context! { link, link_for => role.word() }).await
        }
        None => show::later(&app),
    }
}

/// Makes a link; its secret is shown once and kept nowhere.
pub async fn link(app: &App, invitation: Invitation) -> Option<String> {
    let token = secret().ok()?;
    let expires = app.runtime.now() + INVITED;
    app.runtime.store().people().invite(hashed(&token), expires, invitation).await.ok()?;
    Some(format!("{}/welcome/{token}", app.public_url))
}

pub async fn withdraw(Path(id): Path<String>, Sent { app, me, .. }: Sent) -> Response {
    let store = app.runtime.store().people();
    let Ok(open) = store.invitations(app.runtime.now()).await else { return show::later(&app) };
    let Some(found) = open.into_iter().find(|o| o.id == id) else { return Redirect::to("/people").into_response() };
    if !me.role.decides(found.invitation.role) {
        return app.pages.message(StatusCode::FORBIDDEN, "Not for your role", "An owner may withdraw this link.");
    }
    if store.withdraw(&id).await.is_err() {
        return show::later(&app);
    }
    note(&app, &me, "withdrew", found.invitation.role.word()).await;
    Redirect::to("/people").into_response()
}
