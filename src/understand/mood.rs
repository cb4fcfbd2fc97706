//! How the customer feels.
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Mood {
    pub anger: f32,
    pub worry: f32,
    pub disappointment: f32,
    pub joy: f32,
}
