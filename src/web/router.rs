//! Which path leads where.
use super::{App, assets, chat, docs, errors, frame, headers, inbox, launcher, pages};
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
    let agents = Router::new()
        .route("/inbox", get(inbox::pages::inbox))
        .route("/login", get(inbox::pages::login_form).post(inbox::pages::log_in))
        .route("/logout", post(inbox::pages::log_out))
        .route("/welcome/{token}", get(inbox::pages::welcome_form).post(inbox::pages::welcome))
        .route("/v1/inbox/sessions/{session}/files/{file}", get(inbox::files::file))
        .route("/v1/inbox/chats/{session}/test", get(inbox::record::show).post(inbox::record::save))
        .route("/v1/inbox/socket", any(inbox::socket::upgrade));
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
        .merge(agents)
        .fallback(pages::not_found)
        .layer(DefaultBodyLimit::max(BODY))
        .layer(middleware::from_fn(errors::same_shape))
        .layer(middleware::from_fn(headers::secure))
        .with_state(app)
}
