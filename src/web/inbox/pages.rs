//! The agents' pages: the first account, the login, the inbox.
use super::auth;
use crate::runtime::hashed;
use crate::web::{App, origin};
use axum::Form;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::CookieJar;
use minijinja::context;
use serde::Deserialize;
use std::net::SocketAddr;

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

pub async fn inbox(State(app): State<App>, jar: CookieJar) -> Response {
    match auth::current(&app, &jar).await {
        Some(login) => {
            let values = context! { csrf => login.csrf, me => context! { id => login.agent.0, name => login.name } };
            app.pages.show(StatusCode::OK, "pages/inbox.html", values)
        }
        None => Redirect::to("/login").into_response(),
    }
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

const STALE: &str = "This form was open for too long. Please try once more.";
const LATER: &str = "Please try again in a moment.";

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
        let words = format!("Too many wrong passwords. Please wait {} seconds.", wait.as_secs() + 1);
        return show_login(&app, jar, StatusCode::TOO_MANY_REQUESTS, email, &words);
    }
    let Ok(account) = app.runtime.store().account(email).await else {
        return show_login(&app, jar, StatusCode::SERVICE_UNAVAILABLE, email, LATER);
    };
    let kept = account.as_ref().map(|a| a.password_hash.clone());
    let right = auth::fits(form.password.clone(), kept).await;
    let Some(account) = account.filter(|_| right) else {
        app.attempts.failed(email, peer.ip());
        let words = "E-mail address and password do not fit together.";
        return show_login(&app, jar, StatusCode::UNAUTHORIZED, email, words);
    };
    app.attempts.succeeded(email, peer.ip());
    enter(&app, jar, account.id).await
}

async fn enter(app: &App, jar: CookieJar, agent: crate::id::AgentId) -> Response {
    match auth::begin(app, jar.clone(), agent).await {
        Ok(jar) => (jar, Redirect::to("/inbox")).into_response(),
        Err(_) => show_login(app, jar, StatusCode::SERVICE_UNAVAILABLE, "", LATER),
    }
}

pub async fn log_out(State(app): State<App>, jar: CookieJar, headers: HeaderMap, Form(form): Form<LogOut>) -> Response {
    let login = auth::current(&app, &jar).await;
    if !origin::same(&app, &headers) || !login.is_some_and(|l| auth::same(&l.csrf, &form.csrf)) {
        return app.pages.message(StatusCode::FORBIDDEN, "Not logged out", STALE);
    }
    let jar = auth::end(&app, jar).await;
    app.logouts.send_replace(());
    (jar, Redirect::to("/login")).into_response()
}

fn used_up(app: &App) -> Response {
    let text = "It was used before, or is older than a day. Start rapport again to get a new one, or log in.";
    app.pages.message(StatusCode::GONE, "This link does not work any more", text)
}

pub async fn welcome_form(State(app): State<App>, Path(token): Path<String>, jar: CookieJar) -> Response {
    match app.runtime.store().invited(hashed(&token), app.runtime.now()).await {
        Ok(true) => show_welcome(&app, jar, StatusCode::OK, &token, &Welcome::default(), ""),
        Ok(false) => used_up(&app),
        Err(_) => app.pages.message(StatusCode::SERVICE_UNAVAILABLE, "Not now", LATER),
    }
}

fn show_welcome(app: &App, jar: CookieJar, status: StatusCode, token: &str, form: &Welcome, error: &str) -> Response {
    let (jar, csrf) = auth::form_token(app, jar);
    let values = context! { csrf, token, error, name => &form.name, email => &form.email };
    let page = app.pages.show(status, "pages/welcome.html", values);
    (jar, page).into_response()
}

pub async fn welcome(
    State(app): State<App>,
    Path(token): Path<String>,
    jar: CookieJar,
    headers: HeaderMap,
    Form(form): Form<Welcome>,
) -> Response {
    if !origin::same(&app, &headers) || !auth::form_fits(&jar, &form.csrf) {
        return show_welcome(&app, jar, StatusCode::FORBIDDEN, &token, &form, STALE);
    }
    if let Some(problem) = unfit(&form) {
        return show_welcome(&app, jar, StatusCode::UNPROCESSABLE_ENTITY, &token, &form, problem);
    }
    // Hashing is dear: only for who holds the link.
    match app.runtime.store().invited(hashed(&token), app.runtime.now()).await {
        Ok(true) => join(&app, jar, &token, &form).await,
        Ok(false) => used_up(&app),
        Err(_) => show_welcome(&app, jar, StatusCode::SERVICE_UNAVAILABLE, &token, &form, LATER),
    }
}

async fn join(app: &App, jar: CookieJar, token: &str, form: &Welcome) -> Response {
    let hash = match app.attempts.turn().await {
        Some(_turn) => auth::hash(form.password.clone()).await.ok(),
        None => None,
    };
    let Some(hash) = hash else {
        return show_welcome(app, jar, StatusCode::SERVICE_UNAVAILABLE, token, form, LATER);
    };
    let (name, email) = (form.name.trim(), form.email.trim());
    match app.runtime.store().join(hashed(token), app.runtime.now(), name, email, &hash).await {
        Ok(Some(agent)) => enter(app, jar, agent).await,
        Ok(None) => used_up(app),
        Err(_) => show_welcome(app, jar, StatusCode::SERVICE_UNAVAILABLE, token, form, LATER),
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
    if form.password.chars().count() < SHORTEST {
        return Some("Please choose a password of at least 10 characters.");
    }
    (form.password.len() > LONGEST).then_some("Please choose a shorter password.")
}
