//! Customers from a CSV file, and into one.
use crate::bot::Bot;
use crate::runtime::contacts::table::{Problem, Rows, Sheet, read};
use crate::runtime::contacts::{After, Fresh};
use crate::runtime::people::Login;
use crate::web::staff::deeds::note as record;
use crate::web::staff::show::{self, Sent, field};
use crate::web::{App, origin};
use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{Multipart, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use minijinja::{Value, context};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The largest file that a page takes; `rapport contacts import` takes larger ones.
pub const LARGEST: usize = 20 * 1024 * 1024;
/// Customers of one write, and of one read.
const TOGETHER: usize = 500;
/// Rows that were left out, as far as a page tells them.
const TOLD: usize = 100;

pub async fn import_form(State(app): State<App>, Extension(me): Extension<Login>) -> Response {
    form(&app, &me, StatusCode::OK, context! {})
}

fn form(app: &App, me: &Login, status: StatusCode, news: Value) -> Response {
    let fields = |bot: &Bot| bot.settings.customer.keys().cloned().collect::<Vec<_>>().join(", ");
    let bots: Vec<Value> =
        app.runtime.bots().map(|b| context! { id => &b.id, name => &b.settings.name, fields => fields(b) }).collect();
    let megabytes = LARGEST / 1024 / 1024;
    show::with(app, me, status, "pages/contacts-import.html", context! { bots, megabytes, ..news })
}

/// What a form with a file brings.
#[derive(Default)]
struct Brought {
    fields: BTreeMap<String, String>,
    file: Bytes,
}

async fn brought(mut parts: Multipart) -> Result<Brought, String> {
    let mut all = Brought::default();
    let too_large = |e: axum::extract::multipart::MultipartError| e.body_text();
    while let Some(part) = parts.next_field().await.map_err(too_large)? {
        let name = part.name().unwrap_or_default().to_owned();
        if name == "file" {
            all.file = part.bytes().await.map_err(too_large)?;
        } else {
            all.fields.insert(name, part.text().await.map_err(too_large)?);
        }
    }
    Ok(all)
}

pub async fn import(
    State(app): State<App>,
    Extension(me): Extension<Login>,
    headers: HeaderMap,
    parts: Multipart,
) -> Response {
    let unfit = |problem: String| form(&app, &me, StatusCode::UNPROCESSABLE_ENTITY, context! { problem });
    let Brought { fields, file } = match brought(parts).await {
        Ok(brought) => brought,
        Err(words) => return unfit(format!("The file did not arrive: {words}")),
    };
    if !origin::same(&app, &headers) || !show::belongs(&me, &fields) {
        return show::refused(&app);
    }
    let Some(bot) = app.runtime.bot(field(&fields, "bot")) else { return unfit("Please choose a bot.".into()) };
    if file.is_empty() {
        return unfit("Please choose a file with something in it.".into());
    }
    let (now, of) = (app.runtime.now(), bot.clone());
    let Ok(rows) = tokio::task::spawn_blocking(move || read(&of, &file, now)).await else { return show::later(&app) };
    match rows {
        Ok(Rows { fresh, problems }) => taken(&app, &me, &bot, fresh, &problems).await,
        Err(problem) => unfit(problem),
    }
}

async fn taken(app: &App, me: &Login, bot: &Bot, fresh: Vec<Fresh>, problems: &[Problem]) -> Response {
    let (all, mut new) = (fresh.len(), 0);
    for some in fresh.chunks(TOGETHER) {
        match app.runtime.store().contacts().take_over(some.to_vec(), app.runtime.now()).await {
            Ok(more) => new += more,
            Err(_) => return show::later(app),
        }
    }
    record(app, me, "contacts_imported", format!("{all} customers of {}", bot.id)).await;
    let told: Vec<Value> = problems.iter().take(TOLD).map(|p| context! { line => p.line, words => &p.words }).collect();
    let more = problems.len().saturating_sub(TOLD);
    let taken = context! { all, new, changed => all - new, left => problems.len() };
    form(app, me, StatusCode::OK, context! { taken, told, more })
}

/// All customers of a bot as a file, read while it is sent.
pub async fn export(Sent { app, me, fields }: Sent) -> Response {
    let Some(bot) = app.runtime.bot(field(&fields, "bot")) else {
        let words = "There is no bot of that name. Go back and choose another.";
        return app.pages.message(StatusCode::NOT_FOUND, "Which bot?", words);
    };
    record(&app, &me, "contacts_exported", bot.id.clone()).await;
    let name = format!("attachment; filename=\"customers-{}.csv\"", bot.id);
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)];
    (headers, Body::from_stream(stream::try_unfold(Some((app, bot, None)), part))).into_response()
}

type Rest = Option<(App, Arc<Bot>, Option<After>)>;

/// The next customers as lines; `None` behind the last.
async fn part(rest: Rest) -> Result<Option<(String, Rest)>, std::io::Error> {
    let Some((app, bot, after)) = rest else { return Ok(None) };
    let found = app.runtime.store().contacts().contacts("", after, TOGETHER).await;
    let contacts = found.map_err(|e| std::io::Error::other(e.to_string()))?;
    let next = contacts.last().filter(|_| contacts.len() == TOGETHER).map(|k| After { seen: k.seen, id: k.id });
    let lines = {
        let sheet = Sheet::new(&bot);
        let head = if after.is_none() { sheet.head() } else { String::new() };
        contacts.iter().filter_map(|contact| sheet.line(contact)).fold(head, |all, line| all + &line)
    };
    Ok(Some((lines, next.map(|next| (app, bot, Some(next))))))
}
