//! One's own account: password and logins.
use super::deeds::note;
use super::person::login_lines;
use super::show::{self, Sent};
use crate::runtime::people::{Login, handle};
use crate::web::App;
use crate::web::inbox::{auth, pages};
use axum::Extension;
use axum::extract::{ConnectInfo, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::cookie::CookieJar;
use minijinja::{Value, context};
use std::net::SocketAddr;

pub async fn page(State(app): State<App>, Extension(me): Extension<Login>, jar: CookieJar) -> Response {
    whole(&app, &me, &jar, StatusCode::OK, context! {}).await
}

async fn whole(app: &App, me: &Login, jar: &CookieJar, status: StatusCode, news: Value) -> Response {
    let store = app.runtime.store().people();
    let (Ok(people), Ok(logins)) = (store.everybody().await, store.logins(me.agent, app.runtime.now()).await) else {
        return show::later(app);
    };
    let own = people.into_iter().find(|p| p.id == me.agent);
    let (email, second) = own.map(|p| (p.email, p.second)).unwrap_or_default();
    let this = auth::token(jar).map(|t| handle(&t)).unwrap_or_default();
    let about = me.role.about();
    let values =
        context! { person => context! {}, email, second, about, logins => login_lines(app, &logins), this, ..news };
    show::with(app, me, status, "pages/me.html", values)
}

pub async fn password(
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    jar: CookieJar,
    Sent { app, me, fields }: Sent,
) -> Response {
    let given = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let (old, new) = (given("old"), given("new"));
    if let Some(problem) = pages::weak(&new) {
        return whole(&app, &me, &jar, StatusCode::UNPROCESSABLE_ENTITY, context! { problem }).await;
    }
    let key = format!("#{}", me.agent);
    let Some(_turn) = app.attempts.turn().await else { return show::later(&app) };
    if let Some(wait) = app.attempts.wait(&key, peer.ip()) {
        let problem = pages::too_many(wait);
        return whole(&app, &me, &jar, StatusCode::TOO_MANY_REQUESTS, context! { problem }).await;
    }
    let store = app.runtime.store().people();
    let Ok(people) = store.everybody().await else { return show::later(&app) };
    let email = people.into_iter().find(|p| p.id == me.agent).map(|p| p.email).unwrap_or_default();
    let Ok(account) = store.account(&email).await else { return show::later(&app) };
    if !auth::fits(old, account.map(|a| a.password_hash)).await {
        app.attempts.failed(&key, peer.ip());
        let problem = "The present password is not right.";
        return whole(&app, &me, &jar, StatusCode::UNPROCESSABLE_ENTITY, context! { problem }).await;
    }
    app.attempts.succeeded(&key, peer.ip());
    let Ok(hash) = auth::hash(new).await else { return show::later(&app) };
    if store.set_password(me.agent, &hash, auth::token(&jar)).await.is_err() {
        return show::later(&app);
    }
    note(&app, &me, "password_changed", "").await;
    app.logouts.send_replace(());
    let done = "The password is changed. You are logged out everywhere else.";
    whole(&app, &me, &jar, StatusCode::OK, context! { done }).await
}
