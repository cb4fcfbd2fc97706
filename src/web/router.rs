//! Which path leads where.
use super::staff::{deeds, me, people, person, replies, second, webhooks};
use super::{App, assets, chat, contacts, docs, errors, frame, headers, inbox, insights, launcher, pages};
use crate::runtime::people::Right;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{any, get, post};

/// More than any message or form.
const BODY: usize = 64 * 1024;

pub(crate) fn router(app: App) -> Router {
    let chat = Router::new()
        .route("/v1/chat/{bot}", get(chat::http::about))
        .route("/v1/chat/{bot}/socket", any(chat::socket::upgrade))
        .route("/v1/chat/{bot}/tickets/{reference}", get(chat::tickets::show))
        .route("/v1/chat/{bot}/sessions", post(chat::http::open))
        .route("/v1/chat/{bot}/sessions/{session}/messages", post(chat::http::say))
        .route("/v1/chat/{bot}/sessions/{session}/files", post(chat::files::send).layer(DefaultBodyLimit::disable()))
        .route("/v1/chat/{bot}/sessions/{session}/files/{file}", get(chat::files::file))
        .route("/v1/chat/{bot}/sessions/{session}/event", post(chat::http::event))
        .route("/v1/chat/{bot}/sessions/{session}/events", get(chat::http::events))
        .route("/v1/chat/{bot}/sessions/{session}/stream", get(chat::sse::stream))
        .layer(middleware::from_fn_with_state(app.clone(), super::origin::cross_origin));
    let doors = Router::new()
        .route("/login", get(inbox::pages::login_form).post(inbox::pages::log_in))
        .route("/login/code", get(inbox::code::form).post(inbox::code::give))
        .route("/logout", post(inbox::pages::log_out))
        .route("/welcome/{token}", get(inbox::pages::welcome_form).post(inbox::pages::welcome));
    let only = |right: Right| middleware::from_fn_with_state((app.clone(), right), inbox::auth::require);
    let readers = Router::new()
        .route("/inbox", get(inbox::pages::inbox))
        .route("/inbox/contacts", get(contacts::list))
        .route("/inbox/contacts/{id}", get(contacts::one))
        .route("/v1/inbox/sessions/{session}/files/{file}", get(inbox::files::file))
        .route("/v1/inbox/socket", any(inbox::socket::upgrade))
        .route("/me", get(me::page))
        .route("/me/password", post(me::password))
        .route("/me/second", get(second::page).post(second::begin))
        .route("/me/second/end", post(second::end))
        .route("/people/{id}/logins/{login}/end", post(person::end_login))
        .route_layer(only(Right::Read));
    let writers = Router::new()
        .route("/v1/inbox/chats/{session}/test", get(inbox::record::show).post(inbox::record::save))
        .route_layer(only(Right::Write));
    let agents = Router::new()
        .route("/inbox/contacts/{id}", post(contacts::edit))
        .route("/inbox/contacts/{id}/note", post(contacts::note))
        .route_layer(only(Right::Answer));
    let leads = Router::new()
        .route("/inbox/contacts/import", get(contacts::import_form))
        .route("/inbox/contacts/import", post(contacts::import).layer(DefaultBodyLimit::max(contacts::LARGEST)))
        .route("/inbox/contacts/export", post(contacts::export))
        .route("/inbox/contacts/{id}/erase", post(contacts::erase))
        .route("/people", get(people::list))
        .route("/people/invite", post(people::invite))
        .route("/people/links/{id}/withdraw", post(people::withdraw))
        .route("/people/{id}", get(person::page).post(person::place))
        .route("/people/{id}/active", post(person::activate))
        .route("/people/{id}/new-password", post(person::renew))
        .route("/people/{id}/second/end", post(second::remove))
        .route("/people/second-factor", post(second::need))
        .route("/replies", get(replies::page).post(replies::keep))
        .route("/replies/remove", post(replies::remove))
        .route("/record", get(deeds::page))
        .route("/webhooks", get(webhooks::page))
        .route("/webhooks/replay", post(webhooks::replay))
        .route("/insights", get(insights::page))
        .route_layer(only(Right::Lead));
    Router::new()
        .route("/", get(pages::front))
        .route("/chat/{bot}", get(frame::page))
        .route("/chat/{bot}/look.css", get(frame::look))
        .route("/docs", get(docs::first))
        .route("/docs/{*page}", get(docs::page))
        .route("/widget.js", get(launcher::script))
        .route("/assets/{*path}", get(assets::asset))
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(pages::ready))
        .merge(chat)
        .merge(doors)
        .merge(readers)
        .merge(writers)
        .merge(agents)
        .merge(leads)
        .fallback(pages::not_found)
        .layer(DefaultBodyLimit::max(BODY))
        .layer(middleware::from_fn(errors::same_shape))
        .layer(middleware::from_fn(headers::secure))
        .with_state(app)
}
