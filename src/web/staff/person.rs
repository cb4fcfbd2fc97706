//! One person: role and teams, logins, a link for a new password, an end.
use super::deeds::note;
use super::people::{link, wanted};
use super::show::{self, Sent, field};
use crate::id::AgentId;
use crate::runtime::people::{Invitation, Login, Person, Place, Placed, Right, Stay};
use crate::web::App;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::{Value, context};

const LAST: &str = "Nobody else could let people in after that. Make somebody else an owner first.";

pub async fn page(State(app): State<App>, Extension(me): Extension<Login>, Path(id): Path<i64>) -> Response {
    match find(&app, id).await {
        Ok(person) => whole(&app, &me, &person, StatusCode::OK, context! {}).await,
        Err(no) => *no,
    }
}

async fn find(app: &App, id: i64) -> Result<Person, Box<Response>> {
    let people = app.runtime.store().people().everybody().await.map_err(|_| Box::new(show::later(app)))?;
    let unknown = || {
        let words = "Nobody here has this number.";
        Box::new(app.pages.message(StatusCode::NOT_FOUND, "There is no such person", words))
    };
    people.into_iter().find(|p| p.id == AgentId(id)).ok_or_else(unknown)
}

async fn whole(app: &App, me: &Login, person: &Person, status: StatusCode, news: Value) -> Response {
    let logins = app.runtime.store().people().logins(person.id, app.runtime.now()).await.unwrap_or_default();
    let seat = &person.place.seat;
    let teams = show::teams(app);
    let teams: Vec<Value> = teams.iter().map(|t| context! { name => t, on => seat.teams.contains(t) }).collect();
    let values = context! {
        person => context! {
            id => person.id.0, name => &person.name, email => &person.email, role => person.place.role.word(),
            active => person.place.active, capacity => seat.capacity, second => person.second, own => person.id == me.agent,
            skills => seat.skills.iter().cloned().collect::<Vec<_>>().join(", "),
        },
        teams, roles => show::roles(me), logins => login_lines(app, &logins), may => me.role.decides(person.place.role), ..news
    };
    show::with(app, me, status, "pages/person.html", values)
}

pub fn login_lines(app: &App, logins: &[(String, Stay)]) -> Vec<Value> {
    let line = |(id, s): &(String, Stay)| {
        context! { id, device => device(&s.device), address => &s.address, since => show::when(app, s.since) }
    };
    logins.iter().map(line).collect()
}

/// A browser's own description in few words.
fn device(agent: &str) -> String {
    let first = |names: &[(&'static str, &'static str)]| names.iter().find(|(n, _)| agent.contains(n)).map(|(_, w)| *w);
    let browser =
        first(&[("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari")]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "Another program".to_owned(),
    }
}

/// Changes role, teams, skills and capacity.
pub async fn place(Path(id): Path<i64>, Sent { app, me, fields }: Sent) -> Response {
    let person = match decided(&app, &me, id).await {
        Ok(person) => person,
        Err(no) => return *no,
    };
    let (role, seat) = match wanted(&app, &me, &fields) {
        Ok(wanted) => wanted,
        Err(problem) => {
            return whole(&app, &me, &person, StatusCode::UNPROCESSABLE_ENTITY, context! { problem }).await;
        }
    };
    let about = if role == person.place.role {
        format!("{}: teams, skills or chats at a time", person.name)
    } else {
        format!("{}: from {} to {}", person.name, person.place.role.word(), role.word())
    };
    let place = Place { role, seat, active: person.place.active };
    changed(&app, &me, &person, place, "placed", about).await
}

/// Ends or begins somebody's work here.
pub async fn activate(Path(id): Path<i64>, Sent { app, me, fields }: Sent) -> Response {
    let person = match decided(&app, &me, id).await {
        Ok(person) => person,
        Err(no) => return *no,
    };
    let active = field(&fields, "active") == "yes";
    let place = Place { active, ..person.place.clone() };
    let what = if active { "activated" } else { "deactivated" };
    changed(&app, &me, &person, place, what, person.name.clone()).await
}

async fn changed(app: &App, me: &Login, person: &Person, place: Place, what: &'static str, about: String) -> Response {
    match app.runtime.store().people().place(person.id, place).await {
        Ok(Placed::Done) => {
            note(app, me, what, about).await;
            // Open inboxes look at once what they may still do.
            app.logouts.send_replace(());
            Redirect::to(&format!("/people/{}", person.id)).into_response()
        }
        Ok(Placed::LastOwner) => whole(app, me, person, StatusCode::CONFLICT, context! { problem => LAST }).await,
        Ok(Placed::Unknown) => Redirect::to("/people").into_response(),
        Err(_) => show::later(app),
    }
}

/// The person, where this login decides about them.
pub async fn decided(app: &App, me: &Login, id: i64) -> Result<Person, Box<Response>> {
    let person = find(app, id).await?;
    if me.role.decides(person.place.role) {
        return Ok(person);
    }
    let words = format!("An owner decides about {}.", person.name);
    Err(Box::new(app.pages.message(StatusCode::FORBIDDEN, "Not for your role", &words)))
}

/// A link by which somebody chooses a new password.
pub async fn renew(Path(id): Path<i64>, Sent { app, me, .. }: Sent) -> Response {
    let person = match decided(&app, &me, id).await {
        Ok(person) => person,
        Err(no) => return *no,
    };
    let Place { role, seat, .. } = person.place.clone();
    let invitation = Invitation { role, seat, by: Some(me.agent), renews: Some(person.id), note: String::new() };
    match link(&app, invitation).await {
        Some(link) => {
            note(&app, &me, "new_password_link", person.name.clone()).await;
            whole(&app, &me, &person, StatusCode::CREATED, context! { link }).await
        }
        None => show::later(&app),
    }
}

/// Ends a login: one's own, or of somebody about whom one decides.
pub async fn end_login(Path((id, login)): Path<(i64, String)>, Sent { app, me, .. }: Sent) -> Response {
    let own = me.agent == AgentId(id);
    let name = if own {
        me.name.clone()
    } else if me.may(Right::Lead) {
        match decided(&app, &me, id).await {
            Ok(person) => person.name,
            Err(no) => return *no,
        }
    } else {
        return app.pages.message(StatusCode::FORBIDDEN, "Not yours", "A lead may end logins of others.");
    };
    match app.runtime.store().people().end_login(AgentId(id), &login).await {
        Ok(ended) => {
            if ended {
                note(&app, &me, "login_ended", format!("of {name}")).await;
                app.logouts.send_replace(());
            }
            Redirect::to(if own { "/me" } else { "/people" }).into_response()
        }
        Err(_) => show::later(&app),
    }
}
