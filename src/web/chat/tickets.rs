//! Where a ticket stands, for whoever has its reference: nothing that is personal.
use crate::web::App;
use crate::web::errors::ApiError;
use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

pub async fn show(
    State(app): State<App>,
    Path((bot, reference)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let ticket = app.runtime.ticket_called(&bot, &reference).await?;
    let crate::runtime::desk::tickets::Ticket { reference, standing, opened, changed, .. } = ticket;
    Ok(Json(json!({ "reference": reference, "standing": standing, "opened": opened, "changed": changed })))
}
