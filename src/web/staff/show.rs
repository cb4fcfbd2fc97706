//! What all staff pages have in common: their frame, times in words, forms that belong to the login.
use crate::runtime::people::{Login, Right, Role};
use crate::time::Millis;
use crate::web::inbox::auth;
use crate::web::{App, origin};
use axum::Form;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::{Value, context};
use std::collections::{BTreeMap, BTreeSet};

/// The fields of a form.
pub type Fields = BTreeMap<String, String>;

pub fn field<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).map(|f| f.trim()).unwrap_or_default()
}

pub fn page(app: &App, me: &Login, page: &str, values: Value) -> Response {
    with(app, me, StatusCode::OK, page, values)
}

pub fn with(app: &App, me: &Login, status: StatusCode, page: &str, values: Value) -> Response {
    let leads = me.may(Right::Lead);
    // Which of the links above is the page's own.
    let here = match page {
        "pages/me.html" | "pages/second.html" => "me",
        "pages/deeds.html" => "record",
        "pages/replies.html" => "replies",
        "pages/webhooks.html" => "webhooks",
        "pages/insights.html" => "insights",
        "pages/contacts.html" | "pages/contact.html" | "pages/contacts-import.html" => "contacts",
        _ => "people",
    };
    let frame = context! { here, csrf => &me.csrf, me => context! { id => me.agent.0, name => &me.name, leads, role => me.role.word() }, ..values };
    app.pages.show(status, page, frame)
}

pub fn later(app: &App) -> Response {
    app.pages.message(StatusCode::SERVICE_UNAVAILABLE, "Not now", "Please try again in a moment.")
}

/// A form that was sent from one of this login's own pages. Any other is refused before a handler sees it.
pub struct Sent {
    pub app: App,
    pub me: Login,
    pub fields: Fields,
}

impl FromRequest<App> for Sent {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let me = request.extensions().get::<Login>().cloned();
        let me = me.ok_or_else(|| Redirect::to("/login").into_response())?;
        let own_page = origin::same(app, request.headers());
        let Form(fields) = Form::<Fields>::from_request(request, app).await.map_err(IntoResponse::into_response)?;
        if own_page && belongs(&me, &fields) {
            return Ok(Self { app: app.clone(), me, fields });
        }
        Err(refused(app))
    }
}

/// Whether a form was made for this login.
pub fn belongs(me: &Login, fields: &Fields) -> bool {
    auth::same(&me.csrf, field(fields, "csrf"))
}

/// The answer to a form that comes from elsewhere.
pub fn refused(app: &App) -> Response {
    let words = "This form was open for too long, or comes from another page. Load it again and try once more.";
    app.pages.message(StatusCode::FORBIDDEN, "Nothing was changed", words)
}

/// The time zone of the first bot, which is the shop's.
pub fn time_zone(app: &App) -> jiff::tz::TimeZone {
    app.runtime.bots().next().map_or(jiff::tz::TimeZone::UTC, |b| b.settings.time_zone.clone())
}

pub fn zone(app: &App) -> String {
    time_zone(app).iana_name().unwrap_or("UTC").to_owned()
}

pub fn when(app: &App, at: Millis) -> String {
    let time = jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    time.to_zoned_datetime(time_zone(app)).strftime("%-d %b %Y, %H:%M").to_string()
}

/// All teams of all bots.
pub fn teams(app: &App) -> BTreeSet<String> {
    app.runtime.bots().flat_map(|b| b.settings.teams.keys().cloned().collect::<Vec<_>>()).collect()
}

/// Roles that somebody of this role gives to others.
pub fn roles(me: &Login) -> Vec<Value> {
    let own = Role::ALL.into_iter().filter(|r| me.role.decides(*r));
    own.map(|r| context! { word => r.word(), about => r.about() }).collect()
}
