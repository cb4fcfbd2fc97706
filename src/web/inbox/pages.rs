//! The agents' pages: the first account, the login, the inbox.
use super::{auth, code};
use crate::id::AgentId;
use crate::runtime::hashed;
use crate::runtime::people::{Account, Invitation, Joined, Login, Newcomer};
use crate::web::staff::deeds;
use crate::web::{App, origin};
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use axum_extra::extract::cookie::CookieJar;
use minijinja::context;
use serde::Deserialize;
use std::net::SocketAddr;
use std::time::Duration;

/// Shorter passwords are guessed.
const SHORTEST: usize = 10;
const LONGEST: usize = 200;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Welcome {
    name: String,
    email: String,
    password: String,
    csrf: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LogIn {
    email: String,
    password: String,
    csrf: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LogOut {
    csrf: String,
}

pub async fn inbox(State(app): State<App>, Extension(login): Extension<Login>) -> Response {
    let values = context! { csrf => login.csrf, me => context! { id => login.agent.0, name => login.name } };
    app.pages.show(StatusCode::OK, "pages/inbox.html", values)
}

pub async fn login_form(State(app): State<App>, jar: CookieJar) -> Response {
    if auth::current(&app, &jar).await.is_some() {
        return Redirect::to("/inbox").into_response();
    }
    show_login(&app, jar, StatusCode::OK, "", "")
}

fn show_login(app: &App, jar: CookieJar, status: StatusCode, email: &str, error: &str) -> Response {
    let (jar, csrf) = auth::form_token(app, jar);
    let page = app.pages.show(status, "pages/login.html", context! { csrf, email, error });
    (jar, page).into_response()
}

pub const STALE: &str = "This form was open for too long. Please try once more.";
pub const LATER: &str = "Please try again in a moment.";

pub async fn log_in(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    jar: CookieJar,
    headers: HeaderMap,
    Form(form): Form<LogIn>,
) -> Response {
    if !origin::same(&app, &headers) || !auth::form_fits(&jar, &form.csrf) {
        return show_login(&app, jar, StatusCode::FORBIDDEN, &form.email, STALE);
    }
    let email = form.email.trim();
    let Some(_turn) = app.attempts.turn().await else {
        return show_login(&app, jar, StatusCode::SERVICE_UNAVAILABLE, email, LATER);
    };
    // Asked in turn: guesses that came at once count one after the other.
    if let Some(wait) = app.attempts.wait(email, peer.ip()) {
        return show_login(&app, jar, StatusCode::TOO_MANY_REQUESTS, email, &too_many(wait));
    }
    let Ok(account) = app.runtime.store().people().account(email).await else {
        return show_login(&app, jar, StatusCode::SERVICE_UNAVAILABLE, email, LATER);
    };
    let kept = account.as_ref().map(|a| a.password_hash.clone());
    let right = auth::fits(form.password.clone(), kept).await;
    let Some(account) = account.filter(|a| right || suspicious(&app, a)) else {
        app.attempts.failed(email, peer.ip());
        let words = "E-mail address and password do not fit together.";
        return show_login(&app, jar, StatusCode::UNAUTHORIZED, email, words);
    };
    app.attempts.succeeded(email, peer.ip());
    match app.runtime.store().people().second(account.id).await {
        Ok(None) => {}
        Ok(Some(_)) => return code::ask(&app, jar, account.id, &account.name),
        Err(_) => return show_login(&app, jar, StatusCode::SERVICE_UNAVAILABLE, email, LATER),
    }
    deeds::note_of(&app, account.id, &account.name, "logged_in", format!("from {}", peer.ip())).await;
    enter(&app, jar, account.id, &headers, peer).await
}

/// Writes down that somebody's password was not guessed. Beside the answer, which takes no longer where there is an account.
fn suspicious(app: &App, account: &Account) -> bool {
    let (app, account) = (app.clone(), account.clone());
    tokio::spawn(async move { deeds::note_of(&app, account.id, &account.name, "wrong_password", "").await });
    false
}

pub fn too_many(wait: Duration) -> String {
    format!("Too many wrong passwords. Please wait {} seconds.", wait.as_secs() + 1)
}

pub async fn enter(app: &App, jar: CookieJar, agent: AgentId, headers: &HeaderMap, peer: SocketAddr) -> Response {
    match auth::begin(app, jar.clone(), agent, headers, peer.ip()).await {
        Ok(jar) => (jar, Redirect::to("/inbox")).into_response(),
        Err(_) => show_login(app, jar, StatusCode::SERVICE_UNAVAILABLE, "", LATER),
    }
}

pub async fn log_out(State(app): State<App>, jar: CookieJar, headers: HeaderMap, Form(form): Form<LogOut>) -> Response {
    let login = auth::current(&app, &jar).await.filter(|l| auth::same(&l.csrf, &form.csrf));
    let Some(login) = login.filter(|_| origin::same(&app, &headers)) else {
        return app.pages.message(StatusCode::FORBIDDEN, "Not logged out", STALE);
    };
    let jar = auth::end(&app, jar).await;
    deeds::note(&app, &login, "logged_out", "").await;
    app.logouts.send_replace(());
    (jar, Redirect::to("/login")).into_response()
}

fn used_up(app: &App) -> Response {
    let text = "It was used before, was withdrawn, or is too old. Ask a lead for a new one; the very first link comes from starting \
                rapport again. If you have an account, log in.";
    app.pages.message(StatusCode::GONE, "This link does not work any more", text)
}

pub async fn welcome_form(State(app): State<App>, Path(token): Path<String>, jar: CookieJar) -> Response {
    match app.runtime.store().people().invitation(hashed(&token), app.runtime.now()).await {
        Ok(Some(invitation)) => {
            Door { app: &app, token: &token, invitation }.show(jar, StatusCode::OK, &Welcome::default(), "")
        }
        Ok(None) => used_up(&app),
        Err(_) => app.pages.message(StatusCode::SERVICE_UNAVAILABLE, "Not now", LATER),
    }
}

/// A link that works.
struct Door<'a> {
    app: &'a App,
    token: &'a str,
    invitation: Invitation,
}

impl Door<'_> {
    fn show(&self, jar: CookieJar, status: StatusCode, form: &Welcome, error: &str) -> Response {
        let (jar, csrf) = auth::form_token(self.app, jar);
        let Invitation { role, renews, .. } = &self.invitation;
        let values = context! {
            csrf, token => self.token, error, name => &form.name, email => &form.email, about => role.about(),
            role => role.word(), first => self.invitation == Invitation::first(), renews => renews.is_some(),
        };
        (jar, self.app.pages.show(status, "pages/welcome.html", values)).into_response()
    }

    async fn join(&self, jar: CookieJar, form: &Welcome, headers: &HeaderMap, peer: SocketAddr) -> Response {
        let hash = match self.app.attempts.turn().await {
            Some(_turn) => auth::hash(form.password.clone()).await.ok(),
            None => None,
        };
        let Some(password_hash) = hash else { return self.show(jar, StatusCode::SERVICE_UNAVAILABLE, form, LATER) };
        let (name, email) = (form.name.trim().to_owned(), form.email.trim().to_owned());
        let newcomer = Newcomer { name: name.clone(), email, password_hash };
        let now = self.app.runtime.now();
        match self.app.runtime.store().people().join(hashed(self.token), now, newcomer).await {
            Ok(Joined::As(agent)) if self.invitation.renews.is_some() => {
                self.app.logouts.send_replace(());
                deeds::note_of(self.app, agent, "", "password_renewed", format!("account {agent}")).await;
                Redirect::to("/login").into_response()
            }
            Ok(Joined::As(agent)) => {
                deeds::note_of(self.app, agent, &name, "joined", format!("as {}", self.invitation.role.word())).await;
                enter(self.app, jar, agent, headers, peer).await
            }
            Ok(Joined::Gone) => used_up(self.app),
            Ok(Joined::EmailTaken) => {
                let words = "There is an account with this e-mail address. Log in with it, or take another address.";
                self.show(jar, StatusCode::UNPROCESSABLE_ENTITY, form, words)
            }
            Err(_) => self.show(jar, StatusCode::SERVICE_UNAVAILABLE, form, LATER),
        }
    }
}

pub async fn welcome(
    State(app): State<App>,
    Path(token): Path<String>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    jar: CookieJar,
    headers: HeaderMap,
    Form(form): Form<Welcome>,
) -> Response {
    // Hashing is dear: only for who holds the link.
    let invitation = match app.runtime.store().people().invitation(hashed(&token), app.runtime.now()).await {
        Ok(Some(invitation)) => invitation,
        Ok(None) => return used_up(&app),
        Err(_) => return app.pages.message(StatusCode::SERVICE_UNAVAILABLE, "Not now", LATER),
    };
    let door = Door { app: &app, token: &token, invitation };
    if !origin::same(&app, &headers) || !auth::form_fits(&jar, &form.csrf) {
        return door.show(jar, StatusCode::FORBIDDEN, &form, STALE);
    }
    let unfit = if door.invitation.renews.is_some() { weak(&form.password) } else { unfit(&form) };
    match unfit {
        Some(problem) => door.show(jar, StatusCode::UNPROCESSABLE_ENTITY, &form, problem),
        None => door.join(jar, &form, &headers, peer).await,
    }
}

/// What is wrong with a new account.
fn unfit(form: &Welcome) -> Option<&'static str> {
    if form.name.trim().is_empty() || form.name.chars().count() > 80 {
        return Some("Please write your name; customers see it.");
    }
    if !form.email.trim().split_once('@').is_some_and(|(n, d)| !n.is_empty() && d.contains('.'))
        || form.email.len() > 254
    {
        return Some("This is no e-mail address.");
    }
    weak(&form.password)
}

/// What is wrong with a new password.
pub fn weak(password: &str) -> Option<&'static str> {
    if password.chars().count() < SHORTEST {
        return Some("Please choose a password of at least 10 characters.");
    }
    (password.len() > LONGEST).then_some("Please choose a shorter password.")
}
