//! One's own second factor: a picture for the app, recovery codes, an end; and whether everybody needs one.
use super::deeds::note;
use super::show::{self, Sent, field};
use crate::id::AgentId;
use crate::runtime::people::{Login, Second, fits, fresh, otp_address, recovery_codes, recovery_hash};
use crate::web::App;
use crate::web::inbox::{code, pages};
use axum::Extension;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::{Value, context};
use qrcode::QrCode;
use qrcode::render::svg;
use std::net::SocketAddr;

pub async fn page(State(app): State<App>, Extension(me): Extension<Login>) -> Response {
    let Ok(second) = app.runtime.store().people().second(me.agent).await else { return show::later(&app) };
    match second {
        Some(second) => on(&app, &me, &second, StatusCode::OK, ""),
        None => match fresh() {
            Ok(secret) => offer(&app, &me, StatusCode::OK, &secret, "").await,
            Err(_) => show::later(&app),
        },
    }
}

fn on(app: &App, me: &Login, second: &Second, status: StatusCode, problem: &str) -> Response {
    let left = second.recovery.len();
    show::with(app, me, status, "pages/second.html", context! { on => true, left, problem })
}

async fn offer(app: &App, me: &Login, status: StatusCode, secret: &str, problem: &str) -> Response {
    let people = app.runtime.store().people().everybody().await.unwrap_or_default();
    let email = people.into_iter().find(|p| p.id == me.agent).map(|p| p.email).unwrap_or_default();
    let picture = otp_address(secret, &email).and_then(|a| picture(&a));
    let needed = me.lacks_second;
    show::with(app, me, status, "pages/second.html", context! { secret, picture, problem, needed })
}

fn picture(text: &str) -> Option<Value> {
    let code = QrCode::new(text.as_bytes()).ok()?;
    let drawn = code.render::<svg::Color<'_>>().min_dimensions(220, 220).build();
    // As a part of the page, without the head of a file of its own.
    drawn.find("<svg").and_then(|at| drawn.get(at..)).map(|svg| Value::from_safe_string(svg.to_owned()))
}

/// Switches it on, once the app has shown a right code.
pub async fn begin(Sent { app, me, fields }: Sent) -> Response {
    let store = app.runtime.store().people();
    match store.second(me.agent).await {
        Ok(Some(_)) => return Redirect::to("/me/second").into_response(),
        Ok(None) => {}
        Err(_) => return show::later(&app),
    }
    let secret = field(&fields, "secret").to_owned();
    let Some(used) = fits(&secret, field(&fields, "code"), app.runtime.now()) else {
        let words = "This code does not fit. Is the phone's clock right? Type the code that the app shows now.";
        return offer(&app, &me, StatusCode::UNPROCESSABLE_ENTITY, &secret, words).await;
    };
    let Ok(codes) = recovery_codes() else { return show::later(&app) };
    let recovery = codes.iter().map(|c| recovery_hash(c)).collect();
    if store.set_second(me.agent, Some(Second { secret, used, recovery })).await.is_err() {
        return show::later(&app);
    }
    note(&app, &me, "second_on", "").await;
    // Inboxes that waited for it open.
    app.logouts.send_replace(());
    show::with(&app, &me, StatusCode::CREATED, "pages/second.html", context! { codes })
}

/// Switches it off, for whoever has a right code.
pub async fn end(ConnectInfo(peer): ConnectInfo<SocketAddr>, Sent { app, me, fields }: Sent) -> Response {
    let store = app.runtime.store().people();
    let second = match store.second(me.agent).await {
        Ok(Some(second)) => second,
        Ok(None) => return Redirect::to("/me/second").into_response(),
        Err(_) => return show::later(&app),
    };
    let key = format!("code of {}", me.agent);
    let Some(_turn) = app.attempts.turn().await else { return show::later(&app) };
    if let Some(wait) = app.attempts.wait(&key, peer.ip()) {
        return on(&app, &me, &second, StatusCode::TOO_MANY_REQUESTS, &pages::too_many(wait));
    }
    match code::spent(&app, me.agent, field(&fields, "code")).await {
        Ok(Some(_)) => {
            app.attempts.succeeded(&key, peer.ip());
            off(&app, &me, me.agent, String::new()).await
        }
        Ok(None) => {
            app.attempts.failed(&key, peer.ip());
            on(&app, &me, &second, StatusCode::UNPROCESSABLE_ENTITY, "This code does not fit, or was used before.")
        }
        Err(()) => show::later(&app),
    }
}

async fn off(app: &App, me: &Login, who: AgentId, about: String) -> Response {
    if app.runtime.store().people().set_second(who, None).await.is_err() {
        return show::later(app);
    }
    note(app, me, "second_off", about).await;
    app.logouts.send_replace(());
    let back = if who == me.agent { "/me".to_owned() } else { format!("/people/{who}") };
    Redirect::to(&back).into_response()
}

/// A lead switches it off for somebody who lost phone and recovery codes.
pub async fn remove(Path(id): Path<i64>, Sent { app, me, .. }: Sent) -> Response {
    match super::person::decided(&app, &me, id).await {
        Ok(person) if person.id == me.agent => Redirect::to("/me/second").into_response(),
        Ok(person) => off(&app, &me, person.id, format!("of {}", person.name)).await,
        Err(no) => *no,
    }
}

/// Whether everybody needs one.
pub async fn need(Sent { app, me, fields }: Sent) -> Response {
    let needed = field(&fields, "needed") == "yes";
    if app.runtime.store().people().need_second(needed).await.is_err() {
        return show::later(&app);
    }
    note(&app, &me, if needed { "second_needed" } else { "second_free" }, "").await;
    app.logouts.send_replace(());
    Redirect::to("/people").into_response()
}
