//! All customers whom a website signed or a file brought, whoever was there last first; found by the beginnings of words.
use crate::id::ContactId;
use crate::runtime::contacts::{After, Contact};
use crate::runtime::people::Login;
use crate::time::Millis;
use crate::web::App;
use crate::web::staff::show;
use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use minijinja::{Value, context};
use serde::Deserialize;

/// Customers of one page.
const PAGE: usize = 50;
/// The longest search, in characters.
const LONGEST: usize = 200;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    q: String,
    /// `SEEN.ID` of the last line of the page before.
    after: String,
}

impl Wanted {
    fn after(&self) -> Option<After> {
        let (seen, id) = self.after.split_once('.')?;
        Some(After { seen: Millis(seen.parse().ok()?), id: ContactId(id.parse().ok()?) })
    }
}

pub async fn page(State(app): State<App>, Extension(me): Extension<Login>, Query(wanted): Query<Wanted>) -> Response {
    let words: String = wanted.q.chars().take(LONGEST).collect();
    let found = app.runtime.store().contacts().contacts(&words, wanted.after(), PAGE).await;
    let Ok(contacts) = found else { return show::later(&app) };
    let last = contacts.last().filter(|_| contacts.len() == PAGE);
    let older = last.map(|k| format!("{}.{}", k.seen.0, k.id));
    let lines: Vec<Value> = contacts.iter().map(|contact| line(&app, contact)).collect();
    let values = context! { lines, older, words, begins => wanted.after.is_empty() };
    show::page(&app, &me, "pages/contacts.html", values)
}

fn line(app: &App, contact: &Contact) -> Value {
    let text = |name: &str| contact.fields.get(name).and_then(|v| v.as_str()).map(str::to_owned);
    let about: Vec<String> = [text("email"), text("phone")].into_iter().flatten().collect();
    context! {
        id => contact.id.0, name => contact.name(), about => about.join(" · "), tags => contact.tags.iter().cloned().collect::<Vec<_>>(),
        seen => show::when(app, contact.seen),
    }
}
