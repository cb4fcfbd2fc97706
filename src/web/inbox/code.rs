//! The second step of a login: the code.
use super::pages::{LATER, STALE, enter, too_many};
use super::{auth, half};
use crate::runtime::people::Code;
use crate::web::staff::deeds;
use crate::web::{App, origin};
use axum::Form;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::CookieJar;
use minijinja::context;
use serde::Deserialize;
use std::net::SocketAddr;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Given {
    code: String,
    csrf: String,
}

/// Where the password was right and a code is needed.
pub fn ask(app: &App, jar: CookieJar, agent: crate::id::AgentId, name: &str) -> Response {
    match auth::half(app, jar) {
        Ok((jar, token)) => {
            app.halves.begin(token, agent, name);
            (jar, Redirect::to("/login/code")).into_response()
        }
        Err(_) => app.pages.message(StatusCode::SERVICE_UNAVAILABLE, "Not now", LATER),
    }
}

pub async fn form(State(app): State<App>, jar: CookieJar) -> Response {
    match auth::half_token(&jar).and_then(|t| app.halves.whose(&t)) {
        Some(_) => show(&app, jar, StatusCode::OK, ""),
        None => Redirect::to("/login").into_response(),
    }
}

fn show(app: &App, jar: CookieJar, status: StatusCode, error: &str) -> Response {
    let (jar, csrf) = auth::form_token(app, jar);
    (jar, app.pages.show(status, "pages/code.html", context! { csrf, error })).into_response()
}

pub async fn give(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    jar: CookieJar,
    headers: HeaderMap,
    Form(form): Form<Given>,
) -> Response {
    if !origin::same(&app, &headers) || !auth::form_fits(&jar, &form.csrf) {
        return show(&app, jar, StatusCode::FORBIDDEN, STALE);
    }
    let token = auth::half_token(&jar);
    let Some((token, (agent, name))) = token.and_then(|t| Some((t, app.halves.whose(&t)?))) else {
        return Redirect::to("/login").into_response();
    };
    let key = format!("code of {agent}");
    // One guess after the other: those that came at once count as well.
    let Some(_turn) = app.attempts.turn().await else {
        return show(&app, jar, StatusCode::SERVICE_UNAVAILABLE, LATER);
    };
    if let Some(wait) = app.attempts.wait(&key, peer.ip()) {
        return show(&app, jar, StatusCode::TOO_MANY_REQUESTS, &too_many(wait));
    }
    match spent(&app, agent, &form.code).await {
        Ok(Some(code)) => {
            app.attempts.succeeded(&key, peer.ip());
            app.halves.end(&token);
            let about = if matches!(code, Code::Recovery(_)) { " with a recovery code" } else { " with a code" };
            deeds::note_of(&app, agent, &name, "logged_in", format!("from {}{about}", peer.ip())).await;
            enter(&app, auth::half_over(&app, jar), agent, &headers, peer).await
        }
        Ok(None) => {
            app.attempts.failed(&key, peer.ip());
            deeds::note_of(&app, agent, &name, "wrong_code", "").await;
            let words = "This code does not fit. A code works once: wait for the next one, or use a recovery code.";
            show(&app, jar, StatusCode::UNAUTHORIZED, words)
        }
        Err(()) => show(&app, jar, StatusCode::SERVICE_UNAVAILABLE, LATER),
    }
}

/// Uses a code up, where it is worth something.
pub async fn spent(app: &App, agent: crate::id::AgentId, code: &str) -> Result<Option<Code>, ()> {
    let people = app.runtime.store().people();
    let second = people.second(agent).await.map_err(drop)?;
    let Some(code) = second.and_then(|s| s.reads(code, app.runtime.now())) else { return Ok(None) };
    Ok(people.spend(agent, code).await.map_err(drop)?.then_some(code))
}

pub use half::Halves;
