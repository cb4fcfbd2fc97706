//! Pages, filled in by minijinja, with everything escaped.
use super::App;
use super::assets;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use minijinja::{AutoEscape, Environment, Value, context};

/// The templates of `web/`.
#[derive(Debug)]
pub struct Pages {
    env: Environment<'static>,
}

impl Default for Pages {
    fn default() -> Self {
        let mut env = Environment::new();
        env.set_auto_escape_callback(|_| AutoEscape::Html);
        env.set_loader(|name| {
            let text = assets::text(name);
            Ok((!text.is_empty()).then_some(text))
        });
        Self { env }
    }
}

impl Pages {
    /// A page as a response.
    pub fn show(&self, status: StatusCode, page: &str, values: Value) -> Response {
        self.text(page, values).map_or_else(broken, |html| (status, Html(html)).into_response())
    }

    /// A page as text; `None` where its template does not work, which the log tells.
    pub fn text(&self, page: &str, values: Value) -> Option<String> {
        let made = self.env.get_template(page).and_then(|t| t.render(values));
        made.inspect_err(|problem| tracing::error!(page, %problem, "a page could not be shown")).ok()
    }

    /// A page with a few words.
    pub fn message(&self, status: StatusCode, title: &str, text: &str) -> Response {
        self.show(status, "pages/message.html", context! { title, text })
    }
}

pub fn broken() -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, "This page could not be shown. The server's log says why.").into_response()
}

pub async fn front(State(app): State<App>) -> Response {
    let bots: Vec<Value> = app
        .runtime
        .bots()
        .map(|b| context! { id => &b.id, name => &b.settings.name, title => &b.settings.title })
        .collect();
    let values = context! {
        bots, inbox_url => "/inbox", docs_url => "/docs", demo_url => &app.demo_url, version => env!("CARGO_PKG_VERSION"),
    };
    app.pages.show(StatusCode::OK, "pages/front.html", values)
}

/// Ready once the store answers, until the server is about to end.
pub async fn ready(State(app): State<App>) -> Response {
    if app.leaving.has_begun() {
        return (StatusCode::SERVICE_UNAVAILABLE, "This server is about to end.").into_response();
    }
    match app.runtime.store().people().agents().await {
        Ok(_) => "ready".into_response(),
        Err(problem) => {
            tracing::error!(%problem, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "The store does not answer. The server's log says why.").into_response()
        }
    }
}

pub async fn not_found(State(app): State<App>) -> Response {
    app.pages.message(StatusCode::NOT_FOUND, "There is no such page", "The address may be mistyped.")
}
