//! A shop to try the bot in: a page that carries the widget, and the small API that `flows/bluebird` talks to.
use super::assets;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use minijinja::{AutoEscape, Environment, context};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The token that the bot must send.
pub const TOKEN: &str = "demo";

#[derive(Clone)]
struct Shop {
    page: Arc<str>,
    refunds: Arc<Mutex<Refunds>>,
}

#[derive(Default)]
struct Refunds {
    /// Date by order.
    made: BTreeMap<String, String>,
    /// First answers by idempotency key.
    answers: BTreeMap<String, Value>,
}

#[derive(Debug, Deserialize)]
struct Refund {
    order: String,
    #[serde(rename = "why")]
    _why: Value,
}

pub fn router(rapport: &str, bot: &str) -> Router {
    let mut env = Environment::new();
    env.set_auto_escape_callback(|_| AutoEscape::Html);
    let values = context! { widget_src => format!("{rapport}/widget.js"), bot };
    let page = env.render_str(&assets::text("demo/shop.html"), values).unwrap_or_else(|e| e.to_string());
    let shop = Shop { page: page.into(), refunds: Arc::default() };
    Router::new()
        .route("/", get(|State(shop): State<Shop>| async move { Html(shop.page.to_string()) }))
        .route("/assets/{*path}", get(assets::asset))
        .route("/api/orders/{number}", get(order))
        .route("/api/refunds", post(refund))
        .with_state(shop)
}

fn authorised(headers: &HeaderMap) -> bool {
    headers.get(header::AUTHORIZATION).is_some_and(|h| h.as_bytes() == format!("Bearer {TOKEN}").as_bytes())
}

fn today() -> Date {
    Timestamp::now().to_zoned_datetime(TimeZone::UTC).date()
}

fn days(n: i64) -> String {
    today().checked_add(n.days()).unwrap_or_else(|_| today()).to_string()
}

/// The three orders of the demo.
fn find(number: &str) -> Option<Value> {
    let order = |item: &str, total: f64, status: &str, delivered: Option<i64>, expected: Option<i64>| {
        Some(json!({
            "number": number, "item": item, "total": total, "currency": "GBP", "status": status, "level": "silver",
            "delivered": delivered.map(days), "expected": expected.map(days),
        }))
    };
    match number {
        "204518" => order("Bluebird lamp", 48.0, "delivered", Some(-3), None),
        "204519" => order("Wren reading light", 36.0, "on its way", None, Some(2)),
        "204520" => order("Heron floor lamp", 129.0, "delivered", Some(-100), None),
        _ => None,
    }
}

async fn order(Path(number): Path<String>, headers: HeaderMap) -> Response {
    if !authorised(&headers) {
        return (StatusCode::UNAUTHORIZED, Json(json!({ "error": "the bearer token is missing or wrong" })))
            .into_response();
    }
    match find(&number) {
        Some(order) => Json(order).into_response(),
        None => (StatusCode::NOT_FOUND, Json(json!({ "error": "there is no such order" }))).into_response(),
    }
}

async fn refund(State(shop): State<Shop>, headers: HeaderMap, Json(asked): Json<Refund>) -> Response {
    if !authorised(&headers) {
        return (StatusCode::UNAUTHORIZED, Json(json!({ "error": "the bearer token is missing or wrong" })))
            .into_response();
    }
    let Some(order) = find(&asked.order) else {
        return (StatusCode::NOT_FOUND, Json(json!({ "error": "there is no such order" }))).into_response();
    };
    let key = headers.get("idempotency-key").and_then(|h| h.to_str().ok()).unwrap_or_default().to_owned();
    let mut refunds = shop.refunds.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(answer) = refunds.answers.get(&key).filter(|_| !key.is_empty()) {
        return (StatusCode::CREATED, Json(answer.clone())).into_response();
    }
    if let Some(date) = refunds.made.get(&asked.order) {
        return (StatusCode::CONFLICT, Json(json!({ "date": date }))).into_response();
    }
    let answer =
        json!({ "amount": order["total"], "date": today().to_string(), "reference": format!("R-{}", asked.order) });
    refunds.made.insert(asked.order, today().to_string());
    refunds.answers.insert(key, answer.clone());
    (StatusCode::CREATED, Json(answer)).into_response()
}
