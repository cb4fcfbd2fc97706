//! Webhooks: who is told what, what did not arrive, and sending it again.
use super::deeds::note;
use super::show::{self, Sent, field};
use crate::bot::settings::News;
use crate::runtime::people::Login;
use crate::runtime::webhooks::{Count, Delivery, Name, Receiver};
use crate::web::App;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::{Value, context};
use std::collections::BTreeSet;

/// Lines of the page.
const LINES: usize = 200;

pub async fn page(State(app): State<App>, Extension(me): Extension<Login>) -> Response {
    let store = app.runtime.store().deliveries();
    let (Ok(counts), Ok(lines)) = (store.delivery_counts().await, store.undelivered(LINES).await) else {
        return show::later(&app);
    };
    let receivers: Vec<Value> = receivers(&app, &counts);
    let more = lines.len() == LINES;
    let lines: Vec<Value> = lines.iter().map(|delivery| line(&app, delivery)).collect();
    let values = context! { receivers, lines, more, most => LINES, zone => show::zone(&app) };
    show::page(&app, &me, "pages/webhooks.html", values)
}

/// Those that `bot.yaml` names, and those that something waits for though nothing names them any more.
fn receivers(app: &App, counts: &[Count]) -> Vec<Value> {
    let named = app.runtime.bots().flat_map(|bot| {
        let own = |hook: &String| Receiver { bot: bot.id.clone(), hook: hook.clone() };
        bot.settings.webhooks.keys().map(own).collect::<Vec<_>>()
    });
    let all: BTreeSet<Receiver> = named.chain(counts.iter().map(|c| c.receiver.clone())).collect();
    let value = |of: &Receiver| {
        let count = counts.iter().find(|c| c.receiver == *of);
        let (waiting, dead) = count.map_or((0, 0), |c| (c.waiting, c.dead));
        let bot = app.runtime.bot(&of.bot);
        let webhook = bot.as_ref().and_then(|b| b.settings.webhooks.get(&of.hook));
        let news = webhook.map(|w| w.news.iter().map(|n: &News| n.words()).collect::<Vec<_>>().join(", "));
        context! { bot => &of.bot, hook => &of.hook, waiting, dead, to => webhook.map(|w| &w.to), news }
    };
    all.iter().map(value).collect()
}

fn line(app: &App, delivery: &Delivery) -> Value {
    let Delivery { name, bot, at, due, tries, dead, problem } = delivery;
    let due = (!dead).then(|| show::when(app, *due));
    let chat = name.session.to_string();
    context! { name => name.to_string(), hook => &name.hook, bot, chat, at => show::when(app, *at), due, tries, dead, problem }
}

pub async fn replay(Sent { app, me, fields }: Sent) -> Response {
    let (store, now) = (app.runtime.store().deliveries(), app.runtime.now());
    let (bot, hook, name) = (field(&fields, "bot"), field(&fields, "hook"), field(&fields, "name"));
    let (about, done) = match name.parse::<Name>() {
        Ok(one) => (one.id(), store.replay_delivery(&one, now).await.map(u64::from)),
        Err(_) if !hook.is_empty() => {
            let receiver = Receiver { bot: bot.to_owned(), hook: hook.to_owned() };
            (format!("all to {hook} of {bot}"), store.replay_deliveries(&receiver, now).await)
        }
        Err(problem) => return app.pages.message(StatusCode::UNPROCESSABLE_ENTITY, "Nothing was sent", problem),
    };
    match done {
        Ok(0) => {}
        Ok(_) => {
            app.runtime.wake_webhooks();
            note(&app, &me, "webhooks_replayed", about).await;
        }
        Err(_) => return show::later(&app),
    }
    Redirect::to("/webhooks").into_response()
}
