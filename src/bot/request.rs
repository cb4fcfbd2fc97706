//! From an action and its arguments to a request.
use super::integrations::{BadRequest, Integrations, Request};
use serde_json::{Map, Value};

pub fn build(
    _all: &Integrations,
    system: &str,
    action: &str,
    _args: &Map<String, Value>,
) -> Result<Request, BadRequest> {
    Err(BadRequest(format!("{system}.{action} cannot be asked yet")))
}
