//! Replies that are written once and used often: leads write them, by bot; agents find them with a slash.
use super::deeds::note;
use super::show::{self, Sent, field};
use crate::runtime::canned::{Canned, Keeping, MOST, NAME, TEXT};
use crate::runtime::people::Login;
use crate::web::App;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::{Value, context};

pub async fn page(State(app): State<App>, Extension(me): Extension<Login>) -> Response {
    whole(&app, &me, StatusCode::OK, context! {}).await
}

async fn whole(app: &App, me: &Login, status: StatusCode, news: Value) -> Response {
    let mut bots: Vec<Value> = Vec::new();
    for bot in app.runtime.bots() {
        let Ok(replies) = app.runtime.store().replies().canned(&bot.id).await else { return show::later(app) };
        let replies: Vec<Value> = replies.iter().map(|r| context! { name => &r.name, text => &r.text }).collect();
        bots.push(context! { id => &bot.id, name => &bot.settings.name, replies });
    }
    show::with(app, me, status, "pages/replies.html", context! { bots, longest => TEXT, ..news })
}

/// What is wrong with it.
fn unfit(name: &str, text: &str) -> Option<&'static str> {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    if name.is_empty() || name.chars().count() > NAME || !name.chars().all(plain) {
        return Some(
            "A name is one word of at most 40 letters, digits and hyphens: it is what one types after the slash.",
        );
    }
    (text.is_empty() || text.chars().count() > TEXT)
        .then_some("The text has at least one word and at most 2000 characters.")
}

pub async fn keep(Sent { app, me, fields }: Sent) -> Response {
    let (bot, name) = (field(&fields, "bot"), field(&fields, "name").to_lowercase());
    let text = field(&fields, "text").replace("\r\n", "\n");
    let problem = match app.runtime.bot(bot) {
        Some(_) => unfit(&name, &text).map(str::to_owned),
        None => Some("Please choose a bot.".to_owned()),
    };
    if let Some(problem) = problem {
        let values = context! { problem, draft => context! { bot, name, text } };
        return whole(&app, &me, StatusCode::UNPROCESSABLE_ENTITY, values).await;
    }
    match app.runtime.store().replies().keep_canned(bot, Canned { name: name.clone(), text: text.clone() }).await {
        Ok(Keeping::Done) => done(&app, &me, "reply_kept", format!("/{name} of {bot}")).await,
        Ok(Keeping::Full) => {
            let problem = format!("A bot has at most {MOST} replies. Remove one that nobody uses.");
            let values = context! { problem, draft => context! { bot, name, text } };
            whole(&app, &me, StatusCode::CONFLICT, values).await
        }
        Err(_) => show::later(&app),
    }
}

pub async fn remove(Sent { app, me, fields }: Sent) -> Response {
    let (bot, name) = (field(&fields, "bot"), field(&fields, "name"));
    match app.runtime.store().replies().drop_canned(bot, name).await {
        Ok(()) => done(&app, &me, "reply_removed", format!("/{name} of {bot}")).await,
        Err(_) => show::later(&app),
    }
}

async fn done(app: &App, me: &Login, what: &'static str, about: String) -> Response {
    note(app, me, what, about).await;
    // Open inboxes load them anew.
    app.replies.send_replace(());
    Redirect::to("/replies").into_response()
}
