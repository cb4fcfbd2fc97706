//! The record: who did what, and when.
use super::show;
use crate::runtime::people::{Deed, Login};
use crate::web::App;
use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use minijinja::{Value, context};
use serde::Deserialize;

/// Lines of one page.
const PAGE: usize = 100;

/// What is written down, and how the record says it.
const DEEDS: &[(&str, &str)] = &[
    ("logged_in", "logged in"),
    ("logged_out", "logged out"),
    ("wrong_password", "was given a wrong password"),
    ("invited", "made an invitation"),
    ("withdrew", "withdrew a link"),
    ("joined", "made an account"),
    ("placed", "changed a place"),
    ("deactivated", "deactivated"),
    ("activated", "activated"),
    ("new_password_link", "made a link for a new password"),
    ("password_changed", "changed the own password"),
    ("password_renewed", "chose a new password by a link"),
    ("login_ended", "ended a login"),
    ("reply_kept", "wrote a reply for all"),
    ("reply_removed", "removed a reply for all"),
    ("webhooks_replayed", "sent webhooks again"),
    ("contact_changed", "changed what is known of a customer"),
    ("contact_note", "wrote a note about a customer"),
    ("contact_erased", "erased a customer"),
    ("contacts_imported", "took customers over from a file"),
    ("contacts_exported", "wrote customers into a file"),
    ("swept", "erased what is not kept any longer"),
    ("took_over", "took a chat over"),
    ("wrong_code", "was given a wrong code"),
    ("second_on", "switched the second factor on"),
    ("second_off", "switched a second factor off"),
    ("second_needed", "asks everybody for a second factor"),
    ("second_free", "leaves the second factor to everybody"),
];

/// Writes a line; a store that refuses it is told of in the log, since what was done is done.
pub async fn note(app: &App, who: &Login, what: &'static str, about: impl Into<String>) {
    note_of(app, who.agent, &who.name, what, about).await;
}

pub async fn note_of(app: &App, who: crate::id::AgentId, name: &str, what: &'static str, about: impl Into<String>) {
    let (at, name, what, about) = (app.runtime.now(), name.to_owned(), what.to_owned(), about.into());
    if let Err(problem) =
        app.runtime.store().people().record(Deed { id: 0, at, who: Some(who), name, what, about }).await
    {
        tracing::error!(%problem, "a line of the record was not kept");
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    before: Option<i64>,
}

pub async fn page(State(app): State<App>, Extension(me): Extension<Login>, Query(wanted): Query<Wanted>) -> Response {
    let Ok(deeds) = app.runtime.store().people().recorded(wanted.before, PAGE).await else { return show::later(&app) };
    let older = deeds.last().filter(|_| deeds.len() == PAGE).map(|d| d.id);
    let line = |d: &Deed| {
        let did = DEEDS.iter().find(|(what, _)| *what == d.what).map_or(d.what.as_str(), |(_, words)| *words);
        context! { at => show::when(&app, d.at), name => &d.name, did, about => &d.about }
    };
    let lines: Vec<Value> = deeds.iter().map(line).collect();
    show::page(&app, &me, "pages/deeds.html", context! { lines, older, zone => show::zone(&app) })
}
