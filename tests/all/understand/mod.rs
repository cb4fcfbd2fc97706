//! The understander through its public doors: tables of what customers type, and what must be made of it.
mod anything;
mod buttons;
mod corrections;
mod kinds;
mod marked;
mod measures;
mod moods;
mod person;
mod tongues;
mod topics;
mod values;
mod words;

use jiff::tz::TimeZone;
use proptest::prelude::*;
use rapport::time::Millis;
use rapport::understand::answers::{
    Days, Found, Frame, Kind, Pattern, asks_for_a_person, choose, find, unambiguous, volunteered,
};
use rapport::understand::mood::{Feeling, Mood};
use rapport::understand::normal;
use rapport::understand::topics::{Example, RANKED, Topics, Verdict};
use serde_json::{Value, json};

/// Wednesday, 6 May 2026, 10:00 in London.
fn frame() -> Frame {
    let zone = TimeZone::get("Europe/London").unwrap();
    Frame {
        now: Millis(1_778_058_000_000),
        zone,
        language: "en".to_owned(),
        region: Some("GB".to_owned()),
        country: None,
        currency: "GBP".to_owned(),
        days: Days::Closest,
    }
}

fn in_region(region: &str, language: &str) -> Frame {
    Frame { region: Some(region.to_owned()), language: language.to_owned(), ..frame() }
}

fn value(kind: &Kind, text: &str) -> Option<Value> {
    find(kind, text, &frame()).map(|found| found.value)
}

/// Each line: what is typed, and the value it must give; `null` for none.
fn table(kind: &Kind, frame: &Frame, rows: &[(&str, Value)]) {
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|(text, wanted)| {
            let got = find(kind, text, frame).map_or(Value::Null, |found| found.value);
            (got != *wanted).then(|| format!("{text:?}: wanted {wanted}, got {got}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
