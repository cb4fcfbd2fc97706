//! What is measured, for Prometheus.
use crate::runtime::Runtime;
use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Behind an address of its own: it tells how the business goes.
pub fn router(runtime: Runtime) -> Router {
    Router::new().route("/metrics", get(show)).with_state(runtime)
}

async fn show(State(runtime): State<Runtime>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, OPEN_METRICS)], runtime.measures())
}
