//! Pages: the front page, the chat's own page. Filled in by minijinja, with everything escaped.
use super::App;
use super::assets;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
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
        match self.env.get_template(page).and_then(|t| t.render(values)) {
            Ok(html) => (status, Html(html)).into_response(),
            Err(problem) => {
                tracing::error!(page, %problem, "a page could not be shown");
                (StatusCode::INTERNAL_SERVER_ERROR, "This page could not be shown. The server's log says why.")
                    .into_response()
            }
        }
    }

    /// A page with a few words.
    pub fn message(&self, status: StatusCode, title: &str, text: &str) -> Response {
        self.show(status, "pages/message.html", context! { title, text })
    }
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

/// The chat of one bot: what the widget shows in its frame, and a page of its own.
pub async fn frame(State(app): State<App>, Path(bot): Path<String>) -> Response {
    let Some(bot) = app.runtime.bot(&bot) else {
        return app.pages.message(StatusCode::NOT_FOUND, "No such bot", "There is no bot of that name here.");
    };
    let s = &bot.settings;
    let values = context! {
        bot => context! { id => &bot.id, name => &s.name, title => &s.title, accent => &s.accent },
        language => s.languages.first(),
    };
    let mut response = app.pages.show(StatusCode::OK, "widget/frame.html", values);
    let mut ancestors = vec!["'self'".to_owned()];
    ancestors.extend(s.websites.iter().cloned());
    // Pictures of cards may lie with the shop; a customer's own photos are read with the chat's token, into the page.
    let policy = super::headers::POLICY.replace("img-src 'self' data:", "img-src 'self' data: blob: https:");
    let policy = policy.replace("frame-ancestors 'none'", &format!("frame-ancestors {}", ancestors.join(" ")));
    let policy = format!("{policy}; require-trusted-types-for 'script'");
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response.headers_mut().insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    response
}

/// Ready once the store answers.
pub async fn ready(State(app): State<App>) -> Response {
    match app.runtime.store().agents().await {
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
